//! Runs: stretches of an image whose bytes have one origin.

use super::index::{Cluster, DeviceIndex};
use crate::archive::unit::{
    ArchiveOffset, BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber,
    ImageOffset,
};

/// A stretch of an image whose bytes have one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it starts in the image.
    pub start: ImageOffset,
    /// Its length in bytes; never 0.
    pub length: u64,
    /// Where its bytes come from.
    pub origin: Origin,
}

/// Where the bytes of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They stand in the archive from this offset on.
    Stored(ArchiveOffset),
    /// They are zeros, as the archive says.
    Zero,
    /// The archive should hold them and does not.
    Lost,
    /// A scan that is under way has not found them yet.
    NotYetKnown,
}

impl Run {
    /// Where it ends in the image, in bytes from the image's start.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start.0.saturating_add(self.length)
    }

    /// Whether `next` carries on where this one ends, in the image and in its
    /// origin.
    pub(super) fn continues_in(&self, next: &Self) -> bool {
        let same = match (self.origin, next.origin) {
            (Origin::Stored(here), Origin::Stored(there)) => here.plus(self.length) == there,
            (here, there) => here == there,
        };
        same && self.end() == next.start.0
    }
}

/// The runs of an image as the index gives them, before neighbours are joined.
pub(super) struct Pieces<'a> {
    pub(super) index: &'a DeviceIndex,
    pub(super) at: u64,
    pub(super) end: u64,
    pub(super) cluster: Option<StoredCluster>,
    /// What a cluster is that the index does not know.
    pub(super) missing: Origin,
}

/// A stored cluster that is being taken apart into blocks.
#[derive(Clone, Copy)]
pub(super) struct StoredCluster {
    start: u64,
    offset: ArchiveOffset,
    mask: BlockMask,
    lost: BlockMask,
}

impl Iterator for Pieces<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.at >= self.end {
            return None;
        }
        let (origin, until) = match self.cluster {
            Some(cluster) if self.at < cluster.start + CLUSTER_SIZE => cluster.blocks_at(self.at),
            _ => self.enter_cluster(),
        };
        let start = ImageOffset(self.at);
        self.at = until.min(self.end);
        Some(Run { start, length: self.at - start.0, origin })
    }
}

impl Pieces<'_> {
    /// The first piece of the cluster at `self.at`, and where it ends.
    fn enter_cluster(&mut self) -> (Origin, u64) {
        let Ok(number) = u32::try_from(self.at / CLUSTER_SIZE) else {
            return (self.missing, self.end);
        };
        let start = u64::from(number) * CLUSTER_SIZE;
        let (cluster, count) = self.index.stretch(ClusterNumber(number));
        let until = start.saturating_add(count.saturating_mul(CLUSTER_SIZE));
        match cluster {
            Cluster::Missing => (self.missing, until),
            Cluster::Zero => (Origin::Zero, until),
            Cluster::Stored { offset, mask } => {
                let lost = self.index.lost_blocks(ClusterNumber(number));
                let cluster = StoredCluster { start, offset, mask, lost };
                self.cluster = Some(cluster);
                cluster.blocks_at(self.at)
            }
        }
    }
}

impl StoredCluster {
    /// The origin of the bytes at `at`, and where the blocks of the same kind
    /// end.
    fn blocks_at(&self, at: u64) -> (Origin, u64) {
        let within = at - self.start;
        let first = u32::try_from(within / BLOCK_SIZE).unwrap_or(0);
        let kind = self.kind(first);
        let end = (first..BLOCKS_PER_CLUSTER).find(|&block| self.kind(block) != kind);
        let until = self.start + u64::from(end.unwrap_or(BLOCKS_PER_CLUSTER)) * BLOCK_SIZE;
        let origin = match kind {
            Kind::Stored => {
                let before = u64::from(self.mask.stored_before(first)) * BLOCK_SIZE;
                Origin::Stored(self.offset.plus(before + within % BLOCK_SIZE))
            }
            Kind::Zero => Origin::Zero,
            Kind::Lost => Origin::Lost,
        };
        (origin, until)
    }

    fn kind(&self, block: u32) -> Kind {
        if self.lost.is_stored(block) {
            Kind::Lost
        } else if self.mask.is_stored(block) {
            Kind::Stored
        } else {
            Kind::Zero
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stored,
    Zero,
    Lost,
}
