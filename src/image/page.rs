//! Pages of the index: 1024 clusters each.

use core::ops::Range;

use crate::archive::unit::{ArchiveOffset, BlockMask};
use crate::source::{Error, ErrorKind, Part, Reader, Writer};

/// The first archive offset that the index cannot hold: 256 TiB.
pub const ARCHIVE_SIZE_MAX: u64 = 1 << 48;

/// Clusters in a page.
pub(super) const PAGE_CLUSTERS: u32 = 1024;
const WORDS: usize = 16;

/// Where one cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster {
    /// Nowhere in the archive.
    Missing,
    /// All its blocks are zeros.
    Zero,
    /// Its stored blocks stand at `offset`, one behind the other.
    Stored {
        /// Where its first stored block is.
        offset: ArchiveOffset,
        /// Which of its blocks are stored; never [`BlockMask::ZERO`].
        mask: BlockMask,
    },
}

/// How many clusters of a device were found, by kind. Each counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterCounts {
    /// All blocks are stored.
    pub full: u64,
    /// Some blocks are stored.
    pub partial: u64,
    /// No block is stored.
    pub zero: u64,
    /// Blocks of these clusters that are stored and there.
    pub stored_blocks: u64,
    /// Clusters of which stored bytes are lost; they count above as well.
    pub cut: u64,
    /// Stored blocks that are lost as a whole.
    pub lost_blocks: u64,
    /// Stored bytes that are lost: those of such blocks, and single ones.
    pub lost_bytes: u64,
    /// Further copies of clusters that were there before.
    pub twice: u64,
}

impl ClusterCounts {
    /// Clusters that were found.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.full.saturating_add(self.partial).saturating_add(self.zero)
    }
}

/// Whether a cluster was new to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was, and is kept.
    New,
    /// A copy of it was there already; that one stays.
    Twice,
}

