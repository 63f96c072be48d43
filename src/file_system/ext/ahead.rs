//! Reads ahead what a directory needs: its own blocks, which lie between those of its
//! files, and the inodes that it names in the order of hashes.

use vma_source::{to_u64, to_usize};

use super::directory;
use super::disk::Disk;
use super::inode::Inode;
use crate::blocks::read_exact;

/// What is around is fetched too, in aligned units of so many bytes.
const UNIT: u64 = 16 << 10;

/// What lies between two places and is read rather than skipped, and bytes of one read.
const SKIP_MAX: u64 = 64 << 10;
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

    /// Reads ahead `length` bytes at each of `places`. What cannot be had is told when it is
    /// asked for.
    fn fetch(&self, mut places: Vec<u64>, length: u64) {
        let mut buffer = vec![0; to_usize(length)];
        places.retain(|&place| !self.pieces.read(place, &mut buffer));
        places.sort_unstable();
        let mut piece: Option<(u64, u64)> = None;
        for place in places {
            let start = place - place % UNIT;
            let end = place.saturating_add(length).next_multiple_of(UNIT);
            piece = match piece {
                Some((first, last))
                    if start <= last.saturating_add(SKIP_MAX)
                        && end.saturating_sub(first) <= PIECE_MAX =>
                {
                    Some((first, end.max(last)))
                }
                other => {
                    self.fetch_piece(other);
                    Some((start, end))
                }
            };
        }
        self.fetch_piece(piece);
    }

    fn fetch_piece(&self, piece: Option<(u64, u64)>) {
        let Some((start, end)) = piece else { return };
        let source = self.blocks.source();
        let end = end.min(source.size().unwrap_or(u64::MAX));
        let mut bytes = vec![0; to_usize(end.saturating_sub(start))];
        if read_exact(source, start, &mut bytes, "read ahead").is_ok() {
            self.pieces.keep(start, bytes);
        }
    }
}
