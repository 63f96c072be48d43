//! The catalogue: takes the pieces that a walk comes by, and says where each
//! cluster is and what is wrong. It reads nothing.

use core::ops::Range;
use std::rc::Rc;

use super::again::{Again, Copy, There};
use super::passed_over::PassedOver;
use super::piece::{Extent, ExtentEnd, Gap, Piece, Place, Stands, Taken, Why};
use super::scanned::Scanned;
use super::statistics::{ExtentStatistics, image_size};
use super::stored::Stored;
use super::zeros::place_zeros;
use crate::archive::extent::{ExtentHeader, HEADER_SIZE, Slot};
use crate::archive::finding::{Finding, FindingKind};
use crate::archive::findings::Findings;
use crate::archive::header::{Device, Header};
use crate::archive::per_device::DeviceSet;
use crate::archive::unit::{
    ArchiveOffset, BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber, DeviceId,
};
use crate::image::index::{Cluster, DeviceIndex, INDEX_BYTES_MAX, Inserted};
use crate::source::{Error, ErrorKind, Part, to_u64};

/// The size of the index is held against its bound every so many extents.
const EXTENTS_PER_SIZE_CHECK: u64 = 1024;

/// Places where the contents went astray that are told apart.
const ASTRAY_MAX: usize = 10_000;

/// What a further archive is to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A copy, or what is behind one: its extents may hold what the first lacks.
    Copy,
    /// Another, or one of no use: it is passed over.
    Foreign,
}

/// What is known of the pieces that were taken.
pub(super) struct Catalogue {
    header: Rc<Header>,
    found: Scanned,
    /// The figures from before a further copy of the same archive began. What
    /// is found in it is not told, and nothing but new clusters counts.
    before_copy: Option<ExtentStatistics>,
    passed_over: PassedOver,
    /// From the data of an extent to the next sound one, where that does not stand
    /// where it should.
    astray: Vec<Range<u64>>,
    /// Clusters that were there before.
    again: Again,
    /// Once all was taken: what was told before it was asked what is missing.
    told: Findings,
    /// Where the last hole in the data of the last extent ends.
    hole_end: Option<u64>,
}

impl Catalogue {
    /// A catalogue of what `header` begins.
    pub(super) fn new(header: &Rc<Header>) -> Self {
        let mut found = Scanned::default();
        found.findings.extend(header.findings().iter().cloned());
        for device in header.devices() {
            found.devices.insert(device.id, Rc::default());
        }
        Self { found, ..Self::finished(header, Scanned::default()) }
    }

    /// A catalogue that was filled before.
    pub(super) fn finished(header: &Rc<Header>, found: Scanned) -> Self {
        Self {
            header: Rc::clone(header),
            found,
            before_copy: None,
            passed_over: PassedOver::default(),
            astray: Vec::new(),
            again: Again::default(),
            told: Findings::default(),
            hole_end: None,
        }
    }

    /// What the archive says of itself, with what its extents have shown.
    pub(super) fn header(&self) -> &Rc<Header> {
        &self.header
    }

    /// The devices whose first cluster was found.
    pub(super) fn begun(&self) -> DeviceSet {
        let begun = |index: &DeviceIndex| !is_missing(index, ClusterNumber(0));
        let devices = self.found.devices.iter();
        devices.filter(|(_, index)| begun(index)).map(|(id, _)| id).collect()
    }

    /// What was found.
    pub(super) fn found(&self) -> &Scanned {
        &self.found
    }

    /// Takes in a piece; of an extent, returns what became of each of its slots.
    /// A further archive is for [`Self::role`], the end for [`Self::finish`].
    pub(super) fn take(&mut self, piece: &Piece) -> Result<Vec<Taken>, Error> {
        match piece {
            Piece::Place(place) => self.take_place(place),
            Piece::Extent(extent) => return self.take_extent(extent),
            Piece::Gap(gap) => {
                self.passed_over.note_break();
                self.take_gap(gap);
            }
            Piece::Archive { .. } | Piece::End => {}
        }
        Ok(Vec::new())
    }

