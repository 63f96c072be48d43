//! A file whose layout is known, given from front to back.

use core::ops::Range;

use super::bytes::{to_u64, to_usize};
use super::disk_file::DiskFile;
use super::stream::{DiskStream, Progress};
use crate::source::Error;
use crate::source::{ReadAt, read_range};

/// Bytes that a step gives: a little less than what one extent holds, so that
/// they lie in at most two neighbouring ones, and few reads of 4 MiB bring them.
const STEP: u64 = 7 << 19;

/// A [`DiskFile`] as a stream.
pub(super) struct FileStream {
    file: DiskFile,
    at: u64,
}

impl FileStream {
    pub(super) fn boxed(file: DiskFile) -> Box<dyn DiskStream> {
        Box::new(Self { file, at: 0 })
    }

    fn length(&self) -> u64 {
        self.file.size().unwrap_or_default()
    }

    /// The part that the step gives which comes after `ahead` others.
    fn range(&self, ahead: u64) -> Range<u64> {
        let start = self.at.saturating_add(ahead.saturating_mul(STEP)).min(self.length());
        start..start.saturating_add(STEP).min(self.length())
    }
}

impl DiskStream for FileStream {
    fn size_max(&self) -> u64 {
        self.length()
    }

    fn size(&self) -> Option<u64> {
        Some(self.length())
    }

    fn progress(&self) -> Progress {
        Progress { done: self.at, total: self.length() }
    }

    fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>) {
        self.file.trace(self.range(ahead), into);
    }

    fn approach(&self, work_max: u64) -> Result<bool, Error> {
        self.file.approach(self.range(0), work_max)
    }

    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        let range = self.range(0);
        if range.is_empty() {
            return Ok(false);
        }
        if into.is_empty() {
            *into = read_range(&self.file, range.clone())?;
        } else {
            let start = into.len();
            into.resize(start + to_usize(range.end - range.start), 0);
            let read = into.get_mut(start..).map(|room| self.file.read_at(range.start, room));
            let count = read.unwrap_or(Ok(0));
            into.truncate(start + *count.as_ref().unwrap_or(&0));
            count?;
        }
        self.at = range.end;
        debug_assert!(to_u64(into.len()) >= range.end - range.start, "the file has its size");
        Ok(true)
    }

    fn head(&self) -> Option<&[u8]> {
        None
    }

    fn restart(&mut self) {
        self.at = 0;
    }
}
