//! Reads of the archive that serve several runs at once.

use core::ops::Range;

use super::run::{Origin, Run};
use crate::archive::unit::ArchiveOffset;
use crate::source::{Error, ReadAt, has_all, sort_by_number, to_u64};

/// Stored bytes of the archive that lie no further apart than this are read in
/// one go: reading a little too much costs less than another read.
const JOIN_GAP: u64 = 64 << 10;

/// The longest read that serves several runs, bytes.
const READ_MAX: u64 = 4 << 20;

/// Runs of this length or more are read by themselves, right to where they
/// belong.
const LONG_RUN: u64 = 256 << 10;

/// A read of the archive that serves one run, or several.
pub(super) struct JoinedRead {
    start: u64,
    end: u64,
    runs: Vec<(ArchiveOffset, Run)>,
}

impl JoinedRead {
    fn new(offset: ArchiveOffset, run: Run) -> Self {
        Self { start: offset.0, end: offset.plus(run.length).0, runs: vec![(offset, run)] }
    }

    fn can_take(&self, offset: ArchiveOffset, length: u64) -> bool {
        let end = offset.plus(length).0;
        let short = length < LONG_RUN && self.runs.iter().all(|(_, run)| run.length < LONG_RUN);
        let close = offset.0 <= self.end.saturating_add(JOIN_GAP);
        short && close && end.saturating_sub(self.start) <= READ_MAX
    }

    fn take(&mut self, offset: ArchiveOffset, run: Run) {
        self.end = self.end.max(offset.plus(run.length).0);
        self.runs.push((offset, run));
    }

    /// The bytes of the archive that it asks for.
    pub(super) fn range(&self) -> Range<u64> {
        self.start..self.end
    }

    /// Brings the bytes of every run to its place in `buffer`, which starts at
    /// `image_start` in the image; by way of `bytes` if there are several. Returns
    /// whether all of them could be had: if not, the source knows why.
    pub(super) fn fetch(
        &self,
        source: &dyn ReadAt,
        image_start: u64,
        buffer: &mut [u8],
        bytes: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        if let [(_, run)] = self.runs.as_slice() {
            return read_whole(source, self.start, place_of(run, image_start, buffer));
        }
        let length = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(usize::MAX);
        bytes.resize(length, 0);
        if !read_whole(source, self.start, bytes)? {
            return Ok(false);
        }
        for (offset, run) in &self.runs {
            let to = place_of(run, image_start, buffer);
            let at = usize::try_from(offset.0.saturating_sub(self.start)).unwrap_or(usize::MAX);
            let from = bytes.get(at..).and_then(|rest| rest.get(..to.len()));
            to.copy_from_slice(from.unwrap_or(&[]));
        }
        Ok(true)
    }
}

/// The reads of the archive that bring the stored ones of `runs`. Short runs
/// that lie close together are joined, unless something between them cannot be
/// read.
pub(super) fn joined_reads(source: &dyn ReadAt, runs: &[Run]) -> Vec<JoinedRead> {
    let stored = runs.iter().filter_map(|run| match run.origin {
        Origin::Stored(offset) => Some((offset, *run)),
        Origin::Zero | Origin::Lost | Origin::NotYetKnown => None,
    });
    let mut stored: Vec<(ArchiveOffset, Run)> = stored.collect();
    sort_by_number(&mut stored, |(offset, _)| offset.0);
    let mut reads: Vec<JoinedRead> = Vec::new();
    for (offset, run) in stored {
        let is_joined = |between: Range<u64>| between.is_empty() || has_all(source, between);
        match reads.last_mut() {
            Some(read) if read.can_take(offset, run.length) && is_joined(read.end..offset.0) => {
                read.take(offset, run);
            }
            _ => reads.push(JoinedRead::new(offset, run)),
        }
    }
    reads
}

/// Fills `buffer`; returns whether that could be done, or something is lost.
/// That the source ends before is an error.
fn read_whole(source: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> Result<bool, Error> {
    let count = source.read_at(offset, buffer)?;
    if count == buffer.len() {
        return Ok(true);
    }
    let at = offset.saturating_add(to_u64(count));
    match source.gap(at..at.saturating_add(1)) {
        Some(gap) if gap.stops_reads() => Ok(false),
        _ => Err(Error::source_shrank(at)),
    }
}

/// The part of `buffer`, which starts at `image_start` in the image, that
/// `run` fills.
pub(super) fn place_of<'a>(run: &Run, image_start: u64, buffer: &'a mut [u8]) -> &'a mut [u8] {
    let start = usize::try_from(run.start.0.saturating_sub(image_start)).unwrap_or(usize::MAX);
    let length = usize::try_from(run.length).unwrap_or(usize::MAX);
    buffer.get_mut(start..).and_then(|rest| rest.get_mut(..length)).unwrap_or(&mut [])
}
