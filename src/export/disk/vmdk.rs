//! VMDK, monolithicSparse, with grains of 64 KiB; and what it shares with
//! [streamOptimized](super::vmdk_stream).
//!
//! Source: VMware's "Virtual Disk Format 5.0" technical note. The file is, in
//! order: the header, the embedded descriptor, the redundant grain directory
//! and its grain tables, the grain directory and its grain tables, and the
//! stored grains in the disk's order. Places are counted in sectors.

use std::rc::Rc;

use super::bytes::{Record, to_u32};
use super::disk_file::{Content, Data, DiskFile};
use super::format::DiskFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, SECTOR};
use super::table::{Entry, Slots, Table};
use super::units::Units;

/// Bytes of a grain.
pub(super) const GRAIN: u64 = 64 << 10;

/// Sectors of a grain.
pub(super) const GRAIN_SECTORS: u64 = GRAIN / SECTOR;

/// Grains that a grain table maps: 32 MiB.
pub(super) const TABLE_SLOTS: u64 = 512;

/// Sectors of a grain table.
pub(super) const TABLE_SECTORS: u64 = TABLE_SLOTS * 4 / SECTOR;

/// Where the embedded descriptor starts, sectors, and how many it has.
const DESCRIPTOR: u64 = 1;
const DESCRIPTOR_SECTORS: u64 = 20;

/// The largest disk; vSphere's own limit is 62 TiB.
pub(super) const SIZE_MAX: u64 = 64 << 40;

/// The largest file: tables hold sector numbers of 32 bits.
pub(super) const FILE_SIZE_MAX: u64 = SECTOR << 32;

/// Up to this size of a disk all its grain tables are there, as in VMware's
/// own files. Beyond, where older VMware products do not follow anyway, those
/// of stretches in which nothing is stored are left out.
const TABLES_WHOLE_MAX: u64 = 2 << 40;

/// The fields in which headers differ. Places and lengths in sectors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) flags: u32,
    pub(super) capacity: u64,
    pub(super) redundant_directory: u64,
    pub(super) directory: u64,
    pub(super) overhead: u64,
    pub(super) compression: u16,
}

/// Bit of `flags`: the line ends in the header can be checked.
pub(super) const LINE_ENDS: u32 = 1;

/// Bit of `flags`: there is a redundant grain directory.
const REDUNDANT: u32 = 2;

impl Header {
    /// The header as it stands in the file.
    pub(super) fn record(self) -> Vec<u8> {
        Record::new(512)
            .put(0, b"KDMV")
            .le32(4, self.version)
            .le32(8, self.flags)
            .le64(12, self.capacity)
            .le64(20, GRAIN_SECTORS)
            .le64(28, DESCRIPTOR)
            .le64(36, DESCRIPTOR_SECTORS)
            .le32(44, to_u32(TABLE_SLOTS))
            .le64(48, self.redundant_directory)
            .le64(56, self.directory)
            .le64(64, self.overhead)
            .put(73, b"\n \r\n")
            .le16(77, self.compression)
            .done()
    }
}

/// Entries of the grain directory of a disk of `size` bytes.
pub(super) fn directory_slots(size: u64) -> u64 {
    size.div_ceil(GRAIN * TABLE_SLOTS)
}

/// The descriptor that is embedded in the file. The tools version is the one
/// that stands for open-vm-tools, or none known.
pub(super) fn descriptor(disk: &Disk, kind: &str, size: u64) -> Vec<u8> {
    let sectors = size / SECTOR;
    let (adapter, heads) = if disk.identity.is_ide { ("ide", 16) } else { ("lsilogic", 255) };
    let cylinders = sectors.div_ceil(heads * 63).min(65_535);
    let name = &disk.identity.file_name;
    let content = disk.identity.id("vmdk-content").as_simple().to_string();
    // The last 32 bits are an id of their own, whose highest values are taken.
    let (long, short) = content.split_at(24);
    let short = short.get(1..).map(|rest| format!("1{rest}")).unwrap_or_default();
    format!(
        "# Disk DescriptorFile\n\
         version=1\n\
         encoding=\"UTF-8\"\n\
         CID={short}\n\
         parentCID=ffffffff\n\
         createType=\"{kind}\"\n\
         \n\
         # Extent description\n\
         RW {sectors} SPARSE \"{name}\"\n\
         \n\
         # The Disk Data Base\n\
         #DDB\n\
         \n\
         ddb.longContentID = \"{long}{short}\"\n\
         ddb.virtualHWVersion = \"4\"\n\
         ddb.geometry.cylinders = \"{cylinders}\"\n\
         ddb.geometry.heads = \"{heads}\"\n\
         ddb.geometry.sectors = \"63\"\n\
         ddb.adapterType = \"{adapter}\"\n\
         ddb.toolsVersion = \"2147483647\"\n"
    )
    .into_bytes()
}

/// The file of a disk.
pub(super) fn lay_out(disk: &Disk) -> Result<DiskFile, Refusal> {
    let format = DiskFormat::Vmdk.code();
    let size = disk.size_within(format, SIZE_MAX)?;
    let units = Rc::clone(&disk.stored);
    let slots = directory_slots(size);
    let all_there = size <= TABLES_WHOLE_MAX;
    let tables = if all_there { Units::all(slots) } else { units.grouped(TABLE_SLOTS) };
    let tables = Rc::new(tables);
    let directory_sectors = (slots * 4).div_ceil(SECTOR);
    let tables_sectors = tables.len() * TABLE_SECTORS;

    let redundant = DESCRIPTOR + DESCRIPTOR_SECTORS;
    let directory = redundant + directory_sectors + tables_sectors;
    let start = (directory + directory_sectors + tables_sectors).next_multiple_of(GRAIN_SECTORS);
    let end = (start + units.len() * GRAIN_SECTORS) * SECTOR;
    Refusal::unless_file_fits(format, end, FILE_SIZE_MAX)?;

    let header = Header {
        version: 1,
        flags: LINE_ENDS | REDUNDANT,
        capacity: size / SECTOR,
        redundant_directory: redundant,
        directory,
        overhead: start,
        compression: 0,
    };
    let grain_directory = |at| {
        Content::Table(Table {
            units: Rc::clone(&tables),
            slots: Slots::Units,
            entry: Entry::Le32,
            empty: 0,
            first: at + directory_sectors,
            step: TABLE_SECTORS,
        })
    };
    let grain_tables = Content::Table(Table {
        units: Rc::clone(&units),
        slots: Slots::Pages { per: TABLE_SLOTS, groups: Rc::clone(&tables) },
        entry: Entry::Le32,
        empty: 0,
        first: start,
        step: GRAIN_SECTORS,
    });
    let descriptor = Content::Bytes(descriptor(disk, "monolithicSparse", size));
    let data = Data { units, unit_size: GRAIN, lead: 0 };
    let (directory_bytes, tables_bytes) = (directory_sectors * SECTOR, tables_sectors * SECTOR);
    let copy = |file: DiskFile, at: u64| {
        let file = file.with(at * SECTOR, directory_bytes, grain_directory(at));
        file.with(at * SECTOR + directory_bytes, tables_bytes, grain_tables.clone())
    };
    let file = DiskFile::new(&disk.image).with(0, SECTOR, Content::Bytes(header.record())).with(
        DESCRIPTOR * SECTOR,
        DESCRIPTOR_SECTORS * SECTOR,
        descriptor,
    );
    let file = copy(copy(file, redundant), directory);
    Ok(file.with(start * SECTOR, data.length(), Content::Data(data)))
}
