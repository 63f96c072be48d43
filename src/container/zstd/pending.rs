//! How little of the window a checkpoint needs.
//!
//! `zstd` compresses jobs of four windows each, also with `--threads=1`, and up
//! to level 7 a job looks back an eighth of a window at most (the overlap of
//! `zstdmt_compress.c`). A checkpoint between two jobs needs no more. Whether it
//! stands there cannot be seen, but how far the blocks behind it look back can. Once
//! a whole window was decoded, nothing can reach back any more.

use vma_zstd::header::FrameHeader;
use vma_zstd::{Past, Place};

/// What is needed to go on inside a frame.
pub(super) struct Inside {
    /// The frame's header.
    pub(super) header: FrameHeader,
    /// Bytes of contents that come before in the frame.
    pub(super) produced: u64,
    /// What the last block before left.
    pub(super) place: Place,
    /// The contents right before, as far back as blocks behind will look.
    pub(super) history: Vec<u8>,
    /// What lies before these.
    pub(super) past: Past,
}

impl Inside {
    /// Bytes of memory that it takes.
    pub(super) fn memory(&self) -> usize {
        let held = self.place.tables.capacity().saturating_add(self.history.len());
        size_of::<Self>().saturating_add(held)
    }
}

/// A checkpoint, and the question how much history it needs.
pub(super) struct Pending {
    /// Offset of the checkpoint in the contents.
    pub(super) contents: u64,
    /// Offset of the checkpoint in the source.
    pub(super) source: u64,
    /// The checkpoint, with a whole window of history.
    inside: Inside,
    /// Bytes of the history that were copied from so far.
    needed: usize,
    /// Whether no block behind can look back any further.
    is_settled: bool,
}

impl Pending {
    /// Starts where `inside` was saved.
    pub(super) fn new(contents: u64, source: u64, inside: Inside) -> Self {
        let is_settled = inside.history.is_empty();
        Self { contents, source, inside, needed: 0, is_settled }
    }

    /// A block was decoded that starts at `start` of the frame and copied from
    /// `furthest` bytes before.
    pub(super) fn pass(&mut self, start: u64, furthest: usize) {
        let decoded = start.saturating_sub(self.inside.produced);
        let decoded = usize::try_from(decoded).unwrap_or(usize::MAX);
        self.needed = self.needed.max(furthest.saturating_sub(decoded));
        let window = usize::try_from(self.inside.header.window).unwrap_or(usize::MAX);
        let whole = self.inside.history.len();
        // To leave out a little is not worth the wait: then all of it stays.
        if !self.is_settled && self.needed >= whole / 8 * 7 {
            (self.needed, self.is_settled) = (whole, true);
        }
        self.is_settled = self.is_settled || decoded >= window;
    }

    /// The frame has come to its end.
    pub(super) fn end(&mut self) {
        self.is_settled = true;
    }

    /// Whether it is known how much history the checkpoint needs.
    pub(super) fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The checkpoint with as much history as it needs.
    pub(super) fn into_inside(mut self) -> Inside {
        let rest = self.inside.history.len().saturating_sub(self.needed);
        self.inside.history = self.inside.history.split_off(rest);
        self.inside
    }
}
