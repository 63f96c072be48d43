//! Reads inodes ahead for what a directory names: entries come in the order of hashes,
//! their inodes lie anywhere in some groups.

use vma_source::{to_u64, to_usize};

use super::disk::Disk;
use crate::blocks::read_exact;

/// Inodes are fetched with what is around them, in aligned units of so many bytes.
const UNIT: u64 = 4096;

/// What lies between two inodes and is read rather than skipped, and bytes of one read.
const SKIP_MAX: u64 = 32 << 10;
const PIECE_MAX: u64 = 256 << 10;

impl Disk {
    /// Reads ahead what an inode each starts at in `places`. What cannot be had is told
    /// when it is asked for.
    pub(super) fn fetch_inodes(&self, mut places: Vec<u64>) {
        let length = to_u64(self.superblock.inode_size);
        places.retain(|&place| !self.tables.read(place, &mut vec![0; to_usize(length)]));
        places.sort_unstable();
        let mut piece: Option<(u64, u64)> = None;
        for place in places {
            let unit = UNIT.max(length);
            let start = place - place % unit;
            let end = start.saturating_add(unit);
            piece = match piece {
                Some((first, last))
                    if start <= last.saturating_add(SKIP_MAX)
                        && end.saturating_sub(first) <= PIECE_MAX =>
                {
                    Some((first, end.max(last)))
                }
                other => {
                    self.fetch(other);
                    Some((start, end))
                }
            };
        }
        self.fetch(piece);
    }

    fn fetch(&self, piece: Option<(u64, u64)>) {
        let Some((start, end)) = piece else { return };
        let source = self.blocks.source();
        let end = end.min(source.size().unwrap_or(u64::MAX));
        let mut bytes = vec![0; to_usize(end.saturating_sub(start))];
        if read_exact(source, start, &mut bytes, "inodes").is_ok() {
            self.tables.keep(start, bytes);
        }
    }
}
