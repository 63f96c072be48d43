//! Places a decoder can go on from, kept within a budget of memory.

use core::ops::Range;

use super::log::{Checksums, End, Log};
use crate::source::{Reader, Writer};

/// Bytes that are written of all checkpoints of a container, at most.
const WRITTEN_MAX: usize = 32 * 1024 * 1024;

/// Bytes that writing one takes besides a state of some size.
const WRITTEN_OWN: usize = 32;

/// Why a checkpoint is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The one before is far away.
    Due,
    /// Somebody will want what lies behind it: others go before it does.
    Sought,
    /// What lies before it cannot be decoded: it must stay.
    Pinned,
}

/// A place in a container from which it can be decoded without what comes before.
pub(super) struct Checkpoint {
    /// Offset in the contents, in bytes.
    pub(super) contents: u64,
    /// Offset in the source, in bytes.
    pub(super) source: u64,
    /// Bytes of memory that what the decoder needs to go on takes.
    pub(super) bytes: usize,
    pub(super) why: Why,
}

/// The checkpoints of one container, in ascending order, each with the state from which a
/// decoder goes on.
pub(super) struct Checkpoints<S> {
    places: Positions,
    states: Vec<S>,
}

impl<S> Checkpoints<S> {
    /// What keeping a checkpoint takes besides its state.
    const OWN_BYTES: usize = size_of::<Checkpoint>().saturating_add(size_of::<S>());

    /// None so far; `interval` bytes of contents apart at first, and taking
    /// at most `bytes_max` bytes of memory.
    pub(super) fn new(interval: u64, bytes_max: usize) -> Self {
        Self { places: Positions::new(interval, bytes_max, Self::OWN_BYTES), states: Vec::new() }
    }

    /// Where they stand.
    pub(super) fn places(&self) -> &Positions {
        &self.places
    }

    /// Keeps a checkpoint that lies behind all others.
    pub(super) fn push(&mut self, checkpoint: Checkpoint, state: S) {
        self.states.push(state);
        let mut stay = self.places.push(checkpoint).into_iter();
        self.states.retain(|_| stay.next().unwrap_or(true));
    }

    /// The last checkpoint at or before `contents`, with its state.
    pub(super) fn before(&self, contents: u64) -> Option<(&Checkpoint, &S)> {
        let at = self.places.behind(contents).checked_sub(1)?;
        Some((self.places.kept.get(at)?, self.states.get(at)?))
    }

    /// Where in the contents the first one behind `contents` stands with such a state.
    pub(super) fn first_behind(&self, contents: u64, is_such: impl Fn(&S) -> bool) -> Option<u64> {
        let behind = self.places.behind(contents);
        let states = self.states.get(behind..).unwrap_or(&[]);
        let at = behind.saturating_add(states.iter().position(is_such)?);
        self.places.kept.get(at).map(|kept| kept.contents)
    }

    /// Appends them, their states as `write` puts them down: not those that it
    /// cannot put down, and every few only if all would take too much, of those that are
    /// sought more than of the others. The last one is among them.
    pub(super) fn write_to(
        &self,
        bytes: &mut Writer,
        write: impl Fn(&S, &mut Writer) -> Option<()>,
    ) {
        let (mut written, mut left) = (Vec::new(), WRITTEN_MAX);
        let (mut is_written_next, mut all) = (self.places.written(), Vec::new());
        all.extend(self.places.kept.iter().zip(&self.states));
        for (kept, state) in all.into_iter().rev().filter(|(kept, _)| is_written_next(kept.why)) {
            let mut checkpoint = Writer::default();
            checkpoint.u64(kept.contents);
            checkpoint.u64(kept.source);
            let is_written = write(state, &mut checkpoint).is_some();
            let length = checkpoint.bytes().len();
            if is_written && length <= left {
                left = left.saturating_sub(length);
                written.push(checkpoint);
            }
        }
        self.places.write_to(bytes, &written);
    }

