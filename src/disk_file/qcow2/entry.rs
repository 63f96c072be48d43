//! An entry of a table of the second level: where the bytes of a cluster are.
//!
//! `docs/interop/qcow2.rst` of QEMU, "Cluster mapping" and "Extended L2 Entries".

use core::ops::Range;

use super::header::{Facts, OFFSET_MASK, SUBCLUSTERS};
use crate::source::be_u64;

const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;
/// A sector of compressed data, bytes.
const SECTOR: u64 = 512;

/// Where the bytes of a stretch of the disk are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the file, as they are, from here on.
    Stored(u64),
    /// Nowhere: they are zeros.
    Zero,
    /// In a compressed cluster, in these bytes of the file. The last of them may lie
    /// behind its end.
    Packed(Range<u64>),
    /// The entry names no place where they can be.
    Lost,
}

impl Place {
    /// Where the bytes are that stand so many behind the first of these.
    pub(super) fn further(self, bytes: u64) -> Self {
        match self {
            Self::Stored(at) => Self::Stored(at.saturating_add(bytes)),
            other => other,
        }
    }
}

/// What an entry says of each part of its cluster.
pub(super) struct Entry {
    descriptor: u64,
    /// Of subclusters: which are stored, and which are zeros.
    bitmap: Option<u64>,
}

impl Entry {
    /// The entry that `bytes` begin with, of which there are as many as it has.
    pub(super) fn parse(bytes: &[u8], facts: &Facts) -> Self {
        let bitmap = facts.has_subclusters.then(|| be_u64(bytes, 8));
        Self { descriptor: be_u64(bytes, 0), bitmap }
    }

    /// Bytes of the disk that one answer of [`place`](Self::place) holds for.
    pub(super) fn unit(&self, facts: &Facts) -> u64 {
        let is_parted = self.bitmap.is_some() && self.descriptor & COMPRESSED == 0;
        if is_parted { facts.cluster_size / SUBCLUSTERS } else { facts.cluster_size }
    }

    /// Where the unit is that begins `within` its cluster.
    pub(super) fn place(&self, within: u64, facts: &Facts) -> Place {
        if self.descriptor & COMPRESSED != 0 {
            return self.packed(facts);
        }
        let offset = self.descriptor & OFFSET_MASK;
        let stored = if offset == 0 {
            Place::Zero
        } else if !offset.is_multiple_of(facts.cluster_size) {
            Place::Lost
        } else {
            Place::Stored(offset.saturating_add(within))
        };
        let Some(bitmap) = self.bitmap else {
            return match self.descriptor & ZERO {
                0 => stored,
                // Version 2 has no such clusters, and QEMU does not read them.
                _ if facts.version < 3 || stored == Place::Lost => Place::Lost,
                _ => Place::Zero,
            };
        };
        let (zero, allocated) = (bitmap.wrapping_shr(32), bitmap & u64::from(u32::MAX));
        // A part cannot be both, nor stored at no place: QEMU reads nothing of such a cluster.
        if zero & allocated != 0 || (stored == Place::Zero && allocated != 0) {
            return Place::Lost;
        }
        let number = within / (facts.cluster_size / SUBCLUSTERS);
        let is_stored = allocated.wrapping_shr(u32::try_from(number).unwrap_or(0)) & 1 != 0;
        if is_stored || stored == Place::Lost { stored } else { Place::Zero }
    }

    fn packed(&self, facts: &Facts) -> Place {
        // x of the document: 62 less how many bits a cluster has above eight.
        let split = 70_u32.saturating_sub(facts.cluster_size.trailing_zeros());
        let mask = 1_u64.wrapping_shl(split).wrapping_sub(1);
        let start = self.descriptor & mask;
        let more = (self.descriptor & !(3 << 62)).wrapping_shr(split);
        let length = more.saturating_add(1).saturating_mul(SECTOR).saturating_sub(start % SECTOR);
        Place::Packed(start..start.saturating_add(length))
    }
}
