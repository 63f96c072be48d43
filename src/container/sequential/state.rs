//! The frontier, which decodes everything once, and the reader, which serves
//! what lies behind it.

use core::ops::Range;
use std::rc::Rc;

use super::cursor::{Cursor, Moved};
use super::decoder::{Decoder, Saved};
use super::derived::Derived;
use super::recent::Recent;
use crate::container::Options;
use crate::container::ahead::Workers;
use crate::container::checkpoint::{Checkpoint, Checkpoints, Why};
use crate::container::input::Input;
use crate::container::log::{End, Log, Verdict};
use crate::container::loss::before::Before;
use crate::container::loss::holes::Holes;
use crate::container::loss::landmark::Landmark;
use crate::container::loss::measure::Measure;
use crate::container::loss::{LOSSES_MAX, Length, extent_of};
use crate::source::{Error, ReadAt, to_u64};

/// All of it: the two decoders, what is known of the contents, and what is
/// kept of them. Many fields: each step works on nearly all of them.
pub(super) struct State<D: Decoder> {
    pub(super) options: Options,
    pub(super) source: Rc<dyn ReadAt>,
    /// `None` once the end was reached.
    pub(super) frontier: Option<Cursor<D>>,
    /// How far the frontier got, in bytes of contents and of the source.
    pub(super) reached: (u64, u64),
    pub(super) end: Option<End>,
    /// Whether a pass that was kept stands for one of its own.
    pub(super) is_kept: bool,
    pub(super) reader: Option<Cursor<D>>,
    /// Follows what derives from contents that are not what went in.
    pub(super) derived: Option<Derived<D>>,
    pub(super) recent: Recent,
    pub(super) checkpoints: Checkpoints<D::State>,
    /// Whether what comes next is sought.
    pub(super) is_sought: bool,
    pub(super) holes: Holes,
    /// What was put out before decoding stopped, and nothing proves.
    pub(super) doubted: Holes,
    pub(super) losses: usize,
    pub(super) log: Log,
    /// What a layer above expects to find.
    pub(super) expected: Option<Landmark>,
    /// Bytes read and put out by all steps so far, times [`Decoder::EFFORT`].
    pub(super) work: u64,
    /// Who works ahead of the frontier, if anybody does.
    pub(super) workers: Option<Workers>,
}

impl<D: Decoder> State<D> {
    /// Takes one step towards contents at `at`; returns true without one if
    /// all that there is to have at `at` can be had.
    pub(super) fn step_towards(&mut self, at: u64) -> Result<bool, Error> {
        if !self.recent.at(at).is_empty() {
            return Ok(true);
        }
        if at < self.reached.0 {
            if self.holes.at(at).is_some() {
                return Ok(true);
            }
            self.step_reader(at)?;
        } else {
            if self.end.is_some() {
                return Ok(true);
            }
            self.step_frontier()?;
        }
        Ok(false)
    }

    fn step_frontier(&mut self) -> Result<(), Error> {
        let Some(cursor) = self.frontier.as_mut() else { return Ok(()) };
        let start = cursor.contents;
        let mut is_loss = false;
        if let Some(length) = cursor.found() {
            self.settle(start, length)?;
            is_loss = true;
        } else {
            let mut unknown = Vec::new();
            let (log, work) = (&mut self.log, &mut self.work);
            match cursor.step(u64::MAX, &mut self.recent, log, &mut unknown, work)? {
                Moved::On => {
                    let unproven = cursor.unproven();
                    self.doubted.push(cursor.contents.saturating_sub(unproven)..cursor.contents);
                    self.holes.extend(start, &unknown);
                    let reached = start..cursor.contents;
                    self.know_landmark(&reached);
                }
                Moved::End(end) => {
                    // Bytes that are missing further up end the source early, too.
                    if end == End::Cut && !cursor.is_stopped() {
                        let from = cursor.contents.saturating_sub(cursor.decoder.unproven());
                        self.doubted.push(from..cursor.contents);
                    }
                    self.end = Some(end);
                }
            }
        }
        if self.losses >= LOSSES_MAX {
            self.end = Some(End::Damaged);
        }
        let Some(cursor) = self.frontier.as_mut() else { return Ok(()) };
        self.reached = (cursor.contents, cursor.input.position());
        let history = cursor.history();
        if history <= self.checkpoints.places().largest() {
            self.recent.keep_at_least(history);
        }
        self.show_what_is_known();
        self.leave_checkpoint(is_loss);
        if self.end.is_some() {
            self.frontier = None;
        }
        Ok(())
    }

    /// Has `workers` work on what the frontier comes to, if there are any.
    pub(super) fn work_ahead(&mut self, workers: Option<Workers>) {
        if let (Some(frontier), Some(workers)) = (&mut self.frontier, &workers) {
            frontier.decoder.work_ahead(workers.clone());
        }
        self.workers = workers;
    }

