//! Clusters that the archive holds more than once: which copy is the better one,
//! and whether those that seem equally good are the same.

use core::ops::Range;
use std::rc::Rc;

use md5::{Digest, Md5};

use super::stored::Stored;
use crate::archive::unit::{ArchiveOffset, BLOCK_SIZE, BlockMask, ClusterNumber, DeviceId};
use crate::image::index::{Cluster, DeviceIndex};
use crate::source::{Error, Gap, GapKind, ReadAt, gaps, read_range, sort_by_number};

/// Further copies that are kept to be looked at: of 64 GiB. What comes beyond
/// them is not used; what cannot be compared is in doubt.
const COPIES_MAX: usize = 1 << 20;

/// Bytes that a step reads and compares, about.
const WORK_PER_STEP: u64 = 8 << 20;

/// Further copies of clusters, in the order of the archive.
#[derive(Debug, Default)]
pub(super) struct Again(Vec<Copy>);

/// A further copy of a cluster.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) device: DeviceId,
    pub(super) cluster: ClusterNumber,
    /// Where its stored blocks stand, and which they are.
    pub(super) data: ArchiveOffset,
    pub(super) mask: BlockMask,
    /// Those of them that its extent is cut before.
    pub(super) lost: BlockMask,
    /// Whether it stands in the same copy of the archive: nothing but damage puts
    /// it there.
    pub(super) is_odd: bool,
}

/// What there is of one copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct There {
    pub(super) data: ArchiveOffset,
    pub(super) mask: BlockMask,
    pub(super) lost: BlockMask,
    /// Bytes that cannot be had of blocks that are not lost as a whole.
    pub(super) unknown: u64,
    /// Bytes that can be had and that nothing speaks against.
    good: u64,
}

impl Again {
    /// Keeps a further copy of a cluster of which `index` has one. Returns the places
    /// of both where there are too many and they are not compared: nobody knows then
    /// which is right.
    pub(super) fn push(&mut self, copy: Copy, index: &DeviceIndex) -> Vec<Range<u64>> {
        if self.0.len() < COPIES_MAX {
            self.0.push(copy);
            return Vec::new();
        }
        let first = match index.cluster(copy.cluster) {
            Cluster::Stored { offset, mask } => Some(bytes_of(offset, mask)),
            Cluster::Missing | Cluster::Zero => None,
        };
        let places = first.into_iter().chain([bytes_of(copy.data, copy.mask)]);
        if copy.is_odd { places.collect() } else { Vec::new() }
    }

    pub(super) fn take(&mut self) -> Vec<Copy> {
        core::mem::take(&mut self.0)
    }
}

impl There {
    /// What there is in `contents` of a copy whose stored blocks, `mask`, stand at
    /// `data`, and of which `cut` are not there.
    pub(super) fn of(
        contents: &dyn ReadAt,
        data: ArchiveOffset,
        mask: BlockMask,
        cut: BlockMask,
    ) -> Self {
        let range = bytes_of(data, mask);
        let whole = range.end.saturating_sub(range.start);
        let end = contents.size().unwrap_or(u64::MAX);
        let behind = Gap { start: range.start.max(end), end: range.end, kind: GapKind::Lost };
        let mut found: Vec<Gap> = gaps(contents, range.start..range.end.min(end)).collect();
        found.extend(Some(behind).filter(|behind| behind.start < behind.end));
        let holes = found.iter().filter(|gap| gap.stops_reads()).map(|gap| gap.start..gap.end);
        let holes: Vec<Range<u64>> = holes.collect();
        let left = Stored::of(mask, data.0, &holes);
        let bad = found.iter().map(|gap| gap.end.saturating_sub(gap.start));
        let good = whole.saturating_sub(bad.fold(0, u64::saturating_add));
        let lost = mask.without(left.blocks);
        let more = u64::from(cut.without(lost).stored_blocks()) * BLOCK_SIZE;
        let good = good.saturating_sub(more);
        Self { data, mask, lost: lost.with(cut), unknown: left.unknown, good }
    }

