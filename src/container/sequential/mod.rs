//! Random access to what a decoder puts out from front to back.
//!
//! Everything is decoded forward once, by the *frontier*. On its way it leaves
//! [checkpoints](super::checkpoint), from which a second decoder, the
//! *reader*, serves whatever is asked for behind the frontier.

pub(super) mod recent;

use core::cell::{Ref, RefCell};
use core::ops::Range;
use std::rc::Rc;

use self::recent::Recent;
use super::checkpoint::{Checkpoint, Checkpoints};
use super::finding::{Checksums, End, Log};
use super::input::{Input, split_reads};
use super::loss::before::Before;
use super::loss::holes::Holes;
use super::loss::landmark::{Landmark, Sighting, ahead_of};
use super::{Options, Progress, copy_start};
use crate::source::{Error, Gap, ReadAt, Reader, Writer};

/// Bytes of contents that stand for a loss nobody knows the length of.
///
/// Longer than any extent of an archive, so that one whose data ran into the
/// damage ends inside the loss, and its reader searches on right behind it.
pub(in crate::container) const UNKNOWN_LOSS: u64 = 4 * 1024 * 1024;

/// Losses in the source that are gone past; what follows yet another one is
/// given up.
const LOSSES_MAX: usize = 65_536;

/// What a step of a decoder came to.
pub(in crate::container) enum Step {
    /// This many bytes were put out: 0 if the step only read.
    Data(usize),
    /// The same, and those from this place of the contents on are not what they
    /// were, and perhaps not as many.
    Doubted(usize, u64),
    /// This many bytes of contents are lost; those behind them come next.
    Lost(u64),
    /// There is nothing more.
    End(End),
}

/// Where a step of a decoder puts its output and its findings.
pub(in crate::container) struct Output<'a> {
    /// Room for contents, at least [`Decoder::ROOM`] bytes.
    pub(in crate::container) room: &'a mut [u8],
    /// Where the room starts in the contents, in bytes.
    pub(in crate::container) contents: u64,
    /// What is found on the way.
    pub(in crate::container) log: &'a mut Log,
    /// The parts of what is put out that nobody can know, in ascending order:
    /// bytes of `room`.
    pub(in crate::container) unknown: &'a mut Vec<Range<usize>>,
    /// Bytes that were decoded besides what is put out, to find something out.
    pub(in crate::container) tried: u64,
}

/// What a decoder needs to be put back to a place.
pub(in crate::container) struct Saved<S> {
    /// Offset in the contents.
    pub(in crate::container) contents: u64,
    /// Offset in the source to go on reading at.
    pub(in crate::container) source: u64,
    /// The decoder there.
    pub(in crate::container) state: S,
    /// Bytes of memory that `state` takes.
    pub(in crate::container) bytes: usize,
}

/// A format that is decoded from front to back.
pub(in crate::container) trait Decoder: Sized {
    /// What is kept to go on from a checkpoint.
    type State;

    /// Bytes of room that a step needs.
    const ROOM: usize;

    /// Bytes of contents between two checkpoints at first.
    const INTERVAL: u64;

    /// How many times as long a byte takes as with the quickest decoder,
    /// about. What has to answer in between counts work by it.
    const EFFORT: u64;

    /// Whether it finds out by itself how much is lost, from what it is
    /// [shown](Self::take_before).
    const MEASURES: bool = false;

    /// A decoder at the start of a container, which checks what it decodes.
    fn new(options: &Options) -> Self;

    /// Goes on by a bounded amount of work: it consumes or puts out
    /// something, or it ends.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the container asks for something that is
    /// not supported. The same step can be tried again.
    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error>;

    /// Bytes of output in a row that [`save`](Self::save) may look back at.
    fn history(&self) -> usize;

    /// What [`restore`](Self::restore) needs to go on from here, where the
    /// contents have come to `contents`. `None` if that is not possible here,
    /// or takes more than `bytes_max` bytes, or is not known yet: then a later
    /// call returns what goes on from here.
    fn save(
        &mut self,
        input: &Input,
        recent: &Recent,
        contents: u64,
        bytes_max: usize,
    ) -> Option<Saved<Self::State>>;

    /// A decoder that goes on where `state` was saved and checks nothing: the
    /// one that saved it does.
    fn restore(state: &Self::State, options: &Options) -> Self;

    /// Makes it check what it decodes.
    fn check(&mut self) {}

    /// How many bytes of output before the damage that it stands behind it has
    /// use for, as [`Before`]; `None` if it has none for that.
    fn wants_before(&self) -> Option<usize> {
        None
    }

    /// Takes what it [wants](Self::wants_before).
    fn take_before(&mut self, _before: Before) {}

    /// Appends `state` to what is kept of a container; `None` if it cannot be
    /// put down as bytes.
    fn write_state(_state: &Self::State, _bytes: &mut Writer) -> Option<()> {
        None
    }

