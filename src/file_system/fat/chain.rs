//! Where the bytes of a file lie: its clusters, as runs.

use core::ops::Range;

use vma_source::sort_by_number;

use crate::error::{Fault, FaultKind, Result};

/// Runs that a file may have: 12 MiB of memory.
const RUNS_MAX: usize = 1 << 19;

/// Clusters that are followed of one file: 256 GiB of the small ones of 4 KiB.
pub(super) const STEPS_MAX: u64 = 1 << 26;

/// Bytes of a file that lie in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Where they start in the file.
    pub(super) start: u64,
    /// Where they start in the source.
    pub(super) place: u64,
    /// How many they are.
    pub(super) length: u64,
}

/// Where the bytes of a file lie, as far as its clusters can be followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// In the file's order, without gaps.
    runs: Vec<Run>,
    /// Why they end before the file does.
    cut: Option<Fault>,
}

impl Chain {
    /// One piece.
    pub(super) fn piece(place: u64, length: u64) -> Self {
        Self { runs: vec![Run { start: 0, place, length }], cut: None }
    }

    /// Bytes that the runs have.
    pub(super) fn length(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.start.saturating_add(run.length))
    }

    /// How many runs there are.
    pub(super) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    ///
    /// They would be too many runs.
    pub(super) fn push(&mut self, place: u64, length: u64) -> Result<()> {
        let (start, count) = (self.length(), self.runs.len());
        match self.runs.last_mut() {
            Some(last) if last.place.saturating_add(last.length) == place => {
                last.length = last.length.saturating_add(length);
            }
            _ if count >= RUNS_MAX => {
                return Err(Fault::new(FaultKind::TooLarge, "pieces of a file"));
            }
            _ => self.runs.push(Run { start, place, length }),
        }
        Ok(())
    }

    /// Says why it goes no further.
    pub(super) fn cut(&mut self, fault: Fault) {
        self.cut = Some(fault);
    }

    /// Why it goes no further; that it is corrupt if nothing was said.
    pub(super) fn fault(&self) -> Fault {
        self.cut.clone().unwrap_or_else(|| Fault::corrupt("its clusters end before it does"))
    }

    /// Whether it was cut short.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// Whether no byte of the source is in it twice: a chain that comes back to itself
    /// is none.
    pub(super) fn is_simple(&self) -> bool {
        let mut places: Vec<Range<u64>> =
            self.runs.iter().map(|run| run.place..run.place.saturating_add(run.length)).collect();
        sort_by_number(&mut places, |place| place.start);
        places.iter().zip(places.iter().skip(1)).all(|(one, next)| one.end <= next.start)
    }

    /// The piece of the source in which byte `at` of the file lies, from there on.
    pub(super) fn piece_at(&self, at: u64) -> Option<Range<u64>> {
        let behind = self.runs.partition_point(|run| run.start <= at);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let into = at.saturating_sub(run.start);
        let left = run.length.checked_sub(into).filter(|&left| left > 0)?;
        let place = run.place.saturating_add(into);
        Some(place..place.saturating_add(left))
    }
}
