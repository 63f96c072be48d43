//! The blocks of a frame, one after the other: both stages in line.

use core::ops::Range;

use crate::ahead::{Newer, Prepared};
use crate::entropy::{self, Block, Tables};
use crate::error::{Part, Undecodable};
use crate::execution::{self, Executed, Offsets, Window};
use crate::follow;
use crate::header::{BlockHeader, BlockKind};

/// What lies before the place where a decoder started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// Nothing that can be copied, but for what the decoder was given.
    Known,
    /// Bytes that are not known, as far back as the window reaches.
    Unknown,
}

/// What a decoder needs to go on behind a block, besides the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The [tables](Tables::to_bytes).
    pub tables: Vec<u8>,
    /// The repeated offsets.
    pub offsets: Offsets,
}

/// Decodes the blocks of one frame after the other.
pub struct BlockDecoder {
    tables: Tables,
    /// What the blocks since then defined that were decoded ahead.
    newer: Newer,
    offsets: Offsets,
    block: Block,
    window: Window,
    furthest: usize,
}

impl Default for BlockDecoder {
    fn default() -> Self {
        Self {
            tables: Tables::default(),
            newer: Newer::default(),
            offsets: Offsets::START,
            block: Block::default(),
            window: Window::default(),
            furthest: 0,
        }
    }
}

impl BlockDecoder {
    /// Goes to the first block of a frame with a window of `window` bytes; one that
    /// is larger than can be addressed counts as what can.
    pub fn start(&mut self, window: u64) {
        self.window.start(usize::try_from(window).unwrap_or(usize::MAX / 4).min(usize::MAX / 4));
        (self.tables, self.newer) = (Tables::default(), Newer::default());
        (self.offsets, self.furthest) = (Offsets::START, 0);
    }

    /// Bytes that a block comes to at most (§ 3.1.1.2.4).
    #[must_use]
    pub fn block_max(&self) -> usize {
        self.window.block_max()
    }

    /// Goes into the middle of a frame with a window of `window` bytes, where
    /// `history` comes right before, of which the parts `unknown` are not known. No
    /// tables and no repeated offsets are known there. From here on, what is unknown
    /// is [followed](Self::unknown).
    pub fn enter(&mut self, window: u64, history: &[u8], unknown: &[Range<usize>]) {
        self.start(window);
        self.offsets = Offsets::UNKNOWN;
        self.window.is_past_unknown = true;
        self.window.follow();
        self.window.push_history(history, unknown);
    }

    /// Takes everything before for unknown, and the repeated offsets. The tables of the
    /// last block are known: it was decoded by them.
    pub fn distrust(&mut self) {
        let tables = core::mem::take(&mut self.tables);
        let newer = core::mem::take(&mut self.newer);
        self.enter(u64::try_from(self.window.size).unwrap_or(u64::MAX), &[], &[]);
        (self.tables, self.newer) = (tables, newer);
    }

    /// Goes to where `place` was, in a frame with a window of `window` bytes, behind
    /// `history` in two parts. What is unknown is not followed: zeros stand for it, as
    /// they did.
    ///
    /// # Errors
    ///
    /// The tables of `place` are none.
    pub fn resume(
        &mut self,
        window: u64,
        past: Past,
        place: &Place,
        history: [&[u8]; 2],
    ) -> Result<(), Undecodable> {
        self.start(window);
        let corrupt = Undecodable::Corrupt(Part::Block);
        self.tables = Tables::from_bytes(&place.tables).ok_or(corrupt)?;
        self.offsets = place.offsets;
        self.window.is_past_unknown = past == Past::Unknown;
        history.iter().for_each(|part| self.window.push_history(part, &[]));
        Ok(())
    }

