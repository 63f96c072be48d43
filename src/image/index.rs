//! Where each cluster of a device lies in the archive.
//!
//! Clusters are kept in pages of 1024. A page of zeros is a mark;
//! any other page holds 8 bytes for each stored cluster and two bits for every
//! cluster. What is held follows from what was received, never from the size
//! that a header claims.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub use super::page::{ARCHIVE_SIZE_MAX, Cluster, ClusterCounts, Inserted};
use super::page::{Location, MixedPage, PAGE_CLUSTERS, Page};
use crate::archive::unit::{ArchiveOffset, BLOCK_SIZE, BlockMask, ClusterNumber};
use crate::source::{Error, Reader, Writer};

/// The most bytes that the index of an archive may take. Holds 16 TiB of dense
/// disks, and leaves a 32-bit address space room for everything else.
pub const INDEX_BYTES_MAX: usize = 2_200 << 20;

/// What a page costs in its map, bytes: key, pointer, and the slack of a
/// B-tree whose nodes are half full.
const MAP_ENTRY_BYTES: usize = 32;

/// The clusters of one device.
#[derive(Clone, Debug, Default)]
pub struct DeviceIndex {
    pages: BTreeMap<u32, Page>,
    /// Blocks that the archive should hold and does not, by cluster.
    lost: BTreeMap<u32, BlockMask>,
    counts: ClusterCounts,
    page_bytes: usize,
}

