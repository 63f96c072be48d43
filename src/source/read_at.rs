//! The seam: bytes with a length that can be read at any offset.

use core::ops::Range;
use std::rc::Rc;

use crate::error::Error;

/// Bytes with a length that can be read at any offset.
///
/// Reading goes through `&self` and waits for the bytes. A layer that keeps a
/// cache or a decoder keeps it behind interior mutability. No method but
/// [`announce`](Self::announce) has a default: a layer that is stacked on another
/// has to say of each what becomes of it, so that what is slow or lost below is
/// never told to be quick or there above.
pub trait ReadAt {
    /// Length in bytes; `None` as long as it is not known, as with a
    /// compressed stream whose end nobody has seen.
    fn size(&self) -> Option<u64>;

    /// Fills `buffer` from the front with the bytes from `offset` on and returns
    /// how many it wrote: fewer than asked only where the bytes end, or before a
    /// byte that nobody can have. Which of the two, [`size`](Self::size) and
    /// [`gap`](Self::gap) tell.
    ///
    /// # Errors
    ///
    /// The work cannot go on: the source is gone, or asks for something that is
    /// not supported. That bytes are lost is no error.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error>;

    /// The first gap with a byte in `range`, as far as is known without reading.
    /// It may begin before `range` and end behind it, and another may follow
    /// right behind.
    ///
    /// Bounded by `range`, so that a layer without a table of its own need not
    /// look through all there is; O(log n) in the gaps of a layer that has one.
    fn gap(&self, range: Range<u64>) -> Option<Gap>;

    /// Adds to `into` the ranges of the lowest source that a read of `range`
    /// would ask for, as far as that is known without reading.
    ///
    /// A hint for a caller who can wait for bytes where this trait cannot: it
    /// fetches them first, and the read then finds them. May name too much,
    /// too little, or nothing.
    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>);

    /// Works towards `range` until a read of it is quick, or some `work_max`
    /// bytes were read and decoded; returns whether it is quick now. An empty
    /// range stands for the byte at its start; [`u64::MAX`] for the end of all.
    ///
    /// For a layer that has to decode everything before, so that long work can
    /// be done in steps. Of a range longer than its cache the start counts.
    ///
    /// # Errors
    ///
    /// As for a read.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error>;

    /// About how many bytes have to be decoded to come to `offset`, and are
    /// none that are asked for, if those up to `from` were read last. 0 where
    /// every read is quick.
    fn detour(&self, from: u64, offset: u64) -> u64;

    /// Says that all of `ranges` will be read: a hint, for a cache that fetches what lies
    /// near together at once. It may then say of some that they are not yet known, until
    /// they are fetched. Who has no cache, and none below that it serves, does nothing.
    fn announce(&self, ranges: &[Range<u64>]) {
        let _ = ranges;
    }
}

/// A stretch of bytes that cannot be had, or not be vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where it starts, in bytes.
    pub start: u64,
    /// Where it ends, in bytes; behind `start`.
    pub end: u64,
    /// What is the matter with its bytes.
    pub kind: GapKind,
}

/// What is the matter with the bytes of a [`Gap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// Nobody can have them; a read stops before them.
    Lost,
    /// They can be read, and something speaks against their being right.
    InDoubt,
    /// The work has not come there yet; a read stops before them.
    NotYetKnown,
}

impl Gap {
    /// Whether a read stops before its bytes.
    #[must_use]
    pub fn stops_reads(&self) -> bool {
        self.kind != GapKind::InDoubt
    }
}

/// The gaps of `source` with a byte in `range`, in order, cut to it.
pub fn gaps(source: &dyn ReadAt, range: Range<u64>) -> impl Iterator<Item = Gap> {
    let mut at = range.start;
    core::iter::from_fn(move || {
        let gap = (at < range.end).then(|| source.gap(at..range.end)).flatten()?;
        let cut = Gap { start: gap.start.max(at), end: gap.end.min(range.end), ..gap };
        at = gap.end.max(at.saturating_add(1));
        Some(cut)
    })
}

/// Where bytes can be read again, if `source` is known not to have the one at
/// `offset`.
pub fn lost_until(source: &dyn ReadAt, offset: u64) -> Option<u64> {
    let gap = source.gap(offset..offset.saturating_add(1));
    gap.filter(|gap| gap.kind == GapKind::Lost).map(|gap| gap.end)
}

/// Whether nothing in `range` is known to be lost.
pub fn has_all(source: &dyn ReadAt, range: Range<u64>) -> bool {
    !gaps(source, range).any(|gap| gap.kind == GapKind::Lost)
}

/// Reads the bytes of `range` into a new buffer: fewer where `source` ends, or
/// before a byte that nobody can have. The caller bounds the length of `range`; of a
/// source whose size is known, no more memory is taken than it has bytes.
///
/// # Errors
///
/// As [`ReadAt::read_at`].
pub fn read_range(source: &dyn ReadAt, range: Range<u64>) -> Result<Vec<u8>, Error> {
    let end = source.size().map_or(range.end, |size| range.end.min(size));
    let length = usize::try_from(end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; length];
    let count = source.read_at(range.start, &mut buffer)?;
    buffer.truncate(count);
    Ok(buffer)
}

impl<T: ReadAt + ?Sized> ReadAt for Rc<T> {
    fn size(&self) -> Option<u64> {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (**self).read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        (**self).gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        (**self).trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        (**self).approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        (**self).detour(from, offset)
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        (**self).announce(ranges);
    }
}
