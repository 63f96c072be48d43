//! Clusters that are missing although nothing shows where: a piece of just the
//! length of an extent that was cut out leaves every header where the one before
//! announces it. What stands beside the place is shifted from somewhere on.

use core::ops::Range;

use super::piece::{Extent, ExtentEnd};
use crate::archive::per_device::PerDevice;
use crate::archive::unit::{ClusterNumber, DeviceId};

/// Places that are told apart; what is missing beyond them puts everything from
/// the last on in doubt.
const PLACES_MAX: usize = 1 << 17;

/// Where clusters were passed over, between two extents of their device or behind
/// the last, with nothing broken between them.
#[derive(Debug, Default)]
pub(super) struct PassedOver {
    devices: PerDevice<Passed>,
    places: usize,
    /// Places so far where something is broken or lost: clusters may be missing
    /// there.
    breaks: u64,
    last: Option<Last>,
    last_device: Option<DeviceId>,
}

#[derive(Debug, Default)]
struct Passed {
    last: Option<(ClusterNumber, Last)>,
    /// Whether clusters of other devices stand between its own.
    is_interleaved: bool,
    between: Vec<Between>,
}

/// An extent, and how many places were broken when it was come by.
#[derive(Clone, Debug)]
struct Last {
    data: Range<u64>,
    breaks: u64,
}

/// Clusters that were passed over, and what stands between those beside them.
#[derive(Debug)]
struct Between {
    clusters: Range<u64>,
    data: Range<u64>,
}

impl PassedOver {
    /// Takes note that something is broken, lost or begins anew here.
    pub(super) fn note_break(&mut self) {
        self.breaks = self.breaks.saturating_add(1);
    }

    /// Takes note of an extent.
    pub(super) fn note(&mut self, extent: &Extent) {
        let here = Last { data: extent.data.clone(), breaks: self.breaks };
        for run in extent.header.runs() {
            let ([slot, ..], [.., last]) = (run, run) else { continue };
            let device = self.devices.get_or_default(slot.device);
            let is_next = self.last_device == Some(slot.device);
            // Within the run each goes on with the one before.
            device.is_interleaved |= device.last.is_some() && !is_next;
            self.last_device = Some(slot.device);
            let expected = device.last.as_ref().map_or(0, |(last, _)| u64::from(last.0) + 1);
            let found = u64::from(slot.cluster.0);
            // Behind a step back, nothing says how many should be there.
            let passed = if found > expected { expected..found } else { expected..expected + 1 };
            let before = device.last.as_ref().map(|(_, last)| last).or(self.last.as_ref());
            if found != expected
                && let Some(before) = before.filter(|before| before.breaks == self.breaks)
            {
                let is_full = self.places >= PLACES_MAX;
                let data = before.data.start..extent.at;
                match device.between.last_mut().filter(|_| is_full) {
                    Some(last) => last.widen(&passed, &data),
                    None => device.between.push(Between { clusters: passed, data }),
                }
                self.places = self.places.saturating_add(1);
            }
            device.last = Some((last.cluster, here.clone()));
        }
        self.last = Some(here);
        if extent.end != ExtentEnd::Proven && extent.end != ExtentEnd::ByMasks
            || !extent.holes.is_empty()
        {
            self.note_break();
        }
    }

    /// The data of extents beside clusters of `device` that are `missing`, as far as
    /// nothing else tells why. What should come behind the last cluster stood right
    /// behind it, unless the devices take turns: then anywhere from there on.
    pub(super) fn beside(&self, device: DeviceId, missing: &[Range<u64>]) -> Vec<Range<u64>> {
        let is_missing = |clusters: &Range<u64>| {
            let first = missing.get(missing.partition_point(|run| run.end <= clusters.start));
            first.is_some_and(|first| first.start < clusters.end)
        };
        let Some(passed) = self.devices.get(device) else {
            // Nothing of the device is there: it stood behind the end of another.
            let is_any = !missing.is_empty();
            let ends = self.devices.values().filter_map(|passed| passed.last.as_ref());
            let ends = ends.map(|(_, last)| last).filter(|last| is_any && self.is_at(last));
            return ends.map(|last| last.data.clone()).collect();
        };
        let between = passed.between.iter().filter(|between| is_missing(&between.clusters));
        let mut beside: Vec<Range<u64>> = between.map(|between| between.data.clone()).collect();
        if let Some((cluster, last)) = &passed.last
            && is_missing(&(u64::from(cluster.0) + 1..u64::MAX))
            && self.is_at(last)
        {
            let end = self.last.as_ref().filter(|_| passed.is_interleaved);
            let end = end.map_or(last.data.end, |last| last.data.end);
            beside.push(last.data.start..end);
        }
        beside
    }

    /// Whether nothing is broken between an extent and the end.
    fn is_at(&self, last: &Last) -> bool {
        last.breaks == self.breaks
    }
}

impl Between {
    fn widen(&mut self, clusters: &Range<u64>, data: &Range<u64>) {
        self.clusters.start = self.clusters.start.min(clusters.start);
        self.clusters.end = self.clusters.end.max(clusters.end);
        self.data.start = self.data.start.min(data.start);
        self.data.end = self.data.end.max(data.end);
    }
}
