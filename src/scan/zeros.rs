//! Clusters of zeros, many at once: a disk may have tens of millions.

use std::rc::Rc;

use super::scanned::Scanned;
use crate::archive::extent::{ExtentHeader, Slot};
use crate::archive::header::Header;
use crate::image::index::ARCHIVE_SIZE_MAX;

/// Takes in clusters that follow one another and are zeros, where nothing is to be said
/// of any of them; returns whether it did. They are a `run` of `extent`; `data` is where the
/// next block stands.
pub(super) fn place_zeros(
    header: &Header,
    found: &mut Scanned,
    (extent, run): (&ExtentHeader, &[Slot]),
    data: u64,
) -> bool {
    let [first, .., last] = run else { return false };
    let device = header.device(first.device).filter(|device| !device.is_vmstate());
    let is_known = header.is_proven()
        && device.is_some_and(|device| device.clusters() > last.cluster.0.into());
    let is_zeros = extent.is_zeros() || run.iter().all(Slot::is_zeros);
    if !is_known || !is_zeros || data >= ARCHIVE_SIZE_MAX {
        return false;
    }
    let index = Rc::make_mut(found.devices.get_or_default(first.device));
    if !index.insert_zeros(first.cluster, last.cluster) {
        return false;
    }
    let before = found.last_cluster.insert(first.device, last.cluster);
    let is_back = before.is_some_and(|before| first.cluster <= before);
    found.extents.clusters_out_of_order += u64::from(is_back);
    true
}
