//! What a header declares: configs and devices.

use crate::archive::unit::{
    BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber, DeviceId, clusters_of,
};

/// The name under which Proxmox stores the state of a running VM.
const VMSTATE: &str = "vmstate";

/// A named config blob: `qemu-server.conf`, `qemu-server.fw`, or any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its name, without the NUL; bytes that are not UTF-8 are replaced. May
    /// hold anything, `../` and control characters included.
    pub name: String,
    /// Its bytes, at most 65,535.
    pub data: Vec<u8>,
}

/// A device that the header declares: a disk, or the state of a running VM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "VmaDeviceInfo")]
pub struct Device {
    /// Its id, by which slots name it.
    pub id: DeviceId,
    /// Its name, without the NUL; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// Its size in bytes, as stated; an estimate for a vmstate.
    pub size: u64,
}

impl Device {
    /// Whether it is the saved RAM of a running VM, a stream rather than a disk.
    #[must_use]
    pub fn is_vmstate(&self) -> bool {
        self.name == VMSTATE
    }

    /// How many clusters it should have by its size.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        clusters_of(self.size)
    }

    /// Which blocks of `cluster` belong to the device; `None` if it lies beyond
    /// the device's end. A vmstate's size is an estimate and bounds nothing.
    #[must_use]
    pub fn allowed_blocks(&self, cluster: ClusterNumber) -> Option<BlockMask> {
        if self.is_vmstate() {
            return Some(BlockMask::FULL);
        }
        let left = self.size.saturating_sub(cluster.image_offset().0).min(CLUSTER_SIZE);
        let blocks = u32::try_from(left.div_ceil(BLOCK_SIZE)).unwrap_or(BLOCKS_PER_CLUSTER);
        (blocks > 0).then(|| BlockMask::FULL.first_stored(blocks))
    }
}
