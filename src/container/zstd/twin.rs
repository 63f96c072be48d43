//! What can be known of blocks whose past is not known.
//!
//! They are decoded twice, with all zeros for the history that is missing and
//! with all ones. zstd only ever copies bytes, so a byte that comes from the
//! missing history differs in every bit, however often it was copied, and all
//! others are what they were.
//!
//! The three repeated offsets may be missing too, until so many others were
//! seen. In their place stands one that is longer than any offset of the frame
//! and points into the fill. The fill is renewed before what is decoded comes
//! into its reach, and then the offsets are looked at as well: see
//! [`BlockDecoder::offsets_reach`].

use core::ops::Range;
use std::collections::VecDeque;

use super::behind::Behind;
use super::block::{BlockDecoder, FILL_EXTRA, Past, Undecodable};
use super::header::{BLOCK_MAX, BlockHeader};
use crate::container::loss::twin::{Grain, differences};
use crate::source::to_u64;

/// Bytes of contents that are decoded with one fill. With a block more it is
/// still short of [`FILL_EXTRA`] by far more than an offset that is shortened
/// by one now and then can make up.
const RENEW_AFTER: u64 = FILL_EXTRA / 4 * 3;

/// How closely unknown bytes are told from known ones.
const GRAIN: Grain = Grain { by_parts: false, join: 4 };

/// The second decoder of a frame that was entered in the middle, and what is
/// known of what both put out.
pub(super) struct Twin {
    other: BlockDecoder,
    /// The window of the frame, in bytes.
    window: u64,
    /// The last window of what the two decoders put out.
    ours: VecDeque<u8>,
    theirs: VecDeque<u8>,
    room: Vec<u8>,
    /// Bytes put out since the fill is in place.
    since_fill: u64,
    /// Bytes put out since the last one that is unknown.
    known: u64,
    /// Whether no repeated offset can be a missing one any more.
    knows_offsets: bool,
    /// Whether the offsets were looked at when nothing else was unknown any
    /// more. Should one of them be missing, that is done again with every fill.
    looked: bool,
}

impl Twin {
    /// Puts `blocks` and its twin into the middle of a frame with a window of
    /// `window` bytes, behind what is known of `past`.
    pub(super) fn enter(
        blocks: &mut BlockDecoder,
        window: u64,
        past: Option<&Behind>,
    ) -> Result<Self, Undecodable> {
        let mut other = BlockDecoder::with_fill(0xff);
        let history = |fill| past.map_or_else(Vec::new, |past| past.history(window, fill));
        let (ours, theirs) = (history(0), history(0xff));
        blocks.enter(window, &ours)?;
        other.enter(window, &theirs)?;
        Ok(Self {
            other,
            window,
            ours: ours.into(),
            theirs: theirs.into(),
            room: vec![0; BLOCK_MAX],
            since_fill: 0,
            known: 0,
            knows_offsets: false,
            looked: false,
        })
    }

    /// Decodes the next block into `room`, which holds any block, and returns
    /// its length. Adds the parts that nobody can know to `unknown`.
    pub(super) fn decode(
        &mut self,
        blocks: &mut BlockDecoder,
        header: BlockHeader,
        block: &[u8],
        room: &mut [u8],
        unknown: &mut Vec<Range<usize>>,
    ) -> Result<usize, Undecodable> {
        if self.is_renewal_due() {
            self.renew(blocks)?;
        }
        let count = blocks.decode(header, block, room)?;
        if self.other.decode(header, block, &mut self.room)? != count {
            return Err(Undecodable);
        }
        self.take_up(room.get(..count).unwrap_or(&[]), unknown);
        Ok(count)
    }

    /// Whether nothing unknown is within reach of the blocks to come.
    pub(super) fn is_settled(&self) -> bool {
        self.knows_offsets && self.known >= self.window
    }

    fn is_renewal_due(&self) -> bool {
        !self.knows_offsets
            && (self.since_fill >= RENEW_AFTER || (self.known >= self.window && !self.looked))
    }

    /// Puts a new fill before the last window of both decoders.
    fn renew(&mut self, blocks: &mut BlockDecoder) -> Result<(), Undecodable> {
        let tables = self.other.take_tables()?;
        self.knows_offsets = self.other.offsets_reach(self.window, &mut self.room);
        let (ours, theirs) = (self.ours.as_slices(), self.theirs.as_slices());
        self.other.restore(self.window, Past::Unknown, &tables, [theirs.0, theirs.1])?;
        blocks.save(Past::Unknown, [ours.0, ours.1])?;
        self.looked = self.known >= self.window;
        self.since_fill = 0;
        Ok(())
    }

    fn take_up(&mut self, ours: &[u8], unknown: &mut Vec<Range<usize>>) {
        let theirs = self.room.get(..ours.len()).unwrap_or(&[]);
        let before = unknown.len();
        differences(ours, theirs, GRAIN, unknown);
        let count = to_u64(ours.len());
        self.known = match unknown.get(before..).and_then(<[_]>::last) {
            Some(last) => to_u64(ours.len().saturating_sub(last.end)),
            None => self.known.saturating_add(count),
        };
        self.since_fill = self.since_fill.saturating_add(count);
        push(&mut self.ours, ours, self.window);
        push(&mut self.theirs, theirs, self.window);
    }
}

/// Appends `bytes`, and keeps the last `window`.
fn push(history: &mut VecDeque<u8>, bytes: &[u8], window: u64) {
    history.extend(bytes);
    let surplus = history.len().saturating_sub(usize::try_from(window).unwrap_or(usize::MAX));
    history.drain(..surplus);
}
