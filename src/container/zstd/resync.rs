//! The search for a place to go on from, behind damage.
//!
//! Blocks say how long they are. So behind one that cannot be decoded the next
//! one is where its header says, if the headers from there on make a
//! [chain]; and if they do not, a chain, or a frame, is looked for at every byte.
//! A chain is entered at the first block from which several can be decoded:
//! those before need tables of blocks that are lost. How much is lost with
//! them is [measured](super::measure) if there is something to measure it by.

use std::rc::Rc;

use vma_zstd::BLOCK_MAX;
use vma_zstd::header::{BlockHeader, FrameHeader, HEADER_MAX, MAGIC, Opening};

use super::behind::Behind;
use super::chain::{self, End, REACH};
use super::decoder::{Place, Zstd};
use super::frame::Frame;
use super::search::Search;
use crate::container::input::Input;
use crate::container::loss::{Found, Length, Loss};
use crate::container::sequential::decoder::Output;
use crate::source::{Error, to_u64};

/// Blocks in a row that can be decoded where a frame is entered, unless it ends
/// before.
const BLOCKS_MIN: usize = 8;

/// Places that are looked at in a step.
const SCAN: usize = 128 * 1024;

/// What is found at some byte.
enum Sign {
    /// The magic number of a frame.
    Magic,
    /// A chain of block headers of this many bytes.
    Chain(usize),
}

