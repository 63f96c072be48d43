//! Zstandard (RFC 8878): frames and skippable frames, any number of them.
//!
//! The blocks of a frame are decoded by a [crate](block); the frames around
//! them, their checksums and lengths, and what to do about damage are here.

mod block;
mod frame;
mod trial;

use core::hash::Hasher;

use twox_hash::XxHash64;

use self::block::BlockDecoder;
use self::frame::{BLOCK_MAX, BlockHeader, FrameHeader, HEADER_MAX, MAGIC, Opening};
use self::trial::{Inside, Trial};
use super::Options;
use super::finding::{ContainerFindingKind, End};
use super::input::Input;
use super::loss::{Loss, cut};
use super::recent::Recent;
use super::stream::{Decoder, Output, Saved, Step};
use crate::error::{Error, ErrorKind, Part};

/// Bytes of contents that a byte of blocks stands for at most: a block of 4
/// bytes that repeats one byte 128 Ki times.
const EXPANSION_MAX: u64 = 32 * 1024;

/// Trials in a row that may come to nothing; then checkpoints are kept with
/// their whole windows at once.
const VAIN_TRIALS_MAX: u32 = 4;

/// Decodes zstd from front to back.
pub(super) struct Zstd {
    blocks: BlockDecoder,
    window_max: u64,
    /// Whether checksums and lengths are checked.
    checks: bool,
    place: Place,
    frames: u64,
    /// The checkpoint that is about to be kept.
    trial: Option<Trial>,
    /// Trials in a row that came to nothing.
    vain_trials: u32,
}

/// Where in the format the decoder stands.
#[derive(Clone)]
enum Place {
    /// Before a frame, or at the end.
    Between,
    /// Before a block of a frame.
    Blocks(Frame),
    /// Behind the last block of a frame.
    Trailer(Frame),
    /// Behind damage, looking for a frame.
    Lost(Loss),
}

/// A frame that is being decoded.
#[derive(Clone)]
struct Frame {
    header: FrameHeader,
    produced: u64,
    hash: Option<XxHash64>,
}

/// The decoder at a checkpoint.
pub(super) struct State {
    frames: u64,
    inside: Option<Box<Inside>>,
}

impl Zstd {
    fn open_frame(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = input.position();
        let bytes = input.peek(HEADER_MAX)?;
        if bytes.is_empty() {
            return Ok(Step::End(End::Complete));
        }
        match Opening::parse(bytes) {
            // Behind what can be decoded, that is something else by chance.
            Opening::Frame(header) if header.dictionary != 0 && self.frames > 0 => {
                self.place = Place::Lost(Loss::behind_end(start));
                Ok(Step::Data(0))
            }
            Opening::Frame(header) => {
                self.admit(&header, start)?;
                if self.blocks.start(header.window).is_err() {
                    return Ok(self.lose(start, "frame header", None));
                }
                input.consume(header.length);
                let hash = (self.checks && header.has_checksum).then(|| XxHash64::with_seed(0));
                self.place = Place::Blocks(Frame { header, produced: 0, hash });
                Ok(Step::Data(0))
            }
            Opening::Skippable(length) => {
                let end = start.saturating_add(length);
                if input.source().size().is_some_and(|size| size < end) {
                    return Ok(cut(start, output));
                }
                input.skip(length)?;
                self.frames = self.frames.saturating_add(1);
                Ok(Step::Data(0))
            }
            Opening::Cut => Ok(cut(start, output)),
            Opening::Unknown if self.frames > 0 => {
                self.place = Place::Lost(Loss::behind_end(start));
                Ok(Step::Data(0))
            }
            Opening::Unknown => Ok(self.lose(start, "frame header", None)),
        }
    }

    /// Refuses what is not supported, and says so before anything is decoded.
    fn admit(&self, header: &FrameHeader, start: u64) -> Result<(), Error> {
        let kind = if header.dictionary != 0 {
            ErrorKind::ContainerFeature { feature: "zstd dictionary", found: header.dictionary }
        } else if header.window > self.window_max {
            ErrorKind::ContainerWindow { needed: header.window, allowed: self.window_max }
        } else {
            return Ok(());
        };
        Err(Error::new(Part::Container, start, kind))
    }