    /// Takes what [`write_to`](Self::write_to) appended in place of what is
    /// there; `read` takes a state, and says what memory it takes. `None` if the
    /// bytes hold something else.
    pub(super) fn read_from(
        &mut self,
        bytes: &mut Reader<'_>,
        read: impl Fn(&mut Reader<'_>) -> Option<(S, usize)>,
    ) -> Option<()> {
        let mut taken = Self::new(bytes.u64()?, self.places.bytes_max);
        for _ in 0..bytes.u64()? {
            let (contents, source) = (bytes.u64()?, bytes.u64()?);
            let (state, bytes) = read(bytes)?;
            taken.push(Checkpoint { contents, source, bytes, why: Why::Due }, state);
        }
        *self = taken;
        Some(())
    }
}

/// Where the checkpoints of one container stand, in ascending order.
///
/// They stand at least an interval apart. When they no longer fit into the
/// budget, every second one goes from the front on, until an eighth of it is
/// free; where that reaches the last, the interval doubles. So most of the
/// budget stays in use, and making room takes each one a few times at most.
/// Those that are sought stay meanwhile, as many as take half of the budget.
pub(super) struct Positions {
    kept: Vec<Checkpoint>,
    /// Where in the contents those are that must stay.
    pinned: Vec<u64>,
    interval: u64,
    bytes: usize,
    bytes_max: usize,
    /// What keeping one takes besides its state.
    own_bytes: usize,
}

impl Positions {
    fn new(interval: u64, bytes_max: usize, own_bytes: usize) -> Self {
        let (kept, pinned, interval) = (Vec::new(), Vec::new(), interval.max(1));
        Self { kept, pinned, interval, bytes: 0, bytes_max, own_bytes }
    }

    /// Whether `contents` lies an interval behind the last checkpoint.
    pub(super) fn is_due(&self, contents: u64) -> bool {
        let last = self.kept.last().map_or(0, |last| last.contents);
        contents.saturating_sub(last) >= self.interval
    }

    /// Bytes a single checkpoint may take: of larger ones too few fit into
    /// the budget to be of use.
    pub(super) fn largest(&self) -> usize {
        self.bytes_max / 4
    }

    /// Bytes that another one may take that must stay: half of the budget is
    /// for those, so that there is room to thin the others out.
    pub(super) fn spare(&self) -> usize {
        (self.bytes_max / 2).saturating_sub(self.bytes_of(Why::Pinned))
    }

    /// Bytes of memory that all of them take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The part around `contents` that a decoder can go through by itself: it starts
    /// and ends where one has to be put to a checkpoint.
    pub(super) fn stretch(&self, contents: u64) -> Range<u64> {
        let behind = self.pinned.partition_point(|&pinned| pinned <= contents);
        let start = behind.checked_sub(1).and_then(|at| self.pinned.get(at));
        let end = self.pinned.get(behind);
        start.copied().unwrap_or(0)..end.copied().unwrap_or(u64::MAX)
    }

    /// How far the contents have come at least where `source` is decoded.
    pub(super) fn contents_at(&self, source: u64) -> u64 {
        let before = self.kept.iter().rev().find(|kept| kept.source <= source);
        before.map_or(0, |kept| kept.contents)
    }

    /// Where in the contents the last one at or before `contents` stands, or they start.
    pub(super) fn before(&self, contents: u64) -> u64 {
        let before = self.behind(contents).checked_sub(1).and_then(|at| self.kept.get(at));
        before.map_or(0, |kept| kept.contents)
    }

    /// The ranges of the source that decoding `contents` reads: from the
    /// checkpoint before it to the one behind it, or to `end`.
    pub(super) fn source_range(&self, contents: &Range<u64>, end: u64) -> Range<u64> {
        let before = self.behind(contents.start).checked_sub(1).and_then(|at| self.kept.get(at));
        let behind = self.kept.partition_point(|kept| kept.contents < contents.end);
        let start = before.map_or(0, |kept| kept.source);
        start..self.kept.get(behind).map_or(end, |kept| kept.source)
    }

    /// The number of the first one behind `contents`.
    fn behind(&self, contents: u64) -> usize {
        self.kept.partition_point(|kept| kept.contents <= contents)
    }