impl Zstd {
    /// Goes on with the search, by a bounded part of the source.
    pub(super) fn search_on(
        &mut self,
        search: &mut Search,
        loss: &mut Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Found, Error> {
        if search.measure.is_some() {
            // Nothing is read once it is taken out.
            input.peek(BLOCK_MAX.saturating_add(3))?;
        }
        if let Some(measure) = search.measure.take() {
            return self.measure(search, measure, input, output);
        }
        match (search.frame, search.next) {
            (None, _) => self.search_frame(search, loss, input),
            (Some(frame), Some(next)) => {
                if search.approach(frame, next, loss, input)? {
                    return self.try_entry(search, frame, loss, input);
                }
                Ok(Found::Nothing)
            }
            (Some(frame), None) => self.search_all(search, frame, loss, input),
        }
    }

    /// Looks for a frame, a read of the source at a time.
    fn search_frame(
        &mut self,
        search: &mut Search,
        loss: &mut Loss,
        input: &mut Input,
    ) -> Result<Found, Error> {
        if loss.skip_to(&MAGIC, input)? {
            return self.try_frame(search, loss, input);
        }
        Ok(if input.is_at_end()? { Found::End } else { Found::Nothing })
    }

    /// Looks for `frame` or another one at every byte.
    fn search_all(
        &mut self,
        search: &mut Search,
        frame: FrameHeader,
        loss: &mut Loss,
        input: &mut Input,
    ) -> Result<Found, Error> {
        let bytes = input.peek(SCAN.saturating_add(REACH))?;
        if bytes.is_empty() {
            return Ok(Found::End);
        }
        let places = bytes.len().min(SCAN);
        let found = (0..places).find_map(|at| Some((at, find(bytes.get(at..)?, frame)?)));
        loss.skip(found.as_ref().map_or(places, |found| found.0), input);
        match found {
            None => Ok(Found::Nothing),
            Some((_, Sign::Magic)) if is_part_of(frame, input)? => {
                loss.skip(MAGIC.len(), input);
                Ok(Found::Nothing)
            }
            Some((_, Sign::Magic)) => self.try_frame(search, loss, input),
            Some((_, Sign::Chain(length))) => {
                search.proven = input.position().saturating_add(to_u64(length));
                search.is_guess = true;
                self.try_entry(search, frame, loss, input)
            }
        }
    }

    /// Goes on with the frame that starts here, if one does.
    fn try_frame(
        &mut self,
        search: &Search,
        loss: &mut Loss,
        input: &mut Input,
    ) -> Result<Found, Error> {
        if self.is_sound_frame(input)? {
            self.place = Place::Between;
            return Ok(Found::Here(search.missing.map_or(Length::Unknown, Length::Known)));
        }
        loss.skip(1, input);
        Ok(Found::Nothing)
    }

    /// Goes on with `frame` at the block that starts here, if it can be
    /// decoded with those behind it, and passes over it otherwise.
    fn try_entry(
        &mut self,
        search: &mut Search,
        frame: FrameHeader,
        loss: &mut Loss,
        input: &mut Input,
    ) -> Result<Found, Error> {
        let first = input.peek(3)?.first_chunk::<3>().copied().and_then(BlockHeader::parse);
        let may_enter = search.may_enter(input.position());
        let length = first.map_or(1, |first| first.length.saturating_add(3));
        if !may_enter || first.is_some_and(|first| !chain::is_anchor(&first)) {
            search.pass(length, length, loss, input);
            return Ok(Found::Nothing);
        }
        let Some(failure) = self.first_failure(frame, input)? else {
            return match search.before.clone() {
                Some(before) => self.measure_from(search, frame, before, input),
                None => Ok(self.enter(frame, None)),
            };
        };
        search.failed = search.failed.saturating_add(1);
        search.pass(failure, length, loss, input);
        Ok(Found::Nothing)
    }

    /// Goes on with `frame` here, in the middle of it.
    pub(super) fn enter(&mut self, frame: FrameHeader, past: Option<Behind>) -> Found {
        self.enter_blocks(frame, past.as_ref());
        let lost = past.as_ref().map_or(Length::Unknown, |past| Length::Known(past.lost));
        self.place = Place::Blocks(Frame::entered(frame, past.map(Rc::new)));
        Found::Here(lost)
    }

    /// Puts the decoder of blocks into the middle of `frame`, behind what is known of
    /// `past`.
    pub(super) fn enter_blocks(&mut self, frame: FrameHeader, past: Option<&Behind>) {
        let (history, unknown) = past.map(|past| past.history(frame.window)).unwrap_or_default();
        self.blocks.enter(frame.window, &history, &unknown);
    }

    /// Decodes a few blocks from here on as in the middle of `frame`. Returns
    /// how many bytes of the source go up to the end of the first that fails.
    fn first_failure(
        &mut self,
        frame: FrameHeader,
        input: &mut Input,
    ) -> Result<Option<usize>, Error> {
        let mut at = 0_usize;
        self.enter_blocks(frame, None);
        for number in 0..BLOCKS_MIN {
            let bytes = input.peek(at.saturating_add(BLOCK_MAX).saturating_add(3))?;
            let bytes = bytes.get(at..).unwrap_or(&[]);
            // Where the source ends, that is said by the one who decodes it.
            if bytes.is_empty() && number > 0 {
                return Ok(None);
            }
            let header = bytes.first_chunk::<3>().copied().and_then(BlockHeader::parse);
            let length = block_length(bytes).unwrap_or(bytes.len());
            let block = header.zip(bytes.get(3..length));
            let is_sound =
                block.is_some_and(|(header, block)| self.blocks.decode(&header, block).is_ok());
            at = at.saturating_add(length);
            if !is_sound {
                return Ok(Some(at));
            }
            if header.is_some_and(|header| header.is_last) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Whether a frame starts here whose first block decodes. Consumes
    /// nothing.
    fn is_sound_frame(&mut self, input: &mut Input) -> Result<bool, Error> {
        let Opening::Frame(header) = Opening::parse(input.peek(HEADER_MAX)?) else {
            return Ok(false);
        };
        if self.admit(&header, 0).is_err() {
            return Ok(false);
        }
        self.blocks.start(header.window);
        let bytes = input.peek(header.length.saturating_add(BLOCK_MAX).saturating_add(3))?;
        let rest = bytes.get(header.length..).unwrap_or(&[]);
        let Some((first, rest)) = rest.split_first_chunk::<3>() else { return Ok(false) };
        let block =
            BlockHeader::parse(*first).and_then(|first| Some((first, rest.get(..first.length)?)));
        Ok(block.is_some_and(|(header, block)| self.blocks.decode(&header, block).is_ok()))
    }
}

/// Whether the magic number here is not that of another frame: then blocks of
/// `frame` follow soon, and no other ones first. Files that were compressed by
/// zstd stand as they are in an archive that is.
fn is_part_of(frame: FrameHeader, input: &mut Input) -> Result<bool, Error> {
    let bytes = input.peek(SCAN.saturating_add(REACH))?;
    let Opening::Frame(other) = Opening::parse(bytes) else { return Ok(true) };
    let blocks = bytes.get(other.length..).unwrap_or(&[]);
    if chain::follow(blocks, other.has_checksum, End::Source).is_some() {
        return Ok(false);
    }
    let mut places = MAGIC.len()..SCAN.min(bytes.len());
    Ok(places.any(|at| {
        let found = bytes.get(at..).and_then(|bytes| find(bytes, frame));
        matches!(found, Some(Sign::Chain(_)))
    }))
}

/// What `bytes` start with, of what `frame` or another one could go on with.
fn find(bytes: &[u8], frame: FrameHeader) -> Option<Sign> {
    match bytes.starts_with(&MAGIC) {
        true => Some(Sign::Magic),
        false => chain::follow(bytes, frame.has_checksum, End::Source).map(Sign::Chain),
    }
}

/// Bytes of the block that `bytes` start with, header included, if its header
/// is one.
fn block_length(bytes: &[u8]) -> Option<usize> {
    let header = BlockHeader::parse(*bytes.first_chunk::<3>()?)?;
    Some(header.length.saturating_add(3))
}
