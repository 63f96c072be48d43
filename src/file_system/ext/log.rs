//! The blocks of a journal, by their number in it.

use std::cell::RefCell;

use vma_source::{to_u64, to_usize};

use super::disk::Disk;
use super::inode::Inode;
use crate::blocks::read_exact;
use crate::error::{Fault, FaultKind, Result};
use crate::node::FileType;

/// Pieces that a journal may lie in, and bytes that are read of one at once.
const RUNS_MAX: usize = 1 << 16;
const PIECE: u64 = 1 << 20;

/// Blocks that lie one behind the other.
struct Run {
    first: u64,
    count: u64,
    /// The byte of the source that the first starts at.
    place: u64,
}

/// A journal that is a file of the file system.
pub(super) struct Log<'a> {
    disk: &'a Disk,
    runs: Vec<Run>,
    /// What was read last, by where it starts.
    piece: RefCell<(u64, Vec<u8>)>,
}

impl<'a> Log<'a> {
    /// Finds where its blocks are.
    ///
    /// # Errors
    ///
    /// The inode is no file, has holes, or cannot be had.
    pub(super) fn open(disk: &'a Disk, inode: &Inode) -> Result<Self> {
        let size = disk.superblock.block_size;
        if inode.node.file_type != FileType::File || inode.is_inline {
            return Err(Fault::corrupt("the journal's inode"));
        }
        let count = inode.size / size;
        let mut runs = Vec::new();
        let mut block = 0;
        while block < count {
            let run = disk.run(inode, block)?;
            let place = run.place.ok_or_else(|| Fault::corrupt("a hole in the journal"))?;
            if runs.len() >= RUNS_MAX {
                return Err(Fault::new(FaultKind::TooLarge, "pieces of the journal"));
            }
            let place = disk.place(place, "the journal")?;
            runs.push(Run { first: block, count: run.count, place });
            block = block.saturating_add(run.count);
        }
        Ok(Self { disk, runs, piece: RefCell::default() })
    }

    /// How many blocks it has.
    pub(super) fn blocks(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.first.saturating_add(run.count))
    }

    fn size(&self) -> u64 {
        self.disk.superblock.block_size
    }

    /// Where a block of it starts in the source, and how many bytes follow in one piece.
    fn piece_at(&self, block: u64) -> Result<(u64, u64)> {
        let behind = self.runs.partition_point(|run| run.first <= block);
        let run = behind.checked_sub(1).and_then(|index| self.runs.get(index));
        let found = run.and_then(|run| {
            let into = block.saturating_sub(run.first);
            let left = run.count.checked_sub(into).filter(|&left| left > 0)?;
            let place = run.place.saturating_add(into.saturating_mul(self.size()));
            Some((place, left.saturating_mul(self.size())))
        });
        found.ok_or_else(|| Fault::corrupt(format!("block {block} of the journal")))
    }

    /// Where a block of it starts in the source.
    ///
    /// # Errors
    ///
    /// It has no such block.
    pub(super) fn place(&self, block: u64) -> Result<u64> {
        self.piece_at(block).map(|(place, _)| place)
    }

    /// The bytes of a block of it.
    ///
    /// # Errors
    ///
    /// It has no such block, or that cannot be had.
    pub(super) fn read(&self, block: u64) -> Result<Vec<u8>> {
        let (place, length) = self.piece_at(block)?;
        let size = to_usize(self.size());
        let mut piece = self.piece.borrow_mut();
        if let Some(bytes) = cut(&piece, place, size) {
            return Ok(bytes);
        }
        let source = self.disk.blocks.source();
        let mut ahead = vec![0; to_usize(length.min(PIECE))];
        if read_exact(source, place, &mut ahead, "the journal").is_ok() {
            *piece = (place, ahead);
            if let Some(bytes) = cut(&piece, place, size) {
                return Ok(bytes);
            }
        }
        let mut bytes = vec![0; size];
        read_exact(source, place, &mut bytes, "the journal")?;
        Ok(bytes)
    }
}

fn cut(piece: &(u64, Vec<u8>), place: u64, size: usize) -> Option<Vec<u8>> {
    let into = to_usize(place.checked_sub(piece.0)?);
    piece.1.get(into..)?.get(..size).map(<[u8]>::to_vec)
}

/// Bytes of `count` blocks, for bounds.
pub(super) fn bytes_of(count: u64, block_size: usize) -> u64 {
    count.saturating_mul(to_u64(block_size))
}
