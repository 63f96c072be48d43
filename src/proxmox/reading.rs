//! How Proxmox's program reads the extents.
//!
//! It follows the scan: as long as the program has found no fault, both read
//! the same extents in the same order, and what the scan knows of a cluster is
//! what the program's bitmaps know.

use super::Prediction;
use super::end::End;
use super::file::{config_fault, disk_fault};
use super::header::{Device, Read, read_behind, read_from};
use super::known::{Known, NO_BITMAP, SECTOR};
use super::unpacker::Given;
use super::words::RENAMED_BEFORE;
use crate::archive::Archive;
use crate::archive::extent::{ExtentHeader, HEADER_SIZE, Slot};
use crate::archive::finding::FindingKind;
use crate::archive::unit::{
    BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, DeviceId, clusters_of,
};
use crate::scan::Scanned;
use crate::scan::piece::{Observer, Piece, Place, Stands, Taken};

/// Bytes of the buffer that it reads into: an extent whose slots are all full.
const BUFFER_SIZE: u64 = HEADER_SIZE + 59 * CLUSTER_SIZE;

const WRITE_BEYOND_END: &str = "got wrong block address - write beyond end";
const TOO_MANY_BLOCKS: &str = "short vma extent - too many blocks";

/// How far the program would have come: an [`Observer`] of a scan.
///
/// Many fields: two verdicts that come about one piece at a time, from what the
/// program keeps in as many variables.
#[derive(Clone, Debug)]
pub struct Reading {
    list: End,
    verify: Option<End>,
    extract: Option<End>,
    /// What it knows of each device that it has a bitmap for, by id.
    devices: Vec<Option<Known>>,
    /// The name of the config that could not be written, if one could not.
    config: String,
    vmstate: u8,
    /// Clusters of the vmstate so far.
    vmstate_clusters: u64,
    /// The extent whose slots are being looked at, or will be next.
    current: Option<Extent>,
    /// What stands behind it.
    next: Option<Next>,
    is_at_end: bool,
    /// How much of the archive it has read, and how much when each of its verdicts
    /// was known.
    header_read: u64,
    read: u64,
    verify_read: u64,
    extract_read: u64,
    /// Bytes of the archive cannot be had, so nobody knows what it would say.
    is_lost: bool,
}

#[derive(Clone, Copy, Debug)]
struct Extent {
    at: u64,
    /// Bytes by its count of blocks.
    size: u64,
    /// Where the blocks of the next slot start, from the start of the extent.
    data: u64,
}

#[derive(Clone, Debug)]
enum Next {
    Extent(Extent),
    Fault(End),
    End,
}

/// Both commands stop at the same place, for all but the same reason.
#[derive(Clone, Copy)]
struct Stop {
    verify: Option<End>,
    extract: Option<End>,
}

impl Observer for Reading {
    fn see(&mut self, piece: &Piece, taken: &[Taken], found: &Scanned) {
        match piece {
            Piece::Place(place) => self.stand_at(place),
            Piece::Extent(extent) => {
                let mut taken = taken;
                for run in extent.header.runs() {
                    let (of_run, behind) =
                        taken.split_at_checked(run.len()).unwrap_or((taken, &[]));
                    taken = behind;
                    if self.has_nothing_to_say(run, of_run) {
                        continue;
                    }
                    for (slot, &taken) in run.iter().zip(of_run) {
                        self.slot(slot, taken == Taken::Before);
                    }
                }
                self.end_extent();
            }
            Piece::End => {
                let first = |id, end| Some(found.index(id)?.missing(end).first()?.start);
                self.finish(first);
            }
            Piece::Gap(_) | Piece::Archive { .. } => {}
        }
    }
}

impl Reading {
    /// The program behind the header of `archive`: to see what a scan of it from
    /// its start comes by.
    #[must_use]
    pub fn new(archive: &Archive) -> Self {
        let contents = archive.contents();
        // What is packed twice is unpacked once: the program comes to see a container.
        let header = match contents.outer() {
            None => read_behind(archive.stated(), &**contents),
            Some(_) => {
                read_from(contents.outermost()).unwrap_or_else(|_| read_behind(&[], &Vec::new()))
            }
        };
        Self::behind(&header, archive.header().first_extent().0)
    }

