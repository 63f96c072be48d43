//! A set of ranges that grow together.

use core::ops::Range;
use std::collections::BTreeMap;

/// Ranges that are kept apart; further ones are not kept.
const RANGES_MAX: usize = 1 << 18;

/// Which bytes of the contents were dealt with.
#[derive(Default)]
pub(super) struct Ranges {
    ends: BTreeMap<u64, u64>,
}

impl Ranges {
    /// Whether `at` is in.
    pub(super) fn contains(&self, at: u64) -> bool {
        self.ends.range(..=at).next_back().is_some_and(|(_, &end)| at < end)
    }

    /// The first at or behind `at` that is not in.
    pub(super) fn behind(&self, at: u64) -> u64 {
        let before = self.ends.range(..=at).next_back();
        before.map_or(at, |(_, &end)| end.max(at))
    }

    /// Adds `range`, whose start is not in yet.
    pub(super) fn insert(&mut self, range: Range<u64>) {
        let before = self.ends.range(..=range.start).next_back().map(|(&start, &end)| start..end);
        let start = match before {
            Some(before) if range.start < before.end => return,
            Some(before) if range.start == before.end => before.start,
            _ => range.start,
        };
        if start == range.start && self.ends.len() >= RANGES_MAX {
            return;
        }
        let end = self.ends.remove(&range.end).unwrap_or(range.end);
        self.ends.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_grow_together() {
        let mut ranges = Ranges::default();
        for range in [10..20, 30..40, 35..40, 20..30] {
            ranges.insert(range);
        }
        assert!(ranges.contains(10) && ranges.contains(39));
        assert_eq!((ranges.behind(9), ranges.behind(10), ranges.behind(50)), (9, 40, 50));
        assert!(!ranges.contains(9) && !ranges.contains(40));
        assert_eq!(ranges.ends.into_iter().collect::<Vec<_>>(), [(10, 40)]);
    }
}
