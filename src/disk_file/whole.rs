//! A disk for whoever needs every byte of it.

use core::ops::Range;

use super::DiskFile;
use crate::image::DiskImage;
use crate::source::{Error, ErrorKind, Gap, GapKind, Part, ReadAt, to_u64, to_usize};

/// A disk whose lost bytes read as zeros, so that it has no gap: what another file is
/// made of. How many they were, [`DiskFile::lost_bytes`] tells once all of it was read.
#[derive(Clone)]
pub struct Whole {
    disk: DiskFile,
}

impl Whole {
    /// The same disk without gaps.
    #[must_use]
    pub fn new(disk: DiskFile) -> Self {
        Self { disk }
    }

    /// Bytes from `offset` on, `length` at most, that the disk cannot give.
    fn missing(&self, offset: u64, length: u64) -> Result<usize, Error> {
        let end = offset.saturating_add(length);
        match self.disk.gap(offset..end).filter(Gap::stops_reads) {
            Some(gap) if gap.start <= offset && gap.kind == GapKind::Lost => {
                Ok(to_usize(gap.end.min(end).saturating_sub(offset)))
            }
            _ => Err(Error::new(Part::Image, offset, ErrorKind::NotYetKnown)),
        }
    }
}

impl ReadAt for Whole {
    fn size(&self) -> Option<u64> {
        self.disk.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = to_usize(self.size().unwrap_or_default().saturating_sub(offset));
        let left = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..left) else { return Ok(0) };
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(to_u64(done));
            let count = match self.disk.read_at(at, rest)? {
                0 => {
                    let count = self.missing(at, to_u64(rest.len()))?;
                    rest.get_mut(..count).unwrap_or(&mut []).fill(0);
                    count
                }
                count => count,
            };
            done = done.saturating_add(count);
        }
        Ok(left)
    }

    fn gap(&self, _: Range<u64>) -> Option<Gap> {
        None
    }

    crate::source::as_quick_as!(disk);
}

impl DiskImage for Whole {
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        self.disk.stored(from, max)
    }
}
