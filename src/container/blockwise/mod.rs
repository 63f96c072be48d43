//! lzop: blocks that each decode by themselves.
//!
//! The headers of the blocks tell how long their contents are, so going from
//! header to header is all it takes to find a byte, and blocks nobody asks
//! for are not decoded. Neither are they checked, then: the checksums that
//! count as checked are those of decoded blocks.
//!
//! Damage costs the block that it hits, 256 KiB. A header's lengths count only
//! if the chain of blocks goes on behind them or the block decodes to just
//! that; otherwise the next sound block is looked for. If all that lies between
//! is one block that decodes, nothing is lost; if not, how much is lost is told
//! by what a layer above [expects](super::Contents::expect) behind it, if that comes
//! before the next loss. Otherwise what follows has no known place in the
//! contents.

mod ranges;

use core::cell::{Ref, RefCell};
use core::ops::Range;
use std::collections::VecDeque;
use std::rc::Rc;

use self::ranges::Ranges;
use super::checkpoint::{Checkpoint, Checkpoints};
use super::finding::{BlockChecksum, ContainerFindingKind, End, Log};
use super::input::split_reads;
use super::loss::holes::Holes;
use super::loss::landmark::{Landmark, Sighting, ahead_of};
use super::lzop::header::adler32;
use super::lzop::walk::{Block, Resume, Walk};
use super::sequential::{Finished, Step, UNKNOWN_LOSS};
use super::{Options, Progress, copy_start};
use crate::source::{Error, Gap, ReadAt, Reader, Writer};

/// Losses of unknown length that are told apart; what follows yet another one
/// is given up.
const LOSSES_MAX: usize = 65_536;

/// Decoded blocks that are kept, whatever their size.
const DECODED_MAX: usize = 64;

/// The contents of an lzop file.
pub(super) struct Lzop {
    state: RefCell<State>,
}

struct State {
    source: Rc<dyn ReadAt>,
    /// Has passed every block up to where it stands, from the first on.
    frontier: Walk,
    end: Option<End>,
    /// Finds blocks behind the frontier.
    reader: Walk,
    /// Where blocks start: all of them, as long as the budget allows.
    blocks: Checkpoints<Resume>,
    decoded: VecDeque<Decoded>,
    decoded_bytes_max: usize,
    /// The blocks that were decoded before, or could not be.
    seen: Ranges,
    holes: Holes,
    losses: usize,
    log: Log,
    /// What a layer above expects to find.
    expected: Option<Landmark>,
    /// Bytes that were decoded to find out how much is lost.
    measured: u64,
}

/// The contents of one block.
struct Decoded {
    start: u64,
    bytes: Vec<u8>,
}

impl Decoded {
    fn range(&self) -> Range<u64> {
        self.start..self.start.saturating_add(u64::try_from(self.bytes.len()).unwrap_or(0))
    }
}

/// Where the bytes at an offset are to be had.
enum Found {
    /// Decoded already.
    Decoded,
    /// In the block the frontier stands at.
    AtFrontier,
    /// In the block the reader stands at.
    AtReader,
    /// Nowhere: lost.
    Lost,
    /// Nowhere: behind the end.
    End,
}

impl Lzop {
    /// The contents of the lzop file that `source` is, without reading.
    pub(super) fn new(source: Rc<dyn ReadAt>, options: &Options) -> Self {
        let state = State {
            frontier: Walk::new(Rc::clone(&source)),
            end: None,
            reader: Walk::new(Rc::clone(&source)),
            source,
            blocks: Checkpoints::new(1, options.checkpoint_bytes),
            decoded: VecDeque::new(),
            decoded_bytes_max: options.cache_bytes,
            seen: Ranges::default(),
            holes: Holes::default(),
            losses: 0,
            log: Log::default(),
            expected: None,
            measured: 0,
        };
        Self { state: RefCell::new(state) }
    }

    /// Takes note of what has to stand somewhere ahead.
    pub(super) fn expect(&self, landmark: Landmark) {
        self.state.borrow_mut().expected = Some(landmark);
    }

    /// How far the frontier has come.
    pub(super) fn progress(&self) -> Progress {
        let state = self.state.borrow();
        Progress {
            source: state.frontier.input().position(),
            contents: state.frontier.contents(),
            end: state.end,
            checkpoints: state.blocks.len(),
            checkpoint_bytes: state.blocks.bytes(),
        }
    }

