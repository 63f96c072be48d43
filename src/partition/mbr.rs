//! The master boot record, and the chain of extended boot records in it.
//!
//! There is no standard; what is read is what Linux' `block/partitions/msdos.c` and
//! libblkid's `partitions/dos.c` read. Little-endian, in sectors of the disk's own length.

use super::purpose::Purpose;
use super::table::{Layout, PARTITIONS_MAX, Partition, Remark, Scheme};
use crate::source::{Error, Glimpse, le_u16, le_u32};

/// Where the four entries stand, and bytes of one.
const ENTRIES: usize = 446;
const ENTRY: usize = 16;

/// The kind of an entry that stands for a GPT.
pub(super) const PROTECTIVE: u8 = 0xee;

/// Logical partitions that are followed, at most.
const CHAIN_MAX: usize = 128;

/// The entries of a boot record.
pub(super) struct Record {
    pub(super) entries: Vec<Entry>,
    /// What names the disk.
    pub(super) signature: u32,
}

/// One entry that is not empty, with its place among the four, from 1.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) place: u32,
    pub(super) kind: u8,
    is_active: bool,
    start: u64,
    count: u64,
}

impl Record {
    /// The entries of a sector that is a boot record; `None` if it is none, or the first
    /// sector of a file system, which ends in the same two bytes.
    pub(super) fn parse(sector: &[u8]) -> Option<Self> {
        let is_record = le_u16(sector, 510) == 0xaa55 && !is_file_system(sector);
        is_record.then(|| Self::parse_any(sector)).flatten()
    }

    /// The same of a sector that stands where only a boot record can.
    fn parse_any(sector: &[u8]) -> Option<Self> {
        let mut entries = Vec::new();
        for (place, at) in (1..).zip((ENTRIES..510).step_by(ENTRY)) {
            let entry = sector.get(at..at.saturating_add(ENTRY))?;
            let [active, .., kind] = *entry.first_chunk::<5>()?;
            // What is neither is no table: libblkid asks the same.
            if active & 0x7f != 0 {
                return None;
            }
            let (start, count) = (u64::from(le_u32(entry, 8)), u64::from(le_u32(entry, 12)));
            if kind != 0 && count != 0 {
                entries.push(Entry { place, kind, is_active: active != 0, start, count });
            }
        }
        Some(Self { entries, signature: le_u32(sector, 440) })
    }
}

impl Entry {
    /// Takes its partition into `layout`; it counts from sector `from`.
    fn add_to(&self, layout: &mut Layout, number: u32, from: u64) {
        let sector = layout.sector_size;
        let start = from.saturating_add(self.start).saturating_mul(sector);
        let end = start.saturating_add(self.count.saturating_mul(sector));
        let disk = layout.disk_id.as_deref().unwrap_or_default();
        let partition = Partition {
            number,
            range: start..end,
            purpose: Purpose::Mbr(self.kind),
            name: None,
            id: format!("{disk}-{number:02x}"),
            is_active: self.is_active,
        };
        layout.partitions.push(partition);
    }
}

/// Whether a sector is the first of a FAT, exFAT or NTFS.
pub(super) fn is_file_system(sector: &[u8]) -> bool {
    let name = sector.get(3..11).unwrap_or(&[]);
    if name == b"NTFS    " || name == b"EXFAT   " || name == b"-FVE-FS-" {
        return true;
    }
    let jump = sector.first().is_some_and(|&byte| byte == 0xeb || byte == 0xe9);
    let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
    jump && (512..=4096).contains(&le_u16(sector, 11))
        && le_u16(sector, 11).is_power_of_two()
        && byte(13).is_power_of_two()
        && le_u16(sector, 14) > 0
        && (1..=2).contains(&byte(16))
        && (byte(21) == 0xf0 || byte(21) >= 0xf8)
}

/// Whether a kind is an extended partition.
fn is_extended(kind: u8) -> bool {
    matches!(kind, 0x05 | 0x0f | 0x85)
}

/// Takes the partitions of `record` into `layout`.
pub(super) fn read(look: &Glimpse, record: &Record, layout: &mut Layout) -> Result<(), Error> {
    let is_empty = record.entries.is_empty();
    // An empty table is one only if something says so: boot code ends the same way.
    if is_empty && record.signature == 0 {
        return Ok(());
    }
    layout.scheme = Scheme::Mbr;
    layout.disk_id = Some(format!("{:08x}", record.signature));
    for entry in &record.entries {
        entry.add_to(layout, entry.place, 0);
    }
    let mut number = 5;
    for entry in record.entries.iter().filter(|entry| is_extended(entry.kind)) {
        follow(look, entry, &mut number, layout)?;
    }
    Ok(())
}

/// Follows the chain of boot records in an extended partition.
fn follow(
    look: &Glimpse,
    extended: &Entry,
    number: &mut u32,
    layout: &mut Layout,
) -> Result<(), Error> {
    let mut seen = Vec::new();
    let mut at = extended.start;
    loop {
        if seen.contains(&at) || seen.len() >= CHAIN_MAX {
            layout.remarks.push(Remark::ChainBroken);
            return Ok(());
        }
        seen.push(at);
        let sector = look.bytes(at.saturating_mul(layout.sector_size), 512)?;
        let sector = sector.filter(|sector| le_u16(sector, 510) == 0xaa55);
        let Some(record) = sector.as_deref().and_then(Record::parse_any) else {
            layout.remarks.push(Remark::ChainBroken);
            return Ok(());
        };
        let mut next = None;
        for entry in &record.entries {
            if is_extended(entry.kind) {
                next = next.or(Some(extended.start.saturating_add(entry.start)));
            } else if layout.partitions.len() >= PARTITIONS_MAX {
                layout.remarks.push(Remark::TooMany);
                return Ok(());
            } else {
                entry.add_to(layout, *number, at);
                *number = number.saturating_add(1);
            }
        }
        let Some(next) = next else { return Ok(()) };
        at = next;
    }
}
