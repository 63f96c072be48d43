//! Copies of the same bytes, as one source.

use core::ops::Range;
use std::rc::Rc;

use crate::bytes::{to_u64, to_usize};
use crate::error::Error;
use crate::read_at::{Gap, GapKind, ReadAt};

/// Sources that hold the same: the first is read, and another one where bytes of it are
/// lost or in doubt. Which one is read of a byte depends on its gaps alone.
pub struct Mirrored {
    copies: Vec<Rc<dyn ReadAt>>,
    /// Where the copies may differ, in order: there the first alone counts.
    differing: Vec<Range<u64>>,
    size: u64,
}

/// What is read of a byte, and of those behind it up to `until`.
struct Choice<'a> {
    copy: Option<&'a dyn ReadAt>,
    /// What is the matter with it there.
    kind: Option<GapKind>,
    until: u64,
}

impl Mirrored {
    /// Of `size` bytes in each of `copies`; in `differing`, which is in order, only the
    /// first of them counts.
    #[must_use]
    pub fn new(copies: Vec<Rc<dyn ReadAt>>, differing: Vec<Range<u64>>, size: u64) -> Self {
        Self { copies, differing, size }
    }

    /// What is read from the start of `range` on.
    fn choose(&self, range: &Range<u64>) -> Choice<'_> {
        let at = range.start;
        let next = self.differing.partition_point(|stretch| stretch.end <= at);
        let (count, mut until) = match self.differing.get(next) {
            Some(stretch) if stretch.start <= at => (1, stretch.end.min(range.end)),
            Some(stretch) => (usize::MAX, stretch.start.min(range.end)),
            None => (usize::MAX, range.end),
        };
        let mut in_doubt = None;
        for copy in self.copies.iter().take(count) {
            let gap = copy.gap(at..until);
            match gap {
                None => return Choice { copy: Some(&**copy), kind: None, until },
                Some(gap) if gap.start > at => {
                    return Choice { copy: Some(&**copy), kind: None, until: gap.start };
                }
                // It may turn out to be there.
                Some(Gap { kind: GapKind::NotYetKnown, end, .. }) => {
                    let kind = Some(GapKind::NotYetKnown);
                    return Choice { copy: Some(&**copy), kind, until: until.min(end) };
                }
                Some(gap) => {
                    until = until.min(gap.end.max(at.saturating_add(1)));
                    if gap.kind == GapKind::InDoubt {
                        in_doubt = in_doubt.or(Some(&**copy));
                    }
                }
            }
        }
        let kind = if in_doubt.is_some() { GapKind::InDoubt } else { GapKind::Lost };
        Choice { copy: in_doubt, kind: Some(kind), until }
    }

    /// All choices in `range`, in order, with where each starts.
    fn choices(&self, range: Range<u64>) -> impl Iterator<Item = (u64, Choice<'_>)> {
        let end = range.end.min(self.size);
        let mut at = range.start;
        core::iter::from_fn(move || {
            let start = at;
            let choice = (start < end).then(|| self.choose(&(start..end)))?;
            at = choice.until.max(start.saturating_add(1));
            Some((start, choice))
        })
    }
}

impl ReadAt for Mirrored {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let end = offset.saturating_add(to_u64(buffer.len())).min(self.size);
        let (mut at, mut done) = (offset, 0_usize);
        // That a byte is lost may show only by reading: then there is another choice.
        let mut tries = self.copies.len();
        while at < end {
            let Choice { copy, kind, until } = self.choose(&(at..end));
            let Some(copy) = copy.filter(|_| kind != Some(GapKind::NotYetKnown)) else { break };
            let length = to_usize(until.saturating_sub(at));
            let room = buffer.get_mut(done..done.saturating_add(length)).unwrap_or(&mut []);
            let count = copy.read_at(at, room)?;
            done = done.saturating_add(count);
            at = at.saturating_add(to_u64(count));
            if count < length {
                tries = tries.saturating_sub(1);
                if tries == 0 {
                    break;
                }
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.choices(range).find_map(|(start, Choice { kind, until, .. })| {
            kind.map(|kind| Gap { start, end: until, kind })
        })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for (start, Choice { copy, until, .. }) in self.choices(range) {
            if let Some(copy) = copy {
                copy.trace(start..until, into);
            }
        }
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let end = range.end.max(range.start.saturating_add(1));
        let Choice { copy, until, .. } = self.choose(&(range.start..end));
        copy.map_or(Ok(true), |copy| copy.approach(range.start..until, work_max))
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        let choice = self.choose(&(offset..offset.saturating_add(1)));
        choice.copy.map_or(0, |copy| copy.detour(from, offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_at::{gaps, read_range};

    /// Bytes of one value, with gaps.
    struct Copy {
        value: u8,
        gaps: Vec<Gap>,
    }

    impl ReadAt for Copy {
        fn size(&self) -> Option<u64> {
            Some(100)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            let stop = self.gaps.iter().find(|gap| gap.stops_reads() && gap.end > offset);
            let end = stop.map_or(100, |gap| gap.start.max(offset));
            let count = to_usize(end.saturating_sub(offset)).min(buffer.len());
            buffer.iter_mut().take(count).for_each(|byte| *byte = self.value);
            Ok(count)
        }

        fn gap(&self, range: Range<u64>) -> Option<Gap> {
            let hit = |gap: &&Gap| gap.start < range.end && range.start < gap.end;
            self.gaps.iter().find(hit).copied()
        }

        fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
            into.push(range);
        }

        fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
            Ok(true)
        }

        fn detour(&self, _: u64, _: u64) -> u64 {
            0
        }
    }

    fn copy(value: u8, gaps: &[(u64, u64, GapKind)]) -> Rc<dyn ReadAt> {
        let gaps = gaps.iter().map(|&(start, end, kind)| Gap { start, end, kind });
        Rc::new(Copy { value, gaps: gaps.collect() })
    }

    #[test]
    fn another_copy_is_read_where_the_first_lacks_bytes_and_it_may() {
        use GapKind::{InDoubt, Lost, NotYetKnown};
        let one = copy(1, &[(10, 20, Lost), (40, 50, InDoubt), (60, 65, Lost)]);
        let two = copy(2, &[(15, 25, Lost), (44, 46, Lost), (80, 90, NotYetKnown)]);
        let both = Mirrored::new(vec![one, two], Vec::from_iter(core::iter::once(58..62)), 100);
        let told: Vec<Gap> = gaps(&both, 0..200).collect();
        let gap = |start, end, kind| Gap { start, end, kind };
        let lost = [gap(15, 20, Lost), gap(44, 46, InDoubt), gap(60, 62, Lost)];
        assert_eq!(told, lost);
        assert_eq!(read_range(&both, 5..100), Ok([[1; 5], [2; 5]].concat()));
        let rest = [vec![1; 20], vec![2; 4], vec![1; 2], vec![2; 4], vec![1; 10]].concat();
        assert_eq!(read_range(&both, 20..100), Ok(rest));
        assert_eq!(read_range(&both, 62..66), Ok(vec![2, 2, 2, 1]));
    }

    #[test]
    fn what_the_first_may_still_have_is_waited_for() {
        let one = copy(1, &[(10, 20, GapKind::NotYetKnown)]);
        let both = Mirrored::new(vec![one, copy(2, &[])], vec![], 100);
        let gap = Gap { start: 10, end: 20, kind: GapKind::NotYetKnown };
        assert_eq!(both.gap(0..100), Some(gap));
        assert_eq!(read_range(&both, 5..30), Ok(vec![1; 5]));
    }
}
