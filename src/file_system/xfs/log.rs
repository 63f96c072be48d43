//! Where in the log that begins and ends which is not in its place yet, as the kernel's
//! `xfs_log_recover.c` finds it.

use super::changes::SECTOR;
use super::record::{DATA_MAX, Record, Ring};
use crate::error::{Fault, FaultKind, Result};

/// Sectors of the records that may have been under way at once: what of them is there
/// depends on which were written first (`XLOG_TOTAL_REC_SHIFT`).
const UNDER_WAY: u64 = 8 * DATA_MAX / SECTOR;

/// Records that may have been, so that their checksums need not agree.
const RECORDS_UNDER_WAY: usize = 8;

/// Sectors of the largest record with its headers.
const RECORD_MAX: u64 = DATA_MAX / SECTOR + 8;

/// Sectors of a log that is replayed: 256 MiB.
const REPLAYED_MAX: u64 = (256 << 20) / SECTOR;

/// From which sector to which records are to be replayed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) tail: u64,
    pub(super) head: u64,
}

fn corrupt(what: &str) -> Fault {
    Fault::corrupt(format!("log: {what}"))
}

/// What is to be replayed; `None` if all is in its place.
///
/// # Errors
///
/// The log cannot be had, makes no sense, or is too long.
pub(super) fn span(ring: &Ring<'_>) -> Result<Option<Span>> {
    let Some(mut head) = head(ring)? else { return Ok(None) };
    // Each time, the log ends earlier.
    for _ in 0..=RECORDS_UNDER_WAY {
        let last = last_before(ring, head)?;
        if last.next == head && last.is_unmount() && last.is_sound {
            return Ok(None);
        }
        let tail = ring.after(last.tail & 0xffff_ffff, 0);
        let span = Span { tail, head };
        if ring.distance(tail, head) > REPLAYED_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "log"));
        }
        match torn(ring, span)? {
            None => return Ok(Some(span)),
            Some(earlier) => head = earlier,
        }
    }
    Err(corrupt("no end"))
}

/// The sector that would be written next; `None` if none ever was.
fn head(ring: &Ring<'_>) -> Result<Option<u64>> {
    if ring.sectors < 2 {
        return Err(corrupt("size"));
    }
    let last_sector = ring.sectors - 1;
    let (first, last) = (ring.round_of(0)?, ring.round_of(last_sector)?);
    if first == 0 {
        return Ok(None);
    }
    // The round before the present one; before the first, all is zeros.
    let before = if last == first { first.wrapping_sub(1) } else { last };
    if last != first && last != 0 && last.wrapping_add(1) != first {
        return Err(corrupt("rounds"));
    }
    let head = if last == first { ring.sectors } else { first_of(ring, last, last_sector)? };
    // Where some of the sectors that were under way are not of this round, it ends there.
    let scanned = head.min(UNDER_WAY);
    let start = head - scanned;
    let bytes = ring.read(start, scanned)?;
    let mut sectors = bytes.chunks_exact(SECTOR_LENGTH);
    let hole = sectors.position(|sector| Ring::round(sector) == before);
    let end = hole.map_or(head, |hole| start.saturating_add(vma_source::to_u64(hole)));
    Ok(Some(ring.after(end, 0)))
}

const SECTOR_LENGTH: usize = 512;

/// The first sector that was written in `round`: those before it were not, and `last` was.
fn first_of(ring: &Ring<'_>, round: u32, last: u64) -> Result<u64> {
    let (mut before, mut found) = (0, last);
    while found.saturating_sub(before) > 1 {
        let middle = before.saturating_add((found - before) / 2);
        if ring.round_of(middle)? == round {
            found = middle;
        } else {
            before = middle;
        }
    }
    Ok(found)
}

/// The last record that begins before `head`.
fn last_before(ring: &Ring<'_>, head: u64) -> Result<Record> {
    for back in 1..=RECORD_MAX.min(ring.sectors) {
        let sector = ring.after(head.saturating_add(ring.sectors).saturating_sub(back), 0);
        if let Some(record) = ring.record(sector)? {
            return Ok(record);
        }
    }
    Err(corrupt("no record"))
}

/// Where the log ends earlier than `span` says: at a record that was under way, of which
/// not all is there.
fn torn(ring: &Ring<'_>, span: Span) -> Result<Option<u64>> {
    let whole = ring.distance(span.tail, span.head);
    let (mut sector, mut done) = (span.tail, 0);
    // The first that is torn, and records from there on.
    let mut found: Option<(u64, usize)> = None;
    while done < whole {
        let record = ring.record(sector)?;
        let next = record.as_ref().map(|record| ring.distance(sector, record.next));
        let fits = next.filter(|&length| length > 0 && done.saturating_add(length) <= whole);
        if let Some((_, count)) = &mut found {
            *count = count.saturating_add(1);
        } else if fits.is_none() || record.is_none_or(|record| !record.is_sound) {
            found = Some((sector, 1));
        }
        let Some(length) = fits else { break };
        done = done.saturating_add(length);
        sector = ring.after(sector, length);
    }
    let Some((torn, count)) = found else { return Ok(None) };
    let is_late = ring.distance(torn, span.head) <= UNDER_WAY.saturating_add(RECORD_MAX);
    if count > RECORDS_UNDER_WAY || !is_late || torn == span.head {
        return Err(corrupt("checksum"));
    }
    Ok(Some(torn))
}