#[derive(Clone, Debug)]
pub(super) enum Page {
    /// Every cluster was found and is zeros.
    Zero,
    Mixed(Box<MixedPage>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct MixedPage {
    pub(super) found: Bits,
    pub(super) stored: Bits,
    /// One entry for each set bit of `stored`, in the same order.
    pub(super) entries: Vec<Location>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Bits([u64; WORDS]);

/// An archive offset below [`ARCHIVE_SIZE_MAX`] and a mask, in 8 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Location(u64);

impl Page {
    pub(super) fn count_in(&self, counts: &mut ClusterCounts) {
        match self {
            Self::Zero => counts.zero += u64::from(PAGE_CLUSTERS),
            Self::Mixed(page) => {
                counts.zero += u64::from(page.found.count().saturating_sub(page.stored.count()));
                for location in &page.entries {
                    let whole = location.mask() == BlockMask::FULL;
                    *if whole { &mut counts.full } else { &mut counts.partial } += 1;
                    counts.stored_blocks += u64::from(location.mask().stored_blocks());
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Zero => 0,
            Self::Mixed(page) => page.bytes(),
        }
    }

    pub(super) fn end(&self) -> u32 {
        match self {
            Self::Zero => PAGE_CLUSTERS,
            Self::Mixed(page) => {
                (0..PAGE_CLUSTERS).rev().find(|&b| page.found.has(b)).map_or(0, |b| b + 1)
            }
        }
    }
}

impl MixedPage {
    /// A page whose clusters all were found and are zeros.
    pub(super) fn all_zero() -> Self {
        Self { found: Bits([u64::MAX; WORDS]), ..Self::default() }
    }

    pub(super) fn insert(&mut self, bit: u32, location: Location) -> Inserted {
        if self.found.has(bit) {
            return Inserted::Twice;
        }
        self.found.set(bit);
        if location.mask() != BlockMask::ZERO {
            let rank = self.stored.count_below(bit).min(self.entries.len());
            self.stored.set(bit);
            self.entries.insert(rank, location);
        }
        Inserted::New
    }

    /// Forgets a cluster; returns where it was.
    pub(super) fn remove(&mut self, bit: u32) -> Option<Location> {
        let rank = self.stored.count_below(bit);
        let is_stored = self.stored.has(bit);
        self.found.clear(bit);
        self.stored.clear(bit);
        (is_stored && rank < self.entries.len()).then(|| self.entries.remove(rank))
    }

    pub(super) fn cluster(&self, bit: u32) -> Cluster {
        if !self.found.has(bit) {
            return Cluster::Missing;
        }
        if !self.stored.has(bit) {
            return Cluster::Zero;
        }
        self.entries.get(self.stored.count_below(bit)).map_or(Cluster::Missing, |location| {
            Cluster::Stored { offset: location.offset(), mask: location.mask() }
        })
    }

    pub(super) fn write_to(&self, bytes: &mut Writer) {
        for &word in self.found.0.iter().chain(&self.stored.0) {
            bytes.u64(word);
        }
        for location in &self.entries {
            bytes.u64(location.0);
        }
    }

    pub(super) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let mut page = Self::default();
        for word in page.found.0.iter_mut().chain(&mut page.stored.0) {
            *word = bytes.u64()?;
        }
        for _ in 0..page.stored.count() {
            page.entries.push(Location(bytes.u64()?));
        }
        Some(page)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.entries.is_empty() && self.found.all()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.entries.capacity().saturating_mul(size_of::<Location>())
    }
}

impl Bits {
    pub(super) fn has(&self, bit: u32) -> bool {
        self.word(bit / 64) >> (bit % 64) & 1 == 1
    }

    pub(super) fn set(&mut self, bit: u32) {
        if let Some(word) = index(bit / 64).and_then(|at| self.0.get_mut(at)) {
            *word |= 1 << (bit % 64);
        }
    }

    /// Whether one of `bits` is set.
    pub(super) fn any(&self, bits: Range<u32>) -> bool {
        masks(bits).any(|(number, mask)| self.word(number) & mask != 0)
    }

    pub(super) fn set_all(&mut self, bits: Range<u32>) {
        for (number, mask) in masks(bits) {
            if let Some(word) = index(number).and_then(|at| self.0.get_mut(at)) {
                *word |= mask;
            }
        }
    }

    pub(super) fn clear(&mut self, bit: u32) {
        if let Some(word) = index(bit / 64).and_then(|at| self.0.get_mut(at)) {
            *word &= !(1 << (bit % 64));
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn all(&self) -> bool {
        // They are mostly set from the front on.
        self.0.iter().rev().all(|&word| word == u64::MAX)
    }

    /// How many bits below `bit` are set.
    pub(super) fn count_below(&self, bit: u32) -> usize {
        let whole = index(bit / 64).unwrap_or(0);
        let before: u32 = self.0.iter().take(whole).map(|word| word.count_ones()).sum();
        let rest = self.word(bit / 64) & ((1 << (bit % 64)) - 1);
        index(before + rest.count_ones()).unwrap_or(0)
    }

    pub(super) fn word(&self, number: u32) -> u64 {
        index(number).and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }
}

/// The words that `bits` are in, each with those of its 64 bits that are among them.
fn masks(bits: Range<u32>) -> impl Iterator<Item = (u32, u64)> {
    (bits.start / 64..bits.end.div_ceil(64)).map(move |number| {
        let below = |end: u32| {
            let count = end.saturating_sub(number.saturating_mul(64));
            1_u64.checked_shl(count).map_or(u64::MAX, |bit| bit - 1)
        };
        (number, below(bits.end) & !below(bits.start))
    })
}

fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

impl Location {
    pub(super) fn new(offset: ArchiveOffset, mask: BlockMask) -> Result<Self, Error> {
        if offset.0 >= ARCHIVE_SIZE_MAX {
            let kind = ErrorKind::ArchiveTooLarge { max: ARCHIVE_SIZE_MAX };
            return Err(Error::new(Part::Extent, offset.0, kind));
        }
        Ok(Self(offset.0 << 16 | u64::from(mask.0)))
    }

    pub(super) fn offset(self) -> ArchiveOffset {
        ArchiveOffset(self.0 >> 16)
    }

    pub(super) fn mask(self) -> BlockMask {
        BlockMask(u16::try_from(self.0 & 0xffff).unwrap_or(0))
    }
}