    /// The program behind a header that it accepts, or that ended it.
    ///
    /// The scan follows extents from `first_extent` on; where the program does
    /// from elsewhere, nothing is told of them.
    fn behind(header: &Read, first_extent: u64) -> Self {
        let mut reading = Self {
            list: End::Accepts,
            verify: None,
            extract: None,
            devices: vec![None; 256],
            config: String::new(),
            vmstate: 0,
            vmstate_clusters: 0,
            current: None,
            next: None,
            is_at_end: false,
            header_read: first_extent,
            read: first_extent,
            verify_read: first_extent,
            extract_read: first_extent,
            is_lost: header.as_ref().is_ok_and(|header| u64::from(header.size) != first_extent),
        };
        match header {
            Err(end) => {
                reading.list = *end;
                reading.stop(Stop::both(*end));
            }
            Ok(header) => {
                reading.vmstate = header.vmstate;
                for name in &header.configs {
                    if reading.extract.is_none() {
                        reading.extract = config_fault(name);
                        reading.config = String::from_utf8_lossy(name).into_owned();
                    }
                }
                for device in header.devices.iter().filter(|device| device.id != u8::MAX) {
                    reading.prepare(device);
                }
            }
        }
        reading
    }

    /// The program at the end of an archive that it accepts.
    #[must_use]
    pub fn accepted() -> Self {
        let mut reading = Self::behind(&Err(End::Accepts), 0);
        reading.is_at_end = true;
        reading
    }

    /// What is known so far.
    #[must_use]
    pub fn prediction(&self) -> Prediction {
        let verdict = |end: End| end.verdict(|id| self.name(id));
        Prediction {
            list: Some(verdict(self.list)),
            verify: self.verify.map(verdict),
            extract: self.extract.map(verdict),
        }
    }

    /// What is known where an unpacker that fails puts out no more than `given`:
    /// nothing of what the program would say of what comes behind that.
    #[must_use]
    pub fn prediction_of(&self, given: Option<Given>) -> Prediction {
        let Some(given) = given else { return self.prediction() };
        if given.most == 0 {
            let nothing = read_behind(&[], &Vec::new()).err();
            return Prediction::all(nothing.map(|end| end.verdict(|_| "")));
        }
        let is_read = |read: u64| read <= given.least;
        let whole = self.prediction();
        Prediction {
            list: whole.list.filter(|_| is_read(self.header_read)),
            verify: whole.verify.filter(|_| is_read(self.verify_read)),
            extract: whole.extract.filter(|_| is_read(self.extract_read)),
        }
    }

    /// The name of a device, or for 0 of a config.
    fn name(&self, id: u8) -> &str {
        let device = self.devices.get(usize::from(id)).and_then(Option::as_ref);
        device.map_or(&self.config, |device| &device.name)
    }

    /// Takes note of what stands where an extent header is expected.
    fn stand_at(&mut self, place: &Place) {
        let next = match &place.stands {
            Stands::End => Next::End,
            Stands::Cut(length) => {
                Next::Fault(End::Says("read short extent (%u bytes)", [*length, 0], 0))
            }
            Stands::Header(header, faults) | Stands::Archive(header, faults) => {
                match fault_of(header, faults) {
                    Some(message) => Next::Fault(End::says(message)),
                    None => Next::Extent(Extent {
                        at: place.at,
                        size: header.size(),
                        data: HEADER_SIZE,
                    }),
                }
            }
            Stands::Lost(_) => {
                self.is_lost = true;
                return;
            }
            Stands::Astray => return,
        };
        if self.is_settled() {
            return;
        }
        let behind = match &place.stands {
            Stands::End => place.at,
            _ => place.at.saturating_add(HEADER_SIZE),
        };
        self.read = self.read.max(behind);
        if let Some(verdict) = self.current.and_then(|extent| extent.cut(place.end)) {
            self.stop(Stop::both(verdict));
            return;
        }
        self.next = Some(next);
        if self.current.is_none() {
            self.advance();
        }
    }

