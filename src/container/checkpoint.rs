//! Places a decoder can go on from, kept within a budget of memory.

use core::ops::Range;
use std::collections::VecDeque;

use super::log::{Checksums, End, Log};
use crate::source::{Reader, Writer};

/// Bytes that are written of all checkpoints of a container, at most.
const WRITTEN_MAX: usize = 32 * 1024 * 1024;

/// Bytes that writing one takes besides a state of some size.
const WRITTEN_OWN: usize = 32;

/// A place in a container from which it can be decoded without what comes
/// before.
pub(super) struct Checkpoint<S> {
    /// Offset in the contents, in bytes.
    pub(super) contents: u64,
    /// Offset in the source, in bytes.
    pub(super) source: u64,
    /// What the decoder needs to go on.
    pub(super) state: S,
    /// Bytes of memory that `state` takes.
    pub(super) bytes: usize,
    /// Whether it must stay, because what lies before it cannot be decoded.
    pub(super) pinned: bool,
}

/// The checkpoints of one container, in ascending order.
///
/// They stand at least an interval apart. When they no longer fit into the
/// budget, every second one goes from the front on, until an eighth of it is
/// free; where that reaches the last, the interval doubles. So most of the
/// budget stays in use, and making room takes each one a few times at most.
pub(super) struct Checkpoints<S> {
    kept: Vec<Checkpoint<S>>,
    /// Where in the contents those are that must stay.
    pinned: Vec<u64>,
    interval: u64,
    bytes: usize,
    bytes_max: usize,
}

impl<S> Checkpoints<S> {
    /// None so far; `interval` bytes of contents apart at first, and taking
    /// at most `bytes_max` bytes of memory.
    pub(super) fn new(interval: u64, bytes_max: usize) -> Self {
        let (kept, pinned) = (Vec::new(), Vec::new());
        Self { kept, pinned, interval: interval.max(1), bytes: 0, bytes_max }
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
        let pinned = self.kept.iter().filter(|kept| kept.pinned);
        let taken = pinned.map(|kept| kept.bytes.saturating_add(Self::OWN_BYTES));
        (self.bytes_max / 2).saturating_sub(taken.fold(0, usize::saturating_add))
    }

    /// Bytes of memory that all of them take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Keeps a checkpoint that lies behind all others.
    pub(super) fn push(&mut self, checkpoint: Checkpoint<S>) {
        self.bytes = self.bytes.saturating_add(checkpoint.bytes).saturating_add(Self::OWN_BYTES);
        self.pinned.extend(checkpoint.pinned.then_some(checkpoint.contents));
        self.kept.push(checkpoint);
        while self.bytes > self.bytes_max && self.kept.iter().any(|kept| !kept.pinned) {
            self.thin();
        }
    }

    /// The last checkpoint at or before `contents`.
    pub(super) fn before(&self, contents: u64) -> Option<&Checkpoint<S>> {
        let behind = self.kept.partition_point(|kept| kept.contents <= contents);
        self.kept.get(behind.checked_sub(1)?)
    }

