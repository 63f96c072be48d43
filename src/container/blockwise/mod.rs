//! Random access to blocks that each decode by themselves.
//!
//! The *frontier* goes from block to block once and leaves a table of them, from
//! which the *reader* goes to any block behind it. lzop's headers tell how long
//! the contents of its blocks are, so blocks nobody asks for are not decoded;
//! neither are they checked, then: the checksums that count as checked are those
//! of decoded blocks. A bzip2 block has to be decoded for that.
//!
//! Damage costs the block that it hits. How much is lost is told by what a layer
//! above [expects](super::Contents::expect) behind it, if that comes before the
//! next loss. Otherwise what follows has no known place in the contents.

mod ahead;
mod decoded;
mod ranges;
pub(super) mod state;
pub(super) mod walk;

use core::cell::{Ref, RefCell};
use core::ops::Range;
use std::rc::Rc;

use self::ahead::Ahead;
use self::decoded::Decoded;
use self::ranges::Ranges;
use self::state::{Frontier, State};
use self::walk::Walk;
use super::ahead::Workers;
use super::checkpoint::{Checkpoints, Finished};
use super::input::split_reads;
use super::log::{Checksums, Covered, End, Log};
use super::loss::holes::{Holes, first_gap};
use super::loss::landmark::Landmark;
use super::options::Options;
use super::progress::{Progress, VerifyProgress};
use super::sequential::state::source_estimate;
use crate::source::{Error, Gap, ReadAt, Reader, Writer};

/// The contents of a container of blocks.
pub(super) struct Blocks<W: Walk> {
    state: RefCell<State<W>>,
}

impl<W: Walk> Blocks<W> {
    /// The contents of the container that `source` is, without reading.
    pub(super) fn new(source: Rc<dyn ReadAt>, options: &Options) -> Self {
        let state = State {
            frontier: Frontier::new(W::new(Rc::clone(&source))),
            end: None,
            reader: W::new(Rc::clone(&source)),
            source,
            blocks: Checkpoints::new(1, options.checkpoint_bytes),
            decoded: Decoded::new(options.cache_bytes),
            cache_bytes: options.cache_bytes,
            seen: Ranges::default(),
            holes: Holes::default(),
            wrong: Holes::default(),
            losses: 0,
            log: Log::default(),
            expected: None,
            decoded_bytes: 0,
            verified: 0,
            ahead: None,
            is_comparing: false,
        };
        Self { state: RefCell::new(state) }
    }

    /// Has `workers` decode blocks behind the one that is read.
    pub(super) fn work_ahead(&self, workers: Workers) {
        let mut state = self.state.borrow_mut();
        if W::DECODES {
            state.frontier.walk.work_ahead(Rc::clone(&workers));
            state.reader.work_ahead(workers);
        } else {
            state.ahead = Some(Ahead::new(workers));
        }
    }

    /// Takes note of what has to stand somewhere ahead.
    pub(super) fn expect(&self, landmark: Landmark) {
        self.state.borrow_mut().expected = Some(landmark);
    }

    /// How far the frontier has come.
    pub(super) fn progress(&self) -> Progress {
        let state = self.state.borrow();
        Progress {
            source: state.frontier.walk.input().position(),
            contents: state.frontier.walk.contents(),
            end: state.end,
            checkpoints: state.blocks.places().len(),
            checkpoint_bytes: state.blocks.places().bytes(),
        }
    }

