//! Random access to what a decoder puts out from front to back.
//!
//! Everything is decoded forward once, by the *frontier*. On its way it leaves
//! [checkpoints](super::checkpoint), from which a second decoder, the
//! *reader*, serves whatever is asked for behind the frontier.

mod cursor;
pub(super) mod decoder;
mod derived;
pub(super) mod recent;
pub(super) mod state;

use core::cell::{Ref, RefCell};
use core::ops::Range;
use std::rc::Rc;

use self::cursor::Cursor;
use self::decoder::Decoder;
use self::recent::Recent;
use self::state::State;
use super::ahead::Workers;
use super::checkpoint::{Checkpoints, Finished};
use super::input::{Input, split_reads};
use super::log::{Covered, End, Log};
use super::loss::holes::{Holes, first_gap};
use super::loss::landmark::Landmark;
use super::{Options, Progress, copy_start};
use crate::source::{Error, Gap, ReadAt, Reader, Writer, to_u64};

/// The contents of a container that is decoded from front to back.
pub(in crate::container) struct Stream<D: Decoder> {
    state: RefCell<State<D>>,
}

impl<D: Decoder> Stream<D> {
    /// The contents of the container that `source` is, without reading.
    pub(in crate::container) fn new(source: Rc<dyn ReadAt>, options: &Options) -> Self {
        Self { state: RefCell::new(Self::state_of(source, *options)) }
    }

    #[inline(never)]
    fn state_of(source: Rc<dyn ReadAt>, options: Options) -> State<D> {
        let decoder = D::new(&options);
        let input = Input::new(Rc::clone(&source), 0);
        State {
            options,
            source,
            frontier: Some(Cursor::new(decoder, input, 0)),
            reached: (0, 0),
            end: None,
            is_kept: false,
            reader: None,
            derived: None,
            recent: Recent::new(options.cache_bytes),
            checkpoints: Checkpoints::new(D::INTERVAL, options.checkpoint_bytes),
            is_sought: false,
            holes: Holes::default(),
            doubted: Holes::default(),
            losses: 0,
            log: Log::default(),
            expected: None,
            work: 0,
            workers: None,
        }
    }

    /// Forgets a pass that was kept: what is read from here on is decoded from the
    /// start, and what it passes is compared with the checksums.
    pub(in crate::container) fn begin_anew(&self) {
        let mut state = self.state.borrow_mut();
        if state.is_kept {
            let workers = state.workers.take();
            *state = Self::state_of(Rc::clone(&state.source), state.options);
            state.work_ahead(workers);
        }
    }

    /// Has `workers` work on what the frontier comes to.
    pub(in crate::container) fn work_ahead(&self, workers: Workers) {
        self.state.borrow_mut().work_ahead(Some(workers));
    }

    /// Takes note of what has to stand somewhere ahead.
    pub(in crate::container) fn expect(&self, landmark: Landmark) {
        self.state.borrow_mut().expected = Some(landmark);
    }

    /// Takes note that what comes next will be asked for: a checkpoint before it is worth
    /// more than others.
    pub(in crate::container) fn seek(&self) {
        self.state.borrow_mut().is_sought = true;
    }

    /// Takes note that `wrong` is not what went in, and follows what derives from
    /// it, by about `work_max` bytes of work; returns whether it is done.
    pub(in crate::container) fn distrust_step(
        &self,
        wrong: &Range<u64>,
        work_max: u64,
    ) -> Result<bool, Error> {
        self.state.borrow_mut().distrust_step(wrong, work_max)
    }

    /// How far the frontier has come.
    pub(in crate::container) fn progress(&self) -> Progress {
        let state = self.state.borrow();
        Progress {
            source: state.reached.1,
            contents: state.reached.0,
            end: state.end,
            checkpoints: state.checkpoints.places().len(),
            checkpoint_bytes: state.checkpoints.places().bytes(),
        }
    }

    /// What was noted so far.
    pub(in crate::container) fn log(&self) -> Ref<'_, Log> {
        Ref::map(self.state.borrow(), |state| &state.log)
    }

    /// What checksums over much say of the contents.
    pub(super) fn covered(&self) -> Vec<Covered> {
        let state = self.state.borrow();
        state.log.covered(state.reached.0)
    }

    /// Appends the checkpoints; `None` if they cannot be kept, or the end was
    /// not reached.
    pub(in crate::container) fn write_checkpoints(&self, bytes: &mut Writer) -> Option<()> {
        let state = self.state.borrow();
        let (contents, source) = state.reached;
        Finished::of(state.end, contents, source, &state.log)?.write_to(bytes);
        state.checkpoints.write_to(bytes, D::write_state);
        Some(())
    }

    /// Takes them in place of a pass of its own.
    pub(in crate::container) fn take_checkpoints(&self, bytes: &mut Reader<'_>) -> Option<()> {
        let mut state = self.state.borrow_mut();
        let finished = Finished::read_from(bytes)?;
        state.checkpoints.read_from(bytes, D::read_state)?;
        state.reached = (finished.contents, finished.source);
        state.log = Log::sound(finished.contents, finished.checksums);
        (state.end, state.is_kept) = (Some(End::Complete), true);
        (state.frontier, state.reader) = (None, None);
        Some(())
    }
}

impl<D: Decoder> ReadAt for Stream<D> {
    fn size(&self) -> Option<u64> {
        let state = self.state.borrow();
        state.end.map(|_| state.reached.0)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut state = self.state.borrow_mut();
        let mut done = 0;
        while let Some(room) = buffer.get_mut(done..).filter(|room| !room.is_empty()) {
            let Some(at) = u64::try_from(done).ok().and_then(|done| offset.checked_add(done))
            else {
                break;
            };
            while !state.step_towards(at)? {}
            if state.holes.at(at).is_some() {
                break;
            }
            let kept = state.recent.at(at);
            let sound = state.holes.behind(at).saturating_sub(at);
            let kept = kept.get(..usize::try_from(sound).unwrap_or(usize::MAX)).unwrap_or(kept);
            if kept.is_empty() {
                break;
            }
            done = done.saturating_add(copy_start(kept, room));
        }
        Ok(done)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let state = self.state.borrow();
        let mut reads = state.source_range(&range);
        let size = state.source.size().unwrap_or(u64::MAX);
        reads.end = reads.end.min(size);
        split_reads(reads, into);
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let state = self.state.borrow();
        first_gap(&state.holes, &state.doubted, &range)
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let mut state = self.state.borrow_mut();
        let start = state.work;
        let mut at = range.start;
        let end = range.end.min(at.saturating_add(to_u64(state.options.cache_bytes / 2)));
        loop {
            while !state.step_towards(at)? {
                if state.work.saturating_sub(start) >= work_max {
                    return Ok(false);
                }
            }
            // What can be had at `at` is at hand; if nothing is, a read stops.
            let there = to_u64(state.recent.at(at).len());
            at = at.saturating_add(there);
            if there == 0 || at >= end {
                return Ok(true);
            }
        }
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        let state = self.state.borrow();
        let cached = u64::try_from(state.options.cache_bytes).unwrap_or(u64::MAX);
        if (from.saturating_sub(cached)..=from).contains(&offset) {
            return 0;
        }
        let earliest = state.checkpoints.places().before(offset);
        let start = if from <= offset { earliest.max(from) } else { earliest };
        offset.saturating_sub(start)
    }
}
