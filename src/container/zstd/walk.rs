//! The walk ahead of the decoder, from block header to block header.
//!
//! It goes over bytes that the decoder will read, in the same buffer, and hands out
//! [batches](vma_zstd::ahead) of blocks. The decoder takes what comes of them by the
//! place of a block in the source. Where it goes on anywhere but behind the block that
//! it decoded last, all that was handed out is forgotten: it was made for blocks that
//! follow that one.

use std::collections::VecDeque;

use vma_zstd::BlockDecoder;
use vma_zstd::ahead::{BLOCKS_MAX, BatchWriter, Definitions, Prepared};
use vma_zstd::header::{BlockHeader, BlockKind};

use crate::container::ahead::{Batch, Done, Task, Workers};
use crate::container::input::Input;
use crate::source::to_u64;

/// Bytes of the source that a batch spans at most: some of the longest blocks.
const SPAN_MAX: usize = 512 * 1024;

/// Bytes of the source that are read ahead of the decoder, at most.
const AHEAD_MAX: u64 = 4 * 1024 * 1024;

/// Blocks that are decoded one behind the other before any is handed out: whoever reads a
/// few bytes somewhere wants none of those that follow.
const IN_ORDER: u32 = 4;

/// Batches that are handed out at once: two for each who works, and two.
const BATCHES_EACH: usize = 2;

/// A walk, and what was handed out on it.
pub(super) struct Walk {
    workers: Workers,
    /// Batches that are not taken yet: their numbers, and where in the source their places
    /// count from.
    given: VecDeque<(u64, u64)>,
    /// The batch that is in use: where its places count from, and how far in what was
    /// prepared the decoder has come.
    taken: Option<(u64, Batch, usize)>,
    /// Room of batches that were used.
    spare: Vec<Batch>,
    /// Where in the source the next block stands; `None` where the walk has ended.
    next: Option<u64>,
    /// The tables that were known where the walk began, and what was defined since.
    tables: Vec<u8>,
    newer: Definitions,
    /// Where the decoder will go on, if nothing comes between.
    follows: Option<u64>,
    /// Blocks that the decoder has decoded one behind the other.
    in_order: u32,
}

impl Walk {
    /// One that has blocks be prepared by `workers`.
    pub(super) fn new(workers: Workers) -> Option<Self> {
        Some(Self {
            workers,
            given: VecDeque::new(),
            taken: None,
            spare: Vec::new(),
            next: None,
            tables: Vec::new(),
            newer: Definitions::default(),
            follows: None,
            in_order: 0,
        })
    }

    /// Walks on, as the decoder is about to decode the block that `input` stands at.
    pub(super) fn go_on(&mut self, blocks: &BlockDecoder, input: &mut Input) {
        let position = input.position();
        match self.follows.take() == Some(position) {
            true => self.in_order = self.in_order.saturating_add(1),
            false => self.forget(),
        }
        if self.in_order == IN_ORDER {
            self.next = Some(position);
            self.tables = blocks.place().tables;
            self.newer = Definitions::default();
        }
        let room = self.workers.hands().saturating_add(1).saturating_mul(BATCHES_EACH);
        while let Some(next) = self.next
            && self.given.len() < room
            && next.saturating_sub(position) < AHEAD_MAX
        {
            self.next = self.batch(next, blocks.block_max(), input);
        }
    }

    /// The decoder has decoded the block before `position`, and the frame goes on there.
    pub(super) fn passed(&mut self, position: u64) {
        self.follows = Some(position);
    }

    /// What was prepared of the block at `position`.
    pub(super) fn prepared(&mut self, position: u64) -> Option<Prepared<'_>> {
        while !self.stands_at(position) {
            self.spare.extend(self.taken.take().map(|(_, spare, _)| spare));
            let &(number, start) = self.given.front().filter(|(_, start)| *start <= position)?;
            self.given.pop_front();
            let batch = self.workers.take(number).and_then(Done::into_zstd);
            self.taken = batch.map(|batch| (start, batch, 0));
        }
        let (_, batch, at) = self.taken.as_mut()?;
        let (_, prepared, next) = Prepared::at(&batch.prepared, *at)?;
        *at = next;
        Some(prepared)
    }

    /// Goes to the block at `position` in the batch that is in use, if it is in there.
    fn stands_at(&mut self, position: u64) -> bool {
        let Some((start, batch, at)) = &mut self.taken else { return false };
        while let Some((place, _, next)) = Prepared::at(&batch.prepared, *at) {
            let place = start.saturating_add(place.into());
            if place >= position {
                return place == position;
            }
            *at = next;
        }
        false
    }

    /// Hands out the blocks from `start` on; returns where the walk goes on.
    fn batch(&mut self, start: u64, block_max: usize, input: &mut Input) -> Option<u64> {
        let from = usize::try_from(start.checked_sub(input.position())?).ok()?;
        // What cannot be read now is said by the decoder, when it comes there.
        let bytes = input.peek(from.saturating_add(SPAN_MAX)).ok()?.get(from..)?;
        let Batch { blocks, prepared } = self.spare.pop().unwrap_or_default();
        let mut batch = BatchWriter::new(blocks, block_max, &self.tables, &self.newer);
        let (mut at, mut goes_on) = (0_usize, true);
        while goes_on && batch.blocks() < BLOCKS_MAX && at < SPAN_MAX {
            let header = bytes.get(at..).and_then(<[u8]>::first_chunk).copied();
            let header = header.and_then(BlockHeader::parse);
            let inside = at.saturating_add(3);
            let block = header.and_then(|header| {
                let block = bytes.get(inside..inside.saturating_add(header.length))?;
                Some((header, block))
            });
            let Some((header, block)) = block else {
                // Blocks are whole to the end of what was read, unless the source ends.
                goes_on = at > 0 && bytes.len() >= SPAN_MAX;
                break;
            };
            if header.kind == BlockKind::Compressed {
                if self.newer.note(block).is_none() {
                    goes_on = false;
                    break;
                }
                batch.push(u32::try_from(at).ok()?, block);
            }
            at = inside.saturating_add(header.length);
            goes_on = !header.is_last;
        }
        let is_any = batch.blocks() > 0;
        let batch = Batch { blocks: batch.into_bytes(), prepared };
        if is_any {
            self.given.push_back((self.workers.begin(Task::zstd(batch)), start));
        } else {
            self.spare.push(batch);
        }
        goes_on.then(|| start.saturating_add(to_u64(at)))
    }

    /// Forgets all that was handed out.
    fn forget(&mut self) {
        self.given.drain(..).for_each(|(number, _)| self.workers.forget(number));
        self.taken = None;
        self.next = None;
        self.in_order = 0;
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        self.forget();
    }
}
