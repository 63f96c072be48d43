//! The contents of an archive, with what the scan does not vouch for.

use core::ops::Range;
use std::rc::Rc;

use crate::source::{Error, Gap, GapKind, ReadAt, sort_by_number};

/// Data of extents that stand between headers whose distance is not what the
/// first announces, or between which clusters are left out: somewhere in them
/// bytes were put in or left out, and nothing tells where. And copies of a
/// cluster that differ.
///
/// In ascending order, and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Doubts(Vec<Range<u64>>);

/// Ranges that are told apart; from there on everything up to the last is in
/// doubt.
const DOUBTS_MAX: usize = 1 << 18;

impl Doubts {
    /// Adds a range that lies behind all others.
    pub(super) fn push(&mut self, range: Range<u64>) {
        let is_full = self.0.len() >= DOUBTS_MAX;
        match self.0.last_mut() {
            _ if range.is_empty() => {}
            Some(last) if range.start <= last.end || is_full => last.end = last.end.max(range.end),
            _ => self.0.push(range),
        }
    }

    /// Adds ranges in any order.
    pub(super) fn add(&mut self, ranges: Vec<Range<u64>>) {
        if ranges.is_empty() {
            return;
        }
        let mut all = core::mem::take(&mut self.0);
        all.extend(ranges);
        sort_by_number(&mut all, |range| range.start);
        for range in all {
            self.push(range);
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn first_in(&self, range: &Range<u64>) -> Option<Gap> {
        let doubt = self.0.get(self.0.partition_point(|doubt| doubt.end <= range.start))?;
        let is_hit = doubt.start < range.end;
        is_hit.then_some(Gap { start: doubt.start, end: doubt.end, kind: GapKind::InDoubt })
    }
}

/// A source of which some ranges are [in doubt](GapKind::InDoubt) besides what it
/// tells itself.
pub(super) struct Doubted {
    source: Rc<dyn ReadAt>,
    doubts: Rc<Doubts>,
}

impl Doubted {
    pub(super) fn new(source: Rc<dyn ReadAt>, doubts: Rc<Doubts>) -> Self {
        Self { source, doubts }
    }
}

impl ReadAt for Doubted {
    fn size(&self) -> Option<u64> {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.source.read_at(offset, buffer)
    }

    /// Where the source lacks bytes that are in doubt, they are lost.
    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let (gap, doubt) = (self.source.gap(range.clone()), self.doubts.first_in(&range));
        let (Some(gap), Some(doubt)) = (gap, doubt) else { return gap.or(doubt) };
        if gap.start <= doubt.start.max(range.start) {
            return Some(gap);
        }
        Some(Gap { end: doubt.end.min(gap.start), ..doubt })
    }

    crate::source::as_quick_as!(source);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::gaps;

    #[test]
    fn what_is_lost_is_lost_although_it_is_in_doubt() {
        let mut inner = Doubts::default();
        inner.push(30..40);
        let inner = Doubted::new(Rc::new(vec![0_u8; 100]), Rc::new(inner));
        let mut doubts = Doubts::default();
        for range in [10..20, 20..20, 20..35, 60..70] {
            doubts.push(range);
        }
        let whole = Doubted::new(Rc::new(inner), Rc::new(doubts));
        let found: Vec<(u64, u64)> = gaps(&whole, 0..100).map(|gap| (gap.start, gap.end)).collect();
        assert_eq!(found, [(10, 30), (30, 40), (60, 70)]);
        assert!(whole.gap(40..60).is_none());
    }

    #[test]
    fn what_is_added_late_is_put_where_it_belongs() {
        let mut doubts = Doubts::default();
        doubts.push(50..60);
        doubts.add(vec![55..70, 10..20, 30..30]);
        let doubted = Doubted::new(Rc::new(vec![0_u8; 100]), Rc::new(doubts));
        let found: Vec<_> = gaps(&doubted, 0..100).map(|gap| gap.start..gap.end).collect();
        assert_eq!(found, [10..20, 50..70]);
    }
}
