//! A part of a source as a source of its own.

use core::ops::Range;
use std::rc::Rc;

use crate::bytes::to_usize;
use crate::error::Error;
use crate::read_at::{Gap, ReadAt};

/// The bytes of a range of another source, counted from the range's start: a
/// partition of a disk, a file inside another. What is slow or lost below is so
/// here.
#[derive(Clone)]
pub struct Window {
    source: Rc<dyn ReadAt>,
    start: u64,
    length: u64,
}

impl Window {
    /// The bytes of `range` in `source`. Those of it that lie behind the
    /// source's end are not there.
    #[must_use]
    pub fn new(source: Rc<dyn ReadAt>, range: Range<u64>) -> Self {
        let length = range.end.saturating_sub(range.start);
        Self { source, start: range.start, length }
    }

    /// Where `range` of the window lies in the source.
    fn below(&self, range: &Range<u64>) -> Range<u64> {
        let at = |offset: u64| self.start.saturating_add(offset.min(self.length));
        at(range.start)..at(range.end)
    }
}

impl ReadAt for Window {
    fn size(&self) -> Option<u64> {
        let size = self.source.size()?;
        Some(size.saturating_sub(self.start).min(self.length))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = to_usize(self.length.saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..left).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        self.source.read_at(self.start.saturating_add(offset), buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let below = self.below(&range);
        let gap = (!below.is_empty()).then(|| self.source.gap(below)).flatten()?;
        let start = gap.start.saturating_sub(self.start);
        let end = gap.end.saturating_sub(self.start).min(self.length);
        Some(Gap { start, end, ..gap })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.source.trace(self.below(&range), into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        self.source.approach(self.below(&range), work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        let places = self.below(&(from..offset.max(from)));
        let offset = if offset < from { self.below(&(offset..offset)).start } else { places.end };
        self.source.detour(places.start, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GapKind;
    use crate::read_at::gaps;

    /// A hundred numbers, of which those of `lost` cannot be had.
    struct Holed {
        lost: Range<u64>,
    }

    impl ReadAt for Holed {
        fn size(&self) -> Option<u64> {
            Some(100)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            let end = if offset < self.lost.end { self.lost.start } else { 100 };
            let numbers = (offset..end.max(offset)).zip(buffer.iter_mut());
            Ok(numbers.map(|(number, to)| *to = u8::try_from(number).unwrap_or(0)).count())
        }

        fn gap(&self, range: Range<u64>) -> Option<Gap> {
            let Range { start, end } = self.lost;
            let is_hit = start < range.end && range.start < end;
            is_hit.then_some(Gap { start, end, kind: GapKind::Lost })
        }

        fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
            into.push(range);
        }

        fn approach(&self, range: Range<u64>, _: u64) -> Result<bool, Error> {
            Ok(range.start < 50)
        }

        fn detour(&self, from: u64, offset: u64) -> u64 {
            from.abs_diff(offset)
        }
    }

    #[test]
    fn what_is_lost_or_slow_below_is_so_in_a_window() {
        let window = Window::new(Rc::new(Holed { lost: 40..45 }), 30..80);
        let mut bytes = [0; 60];
        assert_eq!(window.read_at(0, &mut bytes), Ok(10));
        assert_eq!(bytes.get(..3), Some(&[30, 31, 32][..]));
        assert_eq!(window.read_at(15, &mut bytes), Ok(35));
        assert_eq!(bytes.first(), Some(&45));
        assert_eq!(window.size(), Some(50));
        let lost: Vec<Gap> = gaps(&window, 0..u64::MAX).collect();
        assert_eq!(lost, [Gap { start: 10, end: 15, kind: GapKind::Lost }]);
        assert_eq!(window.gap(15..50), None);
        assert_eq!(window.approach(0..1, 1), Ok(true));
        assert_eq!(window.approach(20..21, 1), Ok(false));
        assert_eq!(window.detour(5, 45), 40);
        let mut reads = Vec::new();
        window.trace(45..70, &mut reads);
        assert_eq!(reads.first(), Some(&(75..80)));
    }
}