    /// What the archive that begins `at` with `again` is to the first: passed
    /// over, unless it is a copy of the same and the first lacks something.
    pub(super) fn role(&mut self, at: u64, again: &Header) -> Role {
        self.passed_over.note_break();
        let (uuid, first) = (again.uuid(), self.header.uuid());
        // The parts of a file in the wrong order: its beginning stands further on.
        if Rc::make_mut(&mut self.header).adopt(again) {
            for device in self.header.devices() {
                self.found.devices.get_or_default(device.id);
            }
        }
        self.find(ArchiveOffset(at), [FindingKind::ArchiveHeaderAgain { uuid, first }]);
        if self.before_copy.is_none() && (uuid != first || !self.lacks_something()) {
            return Role::Foreign;
        }
        self.before_copy.get_or_insert(self.found.extents);
        Role::Copy
    }

    /// Takes note that nobody can have `holes` of the archive, in order, which were
    /// taken to be there so far.
    pub(super) fn lose(&mut self, holes: &[Range<u64>]) {
        for index in self.found.devices.values_mut().filter(|_| !holes.is_empty()) {
            let left = |mask, offset: ArchiveOffset| {
                let left = Stored::of(mask, offset.0, holes);
                (left.blocks, left.unknown)
            };
            Rc::make_mut(index).lose(holes, left);
        }
        for hole in holes {
            let until = ArchiveOffset(hole.end);
            self.find(ArchiveOffset(hole.start), [FindingKind::ContentsLost { until }]);
        }
    }

    /// Contents in which bytes were put in or left out, from sound to sound, in
    /// order.
    pub(super) fn take_astray(&mut self) -> Vec<Range<u64>> {
        core::mem::take(&mut self.astray)
    }

    /// The further copies of clusters that were come by.
    pub(super) fn take_again(&mut self) -> Vec<Copy> {
        self.again.take()
    }

    /// Takes `better` in place of `first`, the copy of a cluster that was used so far.
    pub(super) fn replace(&mut self, of: &Copy, first: There, better: There) -> Result<(), Error> {
        let There { data, mask, lost, unknown, .. } = better;
        let index = Rc::make_mut(self.found.devices.get_or_default(of.device));
        index.replace(of.cluster, first.unknown, data, mask, lost, unknown)
    }

    /// Takes note that something speaks against what stands in `ranges`.
    pub(super) fn doubt(&mut self, ranges: Vec<Range<u64>>) {
        if !ranges.is_empty() {
            Rc::make_mut(&mut self.found.doubts).add(ranges);
        }
    }

    /// Takes note of the end.
    pub(super) fn finish(&mut self) {
        self.doubt_beside_missing();
        self.found.extents = self.before_copy.take().unwrap_or(self.found.extents);
        self.told = core::mem::take(&mut self.found.findings);
        self.find_missing();
        self.found.done = true;
    }

    /// Takes a person's word for the size of a device; returns whether it did.
    pub(super) fn assume_size(&mut self, device: DeviceId, bytes: u64) -> bool {
        let taken = Rc::make_mut(&mut self.header).assume_size(device, bytes);
        if taken {
            self.found.devices.get_or_default(device);
        }
        if taken && self.found.done {
            self.find_missing();
        }
        taken
    }

    /// An error if the index has become too large on the way to `at`.
    pub(super) fn bound_index(&self, at: u64) -> Result<(), Error> {
        let due = self.found.extents.count.is_multiple_of(EXTENTS_PER_SIZE_CHECK);
        if due && self.found.index_bytes() > INDEX_BYTES_MAX {
            let max = to_u64(INDEX_BYTES_MAX);
            return Err(Error::new(Part::Extent, at, ErrorKind::IndexTooLarge { max }));
        }
        Ok(())
    }

    fn doubt_beside_missing(&mut self) {
        let passed_over = core::mem::take(&mut self.passed_over);
        let beside = self.header.devices().iter().flat_map(|device| {
            let index = self.found.devices.get(device.id);
            let missing =
                index.map(|index| index.missing(image_size(device, index).div_ceil(CLUSTER_SIZE)));
            passed_over.beside(device.id, &missing.unwrap_or_default())
        });
        let beside = beside.collect();
        self.doubt(beside);
    }

