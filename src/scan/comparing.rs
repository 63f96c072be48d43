//! What follows a walk: the checksums of all that the walk only stepped over are
//! compared, before anything is called sound.

use core::ops::Range;

use crate::container::{Contents, VerifyProgress};
use crate::source::{Error, Gap, ReadAt, gaps};

/// Bytes that a step decodes and compares, about.
const WORK_PER_STEP: u64 = 8 << 20;

/// Compares the contents of a container with its checksums, step by step.
pub(super) struct Comparing {
    /// What nobody could have of the contents when the walk came to their end.
    known: Vec<Range<u64>>,
    progress: VerifyProgress,
}

impl Comparing {
    /// The comparison of `contents`, whose end is known.
    pub(super) fn new(contents: &Contents) -> Self {
        let progress = VerifyProgress { done_bytes: 0, total_bytes: 0, done: false };
        Self { known: lost(contents), progress }
    }

    /// How far it has come.
    pub(super) fn progress(&self) -> VerifyProgress {
        self.progress
    }

    /// The ranges of the lowest source that the next step will probably read.
    pub(super) fn wants(&self, contents: &Contents) -> Vec<Range<u64>> {
        let at = self.progress.done_bytes;
        let mut wanted = Vec::new();
        contents.trace(at..at.saturating_add(WORK_PER_STEP), &mut wanted);
        wanted
    }

    /// Goes on by a bounded amount of work; returns whether it is done.
    pub(super) fn step(&mut self, contents: &Contents) -> Result<bool, Error> {
        self.progress = contents.verify_step(WORK_PER_STEP)?;
        Ok(self.progress.done)
    }

    /// What has turned out since the walk that nobody can have, in order.
    pub(super) fn newly_lost(&self, contents: &Contents) -> Vec<Range<u64>> {
        let mut found = Vec::new();
        for hole in lost(contents) {
            let mut at = hole.start;
            let first = self.known.partition_point(|known| known.end <= hole.start);
            let within = self.known.get(first..).unwrap_or(&[]).iter();
            for known in within.take_while(|known| known.start < hole.end) {
                found.push(at..known.start.max(at));
                at = at.max(known.end);
            }
            found.push(at..hole.end.max(at));
        }
        found.retain(|hole| !hole.is_empty());
        found
    }
}

fn lost(contents: &Contents) -> Vec<Range<u64>> {
    let lost = gaps(contents, 0..u64::MAX).filter(Gap::stops_reads);
    lost.map(|gap| gap.start..gap.end).collect()
}