    /// The copy that `index` has of a cluster; `None` if it has none.
    pub(super) fn first(
        contents: &dyn ReadAt,
        index: &DeviceIndex,
        cluster: ClusterNumber,
    ) -> Option<Self> {
        match index.cluster(cluster) {
            Cluster::Missing => None,
            Cluster::Zero => {
                let none = BlockMask::ZERO;
                Some(Self::of(contents, ArchiveOffset(0), none, none))
            }
            Cluster::Stored { offset, mask } => {
                Some(Self::of(contents, offset, mask, index.lost_blocks(cluster)))
            }
        }
    }

    /// Whether nothing of it is lost or in doubt.
    pub(super) fn is_whole(&self) -> bool {
        self.good == u64::from(self.mask.stored_blocks()) * BLOCK_SIZE
    }

    /// Whether more of it can be claimed than of `other`.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        if self.is_whole() || other.is_whole() {
            return !other.is_whole();
        }
        self.good > other.good
    }

    /// Where its stored bytes stand.
    pub(super) fn bytes(&self) -> Range<u64> {
        bytes_of(self.data, self.mask)
    }
}

fn bytes_of(data: ArchiveOffset, mask: BlockMask) -> Range<u64> {
    data.0..data.plus(u64::from(mask.stored_blocks()) * BLOCK_SIZE).0
}

/// Compares copies, in one pass through the contents.
pub(super) struct Differing {
    contents: Rc<dyn ReadAt>,
    /// What is read, by its place, and of which pair it is.
    reads: Vec<(Range<u64>, usize)>,
    next: usize,
    pairs: Vec<Pair>,
    done_bytes: u64,
    total_bytes: u64,
}

struct Pair {
    places: [Range<u64>; 2],
    /// Of the one that is read first.
    hash: Option<[u8; 16]>,
    differs: bool,
}

impl Differing {
    /// A comparison of what stands in the two places of each of `pairs`.
    pub(super) fn new(contents: Rc<dyn ReadAt>, pairs: Vec<[Range<u64>; 2]>) -> Self {
        let places = pairs.iter().enumerate();
        let mut reads: Vec<_> = places
            .flat_map(|(pair, places)| places.iter().map(move |place| (place.clone(), pair)))
            .collect();
        sort_by_number(&mut reads, |(place, _): &(Range<u64>, usize)| place.start);
        let bytes = reads.iter().map(|(place, _)| place.end.saturating_sub(place.start));
        let total_bytes = bytes.fold(0, u64::saturating_add);
        let pairs = pairs.into_iter().map(|places| Pair { places, hash: None, differs: false });
        Self { contents, reads, next: 0, pairs: pairs.collect(), done_bytes: 0, total_bytes }
    }

    /// Bytes that were compared, and all.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.done_bytes, self.total_bytes)
    }

    /// The ranges of the lowest source that the next step will probably read.
    pub(super) fn wants(&self) -> Vec<Range<u64>> {
        let mut wanted = Vec::new();
        let mut bytes = 0;
        for (place, _) in self.reads.get(self.next..).unwrap_or(&[]) {
            bytes += place.end.saturating_sub(place.start);
            if bytes > WORK_PER_STEP {
                break;
            }
            self.contents.trace(place.clone(), &mut wanted);
        }
        wanted
    }

    /// Goes on by a bounded amount of work; returns whether it is done.
    pub(super) fn step(&mut self) -> Result<bool, Error> {
        let until = self.done_bytes.saturating_add(WORK_PER_STEP);
        while let Some((place, pair)) = self.reads.get(self.next).cloned() {
            if self.done_bytes >= until || !self.contents.approach(place.clone(), WORK_PER_STEP)? {
                return Ok(false);
            }
            let bytes = read_range(&*self.contents, place.clone())?;
            self.next += 1;
            self.done_bytes += place.end.saturating_sub(place.start);
            let hash = <[u8; 16]>::from(Md5::digest(&bytes));
            if let Some(pair) = self.pairs.get_mut(pair) {
                pair.differs |= pair.hash.is_some_and(|first| first != hash);
                pair.hash = Some(hash);
            }
        }
        Ok(true)
    }

    /// The places of all copies that differ.
    pub(super) fn found(self) -> Vec<Range<u64>> {
        self.pairs.into_iter().filter(|pair| pair.differs).flat_map(|pair| pair.places).collect()
    }
}
