//! A disk that is read and given to nobody, for a [tap](crate::image::tap) on it.

use core::ops::Range;

use super::stored_disk::Disk;
use super::stored_units::StoredUnits;
use super::stream::{DiskStream, Progress};
use crate::source::Error;

/// The stored bytes of a disk, read in order: a file of no bytes.
pub(super) struct ReadThrough {
    units: StoredUnits,
}

impl ReadThrough {
    /// From the unit of 64 KiB on that holds byte `from` of the disk.
    pub(super) fn boxed(disk: &Disk, from: u64) -> Box<dyn DiskStream> {
        Box::new(Self { units: StoredUnits::from(disk, from) })
    }
}

impl DiskStream for ReadThrough {
    fn size_max(&self) -> u64 {
        0
    }

    fn size(&self) -> Option<u64> {
        Some(0)
    }

    fn progress(&self) -> Progress {
        self.units.progress()
    }

    fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>) {
        self.units.trace(ahead, into);
    }

    fn approach(&self, work_max: u64) -> Result<bool, Error> {
        self.units.approach(work_max)
    }

    fn next(&mut self, _: &mut Vec<u8>) -> Result<bool, Error> {
        Ok(self.units.next()?.is_some())
    }

    fn head(&self) -> Option<&[u8]> {
        None
    }

    fn restart(&mut self) {
        self.units.restart();
    }
}
