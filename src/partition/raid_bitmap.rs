//! Where the copies of a mirror may differ, as it wrote down itself.

use core::ops::Range;

use crate::source::{Error, Glimpse, ReadAt, le_u32, le_u64, to_u64};

/// Bytes of bits that are read, at most: those of 8 Mi regions.
const BITS_MAX: u64 = 1 << 20;

/// The bitmap of md (`drivers/md/md-bitmap.h`, little-endian) at byte `at` of `source`:
/// the ranges in which something was being written. `None` if there is none that is
/// whole, is as new as `events`, and tells of all `size` bytes: then they may differ
/// anywhere.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn of_md(
    source: &dyn ReadAt,
    at: u64,
    events: u64,
    size: u64,
) -> Result<Option<Vec<Range<u64>>>, Error> {
    let look = Glimpse::new(source);
    let Some(head) = look.bytes(at, 256)? else { return Ok(None) };
    let state = le_u32(&head, 48);
    // Stale, or not written to its end.
    let is_good = head.starts_with(b"bitm")
        && matches!(le_u32(&head, 4), 3..=5)
        && state & 0b110 == 0
        && le_u64(&head, 24) >= events
        && le_u64(&head, 40).saturating_mul(512) >= size;
    if !is_good {
        return Ok(None);
    }
    ranges(&look, at.saturating_add(256), le_u32(&head, 52).into(), size, false)
}

/// The log of a mirror of the device mapper (`drivers/md/dm-log.c`): the ranges of
/// `region` bytes that are not the same on all its legs. `None` as for [`of_md`].
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn of_mirror(
    log: &dyn ReadAt,
    region: u64,
    size: u64,
) -> Result<Option<Vec<Range<u64>>>, Error> {
    let look = Glimpse::new(log);
    let Some(head) = look.bytes(0, 16)? else { return Ok(None) };
    let is_good = head.starts_with(b"rRiM")
        && le_u32(&head, 4) == 2
        && le_u64(&head, 8).saturating_mul(region) >= size;
    if !is_good {
        return Ok(None);
    }
    ranges(&look, 1024, region, size, true)
}

/// The ranges of the regions whose bit, from byte `at` on, is not `is_same`.
fn ranges(
    look: &Glimpse,
    at: u64,
    region: u64,
    size: u64,
    is_same: bool,
) -> Result<Option<Vec<Range<u64>>>, Error> {
    let count = if region == 0 { u64::MAX } else { size.div_ceil(region) };
    if count.div_ceil(8) > BITS_MAX {
        return Ok(None);
    }
    let length = usize::try_from(count.div_ceil(8)).unwrap_or(usize::MAX);
    let Some(bits) = look.bytes(at, length)? else { return Ok(None) };
    if look.take_lacking().in_doubt {
        return Ok(None);
    }
    let mut found: Vec<Range<u64>> = Vec::new();
    for (number, byte) in (0_u64..).zip(&bits) {
        for bit in 0..8 {
            let start = number.saturating_mul(8).saturating_add(to_u64(bit)).saturating_mul(region);
            if start >= size || (byte >> bit & 1 == 1) == is_same {
                continue;
            }
            let end = start.saturating_add(region);
            match found.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => found.push(start..end),
            }
        }
    }
    Ok(Some(found))
}
