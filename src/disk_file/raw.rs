//! A raw disk: the source itself.

use core::ops::Range;
use std::rc::Rc;

use crate::image::DiskImage;
use crate::source::{Error, Gap, GapKind, ReadAt, gaps};

/// The source as a disk.
pub(super) struct Raw {
    pub(super) source: Rc<dyn ReadAt>,
}

impl Raw {
    pub(super) fn lost_bytes(&self) -> u64 {
        gaps(&*self.source, 0..self.source.size().unwrap_or(0))
            .filter(|gap| gap.kind == GapKind::Lost)
            .fold(0, |sum, gap| sum.saturating_add(gap.end.saturating_sub(gap.start)))
    }
}

impl ReadAt for Raw {
    fn size(&self) -> Option<u64> {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.source.read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.source.gap(range)
    }

    crate::source::as_quick_as!(source);
}

impl DiskImage for Raw {
    /// All of it: a raw file does not say where it holds nothing.
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        let end = self.size().unwrap_or(0);
        (from < end && max > 0).then_some(from..end).into_iter().collect()
    }
}
