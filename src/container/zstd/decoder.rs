//! The decoder, from frame to frame.

use core::hash::Hasher;
use std::rc::Rc;

use twox_hash::XxHash64;
use vma_zstd::header::{BlockHeader, BlockKind, FrameHeader, HEADER_MAX, Opening};
use vma_zstd::{BLOCK_MAX, BlockDecoder, Past};

use super::behind::Behind;
use super::chain;
use super::frame::Frame;
use super::pending::{Inside, Pending};
use super::search::Search;
use super::walk::Walk;
use crate::container::Options;
use crate::container::ahead::Workers;
use crate::container::copy_start;
use crate::container::finding::ContainerFindingKind;
use crate::container::input::Input;
use crate::container::log::{End, Verdict};
use crate::container::loss::before::Before;
use crate::container::loss::{Found, Loss, cut};
use crate::container::sequential::decoder::{Decoder, Output, Saved, Step as Turn};
use crate::container::sequential::recent::Recent;
use crate::source::{Error, ErrorKind, Part, Reader, Writer};

type Step = Turn<Search>;

/// Decodes zstd from front to back.
pub(in crate::container) struct Zstd {
    pub(super) blocks: BlockDecoder,
    pub(super) window_max: u64,
    /// Whether checksums and lengths are checked.
    pub(super) checks: bool,
    pub(super) place: Place,
    pub(super) frames: u64,
    /// The checkpoint that is about to be kept.
    pub(super) pending: Option<Pending>,
    /// Guesses in a row at the length of a loss that came to nothing.
    pub(super) vain_guesses: u32,
    /// What is in doubt of the last frame.
    pub(super) doubt: Doubt,
    /// The walk ahead, if somebody works there.
    walk: Option<Walk>,
}

/// What is in doubt of a frame that came to its end, if its checksum does not tell
/// that it did.
#[derive(Clone, Copy, Default)]
pub(super) struct Doubt {
    /// The frame, and how many bytes of contents may be wrong if it did not.
    rest: Option<(FrameHeader, usize)>,
    /// Bytes of contents that nothing proves, and where they start in the source.
    unproven: Option<(u64, u64)>,
}

/// Where in the format the decoder stands.
#[derive(Clone)]
pub(super) enum Place {
    /// Before a frame, or at the end.
    Between,
    /// Before a block of a frame.
    Blocks(Frame),
    /// Behind the last block of a frame.
    Trailer(Frame),
}

/// The decoder at a checkpoint.
pub(in crate::container) struct State {
    frames: u64,
    place: Saving,
}

