//! What is there of a cluster whose bytes are not all there.

use core::ops::Range;

use crate::archive::unit::{BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE};

/// What is there of a cluster.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    /// Blocks of which there are bytes.
    pub(super) blocks: BlockMask,
    /// Bytes of these that cannot be had.
    pub(super) unknown: u64,
}

impl Stored {
    /// What `holes`, which are in order, leave of the blocks of `mask`, stored
    /// from `start` on.
    pub(super) fn of(mask: BlockMask, start: u64, holes: &[Range<u64>]) -> Self {
        let first = holes.partition_point(|hole| hole.end <= start);
        let end = start.saturating_add(CLUSTER_SIZE);
        let holes = holes.get(first..).unwrap_or(&[]);
        let holes = holes.get(..holes.partition_point(|hole| hole.start < end)).unwrap_or(&[]);
        if holes.is_empty() {
            return Self { blocks: mask, unknown: 0 };
        }
        let unknown_of = |block: u32| {
            let from = start.saturating_add(u64::from(mask.stored_before(block)) * BLOCK_SIZE);
            let until = from.saturating_add(BLOCK_SIZE);
            let parts =
                holes.iter().map(|hole| hole.end.min(until).saturating_sub(hole.start.max(from)));
            parts.fold(0, u64::saturating_add)
        };
        let stored = (0..BLOCKS_PER_CLUSTER).filter(|&block| mask.is_stored(block));
        let unknown = stored.map(|block| (block, unknown_of(block)));
        let there = unknown.filter(|&(_, unknown)| unknown < BLOCK_SIZE);
        let there: Vec<(u32, u64)> = there.collect();
        let unknown = there.iter().map(|&(_, unknown)| unknown).fold(0, u64::saturating_add);
        Self { blocks: BlockMask::of(there.into_iter().map(|(block, _)| block)), unknown }
    }
}
