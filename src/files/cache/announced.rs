//! What is announced is wanted, though it were quick to be had: so those of its blocks that
//! lie near together in the backup's file can be brought by one read.

use core::ops::Range;

use super::{BLOCK, Cache};
use crate::source::{Error, ReadAt, sort_by_number};

/// Announced blocks that are wanted for one piece of work, at most.
const BLOCKS_MAX: usize = 256;

/// Places that lie no further apart in the lowest source than this are one read there: to
/// read what is between takes no longer than another read. A browser answers one in 0.3 to
/// 1 ms, in which it hands over so many bytes.
const NEAR: u64 = 320 << 10;

/// Bytes of such a read, and of all of them until they are fetched, at most: what the page
/// reads ahead at once.
const READ_MAX: u64 = 4 << 20;
const READS_MAX: u64 = 8 << 20;

/// Blocks that one announcement may name, each as often as it does.
const NAMED_MAX: usize = 16 << 10;

impl Cache {
    /// Wants the blocks of `ranges` that are not kept, as many as fit, and takes note of the
    /// reads that bring them. What speaks against it shows when they are read.
    pub(super) fn want_together(&self, ranges: &[Range<u64>]) {
        let (mut reads, mut wanted) = (Vec::new(), Vec::new());
        let mut left = READS_MAX.saturating_sub(bytes_of(&self.state.borrow().reads));
        for (place, block) in self.places(&self.lacking(ranges)).unwrap_or_default() {
            // What lies behind is announced once more when this is there.
            if !join(&mut reads, &mut left, place) {
                break;
            }
            wanted.push(block);
        }
        // One by itself is read where it is asked for.
        if wanted.len() > 1 {
            let mut state = self.state.borrow_mut();
            state.reads.extend(reads);
            state.wanted.extend(wanted);
        }
    }

    /// The blocks of `ranges` that are neither kept nor wanted, in order, as many as fit.
    fn lacking(&self, ranges: &[Range<u64>]) -> Vec<u64> {
        let state = self.state.borrow();
        let blocks = ranges.iter().flat_map(|range| range.start / BLOCK..range.end.div_ceil(BLOCK));
        let mut blocks: Vec<u64> = blocks.take(NAMED_MAX).collect();
        sort_by_number(&mut blocks, |block| *block);
        blocks.dedup();
        blocks.retain(|&block| !state.is_met(block) && !self.range(block).is_empty());
        let met = state.fetched.saturating_add(state.wanted.len());
        blocks.truncate(BLOCKS_MAX.saturating_sub(met));
        blocks
    }

    /// Where those of `blocks` lie in the lowest source that can be had at once, in order, each
    /// place with the block that it is a part of. The others are wanted.
    fn places(&self, blocks: &[u64]) -> Result<Vec<(Range<u64>, u64)>, Error> {
        let (mut places, mut traced) = (Vec::new(), Vec::new());
        for &block in blocks {
            // What was unpacked may be gone again soon.
            if self.is_slow() || self.quick(block, 1)? == 0 {
                self.take(block, 0)?;
                continue;
            }
            self.disk.trace(self.range(block), &mut traced);
            places.extend(traced.drain(..).map(|place| (place, block)));
        }
        sort_by_number(&mut places, |(place, _): &(Range<u64>, u64)| place.start);
        Ok(places)
    }
}

fn bytes_of(reads: &[Range<u64>]) -> u64 {
    let bytes = reads.iter().map(|read| read.end.saturating_sub(read.start));
    bytes.fold(0, u64::saturating_add)
}

/// Adds a place, which starts behind those before, to `reads` of the lowest source, if that
/// takes no more than `left` bytes; returns whether it does.
fn join(reads: &mut Vec<Range<u64>>, left: &mut u64, place: Range<u64>) -> bool {
    let near = reads.last_mut().filter(|last| {
        place.start.saturating_sub(last.end) <= NEAR
            && place.end.saturating_sub(last.start) <= READ_MAX
    });
    let from = near.as_ref().map_or(place.start, |near| near.end);
    let Some(rest) = left.checked_sub(place.end.saturating_sub(from)) else { return false };
    *left = rest;
    match near {
        Some(near) => near.end = near.end.max(place.end),
        None => reads.push(place),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn joined(places: &[Range<u64>]) -> (Vec<Range<u64>>, usize) {
        let (mut reads, mut left) = (Vec::new(), READS_MAX);
        let mut takes = |place: &Range<u64>| join(&mut reads, &mut left, place.clone());
        let taken = places.iter().take_while(|place| takes(place)).count();
        assert_eq!(bytes_of(&reads), READS_MAX - left);
        (reads, taken)
    }

    #[test]
    fn places_near_to_one_another_are_one_read() {
        let near = MIB + NEAR;
        let far = near + 9 + NEAR + 1;
        let (reads, taken) = joined(&[9..MIB, near..near + 9, near + 3..near + 5, far..far + 1]);
        assert_eq!((reads, taken), (vec![9..near + 9, far..far + 1], 4));
    }

    #[test]
    fn a_read_and_all_of_them_are_bounded() {
        let places: Vec<_> = (0..100).map(|at| at * MIB / 4..at * MIB / 4 + 9).collect();
        let (reads, taken) = joined(&places);
        assert!(reads.iter().all(|read| read.end - read.start <= READ_MAX), "{reads:?}");
        assert!(bytes_of(&reads) <= READS_MAX);
        // Sixteen each of two reads, and two of the next.
        assert_eq!(taken, 34);
    }
}