impl DeviceIndex {
    /// Adds a cluster whose stored blocks, `mask`, stand at `offset`. Those of
    /// them that are `lost` should stand there and do not; of the others,
    /// `unknown` bytes cannot be had. The first copy of a cluster is kept.
    ///
    /// # Errors
    ///
    /// `offset` is beyond [`ARCHIVE_SIZE_MAX`].
    pub fn insert(
        &mut self,
        cluster: ClusterNumber,
        offset: ArchiveOffset,
        mask: BlockMask,
        lost: BlockMask,
        unknown: u64,
    ) -> Result<Inserted, Error> {
        let location = Location::new(offset, mask)?;
        let (page, bit) = (cluster.0 / PAGE_CLUSTERS, cluster.0 % PAGE_CLUSTERS);
        let inserted = match self.pages.entry(page) {
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Page::Zero => Inserted::Twice,
                Page::Mixed(mixed) => {
                    let before = mixed.bytes();
                    let inserted = mixed.insert(bit, location);
                    self.page_bytes += mixed.bytes().saturating_sub(before);
                    if mixed.is_zero() {
                        self.page_bytes = self.page_bytes.saturating_sub(mixed.bytes());
                        entry.insert(Page::Zero);
                    }
                    inserted
                }
            },
            Entry::Vacant(entry) => {
                let mut mixed = Box::<MixedPage>::default();
                mixed.insert(bit, location);
                self.page_bytes += mixed.bytes();
                entry.insert(Page::Mixed(mixed));
                Inserted::New
            }
        };
        if inserted == Inserted::New {
            self.count(cluster, mask, lost, unknown);
        } else {
            self.counts.twice += 1;
        }
        Ok(inserted)
    }

    /// Adds clusters from `first` to `last` that are zeros, if none of them is there;
    /// returns whether it did. As many calls of [`Self::insert`] come to the same.
    pub fn insert_zeros(&mut self, first: ClusterNumber, last: ClusterNumber) -> bool {
        let (start, end) = (u64::from(first.0), u64::from(last.0).saturating_add(1));
        let parts = |(): ()| {
            (first.0 / PAGE_CLUSTERS..=last.0 / PAGE_CLUSTERS).map(|page| {
                let from = u64::from(page).saturating_mul(PAGE_CLUSTERS.into());
                let bit = |at: u64| u32::try_from(at.saturating_sub(from)).unwrap_or(u32::MAX);
                (page, bit(start)..bit(end).min(PAGE_CLUSTERS))
            })
        };
        let is_free = |(page, bits)| match self.pages.get(&page) {
            None => true,
            Some(Page::Zero) => false,
            Some(Page::Mixed(mixed)) => !mixed.found.any(bits),
        };
        if !parts(()).all(is_free) {
            return false;
        }
        for (number, bits) in parts(()) {
            let page = self.pages.entry(number).or_insert_with(|| {
                let mixed = Box::<MixedPage>::default();
                self.page_bytes += mixed.bytes();
                Page::Mixed(mixed)
            });
            let Page::Mixed(mixed) = page else { continue };
            mixed.found.set_all(bits);
            if mixed.is_zero() {
                self.page_bytes = self.page_bytes.saturating_sub(mixed.bytes());
                *page = Page::Zero;
            }
        }
        self.counts.zero += end.saturating_sub(start);
        true
    }

    /// Takes another copy of a cluster in place of the one that is there, of which
    /// `was_unknown` bytes could not be had; otherwise as [`Self::insert`].
    ///
    /// # Errors
    ///
    /// As [`Self::insert`].
    pub fn replace(
        &mut self,
        cluster: ClusterNumber,
        was_unknown: u64,
        offset: ArchiveOffset,
        mask: BlockMask,
        lost: BlockMask,
        unknown: u64,
    ) -> Result<(), Error> {
        Location::new(offset, mask)?;
        let (page, bit) = (cluster.0 / PAGE_CLUSTERS, cluster.0 % PAGE_CLUSTERS);
        let Some(page) = self.pages.get_mut(&page) else { return Ok(()) };
        if matches!(page, Page::Zero) {
            let mixed = Box::new(MixedPage::all_zero());
            self.page_bytes += mixed.bytes();
            *page = Page::Mixed(mixed);
        }
        let Page::Mixed(mixed) = page else { return Ok(()) };
        let before = match mixed.cluster(bit) {
            Cluster::Missing => return Ok(()),
            Cluster::Zero => BlockMask::ZERO,
            Cluster::Stored { mask, .. } => mask,
        };
        mixed.remove(bit);
        self.uncount(cluster, before, was_unknown);
        self.insert(cluster, offset, mask, lost, unknown)?;
        Ok(())
    }

    /// Takes the stored blocks that lie in `holes` of the archive, which are in
    /// order and were not told before, to be lost. Of the blocks of a mask that
    /// stand at an offset, `left` says which are there all the same, and how many
    /// bytes of those are not.
    pub fn lose(
        &mut self,
        holes: &[Range<u64>],
        left: impl Fn(BlockMask, ArchiveOffset) -> (BlockMask, u64),
    ) {
        for (&number, page) in &self.pages {
            let Page::Mixed(page) = page else { continue };
            let stored = (0..PAGE_CLUSTERS).filter(|&bit| page.stored.has(bit));
            for (bit, location) in stored.zip(&page.entries) {
                let (offset, mask) = (location.offset(), location.mask());
                let end = offset.plus(u64::from(mask.stored_blocks()) * BLOCK_SIZE).0;
                let hole = holes.get(holes.partition_point(|hole| hole.end <= offset.0));
                if hole.is_none_or(|hole| hole.start >= end) {
                    continue;
                }
                let cluster = number.saturating_mul(PAGE_CLUSTERS).saturating_add(bit);
                let before = self.lost.get(&cluster).copied().unwrap_or_default();
                let (there, unknown) = left(mask, offset);
                let lost = mask.without(there).without(before);
                if lost != BlockMask::ZERO {
                    self.lost.insert(cluster, before.with(lost));
                }
                let blocks = u64::from(lost.stored_blocks());
                let counts = &mut self.counts;
                counts.stored_blocks = counts.stored_blocks.saturating_sub(blocks);
                counts.cut += u64::from(before == BlockMask::ZERO);
                counts.lost_blocks += blocks;
                counts.lost_bytes += blocks.saturating_mul(BLOCK_SIZE).saturating_add(unknown);
            }
        }
    }

    /// Where `cluster` is. Of a cluster that was cut, not all blocks of its
    /// mask are there; see [`Self::lost_blocks`].
    #[must_use]
    pub fn cluster(&self, cluster: ClusterNumber) -> Cluster {
        let bit = cluster.0 % PAGE_CLUSTERS;
        match self.pages.get(&(cluster.0 / PAGE_CLUSTERS)) {
            None => Cluster::Missing,
            Some(Page::Zero) => Cluster::Zero,
            Some(Page::Mixed(page)) => page.cluster(bit),
        }
    }

    /// Where `cluster` is, and for how many clusters from it on, at least one,
    /// the answer is known to be the same: a missing or a zero stretch can be
    /// passed in one step.
    #[must_use]
    pub fn stretch(&self, cluster: ClusterNumber) -> (Cluster, u64) {
        let (page, bit) = (cluster.0 / PAGE_CLUSTERS, cluster.0 % PAGE_CLUSTERS);
        match self.pages.get(&page) {
            Some(Page::Mixed(mixed)) => (mixed.cluster(bit), 1),
            Some(Page::Zero) => (Cluster::Zero, u64::from(PAGE_CLUSTERS - bit)),
            None => {
                let next =
                    self.pages.range(page..).next().map_or(u64::from(u32::MAX) + 1, |(&p, _)| {
                        u64::from(p) * u64::from(PAGE_CLUSTERS)
                    });
                (Cluster::Missing, next.saturating_sub(u64::from(cluster.0)))
            }
        }
    }

    /// Whether every one of `clusters` was found and is zeros.
    #[must_use]
    pub fn is_zero(&self, clusters: Range<u64>) -> bool {
        let mut at = clusters.start;
        while at < clusters.end {
            let Ok(cluster) = u32::try_from(at) else { return false };
            let (found, count) = self.stretch(ClusterNumber(cluster));
            if found != Cluster::Zero {
                return false;
            }
            at = at.saturating_add(count);
        }
        true
    }

    /// The blocks of `cluster` that were stored and are lost.
    #[must_use]
    pub fn lost_blocks(&self, cluster: ClusterNumber) -> BlockMask {
        self.lost.get(&cluster.0).copied().unwrap_or_default()
    }

    /// The pages that are there, from the one of this number on, in order.
    pub(super) fn pages_from(&self, number: u32) -> impl Iterator<Item = (u32, &Page)> {
        self.pages.range(number..).map(|(&number, page)| (number, page))
    }

    /// Clusters with lost blocks from this one on, in order.
    pub(super) fn cut_from(&self, cluster: u64) -> impl Iterator<Item = u64> {
        let from = u32::try_from(cluster);
        let cut = from.ok().map(|from| self.lost.range(from..));
        cut.into_iter().flatten().map(|(&cluster, _)| u64::from(cluster))
    }

    /// Clusters with lost blocks, in order.
    pub fn cut_clusters(&self) -> impl Iterator<Item = (ClusterNumber, BlockMask)> {
        self.lost.iter().map(|(&cluster, &mask)| (ClusterNumber(cluster), mask))
    }

    /// How many clusters were found, by kind.
    #[must_use]
    pub fn counts(&self) -> ClusterCounts {
        self.counts
    }

    /// The number behind the highest cluster that was found.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.pages.last_key_value().map_or(0, |(&page, content)| {
            let first = u64::from(page) * u64::from(PAGE_CLUSTERS);
            first + u64::from(content.end())
        })
    }

    /// Where the stored bytes of each cluster are, and how many: in the order of
    /// the clusters.
    pub fn stored(&self) -> impl Iterator<Item = (ArchiveOffset, u64)> {
        let entries = self.pages.values().flat_map(|page| match page {
            Page::Zero => &[][..],
            Page::Mixed(mixed) => &mixed.entries,
        });
        entries.map(|location| {
            let blocks = u64::from(location.mask().stored_blocks());
            (location.offset(), blocks.saturating_mul(BLOCK_SIZE))
        })
    }

    /// The clusters below `end` that were not found, as ranges in order. Takes
    /// time by the pages that are there, not by `end`.
    #[must_use]
    pub fn missing(&self, end: u64) -> Vec<Range<u64>> {
        let mut gaps = Gaps { from: 0, end, found: Vec::new() };
        for (&page, content) in &self.pages {
            let first = u64::from(page) * u64::from(PAGE_CLUSTERS);
            match content {
                Page::Zero => gaps.skip(first, first + u64::from(PAGE_CLUSTERS)),
                Page::Mixed(mixed) => {
                    for (bit, _) in
                        (0..PAGE_CLUSTERS).zip(0_u64..).filter(|(b, _)| mixed.found.has(*b))
                    {
                        let at = first + u64::from(bit);
                        gaps.skip(at, at + 1);
                    }
                }
            }
        }
        gaps.skip(end, end);
        gaps.found
    }

    /// Bytes that the index of this device takes.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        self.page_bytes + (self.pages.len() + self.lost.len()).saturating_mul(MAP_ENTRY_BYTES)
    }

    /// Writes the clusters of a device of which nothing is lost.
    pub(crate) fn write_to(&self, bytes: &mut Writer) {
        bytes.u32(u32::try_from(self.pages.len()).unwrap_or(u32::MAX));
        for (&number, page) in &self.pages {
            bytes.u32(number);
            match page {
                Page::Zero => bytes.u8(0),
                Page::Mixed(page) => {
                    bytes.u8(1);
                    page.write_to(bytes);
                }
            }
        }
    }

    /// Reads what [`Self::write_to`] wrote; `None` if it is something else.
    pub(crate) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let mut index = Self::default();
        for _ in 0..bytes.u32()? {
            let number = bytes.u32()?;
            let page = match bytes.u8()? {
                0 => Page::Zero,
                1 => Page::Mixed(Box::new(MixedPage::read_from(bytes)?)),
                _ => return None,
            };
            page.count_in(&mut index.counts);
            index.page_bytes += page.bytes();
            index.pages.insert(number, page);
        }
        Some(index)
    }

    /// Takes back what [`Self::count`] counted.
    fn uncount(&mut self, at: ClusterNumber, mask: BlockMask, unknown: u64) {
        let lost = self.lost.remove(&at.0).unwrap_or_default();
        let lost_blocks = u64::from(lost.stored_blocks());
        let lost_bytes = lost_blocks.saturating_mul(BLOCK_SIZE).saturating_add(unknown);
        let stored = u64::from(mask.without(lost).stored_blocks());
        let counts = &mut self.counts;
        let kind = match mask {
            BlockMask::ZERO => &mut counts.zero,
            BlockMask::FULL => &mut counts.full,
            _ => &mut counts.partial,
        };
        *kind = kind.saturating_sub(1);
        counts.stored_blocks = counts.stored_blocks.saturating_sub(stored);
        counts.cut = counts.cut.saturating_sub(u64::from(lost_bytes > 0));
        counts.lost_blocks = counts.lost_blocks.saturating_sub(lost_blocks);
        counts.lost_bytes = counts.lost_bytes.saturating_sub(lost_bytes);
    }

    fn count(&mut self, at: ClusterNumber, mask: BlockMask, lost: BlockMask, unknown: u64) {
        let counts = &mut self.counts;
        match mask {
            BlockMask::ZERO => counts.zero += 1,
            BlockMask::FULL => counts.full += 1,
            _ => counts.partial += 1,
        }
        counts.stored_blocks += u64::from(mask.without(lost).stored_blocks());
        let lost_blocks = u64::from(lost.stored_blocks());
        let lost_bytes = lost_blocks.saturating_mul(BLOCK_SIZE).saturating_add(unknown);
        counts.cut += u64::from(lost_bytes > 0);
        counts.lost_blocks += lost_blocks;
        counts.lost_bytes += lost_bytes;
        if lost != BlockMask::ZERO {
            self.lost.insert(at.0, lost);
        }
    }
}

