//! The GUID partition table: UEFI Specification 2.10, section 5.3. Little-endian.

use uuid::Uuid;

use super::mbr::{PROTECTIVE, Record};
use super::purpose::Purpose;
use super::table::{Layout, PARTITIONS_MAX, Partition, Remark, Scheme};
use crate::source::{Error, Glimpse, array, le_u16, le_u32, le_u64, to_u64, to_usize};

const SIGNATURE: &[u8] = b"EFI PART";

/// Bytes of a sector that are tried, the usual first.
const SECTOR_SIZES: [u64; 2] = [512, 4096];

/// Bytes of a header that are read, and of which its checksum may be: section 5.3.2 says
/// that it is at least 92, and at most a sector.
const HEADER: usize = 512;
const HEADER_MIN: usize = 92;

/// Bytes of all entries that are read, at most: 4096 entries as all write them.
const ENTRIES_MAX: u64 = 512 << 10;

/// One of the two copies: its header and entries agree with their checksums.
struct Table {
    sector_size: u64,
    /// Where its header says that it and its copy stand, in sectors.
    here: u64,
    copy: u64,
    disk: Uuid,
    entries: Vec<u8>,
    entry_size: usize,
}

/// What the first sector says of a GPT.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// A protective MBR: there is one.
    Protective,
    /// Partitions of its own, or a file system: none counts.
    Other,
    /// Nothing.
    Silent,
    /// It cannot be read.
    Lost,
}

impl First {
    /// What `record` of the first sector says.
    pub(super) fn of(record: &Record) -> Self {
        let is_protective = record.entries.iter().any(|entry| entry.kind == PROTECTIVE);
        match record.entries.is_empty() {
            _ if is_protective => Self::Protective,
            true => Self::Silent,
            false => Self::Other,
        }
    }
}

/// Takes the GPT of the disk into `layout`; returns whether there is one. As Linux and
/// Windows do, without a protective MBR none is believed, unless the MBR is lost, or
/// empty before a first copy that is sound.
pub(super) fn read(look: &Glimpse, first: First, layout: &mut Layout) -> Result<bool, Error> {
    let own = own_table(look)?;
    if first == First::Other {
        if own.is_some() {
            layout.remarks.push(Remark::StaleGpt);
        }
        return Ok(false);
    }
    let copy = match &own {
        None if first == First::Silent => return Ok(false),
        own => copied_table(look, own.as_ref())?,
    };
    match (own, copy) {
        (Some(table), copy) => {
            compare(&table, copy.as_ref(), look.size(), layout);
            take(&table, layout);
        }
        (None, Some(copy)) => {
            layout.remarks.push(Remark::FirstGptBroken);
            take(&copy, layout);
        }
        (None, None) if first == First::Protective => {
            layout.scheme = Scheme::Gpt;
            layout.remarks.push(Remark::GptLost);
        }
        (None, None) => return Ok(false),
    }
    if first == First::Silent {
        layout.remarks.push(Remark::NoProtectiveMbr);
    }
    Ok(true)
}