    /// Whether a device lacks clusters, or blocks of them, or something speaks
    /// against what is there.
    fn lacks_something(&self) -> bool {
        !self.found.doubts.is_empty()
            || self.header.devices().iter().any(|device| {
                let index = self.found.devices.get(device.id);
                index.is_none_or(|index| {
                    let end = image_size(device, index).div_ceil(CLUSTER_SIZE);
                    index.counts().found() < end || index.counts().cut > 0
                })
            })
    }

    fn take_place(&mut self, place: &Place) {
        let (is_checked, is_broken) = match &place.stands {
            Stands::Header(_, faults) => (true, !faults.is_empty()),
            Stands::Archive(..) => (true, false),
            Stands::Cut(_) => (true, true),
            Stands::Lost(_) | Stands::Astray => (false, true),
            Stands::End => (false, false),
        };
        self.found.extents.checked += u64::from(is_checked);
        self.found.extents.broken += u64::from(is_broken);
    }

    fn take_gap(&mut self, gap: &Gap) {
        let at = ArchiveOffset(gap.range.start);
        let length = gap.range.end.saturating_sub(gap.range.start);
        let faults = match &gap.why {
            Why::GivenUp => return self.find(at, [FindingKind::SearchGivenUp]),
            Why::Lost(_) if self.hole_end == Some(gap.range.start) => return,
            Why::Lost(kind) => return self.find(at, [kind.clone()]),
            Why::Broken(faults) => faults.as_slice(),
            Why::Foreign => {
                self.found.extents.skipped_bytes += length;
                return self.find(at, [FindingKind::TrailingBytes { length }]);
            }
        };
        self.found.extents.skipped_bytes += length;
        let foreign = |fault: &FindingKind| matches!(fault, FindingKind::ExtentMagicWrong { .. });
        if gap.is_last && (faults.is_empty() || faults.iter().any(foreign)) {
            let is_again = |f: &&FindingKind| matches!(f, FindingKind::ArchiveHeaderAgain { .. });
            self.find(at, faults.iter().find(is_again).cloned());
            self.find(at, [FindingKind::TrailingBytes { length }]);
        } else {
            self.find(at, faults.iter().cloned());
            self.find(at, [FindingKind::BytesSkipped { length }]);
        }
    }

    fn take_extent(&mut self, extent: &Extent) -> Result<Vec<Taken>, Error> {
        let (at, header) = (ArchiveOffset(extent.at), &extent.header);
        let is_first = self.found.extents.count == 0;
        if is_first && (!self.header.is_trusted() || at != self.header.first_extent()) {
            self.astray.push(0..extent.at);
        }
        let data_bytes = extent.data.end.saturating_sub(extent.data.start);
        self.passed_over.note(extent);
        // Where another archive begins, its header may stand behind something else.
        if matches!(extent.end, ExtentEnd::Displaced(_) | ExtentEnd::Open | ExtentEnd::Cut) {
            Rc::make_mut(&mut self.found.doubts).push(extent.data.clone());
        }
        if let ExtentEnd::Displaced(found) = extent.end {
            self.note_astray(extent.data.start..found);
        }
        self.hole_end = extent.holes.last().map(|hole| hole.end);
        self.found.headers.note(extent.at, header);
        self.found.extents.add(header.slots().len(), HEADER_SIZE, data_bytes);
        self.check_extent(at, header, data_bytes);
        for hole in &extent.holes {
            let until = ArchiveOffset(hole.end);
            self.find(ArchiveOffset(hole.start), [FindingKind::ContentsLost { until }]);
        }
        let mut next_data = extent.data.start;
        let mut taken = Vec::with_capacity(header.slots().len());
        for run in header.runs() {
            if place_zeros(&self.header, &mut self.found, (header, run), next_data) {
                taken.resize(taken.len().saturating_add(run.len()), Taken::Zero);
                continue;
            }
            for slot in run {
                let start = next_data;
                next_data = start.saturating_add(u64::from(slot.mask.stored_blocks()) * BLOCK_SIZE);
                let there = extent.data.end.saturating_sub(start) / BLOCK_SIZE;
                let there = u32::try_from(there).unwrap_or(u32::MAX).min(BLOCKS_PER_CLUSTER);
                let there = Stored::of(slot.mask.first_stored(there), start, &extent.holes);
                taken.push(self.place(at, slot, ArchiveOffset(start), there)?);
            }
        }
        self.note_order(header);
        Ok(taken)
    }