    /// Keeps one that lies behind all others. Which of all stay; all if that tells of none.
    fn push(&mut self, checkpoint: Checkpoint) -> Vec<bool> {
        let is_pinned = checkpoint.why == Why::Pinned;
        self.bytes = self.bytes.saturating_add(self.bytes_with(&checkpoint));
        self.pinned.extend(is_pinned.then_some(checkpoint.contents));
        self.kept.push(checkpoint);
        let mut stay = Vec::new();
        while self.bytes > self.bytes_max && self.kept.iter().any(|kept| kept.why != Why::Pinned) {
            if stay.is_empty() {
                stay = vec![true; self.kept.len()];
            }
            self.bound_sought();
            self.thin(&mut stay);
        }
        stay
    }

    /// Those that are sought and stand closest to their neighbours are so no more, until they
    /// take no more than half of what those that must stay leave of the budget.
    fn bound_sought(&mut self) {
        let most = self.bytes_max.saturating_sub(self.bytes_of(Why::Pinned)) / 2;
        while self.bytes_of(Why::Sought) > most {
            let sought = self.kept.iter().enumerate().filter(|(_, kept)| kept.why == Why::Sought);
            let sought: Vec<(usize, u64)> =
                sought.map(|(number, kept)| (number, kept.contents)).collect();
            let apart = |three: &&[(usize, u64)]| match three {
                [(_, before), _, (_, behind)] => behind.saturating_sub(*before),
                _ => 0,
            };
            let closest = sought.windows(3).min_by_key(apart).and_then(|three| three.get(1));
            let Some((number, _)) = closest.or(sought.first()) else { break };
            let kept = self.kept.get_mut(*number);
            kept.into_iter().for_each(|kept| kept.why = Why::Due);
        }
    }

    /// Lets go of some of those that `stay`, and takes note of which.
    fn thin(&mut self, stay: &mut [bool]) {
        let goal = self.bytes_max.saturating_sub(self.bytes_max / 8);
        let widest = self.interval.saturating_mul(2);
        let mut stay = stay.iter_mut().filter(|stays| **stays);
        let behind: Vec<u64> = self.kept.iter().skip(1).map(|kept| kept.contents).collect();
        let mut behind = behind.into_iter();
        let (mut last, mut bytes, own_bytes) = (0_u64, self.bytes, self.own_bytes);
        self.kept.retain(|kept| {
            let apart = behind.next().unwrap_or(kept.contents).saturating_sub(last);
            let keep = kept.why != Why::Due || bytes <= goal || apart > widest;
            if keep {
                last = kept.contents;
            } else {
                bytes = bytes.saturating_sub(kept.bytes.saturating_add(own_bytes));
            }
            stay.next().into_iter().for_each(|stays| *stays = keep);
            keep
        });
        self.bytes = bytes;
        if bytes > goal {
            self.interval = widest;
        }
    }

    /// Bytes of memory that one takes.
    fn bytes_with(&self, kept: &Checkpoint) -> usize {
        kept.bytes.saturating_add(self.own_bytes)
    }

    /// Bytes of memory that those take that were left for this.
    fn bytes_of(&self, why: Why) -> usize {
        let such = self.kept.iter().filter(|kept| kept.why == why);
        such.map(|kept| self.bytes_with(kept)).fold(0, usize::saturating_add)
    }

    /// Which are written, asked of each from the last to the first: all, or every few if
    /// they would take too much. Those that are sought may take half of the room, and what
    /// they leave of it is for the others.
    fn written(&self) -> impl FnMut(Why) -> bool {
        let of_kind = |is_sought: bool| {
            let such = self.kept.iter().filter(|kept| (kept.why == Why::Sought) == is_sought);
            such.map(|kept| kept.bytes.saturating_add(WRITTEN_OWN)).fold(0, usize::saturating_add)
        };
        let (sought, others) = (of_kind(true), of_kind(false));
        let room = WRITTEN_MAX.saturating_sub(others).max(WRITTEN_MAX / 2);
        let sought_every = sought.div_ceil(room).max(1);
        let left = WRITTEN_MAX.saturating_sub(sought.checked_div(sought_every).unwrap_or(0));
        let others_every = others.div_ceil(left.max(1)).max(1);
        let (mut sought_seen, mut others_seen) = (0_usize, 0_usize);
        move |why| {
            let (seen, every) = match why {
                Why::Sought => (&mut sought_seen, sought_every),
                Why::Due | Why::Pinned => (&mut others_seen, others_every),
            };
            *seen = seen.saturating_add(1);
            seen.saturating_sub(1).is_multiple_of(every)
        }
    }

