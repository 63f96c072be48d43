//! Where contents lie, told by a tree of extents: `ifork.rst` of the kernel's
//! documentation.

use std::rc::Rc;

use vma_source::{le_u16, le_u32};

use super::disk::Disk;
use super::inode::Inode;
use crate::error::{Fault, Result};

/// Bytes of the header, and of each entry behind it.
const ENTRY: usize = 12;

/// The most levels there are: five are enough for all blocks that a file can have.
const DEPTH_MAX: u16 = 5;

/// A length of more than this is that of an extent that was never written.
const WRITTEN_MAX: u16 = 0x8000;

/// Behind the last block that a file can have.
pub(super) const END: u64 = 1 << 32;

/// Blocks of a file that lie one behind the other, or are all zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// At least one.
    pub(super) count: u64,
    /// The block that the first is; `None` for zeros.
    pub(super) place: Option<u64>,
}

/// A node of the tree, of which the header was checked.
struct Level {
    bytes: Rc<[u8]>,
    entries: usize,
    depth: u16,
}

impl Level {
    /// # Errors
    ///
    /// It is none, or has more entries than room.
    fn parse(bytes: Rc<[u8]>, inode: &Inode) -> Result<Self> {
        let eh_entries = usize::from(le_u16(&bytes, 2));
        let (eh_max, eh_depth) = (usize::from(le_u16(&bytes, 4)), le_u16(&bytes, 6));
        let room = (bytes.len() / ENTRY).saturating_sub(1);
        let makes_sense = le_u16(&bytes, 0) == 0xf30a
            && eh_entries <= eh_max
            && eh_max <= room
            && eh_depth <= DEPTH_MAX;
        if !makes_sense {
            return Err(inode.corrupt("extents"));
        }
        Ok(Self { bytes, entries: eh_entries, depth: eh_depth })
    }

    fn entry(&self, index: usize) -> &[u8] {
        let at = index.saturating_add(1).saturating_mul(ENTRY);
        self.bytes.get(at..).unwrap_or(&[])
    }

    /// The first block of the file that an entry speaks of.
    fn first(&self, index: usize) -> u64 {
        le_u32(self.entry(index), 0).into()
    }

    /// Of an extent: how many blocks, and where they are if they were written.
    fn extent(&self, index: usize) -> (u64, Option<u64>) {
        let entry = self.entry(index);
        let ee_len = le_u16(entry, 4);
        let place = u64::from(le_u16(entry, 6)) << 32 | u64::from(le_u32(entry, 8));
        match ee_len.checked_sub(WRITTEN_MAX).filter(|&length| length > 0) {
            Some(length) => (length.into(), None),
            None => (ee_len.into(), Some(place)),
        }
    }

    /// Of an index: the block of the level below.
    fn child(&self, index: usize) -> u64 {
        let entry = self.entry(index);
        u64::from(le_u16(entry, 8)) << 32 | u64::from(le_u32(entry, 4))
    }

    /// Whether entries ascend, and what they tell of is on the disk.
    ///
    /// # Errors
    ///
    /// They do not, or it is not.
    fn check(&self, disk: &Disk, inode: &Inode) -> Result<()> {
        let mut at = 0;
        for index in 0..self.entries {
            let first = self.first(index);
            let (count, place) = if self.depth > 0 { (1, None) } else { self.extent(index) };
            let last = place.map(|place| place.saturating_add(count).saturating_sub(1));
            let is_on_disk = place.is_none_or(|place| place > 0)
                && last.is_none_or(|last| last < disk.superblock.block_count);
            if first < at || count == 0 || !is_on_disk {
                return Err(inode.corrupt("extents"));
            }
            at = first.saturating_add(count);
        }
        Ok(())
    }

    /// Whether entries, which ascend, lie in `from..until` of the file.
    fn is_within(&self, from: u64, until: u64) -> bool {
        let Some(last) = self.entries.checked_sub(1) else { return true };
        let count = if self.depth > 0 { 1 } else { self.extent(last).0 };
        from <= self.first(0) && self.first(last).saturating_add(count) <= until
    }

    /// The last entry that starts at `block` or before.
    fn up_to(&self, block: u64) -> Option<usize> {
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low.midpoint(high);
            if self.first(middle) <= block {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
    }
}

/// The run that starts with `block` of a file.
///
/// # Errors
///
/// The tree makes no sense on the way there, or cannot be had.
pub(super) fn run(disk: &Disk, inode: &Inode, block: u64) -> Result<Run> {
    let mut level = Level::parse(inode.block.as_slice().into(), inode)?;
    let mut until = END;
    level.check(disk, inode)?;
    while level.depth > 0 {
        let Some(index) = level.up_to(block) else {
            let behind = if level.entries > 0 { level.first(0) } else { until };
            return hole(inode, block, behind);
        };
        let from = level.first(index);
        let next = index.saturating_add(1);
        if next < level.entries {
            until = level.first(next);
        }
        let below = child(disk, inode, &level, index)?;
        if !below.is_within(from, until) {
            return Err(inode.corrupt("extents"));
        }
        level = below;
    }
    let Some(index) = level.up_to(block) else {
        let behind = if level.entries > 0 { level.first(0) } else { until };
        return hole(inode, block, behind);
    };
    let (count, place) = level.extent(index);
    let into = block.saturating_sub(level.first(index));
    if into < count {
        let place = place.map(|place| place.saturating_add(into));
        return Ok(Run { count: count.saturating_sub(into), place });
    }
    let next = index.saturating_add(1);
    hole(inode, block, if next < level.entries { level.first(next) } else { until })
}

fn hole(inode: &Inode, block: u64, until: u64) -> Result<Run> {
    match until.checked_sub(block) {
        Some(count) if count > 0 => Ok(Run { count, place: None }),
        _ => Err(inode.corrupt("extents")),
    }
}

/// The level below an index, which agrees with its checksum.
fn child(disk: &Disk, inode: &Inode, level: &Level, index: usize) -> Result<Level> {
    let about = || format!("extents of inode {}", inode.number);
    let bytes = disk.checked(inode.number, level.child(index), &about(), |bytes| {
        // Behind the room for entries.
        let room = usize::from(le_u16(bytes, 4)).saturating_add(1).saturating_mul(ENTRY);
        let summed = bytes.get(..room).unwrap_or(bytes);
        disk.sums.hold(inode.seed, &[summed], le_u32(bytes, room), about)?;
        Level::parse(bytes.into(), inode)?.check(disk, inode)
    })?;
    let below = Level::parse(bytes, inode)?;
    if below.depth.checked_add(1) != Some(level.depth) {
        return Err(Fault::corrupt(about()));
    }
    Ok(below)
}
