//! Where the blocks of a fork are: a list of extents, or a tree of them (`xfs_bmbt`).

use vma_source::{be_u16, be_u32, be_u64, to_usize};

use super::disk::{Disk, Stamp};
use super::inode::{Fork, Format};
use crate::error::{Fault, Result};

/// Bytes of an extent.
const EXTENT: usize = 16;

/// The header of a node of the tree, in version 5 and before.
const HEADER: usize = 72;
const HEADER_OLD: usize = 24;

/// Levels that a tree has at most (`XFS_BTREE_MAXLEVELS`).
const LEVELS_MAX: u16 = 9;

/// Behind the last block that a file can have: 54 bits count them.
const END: u64 = 1 << 54;

/// A stretch of a fork.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// Its first block, in the fork.
    pub(super) first: u64,
    /// Blocks that it has.
    pub(super) count: u64,
    /// Where it is on the disk, in bytes; `None` for what is not stored and reads as zeros.
    pub(super) at: Option<u64>,
    /// Whether it was given out, but never written: then it reads as zeros too.
    pub(super) is_unwritten: bool,
}

impl Run {
    pub(super) fn end(&self) -> u64 {
        self.first.saturating_add(self.count)
    }
}

/// Where the blocks of `fork` are from `first` on: one run or more, that follow on one
/// another, as far as one look at the disk tells.
///
/// # Errors
///
/// What says so cannot be had or is corrupt, or no file has a block there.
pub(super) fn runs(disk: &Disk, number: u64, fork: &Fork<'_>, first: u64) -> Result<Vec<Run>> {
    let corrupt = || Fault::corrupt(format!("inode {number}: extents"));
    if first >= END {
        return Err(corrupt());
    }
    let found = match fork.format {
        Format::Extents => {
            let length = to_usize(fork.count).checked_mul(EXTENT);
            let list = length.and_then(|length| fork.bytes.get(..length));
            list.and_then(|list| parse(disk, list, first, END))
        }
        Format::Tree => in_tree(disk, number, fork.bytes, first)?,
        Format::Local | Format::Other => None,
    };
    let found = found.filter(|runs| runs.first().is_some_and(|run| run.count > 0));
    found.ok_or_else(corrupt)
}

/// What a list of extents says from `first` up to `end`; `None` if it makes no sense.
fn parse(disk: &Disk, list: &[u8], first: u64, end: u64) -> Option<Vec<Run>> {
    let mut runs = Vec::new();
    let (mut at, mut before) = (first, 0);
    for extent in list.chunks_exact(EXTENT) {
        let (high, low) = (be_u64(extent, 0), be_u64(extent, 8));
        let start = high << 1 >> 10;
        let block = (high & 0x1ff) << 43 | low >> 21;
        let count = low & 0x1f_ffff;
        let next = start.checked_add(count)?;
        let place = disk.superblock.block_at(block, count)?;
        if count == 0 || start < before {
            return None;
        }
        before = next;
        if next <= at || start >= end {
            continue;
        }
        if start > at {
            runs.push(Run { first: at, count: start - at, at: None, is_unwritten: false });
            at = start;
        }
        let skipped = (at - start).checked_mul(disk.superblock.block_size)?;
        let place = place.checked_add(skipped)?;
        let count = next.min(end) - at;
        runs.push(Run { first: at, count, at: Some(place), is_unwritten: high >> 63 == 1 });
        at = next.min(end);
    }
    if at < end {
        runs.push(Run { first: at, count: end - at, at: None, is_unwritten: false });
    }
    Some(runs)
}

/// Keys and pointers of a node: the pointer to where `first` is, and where the next begins.
fn below(keys: &[u8], pointers: &[u8], first: u64, end: u64) -> (Option<u64>, u64) {
    let mut found = None;
    for (key, pointer) in keys.chunks_exact(8).zip(pointers.chunks_exact(8)) {
        let start = be_u64(key, 0);
        if start > first {
            return (found, end.min(start));
        }
        found = Some(be_u64(pointer, 0));
    }
    (found, end)
}

fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let is_it = matches!(be_u32(bytes, 0), 0x424d_4150 | 0x424d_4133);
    is_it.then_some(Stamp { crc: 64, block_number: 24, uuid: 40, owner: 56 })
}

/// Goes down the tree that has its root in an inode.
fn in_tree(disk: &Disk, number: u64, root: &[u8], first: u64) -> Result<Option<Vec<Run>>> {
    let header = if disk.superblock.is_summed { HEADER } else { HEADER_OLD };
    let (mut level, mut count) = (be_u16(root, 0), usize::from(be_u16(root, 2)));
    let mut node = root.get(4..).unwrap_or(&[]).to_vec();
    if level == 0 || level > LEVELS_MAX {
        return Ok(None);
    }
    let mut end = END;
    loop {
        if level == 0 {
            let list = count.checked_mul(EXTENT).and_then(|length| node.get(..length));
            return Ok(list.and_then(|list| parse(disk, list, first, end)));
        }
        let room = node.len() / EXTENT;
        let keys = node.get(..count.saturating_mul(8)).filter(|_| count <= room);
        let pointers = node.get(room.saturating_mul(8)..);
        let (Some(keys), Some(pointers)) = (keys, pointers) else { return Ok(None) };
        let (found, ends) = below(keys, pointers, first, end);
        end = ends;
        let Some(block) = found else {
            let count = end.saturating_sub(first);
            return Ok(Some(vec![Run { first, count, at: None, is_unwritten: false }]));
        };
        let Some(at) = disk.superblock.block_at(block, 1) else { return Ok(None) };
        let bytes = disk.block(at, disk.superblock.block_size, number, stamp, "extents")?;
        level -= 1;
        if be_u16(&bytes, 4) != level {
            return Ok(None);
        }
        count = usize::from(be_u16(&bytes, 6));
        node = bytes.get(header..).unwrap_or(&[]).to_vec();
    }
}