    /// Takes what [`write_state`](Self::write_state) appended, with the bytes of
    /// memory that it takes.
    fn read_state(_bytes: &mut Reader<'_>) -> Option<(Self::State, usize)> {
        None
    }
}

/// A decoder and where it stands.
struct Cursor<D> {
    decoder: D,
    input: Input,
    contents: u64,
}

/// The contents of a container that is decoded from front to back.
pub(in crate::container) struct Stream<D: Decoder> {
    state: RefCell<State<D>>,
}

struct State<D: Decoder> {
    options: Options,
    source: Rc<dyn ReadAt>,
    /// `None` once the end was reached.
    frontier: Option<Cursor<D>>,
    /// How far the frontier got, in bytes of contents and of the source.
    reached: (u64, u64),
    end: Option<End>,
    reader: Option<Cursor<D>>,
    recent: Recent,
    checkpoints: Checkpoints<D::State>,
    holes: Holes,
    losses: usize,
    log: Log,
    /// What a layer above expects to find.
    expected: Option<Landmark>,
    /// Bytes read and put out by all steps so far, times [`Decoder::EFFORT`].
    work: u64,
}

impl<D: Decoder> Stream<D> {
    /// The contents of the container that `source` is, without reading.
    pub(in crate::container) fn new(source: Rc<dyn ReadAt>, options: &Options) -> Self {
        let decoder = D::new(options);
        let input = Input::new(Rc::clone(&source), 0);
        let state = State {
            options: *options,
            source,
            frontier: Some(Cursor { decoder, input, contents: 0 }),
            reached: (0, 0),
            end: None,
            reader: None,
            recent: Recent::new(options.cache_bytes),
            checkpoints: Checkpoints::new(D::INTERVAL, options.checkpoint_bytes),
            holes: Holes::default(),
            losses: 0,
            log: Log::default(),
            expected: None,
            work: 0,
        };
        Self { state: RefCell::new(state) }
    }

    /// Takes note of what has to stand somewhere ahead.
    pub(in crate::container) fn expect(&self, landmark: Landmark) {
        self.state.borrow_mut().expected = Some(landmark);
    }

    /// How far the frontier has come.
    pub(in crate::container) fn progress(&self) -> Progress {
        let state = self.state.borrow();
        Progress {
            source: state.reached.1,
            contents: state.reached.0,
            end: state.end,
            checkpoints: state.checkpoints.len(),
            checkpoint_bytes: state.checkpoints.bytes(),
        }
    }

    /// What was noted so far.
    pub(in crate::container) fn log(&self) -> Ref<'_, Log> {
        Ref::map(self.state.borrow(), |state| &state.log)
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
        state.log = Log::sound(finished.checksums);
        state.end = Some(End::Complete);
        (state.frontier, state.reader) = (None, None);
        Some(())
    }
}

/// What a pass over a sound container comes to, to be kept.
pub(in crate::container) struct Finished {
    /// Bytes of the contents.
    pub(in crate::container) contents: u64,
    /// Bytes of the source that were dealt with.
    pub(in crate::container) source: u64,
    /// The checksums that were compared.
    pub(in crate::container) checksums: Checksums,
}

impl Finished {
    /// `None` unless all of a sound container was seen.
    pub(in crate::container) fn of(
        end: Option<End>,
        contents: u64,
        source: u64,
        log: &Log,
    ) -> Option<Self> {
        let is_whole = end == Some(End::Complete) && log.is_sound();
        is_whole.then(|| Self { contents, source, checksums: log.checksums() })
    }

    /// Appends it.
    pub(in crate::container) fn write_to(&self, bytes: &mut Writer) {
        let Checksums { checked, matched, absent } = self.checksums;
        for number in [self.contents, self.source, checked, matched, absent] {
            bytes.u64(number);
        }
    }

    /// Takes what was appended.
    pub(in crate::container) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let (contents, source) = (bytes.u64()?, bytes.u64()?);
        let (checked, matched, absent) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        Some(Self { contents, source, checksums: Checksums { checked, matched, absent } })
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
        self.state.borrow().holes.first_in(&range)
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
        let earliest = state.checkpoints.before(offset).map_or(0, |before| before.contents);
        let start = if from <= offset { earliest.max(from) } else { earliest };
        offset.saturating_sub(start)
    }
}

