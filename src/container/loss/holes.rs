//! Parts of the contents of which something is known: that nobody can have them,
//! or that something speaks against them.

use core::ops::Range;
use std::collections::BTreeMap;

use crate::source::{Gap, GapKind};

/// Holes that are told apart: 8 MiB of memory.
const HOLES_MAX: usize = 1 << 18;

/// Bytes between two holes that are given up with them, once there are too
/// many; twice as many each time that there are too many again.
const GAP: u64 = 8;

/// Parts of the contents, apart from each other. Whatever is asked of them
/// takes O(log n) and the parts that are the answer.
///
/// When there are too many of them, those that lie close together become one:
/// some bytes are then lost that could be had, and never the other way around.
#[derive(Default)]
pub(in crate::container) struct Holes {
    /// Where each ends, by where it starts.
    ends: BTreeMap<u64, u64>,
    /// Bytes between two of them that are given up with them.
    gap: u64,
    /// Entries that were looked at.
    #[cfg(test)]
    visited: core::cell::Cell<u64>,
}

impl Holes {
    /// Adds one.
    pub(in crate::container) fn push(&mut self, hole: Range<u64>) {
        if hole.is_empty() {
            return;
        }
        let (from, to) = (hole.start.saturating_sub(self.gap), hole.end.saturating_add(self.gap));
        let mut whole = hole;
        while let Some((start, end)) = self.last_up_to(to).filter(|&(_, end)| end >= from) {
            whole = whole.start.min(start)..whole.end.max(end);
            self.ends.remove(&start);
        }
        self.ends.insert(whole.start, whole.end);
        while self.ends.len() > HOLES_MAX {
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
        while let Some(hole) = self.first_in(range) {
            self.ends.remove(&hole.start);
            for rest in [hole.start..range.start, range.end..hole.end] {
                if rest.start < rest.end {
                    self.ends.insert(rest.start, rest.end);
                }
            }
        }
    }

    /// The one that `offset` lies in.
    pub(in crate::container) fn at(&self, offset: u64) -> Option<Range<u64>> {
        let (start, end) = self.last_up_to(offset)?;
        (offset < end).then_some(start..end)
    }

    /// The first with a byte in `range`, whole.
    pub(in crate::container) fn first_in(&self, range: &Range<u64>) -> Option<Range<u64>> {
        if range.is_empty() {
            return None;
        }
        let behind = || self.first_from(range.start).filter(|hole| hole.start < range.end);
        self.at(range.start).or_else(behind)
    }

    /// Where the next one behind `offset` starts.
    pub(in crate::container) fn behind(&self, offset: u64) -> u64 {
        let next = offset.checked_add(1).and_then(|next| self.first_from(next));
        next.map_or(u64::MAX, |hole| hole.start)
    }

    /// Their parts within `range`.
    pub(in crate::container) fn within(
        &self,
        range: &Range<u64>,
    ) -> impl Iterator<Item = Range<u64>> {
        let mut rest = range.clone();
        core::iter::from_fn(move || {
            let hole = self.first_in(&rest)?;
            let part = hole.start.max(rest.start)..hole.end.min(rest.end);
            rest.start = part.end;
            Some(part)
        })
    }

    /// The last that starts at `offset` or before.
    fn last_up_to(&self, offset: u64) -> Option<(u64, u64)> {
        self.visit();
        self.ends.range(..=offset).next_back().map(|(&start, &end)| (start, end))
    }

    /// The first that starts at `offset` or behind.
    fn first_from(&self, offset: u64) -> Option<Range<u64>> {
        self.visit();
        self.ends.range(offset..).next().map(|(&start, &end)| start..end)
    }

    fn visit(&self) {
        #[cfg(test)]
        self.visited.set(self.visited.get() + 1);
    }

    fn merge(&mut self) {
        self.gap = self.gap.saturating_mul(2).max(GAP);
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(self.ends.len());
        for (&start, &end) in &self.ends {
            match merged.last_mut() {
                Some((_, before)) if start <= before.saturating_add(self.gap) => {
                    *before = end.max(*before);
                }
                _ => merged.push((start, end)),
            }
        }
        // One after the other: to collect them would sort them first.
        self.ends.clear();
        for (start, end) in merged {
            self.ends.insert(start, end);
        }
    }
}

/// The first gap with a byte in `range`: of bytes that are `lost`, or that are
/// there and `doubted`. What is lost is no longer in doubt.
pub(in crate::container) fn first_gap(
    lost: &Holes,
    doubted: &Holes,
    range: &Range<u64>,
) -> Option<Gap> {
    let gap = |range: Range<u64>, kind| Gap { start: range.start, end: range.end, kind };
    let hole = lost.first_in(range);
    let until = hole.as_ref().map_or(range.end, |hole| hole.start.max(range.start));
    match doubted.first_in(&(range.start..until)) {
        Some(doubt) => {
            let end = hole.map_or(doubt.end, |hole| doubt.end.min(hole.start));
            Some(gap(doubt.start.max(range.start)..end, GapKind::InDoubt))
        }
        None => hole.map(|hole| gap(hole, GapKind::Lost)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(holes: &Holes) -> Vec<Range<u64>> {
        holes.within(&(0..u64::MAX)).collect()
    }

    #[test]
    fn close_holes_become_one_when_there_are_too_many() {
        let mut holes = Holes::default();
        let count = u64::try_from(HOLES_MAX).unwrap() * 4;
        for index in 0..count {
            holes.push(index * 1000..index * 1000 + 1);
        }
        assert!(holes.ends.len() <= HOLES_MAX);
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
        let within = |range| holes.within(&range).collect::<Vec<_>>();
        assert_eq!(within(1500..5305), [1500..2000, 5000..5010, 5300..5305]);
        assert_eq!(within(2000..5000), []);
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
            assert_eq!(ranges(&holes), left, "{removed:?}");
        }
    }

    #[test]
    fn what_is_lost_is_not_in_doubt() {
        let (mut lost, mut doubted) = (Holes::default(), Holes::default());
        lost.extend(0, &[10..20, 50..60]);
        doubted.extend(0, &[5..15, 18..30, 70..80]);
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(gap) = first_gap(&lost, &doubted, &(at..100)) {
            found.push((gap.start, gap.end, gap.kind == GapKind::Lost));
            at = gap.end;
        }
        let expected =
            [(5, 10, false), (10, 20, true), (20, 30, false), (50, 60, true), (70, 80, false)];
        assert_eq!(found, expected);
    }

    #[test]
    fn holes_come_in_any_order() {
        let mut holes = Holes::default();
        for start in [9000, 1000, 5000, 1200, 8800] {
            holes.push(start..start + 300);
        }
        assert_eq!(ranges(&holes), [1000..1500, 5000..5300, 8800..9300]);
    }

    #[test]
    fn a_search_through_twice_the_holes_costs_twice_as_much() {
        let visited = |count: u64| {
            let mut holes = Holes::default();
            for index in 0..count {
                holes.push(index * 1000..index * 1000 + 1);
            }
            assert_eq!(holes.within(&(0..u64::MAX)).count() as u64, count);
            // And as a layer above goes about it: a read, a gap, a read.
            let mut at = 0;
            while let Some(hole) = holes.first_in(&(at..u64::MAX)) {
                at = hole.end;
            }
            holes.visited.get()
        };
        let (some, twice) = (visited(10_000), visited(20_000));
        assert!(twice * 10 <= some * 22, "{some}, then {twice}");
    }
}