    /// What was noted so far.
    pub(super) fn log(&self) -> Ref<'_, Log> {
        Ref::map(self.state.borrow(), |state| &state.log)
    }

    /// What checksums over much say of the contents; nothing where only blocks
    /// have any.
    pub(super) fn covered(&self) -> Vec<Covered> {
        let state = self.state.borrow();
        if W::DECODES { state.log.covered(state.frontier.walk.contents()) } else { Vec::new() }
    }

    /// Decodes and compares blocks that nobody has seen yet, in order, by about
    /// `work_max` bytes.
    pub(super) fn verify_step(&self, work_max: u64) -> Result<VerifyProgress, Error> {
        let mut state = self.state.borrow_mut();
        let start = state.work();
        state.is_comparing = true;
        while state.verify_next()? {
            if state.work().abs_diff(start) >= work_max {
                break;
            }
        }
        let contents = state.frontier.walk.contents();
        let done_bytes = state.verified.min(contents);
        let done = state.end.is_some() && state.verified >= contents;
        Ok(VerifyProgress { done_bytes, total_bytes: contents, done })
    }

    /// Decodes and compares all blocks that were passed so far and that nobody has seen.
    pub(super) fn verify_passed(&self) -> Result<(), Error> {
        let mut state = self.state.borrow_mut();
        state.is_comparing = true;
        while state.verify_passed()? {}
        Ok(())
    }

    /// Parts of the container that follow each other, as far as the frontier has come.
    pub(super) fn parts(&self) -> u64 {
        self.state.borrow().frontier.walk.parts()
    }

    /// The contents of blocks whose checksums do not agree, in ascending order.
    pub(super) fn wrong(&self) -> Vec<Range<u64>> {
        self.state.borrow().wrong.within(&(0..u64::MAX)).collect()
    }

    /// Appends the table of blocks; `None` if the end was not reached.
    pub(super) fn write_checkpoints(&self, bytes: &mut Writer) -> Option<()> {
        let state = self.state.borrow();
        let walk = &state.frontier.walk;
        let (contents, source) = (walk.contents(), walk.input().position());
        Finished::of(state.end, contents, source, &state.log)?.write_to(bytes);
        state.blocks.write_to(bytes, |resume, bytes| {
            W::write_resume(resume, bytes);
            Some(())
        });
        Some(())
    }

    /// Takes it in place of a pass of its own. Each block is compared with its
    /// checksums when it is decoded again: nobody has done that this time.
    pub(super) fn take_checkpoints(&self, bytes: &mut Reader<'_>) -> Option<()> {
        let mut state = self.state.borrow_mut();
        let finished = Finished::read_from(bytes)?;
        state.blocks.read_from(bytes, |bytes| Some((W::read_resume(bytes)?, 0)))?;
        let (_, &last) = state.blocks.before(u64::MAX)?;
        state.frontier = Frontier::new(W::new(Rc::clone(&state.source)));
        state.frontier.walk.go_to(finished.source, finished.contents, last);
        state.log = Log::sound(finished.contents, Checksums::default());
        state.end = Some(End::Complete);
        state.seen = Ranges::default();
        if let Some(ahead) = Ahead::of(&mut state.ahead) {
            ahead.forget_all();
        }
        Some(())
    }
}

impl<W: Walk> ReadAt for Blocks<W> {
    fn size(&self) -> Option<u64> {
        let state = self.state.borrow();
        state.end.map(|_| state.frontier.walk.contents())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut state = self.state.borrow_mut();
        state.is_comparing = false;
        let mut done = 0;
        while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
            let Some(at) = u64::try_from(done).ok().and_then(|done| offset.checked_add(done))
            else {
                break;
            };
            let Some(found) = state.find(at)? else { continue };
            if !state.fetch(found)? {
                break;
            }
            done = done.saturating_add(state.decoded.copy(at, room));
        }
        Ok(done)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let state = self.state.borrow();
        let walk = &state.frontier.walk;
        let (contents, source) = (walk.contents(), walk.input().position());
        let kept = state.decoded.at(range.start);
        if W::DECODES && kept.is_some_and(|kept| kept.end >= range.end) {
            return;
        }
        let mut reads = state.blocks.places().source_range(&range, source);
        if state.end.is_none() && range.end > contents {
            let mut next = walk.input().next_read();
            if W::DECODES {
                let ahead = range.end.saturating_sub(contents);
                next.end = next.end.max(source_estimate(ahead, contents, source));
            }
            reads = if range.start >= contents { next } else { reads.start..next.end };
        }
        let size = state.source.size().unwrap_or(u64::MAX);
        split_reads(reads.start..reads.end.min(size), into);
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let state = self.state.borrow();
        first_gap(&state.holes, &state.wrong, &range)
    }

    /// Where any block is found by headers alone, the start of a range is as
    /// near as the rest of it.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let mut state = self.state.borrow_mut();
        let start = state.work();
        let reach = u64::try_from(state.cache_bytes / 2).unwrap_or(u64::MAX);
        let end = if W::DECODES { range.end.min(range.start.saturating_add(reach)) } else { 0 };
        let mut at = range.start;
        loop {
            let found = state.find(at)?;
            if let Some(found) = found {
                let is_there = W::DECODES && state.fetch(found)?;
                let behind = is_there.then(|| state.decoded.at(at)).flatten().map(|kept| kept.end);
                at = behind.unwrap_or(u64::MAX);
                if at >= end {
                    return Ok(true);
                }
            }
            if state.work().abs_diff(start) >= work_max {
                return Ok(false);
            }
        }
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        if !W::DECODES {
            return 0;
        }
        let state = self.state.borrow();
        let cached = u64::try_from(state.cache_bytes).unwrap_or(u64::MAX);
        if (from.saturating_sub(cached)..=from).contains(&offset) {
            return 0;
        }
        let earliest = state.blocks.places().before(offset);
        let start = if from <= offset { earliest.max(from) } else { earliest };
        offset.saturating_sub(start)
    }
}
