//! The kinds of number of the format, each a type of its own, so that an
//! offset in the archive cannot be taken for one in a disk.

use core::fmt;
use core::num::NonZeroU8;

/// Bytes in a block, the unit that is stored or left out.
pub const BLOCK_SIZE: u64 = 4096;

/// Blocks in a cluster.
pub const BLOCKS_PER_CLUSTER: u32 = 16;

/// Bytes in a cluster, the unit that is numbered.
pub const CLUSTER_SIZE: u64 = 65_536;

/// An offset in bytes from the start of the (decompressed) archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveOffset(pub u64);

impl ArchiveOffset {
    /// The offset `bytes` further on; stays at the largest offset there is
    /// instead of wrapping.
    #[must_use]
    pub fn plus(self, bytes: u64) -> Self {
        Self(self.0.saturating_add(bytes))
    }

    /// Bytes from `start` to this offset; 0 if `start` lies behind it.
    #[must_use]
    pub fn since(self, start: Self) -> u64 {
        self.0.saturating_sub(start.0)
    }
}

impl fmt::Display for ArchiveOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// An offset in bytes from the start of the image of one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageOffset(pub u64);

impl fmt::Display for ImageOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// The id of a device: its place in the header's table. 0 marks an empty slot
/// and is no device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "dev_id")]
pub struct DeviceId(NonZeroU8);

impl DeviceId {
    /// The device with this id; `None` for 0.
    #[must_use]
    pub fn new(id: u8) -> Option<Self> {
        NonZeroU8::new(id).map(Self)
    }

    /// The id as it stands in the archive, 1 to 255.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The number of a cluster in its device, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "cluster_num")]
pub struct ClusterNumber(pub u32);

impl ClusterNumber {
    /// Where the cluster starts in the image of its device.
    #[must_use]
    pub fn image_offset(self) -> ImageOffset {
        ImageOffset(u64::from(self.0).saturating_mul(CLUSTER_SIZE))
    }
}

impl fmt::Display for ClusterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Which of the 16 blocks of a cluster are stored: bit *i* set means that
/// block *i* follows in the extent, clear means that it is zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct BlockMask(pub u16);

impl BlockMask {
    /// A cluster of zeros: nothing is stored.
    pub const ZERO: Self = Self(0);
    /// A cluster of which every block is stored.
    pub const FULL: Self = Self(u16::MAX);

    /// The mask in which just these `blocks` are stored.
    #[must_use]
    pub fn of(blocks: impl IntoIterator<Item = u32>) -> Self {
        let bits = blocks.into_iter().map(|block| 1_u16.checked_shl(block).unwrap_or(0));
        Self(bits.fold(0, |mask, bit| mask | bit))
    }

    /// How many blocks are stored, 0 to 16.
    #[must_use]
    pub fn stored_blocks(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether block `block` (0 to 15) is stored; false for any other number.
    #[must_use]
    pub fn is_stored(self, block: u32) -> bool {
        self.0.checked_shr(block).unwrap_or(0) & 1 == 1
    }

    /// How many stored blocks come before block `block`: where its bytes stand
    /// among those of the cluster.
    #[must_use]
    pub fn stored_before(self, block: u32) -> u32 {
        let below = 1_u16.checked_shl(block).map_or(u16::MAX, |bit| bit.saturating_sub(1));
        (self.0 & below).count_ones()
    }

    /// The first `blocks` stored blocks of this mask, and no others: what is
    /// left of a cluster whose data was cut.
    #[must_use]
    pub fn first_stored(self, blocks: u32) -> Self {
        let mut kept = 0;
        let mut rest = self.0;
        for _ in 0..blocks {
            let lowest = rest & rest.wrapping_neg();
            kept |= lowest;
            rest ^= lowest;
        }
        Self(kept)
    }

    /// The blocks that are in this mask and in `other`.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The blocks that are in this mask or in `other`.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The blocks that are in this mask and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// How many clusters a device of `bytes` bytes has; the last may be partial.
#[must_use]
pub fn clusters_of(bytes: u64) -> u64 {
    bytes.div_ceil(CLUSTER_SIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_count_and_cut_their_blocks_from_bit_zero() {
        let mask = BlockMask(0b1000_0000_0001_0110);
        assert_eq!(mask.stored_blocks(), 4);
        assert!(mask.is_stored(1) && mask.is_stored(15));
        assert!(!mask.is_stored(0) && !mask.is_stored(16));
        assert_eq!(mask.stored_before(0), 0);
        assert_eq!(mask.stored_before(4), 2);
        assert_eq!(mask.stored_before(15), 3);
        assert_eq!(mask.stored_before(16), 4);
        assert_eq!(mask.first_stored(0), BlockMask::ZERO);
        assert_eq!(mask.first_stored(2), BlockMask(0b0110));
        assert_eq!(mask.first_stored(99), mask);
    }

    #[test]
    fn device_zero_is_no_device() {
        assert_eq!(DeviceId::new(0), None);
        assert_eq!(DeviceId::new(255).map(DeviceId::get), Some(255));
    }

    #[test]
    fn a_partial_last_cluster_counts() {
        assert_eq!(clusters_of(0), 0);
        assert_eq!(clusters_of(65_536), 1);
        assert_eq!(clusters_of(540_672), 9);
        assert_eq!(clusters_of(u64::MAX), 1 << 48);
    }
}