    /// What was noted so far.
    pub(super) fn log(&self) -> Ref<'_, Log> {
        Ref::map(self.state.borrow(), |state| &state.log)
    }

    /// Appends the table of blocks; `None` if the end was not reached.
    pub(super) fn write_checkpoints(&self, bytes: &mut Writer) -> Option<()> {
        let state = self.state.borrow();
        let (contents, source) = (state.frontier.contents(), state.frontier.input().position());
        Finished::of(state.end, contents, source, &state.log)?.write_to(bytes);
        state.blocks.write_to(bytes, |resume, bytes| {
            resume.write_to(bytes);
            Some(())
        });
        Some(())
    }

    /// Takes it in place of a pass of its own.
    pub(super) fn take_checkpoints(&self, bytes: &mut Reader<'_>) -> Option<()> {
        let mut state = self.state.borrow_mut();
        let finished = Finished::read_from(bytes)?;
        state.blocks.read_from(bytes, |bytes| Some((Resume::read_from(bytes)?, 0)))?;
        let last = state.blocks.before(u64::MAX)?.state;
        state.frontier.go_to(finished.source, finished.contents, last);
        state.log = Log::sound(finished.checksums);
        state.end = Some(End::Complete);
        state.seen = Ranges::default();
        Some(())
    }
}

impl ReadAt for Lzop {
    fn size(&self) -> Option<u64> {
        let state = self.state.borrow();
        state.end.map(|_| state.frontier.contents())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut state = self.state.borrow_mut();
        let mut done = 0;
        while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
            let Some(at) = u64::try_from(done).ok().and_then(|done| offset.checked_add(done))
            else {
                break;
            };
            let is_there = match state.find(at)? {
                None => continue,
                Some(Found::End | Found::Lost) => false,
                Some(Found::Decoded) => true,
                Some(Found::AtFrontier) => state.decode(true)?,
                Some(Found::AtReader) => state.decode(false)?,
            };
            if !is_there {
                break;
            }
            done = done.saturating_add(state.copy(at, room));
        }
        Ok(done)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let state = self.state.borrow();
        let behind = state.frontier.contents();
        let mut reads = state.blocks.source_range(&range, state.frontier.input().position());
        if range.end > behind {
            let next = state.frontier.input().next_read();
            reads = if range.start >= behind { next } else { reads.start..next.end };
        }
        let size = state.source.size().unwrap_or(u64::MAX);
        split_reads(reads.start..reads.end.min(size), into);
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.state.borrow().holes.first_in(&range)
    }

    /// Any block is found by headers alone, so that the start of a range is as
    /// near as the rest of it.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let mut state = self.state.borrow_mut();
        let start = state.work();
        loop {
            if state.find(range.start)?.is_some() {
                return Ok(true);
            }
            if state.work().abs_diff(start) >= work_max {
                return Ok(false);
            }
        }
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}

impl State {
    /// Takes one step towards the block at `at`; `None` if it takes more.
    fn find(&mut self, at: u64) -> Result<Option<Found>, Error> {
        if self.decoded.iter().any(|block| block.range().contains(&at)) {
            return Ok(Some(Found::Decoded));
        }
        if self.holes.at(at).is_some() {
            return Ok(Some(Found::Lost));
        }
        if at < self.frontier.contents() {
            return self.find_behind(at);
        }
        if self.end.is_some() {
            return Ok(Some(Found::End));
        }
        if self.frontier.block().is_some_and(|block| (block.contents..block.end()).contains(&at)) {
            return Ok(Some(Found::AtFrontier));
        }
        self.step_frontier()?;
        Ok(None)
    }

    fn step_frontier(&mut self) -> Result<(), Error> {
        let before = self.frontier.contents();
        match self.frontier.step(&mut self.log)? {
            Step::Data(_) | Step::Doubted(..) => {}
            Step::Lost(count) => {
                let is_open = count == UNKNOWN_LOSS;
                if let Some(lost) = if is_open { self.measure(before)? } else { None } {
                    self.frontier.stand_at(before.saturating_add(lost));
                    self.log.learn(lost);
                }
                self.lose(before..self.frontier.contents());
            }
            Step::End(end) => self.end = Some(end),
        }
        if self.losses >= LOSSES_MAX {
            self.end = Some(End::Damaged);
        }
        if let Some(Block { contents, source, resume: state, .. }) = self.frontier.block() {
            let is_behind_loss =
                contents.checked_sub(1).is_some_and(|last| self.holes.at(last).is_some());
            if is_behind_loss || self.blocks.is_due(contents) || self.blocks.len() == 0 {
                let pinned = is_behind_loss || self.blocks.len() == 0;
                self.blocks.push(Checkpoint { contents, source, state, bytes: 0, pinned });
            }
        }
        Ok(())
    }

