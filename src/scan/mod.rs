//! The scan: reads every extent header, checks it, and finds out where each
//! cluster of each device is. It reads no data.
//!
//! A scan is stepped: each call does a bounded amount of work, so that a caller
//! can show progress, fetch bytes in between, or stop.

pub mod kept;
mod lookahead;
pub mod statistics;

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use uuid::Uuid;

use crate::archive::Archive;
use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH, HEADER_SIZE, Slot};
use crate::archive::finding::{Finding, FindingKind};
use crate::archive::findings::Findings;
use crate::archive::header::{self, Device, HEADER_SIZE_MAX, Header, START};
use crate::archive::unit::{
    ArchiveOffset, BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber, DeviceId,
};
use crate::container::{Contents, Landmark};
use crate::image::Image;
use crate::image::index::{Cluster, DeviceIndex, INDEX_BYTES_MAX, Inserted};
use crate::proxmox::{Prediction, Reading};
use crate::scan::lookahead::Lookahead;
use crate::scan::statistics::{DeviceStatistics, ExtentStatistics, UndeclaredDevice, image_size};
use crate::source::{Error, ErrorKind, Part};
use crate::source::{Gap, ReadAt, gaps, has_all};

/// Extent headers that one step looks at, at most.
const EXTENTS_PER_STEP: u32 = 4096;

/// Bytes that one step searches for a sound extent header, at most.
const SEARCH_PER_STEP: usize = 1 << 20;

/// Bytes without a sound extent header after which the search for one ends,
/// where nobody knows how much is to come: a small file can decode to zeros for
/// days.
const SEARCH_MAX: u64 = 8 << 30;

/// Bytes of the fixed part of an archive header.
const FIXED_LENGTH: usize = 12_288;

/// Places in one step of a search where an archive header may start that are
/// looked at, and extents that are followed behind each, at most.
const STARTS_MAX: usize = 16;
const CHAIN_MAX: u32 = 64;

/// Extents with a displaced header behind them that are told apart.
const DISPLACED_MAX: usize = 100_000;

/// The size of the index is held against its bound every so many extents.
const EXTENTS_PER_SIZE_CHECK: u64 = 1024;

/// A scan in progress, or a finished one.
pub struct Scan {
    source: Rc<dyn ReadAt>,
    header: Rc<Header>,
    lookahead: Lookahead,
    state: State,
    /// The last sound extent, until it is known where its data end.
    pending: Option<Pending>,
    proxmox: Reading,
    /// Where the first extent can start at the earliest.
    earliest: u64,
    found: Scanned,
    /// The figures from before a further copy of the same archive began. What
    /// is found in it is not told, and nothing but new clusters counts.
    before_copy: Option<ExtentStatistics>,
    /// Of which devices clusters are noted as they are found, and those.
    watched: BTreeSet<DeviceId>,
    placed: Vec<(DeviceId, ClusterNumber)>,
    contents: Rc<Contents>,
    /// The data of extents behind which the next header stands where no extent
    /// can put it: more or fewer bytes came out of a container than went in, or
    /// something that is none stands between.
    displaced: Vec<Range<u64>>,
}

/// What a scan has found out, so far or in the end.
#[derive(Clone, Debug, Default)]
pub struct Scanned {
    done: bool,
    devices: BTreeMap<DeviceId, Rc<DeviceIndex>>,
    undeclared: BTreeMap<DeviceId, UndeclaredDevice>,
    last_cluster: BTreeMap<DeviceId, ClusterNumber>,
    last_device: Option<DeviceId>,
    extents: ExtentStatistics,
    findings: Findings,
}

/// How far a scan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether it is finished.
    pub done: bool,
    /// Everything before this was looked at.
    pub offset: ArchiveOffset,
    /// Sound extents so far.
    pub extents: u64,
    /// Clusters found so far, of all devices.
    pub clusters: u64,
    /// Findings so far.
    pub findings: u64,
}

#[derive(Debug)]
enum State {
    /// An extent header should start at `at`.
    Expect {
        at: u64,
    },
    /// It did not: looking for a sound one, from `cursor` on.
    Search {
        broken: Broken,
        cursor: u64,
    },
    /// Another archive begins at `from`: following its extents to its end.
    /// The next should start at `at`.
    Foreign {
        from: u64,
        at: u64,
        uuid: Uuid,
    },
    /// The end was reached; what is missing has yet to be counted.
    Ended,
    Done,
}

/// What stood where an extent header should be.
#[derive(Clone, Debug)]
struct Broken {
    at: u64,
    faults: Vec<FindingKind>,
}

impl Broken {
    /// Whether nothing stood there that could be decoded.
    fn is_lost(&self) -> bool {
        self.faults.iter().any(|fault| matches!(fault, FindingKind::ContentsLost { .. }))
    }
}

