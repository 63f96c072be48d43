//! Whether the volume was in use: the flags of `$Volume`, and the first two pages of
//! `$LogFile`, as ntfs-3g's `logfile.h` has them.

use vma_source::{le_u16, le_u32, le_u64, to_usize};

use super::disk::{Disk, Through};
use super::file::File;
use super::record::{Reference, kind};
use super::table::Table;
use crate::error::Result;

const LOG_FILE: Reference = Reference(2);
const VOLUME: Reference = Reference(3);

/// Of `$Volume`: to be checked.
const DIRTY: u16 = 1;

/// Bytes of a restart page that are looked at, and of a page at most.
const LOOKED_AT: usize = 512;
const PAGE_MAX: u64 = 64 << 10;

/// There is no client of the log.
const NO_CLIENT: u16 = u16::MAX;

/// Of a restart area: the volume is clean.
const CLEAN: u16 = 2;

/// Whether nothing is left in the log that is not in the files. What cannot be read is
/// not clean.
pub(super) fn is_clean(disk: &Disk, table: &Table) -> bool {
    is_volume_clean(disk, table).unwrap_or(false) && is_log_clean(disk, table).unwrap_or(false)
}

fn is_volume_clean(disk: &Disk, table: &Table) -> Result<bool> {
    let file = File::load(disk, table, VOLUME)?;
    let Some(stored) = file.find(kind::VOLUME_INFORMATION, &[]) else { return Ok(false) };
    let value = disk.all(stored, 64, "volume information")?;
    Ok(value.len() >= 12 && le_u16(&value, 10) & DIRTY == 0)
}

fn is_log_clean(disk: &Disk, table: &Table) -> Result<bool> {
    let file = File::load(disk, table, LOG_FILE)?;
    let Some(log) = file.find(kind::DATA, &[]) else { return Ok(false) };
    let page = |at: u64| -> Result<Vec<u8>> {
        let mut bytes = vec![0; LOOKED_AT];
        let count = disk.read(log, at, &mut bytes, Through::Cache)?;
        bytes.truncate(count);
        Ok(bytes)
    };
    let first = page(0)?;
    // So it is when it was made anew.
    if first.iter().all(|&byte| byte == 0xff) {
        return Ok(true);
    }
    let length = u64::from(le_u32(&first, 16));
    if !first.starts_with(b"RSTR") || !(512..=PAGE_MAX).contains(&length) {
        return Ok(false);
    }
    let both = [area(&first), area(&page(length)?)];
    let newest = both.into_iter().flatten().max_by_key(|area| area.written);
    Ok(newest.is_some_and(|area| area.is_clean))
}

/// What a restart page says.
struct Area {
    /// Counts up.
    written: u64,
    is_clean: bool,
}

fn area(page: &[u8]) -> Option<Area> {
    let area = page.get(to_usize(le_u16(page, 24).into())..).filter(|area| area.len() >= 16)?;
    let is_clean = le_u16(area, 12) == NO_CLIENT || le_u16(area, 14) & CLEAN != 0;
    page.starts_with(b"RSTR").then(|| Area { written: le_u64(area, 0), is_clean })
}
