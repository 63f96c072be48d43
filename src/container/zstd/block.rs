//! The one place that knows the crate which decodes zstd blocks.
//!
//! The crate is given frames of our own making, which have the window of the
//! real one and nothing else: no content size and no checksum, for both are
//! checked here, and no dictionary. So its state at the end of any block can
//! be saved, and be put back, by what it needs and no more: the tables of the
//! last block, and the window.
//!
//! A frame can also be entered [in the middle](Past::Unknown). Then the crate
//! starts without tables, so that a block which takes those of another one
//! fails. In place of the history it has a fill, longer than the window, and
//! in place of the three repeated offsets one that points into the fill, by
//! way of a dictionary that holds nothing else: it lies further back than any
//! offset of the frame.

use std::iter::repeat_n;

use structured_zstd::decoding::{
    Dictionary, DictionaryHandle, FrameDecoder, ResumeInput, ResumeState,
};

use super::header::{BLOCK_MAX, BlockHeader, MAGIC, window_descriptor, window_size};

/// The largest window, in bytes, of a frame that is entered in the middle: that
/// of level 20. With a larger one, the decoders would take too much memory.
pub(super) const ENTERED_WINDOW_MAX: u64 = 32 * 1024 * 1024;

/// Bytes that the fill is longer than the window, at least.
pub(super) const FILL_EXTRA: u64 = 1024 * 1024;

/// A block that is decoded to look where the three repeated offsets point:
/// three literals, and three sequences that copy from the second offset, from
/// the first and from the third (RFC 8878, 3.1.1.3).
const PROBE: [u8; 11] = [0x44, 0, 0, 0x19, 0, 3, 0x54, 1, 1, 0, 0b1001];

/// What lies before the place where a decoder started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    /// It is known: the decoder started with the frame.
    Known,
    /// It was not known, and no block can reach back there any more.
    Settled,
    /// It is not known.
    Unknown,
}

/// The tables that a block leaves for those behind it.
pub(super) struct Tables(ResumeState);

/// Decodes the blocks of one frame after the other.
pub(super) struct BlockDecoder {
    decoder: FrameDecoder,
    /// The window of the frame, as the crate was told it.
    window: u64,
    /// What the fill is made of.
    fill: u8,
}

/// A block that cannot be decoded, or a decoder that cannot go on.
pub(super) struct Undecodable;

impl BlockDecoder {
    /// A decoder for frames with windows of up to `window_max` bytes.
    pub(super) fn new(window_max: u64) -> Self {
        let window_max = window_max.max(ENTERED_WINDOW_MAX.saturating_add(FILL_EXTRA));
        let mut decoder = FrameDecoder::new();
        // Descriptors round up, by an eighth at most. What is out of the
        // crate's own range is refused at the start of a frame.
        let ceiling = window_max.saturating_add(window_max / 8);
        if decoder.set_max_window_size(ceiling).is_err() {
            let _ = decoder.set_max_window_size(window_max);
        }
        Self { decoder, window: 0, fill: 0 }
    }

    /// The same, with a fill of `fill`.
    pub(super) fn with_fill(fill: u8) -> Self {
        Self { fill, ..Self::new(0) }
    }

    /// Goes to the first block of a frame with a window of `window` bytes.
    pub(super) fn start(&mut self, window: u64) -> Result<(), Undecodable> {
        self.open(window, Past::Known)
    }

    /// Goes into the middle of a frame with a window of `window` bytes, where
    /// `history` comes right before, as far as that is known.
    pub(super) fn enter(&mut self, window: u64, history: &[u8]) -> Result<(), Undecodable> {
        self.open(window, Past::Unknown)?;
        self.insert(Past::Unknown, [history, &[]])
    }

    fn open(&mut self, window: u64, past: Past) -> Result<(), Undecodable> {
        let [a, b, c, d] = MAGIC;
        let is_entered = past != Past::Known;
        let window = if is_entered { window.saturating_add(FILL_EXTRA) } else { window };
        let descriptor = window_descriptor(window);
        self.window = window_size(u64::from(descriptor));
        let header = [a, b, c, d, 0, descriptor];
        let opened = match is_entered {
            true => {
                let offset = u32::try_from(self.window).map_err(|_| Undecodable)?;
                let dictionary = offsets_only(offset).ok_or(Undecodable)?;
                self.decoder.reset_with_dict_handle(header.as_slice(), &dictionary)
            }
            false => self.decoder.reset(header.as_slice()),
        };
        opened.map_err(|_| Undecodable)
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
        // Whether more blocks follow is not the crate's to say.
        let [a, b, c] = header.raw;
        self.decoder.decode_block([a & !1, b, c], block, room).map_err(|_| Undecodable)
    }