/// Collects what lies between ranges that come in order.
struct Gaps {
    from: u64,
    end: u64,
    found: Vec<Range<u64>>,
}

impl Gaps {
    fn skip(&mut self, start: u64, end: u64) {
        let start = start.min(self.end);
        if start > self.from {
            self.found.push(self.from..start);
        }
        self.from = self.from.max(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(index: &mut DeviceIndex, cluster: u32, offset: u64, mask: u16) -> Inserted {
        let offset = ArchiveOffset(offset);
        index.insert(ClusterNumber(cluster), offset, BlockMask(mask), BlockMask::ZERO, 0).unwrap()
    }

    #[test]
    fn clusters_are_found_where_they_were_put_in_any_order() {
        let mut index = DeviceIndex::default();
        let numbers: Vec<u32> = (0..5_000).map(|n| n * 7_919 % 5_000).collect();
        for &n in &numbers {
            let mask = if n % 3 == 0 { 0 } else { 0x0001 | u16::try_from(n).unwrap() << 1 };
            assert_eq!(insert(&mut index, n, u64::from(n) * 4_096 + 1, mask), Inserted::New);
        }
        for n in 0..5_000 {
            let found = index.cluster(ClusterNumber(n));
            if n % 3 == 0 {
                assert_eq!(found, Cluster::Zero);
            } else {
                let offset = ArchiveOffset(u64::from(n) * 4_096 + 1);
                let mask = BlockMask(0x0001 | u16::try_from(n).unwrap() << 1);
                assert_eq!(found, Cluster::Stored { offset, mask });
            }
        }
        assert_eq!(index.cluster(ClusterNumber(5_000)), Cluster::Missing);
        assert_eq!(index.end(), 5_000);
        assert_eq!(index.missing(5_000), []);
        let behind = 5_000..6_000;
        assert_eq!(index.missing(6_000), core::slice::from_ref(&behind));
    }

    #[test]
    fn the_first_copy_of_a_cluster_stays() {
        let mut index = DeviceIndex::default();
        insert(&mut index, 3, 100, 0xffff);
        assert_eq!(insert(&mut index, 3, 200, 0x0001), Inserted::Twice);
        let first = Cluster::Stored { offset: ArchiveOffset(100), mask: BlockMask::FULL };
        assert_eq!(index.cluster(ClusterNumber(3)), first);
        assert_eq!((index.counts().full, index.counts().twice), (1, 1));
    }

    #[test]
    fn a_copy_takes_the_place_of_another_and_counts_in_its_stead() {
        let mut index = DeviceIndex::default();
        let (at, cut) = (ClusterNumber(3), BlockMask(0x00ff));
        index.insert(at, ArchiveOffset(100), BlockMask::FULL, cut, 5).unwrap();
        insert(&mut index, 4, 900, 0xffff);
        assert_eq!((index.counts().lost_bytes, index.counts().cut), (8 * 4096 + 5, 1));
        index.replace(at, 5, ArchiveOffset(200), BlockMask::FULL, BlockMask::ZERO, 0).unwrap();
        let second = Cluster::Stored { offset: ArchiveOffset(200), mask: BlockMask::FULL };
        assert_eq!(index.cluster(at), second);
        assert_eq!(index.lost_blocks(at), BlockMask::ZERO);
        let counts = index.counts();
        assert_eq!(
            (counts.full, counts.stored_blocks, counts.lost_bytes, counts.cut),
            (2, 32, 0, 0)
        );
        for n in 0..1024 {
            insert(&mut index, 1024 + n, 0, 0);
        }
        let late = ClusterNumber(1030);
        index.replace(late, 0, ArchiveOffset(300), BlockMask(1), BlockMask::ZERO, 0).unwrap();
        assert_eq!((index.counts().zero, index.counts().partial), (1023, 1));
        let zeros =
            (index.is_zero(1024..1030), index.is_zero(1024..1031), index.is_zero(1031..2048));
        assert_eq!(zeros, (true, false, true));
    }

    #[test]
    fn gaps_are_told_as_ranges_and_not_by_claimed_size() {
        let mut index = DeviceIndex::default();
        for n in [0, 1, 5, 4_000_000_000] {
            insert(&mut index, n, 1, 1);
        }
        let end = u64::MAX;
        let gaps = [2..5, 6..4_000_000_000, 4_000_000_001..end];
        assert_eq!(index.missing(end), gaps);
    }

    #[test]
    fn an_offset_beyond_what_an_entry_holds_is_an_error() {
        let mut index = DeviceIndex::default();
        let offset = ArchiveOffset(ARCHIVE_SIZE_MAX);
        let error = index.insert(ClusterNumber(0), offset, BlockMask::FULL, BlockMask::ZERO, 0);
        assert_eq!(error.unwrap_err().code(), "archive-too-large");
    }
}
