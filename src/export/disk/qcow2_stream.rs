//! qcow2 with clusters compressed by deflate.
//!
//! The file is, in order: the header, for each stretch of 512 MiB that holds
//! something its clusters and its L2 table, the L1 table, the refcount table
//! and its last blocks; the other blocks stand where they were complete. So
//! nothing has to be kept but what leads to the tables. Only the header, which
//! comes first, tells of what comes last.

use core::ops::Range;

use super::bytes::{to_u64, to_usize};
use super::deflate::Deflate;
use super::qcow2::{CLUSTER, COPIED, Geometry, L2_SLOTS, REFCOUNTS, Refcounts, Tables};
use super::refusal::Refusal;
use super::stored_disk::Disk;
use super::stored_units::StoredUnits;
use super::stream::{DiskStream, Progress};
use crate::source::Error;

/// Bit of an L2 table's entry: the cluster is compressed.
const COMPRESSED: u64 = 1 << 62;

/// From this bit on such an entry counts sectors: 62 - (16 - 8), for clusters
/// of 2^16 bytes.
const SECTORS_SHIFT: u32 = 54;

/// Clusters that do not compress are aligned. They are put off and given
/// together, so that the bytes left out for it hardly count: 2 MiB.
const PUT_OFF_MAX: usize = 32;

/// Entries of the L1 table that one step gives.
const SLOTS_PER_STEP: u64 = 128 << 10;

/// A qcow2 file with compressed clusters. Many fields: its tables grow side by
/// side while the clusters are packed.
pub(super) struct Qcow2Stream {
    geometry: Geometry,
    units: StoredUnits,
    deflate: Deflate,
    size_max: u64,
    size: Option<u64>,
    /// The header, and whether this pass started with it.
    header: Option<Vec<u8>>,
    has_header: bool,
    /// Bytes given so far in this pass.
    at: u64,
    /// The stretch whose L2 table is being filled, and the table.
    group: Option<u64>,
    table: Vec<u64>,
    put_off: Vec<PutOff>,
    /// The L2 tables that were given: stretch and offset.
    tables: Vec<(u64, u64)>,
    l1: u64,
    counts: Counts,
    state: State,
}

/// A cluster that does not compress.
struct PutOff {
    slot: u64,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
enum State {
    Start,
    Clusters,
    L1 { slot: u64 },
    Refcounts,
    Ended,
}

/// The refcounts of the clusters of the file.
#[derive(Default)]
struct Counts {
    /// The offsets of the blocks that were given.
    blocks: Vec<u64>,
    /// The counts of the clusters behind those that these blocks count.
    rest: Vec<u16>,
}

impl Counts {
    /// Counts one more use of each cluster that `range` of the file touches.
    fn add(&mut self, range: Range<u64>) {
        let counted = to_u64(self.blocks.len()) * REFCOUNTS;
        let first = to_usize((range.start / CLUSTER).saturating_sub(counted));
        let end = to_usize(range.end.div_ceil(CLUSTER).saturating_sub(counted));
        if self.rest.len() < end {
            self.rest.resize(end, 0);
        }
        for count in self.rest.iter_mut().take(end).skip(first) {
            *count = count.saturating_add(1);
        }
    }

    /// Takes the next block, which will stand at `offset`.
    fn take_block(&mut self, offset: u64) -> Vec<u8> {
        let length = to_usize(REFCOUNTS);
        let mut block: Vec<u16> = self.rest.drain(..length.min(self.rest.len())).collect();
        block.resize(length, 0);
        self.blocks.push(offset);
        block.into_iter().flat_map(u16::to_be_bytes).collect()
    }
}

impl Qcow2Stream {
    pub(super) fn boxed(disk: &Disk) -> Result<Box<dyn DiskStream>, Refusal> {
        let geometry = Geometry::of(disk)?;
        let groups = disk.stored.grouped(L2_SLOTS).len();
        let others = 1 + geometry.l1_clusters() + groups + disk.stored.len();
        let refcounts = Refcounts::of(others);
        Ok(Box::new(Self {
            geometry,
            units: StoredUnits::new(disk),
            deflate: Deflate::for_qemu(),
            size_max: (others + refcounts.table_clusters + refcounts.blocks) * CLUSTER,
            size: None,
            header: None,
            has_header: false,
            at: 0,
            group: None,
            table: Vec::new(),
            put_off: Vec::new(),
            tables: Vec::new(),
            l1: 0,
            counts: Counts::default(),
            state: State::Start,
        }))
    }

    fn give_start(&mut self, into: &mut Vec<u8>) {
        let mut header = self.header.clone().unwrap_or_default();
        self.has_header = !header.is_empty();
        header.resize(to_usize(CLUSTER), 0);
        self.give(&header, into);
        self.state = State::Clusters;
    }

    fn give_clusters(&mut self, into: &mut Vec<u8>) -> Result<(), Error> {
        let Some(batch) = self.units.next()? else {
            self.give_table(into);
            self.l1 = self.at;
            self.state = State::L1 { slot: 0 };
            return Ok(());
        };
        for (number, bytes) in batch.units() {
            let group = Some(number / L2_SLOTS);
            if self.group != group {
                self.give_table(into);
                self.table = vec![0; to_usize(L2_SLOTS)];
                self.group = group;
            }
            self.give_cluster(number % L2_SLOTS, bytes, into);
        }
        Ok(())
    }