#[derive(Debug)]
struct Pending {
    at: u64,
    header: ExtentHeader,
}

impl Pending {
    fn data_start(&self) -> u64 {
        self.at.saturating_add(HEADER_SIZE)
    }

    /// Where its data end by its count of blocks.
    fn end(&self) -> u64 {
        self.at.saturating_add(self.header.size())
    }

    /// Where its data end by its masks; the same, unless the two disagree.
    fn end_by_masks(&self) -> u64 {
        let blocks = u64::from(self.header.masked_blocks());
        self.data_start().saturating_add(blocks * BLOCK_SIZE)
    }
}

/// What the next extent header is known by: it goes on with a device where
/// the last one stopped.
struct Successor {
    uuid: Uuid,
    /// The clusters of which it has one.
    clusters: Vec<(DeviceId, ClusterNumber)>,
    /// Whether it may have the first cluster of a device instead.
    starts_device: bool,
}

impl Successor {
    /// What comes after `extent`. That clusters come out of order is the
    /// exception, and such an extent is not known.
    fn of(extent: &ExtentHeader, header: &Header) -> Self {
        let mut last: BTreeMap<DeviceId, ClusterNumber> = BTreeMap::new();
        for slot in extent.slots() {
            let highest = last.entry(slot.device).or_insert(slot.cluster);
            *highest = slot.cluster.max(*highest);
        }
        let next = |cluster: ClusterNumber| cluster.0.checked_add(1).map(ClusterNumber);
        let clusters = last.into_iter().filter_map(|(id, cluster)| Some((id, next(cluster)?)));
        let clusters: Vec<_> = clusters.collect();
        let is_end = |&(id, cluster): &(DeviceId, ClusterNumber)| {
            let device = header.device(id);
            device.is_some_and(|device| allowed_blocks(device, cluster).is_none())
        };
        let starts_device = clusters.iter().any(is_end);
        Self { uuid: header.uuid(), clusters, starts_device }
    }

    fn is(&self, bytes: &[u8]) -> bool {
        let Some(bytes) = bytes.first_chunk::<HEADER_LENGTH>() else { return false };
        if !bytes.starts_with(&extent::MAGIC) {
            return false;
        }
        let extent = ExtentHeader::parse(bytes);
        extent.faults(self.uuid).is_empty()
            && extent.slots().iter().any(|slot| {
                let is_first = self.starts_device && slot.cluster.0 == 0;
                is_first || self.clusters.contains(&(slot.device, slot.cluster))
            })
    }

    /// The same, for the layer below: it stands at `offset`.
    fn landmark(self, offset: u64) -> Landmark {
        Landmark { offset, length: HEADER_LENGTH, proof: Rc::new(move |bytes| self.is(bytes)) }
    }
}

impl Scan {
    /// A scan of `archive` that has read nothing yet.
    #[must_use]
    pub fn new(archive: &Archive) -> Self {
        let header = Rc::clone(archive.header());
        let mut found = Scanned::default();
        found.findings.extend(header.findings().iter().cloned());
        for device in header.devices() {
            found.devices.insert(device.id, Rc::default());
        }
        let source: Rc<dyn ReadAt> = Rc::<Contents>::clone(archive.contents());
        let first = Successor { uuid: header.uuid(), clusters: Vec::new(), starts_device: true };
        archive.contents().expect(first.landmark(header.first_extent().0));
        Self {
            source: Rc::clone(&source),
            state: State::Expect { at: header.first_extent().0 },
            lookahead: Lookahead::new(source),
            proxmox: Reading::new(archive.proxmox(), header.first_extent().0),
            earliest: header.earliest_extent(),
            header,
            pending: None,
            found,
            before_copy: None,
            watched: BTreeSet::new(),
            placed: Vec::new(),
            contents: Rc::clone(archive.contents()),
            displaced: Vec::new(),
        }
    }

    /// From now on notes which clusters of `device` it finds, to be
    /// [taken](Self::take_placed) after every step: for who wants to save a
    /// disk in the same pass. Steps are short enough then for what was decoded
    /// in one to be at hand after it.
    pub fn watch(&mut self, device: DeviceId) {
        self.watched.insert(device);
        self.lookahead.take_short_steps();
    }

    /// Notes no more of what it finds of `device`.
    pub fn unwatch(&mut self, device: DeviceId) {
        self.watched.remove(&device);
        self.placed.retain(|(placed, _)| *placed != device);
    }

    /// The clusters of watched devices that were found since the last call, the
    /// first copy of each; those without a stored block are left out.
    pub fn take_placed(&mut self) -> Vec<(DeviceId, ClusterNumber)> {
        core::mem::take(&mut self.placed)
    }

