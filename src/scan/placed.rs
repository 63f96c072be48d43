//! Notes clusters as they are found, for who saves a disk in the same pass.

use std::collections::BTreeSet;

use super::piece::{Observer, Piece, Taken};
use super::scanned::Scanned;
use crate::archive::unit::{ClusterNumber, DeviceId};

/// The clusters of watched devices.
#[derive(Debug, Default)]
pub(super) struct Placed {
    watched: BTreeSet<DeviceId>,
    placed: Vec<(DeviceId, ClusterNumber)>,
}

impl Placed {
    pub(super) fn watch(&mut self, device: DeviceId) {
        self.watched.insert(device);
    }

    pub(super) fn unwatch(&mut self, device: DeviceId) {
        self.watched.remove(&device);
        self.placed.retain(|(placed, _)| *placed != device);
    }

    /// Takes note that another copy of a cluster is used from now on.
    pub(super) fn note(&mut self, device: DeviceId, cluster: ClusterNumber) {
        if self.watched.contains(&device) {
            self.placed.push((device, cluster));
        }
    }

    /// What was noted since the last call.
    pub(super) fn take(&mut self) -> Vec<(DeviceId, ClusterNumber)> {
        core::mem::take(&mut self.placed)
    }
}

impl Observer for Placed {
    fn see(&mut self, piece: &Piece, taken: &[Taken], _: &Scanned) {
        let Piece::Extent(extent) = piece else { return };
        if self.watched.is_empty() {
            return;
        }
        for (slot, &taken) in extent.header.slots().iter().zip(taken) {
            if taken == Taken::Stored && self.watched.contains(&slot.device) {
                self.placed.push((slot.device, slot.cluster));
            }
        }
    }
}
