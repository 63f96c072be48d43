//! Reads ahead what a directory needs: its own blocks, which lie between those of its
//! files, and the inodes that it names in the order of hashes.

use core::ops::Range;

use vma_source::{sort_by_number, to_u64, to_usize};

use super::directory;
use super::disk::Disk;
use super::inode::Inode;
use crate::blocks::read_exact;

/// What is around is fetched too, in aligned units of so many bytes.
const UNIT: u64 = 16 << 10;

/// Units side by side are one piece, of so many bytes at most.
const PIECE_MAX: u64 = 256 << 10;

/// Blocks of a directory that are fetched at once, and their bytes; fewer than the least
/// come with what is around them anyway.
const BLOCKS_MIN: u64 = 4;
const BLOCKS_MAX: u64 = 128;
const BYTES_MAX: u64 = 1 << 20;

impl Disk {
    /// Reads ahead blocks of a directory, from `block` on.
    pub(super) fn fetch_blocks(&self, inode: &Inode, block: u64) {
        let size = self.superblock.block_size;
        let count = BLOCKS_MAX.min(BYTES_MAX / size.max(1));
        let end = directory::blocks(self, inode).min(block.saturating_add(count));
        let (mut places, mut at) = (Vec::new(), block);
        while at < end {
            let Ok(run) = self.run(inode, at) else { break };
            let next = at.saturating_add(run.count).min(end);
            if let Some(place) = run.place {
                let blocks = (at..next).zip(place..);
                places.extend(blocks.map(|(_, block)| block.saturating_mul(size)));
            }
            at = next;
        }
        if to_u64(places.len()) >= BLOCKS_MIN {
            self.fetch(places, size);
        }
    }

    /// Reads ahead inodes that start at `places`.
    pub(super) fn fetch_inodes(&self, places: Vec<u64>) {
        self.fetch(places, to_u64(self.superblock.inode_size));
    }

    /// Reads ahead `length` bytes at each of `places`, all of which are announced first. What
    /// cannot be had is told when it is asked for.
    fn fetch(&self, mut places: Vec<u64>, length: u64) {
        let mut buffer = vec![0; to_usize(length)];
        places.retain(|&place| !self.pieces.read(place, &mut buffer));
        sort_by_number(&mut places, |place| *place);
        let source = self.blocks.source();
        let size = source.size().unwrap_or(u64::MAX);
        let mut units: Vec<Range<u64>> = Vec::new();
        for place in places {
            let start = place - place % UNIT;
            let end = place.saturating_add(length).checked_next_multiple_of(UNIT);
            let end = end.unwrap_or(u64::MAX).min(size);
            match units.last_mut() {
                Some(last) if start <= last.end && end.saturating_sub(last.start) <= PIECE_MAX => {
                    last.end = end.max(last.end);
                }
                _ => units.push(start..end),
            }
        }
        source.announce(&units);
        for unit in units {
            let mut bytes = vec![0; to_usize(unit.end.saturating_sub(unit.start))];
            if read_exact(source, unit.start, &mut bytes, "read ahead").is_ok() {
                self.pieces.keep(unit.start, bytes);
            }
        }
    }
}
