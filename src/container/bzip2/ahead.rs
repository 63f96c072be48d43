//! The blocks behind the one that is decoded, which others decode meanwhile.
//!
//! Where a block ends shows only when it is decoded. But nearly always the next one starts
//! where the magic number of blocks stands next. So what starts there is handed out, and
//! taken if the block before it ends right there. What looks like a start and is none is
//! not asked for, and what has been cut off by one is decoded where it is needed.

use std::collections::VecDeque;
use std::rc::Rc;

use super::header::{BLOCK_BYTES_MAX, MAGIC_BITS};
use super::resync::{SEARCH, find_magic};
use super::task::{Decoded, Task};
use crate::container::ahead::{self, Workers};
use crate::container::input::Input;
use crate::source::ReadAt;

/// Blocks for each who works that are handed out at once: of those that `bzip2 -9` makes,
/// each takes about 2 MB, with what comes of it.
const BLOCKS_EACH: usize = 4;

/// Bits at most between a block and the first one of another stream behind it: the end of
/// the one, what is left of its last byte, and the header of the other.
const BETWEEN_STREAMS: u64 = 48 + 32 + 7 + 32;

/// What others decode. Places are in bits of the source.
pub(super) struct Ahead {
    workers: Workers,
    /// Where blocks seem to start that are handed out, each with the number of its task.
    given: VecDeque<(u64, u64)>,
    /// Looks for those behind them; `None` where it does not go on.
    scout: Option<Scout>,
    /// Where the block ended that was decoded last.
    last: u64,
}

/// Looks for what starts as a block does.
struct Scout {
    input: Input,
    /// Where it stands: a bit of the first byte of the input.
    bit: u32,
    /// Whether a block seems to start there.
    is_start: bool,
}

impl Ahead {
    /// Nothing is handed out to `workers` yet, who begin behind `last`.
    pub(super) fn new(workers: Workers, last: u64) -> Self {
        Self { workers, given: VecDeque::new(), scout: None, last }
    }

    /// The block that starts at `at` of `source`, if it was decoded ahead. Where it follows
    /// the one before, those behind it are handed out.
    pub(super) fn take(&mut self, at: u64, source: &Rc<dyn ReadAt>) -> Option<Decoded> {
        if at < self.last {
            self.forget_all();
        }
        while let Some(number) = self.pop_if(|start| start < at) {
            self.workers.forget(number);
        }
        if self.given.is_empty() {
            let is_in_order =
                at.checked_sub(self.last).is_some_and(|ahead| ahead <= BETWEEN_STREAMS);
            self.scout = self.scout.take().filter(|scout| scout.place() >= at);
            if is_in_order && self.scout.is_none() {
                self.scout = Some(Scout::new(source, at));
            }
        }
        self.hand_out();
        let number = self.pop_if(|start| start == at)?;
        let decoded = self.workers.take(number)?.into_bzip2()?.0?;
        self.pass(at, &decoded);
        Some(decoded)
    }

    /// Takes note that the block at `at` was decoded.
    pub(super) fn pass(&mut self, at: u64, decoded: &Decoded) {
        let length = u64::try_from(decoded.end).unwrap_or(u64::MAX);
        self.last = (at / 8).saturating_mul(8).saturating_add(length);
    }

    /// Hands out blocks as long as there is room.
    fn hand_out(&mut self) {
        let most = self.workers.hands().saturating_mul(BLOCKS_EACH);
        while self.given.len() < most {
            let Some(scout) = &mut self.scout else { return };
            match scout.next() {
                Some((start, task)) => {
                    let number = self.workers.begin(ahead::Task::bzip2(task));
                    self.given.push_back((start, number));
                }
                None => self.scout = None,
            }
        }
    }

    /// The task of the first block that is handed out, if `is_so` of where that starts.
    fn pop_if(&mut self, is_so: impl FnOnce(u64) -> bool) -> Option<u64> {
        let &(start, number) = self.given.front()?;
        if !is_so(start) {
            return None;
        }
        self.given.pop_front();
        Some(number)
    }

    fn forget_all(&mut self) {
        for (_, number) in self.given.drain(..) {
            self.workers.forget(number);
        }
        self.scout = None;
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.forget_all();
    }
}

impl Scout {
    /// One that looks from bit `at` of `source` on.
    fn new(source: &Rc<dyn ReadAt>, at: u64) -> Self {
        let bit = u32::try_from(at % 8).unwrap_or(0);
        Self { input: Input::new(Rc::clone(source), at / 8), bit, is_start: false }
    }

    /// The bit of the source where it stands.
    fn place(&self) -> u64 {
        self.input.position().saturating_mul(8).saturating_add(self.bit.into())
    }

    /// The next block that seems to start, and where.
    fn next(&mut self) -> Option<(u64, Task)> {
        if !self.is_start {
            let (skip, bit) = self.find(self.bit)?;
            self.go_to(skip, bit);
        }
        let (start, bit) = (self.place(), self.bit);
        let next = self.find(bit.saturating_add(MAGIC_BITS));
        let bytes = self.input.available();
        let end = match next {
            Some((skip, bit)) => skip.saturating_add(usize::from(bit > 0)),
            // The last one goes up to the end; anything else is none.
            None if !bytes.is_empty() && bytes.len() < BLOCK_BYTES_MAX => bytes.len(),
            None => return None,
        };
        let bytes = bytes.get(..end).unwrap_or(bytes).to_vec();
        match next {
            Some((skip, bit)) => self.go_to(skip, bit),
            None => self.go_to(end, 0),
        }
        Some((start, Task { bit, bytes }))
    }

    fn go_to(&mut self, skip: usize, bit: u32) {
        self.input.consume(skip);
        (self.bit, self.is_start) = (bit, true);
    }

    /// The first magic number from bit `from` of the input on: a byte of that, and a bit of
    /// it. None where there is none as far as a block can go, or none can be read.
    fn find(&mut self, mut from: u32) -> Option<(usize, u32)> {
        let mut looked = 0_usize;
        loop {
            let least = looked.saturating_add(SEARCH);
            let bytes = self.input.peek(least).ok()?;
            let there = bytes.len();
            let rest = bytes.get(looked..).unwrap_or(&[]);
            if let Some((skip, bit)) = find_magic(rest, from) {
                return Some((looked.saturating_add(skip), bit));
            }
            if there < least || there >= BLOCK_BYTES_MAX {
                return None;
            }
            // One that is cut off is looked at again.
            (looked, from) = (there.saturating_sub(6), 0);
        }
    }
}