impl<D: Decoder> State<D> {
    /// Takes one step towards contents at `at`; returns true without one if
    /// all that there is to have at `at` can be had.
    fn step_towards(&mut self, at: u64) -> Result<bool, Error> {
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
        let mut unknown = Vec::new();
        let (log, work) = (&mut self.log, &mut self.work);
        let step = step(cursor, u64::MAX, &mut self.recent, log, &mut unknown, work)?;
        let mut is_loss = false;
        match step {
            Step::Data(_) => {
                self.holes.extend(start, &unknown);
                let reached = start..cursor.contents;
                self.know_landmark(&reached);
            }
            Step::Doubted(_, from) => is_loss = self.settle_doubt(from)?,
            Step::Lost(count) => {
                is_loss = true;
                self.losses = self.losses.saturating_add(1);
                let is_open = count == UNKNOWN_LOSS && !D::MEASURES;
                let lost = if is_open { self.measure(start)? } else { None };
                self.lose(start, lost);
            }
            Step::End(end) => self.end = Some(end),
        }
        if self.losses >= LOSSES_MAX {
            self.end = Some(End::Damaged);
        }
        let Some(cursor) = self.frontier.as_mut() else { return Ok(()) };
        self.reached = (cursor.contents, cursor.input.position());
        let history = cursor.decoder.history();
        if history <= self.checkpoints.largest() {
            self.recent.keep_at_least(history);
        }
        self.show_what_is_known();
        self.leave_checkpoint(is_loss);
        if self.end.is_some() {
            self.frontier = None;
        }
        Ok(())
    }

    /// What was put out from `from` of the contents on is not what it was. If it
    /// turns out that it was not as many bytes, it is lost; returns whether.
    fn settle_doubt(&mut self, from: u64) -> Result<bool, Error> {
        let reached = self.frontier.as_ref().map_or(from, |cursor| cursor.contents);
        let count = self.measure(from)?;
        let Some(count) = count.filter(|&count| from.saturating_add(count) != reached) else {
            return Ok(false);
        };
        self.losses = self.losses.saturating_add(1);
        self.recent.forget(from);
        self.log.doubt_length();
        self.lose(from, Some(count));
        Ok(true)
    }

    /// Takes up the loss that starts at `start` of the contents: it is `lost`
    /// bytes long if that could be found out, and as long as the decoder says
    /// otherwise.
    fn lose(&mut self, start: u64, lost: Option<u64>) {
        let Some(cursor) = self.frontier.as_mut() else { return };
        if let Some(lost) = lost {
            cursor.contents = start.saturating_add(lost);
            self.log.learn(lost);
        }
        self.holes.push(start..cursor.contents);
    }

    /// Finds out how much is lost from `start` of the contents on: decodes from
    /// where it goes on up to the landmark, whose place is known.
    fn measure(&mut self, start: u64) -> Result<Option<u64>, Error> {
        let Some(landmark) = self.expected.clone() else { return Ok(None) };
        let ahead = ahead_of(start, &landmark);
        let saved = self
            .frontier
            .as_mut()
            .and_then(|cursor| cursor.decoder.save(&cursor.input, &self.recent, 0, usize::MAX));
        let (Some(ahead), Some(saved)) = (ahead, saved) else { return Ok(None) };
        // Two decoders at a time are enough.
        self.reader = None;
        let mut decoder = D::restore(&saved.state, &self.options);
        decoder.check();
        let input = Input::new(Rc::clone(&self.source), saved.source);
        let mut cursor = Cursor { decoder, input, contents: saved.contents };
        let mut sighting = Sighting::behind(saved.contents);
        let mut recent = Recent::new(0);
        while !sighting.is_past(ahead, &landmark) {
            let from = cursor.contents;
            let (mut log, mut unknown) = (Log::default(), Vec::new());
            let work = &mut self.work;
            let step = step(&mut cursor, u64::MAX, &mut recent, &mut log, &mut unknown, work)?;
            if !matches!(step, Step::Data(_)) {
                return Ok(None);
            }
            if cursor.contents > from
                && let Some(found) = sighting.take(recent.at(from), &landmark)
            {
                return Ok(ahead.checked_sub(found));
            }
        }
        Ok(None)
    }

    fn leave_checkpoint(&mut self, pinned: bool) {
        let Some(cursor) = self.frontier.as_mut() else { return };
        if self.end.is_some() || !(pinned || self.checkpoints.is_due(cursor.contents)) {
            return;
        }
        let largest = self.checkpoints.largest();
        let contents = cursor.contents;
        let saved = cursor.decoder.save(&cursor.input, &self.recent, contents, largest);
        if let Some(Saved { contents, source, state, bytes }) = saved {
            self.checkpoints.push(Checkpoint { contents, source, state, bytes, pinned });
        }
    }

    /// If the expected bytes were taken to be unknown, and the last of them
    /// came among those of `reached`: they are what was put out if that proves
    /// itself.
    fn know_landmark(&mut self, reached: &Range<u64>) {
        let Some(Landmark { offset, length, proof }) = &self.expected else { return };
        let Some(end) = to_u64(*length).checked_add(*offset) else { return };
        let is_last = reached.start < end && end <= reached.end;
        if !is_last || self.holes.within(&(*offset..end)).is_empty() {
            return;
        }
        if self.recent.before(end, *length).is_some_and(|bytes| proof(&bytes)) {
            self.holes.remove(&(*offset..end));
        }
    }

