//! Reads that serve several ranges at once.

use core::ops::Range;

use crate::bytes::{to_u64, to_usize};
use crate::error::Error;
use crate::read_at::{Gap, ReadAt, gaps, read_range};

/// Ranges that lie no further apart than this are read in one go: to read what is between
/// them takes no longer than another read. A browser answers one in 0.3 to 1 ms, in which
/// it hands over so many bytes.
const NEAR: u64 = 320 << 10;

/// The longest read that serves several ranges, bytes.
const READ_MAX: u64 = 4 << 20;

/// [`ReadAt::read_each`] of a source each of whose reads takes a while, such as a file:
/// ranges near to one another by one read, wherever they stand in `ranges`. What lies
/// between two of them and is lost, or has to be decoded for nothing, is not read.
///
/// # Errors
///
/// As [`ReadAt::read_at`].
pub fn read_joined(source: &dyn ReadAt, ranges: &[Range<u64>]) -> Result<Vec<Vec<u8>>, Error> {
    let mut sorted: Vec<(usize, &Range<u64>)> = ranges.iter().enumerate().collect();
    sorted.sort_unstable_by_key(|(_, range)| range.start);
    let mut found = vec![Vec::new(); ranges.len()];
    let mut rest = sorted.as_slice();
    while let Some(&(_, first)) = rest.first() {
        let mut whole = first.clone();
        let near = rest.iter().take_while(|(_, next)| extend(&mut whole, next, source)).count();
        let (together, behind) = rest.split_at_checked(near.max(1)).unwrap_or((rest, &[]));
        rest = behind;
        let is_alone = together.len() == 1;
        let bytes = if is_alone { Vec::new() } else { read_range(source, whole.clone())? };
        let is_whole = !is_alone && to_u64(bytes.len()) == whole.end.saturating_sub(whole.start);
        for &(number, range) in together {
            let at = |offset: u64| to_usize(offset.saturating_sub(whole.start));
            let part = bytes.get(at(range.start)..at(range.end)).filter(|_| is_whole);
            // Where the source ends, or is now known to be damaged, each has what it has.
            let part =
                part.map_or_else(|| read_range(source, range.clone()), |part| Ok(part.into()))?;
            found.get_mut(number).into_iter().for_each(|found| found.clone_from(&part));
        }
    }
    Ok(found)
}

/// Takes `next`, which does not start before `whole`, into it, if one read is to have both.
fn extend(whole: &mut Range<u64>, next: &Range<u64>, source: &dyn ReadAt) -> bool {
    let between = whole.end..next.start;
    let end = whole.end.max(next.end);
    let is_near = next.start.saturating_sub(whole.end) <= NEAR
        && end.saturating_sub(whole.start) <= READ_MAX
        && (between.is_empty()
            || (source.detour(between.start, between.end) == 0
                && !gaps(source, between).any(|gap: Gap| gap.stops_reads())));
    if is_near {
        whole.end = end;
    }
    is_near
}

/// A part of a range that somebody asked for, and where its bytes lie in a source.
pub struct Part {
    /// Which of the ranges it is a part of.
    pub of: usize,
    /// Where it starts in that range, bytes.
    pub start: u64,
    /// Where it lies.
    pub place: Range<u64>,
}

