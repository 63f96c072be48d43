//! What the next extent header is known by.

use std::rc::Rc;

use uuid::Uuid;

use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH};
use crate::archive::header::Header;
use crate::archive::per_device::{DeviceSet, PerDevice};
use crate::archive::unit::{ClusterNumber, DeviceId};
use crate::container::Landmark;

/// What the next extent header is known by: it goes on with a device where
/// the last one stopped.
pub(super) struct Successor {
    uuid: Uuid,
    /// The clusters of which it has one.
    clusters: Vec<(DeviceId, ClusterNumber)>,
    /// Whether it may have the first cluster of a device instead.
    starts_device: bool,
    /// Devices whose first cluster was there before: what has it again is another
    /// copy of the archive.
    begun: DeviceSet,
}

impl Successor {
    /// What comes first in an archive.
    pub(super) fn first(uuid: Uuid) -> Self {
        Self { uuid, clusters: Vec::new(), starts_device: true, begun: DeviceSet::default() }
    }

    /// What comes after `extent`, where `begun` tells of which devices the first
    /// cluster stands before that. That clusters come out of order is the exception,
    /// and such an extent is not known.
    pub(super) fn of(
        extent: &ExtentHeader,
        header: &Header,
        begun: impl FnOnce() -> DeviceSet,
    ) -> Self {
        // Where clusters come in any order, an extent further on may go on with one of
        // them by chance.
        let Some(last) = last_in_order(extent) else {
            let (uuid, clusters, begun) = (header.uuid(), Vec::new(), DeviceSet::default());
            return Self { uuid, clusters, starts_device: false, begun };
        };
        let mut begun_here: DeviceSet = last.devices().collect();
        let next = |cluster: ClusterNumber| cluster.0.checked_add(1).map(ClusterNumber);
        let clusters = last.iter().filter_map(|(id, &cluster)| Some((id, next(cluster)?)));
        let clusters: Vec<_> = clusters.collect();
        let is_end = |&(id, cluster): &(DeviceId, ClusterNumber)| {
            header.device(id).is_some_and(|device| device.allowed_blocks(cluster).is_none())
        };
        let starts_device = clusters.iter().any(is_end);
        if starts_device {
            begun_here = begun_here.union(begun());
        }
        Self { uuid: header.uuid(), clusters, starts_device, begun: begun_here }
    }

    fn is(&self, bytes: &[u8]) -> bool {
        let Some(bytes) = bytes.first_chunk::<HEADER_LENGTH>() else { return false };
        if !bytes.starts_with(&extent::MAGIC) {
            return false;
        }
        let extent = ExtentHeader::parse(bytes);
        extent.faults(self.uuid).is_empty()
            && last_in_order(&extent).is_some()
            && extent.slots().first().is_some_and(|slot| {
                let is_new = !self.begun.contains(slot.device);
                let is_first = self.starts_device && slot.cluster.0 == 0 && is_new;
                is_first || self.clusters.contains(&(slot.device, slot.cluster))
            })
    }

    /// The same, for the layer below: it stands at `offset`.
    pub(super) fn landmark(self, offset: u64) -> Landmark {
        Landmark { offset, length: HEADER_LENGTH, proof: Rc::new(move |bytes| self.is(bytes)) }
    }
}

/// The last cluster of each device in `extent`; `None` unless those of each follow
/// one another.
fn last_in_order(extent: &ExtentHeader) -> Option<PerDevice<ClusterNumber>> {
    let mut last: PerDevice<ClusterNumber> = PerDevice::default();
    for slot in extent.slots() {
        let before = last.insert(slot.device, slot.cluster);
        if before.is_some_and(|before| before.0.checked_add(1) != Some(slot.cluster.0)) {
            return None;
        }
    }
    Some(last)
}
