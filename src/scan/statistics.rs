//! Figures that sum up what a scan has found.

use core::ops::Range;

use crate::archive::header::Device;
use crate::archive::unit::{BLOCK_SIZE, CLUSTER_SIZE};
use crate::image::index::{ClusterCounts, DeviceIndex};

/// What the extents of an archive have in common.
///
/// Many fields: figures, each of which is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtentStatistics {
    /// Sound extents: magic, MD5 and UUID agree.
    pub count: u64,
    /// Places where an extent header was expected and looked at.
    pub checked: u64,
    /// Of those, where none or a broken one stood.
    pub broken: u64,
    /// The fewest clusters of an extent; 0 if there is no extent.
    pub clusters_min: u64,
    /// The most clusters of an extent.
    pub clusters_max: u64,
    /// Clusters of all extents, further copies and undeclared ones included.
    pub clusters: u64,
    /// Bytes of sound extent headers.
    pub header_bytes: u64,
    /// Bytes of blocks that belong to sound extents and are there.
    pub data_bytes: u64,
    /// Bytes that no sound extent claims.
    pub skipped_bytes: u64,
    /// How often a cluster belongs to another device than the one before.
    pub device_switches: u64,
    /// Extents with clusters of more than one device.
    pub mixed: u64,
    /// Clusters whose number is not above the one before of their device.
    pub clusters_out_of_order: u64,
}

impl ExtentStatistics {
    /// The figures in the order of their fields.
    pub(crate) fn to_figures(self) -> [u64; 12] {
        [
            self.count,
            self.checked,
            self.broken,
            self.clusters_min,
            self.clusters_max,
            self.clusters,
            self.header_bytes,
            self.data_bytes,
            self.skipped_bytes,
            self.device_switches,
            self.mixed,
            self.clusters_out_of_order,
        ]
    }

    /// What [`Self::to_figures`] took apart.
    pub(crate) fn from_figures(figures: [u64; 12]) -> Self {
        let [
            count,
            checked,
            broken,
            clusters_min,
            clusters_max,
            clusters,
            header_bytes,
            data_bytes,
            skipped_bytes,
            device_switches,
            mixed,
            clusters_out_of_order,
        ] = figures;
        Self {
            count,
            checked,
            broken,
            clusters_min,
            clusters_max,
            clusters,
            header_bytes,
            data_bytes,
            skipped_bytes,
            device_switches,
            mixed,
            clusters_out_of_order,
        }
    }

    /// Adds a sound extent of `clusters` clusters and `data_bytes` bytes of data.
    pub(crate) fn add(&mut self, clusters: usize, header_bytes: u64, data_bytes: u64) {
        let clusters = u64::try_from(clusters).unwrap_or(u64::MAX);
        self.clusters_min =
            if self.count == 0 { clusters } else { self.clusters_min.min(clusters) };
        self.clusters_max = self.clusters_max.max(clusters);
        self.clusters = self.clusters.saturating_add(clusters);
        self.count += 1;
        self.header_bytes = self.header_bytes.saturating_add(header_bytes);
        self.data_bytes = self.data_bytes.saturating_add(data_bytes);
    }
}

/// A device that slots name and the header does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndeclaredDevice {
    /// Its clusters, further copies included.
    pub clusters: u64,
    /// Its stored blocks.
    pub stored_blocks: u64,
}

/// The figures of one device. Bytes are those of its image: stored, zero and
/// missing ones add up to its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceStatistics {
    /// Clusters that were found, by kind.
    pub counts: ClusterCounts,
    /// Clusters that the device has.
    pub clusters: u64,
    /// Clusters that stand nowhere.
    pub missing_clusters: u64,
    /// Bytes of the image: the device's size, or for a vmstate what is there.
    pub image_size: u64,
    /// Bytes that are stored in the archive.
    pub stored_bytes: u64,
    /// Bytes that are zeros, as the archive says.
    pub zero_bytes: u64,
    /// Bytes that the archive should hold and does not.
    pub missing_bytes: u64,
}

impl DeviceStatistics {
    /// The figures of `device`. As long as a scan is not `done`, clusters that
    /// were not found are not missing, only not found yet.
    #[must_use]
    pub fn new(device: &Device, index: &DeviceIndex, done: bool) -> Self {
        let counts = index.counts();
        let image_size = image_size(device, index);
        let clusters = image_size.div_ceil(CLUSTER_SIZE);
        let missing_clusters = if done { clusters.saturating_sub(counts.found()) } else { 0 };
        let whole = if done { index.missing(clusters) } else { Vec::new() };
        let missing: u64 = whole.iter().map(|range| bytes_of(range, image_size)).sum();
        let missing_bytes = missing.saturating_add(counts.lost_bytes).min(image_size);
        let rest = image_size.saturating_sub(missing_bytes);
        let lost_blocks = counts.lost_blocks.saturating_mul(BLOCK_SIZE);
        let single = counts.lost_bytes.saturating_sub(lost_blocks);
        let stored = counts.stored_blocks.saturating_mul(BLOCK_SIZE).saturating_sub(single);
        let stored_bytes = stored.min(rest);
        let found_bytes = counts.found().saturating_mul(CLUSTER_SIZE).min(rest);
        let zero_bytes = if done { rest } else { found_bytes }.saturating_sub(stored_bytes);
        Self {
            counts,
            clusters,
            missing_clusters,
            image_size,
            stored_bytes,
            zero_bytes,
            missing_bytes,
        }
    }
}

/// Bytes of the image of `device`: its size, or for a vmstate, whose size is an
/// estimate, what is there.
#[must_use]
pub fn image_size(device: &Device, index: &DeviceIndex) -> u64 {
    if device.is_vmstate() { index.end().saturating_mul(CLUSTER_SIZE) } else { device.size }
}

fn bytes_of(clusters: &Range<u64>, image_size: u64) -> u64 {
    let end = clusters.end.saturating_mul(CLUSTER_SIZE).min(image_size);
    end.saturating_sub(clusters.start.saturating_mul(CLUSTER_SIZE))
}
