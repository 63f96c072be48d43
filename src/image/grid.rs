//! A range that is parted into cells of about one length.

use core::ops::Range;

use crate::source::{to_u64, to_usize};

/// The most cells of a picture: more than a screen is wide.
pub const CELLS_MAX: usize = 4096;

/// A range in cells. None is empty; their lengths differ by one at most.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    range: Range<u64>,
    /// 0 only if the range is empty.
    cells: u64,
}

impl Grid {
    /// `range` in at most so many cells, at most [`CELLS_MAX`], at least one.
    pub(super) fn new(range: Range<u64>, cells: usize) -> Self {
        let range = range.start..range.end.max(range.start);
        let cells = to_u64(cells.clamp(1, CELLS_MAX)).min(range.end - range.start);
        Self { range, cells }
    }

    pub(super) fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    pub(super) fn count(&self) -> usize {
        to_usize(self.cells)
    }

    /// Where cell `cell` starts.
    fn edge(&self, cell: u64) -> u64 {
        let length = u128::from(self.range.end - self.range.start);
        let within = (length * u128::from(cell)).checked_div(u128::from(self.cells));
        let within = within.and_then(|within| u64::try_from(within).ok());
        self.range.start.saturating_add(within.unwrap_or(0))
    }

    /// The cell of a place in the range: the last that starts there or before.
    fn cell_at(&self, at: u64) -> u64 {
        let length = u128::from(self.range.end - self.range.start);
        let behind = u128::from(at.saturating_sub(self.range.start)) + 1;
        let cell = (behind * u128::from(self.cells)).saturating_sub(1).checked_div(length);
        cell.and_then(|cell| u64::try_from(cell).ok()).unwrap_or(0)
    }

    /// A stretch cut to the range and into the cells that it has a part in: the
    /// number of each, and the part.
    pub(super) fn parts(&self, stretch: Range<u64>) -> impl Iterator<Item = (usize, Range<u64>)> {
        let grid = self.clone();
        let (mut at, end) = (stretch.start.max(self.range.start), stretch.end.min(self.range.end));
        let mut cell = self.cell_at(at);
        core::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let part = at..grid.edge(cell.saturating_add(1)).min(end).max(at.saturating_add(1));
            let number = to_usize(cell);
            at = part.end;
            cell = cell.saturating_add(1);
            Some((number, part))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_range_is_in_one_cell_and_none_is_empty() {
        for (length, cells) in [(1, 1), (1, 9), (7, 3), (10, 4), (1000, 999), (1000, 1000)] {
            let grid = Grid::new(5..5 + length, cells);
            let parts: Vec<_> = grid.parts(0..u64::MAX).collect();
            assert_eq!(parts.len(), grid.count());
            assert_eq!(grid.count(), cells.min(to_usize(length)));
            let mut at = 5;
            for (number, (cell, part)) in parts.into_iter().enumerate() {
                assert_eq!((cell, part.start), (number, at));
                assert!(part.end > part.start);
                for place in part.clone() {
                    assert_eq!(grid.cell_at(place), to_u64(number), "{place} of {length}");
                }
                at = part.end;
            }
            assert_eq!(at, 5 + length);
        }
    }

    #[test]
    fn the_longest_range_has_cells_too_and_an_empty_one_none() {
        let grid = Grid::new(0..u64::MAX, usize::MAX);
        assert_eq!(grid.count(), CELLS_MAX);
        let last = grid.parts(u64::MAX - 1..u64::MAX).next();
        assert_eq!(last, Some((CELLS_MAX - 1, u64::MAX - 1..u64::MAX)));
        assert_eq!(Grid::new(Range { start: 9, end: 3 }, 4).count(), 0);
        assert!(Grid::new(9..9, 4).parts(0..20).next().is_none());
    }
}
