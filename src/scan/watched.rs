//! The clusters of watched disks, noted as they are found, for who saves a disk in
//! the same pass.

use super::piece::{Observer, Piece, Taken};
use super::scanned::Scanned;
use crate::archive::per_device::DeviceSet;
use crate::archive::unit::{ClusterNumber, DeviceId};

/// The clusters of watched devices.
#[derive(Debug, Default)]
pub(super) struct Watched {
    devices: DeviceSet,
    found: Vec<(DeviceId, ClusterNumber)>,
}

impl Watched {
    pub(super) fn watch(&mut self, device: DeviceId) {
        self.devices.insert(device);
    }

    pub(super) fn unwatch(&mut self, device: DeviceId) {
        self.devices.remove(device);
        self.found.retain(|(found, _)| *found != device);
    }

    /// Takes note that another copy of a cluster is used from now on.
    pub(super) fn note(&mut self, device: DeviceId, cluster: ClusterNumber) {
        if self.devices.contains(device) {
            self.found.push((device, cluster));
        }
    }

    /// What was noted since the last call.
    pub(super) fn take(&mut self) -> Vec<(DeviceId, ClusterNumber)> {
        core::mem::take(&mut self.found)
    }
}

impl Observer for Watched {
    fn see(&mut self, piece: &Piece, taken: &[Taken], _: &Scanned) {
        let Piece::Extent(extent) = piece else { return };
        if self.devices.is_empty() {
            return;
        }
        for (slot, &taken) in extent.header.slots().iter().zip(taken) {
            if taken == Taken::Stored && self.devices.contains(slot.device) {
                self.found.push((slot.device, slot.cluster));
            }
        }
    }
}
