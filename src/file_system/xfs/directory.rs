//! Directories: `xfs_dir2_data_hdr` and what goes with it. Their blocks of entries are
//! read from front to back; the indexes behind them are not needed.

use vma_source::{be_u16, be_u32, be_u64, to_u64, to_usize};

use super::disk::{Disk, Stamp};
use super::inode::{Format, Inode};
use super::map::{Run, runs};
use crate::error::{Fault, Result};
use crate::node::{FileType, NodeId};
use crate::reader::{Batch, Cursor, Entry, Name};

/// Entries of a batch, and blocks that are looked at for one.
const ENTRIES_MAX: usize = 2048;
const BLOCKS_MAX: usize = 512;

/// Where blocks of entries end, in bytes of a directory: behind them are the indexes.
const DATA_END: u64 = 1 << 35;

/// The header of a block of entries, in version 5 and before.
const HEADER: usize = 64;
const HEADER_OLD: usize = 16;

/// What stands instead of the upper half of a number, where nothing is.
const FREE: u16 = 0xffff;

const SINGLE: [u32; 2] = [0x5844_3242, 0x5844_4233];
const MANY: [u32; 2] = [0x5844_3244, 0x5844_4433];

/// Some entries from `cursor` on, which is a place in the directory's bytes.
///
/// # Errors
///
/// It is none, or what it holds cannot be had or is corrupt.
pub(super) fn read(disk: &Disk, inode: &Inode, cursor: Cursor) -> Result<Batch> {
    if inode.file_type != FileType::Directory {
        return Err(Fault::corrupt(format!("inode {}: no directory", inode.number)));
    }
    super::contents::check(disk, inode)?;
    if inode.contents().format == Format::Local {
        return short(disk, inode);
    }
    let (length, block_size) = (disk.superblock.directory_block, disk.superblock.block_size);
    let mut batch = Batch::default();
    let (mut at, mut looked) = (cursor.0, 0_usize);
    let end = inode.size.min(DATA_END);
    while at < end {
        if looked >= BLOCKS_MAX {
            return Ok(Batch { next: Some(Cursor(at)), ..batch });
        }
        looked = looked.saturating_add(1);
        let number = at / length;
        let start = number.saturating_mul(length);
        let run = first_run(disk, inode, start / block_size)?;
        if run.at.is_none() {
            // Blocks of which the last entry went away are given back.
            at = run.end().saturating_mul(block_size).max(start.saturating_add(length));
            continue;
        }
        let bytes = match block(disk, inode, start) {
            Ok(bytes) => bytes,
            Err(fault) => {
                batch.step_over(fault)?;
                at = start.saturating_add(length);
                continue;
            }
        };
        let within = to_usize(at.saturating_sub(start));
        let entries = Entries { bytes: &bytes, disk };
        if let Some(next) = entries.read(within, &mut batch) {
            let next = start.saturating_add(to_u64(next));
            return Ok(Batch { next: Some(Cursor(next)), ..batch });
        }
        at = start.saturating_add(length);
    }
    Ok(batch)
}

fn corrupt(inode: &Inode) -> Fault {
    Fault::corrupt(format!("inode {}: directory", inode.number))
}

fn first_run(disk: &Disk, inode: &Inode, block: u64) -> Result<Run> {
    let found = runs(disk, inode.number, &inode.contents(), block)?;
    found.first().copied().ok_or_else(|| corrupt(inode))
}

fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let magic = be_u32(bytes, 0);
    let is_it = SINGLE.contains(&magic) || MANY.contains(&magic);
    is_it.then_some(Stamp { crc: 4, block_number: 8, uuid: 24, owner: 40 })
}

/// The block of entries at `start`, which may lie in pieces.
fn block(disk: &Disk, inode: &Inode, start: u64) -> Result<Vec<u8>> {
    let (length, block_size) = (disk.superblock.directory_block, disk.superblock.block_size);
    let mut bytes = vec![0; to_usize(length)];
    let (mut first_at, mut is_changed) = (None, false);
    for (number, part) in (start / block_size..).zip(bytes.chunks_mut(to_usize(block_size))) {
        let run = first_run(disk, inode, number)?;
        let place = run.at.ok_or_else(|| corrupt(inode))?;
        is_changed |= disk.read_changed(place, part, "directory")?;
        first_at = first_at.or(Some(place));
    }
    let at = first_at.ok_or_else(|| corrupt(inode))?;
    disk.check(&bytes, at, inode.number, is_changed, stamp, "directory")?;
    Ok(bytes)
}

