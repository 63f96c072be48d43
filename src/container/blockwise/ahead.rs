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

/// Blocks that are handed out, in order, each with the number of its task.
struct Given<R> {
    blocks: VecDeque<(Block<R>, u64)>,
    /// Bytes of contents in them.
    bytes: u64,
}

/// What others decode.
pub(super) struct Ahead<W: Walk> {
    workers: Workers,
    /// Blocks behind the one that is read.
    next: Given<W::Resume>,
    /// Blocks that the frontier passed, which are only compared with their checksums.
    passed: Given<W::Resume>,
    /// Finds those to be handed out; `None` where it cannot go on.
    walk: Option<W>,
    /// Up to where they were handed out, or read.
    to: u64,
    /// Where the contents of the block end that was read last.
    last: u64,
}

impl<R> Given<R> {
    fn new() -> Self {
        Self { blocks: VecDeque::new(), bytes: 0 }
    }

    fn push(&mut self, block: Block<R>, number: u64) {
        self.bytes = self.bytes.saturating_add(block.length);
        self.blocks.push_back((block, number));
    }

    fn pop(&mut self) -> Option<(Block<R>, u64)> {
        let (block, number) = self.blocks.pop_front()?;
        self.bytes = self.bytes.saturating_sub(block.length);
        Some((block, number))
    }

    /// Whether a block of so many bytes can be handed out as well, if `most` may be.
    fn has_room(&self, length: u64, most: usize) -> bool {
        self.blocks.len() < most && self.bytes.saturating_add(length) <= BYTES_MAX
    }
}

impl<W: Walk> Ahead<W> {
    /// Nothing is handed out to `workers` yet.
    pub(super) fn new(workers: Workers) -> Self {
        let (next, passed) = (Given::new(), Given::new());
        Self { workers, next, passed, walk: None, to: 0, last: u64::MAX }
    }

    /// The one that is there. Where a block has to be decoded to know how long it is, there
    /// is none, and nothing of it is in the program.
    #[inline(always)]
    pub(super) fn of(ahead: &mut Option<Self>) -> Option<&mut Self> {
        if W::DECODES { None } else { ahead.as_mut() }
    }

    /// Whether the block that holds `at` is handed out; those before it are then not asked
    /// for any more.
    pub(super) fn holds(&mut self, at: u64) -> bool {
        let Some(place) = self.next.blocks.iter().position(|(block, _)| block.holds(at)) else {
            return false;
        };
        for _ in 0..place {
            forget_first(&mut self.next, &self.workers);
        }
        true
    }

    /// What came of the first block that is handed out; `None` if it has to be decoded here.
    pub(super) fn take(&mut self) -> Option<(Block<W::Resume>, Unpacked)> {
        let (block, number) = self.next.pop()?;
        let unpacked = W::unpacked(self.workers.take(number)?)?;
        self.last = block.end();
        Some((block, unpacked))
    }

    /// Where the first block that is handed out starts.
    pub(super) fn first(&self) -> Option<u64> {
        self.next.blocks.front().map(|(block, _)| block.contents)
    }

    /// Takes note that `walk` stands at a block that was read. Where that follows the one
    /// before, those behind it are handed out.
    pub(super) fn follow(&mut self, walk: &W, block: &Block<W::Resume>) {
        let is_in_order = block.contents == self.last;
        self.last = block.end();
        if is_in_order {
            self.forget_next();
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
        let most = self.blocks_max();
        while let Some(walk) = &mut self.walk {
            let Some(block) = walk.block().filter(|block| block.contents >= self.to) else {
                // What is wrong here comes up where it is read.
                let goes_on = matches!(walk.step(&mut Log::default()), Ok(Step::On));
                self.walk = self.walk.take().filter(|walk| goes_on && walk.contents() < end);
                continue;
            };
            let is_seen = seen.contains(block.contents);
            if !(is_seen && only_unseen) {
                if !self.next.has_room(block.length, most) {
                    return;
                }
                let Some(task) = walk.task(!is_seen, true) else {
                    self.walk = None;
                    return;
                };
                self.next.push(block, self.workers.begin(task));
            }
            self.to = block.end();
        }
    }

    /// Hands out the block that `walk` passes, to be compared with its checksums, if there
    /// is room for it. Returns whether there is, or never will be.
    pub(super) fn compare(&mut self, walk: &mut W, block: Block<W::Resume>) -> bool {
        if self.blocks_max() == 0 || block.length > BYTES_MAX {
            return true;
        }
        if !self.passed.has_room(block.length, self.blocks_max()) {
            return false;
        }
        if let Some(task) = walk.task(true, false) {
            self.passed.push(block, self.workers.begin(task));
        }
        true
    }

    /// The first block that was handed out to be compared, and what came of it.
    pub(super) fn compared(&mut self) -> Option<(Block<W::Resume>, Option<Unpacked>)> {
        let (block, number) = self.passed.pop()?;
        Some((block, self.workers.take(number).and_then(W::unpacked)))
    }

    fn blocks_max(&self) -> usize {
        self.workers.hands().saturating_mul(BLOCKS_EACH)
    }

    /// What is handed out is not asked for any more.
    pub(super) fn forget_all(&mut self) {
        self.forget_next();
        while forget_first(&mut self.passed, &self.workers) {}
    }

    fn forget_next(&mut self) {
        while forget_first(&mut self.next, &self.workers) {}
        self.walk = None;
    }
}

/// Forgets the first block of `given`; returns whether there was one.
fn forget_first<R>(given: &mut Given<R>, workers: &Workers) -> bool {
    let first = given.pop();
    if let Some((_, number)) = &first {
        workers.forget(*number);
    }
    first.is_some()
}

impl<W: Walk> Drop for Ahead<W> {
    fn drop(&mut self) {
        self.forget_all();
    }
}