/// The first copy, right behind the MBR.
fn own_table(look: &Glimpse) -> Result<Option<Table>, Error> {
    for sector_size in SECTOR_SIZES {
        if let Some(table) = table(look, sector_size, 1)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// The other copy: where the first one says that it is, or at the end, where it belongs.
fn copied_table(look: &Glimpse, own: Option<&Table>) -> Result<Option<Table>, Error> {
    let last = |sector_size: u64| (look.size() / sector_size).saturating_sub(1);
    let places: Vec<(u64, u64)> = match own {
        None => SECTOR_SIZES.iter().map(|&size| (size, last(size))).collect(),
        Some(Table { sector_size, copy, .. }) => {
            vec![(*sector_size, *copy), (*sector_size, last(*sector_size))]
        }
    };
    for (sector_size, at) in places {
        if let Some(table) = table(look, sector_size, at)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Remarks on what the copy says beside the first.
fn compare(table: &Table, copy: Option<&Table>, size: u64, layout: &mut Layout) {
    let Some(copy) = copy else {
        return layout.remarks.push(Remark::GptCopyBroken);
    };
    if copy.entries != table.entries || copy.disk != table.disk {
        layout.remarks.push(Remark::GptCopiesDiffer);
    }
    if copy.here != (size / table.sector_size).saturating_sub(1) {
        layout.remarks.push(Remark::GptCopyElsewhere);
    }
}

/// The table whose header stands in sector `at`; `None` if none does that agrees with
/// both of its checksums.
fn table(look: &Glimpse, sector_size: u64, at: u64) -> Result<Option<Table>, Error> {
    let Some(header) = look.bytes(at.saturating_mul(sector_size), HEADER)? else {
        return Ok(None);
    };
    let length = to_usize(u64::from(le_u32(&header, 12)));
    let mut summed = header.get(..length).unwrap_or(&[]).to_vec();
    if !header.starts_with(SIGNATURE) || summed.len() < HEADER_MIN || le_u64(&header, 24) != at {
        return Ok(None);
    }
    if let Some(own) = summed.get_mut(16..20) {
        own.fill(0);
    }
    if crc32fast::hash(&summed) != le_u32(&header, 16) {
        return Ok(None);
    }
    let (count, size) = (u64::from(le_u32(&header, 80)), u64::from(le_u32(&header, 84)));
    let is_size = size >= 128 && size.is_power_of_two();
    let bytes = count.saturating_mul(size);
    if !is_size || bytes > ENTRIES_MAX {
        return Ok(None);
    }
    let place = le_u64(&header, 72).saturating_mul(sector_size);
    let Some(entries) = look.bytes(place, to_usize(bytes))? else { return Ok(None) };
    let agrees = crc32fast::hash(&entries) == le_u32(&header, 88);
    Ok(agrees.then(|| Table {
        sector_size,
        here: at,
        copy: le_u64(&header, 32),
        disk: guid(&header, 56),
        entries,
        entry_size: to_usize(size),
    }))
}

/// Takes the partitions of a table into `layout`.
fn take(table: &Table, layout: &mut Layout) {
    layout.scheme = Scheme::Gpt;
    layout.sector_size = table.sector_size;
    layout.disk_id = Some(table.disk.to_string());
    for (number, entry) in (1..).zip(table.entries.chunks(table.entry_size.max(1))) {
        let purpose = guid(entry, 0);
        if purpose.is_nil() {
            continue;
        }
        if layout.partitions.len() >= PARTITIONS_MAX {
            layout.remarks.push(Remark::TooMany);
            break;
        }
        let (first, last) = (le_u64(entry, 32), le_u64(entry, 40));
        let start = first.saturating_mul(table.sector_size);
        let end = last.saturating_add(1).saturating_mul(table.sector_size).max(start);
        layout.partitions.push(Partition {
            number,
            range: start..end,
            purpose: Purpose::Gpt(purpose),
            name: name(entry.get(56..128).unwrap_or(&[])),
            id: guid(entry, 16).to_string(),
            // Section 5.3.3, "Legacy BIOS Bootable".
            is_active: le_u64(entry, 48) & 4 != 0,
        });
    }
}

/// A GUID as it stands in a table: its first three parts are little-endian.
fn guid(bytes: &[u8], at: usize) -> Uuid {
    Uuid::from_bytes_le(array(bytes.get(at..).unwrap_or(&[])))
}

/// UTF-16, up to the first zero; `None` if it is empty.
fn name(bytes: &[u8]) -> Option<String> {
    let units: Vec<u16> = (0..to_usize(to_u64(bytes.len()) / 2))
        .map(|at| le_u16(bytes, at.saturating_mul(2)))
        .collect();
    let text = units.split(|&unit| unit == 0).next().unwrap_or(&[]);
    Some(String::from_utf16_lossy(text)).filter(|text| !text.is_empty())
}
