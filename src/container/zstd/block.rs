//! The one place that knows the crate which decodes zstd blocks.
//!
//! The crate is given frames of our own making, which have the window of the
//! real one and nothing else: no content size and no checksum, for both are
//! checked here, and no dictionary. So its state at the end of any block can
//! be saved, and be put back, by what it needs and no more: the tables of the
//! last block, and the window.

use structured_zstd::decoding::{FrameDecoder, ResumeInput, ResumeState};

use super::frame::{BlockHeader, MAGIC, window_descriptor, window_size};

/// The tables that a block leaves for those behind it.
pub(super) struct Tables(ResumeState);

/// Decodes the blocks of one frame after the other.
pub(super) struct BlockDecoder {
    decoder: FrameDecoder,
    /// The window of the frame, as the crate was told it.
    window: u64,
}

/// A block that cannot be decoded, or a decoder that cannot go on.
pub(super) struct Undecodable;

impl BlockDecoder {
    /// A decoder for frames with windows of up to `window_max` bytes.
    pub(super) fn new(window_max: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        // Descriptors round up, by an eighth at most. What is out of the
        // crate's own range is refused at the start of a frame.
        let ceiling = window_max.saturating_add(window_max / 8);
        if decoder.set_max_window_size(ceiling).is_err() {
            let _ = decoder.set_max_window_size(window_max);
        }
        Self { decoder, window: 0 }
    }

    /// Goes to the first block of a frame with a window of `window` bytes.
    pub(super) fn start(&mut self, window: u64) -> Result<(), Undecodable> {
        let [a, b, c, d] = MAGIC;
        let descriptor = window_descriptor(window);
        self.window = window_size(u64::from(descriptor));
        let header = [a, b, c, d, 0, descriptor];
        self.decoder.reset(header.as_slice()).map_err(|_| Undecodable)
    }

    /// Decodes the next block into `room`, which holds any block, and returns
    /// its length. Nothing of it is valid if that fails, and no block behind
    /// it can be decoded.
    pub(super) fn decode(
        &mut self,
        header: BlockHeader,
        block: &[u8],
        room: &mut [u8],
    ) -> Result<usize, Undecodable> {
        self.decoder.decode_block(header.raw, block, room).map_err(|_| Undecodable)
    }

    /// Saves the tables as they are after the last decoded block. `history`
    /// is the output before it, as far as the window reaches: saving takes
    /// the decoder's own away.
    pub(super) fn save(&mut self, history: &[u8]) -> Result<Tables, Undecodable> {
        let next = u32::try_from(self.decoder.blocks_decoded()).map_err(|_| Undecodable)?;
        let saved = self.decoder.decode_blocks_partial([].as_slice(), next, next, None, true);
        let tables = saved.ok().and_then(|saved| saved.resume_state).ok_or(Undecodable)?;
        self.decoder.insert_block(history).map_err(|_| Undecodable)?;
        Ok(Tables(tables))
    }

    /// Goes to where `tables` were saved, in a frame with a window of
    /// `window` bytes, behind `history`.
    pub(super) fn restore(
        &mut self,
        window: u64,
        tables: &Tables,
        history: &[u8],
    ) -> Result<(), Undecodable> {
        self.start(window)?;
        let next = tables.0.block_index();
        // The crate drops the window it is given here, whatever is in it.
        let length = tables.0.output_offset().min(self.window);
        let placeholder = vec![0; usize::try_from(length).map_err(|_| Undecodable)?];
        let resume = ResumeInput { window_prime: &placeholder, state: &tables.0 };
        let resumed =
            self.decoder.decode_blocks_partial([].as_slice(), next, next, Some(resume), false);
        resumed.map_err(|_| Undecodable)?;
        self.decoder.insert_block(history).map_err(|_| Undecodable)
    }
}
