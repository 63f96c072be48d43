//! Blocks of a journal over the source that they belong to.

use core::ops::Range;
use std::collections::BTreeMap;
use std::rc::Rc;

use vma_source::{Error, Gap, ReadAt, to_u64, to_usize};

/// A block of the journal begins with this where another stands in the file system.
pub(super) const ESCAPED: [u8; 4] = [0xc0, 0x3b, 0x39, 0x98];

/// Where a block stands in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Logged {
    /// The byte of the source that it starts at.
    pub(super) place: u64,
    /// Whether it begins with [`ESCAPED`], and zeros stand in the journal instead.
    pub(super) is_escaped: bool,
}

/// A source of which some blocks stand elsewhere in it. Nothing is copied.
pub(super) struct Overlay {
    source: Rc<dyn ReadAt>,
    block_size: u64,
    /// By the number of the block that each is in the file system.
    logged: BTreeMap<u64, Logged>,
}

/// A stretch of the overlay that lies in one piece of the source.
struct Piece {
    /// In the overlay.
    start: u64,
    end: u64,
    /// In the source.
    place: u64,
    /// The byte of the overlay at which an escaped block starts that this is a part of.
    escaped: Option<u64>,
}

impl Piece {
    fn below(&self) -> Range<u64> {
        self.place..self.place.saturating_add(self.end.saturating_sub(self.start))
    }
}

impl Overlay {
    pub(super) fn new(
        source: Rc<dyn ReadAt>,
        block_size: u64,
        logged: BTreeMap<u64, Logged>,
    ) -> Self {
        Self { source, block_size: block_size.max(1), logged }
    }

    /// The first piece of `range`, which is not empty.
    fn piece(&self, range: &Range<u64>) -> Piece {
        let (start, size) = (range.start, self.block_size);
        let block = start / size;
        let first = block.saturating_mul(size);
        let block_end = first.saturating_add(size).min(range.end);
        if let Some(logged) = self.logged.get(&block) {
            let place = logged.place.saturating_add(start.saturating_sub(first));
            let escaped = logged.is_escaped.then_some(first);
            return Piece { start, end: block_end, place, escaped };
        }
        let next = self.logged.range(block..).next().map_or(u64::MAX, |(next, _)| *next);
        let end = next.saturating_mul(size).min(range.end);
        Piece { start, end, place: start, escaped: None }
    }

    /// The pieces of `range` in order: at most one for each block of the journal, and
    /// what is between them.
    fn pieces(&self, range: Range<u64>) -> impl Iterator<Item = Piece> {
        let mut rest = range;
        core::iter::from_fn(move || {
            let piece = (!rest.is_empty()).then(|| self.piece(&rest))?;
            rest.start = piece.end;
            Some(piece)
        })
    }

    /// Where `range` lies in the source.
    pub(super) fn places(&self, range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        self.pieces(range).map(|piece| piece.below())
    }
}