    /// A finished scan of `archive` that was [kept]: what it
    /// found is taken as it is.
    #[must_use]
    pub fn resume(archive: &Archive, kept: Scanned) -> Self {
        let proxmox = Reading::accepted();
        Self { state: State::Done, found: kept, proxmox, ..Self::new(archive) }
    }

    /// Does a bounded amount of work.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the index outgrows a bound. What was
    /// found before stays.
    pub fn step(&mut self) -> Result<Progress, Error> {
        match &self.state {
            State::Expect { .. } | State::Foreign { .. } => self.follow_extents()?,
            State::Search { .. } => self.search()?,
            State::Ended => self.count_missing(),
            State::Done => {}
        }
        Ok(self.progress())
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let offset = match &self.state {
            State::Expect { at } | State::Foreign { at, .. } => *at,
            State::Search { cursor, broken } => broken.at.max(*cursor),
            State::Ended | State::Done => self.lookahead.end(),
        };
        Progress {
            done: self.found.done,
            offset: ArchiveOffset(offset),
            extents: self.found.extents.count,
            clusters: self.found.devices.values().map(|index| index.counts().found()).sum(),
            findings: self.found.findings.count(),
        }
    }

    /// The ranges of the lowest source that the next step will probably read.
    #[must_use]
    pub fn wants(&self) -> Vec<Range<u64>> {
        let ranges = match &self.state {
            State::Expect { at } | State::Foreign { at, .. } => {
                self.lookahead.predict_headers(*at, HEADER_LENGTH)
            }
            State::Search { cursor, .. } => {
                self.lookahead.predict_windows(*cursor, SEARCH_PER_STEP)
            }
            State::Ended | State::Done => Vec::new(),
        };
        let mut wanted = Vec::new();
        for range in ranges {
            self.source.trace(range, &mut wanted);
        }
        wanted
    }

    /// What Proxmox's program would say, as far as the scan has come.
    #[must_use]
    pub fn prediction(&self) -> Prediction {
        self.proxmox.prediction()
    }

    /// What was found so far.
    #[must_use]
    pub fn found(&self) -> &Scanned {
        &self.found
    }

    /// What the archive says of itself, with what the extents have shown where
    /// the header is lost or cannot be believed.
    #[must_use]
    pub fn header(&self) -> &Rc<Header> {
        &self.header
    }

    /// Takes a person's word for the size of a device, in bytes, as
    /// [`Archive::assume_size`] does; what is missing of it is counted anew.
    /// Returns whether it was taken.
    pub fn assume_size(&mut self, device: DeviceId, bytes: u64) -> bool {
        let taken = Rc::make_mut(&mut self.header).assume_size(device, bytes);
        if taken {
            self.found.devices.entry(device).or_default();
        }
        if taken && self.found.done {
            self.found.findings.remove("cluster-missing");
            self.count_missing();
        }
        taken
    }

    /// The image of a device, with the clusters that were found so far; `None`
    /// for a device that the header does not declare.
    #[must_use]
    pub fn image(&self, id: DeviceId) -> Option<Image> {
        let device = self.header.device(id)?;
        let index = self.found.devices.get(&id)?;
        let size = image_size(device, index);
        Some(Image::new(Rc::clone(&self.source), Rc::clone(index), size, self.found.done))
    }

    fn follow_extents(&mut self) -> Result<(), Error> {
        self.lookahead.begin_step();
        for headers in 0..EXTENTS_PER_STEP {
            let (State::Expect { at } | State::Foreign { at, .. }) = self.state else { break };
            if self.lookahead.is_spent(headers) || !self.lookahead.approach(at)? {
                break;
            }
            match self.state {
                State::Foreign { from, uuid, .. } => self.expect_foreign(from, at, uuid)?,
                _ => self.expect_extent(at)?,
            }
            self.bound_index(at)?;
        }
        Ok(())
    }

    fn expect_extent(&mut self, at: u64) -> Result<(), Error> {
        let bytes = self.lookahead.header(at, HEADER_LENGTH)?.to_vec();
        // What is lost, some containers find out only when it is read.
        if let Some(until) = self.lookahead.lost_until(at) {
            let until = ArchiveOffset(until);
            self.proxmox.lose();
            self.start_search(Broken { at, faults: vec![FindingKind::ContentsLost { until }] });
            return Ok(());
        }
        let end = self.source.size();
        if bytes.is_empty() && self.lookahead.end() == at {
            self.proxmox.expect(at, 0, None, end);
            self.state = State::Ended;
            return self.accept_pending(at);
        }
        self.found.extents.checked += 1;
        let Some(bytes) = bytes.first_chunk::<HEADER_LENGTH>() else {
            self.proxmox.expect(at, to_u64(bytes.len()), None, end);
            self.start_search(Broken { at, faults: faults_of_cut_header(&bytes) });
            return Ok(());
        };
        let header = ExtentHeader::parse(bytes);
        let mut faults = header.faults(self.header.uuid());
        self.proxmox.expect(at, HEADER_SIZE, Some((&header, &faults)), end);
        if faults.is_empty() {
            self.accept_pending(at)?;
            self.hold(at, header);
            return Ok(());
        }
        if bytes.starts_with(&header::MAGIC) {
            if let Some(again) = self.archive_header(at)? {
                return self.begin_again(at, &again);
            }
            let uuid = Uuid::from_slice(&bytes[0x08..0x18]).unwrap_or_default();
            let first = self.header.uuid();
            faults.insert(0, FindingKind::ArchiveHeaderAgain { uuid, first });
        }
        self.start_search(Broken { at, faults });
        Ok(())
    }

