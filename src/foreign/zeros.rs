//! Files of zeros.

use crate::source::{Error, Foreign, ReadAt, read_range, to_u64};

/// Bytes at the start that are looked at.
const START: u64 = 16 << 20;

/// Bytes that are read at a time.
const WINDOW: u64 = 1 << 20;

/// Places behind the start that are looked at, and the bytes of each.
const PLACES: u64 = 64;
const PLACE: u64 = 4096;

/// Whether `source` is zeros: its start, and some places up to its end, if that is
/// known and not behind `reach`.
pub(super) fn recognise(source: &dyn ReadAt, reach: u64) -> Result<Option<Foreign>, Error> {
    let mut start = 0;
    while start < START {
        let bytes = read_range(source, start..start.saturating_add(WINDOW))?;
        if bytes.iter().any(|&byte| byte != 0) {
            return Ok(None);
        }
        if bytes.is_empty() {
            break;
        }
        start = start.saturating_add(to_u64(bytes.len()));
    }
    let size = source.size();
    let is_all = size == Some(start);
    let behind = size.filter(|&size| size <= reach && !is_all).unwrap_or(start);
    // The last place ends where the file does.
    let last = behind.saturating_sub(PLACE).max(start);
    let step = last.saturating_sub(start) / PLACES;
    let mut places = 0;
    while places < PLACES && behind > start {
        places = places.saturating_add(1);
        let at =
            if places < PLACES { start.saturating_add(step.saturating_mul(places)) } else { last };
        let bytes = read_range(source, at..at.saturating_add(PLACE))?;
        if bytes.iter().any(|&byte| byte != 0) {
            return Ok(None);
        }
    }
    Ok((start > 0).then_some(Foreign::Zeros { start, places, is_all }))
}
