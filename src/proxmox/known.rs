//! What Proxmox's program knows of a device: its size, and a bitmap of the clusters
//! that it has seen.

use super::end::End;
use super::header::Device;
use crate::archive::unit::{ClusterNumber, clusters_of};

pub(super) const SECTOR: u64 = 512;

/// Clusters in a word of its bitmaps; a bitmap is made of whole words.
const WORD_CLUSTERS: u64 = 64;

/// Sectors in the clusters of a word.
const SECTORS_PER_WORD: i64 = 8192;

/// Bytes of a bitmap that it can get hold of, about: it asks for them at once,
/// and what is far more than a computer's memory is refused.
const BITMAP_MAX: u64 = 32 << 30;

pub(super) const NO_BITMAP: &str = "rstate->bitmap";
const PAST_BITMAP: &str = "rstate->bitmap_size > idx";

/// A device that it has a bitmap for.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) id: u8,
    pub(super) name: String,
    pub(super) size: u64,
    /// Words of its bitmap, in signed numbers as the program counts them.
    pub(super) words: i64,
    /// Bits of its bitmap.
    pub(super) bits: u64,
    /// Clusters that were seen past the device's end and within the bitmap,
    /// of which the scan keeps nothing.
    pub(super) beyond: u64,
    /// Whether extracting writes it into an image.
    pub(super) is_target: bool,
}

impl Known {
    pub(super) fn new(device: &Device) -> Self {
        // A quotient that is cut towards zero, not rounded up.
        let sectors = device.size.cast_signed() / SECTOR.cast_signed();
        let words = sectors.saturating_add(SECTORS_PER_WORD - 1) / SECTORS_PER_WORD;
        Self {
            id: device.id,
            name: String::from_utf8_lossy(&device.name).into_owned(),
            size: device.size,
            words,
            bits: u64::try_from(words).unwrap_or(0).saturating_mul(WORD_CLUSTERS),
            beyond: 0,
            is_target: device.name != b"vmstate",
        }
    }

    /// Why the bitmap cannot be had.
    pub(super) fn bitmap_fault(&self) -> Option<End> {
        let bytes = self.bits / 8;
        let words = self.words.cast_unsigned();
        match self.words {
            ..0 => Some(End::Says("overflow allocating %u*8 bytes", [words, 0], 0)),
            _ if bytes > BITMAP_MAX => {
                Some(End::Says("failed to allocate %u bytes", [bytes, 0], 0))
            }
            _ => None,
        }
    }

    /// Marks a cluster in the bitmap; what is wrong with that.
    pub(super) fn see(&mut self, cluster: ClusterNumber, before: bool) -> Option<End> {
        let number = u64::from(cluster.0);
        if number >= self.bits {
            return Some(self.outside());
        }
        let mut before = before;
        if let Some(beyond) = number.checked_sub(clusters_of(self.size)) {
            let bit = u32::try_from(beyond).ok().and_then(|bit| 1_u64.checked_shl(bit));
            before = self.beyond & bit.unwrap_or(0) != 0;
            self.beyond |= bit.unwrap_or(0);
        }
        before.then_some(End::Says(
            "found duplicated cluster %u for stream %s",
            [number, 0],
            self.id,
        ))
    }

    /// What asking the bitmap for a cluster outside of it ends in.
    pub(super) fn outside(&self) -> End {
        End::Aborts(if self.bits == 0 { NO_BITMAP } else { PAST_BITMAP })
    }

    /// What the first cluster that the device lacks ends in.
    pub(super) fn lack(&self, missing: Option<u64>) -> Option<End> {
        match missing.filter(|&cluster| cluster < self.bits) {
            Some(cluster) => {
                let message = "detected missing cluster %u for stream %s";
                Some(End::Says(message, [cluster, 0], self.id))
            }
            None => (clusters_of(self.size) > self.bits).then(|| self.outside()),
        }
    }
}
