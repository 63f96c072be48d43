//! What the log has that is not in its place yet. It is put on top of what is there when
//! that is read, so that opening reads the log and nothing else.

use core::ops::Range;

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
    /// Sectors that have changes of bytes, with where these are in `all`; in order.
    by_sector: Vec<(u64, usize)>,
    /// The same of inodes, by their number.
    by_inode: Vec<(u64, usize)>,
    /// Inodes with a change that was begun and not ended: what is to be read of them, only
    /// the kernel can say.
    unfinished: Vec<u64>,
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
        let (length, (at, end)) = match &change.what {
            What::Bytes { at, bytes, .. } => {
                (bytes.len(), (*at, at.saturating_add(to_u64(bytes.len()))))
            }
            What::Cleared { at, length } => (0, (*at, at.saturating_add(*length))),
            What::Inode(inode) => {
                self.by_inode.push((inode.number, index));
                (inode.length(), (0, 0))
            }
        };
        let sectors = at / SECTOR..end.div_ceil(SECTOR);
        let count = to_usize(sectors.end.saturating_sub(sectors.start));
        self.bytes = self.bytes.saturating_add(length).saturating_add(OVERHEAD);
        self.bytes = self.bytes.saturating_add(count.saturating_mul(16));
        if self.bytes > BYTES_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "log"));
        }
        self.by_sector.extend(sectors.map(|sector| (sector, index)));
        self.all.push(change);
        Ok(())
    }

    /// That these are all, and of which inodes a change was begun and not ended.
    pub(super) fn seal(&mut self, unfinished: Vec<u64>) {
        self.by_sector.sort_unstable();
        self.by_inode.sort_unstable();
        self.unfinished = unfinished;
    }

    /// Whether a change to it was begun and not ended.
    pub(super) fn is_unfinished(&self, inode: u64) -> bool {
        self.unfinished.contains(&inode)
    }

    /// Those of bytes in `length` bytes from `at` on, in their order.
    pub(super) fn within(&self, at: u64, length: u64) -> Vec<&Change> {
        self.sorted(indexes(&self.by_sector, sectors(at, length)))
    }

    /// Those of inode `number` that has `length` bytes at `at`, in their order: to the
    /// sectors that it is in, and to itself.
    pub(super) fn of_inode(&self, number: u64, at: u64, length: u64) -> Vec<&Change> {
        let mut found = indexes(&self.by_sector, sectors(at, length));
        found.extend(indexes(&self.by_inode, number..number.saturating_add(1)));
        self.sorted(found)
    }

    fn sorted(&self, mut indexes: Vec<usize>) -> Vec<&Change> {
        indexes.sort_unstable();
        indexes.dedup();
        indexes.into_iter().filter_map(|index| self.all.get(index)).collect()
    }
}

fn sectors(at: u64, length: u64) -> Range<u64> {
    at / SECTOR..at.saturating_add(length).div_ceil(SECTOR)
}

/// What a table has for the numbers of `range`.
fn indexes(table: &[(u64, usize)], range: Range<u64>) -> Vec<usize> {
    let first = table.partition_point(|&(number, _)| number < range.start);
    let rest = table.get(first..).unwrap_or(&[]).iter();
    rest.take_while(|(number, _)| *number < range.end).map(|&(_, index)| index).collect()
}