    /// Where in the contents the first one behind `contents` stands with such a state.
    pub(super) fn first_behind(&self, contents: u64, is_such: impl Fn(&S) -> bool) -> Option<u64> {
        let behind = self.kept.partition_point(|kept| kept.contents <= contents);
        let behind = self.kept.get(behind..).unwrap_or(&[]);
        behind.iter().find(|kept| is_such(&kept.state)).map(|kept| kept.contents)
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

    /// The ranges of the source that decoding `contents` reads: from the
    /// checkpoint before it to the one behind it, or to `end`.
    pub(super) fn source_range(&self, contents: &Range<u64>, end: u64) -> Range<u64> {
        let start = self.before(contents.start).map_or(0, |kept| kept.source);
        let behind = self.kept.partition_point(|kept| kept.contents < contents.end);
        start..self.kept.get(behind).map_or(end, |kept| kept.source)
    }

    /// Appends them, their states as `write` puts them down: not those that it
    /// cannot put down, and every few only if all would take too much. The last one is
    /// among them.
    pub(super) fn write_to(
        &self,
        bytes: &mut Writer,
        write: impl Fn(&S, &mut Writer) -> Option<()>,
    ) {
        let kept = self.kept.len().saturating_mul(Self::OWN_BYTES);
        let states = self.bytes.saturating_sub(kept);
        let all = states.saturating_add(self.kept.len().saturating_mul(WRITTEN_OWN));
        let every = all.div_ceil(WRITTEN_MAX).max(1);
        let (mut written, mut left) = (Vec::new(), WRITTEN_MAX);
        for kept in self.kept.iter().rev().step_by(every) {
            let mut checkpoint = Writer::default();
            checkpoint.u64(kept.contents);
            checkpoint.u64(kept.source);
            let is_written = write(&kept.state, &mut checkpoint).is_some();
            let length = checkpoint.bytes().len();
            if is_written && length <= left {
                left = left.saturating_sub(length);
                written.push(checkpoint);
            }
        }
        bytes.u64(self.interval);
        bytes.u64(u64::try_from(written.len()).unwrap_or(u64::MAX));
        for checkpoint in written.iter().rev() {
            bytes.raw(checkpoint.bytes());
        }
    }

    /// Takes what [`write_to`](Self::write_to) appended in place of what is
    /// there; `read` takes a state, and says what memory it takes. `None` if the
    /// bytes hold something else.
    pub(super) fn read_from(
        &mut self,
        bytes: &mut Reader<'_>,
        read: impl Fn(&mut Reader<'_>) -> Option<(S, usize)>,
    ) -> Option<()> {
        let mut taken = Self::new(bytes.u64()?, self.bytes_max);
        for _ in 0..bytes.u64()? {
            let (contents, source) = (bytes.u64()?, bytes.u64()?);
            let (state, size) = read(bytes)?;
            taken.push(Checkpoint { contents, source, state, bytes: size, pinned: false });
        }
        *self = taken;
        Some(())
    }

    /// What keeping a checkpoint takes besides its state.
    const OWN_BYTES: usize = size_of::<Checkpoint<S>>();

    fn thin(&mut self) {
        let goal = self.bytes_max.saturating_sub(self.bytes_max / 8);
        let widest = self.interval.saturating_mul(2);
        let mut behind: VecDeque<u64> = self.kept.iter().map(|kept| kept.contents).collect();
        let (mut last, mut bytes) = (0_u64, self.bytes);
        self.kept.retain(|kept| {
            behind.pop_front();
            let apart = behind.front().unwrap_or(&kept.contents).saturating_sub(last);
            let keep = kept.pinned || bytes <= goal || apart > widest;
            if keep {
                last = kept.contents;
            } else {
                bytes = bytes.saturating_sub(kept.bytes.saturating_add(Self::OWN_BYTES));
            }
            keep
        });
        self.bytes = bytes;
        if bytes > goal {
            self.interval = widest;
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
    /// due or `pinned`.
    fn pass(checkpoints: &mut Checkpoints<()>, contents: u64, pinned: bool) {
        if pinned || checkpoints.is_due(contents) {
            let (source, state, bytes) = (contents, (), 1000);
            checkpoints.push(Checkpoint { contents, source, state, bytes, pinned });
        }
    }

    #[test]
    fn most_of_the_budget_is_in_use_and_no_more_however_much_has_passed() {
        let mut checkpoints = none(40 * (1000 + OWN));
        for contents in 1..20_000 {
            pass(&mut checkpoints, contents, false);
            if contents < 400 {
                continue;
            }
            let count = checkpoints.len();
            assert_eq!(checkpoints.bytes(), count * (1000 + OWN));
            assert!((34..=40).contains(&count), "{count} after {contents}");
            let mut last = 0;
            for kept in &checkpoints.kept {
                let apart = kept.contents - last;
                assert!(apart <= 2 * checkpoints.interval, "{apart} after {contents}");
                last = kept.contents;
            }
            assert!(contents - last <= checkpoints.interval, "the last one is kept");
        }
        // Evenly spread, 34 of them stand 588 apart.
        assert!(checkpoints.interval <= 588, "{}", checkpoints.interval);
    }

    #[test]
    fn what_must_stay_stays_and_the_rest_makes_room() {
        let pinned = [3, 17, 500, 7777];
        let mut checkpoints = none(10 * (1000 + OWN));
        (1..10_000).for_each(|at| pass(&mut checkpoints, at, pinned.contains(&at)));
        let kept: Vec<u64> = checkpoints.kept.iter().map(|kept| kept.contents).collect();
        assert!(pinned.iter().all(|pinned| kept.contains(pinned)), "{kept:?}");
        assert!(kept.len() <= 10 && kept.is_sorted(), "{kept:?}");
        let mut only = none(1000);
        (1..100).for_each(|at| pass(&mut only, at, at == 50));
        assert_eq!(only.kept.iter().map(|kept| kept.contents).collect::<Vec<_>>(), [50]);
    }
}