    /// Takes note of contents that went astray. Where there are too many to be told
    /// apart, all between two of them is in doubt.
    fn note_astray(&mut self, range: Range<u64>) {
        let is_full = self.astray.len() >= ASTRAY_MAX;
        match self.astray.last_mut() {
            Some(last) if is_full => {
                Rc::make_mut(&mut self.found.doubts).push(last.end..range.end);
                last.end = range.end;
            }
            _ => self.astray.push(range),
        }
    }

    fn check_extent(&mut self, at: ArchiveOffset, header: &ExtentHeader, data_bytes: u64) {
        if header.reserved() != 0 {
            let found = header.reserved();
            self.find(at.plus(4), [FindingKind::ExtentReservedNonzero { found }]);
        }
        let (masks, block_count) = (header.masked_blocks(), header.block_count());
        if masks != block_count {
            self.find(at.plus(6), [FindingKind::BlockCountMismatch { masks, block_count }]);
        }
        let expected = u64::from(masks.min(block_count)) * BLOCK_SIZE;
        if data_bytes < expected {
            let found = data_bytes;
            self.find(at, [FindingKind::ExtentCut { expected: header.data_size(), found }]);
        }
    }

    /// Takes in one cluster, of whose blocks those that are `there` stand at
    /// `data`; returns what became of it.
    #[inline(never)]
    fn place(
        &mut self,
        extent: ArchiveOffset,
        slot: &Slot,
        data: ArchiveOffset,
        there: Stored,
    ) -> Result<Taken, Error> {
        let Stored { blocks: there, unknown } = there;
        let at = extent.plus(slot.offset());
        if slot.reserved != 0 {
            let kind = FindingKind::SlotReservedNonzero { found: slot.reserved };
            self.find_in_slot(at, slot, kind);
        }
        if !self.header.is_proven()
            && let Some(kind) = Rc::make_mut(&mut self.header).admit(slot.device, slot.cluster)
        {
            self.found.devices.get_or_default(slot.device);
            self.find_in_slot(at, slot, kind);
        }
        let header = Rc::clone(&self.header);
        let Some(device) = header.device(slot.device) else {
            self.note_undeclared(at, slot, there);
            return Ok(Taken::Not);
        };
        let known = if header.is_proven() { device.allowed_blocks(slot.cluster) } else { None };
        let Some(allowed) = known.or((!header.is_proven()).then_some(BlockMask::FULL)) else {
            let clusters = device.clusters();
            self.find_in_slot(at, slot, FindingKind::ClusterPastEnd { clusters });
            return Ok(Taken::Not);
        };
        if slot.mask.without(allowed) != BlockMask::ZERO && slot.mask != BlockMask::FULL {
            let kind = FindingKind::BlockPastEnd { mask: slot.mask, allowed };
            self.find_in_slot(at, slot, kind);
        }
        self.check_vmstate_order(at, slot, device);
        if there == BlockMask::ZERO && slot.mask != BlockMask::ZERO {
            let index = self.found.devices.get(slot.device);
            let is_missing = |index: &Rc<_>| is_missing(index, slot.cluster);
            return Ok(if index.is_none_or(is_missing) { Taken::Not } else { Taken::Before });
        }
        let (mask, lost) = (slot.mask.within(allowed), slot.mask.without(there).within(allowed));
        if self.is_again(slot, data, mask, lost) && self.before_copy.is_some() {
            return Ok(Taken::Before);
        }
        let index = Rc::make_mut(self.found.devices.get_or_default(slot.device));
        Ok(match index.insert(slot.cluster, data, mask, lost, unknown)? {
            Inserted::Twice => {
                self.find_in_slot(at, slot, FindingKind::ClusterTwice);
                Taken::Before
            }
            _ if mask == BlockMask::ZERO => Taken::Zero,
            _ => Taken::Stored,
        })
    }