/// Where in the format a checkpoint stands.
enum Saving {
    /// Before a frame.
    Between,
    /// Where a frame is entered behind damage.
    Entry(FrameHeader, Option<Rc<Behind>>),
    /// Before a block of a frame.
    Inside(Box<Inside>),
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
                Ok(self.stop_behind_end(start))
            }
            Opening::Frame(header) => {
                self.admit(&header, start)?;
                self.blocks.start(header.window);
                input.consume(header.length);
                let hash = (self.checks && header.has_checksum).then(|| XxHash64::with_seed(0));
                self.place = Place::Blocks(Frame { hash, ..Frame::new(header, Past::Known) });
                Ok(Step::Data(0))
            }
            Opening::Skippable(length) => {
                let end = start.saturating_add(length);
                if input.source().size().is_some_and(|size| size < end) {
                    return Ok(Step::End(cut(start, output.contents, output.log)));
                }
                input.skip(length)?;
                self.frames = self.frames.saturating_add(1);
                Ok(Step::Data(0))
            }
            Opening::Legacy(found) if self.frames == 0 => {
                let kind = ErrorKind::ContainerFeature { feature: "zstd legacy format", found };
                Err(Error::new(Part::Container, start, kind))
            }
            Opening::Cut => Ok(Step::End(cut(start, output.contents, output.log))),
            Opening::Unknown | Opening::Legacy(_) if self.frames > 0 => {
                Ok(self.stop_behind_end(start))
            }
            Opening::Unknown | Opening::Legacy(_) => Ok(self.lose_frame(start)),
        }
    }

    /// Refuses what is not supported, and says so before anything is decoded.
    pub(super) fn admit(&self, header: &FrameHeader, start: u64) -> Result<(), Error> {
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
        let start = input.position();
        if let Some(walk) = self.walk.as_mut().filter(|_| frame.past == Past::Known) {
            walk.go_on(&self.blocks, input);
        }
        let Some(header) = input.peek(3)?.first_chunk::<3>().copied() else {
            return Ok(Step::End(cut(start, output.contents, output.log)));
        };
        let Some(header) = BlockHeader::parse(header) else {
            let loss = Loss::damage(start, "block header");
            return Ok(self.lose(loss, start, &frame, None, input));
        };
        let length = header.length.saturating_add(3);
        let Some(block) = input.peek(length)?.get(3..length) else {
            let loss = Loss::cut(start);
            if header.kind != BlockKind::Compressed {
                frame.evidence.add((frame.produced, start), chain::evidence(&header), false);
            }
            return Ok(self.lose(loss, start, &frame, None, input));
        };
        if !decode(&mut self.blocks, self.walk.as_mut(), start, &header, block) {
            let next = u64::try_from(length).ok().and_then(|length| start.checked_add(length));
            let loss = Loss::damage(start, "block");
            return Ok(self.lose(loss, start, &frame, next, input));
        }
        input.consume(length);
        if header.length == 0 && !header.is_last {
            pass_empty_blocks(input)?;
        }
        let bytes = self.blocks.last();
        let count = copy_start(bytes, output.room);
        let proves_itself = header.kind == BlockKind::Compressed;
        frame.evidence.add((frame.produced, start), chain::evidence(&header), proves_itself);
        if let Some(pending) = &mut self.pending {
            pending.pass(frame.produced, self.blocks.furthest());
        }
        frame.put_out(bytes);
        self.blocks.unknown(output.unknown);
        if self.blocks.is_settled() {
            frame.past = Past::Known;
        }
        if let Some(walk) = self.walk.as_mut().filter(|_| !header.is_last) {
            walk.passed(input.position());
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
        if frame.goes_on(input)? {
            let reason = "block header";
            let kind = ContainerFindingKind::Damaged { reason, lost: Some(0), resumes: true };
            output.log.find(start, contents, kind);
            self.place = Place::Blocks(frame);
            return Ok(Step::Data(0));
        }
        if let Some(pending) = &mut self.pending {
            pending.end();
        }
        self.doubt.rest = Some((frame.rest(), frame.doubtful()));
        let unproven = frame.evidence.unproven();
        self.doubt.unproven = unproven.map(|(from, at)| (frame.produced.saturating_sub(from), at));
        let mut verdict = Verdict::Absent;
        if frame.header.has_checksum {
            let Some(expected) = input.peek(4)?.first_chunk::<4>().copied() else {
                return Ok(Step::End(cut(start, output.contents, output.log)));
            };
            let expected = u32::from_le_bytes(expected);
            verdict = Verdict::NotCompared;
            if let Some(found) = frame.hash.as_ref().map(checksum) {
                if output.log.compare(expected, found) {
                    verdict = Verdict::Agrees;
                    self.doubt = Doubt::default();
                } else {
                    verdict = Verdict::Disagrees;
                    let kind = ContainerFindingKind::ZstdChecksumMismatch { expected, found };
                    output.log.find(start, contents, kind);
                }
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
        output.log.cover(contents, verdict);
        self.frames = self.frames.saturating_add(1);
        self.place = Place::Between;
        Ok(Step::Data(0))
    }

    /// Something that is no frame stands at `start`, behind the last one.
    fn stop_behind_end(&mut self, start: u64) -> Step {
        let (bytes, source) = self.doubt.unproven.take().unwrap_or((0, start));
        let loss = Loss::behind_end(start).unproven(bytes, source);
        Step::Stopped(loss, Search::behind_end(start, self.doubt.rest))
    }

    /// Nothing is known of the frame that should start at `start`.
    fn lose_frame(&mut self, start: u64) -> Step {
        // One that was begun before has told the end of its frames.
        let search = match self.frames {
            0 => Search::for_frame(FrameHeader::ASSUMED, start),
            _ => Search::for_frames(start),
        };
        Step::Stopped(Loss::damage(start, "frame header"), search)
    }

    /// A block of `frame` at `start` of the source is lost; the next one may
    /// start at `next`.
    fn lose(
        &mut self,
        loss: Loss,
        start: u64,
        frame: &Frame,
        next: Option<u64>,
        input: &Input,
    ) -> Step {
        self.pending = None;
        let loss = frame.doubt(loss);
        let missing = frame.missing(input);
        Step::Stopped(loss, Search::within(frame, start, missing, next))
    }

    /// Returns the pending checkpoint if it is settled how much history it needs, and
    /// keeps it pending if it is not.
    fn conclude(&mut self, pending: Pending) -> Option<Saved<State>> {
        if !pending.is_settled() {
            self.pending = Some(pending);
            return None;
        }
        let (contents, source) = (pending.contents, pending.source);
        let inside = pending.into_inside();
        let bytes = inside.memory();
        let state = State { frames: self.frames, place: Saving::Inside(Box::new(inside)) };
        Some(Saved { contents, source, state, bytes })
    }
}

impl Decoder for Zstd {
    type State = State;

    type Search = Search;

    const ROOM: usize = BLOCK_MAX;

    const PIECE: usize = BLOCK_MAX;

    const INTERVAL: u64 = 8 * 1024 * 1024;

    const EFFORT: u64 = 1;

    fn new(options: &Options) -> Self {
        Self {
            blocks: BlockDecoder::default(),
            window_max: options.window_max,
            checks: true,
            place: Place::Between,
            frames: 0,
            pending: None,
            vain_guesses: 0,
            doubt: Doubt::default(),
            walk: None,
        }
    }

    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        match self.place.clone() {
            Place::Between => self.open_frame(input, output),
            Place::Blocks(frame) => self.block(frame, input, output),
            Place::Trailer(frame) => self.trailer(frame, input, output),
        }
    }

    fn search(
        &mut self,
        search: &mut Search,
        loss: &mut Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Found, Error> {
        self.search_on(search, loss, input, output)
    }

    fn unproven(&self) -> u64 {
        match &self.place {
            Place::Between => 0,
            Place::Blocks(frame) | Place::Trailer(frame) => frame.unproven(),
        }
    }

    fn work_ahead(&mut self, workers: Workers) {
        self.walk = Walk::new(workers);
    }

    fn distrust(&mut self) {
        // Nothing reaches beyond the start of a frame.
        if let Place::Blocks(frame) = &mut self.place {
            frame.past = Past::Unknown;
            self.blocks.distrust();
        }
    }

    fn distrusts(&self) -> bool {
        matches!(&self.place, Place::Blocks(frame) if frame.past == Past::Unknown)
    }

    fn start_again(&mut self) {
        (self.pending, self.doubt) = (None, Doubt::default());
        self.place = Place::Between;
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
        if let Some(pending) = self.pending.take() {
            return self.conclude(pending);
        }
        let source = input.position();
        let frame = match &self.place {
            Place::Between => {
                let state = State { frames: self.frames, place: Saving::Between };
                return Some(Saved { contents, source, state, bytes: 0 });
            }
            // What lies before is unknown wherever that is.
            Place::Blocks(Frame { header, produced: 0, past: Past::Unknown, behind, .. }) => {
                let bytes = behind.as_ref().map_or(0, |behind| behind.memory());
                let place = Saving::Entry(*header, behind.clone());
                let state = State { frames: self.frames, place };
                return Some(Saved { contents, source, state, bytes });
            }
            Place::Blocks(frame) => frame,
            Place::Trailer(_) => return None,
        };
        let history = usize::try_from(frame.header.window.min(frame.reach())).ok()?;
        if history > bytes_max {
            return None;
        }
        let history = recent.before(contents, history)?;
        let (header, produced, past) = (frame.header, frame.produced, frame.past);
        let inside = Inside { header, produced, place: self.blocks.place(), history, past };
        self.conclude(Pending::new(contents, source, inside))
    }

    fn wants_before(search: &Search) -> Option<usize> {
        search.wants_before()
    }

    fn take_before(search: &mut Search, before: Before) {
        search.take_before(before);
    }

    fn is_apart(state: &State) -> bool {
        matches!(state.place, Saving::Between | Saving::Entry(_, None))
    }

    fn restore(state: &State, options: &Options) -> Self {
        let mut restored = Self { checks: false, frames: state.frames, ..Self::new(options) };
        match &state.place {
            Saving::Between => {}
            Saving::Entry(header, behind) => {
                restored.enter_blocks(*header, behind.as_deref());
                restored.place = Place::Blocks(Frame::entered(*header, behind.clone()));
            }
            Saving::Inside(inside) => {
                let Inside { header, produced, ref place, ref history, past } = **inside;
                // Tables that were kept and are none leave the next block undecodable,
                // and that is what the reader is told.
                let _ = restored.blocks.resume(header.window, past, place, [history, &[]]);
                restored.place = Place::Blocks(Frame { produced, ..Frame::new(header, past) });
            }
        }
        restored
    }

    fn write_state(state: &State, bytes: &mut Writer) -> Option<()> {
        bytes.u64(state.frames);
        bytes.u8(u8::from(!matches!(state.place, Saving::Between)));
        match &state.place {
            Saving::Between => Some(()),
            Saving::Entry(..) => None,
            Saving::Inside(inside) => inside.write_to(bytes),
        }
    }

    fn read_state(bytes: &mut Reader<'_>) -> Option<(State, usize)> {
        let frames = bytes.u64()?;
        if bytes.u8()? == 0 {
            return Some((State { frames, place: Saving::Between }, 0));
        }
        let inside = Inside::read_from(bytes)?;
        let memory = inside.memory();
        Some((State { frames, place: Saving::Inside(Box::new(inside)) }, memory))
    }
}

/// Passes over the blocks of no bytes that follow, as far as they are at hand. Three zeros
/// are one, so a stretch that was overwritten with zeros has a third as many.
fn pass_empty_blocks(input: &mut Input) -> Result<(), Error> {
    let zeros = input.peek(1)?.iter().take_while(|byte| **byte == 0).count();
    input.consume(zeros / 3 * 3);
    Ok(())
}

/// Decodes a block at `start` of the source, with what was prepared of it if somebody
/// works ahead; returns whether it can be decoded.
fn decode(
    blocks: &mut BlockDecoder,
    walk: Option<&mut Walk>,
    start: u64,
    header: &BlockHeader,
    block: &[u8],
) -> bool {
    let is_compressed = header.kind == BlockKind::Compressed;
    let Some(walk) = walk.filter(|_| is_compressed) else {
        return blocks.decode(header, block).is_ok();
    };
    match walk.prepared(start) {
        Some(prepared) => blocks.decode_prepared(header, block, prepared).is_ok(),
        None => blocks.decode(header, block).is_ok(),
    }
}

/// The low half of an XXH64, as frames carry it.
fn checksum(hash: &XxHash64) -> u32 {
    u32::try_from(hash.finish() & u64::from(u32::MAX)).unwrap_or(0)
}
