//! What is noted while a container is decoded: findings, and what its checksums
//! say.

use core::ops::Range;

use super::finding::{ContainerFinding, ContainerFindingKind};

/// Findings that are kept with their offsets; more are only counted.
const FINDINGS_MAX: usize = 1000;

/// Stretches that checksums are about which are told apart; of further ones
/// nothing is said.
const COVERED_MAX: usize = 1 << 16;

/// How many of the checksums of a container were checked so far, and what
/// came of it. Header checksums do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    /// Checksums that were compared with what was decoded.
    pub checked: u64,
    /// Those of them that matched.
    pub matched: u64,
    /// Frames, members or blocks that carry no checksum at all. If nothing
    /// was checked and this is not 0, the container has none.
    pub absent: u64,
}

/// A stretch of contents that one checksum over all of it is about: a zstd
/// frame, a gzip member, a bzip2 stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Which bytes of the contents.
    pub range: Range<u64>,
    /// What the checksum says of them.
    pub verdict: Verdict,
}

/// What a checksum says of what was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are what went in.
    Agrees,
    /// They are not, or not all of them.
    Disagrees,
    /// There is no checksum.
    Absent,
    /// It could not be compared: part of what it is over is lost, or its place
    /// was not reached.
    NotCompared,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its own end: everything in it was there to be had.
    Complete,
    /// The source ended first.
    Cut,
    /// Nothing behind damage could be decoded.
    Damaged,
}

impl End {
    /// Its name, as the page gets it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Damaged => "damaged",
        }
    }
}

/// What is noted while a container is decoded.
#[derive(Debug, Default)]
pub(super) struct Log {
    findings: Vec<ContainerFinding>,
    left_out: u64,
    checksums: Checksums,
    covered: Vec<Covered>,
}

impl Log {
    /// Nothing wrong with contents of this length, and these checksums.
    pub(super) fn sound(contents: u64, checksums: Checksums) -> Self {
        let mut log = Self { checksums, ..Self::default() };
        log.cover(contents, if checksums.absent > 0 { Verdict::Absent } else { Verdict::Agrees });
        log
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.left_out == 0
    }

    /// Notes something wrong at `offset` of the source, which tells on the
    /// contents at `contents_offset`.
    pub(super) fn find(&mut self, offset: u64, contents_offset: u64, kind: ContainerFindingKind) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(ContainerFinding { offset, contents_offset, kind });
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// Notes a checksum that was compared; returns whether it matched.
    pub(super) fn compare(&mut self, expected: u32, found: u32) -> bool {
        let matched = expected == found;
        self.checksums.checked = self.checksums.checked.saturating_add(1);
        self.checksums.matched = self.checksums.matched.saturating_add(u64::from(matched));
        matched
    }

    /// Notes a part that carries no checksum.
    pub(super) fn no_checksum(&mut self) {
        self.checksums.absent = self.checksums.absent.saturating_add(1);
    }

    /// Notes what a checksum says of all contents from where the last one ended
    /// to `end`.
    pub(super) fn cover(&mut self, end: u64, verdict: Verdict) {
        let start = self.covered.last().map_or(0, |last| last.range.end);
        if start >= end {
            return;
        }
        let is_full = self.covered.len() >= COVERED_MAX;
        match self.covered.last_mut().filter(|last| is_full || last.verdict == verdict) {
            Some(last) => {
                last.range.end = end;
                if last.verdict != verdict {
                    last.verdict = Verdict::NotCompared;
                }
            }
            None => self.covered.push(Covered { range: start..end, verdict }),
        }
    }

    /// What checksums over much say of the contents, which are known up to
    /// `end`.
    pub(super) fn covered(&self, end: u64) -> Vec<Covered> {
        let start = self.covered.last().map_or(0, |last| last.range.end);
        let rest = Covered { range: start..end, verdict: Verdict::NotCompared };
        let rest = Some(rest).filter(|rest| !rest.range.is_empty());
        self.covered.iter().cloned().chain(rest).collect()
    }

    /// The findings so far, in the order they came up.
    pub(super) fn findings(&self) -> &[ContainerFinding] {
        &self.findings
    }

    /// Findings that are counted and not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The checksums so far.
    pub(super) fn checksums(&self) -> Checksums {
        self.checksums
    }
}