    /// The archive header at `at`, if a sound one stands there.
    #[inline(never)]
    fn archive_header(&mut self, at: u64) -> Result<Option<Header>, Error> {
        let fixed = self.lookahead.header(at, FIXED_LENGTH)?;
        let Ok(size) = Header::claimed_size(fixed) else { return Ok(None) };
        let size = usize::try_from(size.min(HEADER_SIZE_MAX)).unwrap_or(FIXED_LENGTH);
        Ok(Header::parse_sound(self.lookahead.header(at, size)?, at))
    }

    /// The archive header at `at`, if a sound one stands there, and the archive
    /// goes on beyond `beyond`, where the extent ends in which it stands: that was
    /// cut off, and the other follows. What ends with the extent is an archive in
    /// a file of the guest's.
    #[inline(never)]
    fn archive_begins(&mut self, at: u64, beyond: u64) -> Result<Option<Header>, Error> {
        let Some(header) = self.archive_header(at)? else { return Ok(None) };
        let mut next = header.first_extent().0;
        for _ in 0..CHAIN_MAX {
            let bytes = self.lookahead.header(next, HEADER_LENGTH)?;
            let extent = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
            let is_end = bytes.is_empty() && self.lookahead.is_end(next);
            let extent = extent.filter(|extent| extent.faults(header.uuid()).is_empty());
            match extent {
                _ if is_end => return Ok(Some(header)),
                Some(_) if next >= beyond => return Ok(Some(header)),
                Some(extent) => next = next.saturating_add(extent.size()),
                None => return Ok(None),
            }
        }
        Ok(Some(header))
    }

    /// Behind the archive another one begins. It is passed over, unless it is
    /// a copy of the same and the first lacks something.
    #[inline(never)]
    fn begin_again(&mut self, at: u64, again: &Header) -> Result<(), Error> {
        self.accept_pending(at)?;
        let (uuid, first) = (again.uuid(), self.header.uuid());
        self.find(ArchiveOffset(at), [FindingKind::ArchiveHeaderAgain { uuid, first }]);
        let next = again.first_extent().0;
        self.earliest = next;
        let is_of_use = uuid == first && self.lacks_something();
        self.state = match is_of_use || self.before_copy.is_some() {
            true => State::Expect { at: next },
            false => State::Foreign { from: at, at: next, uuid },
        };
        if is_of_use && self.before_copy.is_none() {
            self.before_copy = Some(self.found.extents);
        }
        Ok(())
    }

    fn lacks_something(&self) -> bool {
        self.header.devices().iter().any(|device| {
            let index = self.found.devices.get(&device.id);
            index.is_none_or(|index| {
                let end = image_size(device, index).div_ceil(CLUSTER_SIZE);
                index.counts().found() < end || index.counts().cut > 0
            })
        })
    }

    /// Goes on to the next extent of another archive, or to its end.
    fn expect_foreign(&mut self, from: u64, at: u64, uuid: Uuid) -> Result<(), Error> {
        let bytes = self.lookahead.header(at, HEADER_LENGTH)?.to_vec();
        let is_lost = self.lookahead.lost_until(at).is_some();
        if bytes.is_empty() && !is_lost && self.lookahead.end() == at {
            let length = at.saturating_sub(from);
            self.find(ArchiveOffset(from), [FindingKind::TrailingBytes { length }]);
            self.found.extents.skipped_bytes += length;
            self.state = State::Ended;
            return Ok(());
        }
        let header = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
        if let Some(header) = header.filter(|header| header.faults(uuid).is_empty()) {
            self.lookahead.note_extent(header.size());
            let at = at.saturating_add(header.size());
            self.state = State::Foreign { from, at, uuid };
            return Ok(());
        }
        if bytes.starts_with(&header::MAGIC)
            && let Some(again) = self.archive_header(at)?
        {
            let length = at.saturating_sub(from);
            self.find(ArchiveOffset(from), [FindingKind::TrailingBytes { length }]);
            self.found.extents.skipped_bytes += length;
            return self.begin_again(at, &again);
        }
        self.found.extents.broken += 1;
        let broken = Broken { at: from, faults: Vec::new() };
        self.state = State::Search { broken, cursor: at };
        Ok(())
    }

