//! A container that starts again: a download that was begun anew, and appended
//! to what was there of the first one.

use core::ops::Range;

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

/// Bytes that one step looks at: all that is looked at around damage.
const STEP: u64 = BACK + REACH;

/// A search for the place where the source starts again.
pub(super) struct Restart {
    /// What is left to look at.
    range: Range<u64>,
}

/// What a step of it came to.
pub(in crate::container) enum Looked {
    /// It goes on.
    Searching,
    /// The source starts again here.
    At(u64),
    /// It does not.
    Nowhere,
}

impl Restart {
    /// A search from `from` to a little behind `stopped`, where decoding stopped.
    pub(super) fn around(from: u64, stopped: u64) -> Self {
        let from = from.max(stopped.saturating_sub(BACK));
        Self::within(from..stopped.saturating_add(REACH))
    }

    /// A search for a start in `range` of the source.
    pub(super) fn within(range: Range<u64>) -> Self {
        Self { range }
    }

    /// Looks at the next bytes.
    pub(super) fn step(&mut self, source: &dyn ReadAt) -> Result<Looked, Error> {
        if self.range.is_empty() {
            return Ok(Looked::Nowhere);
        }
        let head = read_range(source, 0..HEAD)?;
        if Container::recognise(&head).is_none() {
            return Ok(Looked::Nowhere);
        }
        let from = self.range.start;
        let end = self.range.end.min(from.saturating_add(STEP));
        // The last of them may be the first of the start.
        let bytes = read_range(source, from..end.saturating_add(HEAD))?;
        if let Some(at) = find(&bytes, from, &head).and_then(|at| from.checked_add(at))
            && at < end
        {
            return Ok(Looked::At(at));
        }
        self.range.start = end;
        Ok(Looked::Searching)
    }
}

/// Where in `bytes`, which stand at `from` of the source, those start again that
/// the source starts with.
fn find(bytes: &[u8], from: u64, head: &[u8]) -> Option<u64> {
    let first = head.first().copied()?;
    let is_again = |at: usize, rest: &[u8]| {
        // What the first piece had of the head, at most.
        let before = usize::try_from(from).unwrap_or(usize::MAX).saturating_add(at);
        let head = head.get(..head.len().min(before)).unwrap_or(head);
        head.len() >= HEAD_MIN && rest.starts_with(head)
    };
    let mut places = (0..bytes.len()).filter(|&at| bytes.get(at) == Some(&first));
    let found = places.find(|&at| bytes.get(at..).is_some_and(|rest| is_again(at, rest)));
    found.and_then(|at| u64::try_from(at).ok())
}
