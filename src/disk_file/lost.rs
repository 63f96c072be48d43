//! What of a disk was found to be lost when it was read.

use core::ops::Range;
use std::collections::BTreeMap;

use crate::source::{Gap, GapKind};

/// Ranges that are kept. What no longer finds room is forgotten, and found again by
/// whoever reads there.
const KEPT: usize = 1 << 16;

/// Ranges of a disk, by start; none touches another.
#[derive(Default)]
pub(super) struct Lost(BTreeMap<u64, u64>);

impl Lost {
    pub(super) fn add(&mut self, range: Range<u64>) {
        let Range { mut start, mut end } = range;
        if start >= end {
            return;
        }
        let touching: Vec<(u64, u64)> = self
            .0
            .range(..=end)
            .rev()
            .map(|(&start, &end)| (start, end))
            .take_while(|&(_, other)| other >= start)
            .collect();
        for (other, other_end) in touching {
            self.0.remove(&other);
            (start, end) = (start.min(other), end.max(other_end));
        }
        if self.0.len() >= KEPT {
            self.0.pop_first();
        }
        self.0.insert(start, end);
    }

    /// The first with a byte in `range`.
    pub(super) fn first(&self, range: &Range<u64>) -> Option<Gap> {
        let before = self.0.range(..=range.start).next_back();
        let before = before.filter(|&(_, &end)| end > range.start);
        let found = before.or_else(|| self.0.range(range.start..).next());
        let (&start, &end) = found.filter(|&(&start, _)| start < range.end)?;
        Some(Gap { start, end, kind: GapKind::Lost })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().fold(0, |sum, (start, end)| sum.saturating_add(end.saturating_sub(*start)))
    }
}
