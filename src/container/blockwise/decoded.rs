//! The blocks that were decoded last.

use core::ops::Range;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::container::copy::copy_start;

/// Decoded blocks that are kept, whatever their size.
const BLOCKS_MAX: usize = 64;

/// The contents of some blocks; the one that is at hand longest unused goes
/// first.
pub(super) struct Decoded {
    blocks: VecDeque<(u64, Rc<Vec<u8>>)>,
    bytes_max: usize,
}

impl Decoded {
    /// Keeps about `bytes_max` bytes, and the last block in any case.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { blocks: VecDeque::new(), bytes_max }
    }

    /// Keeps the contents of the block that start at `start`.
    pub(super) fn push(&mut self, start: u64, bytes: Rc<Vec<u8>>) {
        self.blocks.retain(|block| block.0 != start);
        self.blocks.push_back((start, bytes));
        let mut kept: usize = self.blocks.iter().map(|block| block.1.len()).sum();
        while self.blocks.len() > 1 && (kept > self.bytes_max || self.blocks.len() > BLOCKS_MAX) {
            kept = kept.saturating_sub(self.blocks.pop_front().map_or(0, |block| block.1.len()));
        }
    }

    /// Keeps nothing of the block whose contents start at `start` any more.
    pub(super) fn forget(&mut self, start: u64) {
        self.blocks.retain(|block| block.0 != start);
    }

    /// The range of the block that `at` lies in, if it is kept.
    pub(super) fn at(&self, at: u64) -> Option<Range<u64>> {
        self.blocks.iter().rev().map(range).find(|range| range.contains(&at))
    }

    /// Copies bytes from `at` on, as far as one block goes, into `room`; returns
    /// how many.
    pub(super) fn copy(&mut self, at: u64, room: &mut [u8]) -> usize {
        let place = self.blocks.iter().rposition(|block| range(block).contains(&at));
        let Some(block) = place.and_then(|place| self.blocks.remove(place)) else { return 0 };
        let skip = usize::try_from(at.saturating_sub(block.0)).unwrap_or(usize::MAX);
        let count = copy_start(block.1.get(skip..).unwrap_or(&[]), room);
        self.blocks.push_back(block);
        count
    }
}

fn range((start, bytes): &(u64, Rc<Vec<u8>>)) -> Range<u64> {
    *start..start.saturating_add(u64::try_from(bytes.len()).unwrap_or(0))
}
