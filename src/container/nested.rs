//! A container in another one: a download server packs what is packed already.

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use crate::source::{Error, Gap, GapKind, ReadAt};

/// Containers that are read through, one in the other.
pub(super) const DEPTH_MAX: usize = 3;

/// Bytes of contents after which it is noted again how far they reach in what they
/// are unpacked from.
const NOTED_EVERY: u64 = 1024 * 1024;

/// Notes that are kept: of more, every second one goes.
const NOTES_MAX: usize = 1 << 14;

/// What a container is unpacked from, if that is one itself.
pub(super) struct Below {
    contents: Rc<dyn ReadAt>,
    /// How far what is unpacked here reached, in ascending order, each with how many
    /// bytes of what is below had been read by then.
    reached: RefCell<Vec<Reached>>,
}

#[derive(Clone, Copy, Default)]
struct Reached {
    below: u64,
    here: u64,
}

impl Below {
    pub(super) fn new(contents: Rc<dyn ReadAt>) -> Self {
        Self { contents, reached: RefCell::default() }
    }

    /// Notes that the first `here` bytes came out of the first `below` bytes.
    pub(super) fn note(&self, below: u64, here: u64) {
        let mut reached = self.reached.borrow_mut();
        let last = reached.last().copied().unwrap_or_default();
        if here < last.here.saturating_add(NOTED_EVERY) {
            return;
        }
        if reached.len() >= NOTES_MAX {
            let mut number = 0_usize;
            reached.retain(|_| {
                number = number.saturating_add(1);
                number.is_multiple_of(2)
            });
        }
        reached.push(Reached { below, here });
    }

    /// Where the contents end because what comes next comes out of bytes that are lost
    /// or in doubt; `None` if none are, as far as is known. What follows a place that
    /// is not known has no place itself, so that nothing behind it is vouched for.
    pub(super) fn cut(&self) -> Option<u64> {
        let gap = self.contents.gap(0..u64::MAX).filter(|gap| gap.kind != GapKind::NotYetKnown)?;
        Some(self.here(gap.start))
    }

    /// A place, as near as is known, before which nothing comes out of what stands at
    /// `below` or behind it.
    pub(super) fn here(&self, below: u64) -> u64 {
        let reached = self.reached.borrow();
        let before = reached.partition_point(|reached| reached.below <= below);
        // A container counts a block when it has seen its header: one note more goes, and
        // no block is longer than what is between two.
        let last = before.checked_sub(2).and_then(|last| reached.get(last));
        last.map_or(0, |last| last.here)
    }

    /// The first of a `gap` of the container here and what is cut off of the `size`
    /// bytes that were unpacked.
    pub(super) fn first_gap(&self, range: &Range<u64>, gap: Option<Gap>, size: u64) -> Option<Gap> {
        let Some(cut) = self.cut() else { return gap };
        let lost = Some(Gap { start: cut, end: size, kind: GapKind::Lost });
        match gap.filter(|gap| gap.start < cut) {
            Some(gap) => Some(Gap { end: gap.end.min(cut), ..gap }),
            None => lost.filter(|lost| lost.start < range.end && range.start < lost.end),
        }
    }
}

/// Contents up to the first byte of them that cannot be had, as the source of what
/// is packed in them: where the bytes behind it belong, nobody knows.
pub(super) struct Whole(pub(super) Rc<dyn ReadAt>);

impl Whole {
    /// Where the first byte is that cannot be had.
    fn end(&self, range: &Range<u64>) -> u64 {
        let lost = self.0.gap(0..range.end).filter(|gap| gap.kind == GapKind::Lost);
        lost.map_or(u64::MAX, |gap| gap.start)
    }
}

impl ReadAt for Whole {
    fn size(&self) -> Option<u64> {
        let size = self.0.size();
        let end = self.end(&(0..u64::MAX));
        if end < u64::MAX { Some(size.map_or(end, |size| size.min(end))) } else { size }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.0.read_at(offset, buffer)?;
        // Only once they are read is it known which of them are lost.
        let asked = offset..offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        let left = self.end(&asked).saturating_sub(offset);
        Ok(count.min(usize::try_from(left).unwrap_or(usize::MAX)))
    }

    fn gap(&self, _: Range<u64>) -> Option<Gap> {
        None
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.0.trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        self.0.approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.0.detour(from, offset)
    }
}