    /// Finds out how much is lost from `start` of the contents on: decodes from
    /// where it goes on up to the landmark, whose place is known.
    fn measure(&mut self, start: u64) -> Result<Option<u64>, Error> {
        let Some(landmark) = self.expected.clone() else { return Ok(None) };
        let Some(ahead) = ahead_of(start, &landmark) else { return Ok(None) };
        let mut walk = self.frontier.fork();
        let mut sighting = Sighting::default();
        while !sighting.is_past(ahead, &landmark) {
            if let Some(block) = walk.block() {
                let length = block.header.contents_length;
                let bytes = block.header.decode(walk.block_bytes()?);
                // One that cannot be decoded takes its place all the same.
                let bytes =
                    bytes.unwrap_or_else(|| vec![0; usize::try_from(length).unwrap_or_default()]);
                self.measured = self.measured.saturating_add(u64::from(length));
                if let Some(found) = sighting.take(&bytes, &landmark) {
                    return Ok(ahead.checked_sub(found));
                }
            }
            let mut ignored = Log::default();
            if !matches!(walk.step(&mut ignored)?, Step::Data(_)) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn find_behind(&mut self, at: u64) -> Result<Option<Found>, Error> {
        if let Some(start) = self.blocks.before(at)
            && !(start.contents..=at).contains(&self.reader.contents())
        {
            self.reader.go_to(start.source, start.contents, start.state);
        }
        if self.reader.block().is_some_and(|block| (block.contents..block.end()).contains(&at)) {
            return Ok(Some(Found::AtReader));
        }
        let mut ignored = Log::default();
        if let Step::End(_) = self.reader.step(&mut ignored)? {
            let reason = String::from("reads as something else than before");
            let position = self.reader.input().position();
            self.reader = Walk::new(Rc::clone(&self.source));
            return Err(Error::source_unreadable(position, reason));
        }
        Ok(None)
    }

    /// Decodes the block that the frontier or the reader stands at; returns
    /// whether that could be done. If not, its contents are lost.
    fn decode(&mut self, at_frontier: bool) -> Result<bool, Error> {
        let walk = if at_frontier { &mut self.frontier } else { &mut self.reader };
        let Some(block) = walk.block() else { return Ok(false) };
        let bytes = walk.block_bytes()?;
        let contents = block.header.decode(bytes);
        if self.seen.insert(block.contents..block.end()) {
            check(&block, bytes, contents.as_deref(), &mut self.log);
        }
        let Some(bytes) = contents else {
            self.lose(block.contents..block.end());
            return Ok(false);
        };
        self.decoded.push_back(Decoded { start: block.contents, bytes });
        let mut kept: usize = self.decoded.iter().map(|block| block.bytes.len()).sum();
        while self.decoded.len() > 1
            && (kept > self.decoded_bytes_max || self.decoded.len() > DECODED_MAX)
        {
            kept =
                kept.saturating_sub(self.decoded.pop_front().map_or(0, |block| block.bytes.len()));
        }
        Ok(true)
    }

    /// Copies decoded bytes from `at` on into `room`; returns how many.
    fn copy(&self, at: u64, room: &mut [u8]) -> usize {
        let block = self.decoded.iter().rev().find(|block| block.range().contains(&at));
        let bytes = block.and_then(|block| {
            let skip = usize::try_from(at.saturating_sub(block.start)).ok()?;
            block.bytes.get(skip..)
        });
        copy_start(bytes.unwrap_or(&[]), room)
    }

    fn lose(&mut self, hole: Range<u64>) {
        self.losses = self.losses.saturating_add(1);
        self.holes.push(hole);
    }

    fn work(&self) -> u64 {
        let read = self.frontier.input().position().saturating_add(self.reader.input().position());
        read.saturating_add(self.measured)
    }
}

/// Checks a block that is decoded for the first time, or cannot be decoded.
fn check(block: &Block, bytes: &[u8], contents: Option<&[u8]>, log: &mut Log) {
    let header = &block.header;
    if !block.flags.has_checksums() {
        log.no_checksum();
    }
    let parts = [
        (BlockChecksum::Compressed, header.checksums, Some(bytes)),
        (BlockChecksum::Contents, header.contents_checksums, contents),
    ];
    for (of, (adler, crc), bytes) in parts {
        let Some(bytes) = bytes else { continue };
        let adler = adler.map(|expected| (expected, adler32(bytes)));
        let crc = crc.map(|expected| (expected, crc32fast::hash(bytes)));
        for (expected, found) in adler.into_iter().chain(crc) {
            if !log.compare(expected, found) {
                let kind = ContainerFindingKind::BlockChecksumMismatch { expected, found, of };
                log.find(block.source, block.contents, kind);
            }
        }
    }
    if contents.is_none() {
        let lost = Some(u64::from(header.contents_length));
        let kind = ContainerFindingKind::Damaged { reason: "block", lost, resumes: true };
        log.find(block.source, block.contents, kind);
    }
}