    /// Keeps a sound extent until it is known where its data end.
    fn hold(&mut self, at: u64, header: ExtentHeader) {
        self.lookahead.note_extent(header.size());
        let pending = Pending { at, header };
        if pending.end() == pending.end_by_masks() {
            let next = Successor::of(&pending.header, &self.header);
            self.contents.expect(next.landmark(pending.end()));
        }
        self.state = State::Expect { at: pending.end() };
        self.pending = Some(pending);
    }

    /// Starts to look for the next sound extent: behind the header of the one
    /// before, since its data may have been cut; or, if there was none and the
    /// archive's header cannot be trusted, from where a header may end at the
    /// earliest.
    fn start_search(&mut self, broken: Broken) {
        self.found.extents.broken += 1;
        let cursor = match &self.pending {
            Some(pending) => pending.data_start(),
            None => self.earliest.min(broken.at),
        };
        self.state = State::Search { broken, cursor };
    }

    fn search(&mut self) -> Result<(), Error> {
        let State::Search { broken, cursor } = &self.state else { return Ok(()) };
        let (broken, cursor) = (broken.clone(), *cursor);
        if !self.lookahead.approach(cursor.saturating_add(to_u64(SEARCH_PER_STEP)))? {
            return Ok(());
        }
        if let Some(until) = self.lookahead.lost_until(cursor) {
            self.state = State::Search { broken, cursor: until };
            return Ok(());
        }
        let bytes = self.lookahead.read(cursor, SEARCH_PER_STEP / 2, SEARCH_PER_STEP)?;
        let sound = find_sound_extent(bytes, &self.header);
        let end = cursor.saturating_add(to_u64(bytes.len()));
        let before = sound.as_ref().map_or(bytes.len(), |(at, _)| *at);
        let starts = find_starts(bytes.get(..before).unwrap_or(bytes));
        for start in starts {
            let at = cursor.saturating_add(to_u64(start));
            if at < broken.at
                && let Some(again) = self.archive_begins(at, broken.at)?
            {
                return self.begin_again(at, &again);
            }
        }
        if let Some((at, header)) = sound {
            let at = cursor.saturating_add(to_u64(at));
            self.settle(&broken, at, false)?;
            self.hold(at, header);
        } else if self.lookahead.is_end(end) {
            self.state = State::Ended;
            self.settle(&broken, self.lookahead.end(), true)?;
        } else if self.source.size().is_none() && end.saturating_sub(broken.at) > SEARCH_MAX {
            self.state = State::Ended;
            self.settle(&broken, end, true)?;
            self.find(ArchiveOffset(end), [FindingKind::SearchGivenUp]);
        } else {
            let searched = end.saturating_sub(to_u64(HEADER_LENGTH - 1)).max(cursor);
            let stuck = searched == cursor || self.lookahead.lost_until(end).is_some();
            self.state = State::Search { broken, cursor: if stuck { end } else { searched } };
        }
        Ok(())
    }

    /// Says what lay between the last sound extent and `until`, where the next
    /// one starts or the archive ends.
    #[inline(never)]
    fn settle(&mut self, broken: &Broken, until: u64, is_end: bool) -> Result<(), Error> {
        let by_masks = self.pending.as_ref().is_some_and(|held| held.end_by_masks() == until);
        let cut_short = self.pending.is_some() && broken.is_lost();
        if !is_end && !by_masks && !broken.is_lost() {
            self.note_displaced(broken.at, until);
        }
        self.accept_pending(if by_masks { until } else { until.min(broken.at) })?;
        let length = until.saturating_sub(broken.at);
        if length == 0 || by_masks {
            return Ok(());
        }
        if broken.is_lost() {
            let told = cut_short && !has_all(&*self.source, broken.at.saturating_sub(1)..broken.at);
            self.find(ArchiveOffset(broken.at), broken.faults.iter().filter(|_| !told).cloned());
            return Ok(());
        }
        self.found.extents.skipped_bytes += length;
        let foreign = |fault: &FindingKind| matches!(fault, FindingKind::ExtentMagicWrong { .. });
        let trailing = is_end && (broken.faults.is_empty() || broken.faults.iter().any(foreign));
        let at = ArchiveOffset(broken.at);
        if trailing {
            let again =
                broken.faults.iter().find(|f| matches!(f, FindingKind::ArchiveHeaderAgain { .. }));
            self.find(at, again.cloned());
            self.find(at, [FindingKind::TrailingBytes { length }]);
        } else {
            self.find(at, broken.faults.iter().cloned());
            self.find(at, [FindingKind::BytesSkipped { length }]);
        }
        Ok(())
    }

