//! How little of the window a checkpoint needs.
//!
//! `zstd` compresses jobs of four windows each, also with `--threads=1`, and up
//! to level 7 a job looks back an eighth of a window at most (the overlap of
//! `zstdmt_compress.c`). A checkpoint between two jobs needs no more. Whether it stands there cannot be seen, but tried: the decoder goes
//! on with the short history, and what reaches further back is an error. Once
//! a whole window was decoded without one, nothing can reach back any more.

use super::super::input::Input;
use super::block::{BlockDecoder, Past, Tables, Undecodable};
use super::header::{BlockHeader, FrameHeader};
use crate::source::Error;

/// Bytes that a [`Tables`] takes besides itself, at most: a Huffman table of
/// 12 bits, and what it is made from.
const TABLES_HEAP_BYTES: usize = 10 * 1024;

/// What is needed to go on inside a frame.
pub(super) struct Inside {
    /// The frame's header.
    pub(super) header: FrameHeader,
    /// Bytes of contents that come before in the frame.
    pub(super) produced: u64,
    /// The tables of the last block before.
    pub(super) tables: Tables,
    /// The contents right before, as far back as blocks behind will look.
    pub(super) history: Vec<u8>,
    /// What lies before these.
    pub(super) past: Past,
}

impl Inside {
    /// Bytes of memory that one with `history` bytes of history takes.
    pub(super) fn bytes_of(history: usize) -> usize {
        size_of::<Self>().saturating_add(TABLES_HEAP_BYTES).saturating_add(history)
    }

    /// Puts `blocks` to this place.
    pub(super) fn enter(&self, blocks: &mut BlockDecoder) -> Result<(), Undecodable> {
        blocks.restore(self.header.window, self.past, &self.tables, [&self.history, &[]])
    }
}

/// A checkpoint, and the question how much history it needs.
pub(super) struct Trial {
    /// Offset of the checkpoint in the contents.
    pub(super) contents: u64,
    /// Offset of the checkpoint in the source.
    pub(super) source: u64,
    /// The checkpoint, with a whole window of history.
    inside: Inside,
    /// Bytes of history that the decoder goes on with.
    short: usize,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// No block has looked back too far yet.
    Open,
    /// The short history is enough.
    Enough,
    /// It is not: the block at this offset in the source looks back further,
    /// and the decoder has to be put before it with the whole history.
    Broken(u64),
    /// It is not.
    Repaired,
}

impl Trial {
    /// Starts where `inside` was saved; the decoder goes on with the last
    /// `short` bytes of the history.
    pub(super) fn new(contents: u64, source: u64, inside: Inside, short: usize) -> Self {
        let state = if short < inside.history.len() { State::Open } else { State::Repaired };
        Self { contents, source, inside, short, state }
    }

    /// Whether the short history is enough; `None` if that is open.
    pub(super) fn verdict(&self) -> Option<bool> {
        match self.state {
            State::Open | State::Broken(_) => None,
            State::Enough => Some(true),
            State::Repaired => Some(false),
        }
    }

    /// The checkpoint with as much history as it needs.
    pub(super) fn into_inside(mut self) -> Inside {
        if matches!(self.state, State::Enough) {
            let rest = self.inside.history.len().saturating_sub(self.short);
            self.inside.history = self.inside.history.split_off(rest);
        }
        self.inside
    }

    /// A block was decoded: the frame has come to `produced` bytes.
    pub(super) fn pass(&mut self, produced: u64, is_last: bool) {
        let decoded = produced.saturating_sub(self.inside.produced);
        if matches!(self.state, State::Open) && (is_last || decoded >= self.inside.header.window) {
            self.state = State::Enough;
        }
    }

    /// The block at `offset` of the source was not decoded; returns whether
    /// that can be due to the short history.
    pub(super) fn fail(&mut self, offset: u64) -> bool {
        let is_open = matches!(self.state, State::Open);
        if is_open {
            self.state = State::Broken(offset);
        }
        is_open
    }

    /// If a block failed for the short history, puts `blocks` and `input`
    /// before it again, now with the whole history. Uses `room` for contents
    /// that were put out before.
    pub(super) fn repair(
        &mut self,
        blocks: &mut BlockDecoder,
        input: &mut Input,
        room: &mut [u8],
    ) -> Result<(), Error> {
        let State::Broken(end) = self.state else { return Ok(()) };
        input.seek(self.source);
        // What fails here fails again at the block itself, and is told there.
        let mut is_sound = self.inside.enter(blocks).is_ok();
        while is_sound && input.position() < end {
            let header = input.peek(3)?.first_chunk::<3>().copied().and_then(BlockHeader::parse);
            let length = header.map_or(0, |header| header.length.saturating_add(3));
            let block = input.peek(length)?.get(3..length);
            let decoded =
                header.zip(block).map(|(header, block)| blocks.decode(header, block, room));
            is_sound = matches!(decoded, Some(Ok(_)));
            input.consume(length);
        }
        input.seek(end);
        self.state = State::Repaired;
        Ok(())
    }
}