/// Brings parts of ranges to `into`, which has a buffer for each range: what a layer does
/// in [`ReadAt::read_each`] whose bytes lie elsewhere in `source`. A buffer ends where a
/// read of one of its parts does.
///
/// # Errors
///
/// As [`ReadAt::read_at`].
pub fn read_parts(source: &dyn ReadAt, parts: &[Part], into: &mut [Vec<u8>]) -> Result<(), Error> {
    let places: Vec<Range<u64>> = parts.iter().map(|part| part.place.clone()).collect();
    for (part, bytes) in parts.iter().zip(source.read_each(&places)?) {
        let Some(buffer) = into.get_mut(part.of) else { continue };
        let end = part.start.saturating_add(to_u64(bytes.len()));
        if to_u64(bytes.len()) < part.place.end.saturating_sub(part.place.start) {
            buffer.truncate(to_usize(end));
        }
        let room = buffer.get_mut(to_usize(part.start)..to_usize(end));
        room.into_iter().for_each(|room| room.copy_from_slice(&bytes));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::*;
    use crate::read_at::GapKind;

    /// Zeros whose reads are noted, some of which are lost; whether that is known or not.
    struct Noted {
        lost: Range<u64>,
        is_known: bool,
        reads: RefCell<Vec<Range<u64>>>,
    }

    const MIB: u64 = 1 << 20;

    impl ReadAt for Noted {
        fn size(&self) -> Option<u64> {
            Some(64 * MIB)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            let end = offset + to_u64(buffer.len());
            self.reads.borrow_mut().push(offset..end);
            let is_hit = self.lost.start < end && offset < self.lost.end;
            let end = if is_hit { self.lost.start.max(offset) } else { end.min(64 * MIB) };
            buffer.iter_mut().zip(offset..end).for_each(|(to, at)| *to = at.to_le_bytes()[2]);
            Ok(to_usize(end.saturating_sub(offset)).min(buffer.len()))
        }

        fn gap(&self, range: Range<u64>) -> Option<Gap> {
            let Range { start, end } = self.lost.clone();
            let is_hit = self.is_known && start < range.end && range.start < end;
            is_hit.then_some(Gap { start, end, kind: GapKind::Lost })
        }

        fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
            into.push(range);
        }

        fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
            Ok(true)
        }

        /// Behind 32 MiB it is decoded from front to back.
        fn detour(&self, from: u64, offset: u64) -> u64 {
            if from < 32 * MIB { 0 } else { offset.saturating_sub(from) }
        }
    }

    /// The reads that `ranges` take, in order, and how many bytes come of each.
    fn reads(
        lost: Range<u64>,
        is_known: bool,
        ranges: &[Range<u64>],
    ) -> (Vec<Range<u64>>, Vec<usize>) {
        let noted = Noted { lost, is_known, reads: RefCell::default() };
        let found = read_joined(&noted, ranges).expect("it is read");
        for (bytes, range) in found.iter().zip(ranges) {
            assert!(bytes.iter().zip(range.clone()).all(|(byte, at)| *byte == at.to_le_bytes()[2]));
        }
        (noted.reads.take(), found.iter().map(Vec::len).collect())
    }

    #[test]
    fn ranges_near_to_one_another_are_one_read_and_come_in_the_order_they_were_asked_in() {
        let near = 5 * MIB + NEAR;
        let ranges = [near..near + 9, MIB..MIB + 4, 5 * MIB - 7..5 * MIB, MIB + 2..MIB + 8];
        let (reads, lengths) = reads(0..0, true, &ranges);
        assert_eq!(reads, [MIB..MIB + 8, 5 * MIB - 7..near + 9]);
        assert_eq!(lengths, [9, 4, 7, 6]);
    }

    #[test]
    fn what_is_lost_or_has_to_be_decoded_is_not_read_in_passing() {
        let ranges = [MIB..MIB + 9, MIB + 99..MIB + 109, 33 * MIB..33 * MIB + 1];
        let decoded = 33 * MIB + 9..33 * MIB + 10;
        let ranges = [ranges.as_slice(), core::slice::from_ref(&decoded)].concat();
        let (found, lengths) = reads(MIB + 50..MIB + 60, true, &ranges);
        assert_eq!((found, lengths), (ranges, vec![9, 10, 1, 1]));
    }

    #[test]
    fn where_a_loss_shows_only_by_reading_each_has_what_it_has() {
        let ranges = [MIB..MIB + 9, MIB + 50..MIB + 60, MIB + 99..MIB + 109];
        let (_, lengths) = reads(MIB + 55..MIB + 60, false, &ranges);
        assert_eq!(lengths, [9, 5, 10]);
        let (_, lengths) = reads(0..0, true, &[64 * MIB - 3..64 * MIB + 3, 63 * MIB..63 * MIB]);
        assert_eq!(lengths, [3, 0]);
    }
}