    /// The header behind the extent that is held should stand at `expected`, and
    /// the next sound one stands at `found`.
    fn note_displaced(&mut self, expected: u64, found: u64) {
        let Some(pending) = &self.pending else { return };
        let is_displaced = found < expected || !(found - expected).is_multiple_of(HEADER_SIZE);
        let data = pending.data_start()..found.min(pending.end());
        if is_displaced
            && self.displaced.len() < DISPLACED_MAX
            && has_all(&*self.source, data.clone())
        {
            self.displaced.push(data);
        }
    }

    /// If the container's checksums say that not all that came out is what went
    /// in, it is so where headers are displaced: what came out of such an extent
    /// is at the wrong place from somewhere on. Where blocks have checksums, that
    /// is the first that is wrong, or nowhere; otherwise nobody knows.
    fn lose_displaced(&mut self) {
        let checksums = self.contents.checksums();
        let mut displaced = core::mem::take(&mut self.displaced);
        if displaced.is_empty() || checksums.matched == checksums.checked {
            return;
        }
        let wrong = self.contents.findings().into_iter().filter_map(|finding| {
            let is_block = finding.code() == "block-checksum-mismatch";
            is_block.then_some(finding.contents_offset)
        });
        let mut wrong: Vec<u64> = wrong.collect();
        wrong.sort_unstable();
        displaced.retain_mut(|data| {
            let first = wrong.get(wrong.partition_point(|&wrong| wrong < data.start));
            let first = first.filter(|&&first| first < data.end);
            if let Some(first) = first {
                // The cluster that it is in the middle of goes with it.
                data.start = first.saturating_sub(CLUSTER_SIZE - 1).max(data.start);
            }
            first.is_some() || wrong.is_empty()
        });
        for index in self.found.devices.values_mut() {
            Rc::make_mut(index).lose_within(&displaced);
        }
        for data in displaced {
            let until = ArchiveOffset(data.end);
            self.find(ArchiveOffset(data.start), [FindingKind::ContentsLost { until }]);
        }
    }