/// Entries of a block.
struct Entries<'a> {
    bytes: &'a [u8],
    disk: &'a Disk,
}

impl Entries<'_> {
    /// Where they end: in a single block, an index is behind them.
    fn end(&self) -> usize {
        let length = self.bytes.len();
        if !SINGLE.contains(&be_u32(self.bytes, 0)) {
            return length;
        }
        let tail = length.saturating_sub(8);
        let count = to_usize(be_u32(self.bytes, tail).into());
        tail.saturating_sub(count.saturating_mul(8))
    }

    /// Adds those from `from` on; where to go on, if the batch is full before their end.
    fn read(&self, from: usize, batch: &mut Batch) -> Option<usize> {
        let end = self.end();
        let mut at = if self.disk.superblock.is_summed { HEADER } else { HEADER_OLD };
        while at < end {
            if batch.entries.len() >= ENTRIES_MAX {
                return Some(at);
            }
            let entry = self.bytes.get(at..end).unwrap_or(&[]);
            let is_free = be_u16(entry, 0) == FREE;
            let name_length = entry.get(8).copied().map_or(0, usize::from);
            let length =
                if is_free { usize::from(be_u16(entry, 2)) } else { self.length(name_length) };
            if length == 0 || !length.is_multiple_of(8) || length > entry.len() {
                batch.left_out = batch.left_out.saturating_add(1);
                return None;
            }
            if at >= from && !is_free {
                let name = entry.get(9..9_usize.saturating_add(name_length)).unwrap_or(&[]);
                let kind = entry.get(9_usize.saturating_add(name_length)).copied();
                add(self.disk, name, be_u64(entry, 0), kind, batch);
            }
            at = at.saturating_add(length);
        }
        None
    }

    /// Bytes of an entry: its number, a length, the name, its type, and where it stands.
    fn length(&self, name_length: usize) -> usize {
        let kind = usize::from(self.disk.superblock.has_file_types);
        (8 + 1 + name_length + kind + 2).next_multiple_of(8)
    }
}

/// Adds an entry, unless it is the directory itself or the one above.
fn add(disk: &Disk, name: &[u8], number: u64, kind: Option<u8>, batch: &mut Batch) {
    if matches!(name, b"." | b"..") {
        return;
    }
    let name = Name(name.to_vec());
    if !name.is_plain() || disk.superblock.inode_at(number).is_none() {
        batch.left_out = batch.left_out.saturating_add(1);
        return;
    }
    let kind = kind.filter(|_| disk.superblock.has_file_types);
    batch.entries.push(Entry {
        name,
        id: NodeId(number),
        file_type: kind.and_then(FileType::of_entry),
    });
}

/// A directory in its inode: `xfs_dir2_sf_hdr`.
fn short(disk: &Disk, inode: &Inode) -> Result<Batch> {
    let fork = inode.contents();
    let bytes = fork.bytes.get(..to_usize(inode.size)).ok_or_else(|| corrupt(inode))?;
    let count = bytes.first().copied().unwrap_or(0);
    let is_wide = bytes.get(1).is_some_and(|&i8count| i8count > 0);
    let number_length = if is_wide { 8_usize } else { 4 };
    let kind_length = usize::from(disk.superblock.has_file_types);
    let mut batch = Batch::default();
    let mut at = number_length.saturating_add(2);
    for _ in 0..count {
        let entry = bytes.get(at..).unwrap_or(&[]);
        let name_length = usize::from(entry.first().copied().unwrap_or(0));
        let kind_at = name_length.saturating_add(3);
        let number_at = kind_at.saturating_add(kind_length);
        let length = number_at.saturating_add(number_length);
        if length > entry.len() {
            return Err(corrupt(inode));
        }
        let number =
            if is_wide { be_u64(entry, number_at) } else { be_u32(entry, number_at).into() };
        let kind = entry.get(kind_at).copied();
        add(disk, entry.get(3..kind_at).unwrap_or(&[]), number, kind, &mut batch);
        at = at.saturating_add(length);
    }
    Ok(batch)
}
