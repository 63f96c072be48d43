//! The stored parts of a disk, taken in one after the other.

use core::ops::Range;
use std::rc::Rc;

use super::Disk;
use super::bytes::to_usize;
use super::disk_file::{Content, Data, DiskFile};
use super::stream::Progress;
use super::units::Units;
use crate::error::Error;
use crate::read_at::{ReadAt, read_range};
use crate::unit::CLUSTER_SIZE;

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
        let units = Rc::clone(&disk.stored);
        let data = Data { units: Rc::clone(&units), unit_size: CLUSTER_SIZE, lead: 0 };
        let packed = DiskFile::new(&disk.image).with(0, data.length(), Content::Data(data));
        Self { units, packed, next: 0 }
    }

    pub(super) fn restart(&mut self) {
        self.next = 0;
    }

    pub(super) fn progress(&self) -> Progress {
        Progress { done: self.next * CLUSTER_SIZE, total: self.units.len() * CLUSTER_SIZE }
    }

    pub(super) fn trace(&self, into: &mut Vec<Range<u64>>) {
        self.packed.trace(self.range(), into);
    }

    pub(super) fn approach(&self, work_max: u64) -> Result<bool, Error> {
        self.packed.approach_range(self.range(), work_max)
    }

    /// The next units; `None` if there are no more.
    pub(super) fn next(&mut self) -> Result<Option<Batch>, Error> {
        if self.next >= self.units.len() {
            return Ok(None);
        }
        let bytes = read_range(&self.packed, self.range())?;
        let runs = self.units.runs_from_rank(self.next);
        let numbers = runs.flat_map(|run| run.first..run.end()).take(to_usize(UNITS_PER_STEP));
        let numbers: Vec<u64> = numbers.collect();
        self.next = self.end();
        Ok(Some(Batch { numbers, bytes }))
    }

    /// The rank behind the last one of the next units.
    fn end(&self) -> u64 {
        self.units.len().min(self.next + UNITS_PER_STEP)
    }

    fn range(&self) -> Range<u64> {
        self.next * CLUSTER_SIZE..self.end() * CLUSTER_SIZE
    }
}
