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
    /// Adds `range`; returns false if its start was in already.
    pub(super) fn insert(&mut self, range: Range<u64>) -> bool {
        let before = self.ends.range(..=range.start).next_back().map(|(&start, &end)| start..end);
        let start = match before {
            Some(before) if range.start < before.end => return false,
            Some(before) if range.start == before.end => before.start,
            _ => range.start,
        };
        if start == range.start && self.ends.len() >= RANGES_MAX {
            return true;
        }
        let end = self.ends.remove(&range.end).unwrap_or(range.end);
        self.ends.insert(start, end);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_grow_together() {
        let mut ranges = Ranges::default();
        assert!(ranges.insert(10..20));
        assert!(ranges.insert(30..40));
        assert!(!ranges.insert(10..20));
        assert!(!ranges.insert(35..40));
        assert!(ranges.insert(20..30));
        assert_eq!(ranges.ends.into_iter().collect::<Vec<_>>(), [(10, 40)]);
    }
}
