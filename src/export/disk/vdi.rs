//! VDI, dynamic, with blocks of 1 MiB.
//!
//! Source: VirtualBox, `src/VBox/Storage/VDICore.h`, and QEMU, `block/vdi.c`.
//! The file is, in order: the header, the block map at 1 MiB, and the stored
//! blocks, aligned to 1 MiB as VirtualBox aligns them.

use std::rc::Rc;

use super::bytes::{Record, to_u32};
use super::disk_file::{Content, Data, DiskFile};
use super::format::DiskFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, SECTOR};
use super::table::{Entry, Slots, Table};

const BLOCK: u64 = 1 << 20;

/// The largest disk, as QEMU has it: its block map must be below 2 GiB.
const SIZE_MAX: u64 = 0x1fff_ff80 * BLOCK;

/// Where the block map starts, and to what the data is aligned.
const MAP: u64 = 1 << 20;

/// The file of a disk.
pub(super) fn lay_out(disk: &Disk) -> Result<DiskFile, Refusal> {
    let size = disk.size_within(DiskFormat::Vdi.code(), SIZE_MAX)?;
    let units = Rc::new(disk.units(BLOCK));
    let map_length = size.div_ceil(BLOCK) * 4;
    let start = (MAP + map_length).next_multiple_of(BLOCK);
    let map = Table {
        units: Rc::clone(&units),
        slots: Slots::Units,
        entry: Entry::Le32,
        empty: u32::MAX.into(),
        first: 0,
        step: 1,
    };
    let header = header(disk, size, start, units.len());
    let data = Data { units, unit_size: BLOCK, lead: 0 };
    Ok(DiskFile::new(&disk.image)
        .with(0, MAP, Content::Bytes(header))
        .with(MAP, map_length, Content::Table(map))
        .with(start, data.length(), Content::Data(data)))
}

/// The header, version 1.1. Its geometries are left for VirtualBox to choose,
/// but for the length of a sector.
fn header(disk: &Disk, size: u64, start: u64, stored: u64) -> Vec<u8> {
    let sector = to_u32(SECTOR);
    Record::new(512)
        .put(0x00, b"<<< Oracle VM VirtualBox Disk Image >>>\n")
        .le32(0x40, 0xbeda_107f)
        .le32(0x44, 0x0001_0001)
        .le32(0x48, 400)
        .le32(0x4c, 1)
        .le32(0x154, to_u32(MAP))
        .le32(0x158, to_u32(start))
        .le32(0x168, sector)
        .le64(0x170, size)
        .le32(0x178, to_u32(BLOCK))
        .le32(0x180, to_u32(size.div_ceil(BLOCK)))
        .le32(0x184, to_u32(stored))
        .put(0x188, &disk.identity.id("vdi").to_bytes_le())
        .put(0x198, &disk.identity.id("vdi-modification").to_bytes_le())
        .le32(0x1d4, sector)
        .done()
}
