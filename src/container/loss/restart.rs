//! A container that starts again: a download that was begun anew, and appended
//! to what was there of the first one.

use crate::container::format::Container;
use crate::source::{Error, ReadAt, read_range};

/// Bytes of the start of the source that are looked for.
const HEAD: u64 = 256;

/// Bytes of them that are enough, where the first piece has no more.
const HEAD_MIN: usize = 10;

/// Bytes of the source behind the place where decoding stopped that are looked
/// at: as many as any block that was cut has, but for what no one makes.
const REACH: u64 = 2 * 1024 * 1024;

/// Bytes before it that are looked at, at most.
const BACK: u64 = 4 * 1024 * 1024;

/// Where between `from` and a little behind `stopped` the source starts again,
/// with the bytes that it started with.
pub(super) fn find(source: &dyn ReadAt, from: u64, stopped: u64) -> Result<Option<u64>, Error> {
    let head = read_range(source, 0..HEAD)?;
    if Container::recognise(&head).is_none() {
        return Ok(None);
    }
    let from = from.max(stopped.saturating_sub(BACK)).max(1);
    let bytes = read_range(source, from..stopped.saturating_add(REACH))?;
    let first = head.first().copied().unwrap_or(0);
    let is_again = |at: usize, rest: &[u8]| {
        // What the first piece had of the head, at most.
        let before = usize::try_from(from).unwrap_or(usize::MAX).saturating_add(at);
        let head = head.get(..head.len().min(before)).unwrap_or(&head);
        head.len() >= HEAD_MIN && rest.starts_with(head)
    };
    let mut places = (0..bytes.len()).filter(|&at| bytes.get(at) == Some(&first));
    let found = places.find(|&at| bytes.get(at..).is_some_and(|rest| is_again(at, rest)));
    Ok(found.and_then(|at| from.checked_add(u64::try_from(at).ok()?)))
}