    /// Whether a cluster was there before: then this is another copy of it.
    fn is_again(
        &mut self,
        slot: &Slot,
        data: ArchiveOffset,
        mask: BlockMask,
        lost: BlockMask,
    ) -> bool {
        let index = self.found.devices.get(slot.device);
        let Some(index) = index.filter(|index| !is_missing(index, slot.cluster)) else {
            return false;
        };
        let (device, cluster, is_odd) = (slot.device, slot.cluster, self.before_copy.is_none());
        let copy = Copy { device, cluster, data, mask, lost, is_odd };
        let places = self.again.push(copy, index);
        if !places.is_empty() {
            Rc::make_mut(&mut self.found.doubts).add(places);
        }
        true
    }

    fn note_undeclared(&mut self, at: ArchiveOffset, slot: &Slot, there: BlockMask) {
        if self.before_copy.is_none() {
            let undeclared = self.found.undeclared.get_or_default(slot.device);
            undeclared.clusters += 1;
            undeclared.stored_blocks += u64::from(there.stored_blocks());
        }
        self.find_in_slot(at, slot, FindingKind::DeviceUndeclared);
    }

    fn check_vmstate_order(&mut self, at: ArchiveOffset, slot: &Slot, device: &Device) {
        let last = self.found.last_cluster.get(slot.device);
        let expected = last.map_or(0, |last| u64::from(last.0) + 1);
        if device.is_vmstate() && u64::from(slot.cluster.0) != expected {
            self.find_in_slot(at, slot, FindingKind::VmstateOutOfOrder { expected });
        }
        let last = self.found.last_cluster.insert(slot.device, slot.cluster);
        if last.is_some_and(|last| slot.cluster <= last) {
            self.found.extents.clusters_out_of_order += 1;
        }
    }

    fn note_order(&mut self, header: &ExtentHeader) {
        let found = &mut self.found;
        let first = header.slots().first().map(|slot| slot.device);
        let mut is_mixed = false;
        for slot in header.runs().filter_map(<[Slot]>::first) {
            if found.last_device.is_some_and(|last| last != slot.device) {
                found.extents.device_switches += 1;
            }
            found.last_device = Some(slot.device);
            is_mixed |= Some(slot.device) != first;
        }
        found.extents.mixed += u64::from(is_mixed);
    }

    /// A finding for every stretch of clusters that stand nowhere, in place of
    /// those there were.
    fn find_missing(&mut self) {
        let missing = self.header.devices().iter().flat_map(|device| {
            let index = self.found.devices.get(device.id);
            let ranges =
                index.map(|index| index.missing(image_size(device, index).div_ceil(CLUSTER_SIZE)));
            ranges.into_iter().flatten().map(|range| Finding {
                offset: None,
                device: Some(device.id),
                cluster: u32::try_from(range.start).ok().map(ClusterNumber),
                kind: FindingKind::ClusterMissing { count: range.end - range.start },
            })
        });
        let missing: Vec<Finding> = missing.collect();
        self.found.findings = self.told.clone();
        self.found.findings.extend(missing);
    }

    fn find(&mut self, at: ArchiveOffset, kinds: impl IntoIterator<Item = FindingKind>) {
        for kind in kinds {
            let offset = Some(at);
            self.tell(Finding { offset, device: None, cluster: None, kind });
        }
    }

    fn find_in_slot(&mut self, at: ArchiveOffset, slot: &Slot, kind: FindingKind) {
        let (device, cluster) = (Some(slot.device), Some(slot.cluster));
        self.tell(Finding { offset: Some(at), device, cluster, kind });
    }

    fn tell(&mut self, finding: Finding) {
        if self.before_copy.is_none() {
            self.found.findings.push(finding);
        }
    }
}

fn is_missing(index: &DeviceIndex, cluster: ClusterNumber) -> bool {
    index.cluster(cluster) == Cluster::Missing
}