    /// Whether all clusters of `run` are zeros of a disk that the program knows, none of
    /// which was there before: of these [nothing](Known::see) is said or kept.
    fn has_nothing_to_say(&self, run: &[Slot], taken: &[Taken]) -> bool {
        let Some(last) = run.last() else { return true };
        let id = last.device.get();
        let device = self.devices.get(usize::from(id)).and_then(Option::as_ref);
        let is_inside = device.is_some_and(|device| {
            let clusters = clusters_of(device.size).min(device.bits);
            device.is_target && u64::from(last.cluster.0) < clusters
        });
        is_inside && id != self.vmstate && taken.iter().all(|taken| *taken == Taken::Zero)
    }

    /// Looks at a slot of the extent, of which the scan knows whether its
    /// cluster was there `before`.
    fn slot(&mut self, slot: &Slot, before: bool) {
        if self.is_settled() || self.current.is_none() {
            return;
        }
        if let Some(stop) = self.cluster_fault(slot, before) {
            self.stop(stop);
        }
        if slot.mask != BlockMask::ZERO
            && let Some(stop) = self.block_fault(slot)
        {
            self.stop(stop);
        }
    }

    /// Takes note that all slots of the extent were seen.
    fn end_extent(&mut self) {
        let Some(extent) = self.current.take() else { return };
        if extent.data != extent.size {
            self.stop(Stop::both(End::says("vma extent error - missing blocks")));
        }
        self.advance();
    }

    /// Takes note that the scan is finished. `missing` tells the first cluster
    /// below a number that a device lacks.
    fn finish(&mut self, missing: impl Fn(DeviceId, u64) -> Option<u64>) {
        if !self.is_at_end {
            return;
        }
        if self.verify.is_none() {
            (self.verify, self.verify_read) = (Some(End::Accepts), self.read);
        }
        if self.extract.is_none() {
            let devices = (0..=u8::MAX).zip(&self.devices);
            let mut lacks = devices.filter_map(|(id, device)| {
                let id = DeviceId::new(id)?;
                let device = device.as_ref().filter(|device| device.is_target)?;
                device.lack(missing(id, clusters_of(device.size)))
            });
            let end = lacks.next().or_else(|| self.renamed_before());
            self.extract = Some(end.unwrap_or(End::Accepts));
            self.extract_read = self.read;
        }
    }

    /// What the second of two disks of one name ends in, whose file was renamed
    /// with the first.
    fn renamed_before(&self) -> Option<End> {
        let mut names: Vec<&str> = Vec::new();
        for disk in self.devices.iter().flatten().filter(|device| device.is_target) {
            if names.contains(&disk.name.as_str()) {
                return Some(End::Says(RENAMED_BEFORE, [0; 2], disk.id));
            }
            names.push(&disk.name);
        }
        None
    }

    /// Makes a bitmap for a device and, to extract, a file.
    fn prepare(&mut self, device: &Device) {
        let known = Known::new(device);
        if self.extract.is_none() && known.is_target {
            self.extract = disk_fault(device);
        }
        if self.verify.is_none() {
            self.verify = known.bitmap_fault();
        }
        if let Some(place) = self.devices.get_mut(usize::from(device.id)) {
            *place = Some(known);
        }
    }

    fn advance(&mut self) {
        match self.next.take() {
            Some(Next::Extent(extent)) => {
                self.read = self.read.max(extent.at.saturating_add(extent.size));
                self.current = Some(extent);
            }
            Some(Next::Fault(verdict)) => self.stop(Stop::both(verdict)),
            Some(Next::End) => self.is_at_end = true,
            None => {}
        }
    }

    fn is_settled(&self) -> bool {
        self.is_lost || (self.verify.is_some() && self.extract.is_some())
    }

    fn stop(&mut self, stop: Stop) {
        if self.verify.is_none() {
            (self.verify, self.verify_read) = (stop.verify, self.read);
        }
        if self.extract.is_none() {
            (self.extract, self.extract_read) = (stop.extract, self.read);
        }
    }

