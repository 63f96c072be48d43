//! VHDX, dynamic, with an empty log.
//!
//! Source: Microsoft's open specification `[MS-VHDX]`. The file is, in order:
//! the file identifier, two headers and two region tables in the first MiB,
//! then the log, the metadata, the block allocation table (BAT) and the stored
//! blocks, each aligned to 1 MiB.

use std::rc::Rc;

use uuid::Uuid;

use super::bytes::{Record, to_u32};
use super::disk_file::{Content, Data, DiskFile};
use super::format::DiskFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, SECTOR};
use super::table::{Entry, Slots, Table};

const MIB: u64 = 1 << 20;

/// The largest disk of the format: 64 TiB.
const SIZE_MAX: u64 = 64 << 40;

/// Blocks are made larger until a disk has no more than these, which bounds the
/// table that a reader keeps in memory.
const BLOCKS_MAX: u64 = 1 << 20;

const BLOCK_MIN: u64 = 2 << 20;

/// Sectors that one sector bitmap covers; after the blocks of as many sectors
/// the table has a slot for it, unused without a parent.
const BITMAP_SECTORS: u64 = 1 << 23;

/// State of a block that is wholly in this file (`PAYLOAD_BLOCK_FULLY_PRESENT`).
const PRESENT: u64 = 6;

const HEADERS: u64 = 64 << 10;
const REGION_TABLES: u64 = 192 << 10;
const REGION_TABLE: u64 = 64 << 10;
const REGION_TABLE_BYTES: usize = 64 << 10;
const LOG: u64 = MIB;
const METADATA: u64 = 2 * MIB;
const BAT: u64 = 3 * MIB;

const BAT_REGION: Uuid = Uuid::from_u128(0x2dc27766_f623_4200_9d64_115e9bfd4a08);
const METADATA_REGION: Uuid = Uuid::from_u128(0x8b7ca206_4790_4b9a_b8fe_575f050f886e);
const FILE_PARAMETERS: Uuid = Uuid::from_u128(0xcaa16737_fa36_4d43_b3b6_33f0aa44e76b);
const DISK_SIZE: Uuid = Uuid::from_u128(0x2fa54224_cd1b_4876_b211_5dbed83bf4b8);
const DISK_ID: Uuid = Uuid::from_u128(0xbeca12ab_b2e6_4523_93ef_c309e000c746);
const LOGICAL_SECTOR: Uuid = Uuid::from_u128(0x8141bf1d_a96f_4709_ba47_f233a8faab5f);
const PHYSICAL_SECTOR: Uuid = Uuid::from_u128(0xcda348c7_445d_4471_9cc9_e9885251c556);

/// The file of a disk.
pub(super) fn lay_out(disk: &Disk) -> Result<DiskFile, Refusal> {
    let size = disk.size_within(DiskFormat::Vhdx.code(), SIZE_MAX)?;
    let block = size.div_ceil(BLOCKS_MAX).next_power_of_two().max(BLOCK_MIN);
    let units = Rc::new(disk.units(block));
    let per = BITMAP_SECTORS * SECTOR / block;
    let blocks = size.div_ceil(block);
    let slots = blocks + blocks.saturating_sub(1) / per;
    let bat_length = (slots * 8).next_multiple_of(MIB).max(MIB);
    let start = BAT + bat_length;
    // An entry is the offset in MiB from bit 20 on, and thus the offset itself.
    let bat = Table {
        units: Rc::clone(&units),
        slots: Slots::Interleaved { per },
        entry: Entry::Le64,
        empty: 0,
        first: start | PRESENT,
        step: block,
    };
    let regions = Content::Bytes(region_table(bat_length));
    let data = Data { units, unit_size: block, lead: 0 };
    Ok(DiskFile::new(&disk.image)
        .with(0, HEADERS, Content::Bytes(file_identifier()))
        .with(HEADERS, HEADERS, Content::Bytes(header(disk, 0)))
        .with(2 * HEADERS, HEADERS, Content::Bytes(header(disk, 1)))
        .with(REGION_TABLES, REGION_TABLE, regions.clone())
        .with(REGION_TABLES + REGION_TABLE, REGION_TABLE, regions)
        .with(METADATA, MIB, Content::Bytes(metadata(disk, size, block)))
        .with(BAT, bat_length, Content::Table(bat))
        .with(start, data.length(), Content::Data(data)))
}

fn file_identifier() -> Vec<u8> {
    let creator: Vec<u8> = "VMA Inspector".encode_utf16().flat_map(u16::to_le_bytes).collect();
    Record::new(520).put(0, b"vhdxfile").put(8, &creator).done()
}

/// One of the two headers; the one with the higher sequence number holds.
fn header(disk: &Disk, sequence: u64) -> Vec<u8> {
    let record = Record::new(4096)
        .put(0, b"head")
        .le64(8, sequence)
        .put(16, &disk.identity.id("vhdx-file-write").to_bytes_le())
        .put(32, &disk.identity.id("vhdx-data-write").to_bytes_le())
        .le16(66, 1)
        .le32(68, to_u32(MIB))
        .le64(72, LOG);
    with_checksum(record)
}

fn region_table(bat_length: u64) -> Vec<u8> {
    let region = |record: Record, at: usize, id: Uuid, start: u64, length: u64| {
        let record = record.put(at, &id.to_bytes_le()).le64(at + 16, start);
        record.le32(at + 24, to_u32(length)).le32(at + 28, 1)
    };
    let record = Record::new(REGION_TABLE_BYTES).put(0, b"regi").le32(8, 2);
    let record = region(record, 16, BAT_REGION, BAT, bat_length);
    with_checksum(region(record, 48, METADATA_REGION, METADATA, MIB))
}

/// The metadata region: a table, and at 64 KiB the items that it names.
fn metadata(disk: &Disk, size: u64, block: u64) -> Vec<u8> {
    const OF_DISK: u32 = 2;
    const REQUIRED: u32 = 4;
    let sector = to_u32(SECTOR).to_le_bytes();
    let mut parameters = to_u32(block).to_le_bytes().to_vec();
    parameters.extend([0; 4]);
    let items: [(Uuid, u32, &[u8]); 5] = [
        (FILE_PARAMETERS, REQUIRED, &parameters),
        (DISK_SIZE, OF_DISK | REQUIRED, &size.to_le_bytes()),
        (DISK_ID, OF_DISK | REQUIRED, &disk.identity.id("vhdx").to_bytes_le()),
        (LOGICAL_SECTOR, OF_DISK | REQUIRED, &sector),
        (PHYSICAL_SECTOR, OF_DISK | REQUIRED, &4096_u32.to_le_bytes()),
    ];
    let mut record = Record::new(REGION_TABLE_BYTES + 256).put(0, b"metadata").le16(10, 5);
    let (mut entry, mut at) = (32, REGION_TABLE_BYTES);
    for (id, flags, item) in items {
        record = record
            .put(entry, &id.to_bytes_le())
            .le32(entry + 16, u32::try_from(at).unwrap_or(0))
            .le32(entry + 20, u32::try_from(item.len()).unwrap_or(0))
            .le32(entry + 24, flags)
            .put(at, item);
        (entry, at) = (entry + 32, at + item.len());
    }
    record.done()
}

/// Puts the checksum over the whole record, itself taken as zeros, at 4.
fn with_checksum(record: Record) -> Vec<u8> {
    let checksum = crc32c(record.bytes());
    record.le32(4, checksum).done()
}

/// CRC-32C, Castagnoli's polynomial, reflected.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn crc32c_is_castagnolis() {
        assert_eq!(super::crc32c(b"123456789"), 0xe306_9283);
    }
}