    /// Appends those that were `written`, the last one first.
    fn write_to(&self, bytes: &mut Writer, written: &[Writer]) {
        bytes.u64(self.interval);
        bytes.u64(u64::try_from(written.len()).unwrap_or(u64::MAX));
        for checkpoint in written.iter().rev() {
            bytes.raw(checkpoint.bytes());
        }
    }
}

/// What a pass over a sound container comes to, to be kept.
pub(super) struct Finished {
    /// Bytes of the contents.
    pub(super) contents: u64,
    /// Bytes of the source that were dealt with.
    pub(super) source: u64,
    /// The checksums that were compared.
    pub(super) checksums: Checksums,
}

impl Finished {
    /// `None` unless all of a sound container was seen.
    pub(super) fn of(end: Option<End>, contents: u64, source: u64, log: &Log) -> Option<Self> {
        let is_whole = end == Some(End::Complete) && log.is_sound();
        is_whole.then(|| Self { contents, source, checksums: log.checksums() })
    }

    /// Appends it.
    pub(super) fn write_to(&self, bytes: &mut Writer) {
        let Checksums { checked, matched, absent } = self.checksums;
        for number in [self.contents, self.source, checked, matched, absent] {
            bytes.u64(number);
        }
    }

    /// Takes what was appended.
    pub(super) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let (contents, source) = (bytes.u64()?, bytes.u64()?);
        let (checked, matched, absent) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        Some(Self { contents, source, checksums: Checksums { checked, matched, absent } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: usize = Checkpoints::<()>::OWN_BYTES;

    /// None so far, 10 apart at first.
    fn none(bytes_max: usize) -> Checkpoints<()> {
        Checkpoints::new(10, bytes_max)
    }

    /// Passes by `contents`, which has to leave one of 1000 bytes besides its own if it is
    /// due or left for something else.
    fn pass(checkpoints: &mut Checkpoints<()>, contents: u64, why: Why) {
        if why != Why::Due || checkpoints.places.is_due(contents) {
            let (source, bytes) = (contents, 1000);
            checkpoints.push(Checkpoint { contents, source, bytes, why }, ());
        }
    }

    /// Where all of them stand.
    fn places<S>(checkpoints: &Checkpoints<S>) -> Vec<u64> {
        checkpoints.places.kept.iter().map(|kept| kept.contents).collect()
    }

    #[test]
    fn most_of_the_budget_is_in_use_and_no_more_however_much_has_passed() {
        let mut checkpoints = none(40 * (1000 + OWN));
        for contents in 1..20_000 {
            pass(&mut checkpoints, contents, Why::Due);
            if contents < 400 {
                continue;
            }
            let count = checkpoints.places.len();
            assert_eq!(checkpoints.states.len(), count);
            assert_eq!(checkpoints.places.bytes(), count * (1000 + OWN));
            assert!((34..=40).contains(&count), "{count} after {contents}");
            let mut last = 0;
            for kept in &checkpoints.places.kept {
                let apart = kept.contents - last;
                assert!(apart <= 2 * checkpoints.places.interval, "{apart} after {contents}");
                last = kept.contents;
            }
            assert!(contents - last <= checkpoints.places.interval, "the last one is kept");
        }
        // Evenly spread, 34 of them stand 588 apart.
        assert!(checkpoints.places.interval <= 588, "{}", checkpoints.places.interval);
    }

    #[test]
    fn what_must_stay_stays_and_the_rest_makes_room() {
        let pinned = [3, 17, 500, 7777];
        let mut checkpoints = none(10 * (1000 + OWN));
        let why = |is_pinned| if is_pinned { Why::Pinned } else { Why::Due };
        (1..10_000).for_each(|at| pass(&mut checkpoints, at, why(pinned.contains(&at))));
        let kept = places(&checkpoints);
        assert!(pinned.iter().all(|pinned| kept.contains(pinned)), "{kept:?}");
        assert!(kept.len() <= 10 && kept.is_sorted(), "{kept:?}");
        let mut only = none(1000);
        (1..100).for_each(|at| pass(&mut only, at, why(at == 50)));
        assert_eq!(places(&only), [50]);
    }

    #[test]
    fn each_keeps_its_own_state() {
        let mut checkpoints = Checkpoints::new(10, 40 * (1000 + Checkpoints::<u64>::OWN_BYTES));
        for contents in (1..20_000).step_by(10) {
            let why = if contents % 1000 == 1 { Why::Sought } else { Why::Due };
            checkpoints.push(Checkpoint { contents, source: 0, bytes: 1000, why }, contents);
        }
        let numbers: Vec<u64> = checkpoints.places.kept.iter().map(|kept| kept.contents).collect();
        assert_eq!(checkpoints.states, numbers);
        assert_eq!(checkpoints.before(0).map(|(_, state)| *state), None);
        assert_eq!(checkpoints.before(25_000).map(|(_, state)| *state), Some(19_991));
        let second = checkpoints.first_behind(numbers[0], |_| true);
        assert_eq!(second, Some(numbers[1]));
    }

    #[test]
    fn what_is_sought_is_written_before_the_others() {
        const STATE: usize = 1 << 20;
        let bytes_max = 64 * (STATE + Checkpoints::<u64>::OWN_BYTES);
        let written = |sought_every: u64| {
            let mut checkpoints = Checkpoints::<u64>::new(1, bytes_max);
            for contents in 1..=60 {
                let is_sought = contents % sought_every == 0;
                let why = if is_sought { Why::Sought } else { Why::Due };
                checkpoints.push(Checkpoint { contents, source: 0, bytes: STATE, why }, contents);
            }
            let mut bytes = Writer::default();
            checkpoints.write_to(&mut bytes, |_, bytes| {
                bytes.raw(&[0; STATE]);
                Some(())
            });
            let bytes = bytes.into_bytes();
            assert!(bytes.len() <= WRITTEN_MAX + 16, "{}", bytes.len());
            let mut again = Checkpoints::<u64>::new(1, bytes_max);
            let state = |bytes: &mut Reader<'_>| bytes.raw(STATE).map(|_| (0, STATE));
            again.read_from(&mut Reader::new(&bytes), state).expect("it was written");
            places(&again)
        };
        // Ten are sought, and there is room for 31.
        let ten = written(6);
        assert!((1..=10).all(|sought| ten.contains(&(6 * sought))), "{ten:?}");
        assert!(ten.len() > 20, "{ten:?}");
        // Thirty are: half of the room is for them, and the last of all is always there.
        let thirty = written(2);
        let sought = thirty.iter().filter(|contents| *contents % 2 == 0).count();
        assert!((14..=16).contains(&sought) && thirty.last() == Some(&60), "{thirty:?}");
        assert!(thirty.len() > 20, "{thirty:?}");
        // None, and so many that all are there.
        assert!(written(61).len() >= 30);
    }

    #[test]
    fn what_is_sought_stays_as_long_as_it_takes_half_of_the_budget() {
        let mut checkpoints = none(40 * (1000 + OWN));
        for at in (100_000..115_000).step_by(1000) {
            pass(&mut checkpoints, at, Why::Sought);
            (1..1000).for_each(|behind| pass(&mut checkpoints, at + behind, Why::Due));
        }
        (115_000..300_000).for_each(|at| pass(&mut checkpoints, at, Why::Due));
        let kept = places(&checkpoints);
        assert!((100_000..115_000).step_by(1000).all(|at| kept.contains(&at)), "{kept:?}");
        assert!((34..=40).contains(&kept.len()) && kept.is_sorted(), "{kept:?}");
        // Too many: those that stay are spread over all of them.
        let mut many = none(40 * (1000 + OWN));
        for at in (100_000..200_000).step_by(1000) {
            pass(&mut many, at, Why::Sought);
            (1..1000).for_each(|behind| pass(&mut many, at + behind, Why::Due));
        }
        assert!(many.places.bytes() <= 40 * (1000 + OWN));
        let sought = many.places.kept.iter().filter(|kept| kept.why == Why::Sought);
        let sought: Vec<u64> = sought.map(|kept| kept.contents).collect();
        assert!((18..=20).contains(&sought.len()), "{sought:?}");
        assert_eq!(sought.first(), Some(&100_000));
        assert!(sought.windows(2).all(|two| two[1] - two[0] <= 10_000), "{sought:?}");
    }
}