    fn block(
        &mut self,
        mut frame: Frame,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        if let Some(trial) = &mut self.trial {
            trial.repair(&mut self.blocks, input, output.room)?;
        }
        let start = input.position();
        let Some(header) = input.peek(3)?.first_chunk::<3>().copied() else {
            return Ok(cut(start, output));
        };
        let Some(header) = BlockHeader::parse(header) else {
            return Ok(self.lose(start, "block header", frame.missing(input)));
        };
        let length = header.length.saturating_add(3);
        let Some(block) = input.peek(length)?.get(3..length) else {
            self.trial = None;
            self.place = Place::Lost(Loss::cut(start, frame.missing(input)));
            return Ok(Step::Data(0));
        };
        let Ok(count) = self.blocks.decode(header, block, output.room) else {
            let is_trial = self.trial.as_mut().is_some_and(|trial| trial.fail(start));
            return Ok(match is_trial {
                true => Step::Data(0),
                false => self.lose(start, "block", frame.missing(input)),
            });
        };
        input.consume(length);
        frame.put_out(output.room.get(..count).unwrap_or(&[]));
        if let Some(trial) = &mut self.trial {
            trial.pass(frame.produced, header.is_last);
        }
        self.place = match header.is_last {
            true => Place::Trailer(frame),
            false => Place::Blocks(frame),
        };
        Ok(Step::Data(count))
    }

    fn trailer(
        &mut self,
        frame: Frame,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let start = input.position();
        let contents = output.contents;
        if frame.header.has_checksum {
            let Some(expected) = input.peek(4)?.first_chunk::<4>().copied() else {
                return Ok(cut(start, output));
            };
            let expected = u32::from_le_bytes(expected);
            if let Some(found) = frame.hash.as_ref().map(checksum)
                && !output.log.compare(expected, found)
            {
                let kind = ContainerFindingKind::ZstdChecksumMismatch { expected, found };
                output.log.find(start, contents, kind);
            }
            input.consume(4);
        } else {
            output.log.no_checksum();
        }
        let found = frame.produced;
        if let Some(expected) = frame.header.content_size_hint.filter(|&size| size != found) {
            let kind = ContainerFindingKind::ZstdContentSizeMismatch { expected, found };
            output.log.find(start, contents, kind);
        }
        self.frames = self.frames.saturating_add(1);
        self.place = Place::Between;
        Ok(Step::Data(0))
    }

    fn lose(&mut self, start: u64, reason: &'static str, missing: Option<u64>) -> Step {
        self.trial = None;
        self.place = Place::Lost(Loss::damage(start, reason, missing));
        Step::Data(0)
    }

    /// Returns the checkpoint on trial if it is settled how much history it
    /// needs, and goes on with the trial if it is not.
    fn conclude(&mut self, trial: Trial) -> Option<Saved<State>> {
        let Some(is_short) = trial.verdict() else {
            self.trial = Some(trial);
            return None;
        };
        self.vain_trials = if is_short { 0 } else { self.vain_trials.saturating_add(1) };
        let (contents, source) = (trial.contents, trial.source);
        let inside = trial.into_inside();
        let bytes = Inside::bytes_of(inside.history.len());
        let state = State { frames: self.frames, inside: Some(Box::new(inside)) };
        Some(Saved { contents, source, state, bytes })
    }

    /// Looks for a frame behind damage, a read of the source at a time.
    fn search(
        &mut self,
        mut loss: Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        if !loss.skip_to(&MAGIC, input)? {
            if input.is_at_end()? {
                return Ok(loss.give_up(input.position(), output));
            }
            self.place = Place::Lost(loss);
            return Ok(Step::Data(0));
        }
        if self.is_sound_frame(input, output.room)? {
            self.place = Place::Between;
            return Ok(loss.resume(output));
        }
        loss.skip(1, input);
        self.place = Place::Lost(loss);
        Ok(Step::Data(0))
    }

