//! The stored parts of a disk, taken in one after the other.

use core::ops::Range;
use std::rc::Rc;

use super::bytes::to_usize;
use super::disk_file::{Content, Data, DiskFile};
use super::stored_disk::Disk;
use super::stream::Progress;
use super::units::Units;
use crate::archive::unit::CLUSTER_SIZE;
use crate::source::Error;
use crate::source::{ReadAt, read_range};

/// Units that are taken in at once: 1 MiB.
const UNITS_PER_STEP: u64 = 16;

/// The units of 64 KiB of a disk that hold stored bytes, in order.
pub(super) struct StoredUnits {
    units: Rc<Units>,
    /// They alone, one behind the other.
    packed: DiskFile,
    /// The rank of the next one.
    next: u64,
}

/// Some stored units.
pub(super) struct Batch {
    numbers: Vec<u64>,
    bytes: Vec<u8>,
}

impl Batch {
    /// The units: number and bytes of each.
    pub(super) fn units(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.numbers.iter().copied().zip(self.bytes.chunks_exact(to_usize(CLUSTER_SIZE)))
    }
}

impl StoredUnits {
    pub(super) fn new(disk: &Disk) -> Self {
        Self::from(disk, 0)
    }

    /// Those from byte `from` of the disk on.
    pub(super) fn from(disk: &Disk, from: u64) -> Self {
        let units = Rc::clone(&disk.stored);
        let data = Data { units: Rc::clone(&units), unit_size: CLUSTER_SIZE, lead: 0 };
        let packed = DiskFile::new(&disk.image).with(0, data.length(), Content::Data(data));
        let next = units.runs_from(from / CLUSTER_SIZE).next().map_or(units.len(), |run| run.rank);
        Self { units, packed, next }
    }

    pub(super) fn restart(&mut self) {
        self.next = 0;
    }

    pub(super) fn progress(&self) -> Progress {
        Progress { done: self.next * CLUSTER_SIZE, total: self.units.len() * CLUSTER_SIZE }
    }

    pub(super) fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>) {
        let start = self.next.saturating_add(ahead.saturating_mul(UNITS_PER_STEP));
        self.packed.trace(self.range_from(start), into);
    }

    pub(super) fn approach(&self, work_max: u64) -> Result<bool, Error> {
        self.packed.approach(self.range_from(self.next), work_max)
    }

    /// The next units; `None` if there are no more.
    pub(super) fn next(&mut self) -> Result<Option<Batch>, Error> {
        if self.next >= self.units.len() {
            return Ok(None);
        }
        let bytes = read_range(&self.packed, self.range_from(self.next))?;
        let runs = self.units.runs_from_rank(self.next);
        let numbers = runs.flat_map(|run| run.first..run.end()).take(to_usize(UNITS_PER_STEP));
        let numbers: Vec<u64> = numbers.collect();
        self.next = self.end(self.next);
        Ok(Some(Batch { numbers, bytes }))
    }

    /// The rank behind the last one of the units that a step from `start` on
    /// takes.
    fn end(&self, start: u64) -> u64 {
        self.units.len().min(start.saturating_add(UNITS_PER_STEP))
    }

    fn range_from(&self, start: u64) -> Range<u64> {
        let start = start.min(self.units.len());
        start * CLUSTER_SIZE..self.end(start) * CLUSTER_SIZE
    }
}
