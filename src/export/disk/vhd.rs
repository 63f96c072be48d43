//! VHD, dynamic, with blocks of 2 MiB.
//!
//! Source: Microsoft's "Virtual Hard Disk Image Format Specification", 1.0. The
//! file is, in order: a copy of the footer, the dynamic header, the block
//! allocation table, the stored blocks, each behind its sector bitmap, and the
//! footer.

use std::rc::Rc;

use super::bytes::{Record, to_u32};
use super::disk_file::{Content, Data, DiskFile};
use super::format::DiskFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, SECTOR};
use super::table::{Entry, Slots, Table};

const BLOCK: u64 = 2 << 20;

/// Bytes of the bitmap before each block: a bit for every sector, all of them
/// set, since a block is written whole.
const BITMAP: u64 = BLOCK / SECTOR / 8;

/// The largest disk, as QEMU and Hyper-V have it.
const SIZE_MAX: u64 = 2040 << 30;

/// Seconds from 1970 to 2000, where the format's time starts.
const EPOCH: i64 = 946_684_800;

const FOOTER: u64 = 512;
const HEADER: u64 = 1024;
const TABLE: u64 = FOOTER + HEADER;

/// The file of a disk.
pub(super) fn lay_out(disk: &Disk) -> Result<DiskFile, Refusal> {
    let size = disk.size_within(DiskFormat::Vhd.code(), SIZE_MAX)?;
    let units = Rc::new(disk.units(BLOCK));
    let blocks = size.div_ceil(BLOCK);
    let table_length = (blocks * 4).next_multiple_of(SECTOR);
    let start = TABLE + table_length;
    let table = Table {
        units: Rc::clone(&units),
        slots: Slots::Units,
        entry: Entry::Be32,
        empty: u32::MAX.into(),
        first: start / SECTOR,
        step: (BITMAP + BLOCK) / SECTOR,
    };
    let footer = footer(disk, size);
    let data = Data { units, unit_size: BLOCK, lead: BITMAP };
    let end = start + data.length();
    Ok(DiskFile::new(&disk.image)
        .with(0, FOOTER, Content::Bytes(footer.clone()))
        .with(FOOTER, HEADER, Content::Bytes(dynamic_header(blocks)))
        .with(TABLE, table_length, Content::Table(table))
        .with(start, data.length(), Content::Data(data))
        .with(end, FOOTER, Content::Bytes(footer)))
}

/// The footer. Programs that read VHD differ in whether the disk's size is
/// "current size" or follows from the geometry, which rounds it down; QEMU
/// decides by "creator application". With Hyper-V's `win ` it takes the current
/// size (`block/vpc.c`, `vpc_open`), and so the size is exact.
fn footer(disk: &Disk, size: u64) -> Vec<u8> {
    let seconds = u32::try_from(disk.identity.ctime.saturating_sub(EPOCH).max(0));
    let (cylinders, heads, sectors) = geometry(size / SECTOR);
    let record = Record::new(512)
        .put(0, b"conectix")
        .be32(8, 2)
        .be32(12, 0x0001_0000)
        .be64(16, FOOTER)
        .be32(24, seconds.unwrap_or(u32::MAX))
        .put(28, b"win ")
        .be32(32, 0x000a_0000)
        .put(36, b"Wi2k")
        .be64(40, size)
        .be64(48, size)
        .be16(56, cylinders)
        .put(58, &[heads, sectors])
        .be32(60, 3)
        .put(68, disk.identity.id("vhd").as_bytes());
    let checksum = checksum(record.bytes());
    record.be32(64, checksum).done()
}

fn dynamic_header(blocks: u64) -> Vec<u8> {
    let record = Record::new(1024)
        .put(0, b"cxsparse")
        .be64(8, u64::MAX)
        .be64(16, TABLE)
        .be32(24, 0x0001_0000)
        .be32(28, to_u32(blocks))
        .be32(32, to_u32(BLOCK));
    let checksum = checksum(record.bytes());
    record.be32(36, checksum).done()
}

/// The ones' complement of the sum of all bytes.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(0_u32, |sum, &byte| sum.wrapping_add(byte.into()))
}

/// Cylinders, heads and sectors a track of a disk of `sectors` sectors, as the
/// specification's appendix works them out.
fn geometry(sectors: u64) -> (u16, u8, u8) {
    let sectors = sectors.min(65_535 * 16 * 255);
    let (heads, track) = if sectors >= 65_535 * 16 * 63 {
        (16, 255)
    } else {
        let small = (sectors / 17).div_ceil(1024).max(4);
        if small <= 16 && sectors / 17 < small * 1024 {
            (small, 17)
        } else if sectors / 31 < 16 * 1024 {
            (16, 31)
        } else {
            (16, 63)
        }
    };
    let cylinders = u16::try_from(sectors / track / heads).unwrap_or(u16::MAX);
    (cylinders, u8::try_from(heads).unwrap_or(16), u8::try_from(track).unwrap_or(u8::MAX))
}