    /// What it takes to go on behind the last block.
    #[must_use]
    pub fn place(&self) -> Place {
        let tables = match self.newer.is_empty() {
            true => self.tables.to_bytes(),
            false => {
                let mut tables = self.tables.clone();
                // Blocks that were decoded have tables.
                let _ = self.newer.apply(&mut tables);
                tables.to_bytes()
            }
        };
        Place { tables, offsets: self.offsets }
    }

    /// Decodes the next block, of which `bytes` are all but its header; returns what
    /// it comes to.
    ///
    /// # Errors
    ///
    /// The block cannot be decoded, and neither can those behind it.
    pub fn decode(&mut self, header: &BlockHeader, bytes: &[u8]) -> Result<&[u8], Undecodable> {
        self.decode_with(header, bytes, None)
    }

    /// Decodes the next block, of which `bytes` are all but its header and whose first stage
    /// was [done ahead](crate::ahead): what it comes to and what it leaves is the same.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn decode_prepared(
        &mut self,
        header: &BlockHeader,
        bytes: &[u8],
        prepared: Prepared<'_>,
    ) -> Result<&[u8], Undecodable> {
        self.decode_with(header, bytes, Some(prepared))
    }

    fn decode_with(
        &mut self,
        header: &BlockHeader,
        bytes: &[u8],
        prepared: Option<Prepared<'_>>,
    ) -> Result<&[u8], Undecodable> {
        let block_max = self.window.block_max();
        self.furthest = 0;
        let is_whole = bytes.len() == header.length && header.size <= block_max;
        if !is_whole {
            return Err(Undecodable::Corrupt(Part::Block));
        }
        match header.kind {
            BlockKind::Raw => self.window.push(bytes),
            BlockKind::Repeated => {
                let byte = bytes.first().copied().unwrap_or(0);
                self.window.push_repeated(byte, header.size);
            }
            BlockKind::Compressed => {
                self.furthest = self.compressed(bytes, block_max, prepared)?.furthest;
            }
        }
        if self.window.is_past_unknown && self.offsets.are_known() && self.window.is_settled() {
            (self.window.is_past_unknown, self.window.marks) = (false, None);
        }
        Ok(self.window.last())
    }

    fn compressed(
        &mut self,
        bytes: &[u8],
        block_max: usize,
        prepared: Option<Prepared<'_>>,
    ) -> Result<Executed, Undecodable> {
        let Self { tables, newer, offsets, block, window, .. } = self;
        let is_known = !window.is_past_unknown && offsets.are_known();
        if let Some(prepared) = prepared.filter(|_| is_known)
            && newer.note(bytes).is_some()
        {
            let mut sequences = Some(prepared.sequences());
            return execution::execute(
                prepared.literals_and_slack(),
                &mut sequences,
                window,
                offsets,
            );
        }
        if !newer.is_empty() {
            newer.apply(tables)?;
            *newer = Newer::default();
        }
        if !is_known {
            entropy::decode(bytes, block_max, tables, block)?;
            return follow::execute(block, window, offsets);
        }
        let mut sequences = Some(entropy::open(bytes, block_max, tables, block)?);
        let executed =
            execution::execute(block.literals_and_slack(), &mut sequences, window, offsets)?;
        let is_whole = sequences.is_some_and(|sequences| sequences.is_finished());
        is_whole.then_some(executed).ok_or(Undecodable::Corrupt(Part::Sequences))
    }

    /// What the last block came to; as far as it came, if it cannot be decoded.
    #[must_use]
    pub fn last(&self) -> &[u8] {
        self.window.last()
    }

    /// Adds the parts of the last block that nobody can know to `into`, counted from
    /// its start, in ascending order and apart from each other.
    pub fn unknown(&self, into: &mut Vec<Range<usize>>) {
        self.window.unknown(into);
    }

    /// Whether nothing unknown is within reach of the blocks to come.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.window.is_past_unknown
    }

    /// How far before its start the last block copied from, in bytes.
    #[must_use]
    pub fn furthest(&self) -> usize {
        self.furthest
    }
}