    /// Whether a frame starts here whose first block decodes. Consumes
    /// nothing.
    fn is_sound_frame(&mut self, input: &mut Input, room: &mut [u8]) -> Result<bool, Error> {
        let Opening::Frame(header) = Opening::parse(input.peek(HEADER_MAX)?) else {
            return Ok(false);
        };
        if self.admit(&header, 0).is_err() || self.blocks.start(header.window).is_err() {
            return Ok(false);
        }
        let bytes = input.peek(header.length.saturating_add(BLOCK_MAX).saturating_add(3))?;
        let rest = bytes.get(header.length..).unwrap_or(&[]);
        let Some((first, rest)) = rest.split_first_chunk::<3>() else { return Ok(false) };
        let block =
            BlockHeader::parse(*first).and_then(|first| Some((first, rest.get(..first.length)?)));
        Ok(block.is_some_and(|(header, block)| self.blocks.decode(header, block, room).is_ok()))
    }
}

impl Decoder for Zstd {
    type State = State;

    const ROOM: usize = BLOCK_MAX;

    const INTERVAL: u64 = 8 * 1024 * 1024;

    const EFFORT: u64 = 1;

    fn new(options: &Options) -> Self {
        let window_max = options.window_max;
        let blocks = BlockDecoder::new(window_max);
        Self {
            blocks,
            window_max,
            checks: true,
            place: Place::Between,
            frames: 0,
            trial: None,
            vain_trials: 0,
        }
    }

    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        match self.place.clone() {
            Place::Between => self.open_frame(input, output),
            Place::Blocks(frame) => self.block(frame, input, output),
            Place::Trailer(frame) => self.trailer(frame, input, output),
            Place::Lost(loss) => self.search(loss, input, output),
        }
    }

    fn history(&self) -> usize {
        match &self.place {
            Place::Blocks(frame) => usize::try_from(frame.header.window).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    fn save(
        &mut self,
        input: &Input,
        recent: &Recent,
        contents: u64,
        bytes_max: usize,
    ) -> Option<Saved<State>> {
        if let Some(trial) = self.trial.take() {
            return self.conclude(trial);
        }
        let source = input.position();
        let frame = match &self.place {
            Place::Between => {
                let state = State { frames: self.frames, inside: None };
                return Some(Saved { contents, source, state, bytes: 0 });
            }
            Place::Blocks(frame) => frame,
            Place::Trailer(_) | Place::Lost(_) => return None,
        };
        let history = usize::try_from(frame.header.window.min(frame.produced)).ok()?;
        if Inside::bytes_of(history) > bytes_max {
            return None;
        }
        let history = recent.before(contents, history)?;
        let short = match self.vain_trials < VAIN_TRIALS_MAX {
            true => usize::try_from(frame.header.window / 8).ok()?.min(history.len()),
            false => history.len(),
        };
        let rest = history.len().saturating_sub(short);
        let tables = self.blocks.save(history.get(rest..)?).ok()?;
        let inside = Inside { header: frame.header, produced: frame.produced, tables, history };
        self.conclude(Trial::new(contents, source, inside, short))
    }

    fn restore(state: &State, options: &Options) -> Self {
        let mut restored = Self { checks: false, frames: state.frames, ..Self::new(options) };
        if let Some(inside) = &state.inside {
            // Should the crate refuse what it saved itself, the next block
            // cannot be decoded, and that is what the reader is told.
            let _ = inside.enter(&mut restored.blocks);
            let (header, produced) = (inside.header, inside.produced);
            restored.place = Place::Blocks(Frame { header, produced, hash: None });
        }
        restored
    }
}

impl Frame {
    fn put_out(&mut self, bytes: &[u8]) {
        self.produced = self.produced.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        if let Some(hash) = &mut self.hash {
            hash.write(bytes);
        }
    }

    /// Bytes of contents still to come by the frame's own word, if that can
    /// be true of what is left of the source.
    fn missing(&self, input: &Input) -> Option<u64> {
        let left = input.source().size()?.saturating_sub(input.position());
        let missing = self.header.content_size_hint?.checked_sub(self.produced)?;
        (missing <= left.saturating_mul(EXPANSION_MAX)).then_some(missing)
    }
}

/// The low half of an XXH64, as frames carry it.
fn checksum(hash: &XxHash64) -> u32 {
    u32::try_from(hash.finish() & u64::from(u32::MAX)).unwrap_or(0)
}