    /// A place to go on from behind the loss at `start` of the contents was
    /// found: finds out how much is lost, and goes on there.
    fn settle(&mut self, start: u64, length: Length) -> Result<(), Error> {
        let lost = match length {
            Length::Known(lost) => Some(lost),
            Length::Unknown => None,
            Length::ToMeasure => self.measure(start)?,
        };
        let Some(cursor) = self.frontier.as_mut() else { return Ok(()) };
        if let Some(past) = cursor.went_past() {
            self.doubted.push(self.checkpoints.places().contents_at(past)..start);
        }
        cursor.settle(lost, extent_of(lost), &mut self.log);
        self.losses = self.losses.saturating_add(1);
        self.holes.push(start..cursor.contents);
        Ok(())
    }

    /// Finds out how much is lost from `start` of the contents on: decodes from
    /// where it goes on up to the landmark, whose place is known.
    fn measure(&mut self, start: u64) -> Result<Option<u64>, Error> {
        let measure = Measure::new(start, self.expected.as_ref());
        let saved = self
            .frontier
            .as_mut()
            .and_then(|cursor| cursor.decoder.save(&cursor.input, &self.recent, 0, usize::MAX));
        let (Some(measure), Some(saved)) = (measure, saved) else { return Ok(None) };
        // Two decoders at a time are enough.
        self.reader = None;
        let decoder = D::restore(&saved.state, &self.options);
        let input = Input::new(Rc::clone(&self.source), saved.source);
        let mut cursor = Cursor::new(decoder, input, saved.contents);
        let mut recent = Recent::new(0);
        measure.behind(saved.contents).run(|| {
            let from = cursor.contents;
            let (mut log, mut unknown) = (Log::default(), Vec::new());
            let work = &mut self.work;
            let moved = cursor.step(u64::MAX, &mut recent, &mut log, &mut unknown, work)?;
            let goes_on = matches!(moved, Moved::On) && !cursor.is_stopped();
            let bytes = if cursor.contents > from { recent.at(from) } else { &[] };
            Ok(goes_on.then(|| bytes.to_vec()))
        })
    }

    fn leave_checkpoint(&mut self, pinned: bool) {
        let Some(cursor) = self.frontier.as_mut() else { return };
        let places = self.checkpoints.places();
        let why = match pinned {
            true => Why::Pinned,
            false if self.is_sought => Why::Sought,
            false if places.is_due(cursor.contents) => Why::Due,
            false => return,
        };
        if self.end.is_some() || cursor.is_stopped() {
            return;
        }
        let largest = places.largest();
        let contents = cursor.contents;
        let saved = cursor.decoder.save(&cursor.input, &self.recent, contents, largest);
        if let Some(Saved { contents, source, state, bytes }) = saved {
            self.checkpoints.push(Checkpoint { contents, source, bytes, why }, state);
            self.is_sought = false;
        }
    }

    /// If the expected bytes were taken to be unknown, and the last of them
    /// came among those of `reached`: they are what was put out if that proves
    /// itself.
    fn know_landmark(&mut self, reached: &Range<u64>) {
        let Some(Landmark { offset, length, proof }) = &self.expected else { return };
        let Some(end) = to_u64(*length).checked_add(*offset) else { return };
        let is_last = reached.start < end && end <= reached.end;
        if !is_last || self.holes.first_in(&(*offset..end)).is_none() {
            return;
        }
        if self.recent.before(end, *length).is_some_and(|bytes| proof(&bytes)) {
            self.holes.remove(&(*offset..end));
        }
    }

    /// Shows the search what is known around the loss that it stands behind.
    fn show_what_is_known(&mut self) {
        let Some(cursor) = self.frontier.as_mut() else { return };
        let start = cursor.contents;
        let Some(search) = cursor.search_mut() else { return };
        let Some(count) = D::wants_before(search) else { return };
        let known = (&self.recent, &self.holes);
        let spare = self.checkpoints.places().spare();
        if let Some(measure) = Measure::new(start, self.expected.as_ref()) {
            D::take_before(search, Before::gather(start, count, spare, known, measure));
        }
    }

