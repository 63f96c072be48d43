//! What a scan has found out.

use std::rc::Rc;

use super::doubted::Doubts;
use super::reread::Headers;
use super::statistics::{DeviceStatistics, ExtentStatistics, UndeclaredDevice};
use crate::archive::findings::Findings;
use crate::archive::header::Device;
use crate::archive::per_device::PerDevice;
use crate::archive::unit::{ClusterNumber, DeviceId};
use crate::image::index::DeviceIndex;

/// What a scan has found out, so far or in the end.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    pub(super) done: bool,
    pub(super) devices: PerDevice<Rc<DeviceIndex>>,
    pub(super) undeclared: PerDevice<UndeclaredDevice>,
    pub(super) last_cluster: PerDevice<ClusterNumber>,
    pub(super) last_device: Option<DeviceId>,
    pub(super) extents: ExtentStatistics,
    pub(super) findings: Findings,
    /// Data of extents that nothing vouches for.
    pub(super) doubts: Rc<Doubts>,
    /// The extents' headers, to be known again.
    pub(super) headers: Headers,
}

impl Scanned {
    /// Whether the scan went through to the end.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// A finished scan without a finding and, as yet, without a device.
    pub(super) fn finished(extents: ExtentStatistics, headers: Headers) -> Self {
        Self { done: true, extents, headers, ..Self::default() }
    }

    /// Sets where the clusters of a device are.
    pub(crate) fn set_index(&mut self, device: DeviceId, index: DeviceIndex) {
        self.devices.insert(device, Rc::new(index));
    }

    /// The devices that the header declares, and where their clusters are.
    pub fn indexes(&self) -> impl Iterator<Item = (DeviceId, &DeviceIndex)> {
        self.devices.iter().map(|(id, index)| (id, &**index))
    }

    /// Where the clusters of a device are; `None` for an undeclared one.
    #[must_use]
    pub fn index(&self, device: DeviceId) -> Option<&Rc<DeviceIndex>> {
        self.devices.get(device)
    }

    /// Bytes that the index of all devices takes.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        self.devices.values().map(|index| index.bytes_held()).sum()
    }

    /// The figures of one device; `None` for an undeclared one.
    #[must_use]
    pub fn device(&self, device: &Device) -> Option<DeviceStatistics> {
        let index = self.devices.get(device.id)?;
        Some(DeviceStatistics::new(device, index, self.done))
    }

    /// The devices that slots name and the header does not.
    pub fn undeclared(&self) -> impl Iterator<Item = (DeviceId, UndeclaredDevice)> {
        self.undeclared.iter().map(|(id, &device)| (id, device))
    }

    /// The figures of the extents.
    #[must_use]
    pub fn extents(&self) -> ExtentStatistics {
        self.extents
    }

    /// All that is wrong, the header's findings included.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}