impl ReadAt for Overlay {
    fn size(&self) -> Option<u64> {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let (mut count, mut rest) = (0_usize, buffer);
        let size = self.source.size().unwrap_or(u64::MAX);
        let end = offset.saturating_add(to_u64(rest.len())).min(size);
        for piece in self.pieces(offset..end) {
            let length = to_usize(piece.end.saturating_sub(piece.start));
            let Some((part, behind)) = rest.split_at_mut_checked(length) else { break };
            let found = self.source.read_at(piece.place, part)?;
            if let Some(first) = piece.escaped {
                for (to, at) in part.iter_mut().take(found).zip(piece.start..) {
                    let into = to_usize(at.saturating_sub(first));
                    *to = ESCAPED.get(into).copied().unwrap_or(*to);
                }
            }
            count = count.saturating_add(found);
            if found < length {
                break;
            }
            rest = behind;
        }
        Ok(count)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.pieces(range).find_map(|piece| {
            let gap = self.source.gap(piece.below())?;
            let from = |at: u64| piece.start.saturating_add(at.saturating_sub(piece.place));
            Some(Gap { start: from(gap.start), end: from(gap.end).min(piece.end), ..gap })
        })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for place in self.places(range) {
            self.source.trace(place, into);
        }
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        match self.places(range.clone()).next() {
            Some(place) => self.source.approach(place, work_max),
            None => self.source.approach(range, work_max),
        }
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.source.detour(from, offset)
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        let places = ranges.iter().flat_map(|range| self.places(range.clone()));
        self.source.announce(&places.collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::*;
    use vma_source::{GapKind, gaps};

    /// Bytes that count, of which 50 to 52 are lost; and what was announced.
    #[derive(Default)]
    struct Counting(RefCell<Vec<Range<u64>>>);

    impl ReadAt for Counting {
        fn size(&self) -> Option<u64> {
            Some(64)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            let end = if offset < 52 { 50 } else { 64 };
            let bytes = (offset..end.max(offset)).zip(buffer.iter_mut());
            Ok(bytes.map(|(number, to)| *to = u8::try_from(number).unwrap_or(0)).count())
        }

        fn gap(&self, range: Range<u64>) -> Option<Gap> {
            let is_hit = range.start < 52 && range.end > 50;
            is_hit.then_some(Gap { start: 50, end: 52, kind: GapKind::Lost })
        }

        fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
            into.push(range);
        }

        fn approach(&self, range: Range<u64>, _: u64) -> Result<bool, Error> {
            Ok(range.start < 40)
        }

        fn detour(&self, from: u64, offset: u64) -> u64 {
            from.abs_diff(offset)
        }

        fn announce(&self, ranges: &[Range<u64>]) {
            self.0.borrow_mut().extend_from_slice(ranges);
        }
    }

    /// Blocks of eight bytes: the second stands at 48, the third at 32 without its start.
    fn overlay() -> Overlay {
        over(Rc::default())
    }

    fn over(source: Rc<Counting>) -> Overlay {
        let logged = [
            (1, Logged { place: 48, is_escaped: false }),
            (2, Logged { place: 32, is_escaped: true }),
        ];
        Overlay::new(source, 8, logged.into())
    }

    #[test]
    fn blocks_are_read_where_they_stand_in_the_journal() {
        let mut bytes = [0; 9];
        assert_eq!(overlay().read_at(16, &mut bytes), Ok(9));
        assert_eq!(bytes, [0xc0, 0x3b, 0x39, 0x98, 36, 37, 38, 39, 24]);
        assert_eq!(overlay().read_at(18, &mut bytes), Ok(9));
        assert_eq!(bytes, [0x39, 0x98, 36, 37, 38, 39, 24, 25, 26]);
        // The second block is lost from its third byte on.
        assert_eq!(overlay().read_at(6, &mut bytes), Ok(4));
        assert_eq!(bytes.get(..4), Some([6, 7, 48, 49].as_slice()));
        assert_eq!(overlay().read_at(60, &mut bytes), Ok(4));
        assert_eq!(overlay().size(), Some(64));
    }

    #[test]
    fn what_is_lost_or_slow_below_is_so_in_each_of_its_places() {
        let overlay = overlay();
        let lost = |start, end| Gap { start, end, kind: GapKind::Lost };
        let found: Vec<Gap> = gaps(&overlay, 0..u64::MAX).collect();
        assert_eq!(found, [lost(10, 12), lost(50, 52)]);
        assert_eq!(overlay.gap(12..50), None);
        let mut reads = Vec::new();
        overlay.trace(4..30, &mut reads);
        assert_eq!(reads, [4..8, 48..56, 32..40, 24..30]);
        assert_eq!(overlay.approach(0..4, 1), Ok(true));
        assert_eq!(overlay.approach(9..10, 1), Ok(false));
        assert_eq!(overlay.detour(5, 45), 40);
    }

    #[test]
    fn what_is_announced_is_so_where_it_stands() {
        let source = Rc::<Counting>::default();
        over(Rc::clone(&source)).announce(&[4..12, 60..63]);
        assert_eq!(*source.0.borrow(), [4..8, 48..52, 60..63]);
    }
}
