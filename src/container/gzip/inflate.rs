//! The one place that knows the crate which decodes deflate (RFC 1951).
//!
//! Its state can be cloned; with the 32 KiB of output that the format looks
//! back at, that is all it takes to go on from any place.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::super::copy_start;

/// Bytes that deflate looks back at most.
const WINDOW: usize = 32 * 1024;

/// Bytes of output that are decoded in a row.
const RUN: usize = 256 * 1024;

/// Decodes one deflate stream.
pub(super) struct Inflate {
    state: Box<DecompressorOxide>,
    /// A window and a run: output goes on behind what it looks back at.
    buffer: Vec<u8>,
    filled: usize,
}

/// The decoder at some place.
pub(super) struct Place {
    state: Box<DecompressorOxide>,
    window: Vec<u8>,
}

/// What became of some input.
pub(super) struct Inflated {
    /// Bytes of input that are used up.
    pub(super) consumed: usize,
    /// Bytes of output.
    pub(super) count: usize,
    /// What comes next.
    pub(super) state: Next,
}

/// How a stream goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// With more input or more room.
    More,
    /// Not at all: it ended.
    End,
    /// Not at all: it cannot be decoded.
    Damage,
}

impl Place {
    /// Bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<DecompressorOxide>().saturating_add(self.window.len())
    }
}

impl Inflate {
    /// At the start of a stream.
    pub(super) fn new() -> Self {
        Self { state: Box::default(), buffer: vec![0; WINDOW + RUN], filled: 0 }
    }

    /// Goes to the start of another stream.
    pub(super) fn restart(&mut self) {
        *self.state = DecompressorOxide::new();
        self.filled = 0;
    }

    /// Decodes from `input` into `room`.
    pub(super) fn inflate(&mut self, input: &[u8], room: &mut [u8]) -> Inflated {
        if self.filled >= self.buffer.len() {
            let start = self.filled.saturating_sub(WINDOW);
            self.buffer.copy_within(start..self.filled, 0);
            self.filled = self.filled.saturating_sub(start);
        }
        let end = self.filled.saturating_add(room.len()).min(self.buffer.len());
        let buffer = self.buffer.get_mut(..end).unwrap_or(&mut []);
        let flags = TINFL_FLAG_HAS_MORE_INPUT | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, consumed, count) =
            decompress(&mut self.state, input, buffer, self.filled, flags);
        let start = self.filled;
        self.filled = start.saturating_add(count).min(end);
        let count = copy_start(self.buffer.get(start..self.filled).unwrap_or(&[]), room);
        let state = match status {
            TINFLStatus::Done => Next::End,
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => Next::More,
            _ => Next::Damage,
        };
        Inflated { consumed, count, state }
    }

    /// What [`at`](Self::at) needs to go on from here.
    pub(super) fn place(&self) -> Place {
        let window = self.filled.saturating_sub(WINDOW)..self.filled;
        let window = self.buffer.get(window).unwrap_or(&[]).to_vec();
        Place { state: self.state.clone(), window }
    }

    /// A decoder that goes on at `place`.
    pub(super) fn at(place: &Place) -> Self {
        let mut buffer = place.window.clone();
        buffer.resize(WINDOW + RUN, 0);
        Self { state: place.state.clone(), buffer, filled: place.window.len() }
    }
}