    fn give_cluster(&mut self, slot: u64, bytes: &[u8], into: &mut Vec<u8>) {
        let Some(compressed) = self.deflate.compress(bytes) else {
            self.put_off.push(PutOff { slot, bytes: bytes.to_vec() });
            if self.put_off.len() >= PUT_OFF_MAX {
                self.give_put_off(into);
            }
            return;
        };
        into.extend(compressed);
        let start = self.at;
        self.at += to_u64(compressed.len());
        self.counts.add(start..self.at);
        let further_sectors = (self.at - 1) / 512 - start / 512;
        self.map(slot, COMPRESSED | further_sectors << SECTORS_SHIFT | start);
    }

    fn give_put_off(&mut self, into: &mut Vec<u8>) {
        for PutOff { slot, bytes } in core::mem::take(&mut self.put_off) {
            let start = self.give(&bytes, into);
            self.map(slot, COPIED | start);
        }
    }

    fn map(&mut self, slot: u64, entry: u64) {
        if let Some(place) = self.table.get_mut(to_usize(slot)) {
            *place = entry;
        }
    }

    /// Gives the L2 table of the stretch that is complete, if there is one, and
    /// the refcount block that may be.
    fn give_table(&mut self, into: &mut Vec<u8>) {
        let Some(group) = self.group.take() else { return };
        self.give_put_off(into);
        let table: Vec<u8> = self.table.iter().flat_map(|entry| entry.to_be_bytes()).collect();
        let start = self.give(&table, into);
        self.tables.push((group, start));
        let counted = to_u64(self.counts.blocks.len()) * REFCOUNTS;
        if self.at / CLUSTER >= counted + REFCOUNTS {
            let block = self.counts.take_block(self.at);
            self.give(&block, into);
        }
    }

    fn give_l1(&mut self, slot: u64, into: &mut Vec<u8>) {
        let end = self.geometry.l1_slots.min(slot + SLOTS_PER_STEP);
        let mut part = vec![0; to_usize((end - slot) * 8)];
        let first = self.tables.partition_point(|(group, _)| *group < slot);
        let tables = self.tables.iter().skip(first).take_while(|(group, _)| *group < end);
        for (group, offset) in tables {
            let at = to_usize((group - slot) * 8);
            if let Some(entry) = part.get_mut(at..at + 8) {
                entry.copy_from_slice(&(COPIED | offset).to_be_bytes());
            }
        }
        self.give(&part, into);
        let ended = end == self.geometry.l1_slots;
        self.state = if ended { State::Refcounts } else { State::L1 { slot: end } };
    }

    fn give_refcounts(&mut self, into: &mut Vec<u8>) {
        let given = to_u64(self.counts.blocks.len());
        let needed = Refcounts::of(self.at / CLUSTER - given);
        let refcount_table = self.at;
        let table_length = needed.table_clusters * CLUSTER;
        let left = needed.blocks - given;
        self.counts.add(refcount_table..refcount_table + table_length + left * CLUSTER);
        let blocks_start = refcount_table + table_length;
        let blocks: Vec<_> =
            (0..left).map(|n| self.counts.take_block(blocks_start + n * CLUSTER)).collect();
        let table = self.counts.blocks.iter().flat_map(|offset| offset.to_be_bytes());
        let mut table: Vec<u8> = table.collect();
        table.resize(to_usize(table_length), 0);
        for part in core::iter::once(table).chain(blocks) {
            self.at += to_u64(part.len());
            into.extend(part);
        }
        let refcount_table_clusters = needed.table_clusters;
        let tables = Tables { refcount_table, refcount_table_clusters, l1: self.l1 };
        self.header = Some(self.geometry.header(tables));
        self.size = Some(self.at);
        self.state = State::Ended;
    }

    /// Gives whole clusters, at the next cluster's start, and counts them;
    /// returns where that was.
    fn give(&mut self, bytes: &[u8], into: &mut Vec<u8>) -> u64 {
        let start = self.at.next_multiple_of(CLUSTER);
        into.resize(into.len() + to_usize(start - self.at), 0);
        into.extend(bytes);
        let end = (start + to_u64(bytes.len())).next_multiple_of(CLUSTER);
        into.resize(into.len() + to_usize(end - start) - bytes.len(), 0);
        self.at = end;
        self.counts.add(start..end);
        start
    }
}

impl DiskStream for Qcow2Stream {
    fn size_max(&self) -> u64 {
        self.size_max
    }

    fn size(&self) -> Option<u64> {
        self.size
    }

    fn progress(&self) -> Progress {
        self.units.progress()
    }

    fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>) {
        if let State::Clusters = self.state {
            self.units.trace(ahead, into);
        }
    }

    fn approach(&self, work_max: u64) -> Result<bool, Error> {
        match self.state {
            State::Clusters => self.units.approach(work_max),
            _ => Ok(true),
        }
    }

    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        match self.state {
            State::Start => self.give_start(into),
            State::Clusters => self.give_clusters(into)?,
            State::L1 { slot } => self.give_l1(slot, into),
            State::Refcounts => self.give_refcounts(into),
            State::Ended => return Ok(false),
        }
        Ok(true)
    }

    fn head(&self) -> Option<&[u8]> {
        let at_end = matches!(self.state, State::Ended);
        self.header.as_deref().filter(|_| at_end && !self.has_header)
    }

    fn restart(&mut self) {
        self.units.restart();
        (self.at, self.group) = (0, None);
        self.put_off.clear();
        self.tables.clear();
        self.counts = Counts::default();
        self.state = State::Start;
    }
}