    /// Takes in the clusters of the extent that was held, whose data end at
    /// `until`: not beyond, and before only if its own word says so.
    fn accept_pending(&mut self, until: u64) -> Result<(), Error> {
        let Some(pending) = self.pending.take() else { return Ok(()) };
        let at = ArchiveOffset(pending.at);
        let header = &pending.header;
        let data_end = until.min(pending.end().max(pending.end_by_masks()));
        let data_bytes = data_end.saturating_sub(pending.data_start());
        self.found.extents.add(header.slots().len(), HEADER_SIZE, data_bytes);
        self.check_extent(at, header, data_bytes);
        let mut next_data = pending.data_start();
        let holes: Vec<Range<u64>> = gaps(&*self.source, pending.data_start()..data_end)
            .filter(Gap::stops_reads)
            .map(|gap| gap.start..gap.end)
            .collect();
        for hole in &holes {
            let until = ArchiveOffset(hole.end);
            self.find(ArchiveOffset(hole.start), [FindingKind::ContentsLost { until }]);
        }
        for slot in header.slots() {
            let start = next_data;
            next_data = start.saturating_add(u64::from(slot.mask.stored_blocks()) * BLOCK_SIZE);
            let there = data_end.saturating_sub(start) / BLOCK_SIZE;
            let there = u32::try_from(there).unwrap_or(u32::MAX).min(BLOCKS_PER_CLUSTER);
            let there = Stored::of(slot.mask.first_stored(there), start, &holes);
            let before = self.place(at, slot, ArchiveOffset(start), there)?;
            self.proxmox.slot(slot, before);
        }
        self.proxmox.end_extent();
        self.note_order(header.slots());
        Ok(())
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
    /// `data`; returns whether it was there before.
    #[inline(never)]
    fn place(
        &mut self,
        extent: ArchiveOffset,
        slot: &Slot,
        data: ArchiveOffset,
        there: Stored,
    ) -> Result<bool, Error> {
        let Stored { blocks: there, unknown } = there;
        let at = extent.plus(slot.offset());
        if slot.reserved != 0 {
            let kind = FindingKind::SlotReservedNonzero { found: slot.reserved };
            self.find_in_slot(at, slot, kind);
        }
        if !self.header.is_proven()
            && let Some(kind) = Rc::make_mut(&mut self.header).admit(slot.device, slot.cluster)
        {
            self.found.devices.entry(slot.device).or_default();
            self.find_in_slot(at, slot, kind);
        }
        let header = Rc::clone(&self.header);
        let Some(device) = header.device(slot.device) else {
            if self.before_copy.is_none() {
                let undeclared = self.found.undeclared.entry(slot.device).or_default();
                undeclared.clusters += 1;
                undeclared.stored_blocks += u64::from(there.stored_blocks());
            }
            self.find_in_slot(at, slot, FindingKind::DeviceUndeclared);
            return Ok(false);
        };
        let known = if header.is_proven() { allowed_blocks(device, slot.cluster) } else { None };
        let Some(allowed) = known.or((!header.is_proven()).then_some(BlockMask::FULL)) else {
            let clusters = device.clusters();
            self.find_in_slot(at, slot, FindingKind::ClusterPastEnd { clusters });
            return Ok(false);
        };
        if slot.mask.without(allowed) != BlockMask::ZERO && slot.mask != BlockMask::FULL {
            let kind = FindingKind::BlockPastEnd { mask: slot.mask, allowed };
            self.find_in_slot(at, slot, kind);
        }
        self.check_vmstate_order(at, slot, device);
        if there == BlockMask::ZERO && slot.mask != BlockMask::ZERO {
            let index = self.found.devices.get(&slot.device);
            return Ok(index.is_some_and(|index| index.cluster(slot.cluster) != Cluster::Missing));
        }
        let (mask, lost) = (slot.mask.within(allowed), slot.mask.without(there).within(allowed));
        let index = Rc::make_mut(self.found.devices.entry(slot.device).or_default());
        if self.before_copy.is_some() && index.cluster(slot.cluster) != Cluster::Missing {
            return Ok(true);
        }
        let before = index.insert(slot.cluster, data, mask, lost, unknown)? == Inserted::Twice;
        if before {
            self.find_in_slot(at, slot, FindingKind::ClusterTwice);
        } else if mask != BlockMask::ZERO && self.watched.contains(&slot.device) {
            self.placed.push((slot.device, slot.cluster));
        }
        Ok(before)
    }

    fn check_vmstate_order(&mut self, at: ArchiveOffset, slot: &Slot, device: &Device) {
        let last = self.found.last_cluster.get(&slot.device);
        let expected = last.map_or(0, |last| u64::from(last.0) + 1);
        if device.is_vmstate() && u64::from(slot.cluster.0) != expected {
            self.find_in_slot(at, slot, FindingKind::VmstateOutOfOrder { expected });
        }
        let last = self.found.last_cluster.insert(slot.device, slot.cluster);
        if last.is_some_and(|last| slot.cluster <= last) {
            self.found.extents.clusters_out_of_order += 1;
        }
    }

    fn note_order(&mut self, slots: &[Slot]) {
        let found = &mut self.found;
        for slot in slots {
            if found.last_device.is_some_and(|last| last != slot.device) {
                found.extents.device_switches += 1;
            }
            found.last_device = Some(slot.device);
        }
        let first = slots.first().map(|slot| slot.device);
        if slots.iter().any(|slot| Some(slot.device) != first) {
            found.extents.mixed += 1;
        }
    }

    /// Adds a finding for every stretch of clusters that stand nowhere.
    fn count_missing(&mut self) {
        self.lose_displaced();
        self.found.extents = self.before_copy.take().unwrap_or(self.found.extents);
        for device in self.header.devices() {
            let Some(index) = self.found.devices.get(&device.id) else { continue };
            let end = image_size(device, index).div_ceil(CLUSTER_SIZE);
            for range in index.missing(end) {
                let first = u32::try_from(range.start).ok().map(ClusterNumber);
                self.found.findings.push(Finding {
                    offset: None,
                    device: Some(device.id),
                    cluster: first,
                    kind: FindingKind::ClusterMissing { count: range.end - range.start },
                });
            }
        }
        let devices = &self.found.devices;
        self.proxmox.finish(|id, end| devices.get(&id)?.missing(end).first().map(|gap| gap.start));
        self.found.done = true;
        self.state = State::Done;
    }

    fn bound_index(&self, at: u64) -> Result<(), Error> {
        let due = self.found.extents.count.is_multiple_of(EXTENTS_PER_SIZE_CHECK);
        if due && self.found.index_bytes() > INDEX_BYTES_MAX {
            let max = to_u64(INDEX_BYTES_MAX);
            return Err(Error::new(Part::Extent, at, ErrorKind::IndexTooLarge { max }));
        }
        Ok(())
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

impl Scanned {
    /// Whether the scan went through to the end.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// A finished scan without a finding and, as yet, without a device.
    pub(crate) fn finished(extents: ExtentStatistics) -> Self {
        Self { done: true, extents, ..Self::default() }
    }

    /// Sets where the clusters of a device are.
    pub(crate) fn set_index(&mut self, device: DeviceId, index: DeviceIndex) {
        self.devices.insert(device, Rc::new(index));
    }

    /// The devices that the header declares, and where their clusters are.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = (DeviceId, &DeviceIndex)> {
        self.devices.iter().map(|(&id, index)| (id, &**index))
    }

    /// Where the clusters of a device are; `None` for an undeclared one.
    #[must_use]
    pub fn index(&self, device: DeviceId) -> Option<&Rc<DeviceIndex>> {
        self.devices.get(&device)
    }

    /// Bytes that the index of all devices takes.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        self.devices.values().map(|index| index.bytes_held()).sum()
    }

    /// The figures of one device; `None` for an undeclared one.
    #[must_use]
    pub fn device(&self, device: &Device) -> Option<DeviceStatistics> {
        let index = self.devices.get(&device.id)?;
        Some(DeviceStatistics::new(device, index, self.done))
    }

    /// The devices that slots name and the header does not.
    pub fn undeclared(&self) -> impl Iterator<Item = (DeviceId, UndeclaredDevice)> {
        self.undeclared.iter().map(|(&id, &device)| (id, device))
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

/// Which blocks of `cluster` belong to the device; `None` if it lies beyond
/// the device's end. A vmstate's size is an estimate and bounds nothing.
fn allowed_blocks(device: &Device, cluster: ClusterNumber) -> Option<BlockMask> {
    if device.is_vmstate() {
        return Some(BlockMask::FULL);
    }
    let left = device.size.saturating_sub(cluster.image_offset().0).min(CLUSTER_SIZE);
    let blocks = u32::try_from(left.div_ceil(BLOCK_SIZE)).unwrap_or(BLOCKS_PER_CLUSTER);
    (blocks > 0).then(|| BlockMask::FULL.first_stored(blocks))
}

/// What is there of a cluster.
#[derive(Clone, Copy)]
struct Stored {
    /// Blocks of which there are bytes.
    blocks: BlockMask,
    /// Bytes of these that cannot be had.
    unknown: u64,
}

impl Stored {
    /// What `holes`, which are in order, leave of the blocks of `mask`, stored
    /// from `start` on.
    fn of(mask: BlockMask, start: u64, holes: &[Range<u64>]) -> Self {
        let first = holes.partition_point(|hole| hole.end <= start);
        let end = start.saturating_add(CLUSTER_SIZE);
        let holes = holes.get(first..).unwrap_or(&[]);
        let holes = holes.get(..holes.partition_point(|hole| hole.start < end)).unwrap_or(&[]);
        if holes.is_empty() {
            return Self { blocks: mask, unknown: 0 };
        }
        let unknown_of = |block: u32| {
            let from = start.saturating_add(u64::from(mask.stored_before(block)) * BLOCK_SIZE);
            let until = from.saturating_add(BLOCK_SIZE);
            let parts =
                holes.iter().map(|hole| hole.end.min(until).saturating_sub(hole.start.max(from)));
            parts.fold(0, u64::saturating_add)
        };
        let stored = (0..BLOCKS_PER_CLUSTER).filter(|&block| mask.is_stored(block));
        let unknown = stored.map(|block| (block, unknown_of(block)));
        let there = unknown.filter(|&(_, unknown)| unknown < BLOCK_SIZE);
        let there: Vec<(u32, u64)> = there.collect();
        let unknown = there.iter().map(|&(_, unknown)| unknown).fold(0, u64::saturating_add);
        Self { blocks: BlockMask::of(there.into_iter().map(|(block, _)| block)), unknown }
    }
}

/// What speaks against fewer than 512 bytes at the archive's end: nothing, if
/// they do not even start like an extent header.
fn faults_of_cut_header(bytes: &[u8]) -> Vec<FindingKind> {
    let start = bytes.get(..extent::MAGIC.len()).unwrap_or(bytes);
    if bytes.is_empty() || !extent::MAGIC.starts_with(start) {
        return Vec::new();
    }
    vec![FindingKind::ExtentHeaderCut { found: to_u64(bytes.len()) }]
}

/// Where in `bytes` the headers of archives may start; not all, if there are many.
fn find_starts(bytes: &[u8]) -> Vec<usize> {
    let starts = bytes.windows(START.len()).enumerate();
    starts.filter(|(_, bytes)| *bytes == START).map(|(at, _)| at).take(STARTS_MAX).collect()
}

/// The first sound extent header of this archive that lies wholly in `bytes`.
fn find_sound_extent(bytes: &[u8], header: &Header) -> Option<(usize, ExtentHeader)> {
    let first = *extent::MAGIC.first()?;
    let mut from = 0;
    while let Some(rest) = bytes.get(from..) {
        let at = from + rest.iter().position(|&byte| byte == first)?;
        let candidate = bytes.get(at..).and_then(|rest| rest.first_chunk::<HEADER_LENGTH>())?;
        if candidate.starts_with(&extent::MAGIC) {
            let candidate = ExtentHeader::parse(candidate);
            if candidate.faults(header.uuid()).is_empty() {
                return Some((at, candidate));
            }
        }
        from = at + 1;
    }
    None
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
