//! Lists of what a directory names.

use super::contents::inline;
use super::directory::{self, Found};
use super::disk::Disk;
use super::inode::Inode;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, NodeId};
use crate::reader::{Batch, Cursor, Entry, Name};

/// Entries that are given at once, and blocks and runs that are looked at for them.
const BATCH_MAX: usize = 2048;
const STEPS_MAX: u32 = 512;

/// Where the entries of a directory start that stands in its inode: behind its parent.
const INLINE_AT: usize = 4;

/// Some entries of a directory.
///
/// A block that makes no sense, or does not agree with its checksum, counts as one that was
/// left out, and the next is read: so does Linux. So is one that cannot be had.
///
/// # Errors
///
/// It is none, or is encrypted.
pub(super) fn list(disk: &Disk, inode: &Inode, cursor: Cursor) -> Result<Batch> {
    if inode.node.file_type != FileType::Directory {
        return Err(Fault::new(FaultKind::NotFound, "directory"));
    }
    if inode.is_encrypted {
        return Err(Fault::unsupported(format!("encrypted names in inode {}", inode.number)));
    }
    let mut listing = Listing { disk, batch: Batch::default() };
    let at = directory::place(cursor.0);
    let next =
        if inode.is_inline { listing.inline(inode, at)? } else { listing.blocks(inode, at)? };
    let mut batch = listing.batch;
    batch.next = next.map(Cursor);
    let number = |entry: &Entry| u32::try_from(entry.id.0).unwrap_or(0);
    let places = batch.entries.iter().map(number).filter_map(|inode| disk.inode_place(inode).ok());
    disk.fetch_inodes(places.collect());
    Ok(batch)
}

struct Listing<'a> {
    disk: &'a Disk,
    batch: Batch,
}

impl Listing<'_> {
    fn is_full(&self) -> bool {
        let left_out = usize::try_from(self.batch.left_out).unwrap_or(usize::MAX);
        self.batch.entries.len().saturating_add(left_out) >= BATCH_MAX
    }

    fn leave_out(&mut self) {
        self.batch.left_out = self.batch.left_out.saturating_add(1);
    }

    /// Both parts of a directory that stands in its inode.
    fn inline(&mut self, inode: &Inode, (part, at): (u64, usize)) -> Result<Option<u64>> {
        let mut from = at;
        for (number, bytes) in (0..).zip(inline(inode)?).skip(usize::try_from(part).unwrap_or(2)) {
            let reached =
                self.entries(&bytes, if number == 0 { from.max(INLINE_AT) } else { from });
            if reached < bytes.len() {
                return Ok(Some(directory::cursor(number, reached)));
            }
            from = 0;
        }
        Ok(None)
    }

    /// Blocks from a place on; returns where to go on.
    fn blocks(&mut self, inode: &Inode, (from, at): (u64, usize)) -> Result<Option<u64>> {
        self.disk.fetch_blocks(inode, from);
        let (mut block, mut at) = (from, at);
        for _ in 0..STEPS_MAX {
            if block >= directory::blocks(self.disk, inode) {
                return Ok(None);
            }
            let here = directory::cursor(block, at);
            let is_done = match self.block(inode, block, at) {
                Ok(Step::Full(at)) => return Ok(Some(directory::cursor(block, at))),
                Ok(Step::Behind(next)) => {
                    (block, at) = (next, 0);
                    false
                }
                // What was had is given; who goes on gets the fault.
                Err(_) if !self.batch.entries.is_empty() || self.batch.left_out > 0 => true,
                Err(fault) => return Err(fault),
            };
            if is_done {
                return Ok(Some(here));
            }
        }
        Ok(Some(directory::cursor(block, at)))
    }

    fn block(&mut self, inode: &Inode, block: u64, at: usize) -> Result<Step> {
        let run = self.disk.run(inode, block)?;
        let Some(place) = run.place else {
            return Ok(Step::Behind(block.saturating_add(run.count)));
        };
        let about = format!("directory {}", inode.number);
        let next = block.saturating_add(1);
        let bytes = match self.disk.block(place, &about) {
            Ok(bytes) => bytes,
            Err(fault) => {
                self.batch.step_over(fault)?;
                return Ok(Step::Behind(next));
            }
        };
        if directory::check(self.disk, inode, &bytes).is_err() {
            self.leave_out();
            return Ok(Step::Behind(next));
        }
        let reached = self.entries(&bytes, at);
        Ok(if reached < bytes.len() { Step::Full(reached) } else { Step::Behind(next) })
    }

    /// Takes the entries of `bytes` from `at` on; returns where it stopped.
    fn entries(&mut self, bytes: &[u8], at: usize) -> usize {
        let mut at = at;
        while at < bytes.len() && !self.is_full() {
            let Some((found, next)) = directory::entry(bytes, at) else {
                // What is behind it in this block cannot be told.
                self.leave_out();
                return bytes.len();
            };
            if let Some(found) = found {
                self.entry(&found);
            }
            at = next;
        }
        at
    }

    fn entry(&mut self, found: &Found<'_>) {
        if matches!(found.name, b"." | b"..") {
            return;
        }
        let name = Name(found.name.to_vec());
        if !name.is_plain() || found.inode > self.disk.superblock.inode_count {
            self.leave_out();
            return;
        }
        let has_types = self.disk.superblock.has_types;
        let file_type = FileType::of_entry(found.kind).filter(|_| has_types);
        self.batch.entries.push(Entry { name, id: NodeId(found.inode.into()), file_type });
    }
}

/// How far the reading of one block came.
enum Step {
    /// To its end: this is the next one.
    Behind(u64),
    /// To a place in it: no more can be given at once.
    Full(usize),
}
