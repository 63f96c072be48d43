//! What the log has that is not in its place yet. It is put on top of what is there when
//! that is read, so that opening reads the log and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use vma_source::{to_u64, to_usize};

use super::logged_inode::LoggedInode;
use crate::error::{Fault, FaultKind, Result};

/// Bytes of a sector of the log's, and of what a buffer's places are counted in.
pub(super) const SECTOR: u64 = 512;

/// Bytes of changes that are kept at most.
const BYTES_MAX: usize = 64 << 20;

/// Bytes that a change takes beside its own.
const OVERHEAD: usize = 128;

/// One change, in the order in which they were made.
pub(super) struct Change {
    /// The log sequence number of its transaction.
    pub(super) lsn: u64,
    pub(super) what: What,
}

pub(super) enum What {
    /// Bytes at a place of the disk, which belong to the buffer that starts at another.
    Bytes { buffer: u64, at: u64, bytes: Vec<u8> },
    /// Inodes that are new, and empty.
    Cleared { at: u64, length: u64 },
    /// One inode.
    Inode(LoggedInode),
}

/// All changes.
#[derive(Default)]
pub(super) struct Changes {
    all: Vec<Change>,
    /// By sector, those of bytes that have some in it.
    by_sector: BTreeMap<u64, Vec<usize>>,
    /// By number.
    by_inode: BTreeMap<u64, Vec<usize>>,
    /// Inodes with a change that was begun and not ended: what is to be read of them, only
    /// the kernel can say.
    unfinished: BTreeSet<u64>,
    bytes: usize,
}

impl Changes {
    /// Adds one behind all others.
    ///
    /// # Errors
    ///
    /// They are too many.
    pub(super) fn push(&mut self, change: Change) -> Result<()> {
        let index = self.all.len();
        let (length, sectors) = match &change.what {
            What::Bytes { at, bytes, .. } => {
                (bytes.len(), *at / SECTOR..at.saturating_add(to_u64(bytes.len())).div_ceil(SECTOR))
            }
            What::Cleared { at, length } => {
                (0, *at / SECTOR..at.saturating_add(*length).div_ceil(SECTOR))
            }
            What::Inode(inode) => {
                self.by_inode.entry(inode.number).or_default().push(index);
                (inode.length(), 0..0)
            }
        };
        let count = to_usize(sectors.end.saturating_sub(sectors.start));
        self.bytes = self.bytes.saturating_add(length).saturating_add(OVERHEAD);
        self.bytes = self.bytes.saturating_add(count.saturating_mul(16));
        if self.bytes > BYTES_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "log"));
        }
        for sector in sectors {
            self.by_sector.entry(sector).or_default().push(index);
        }
        self.all.push(change);
        Ok(())
    }

    pub(super) fn set_unfinished(&mut self, inodes: BTreeSet<u64>) {
        self.unfinished = inodes;
    }

    /// Whether a change to it was begun and not ended.
    pub(super) fn is_unfinished(&self, inode: u64) -> bool {
        self.unfinished.contains(&inode)
    }

    /// Those of bytes in `length` bytes from `at` on, in their order.
    pub(super) fn within(&self, at: u64, length: u64) -> impl Iterator<Item = &Change> {
        self.indexes(at, length).into_iter().filter_map(|index| self.all.get(index))
    }

    fn indexes(&self, at: u64, length: u64) -> BTreeSet<usize> {
        let sectors = at / SECTOR..at.saturating_add(length).div_ceil(SECTOR);
        if sectors.is_empty() {
            return BTreeSet::new();
        }
        self.by_sector.range(sectors).flat_map(|(_, indexes)| indexes).copied().collect()
    }

    /// Those of inode `number` that has `length` bytes at `at`, in their order: to the
    /// sectors that it is in, and to itself.
    pub(super) fn of_inode(
        &self,
        number: u64,
        at: u64,
        length: u64,
    ) -> impl Iterator<Item = &Change> {
        let mut indexes = self.indexes(at, length);
        indexes.extend(self.by_inode.get(&number).into_iter().flatten());
        indexes.into_iter().filter_map(|index| self.all.get(index))
    }
}