    /// What is wrong with the place of a slot: its device, or its cluster.
    fn cluster_fault(&mut self, slot: &Slot, before: bool) -> Option<Stop> {
        let (id, cluster) = (slot.device.get(), u64::from(slot.cluster.0));
        if id == self.vmstate {
            let is_next = cluster == self.vmstate_clusters;
            self.vmstate_clusters = self.vmstate_clusters.saturating_add(1);
            return (!is_next).then(|| Stop::both(End::says("found out of order vmstate data")));
        }
        let wrong_id = || Some(End::Says("got wrong dev id %u", [id.into(), 0], 0));
        let device = self.devices.get_mut(usize::from(id)).and_then(Option::as_mut);
        let Some(device) = device else {
            return Some(Stop { verify: Some(End::Aborts(NO_BITMAP)), extract: wrong_id() });
        };
        let extract = if device.is_target { None } else { wrong_id() };
        match device.see(slot.cluster, before) {
            Some(verdict) => {
                let extract = extract.or(Some(verdict));
                Some(Stop { verify: Some(verdict), extract })
            }
            None => extract.map(|verdict| Stop { verify: None, extract: Some(verdict) }),
        }
    }

    /// What is wrong with the blocks of a slot, cluster by cluster where all
    /// are stored, block by block elsewhere.
    fn block_fault(&mut self, slot: &Slot) -> Option<Stop> {
        let id = slot.device.get();
        let device = self.devices.get(usize::from(id)).and_then(Option::as_ref);
        let sectors = match id == self.vmstate {
            true => u64::MAX,
            false => device.map_or(0, |device| device.size / SECTOR),
        };
        let extent = self.current.as_mut()?;
        let start = u64::from(slot.cluster.0).saturating_mul(CLUSTER_SIZE / SECTOR);
        if slot.mask == BlockMask::FULL {
            return extent.take(CLUSTER_SIZE, start < sectors).map(Stop::both);
        }
        let stored = (0..BLOCKS_PER_CLUSTER).filter(|&block| slot.mask.is_stored(block));
        stored
            .map(|block| start.saturating_add(u64::from(block) * (BLOCK_SIZE / SECTOR)))
            .find_map(|sector| extent.take(BLOCK_SIZE, sector < sectors))
            .map(Stop::both)
    }
}

impl Extent {
    /// What the program says where fewer bytes are left, or fit into its
    /// buffer, than the extent has.
    fn cut(&self, end: Option<u64>) -> Option<End> {
        let left = end.map_or(u64::MAX, |end| end.saturating_sub(self.at)).min(BUFFER_SIZE);
        let size = self.size;
        (left < size).then_some(End::Says("short vma extent (%u < %u)", [left, size], 0))
    }

    /// Takes bytes of data that are to be written to a place in the device.
    fn take(&mut self, bytes: u64, is_inside: bool) -> Option<End> {
        if self.data.saturating_add(bytes) > self.size {
            return Some(End::says(TOO_MANY_BLOCKS));
        }
        self.data = self.data.saturating_add(bytes);
        (!is_inside).then(|| End::says(WRITE_BEYOND_END))
    }
}

impl Stop {
    fn both(verdict: End) -> Self {
        Self { verify: Some(verdict), extract: Some(verdict) }
    }
}

/// What is wrong with an extent header, in the program's order.
fn fault_of(header: &ExtentHeader, faults: &[FindingKind]) -> Option<&'static str> {
    let has = |fault: fn(&FindingKind) -> bool| faults.iter().any(fault);
    if has(|fault| matches!(fault, FindingKind::ExtentMd5Mismatch { .. })) {
        return Some("wrong vma extent header chechsum");
    }
    if has(|fault| matches!(fault, FindingKind::ExtentUuidMismatch { .. })) {
        return Some("wrong vma extent uuid");
    }
    let magic = has(|fault| matches!(fault, FindingKind::ExtentMagicWrong { .. }));
    (magic || header.reserved() != 0).then_some("wrong vma extent header magic")
}