    /// Shows the decoder what is known around the loss that it stands behind.
    fn show_what_is_known(&mut self) {
        let Some(cursor) = self.frontier.as_mut() else { return };
        let Some(count) = cursor.decoder.wants_before() else { return };
        let Some(landmark) = &self.expected else { return };
        let (start, spare) = (cursor.contents, self.checkpoints.spare());
        let known = (&self.recent, &self.holes);
        if let Some(before) = Before::gather(start, count, spare, known, landmark) {
            cursor.decoder.take_before(before);
        }
    }

    /// Takes one step of the reader, put to the best place before `at` first.
    fn step_reader(&mut self, at: u64) -> Result<(), Error> {
        let from = self.checkpoints.before(at);
        let earliest = from.map_or(0, |from| from.contents);
        let stands_well = |reader: &Cursor<D>| (earliest..=at).contains(&reader.contents);
        if !self.reader.as_ref().is_some_and(stands_well) {
            let (decoder, source) = match from {
                Some(from) => (D::restore(&from.state, &self.options), from.source),
                None => (D::new(&self.options), 0),
            };
            let input = self.reader.take().map(|reader| reader.input);
            let mut input = input.unwrap_or_else(|| Input::new(Rc::clone(&self.source), source));
            input.seek(source);
            self.reader = Some(Cursor { decoder, input, contents: earliest });
        }
        let Some(reader) = self.reader.as_mut() else { return Ok(()) };
        let (mut log, mut unknown) = (Log::default(), Vec::new());
        let (end, work) = (self.reached.0, &mut self.work);
        match step(reader, end, &mut self.recent, &mut log, &mut unknown, work)? {
            Step::Data(_) | Step::Doubted(..) | Step::Lost(_) => Ok(()),
            Step::End(_) => {
                let reason = String::from("decodes to something else than before");
                let position = reader.input.position();
                self.reader = None;
                Err(Error::source_unreadable(position, reason))
            }
        }
    }

    /// The part of the source that reading `range` will probably need.
    fn source_range(&self, range: &Range<u64>) -> Range<u64> {
        let kept = u64::try_from(self.recent.at(range.start).len()).unwrap_or(0);
        if range.start.saturating_add(kept) >= range.end {
            return 0..0;
        }
        match &self.frontier {
            Some(frontier) if range.end > self.reached.0 => {
                let next = frontier.input.next_read();
                let ahead = range.end.saturating_sub(self.reached.0);
                next.start..next.end.max(self.source_estimate(ahead))
            }
            _ => {
                let reads = self.checkpoints.source_range(range, self.reached.1);
                let reader =
                    self.reader.as_ref().map_or(0, |reader| reader.input.next_read().start);
                match reads.contains(&reader) {
                    true => reader..reads.end,
                    false => reads,
                }
            }
        }
    }

    /// Where in the source the frontier will stand `ahead` bytes of contents
    /// later, if it goes on as so far.
    fn source_estimate(&self, ahead: u64) -> u64 {
        let (contents, source) = self.reached;
        let scaled = u128::from(ahead).saturating_mul(u128::from(source));
        let more = scaled.checked_div(u128::from(contents)).unwrap_or(0);
        source.saturating_add(u64::try_from(more).unwrap_or(u64::MAX))
    }
}

/// Lets the decoder of `cursor` take a step, and takes up what it put out
/// before `end`: what the frontier took back, a reader may put out.
fn step<D: Decoder>(
    cursor: &mut Cursor<D>,
    end: u64,
    recent: &mut Recent,
    log: &mut Log,
    unknown: &mut Vec<Range<usize>>,
    work: &mut u64,
) -> Result<Step, Error> {
    let before = cursor.input.position();
    let contents = cursor.contents;
    let room = recent.room(contents, D::ROOM);
    let mut output = Output { room, contents, log, unknown, tried: 0 };
    let step = cursor.decoder.step(&mut cursor.input, &mut output)?;
    let tried = output.tried;
    let count = match step {
        Step::Data(count) | Step::Doubted(count, _) => {
            let left = usize::try_from(end.saturating_sub(contents)).unwrap_or(usize::MAX);
            recent.fill(count.min(left));
            u64::try_from(count).unwrap_or(0)
        }
        Step::Lost(count) => count,
        Step::End(_) => 0,
    };
    cursor.contents = contents.saturating_add(count);
    let put_out = if matches!(step, Step::Lost(_)) { 0 } else { count };
    let read = cursor.input.position().saturating_sub(before);
    let bytes = put_out.saturating_add(read).saturating_add(tried);
    *work = work.saturating_add(bytes.saturating_mul(D::EFFORT));
    Ok(step)
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
