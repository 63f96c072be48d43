//! Other sources side by side, as one.

use core::ops::Range;
use std::rc::Rc;

use crate::bytes::{to_u64, to_usize};
use crate::error::Error;
use crate::read_at::{Gap, GapKind, ReadAt};

/// A stretch of a [`Spread`]: the bytes of others, a stripe of each in turn.
struct Piece {
    range: Range<u64>,
    stripe: u64,
    below: Vec<Rc<dyn ReadAt>>,
}

/// Pieces one behind the other, each of which lies in one source, or in several by turns.
/// Between two of them may be bytes that nobody can have.
#[derive(Default)]
pub struct Spread {
    pieces: Vec<Piece>,
}

/// A part of a range that lies in one source.
struct Part<'a> {
    /// Where it starts in the whole.
    start: u64,
    /// Where it lies below.
    within: Range<u64>,
    below: Option<&'a dyn ReadAt>,
}

impl Spread {
    /// Puts a piece behind all others: from `start` on, `length` bytes, of which each of
    /// `below` has `stripe` bytes in turn from its start on; one source has them all. A
    /// piece that would start before the end of the last, or that has no bytes, is none.
    pub fn push(&mut self, start: u64, length: u64, stripe: u64, below: Vec<Rc<dyn ReadAt>>) {
        let stripe = if below.len() == 1 { length } else { stripe };
        if start >= self.end() && length > 0 && stripe > 0 && !below.is_empty() {
            let range = start..start.saturating_add(length);
            self.pieces.push(Piece { range, stripe, below });
        }
    }

    /// Where the last piece ends.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.pieces.last().map_or(0, |piece| piece.range.end)
    }

    /// The part of `range` that it begins with.
    fn part(&self, range: &Range<u64>) -> Part<'_> {
        let start = range.start;
        let next = self.pieces.partition_point(|piece| piece.range.end <= start);
        let piece = self.pieces.get(next);
        let Some(piece) = piece.filter(|piece| piece.range.start <= start) else {
            let end = piece.map_or(range.end, |piece| piece.range.start.min(range.end));
            return Part { start, within: start..end, below: None };
        };
        let within = start.saturating_sub(piece.range.start);
        // Neither is 0: `push` sees to that.
        let (row, into) = (within / piece.stripe.max(1), within % piece.stripe.max(1));
        let count = to_u64(piece.below.len()).max(1);
        let at = (row / count).saturating_mul(piece.stripe).saturating_add(into);
        let left = piece.stripe.saturating_sub(into);
        let length = left.min(piece.range.end.min(range.end).saturating_sub(start));
        let below = piece.below.get(to_usize(row % count)).map(|below| &**below);
        Part { start, within: at..at.saturating_add(length), below }
    }

    /// All parts of `range`, in order.
    fn parts(&self, range: Range<u64>) -> impl Iterator<Item = Part<'_>> {
        let end = range.end.min(self.end());
        let mut at = range.start;
        core::iter::from_fn(move || {
            let part = (at < end).then(|| self.part(&(at..end)))?;
            at = at.saturating_add(part.length()).max(at.saturating_add(1));
            Some(part)
        })
    }
}

impl Part<'_> {
    fn length(&self) -> u64 {
        self.within.end.saturating_sub(self.within.start)
    }

    /// A gap below, or that nothing is there, where it is in the whole.
    fn gap(&self) -> Option<Gap> {
        let Some(below) = self.below else {
            let end = self.start.saturating_add(self.length());
            return Some(Gap { start: self.start, end, kind: GapKind::Lost });
        };
        let gap = below.gap(self.within.clone())?;
        // Cut to the part: the next byte below is another one's in the whole.
        let at = |offset: u64| {
            let offset = offset.clamp(self.within.start, self.within.end);
            offset.saturating_sub(self.within.start).saturating_add(self.start)
        };
        Some(Gap { start: at(gap.start), end: at(gap.end), kind: gap.kind })
    }
}

impl ReadAt for Spread {
    fn size(&self) -> Option<u64> {
        Some(self.end())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut done = 0_usize;
        for part in self.parts(offset..offset.saturating_add(to_u64(buffer.len()))) {
            let length = to_usize(part.length());
            let Some(below) = part.below else { break };
            let room = buffer.get_mut(done..done.saturating_add(length)).unwrap_or(&mut []);
            let count = below.read_at(part.within.start, room)?;
            done = done.saturating_add(count);
            if count < length {
                break;
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.parts(range).find_map(|part| part.gap())
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for part in self.parts(range) {
            if let Some(below) = part.below {
                below.trace(part.within, into);
            }
        }
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let end = range.end.max(range.start.saturating_add(1));
        let part = self.part(&(range.start..end));
        part.below.map_or(Ok(true), |below| below.approach(part.within, work_max))
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        let part = |at: u64| self.part(&(at..at.saturating_add(1)));
        let (here, there) = (part(from), part(offset));
        let Some(below) = there.below else { return 0 };
        let is_same = here.below.is_some_and(|other| core::ptr::addr_eq(other, below));
        let from = if is_same { here.within.start } else { 0 };
        below.detour(from, there.within.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_at::{gaps, read_range};

    fn source(numbers: Range<u8>) -> Rc<dyn ReadAt> {
        Rc::new(numbers.collect::<Vec<u8>>())
    }

    #[test]
    fn pieces_and_stripes_come_in_their_order() {
        let mut spread = Spread::default();
        spread.push(0, 3, 0, vec![source(10..20)]);
        // As RAID 0 has it: two of each in turn.
        spread.push(3, 7, 2, vec![source(40..50), source(80..90)]);
        spread.push(12, 2, 0, vec![source(90..92)]);
        assert_eq!(spread.size(), Some(14));
        assert_eq!(read_range(&spread, 0..14), Ok(vec![10, 11, 12, 40, 41, 80, 81, 42, 43, 82]));
        assert_eq!(read_range(&spread, 6..9), Ok(vec![81, 42, 43]));
        assert_eq!(read_range(&spread, 12..20), Ok(vec![90, 91]));
        let lost: Vec<Gap> = gaps(&spread, 0..100).collect();
        assert_eq!(lost, [Gap { start: 10, end: 12, kind: GapKind::Lost }]);
        let mut traced = Vec::new();
        spread.trace(2..8, &mut traced);
        assert_eq!(traced, [2..3, 0..2, 0..2, 2..3]);
    }

    #[test]
    fn what_is_no_piece_is_not_taken() {
        let mut spread = Spread::default();
        spread.push(5, 5, 0, vec![source(0..9)]);
        spread.push(9, 5, 0, vec![source(0..9)]);
        spread.push(10, 0, 0, vec![source(0..9)]);
        spread.push(10, 5, 0, vec![source(0..9), source(0..9)]);
        spread.push(10, 5, 1, vec![]);
        assert_eq!((spread.size(), spread.pieces.len()), (Some(10), 1));
    }
}
