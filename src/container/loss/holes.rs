//! The parts of the contents that nobody can have.

use core::ops::Range;

use crate::source::{Gap, GapKind};

/// Holes that are told apart: 4 MiB of memory.
const HOLES_MAX: usize = 1 << 18;

/// Bytes between two holes that are given up with them, once there are too
/// many; twice as many each time that there are too many again.
const GAP: u64 = 8;

/// Parts of the contents, in ascending order and apart from each other.
///
/// When there are too many of them, those that lie close together become one:
/// some bytes are then lost that could be had, and never the other way around.
#[derive(Default)]
pub(in crate::container) struct Holes {
    ranges: Vec<Range<u64>>,
    /// Bytes between two of them that are given up with them.
    gap: u64,
}

impl Holes {
    /// Adds one.
    pub(in crate::container) fn push(&mut self, hole: Range<u64>) {
        if hole.is_empty() {
            return;
        }
        let (start, end) = (hole.start.saturating_sub(self.gap), hole.end.saturating_add(self.gap));
        let first = self.ranges.partition_point(|known| known.end < start);
        let behind = self.ranges.partition_point(|known| known.start <= end);
        let close = self.ranges.get(first..behind).unwrap_or(&[]).iter();
        let whole =
            close.fold(hole, |whole, known| whole.start.min(known.start)..whole.end.max(known.end));
        self.ranges.splice(first..behind, [whole]);
        while self.ranges.len() > HOLES_MAX {
            self.merge();
        }
    }

    /// Adds parts of what was put out at `start` of the contents.
    pub(in crate::container) fn extend(&mut self, start: u64, parts: &[Range<usize>]) {
        let offset = |index| start.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
        for part in parts {
            self.push(offset(part.start)..offset(part.end));
        }
    }

    /// Takes `range` out of them: it can be had after all.
    pub(in crate::container) fn remove(&mut self, range: &Range<u64>) {
        let first = self.ranges.partition_point(|hole| hole.end <= range.start);
        let behind = self.ranges.partition_point(|hole| hole.start < range.end);
        let hit = self.ranges.get(first..behind).unwrap_or(&[]);
        let (Some(from), Some(to)) = (hit.first(), hit.last()) else { return };
        let rest = [from.start..range.start, range.end..to.end];
        let rest = rest.into_iter().filter(|rest| rest.start < rest.end).collect::<Vec<_>>();
        self.ranges.splice(first..behind, rest);
    }

    /// The one that `offset` lies in.
    pub(in crate::container) fn at(&self, offset: u64) -> Option<Range<u64>> {
        let index = self.ranges.partition_point(|hole| hole.end <= offset);
        self.ranges.get(index).filter(|hole| hole.start <= offset).cloned()
    }

    /// The first with a byte in `range`, whole.
    pub(in crate::container) fn first_in(&self, range: &Range<u64>) -> Option<Gap> {
        let index = self.ranges.partition_point(|hole| hole.end <= range.start);
        let hole = self.ranges.get(index).filter(|hole| hole.start < range.end)?;
        Some(Gap { start: hole.start, end: hole.end, kind: GapKind::Lost })
    }

    /// Where the next one behind `offset` starts.
    pub(in crate::container) fn behind(&self, offset: u64) -> u64 {
        let index = self.ranges.partition_point(|hole| hole.start <= offset);
        self.ranges.get(index).map_or(u64::MAX, |hole| hole.start)
    }

    /// Their parts within `range`.
    pub(in crate::container) fn within(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let first = self.ranges.partition_point(|hole| hole.end <= range.start);
        let rest = self.ranges.get(first..).unwrap_or(&[]).iter();
        rest.take_while(|hole| hole.start < range.end)
            .map(|hole| hole.start.max(range.start)..hole.end.min(range.end))
            .collect()
    }

    fn merge(&mut self) {
        self.gap = self.gap.saturating_mul(2).max(GAP);
        let gap = self.gap;
        self.ranges.dedup_by(|hole, before| {
            let is_close = hole.start <= before.end.saturating_add(gap);
            if is_close {
                before.end = before.end.max(hole.end);
            }
            is_close
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_holes_become_one_when_there_are_too_many() {
        let mut holes = Holes::default();
        let count = u64::try_from(HOLES_MAX).unwrap() * 4;
        for index in 0..count {
            holes.push(index * 1000..index * 1000 + 1);
        }
        assert!(holes.ranges.len() <= HOLES_MAX);
        for index in 0..count {
            assert!(holes.at(index * 1000).is_some(), "{index}");
        }
        assert_eq!(holes.at(count * 1000), None);
    }

    #[test]
    fn parts_of_holes_are_found() {
        let mut holes = Holes::default();
        holes.push(1000..2000);
        holes.extend(5000, &[0..10, 300..310, 900..901]);
        assert_eq!(holes.within(&(1500..5305)), [1500..2000, 5000..5010, 5300..5305]);
        assert_eq!(holes.within(&(2000..5000)), []);
        assert_eq!(holes.at(5900), Some(5900..5901));
        assert_eq!((holes.behind(5000), holes.behind(5900)), (5300, u64::MAX));
    }

    #[test]
    fn what_can_be_had_after_all_is_no_hole() {
        let mut holes = Holes::default();
        holes.extend(0, &[1000..2000, 3000..4000, 5000..6000]);
        for (removed, left) in [
            (0..1000, vec![1000..2000, 3000..4000, 5000..6000]),
            (3200..3300, vec![1000..2000, 3000..3200, 3300..4000, 5000..6000]),
            (1500..3250, vec![1000..1500, 3300..4000, 5000..6000]),
            (3300..4000, vec![1000..1500, 5000..6000]),
            (5000..5500, vec![1000..1500, 5500..6000]),
        ] {
            holes.remove(&removed);
            assert_eq!(holes.ranges, left, "{removed:?}");
        }
    }

    #[test]
    fn holes_come_in_any_order() {
        let mut holes = Holes::default();
        for start in [9000, 1000, 5000, 1200, 8800] {
            holes.push(start..start + 300);
        }
        assert_eq!(holes.ranges, [1000..1500, 5000..5300, 8800..9300]);
    }
}