    /// Saves the tables as they are after the last decoded block. `history`
    /// is the output before it, as far as the window reaches, in two parts:
    /// saving takes the decoder's own away.
    pub(super) fn save(&mut self, past: Past, history: [&[u8]; 2]) -> Result<Tables, Undecodable> {
        let tables = self.take_tables()?;
        self.insert(past, history)?;
        Ok(tables)
    }

    /// Saves the tables and leaves the decoder without history.
    pub(super) fn take_tables(&mut self) -> Result<Tables, Undecodable> {
        let next = u32::try_from(self.decoder.blocks_decoded()).map_err(|_| Undecodable)?;
        let saved = self.decoder.decode_blocks_partial([].as_slice(), next, next, None, true);
        saved.ok().and_then(|saved| saved.resume_state).map(Tables).ok_or(Undecodable)
    }

    /// Whether the three repeated offsets are offsets of a frame with a window
    /// of `window` bytes, in a decoder without history. No block can be
    /// decoded afterwards.
    pub(super) fn offsets_reach(&mut self, window: u64, room: &mut [u8]) -> bool {
        let Some((raw, block)) = PROBE.split_first_chunk::<3>() else { return false };
        let header = BlockHeader::parse(*raw);
        self.insert_fill(window).is_ok()
            && header.is_some_and(|header| self.decode(header, block, room).is_ok())
    }

    /// Goes to where `tables` were saved, in a frame with a window of
    /// `window` bytes, behind `history`.
    pub(super) fn restore(
        &mut self,
        window: u64,
        past: Past,
        tables: &Tables,
        history: [&[u8]; 2],
    ) -> Result<(), Undecodable> {
        self.open(window, past)?;
        let next = tables.0.block_index();
        // The crate drops the window it is given here, whatever is in it.
        let length = tables.0.output_offset().min(self.window);
        let placeholder = vec![0; usize::try_from(length).map_err(|_| Undecodable)?];
        let resume = ResumeInput { window_prime: &placeholder, state: &tables.0 };
        let resumed =
            self.decoder.decode_blocks_partial([].as_slice(), next, next, Some(resume), false);
        resumed.map_err(|_| Undecodable)?;
        self.insert(past, history)
    }

    /// Inserts `history`, behind a fill if what lies before is not known.
    fn insert(&mut self, past: Past, history: [&[u8]; 2]) -> Result<(), Undecodable> {
        if past == Past::Unknown {
            let known = history.iter().map(|part| part.len()).fold(0, usize::saturating_add);
            let known = u64::try_from(known).map_err(|_| Undecodable)?;
            // One byte more than the window puts the dictionary out of reach.
            self.insert_fill(self.window.saturating_add(1).saturating_sub(known))?;
        }
        for part in history {
            self.decoder.insert_block(part).map_err(|_| Undecodable)?;
        }
        Ok(())
    }

    fn insert_fill(&mut self, length: u64) -> Result<(), Undecodable> {
        let mut left = usize::try_from(length).map_err(|_| Undecodable)?;
        let piece: Vec<u8> = repeat_n(self.fill, left.min(BLOCK_MAX)).collect();
        while left > 0 {
            let part = piece.get(..left).unwrap_or(&piece);
            self.decoder.insert_block(part).map_err(|_| Undecodable)?;
            left = left.saturating_sub(part.len());
        }
        Ok(())
    }
}

/// A dictionary without tables whose three repeated offsets are `offset`.
fn offsets_only(offset: u32) -> Option<DictionaryHandle> {
    // The crate wants content and an identity; what is decoded uses neither.
    let mut dictionary = Dictionary::from_raw_content(1, vec![0]).ok()?;
    dictionary.offset_hist = [offset; 3];
    Some(dictionary.into_handle())
}
