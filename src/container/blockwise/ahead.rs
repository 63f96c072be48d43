//! The blocks behind the one that is read, which others decode meanwhile.

use std::collections::VecDeque;

use super::ranges::Ranges;
use super::walk::{Block, Step, Unpacked, Walk};
use crate::container::ahead::Workers;
use crate::container::log::Log;

/// Blocks for each who works that are handed out at once.
const BLOCKS_EACH: usize = 8;

/// Bytes of contents that are handed out at once, at most.
const BYTES_MAX: u64 = 16 << 20;

/// The blocks that are handed out, in order.
pub(super) struct Ahead<W: Walk> {
    workers: Workers,
    given: VecDeque<(Block<W::Resume>, u64)>,
    /// Bytes of contents in them.
    given_bytes: u64,
    /// Finds those to be handed out; `None` where it cannot go on.
    walk: Option<W>,
    /// Up to where they were handed out, or read.
    to: u64,
    /// Where the contents of the block end that was read last.
    last: u64,
}

impl<W: Walk> Ahead<W> {
    /// Nothing is handed out to `workers` yet.
    pub(super) fn new(workers: Workers) -> Self {
        Self { workers, given: VecDeque::new(), given_bytes: 0, walk: None, to: 0, last: u64::MAX }
    }

    /// Whether the block that holds `at` is handed out; those before it are then not asked
    /// for any more.
    pub(super) fn holds(&mut self, at: u64) -> bool {
        let Some(place) = self.given.iter().position(|(block, _)| block.holds(at)) else {
            return false;
        };
        (0..place).for_each(|_| self.forget_first());
        true
    }

    /// What came of the first block that is handed out; `None` if it has to be decoded here.
    pub(super) fn take(&mut self) -> Option<(Block<W::Resume>, Unpacked)> {
        let (block, number) = self.given.pop_front()?;
        self.given_bytes = self.given_bytes.saturating_sub(block.length);
        let unpacked = W::unpacked(self.workers.take(number)?)?;
        self.last = block.end();
        Some((block, unpacked))
    }

    /// Where the first block that is handed out starts.
    pub(super) fn first(&self) -> Option<u64> {
        self.given.front().map(|(block, _)| block.contents)
    }

    /// Takes note that `walk` stands at a block that was read. Where that follows the one
    /// before, those behind it are handed out.
    pub(super) fn follow(&mut self, walk: &W, block: &Block<W::Resume>) {
        let is_in_order = block.contents == self.last;
        self.last = block.end();
        if is_in_order {
            self.forget_all();
            let mut walk = walk.fork();
            walk.stand_at(block.contents);
            self.walk = Some(walk);
            self.to = block.end();
        }
    }

    /// Hands out blocks up to `end` of the contents as long as there is room. Of those in
    /// `seen` no checksums are added up, and if all is to be seen and no more, they are
    /// passed over.
    pub(super) fn hand_out(&mut self, end: u64, seen: &Ranges, only_unseen: bool) {
        let blocks_max = self.workers.hands().saturating_mul(BLOCKS_EACH);
        while let Some(walk) = self.walk.as_mut().filter(|_| self.given.len() < blocks_max) {
            let Some(block) = walk.block().filter(|block| block.contents >= self.to) else {
                // What is wrong here comes up where it is read.
                let goes_on = matches!(walk.step(&mut Log::default()), Ok(Step::On));
                self.walk = self.walk.take().filter(|walk| goes_on && walk.contents() < end);
                continue;
            };
            let is_seen = seen.contains(block.contents);
            let bytes = self.given_bytes.saturating_add(block.length);
            if !(is_seen && only_unseen) {
                if bytes > BYTES_MAX {
                    return;
                }
                let Some(task) = walk.task(!is_seen) else {
                    self.walk = None;
                    return;
                };
                self.given.push_back((block, self.workers.begin(task)));
                self.given_bytes = bytes;
            }
            self.to = block.end();
        }
    }

    /// What is handed out is not asked for any more.
    pub(super) fn forget_all(&mut self) {
        while !self.given.is_empty() {
            self.forget_first();
        }
        self.walk = None;
    }

    fn forget_first(&mut self) {
        if let Some((block, number)) = self.given.pop_front() {
            self.given_bytes = self.given_bytes.saturating_sub(block.length);
            self.workers.forget(number);
        }
    }
}

impl<W: Walk> Drop for Ahead<W> {
    fn drop(&mut self) {
        self.forget_all();
    }
}
