//! The image of one device, rebuilt from the clusters in the archive.

use core::ops::Range;
use std::rc::Rc;

use crate::error::Error;
use crate::index::{Cluster, DeviceIndex};
use crate::read_at::ReadAt;
use crate::unit::{
    ArchiveOffset, BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber,
    ImageOffset,
};

/// Stored bytes of the archive that lie no further apart than this are read in
/// one go: reading a little too much costs less than another read.
const JOIN_GAP: u64 = 64 << 10;

/// The longest single read of the archive, bytes.
const READ_MAX: u64 = 4 << 20;

/// The bytes of one device. Blocks that the archive does not hold read as
/// zeros; [`Image::runs`] tells them apart.
#[derive(Clone)]
pub struct Image {
    source: Rc<dyn ReadAt>,
    index: Rc<DeviceIndex>,
    size: u64,
}

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
}

impl Run {
    /// Where it ends in the image, in bytes from the image's start.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start.0.saturating_add(self.length)
    }

    /// Whether `next` carries on where this one ends, in the image and in its
    /// origin.
    fn continues_in(&self, next: &Self) -> bool {
        let same = match (self.origin, next.origin) {
            (Origin::Stored(here), Origin::Stored(there)) => here.plus(self.length) == there,
            (here, there) => here == there,
        };
        same && self.end() == next.start.0
    }
}

impl Image {
    /// The image of `size` bytes whose clusters `index` finds in `source`.
    #[must_use]
    pub fn new(source: Rc<dyn ReadAt>, index: Rc<DeviceIndex>, size: u64) -> Self {
        Self { source, index, size }
    }

    /// The stretches that make up `range` of the image, in order, without gap
    /// or overlap; what lies beyond the image's end is left out. Neighbours
    /// with one origin are joined.
    pub fn runs(&self, range: Range<u64>) -> impl Iterator<Item = Run> {
        let end = range.end.min(self.size);
        let pieces = Pieces { index: &self.index, at: range.start, end, cluster: None };
        let mut pieces = pieces.peekable();
        core::iter::from_fn(move || {
            let mut run = pieces.next()?;
            while let Some(next) = pieces.next_if(|next| run.continues_in(next)) {
                run.length = run.length.saturating_add(next.length);
            }
            Some(run)
        })
    }

    /// The reads of the archive that bring the stored bytes of `range`, those
    /// close together joined.
    fn reads(&self, range: Range<u64>) -> Vec<JoinedRead> {
        let mut stored: Vec<(ArchiveOffset, Run)> = self
            .runs(range)
            .filter_map(|run| match run.origin {
                Origin::Stored(offset) => Some((offset, run)),
                Origin::Zero | Origin::Lost => None,
            })
            .collect();
        stored.sort_unstable_by_key(|(offset, _)| *offset);
        let mut reads: Vec<JoinedRead> = Vec::new();
        for (offset, run) in stored {
            match reads.last_mut() {
                Some(read) if read.can_take(offset, run.length) => read.take(offset, run),
                _ => reads.push(JoinedRead::new(offset, run)),
            }
        }
        reads
    }
}

impl ReadAt for Image {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = self.size.saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
        buffer.fill(0);
        let end = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        let mut bytes = Vec::new();
        for read in self.reads(offset..end) {
            read.fetch(&*self.source, &mut bytes)?;
            read.scatter(&bytes, offset, buffer);
        }
        Ok(length)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for read in self.reads(range) {
            self.source.trace(read.start..read.end, into);
        }
    }
}

/// A read of the archive that serves several runs.
struct JoinedRead {
    start: u64,
    end: u64,
    runs: Vec<(ArchiveOffset, Run)>,
}

impl JoinedRead {
    fn new(offset: ArchiveOffset, run: Run) -> Self {
        Self { start: offset.0, end: offset.plus(run.length).0, runs: vec![(offset, run)] }
    }

    fn can_take(&self, offset: ArchiveOffset, length: u64) -> bool {
        let end = offset.plus(length).0;
        offset.0 <= self.end.saturating_add(JOIN_GAP) && end - self.start <= READ_MAX
    }

    fn take(&mut self, offset: ArchiveOffset, run: Run) {
        self.end = self.end.max(offset.plus(run.length).0);
        self.runs.push((offset, run));
    }

    fn fetch(&self, source: &dyn ReadAt, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let length = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(usize::MAX);
        bytes.resize(length, 0);
        let count = source.read_at(self.start, bytes)?;
        if count < length {
            let there = u64::try_from(count).unwrap_or(u64::MAX);
            return Err(Error::source_shrank(self.start.saturating_add(there)));
        }
        Ok(())
    }

    /// Copies the bytes of each run to its place in `buffer`, which starts at
    /// `image_start` in the image.
    fn scatter(&self, bytes: &[u8], image_start: u64, buffer: &mut [u8]) {
        for (offset, run) in &self.runs {
            let from = slice_from(bytes, offset.0.saturating_sub(self.start), run.length);
            let to = usize::try_from(run.start.0.saturating_sub(image_start)).ok();
            let to = to.and_then(|at| buffer.get_mut(at..)).and_then(|b| b.get_mut(..from.len()));
            if let Some(to) = to {
                to.copy_from_slice(from);
            }
        }
    }
}

fn slice_from(bytes: &[u8], start: u64, length: u64) -> &[u8] {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    bytes.get(start..).and_then(|rest| rest.get(..length)).unwrap_or(&[])
}

/// The runs of an image as the index gives them, before neighbours are joined.
struct Pieces<'a> {
    index: &'a DeviceIndex,
    at: u64,
    end: u64,
    cluster: Option<StoredCluster>,
}

/// A stored cluster that is being taken apart into blocks.
#[derive(Clone, Copy)]
struct StoredCluster {
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
            return (Origin::Lost, self.end);
        };
        let start = u64::from(number) * CLUSTER_SIZE;
        let (cluster, count) = self.index.stretch(ClusterNumber(number));
        let until = start.saturating_add(count.saturating_mul(CLUSTER_SIZE));
        match cluster {
            Cluster::Missing => (Origin::Lost, until),
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
        if self.mask.is_stored(block) {
            Kind::Stored
        } else if self.lost.is_stored(block) {
            Kind::Lost
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