    /// Takes one step of the reader, put to the best place before `at` first.
    fn step_reader(&mut self, at: u64) -> Result<(), Error> {
        let from = self.checkpoints.before(at);
        let earliest = from.map_or(0, |(from, _)| from.contents);
        // Damage that was gone past, a reader does not go past in the same way: what it
        // puts out of a damaged block may be more than the frontier did.
        let stretch = self.checkpoints.places().stretch(at);
        let stands_well = |reader: &Cursor<D>| {
            reader.began >= stretch.start && (earliest..=at).contains(&reader.contents)
        };
        if !self.reader.as_ref().is_some_and(stands_well) {
            let (decoder, source) = match from {
                Some((from, state)) => (D::restore(state, &self.options), from.source),
                None => (D::new(&self.options), 0),
            };
            let input = self.reader.take().map(|reader| reader.input);
            let mut input = input.unwrap_or_else(|| Input::new(Rc::clone(&self.source), source));
            input.seek(source);
            let mut reader = Cursor::<D>::new(decoder, input, earliest);
            if let Some(workers) = &self.workers {
                reader.decoder.work_ahead(workers.clone());
            }
            self.reader = Some(reader);
        }
        let Some(reader) = self.reader.as_mut() else { return Ok(()) };
        let (mut log, mut unknown) = (Log::default(), Vec::new());
        let (end, work) = (self.reached.0.min(stretch.end), &mut self.work);
        match reader.step(end, &mut self.recent, &mut log, &mut unknown, work)? {
            Moved::On => {
                if let Some(length) = reader.found() {
                    let lost = if let Length::Known(lost) = length { Some(lost) } else { None };
                    reader.settle(lost, extent_of(lost), &mut log);
                }
                if reader.contents <= at || !self.recent.at(at).is_empty() {
                    return Ok(());
                }
                // Behind a loss that the frontier did not have. From the place where it
                // would begin again, it would come to the same.
                let (is_same, position) = (reader.began == earliest, reader.input.position());
                self.reader = None;
                if is_same { Err(Error::source_differs(position)) } else { Ok(()) }
            }
            Moved::End(_) => {
                let position = reader.input.position();
                self.reader = None;
                Err(Error::source_differs(position))
            }
        }
    }

    /// Takes note that `wrong` is not what went in, and that what derives from it
    /// is in doubt. Does about `work_max` bytes of work; returns whether it is
    /// done.
    pub(super) fn distrust_step(
        &mut self,
        wrong: &Range<u64>,
        work_max: u64,
    ) -> Result<bool, Error> {
        let derived = self.derived.take().filter(|derived| derived.is_of(wrong));
        let Some(mut derived) = derived.or_else(|| self.derive(wrong)) else { return Ok(true) };
        let start = self.work;
        while !derived.step(&mut self.doubted, &mut self.work)? {
            if self.work.saturating_sub(start) >= work_max {
                self.derived = Some(derived);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What derives from `wrong`; `None` if a checksum says that nothing is wrong.
    fn derive(&mut self, wrong: &Range<u64>) -> Option<Derived<D>> {
        let covered = self.log.covered(self.reached.0);
        let covered = covered.into_iter().find(|covered| covered.range.contains(&wrong.end));
        if covered.as_ref().is_some_and(|covered| covered.verdict == Verdict::Agrees) {
            return None;
        }
        let end = covered.map_or(self.reached.0, |covered| covered.range.end);
        let apart = self.checkpoints.first_behind(wrong.end, D::is_apart);
        let until = apart.map_or(end, |apart| apart.min(end));
        // Two decoders at a time are enough.
        self.reader = None;
        let (decoder, source, contents) = match self.checkpoints.before(wrong.end) {
            Some((from, state)) => (D::restore(state, &self.options), from.source, from.contents),
            None => (D::unchecked(&self.options), 0, 0),
        };
        let input = Input::new(Rc::clone(&self.source), source);
        let cursor = Cursor::new(decoder, input, contents);
        Some(Derived::new(cursor, wrong.clone(), until))
    }

    /// The part of the source that reading `range` will probably need.
    pub(super) fn source_range(&self, range: &Range<u64>) -> Range<u64> {
        let kept = u64::try_from(self.recent.at(range.start).len()).unwrap_or(0);
        if range.start.saturating_add(kept) >= range.end {
            return 0..0;
        }
        match &self.frontier {
            Some(frontier) if range.end > self.reached.0 => {
                let next = frontier.input.next_read();
                let ahead = range.end.saturating_sub(self.reached.0);
                let (contents, source) = self.reached;
                next.start..next.end.max(source_estimate(ahead, contents, source))
            }
            _ => {
                let reads = self.checkpoints.places().source_range(range, self.reached.1);
                let reader =
                    self.reader.as_ref().map_or(0, |reader| reader.input.next_read().start);
                match reads.contains(&reader) {
                    true => reader..reads.end,
                    false => reads,
                }
            }
        }
    }
}

/// Where in the source a decoder will stand `ahead` bytes of contents later, if
/// it goes on as up to `contents` and `source`.
pub(in crate::container) fn source_estimate(ahead: u64, contents: u64, source: u64) -> u64 {
    let scaled = u128::from(ahead).saturating_mul(u128::from(source));
    let more = scaled.checked_div(u128::from(contents)).unwrap_or(0);
    source.saturating_add(u64::try_from(more).unwrap_or(u64::MAX))
}
