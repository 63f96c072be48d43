//! qcow2 with clusters compressed by deflate.
//!
//! The file is, in order: the header, the L1 table, for each stretch of 512 MiB
//! that holds something its clusters and its L2 table, the refcount table and
//! its last blocks; the other blocks stand where they were complete. So nothing
//! has to be kept but what leads to the tables. Only the header and the L1
//! table, which come first, tell of what comes later. They could stand at the
//! end, and for QEMU they may; nbdkit's reader takes no L1 table there.

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

/// Where the L1 table stands: behind the header's cluster.
const L1: u64 = CLUSTER;

/// Bytes of header and L1 table that a step gives: the table of the largest
/// disk has 32 MiB.
const HEAD_PER_STEP: u64 = 16 * CLUSTER;

/// Clusters that do not compress are aligned. They are put off and given
/// together, so that the bytes left out for it hardly count: 2 MiB.
const PUT_OFF_MAX: usize = 32;

/// To a multiple of this a compressed cluster starts: libqcow reads zeros where
/// it stands at an odd offset.
const ALIGNMENT: u64 = 2;

/// A qcow2 file with compressed clusters. Many fields: its tables grow side by
/// side while the clusters are packed.
pub(super) struct Qcow2Stream {
    geometry: Geometry,
    units: StoredUnits,
    deflate: Deflate,
    size_max: u64,
    size: Option<u64>,
    /// Header and L1 table, and whether this pass started with them.
    head: Option<Vec<u8>>,
    has_head: bool,
    /// Bytes given so far in this pass.
    at: u64,
    /// The stretch whose L2 table is being filled, and the table.
    group: Option<u64>,
    table: Vec<u64>,
    put_off: Vec<PutOff>,
    /// The L2 tables that were given: stretch and offset.
    tables: Vec<(u64, u64)>,
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
    Head,
    Clusters,
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
            head: None,
            has_head: false,
            at: 0,
            group: None,
            table: Vec::new(),
            put_off: Vec::new(),
            tables: Vec::new(),
            counts: Counts::default(),
            state: State::Head,
        }))
    }

    /// Gives what comes next of the header and the L1 table: zeros, as long as
    /// no pass has told what stands there.
    fn give_head(&mut self, into: &mut Vec<u8>) {
        let head = self.head.take();
        self.has_head = head.is_some();
        let length = L1 + self.geometry.l1_clusters() * CLUSTER;
        let end = length.min(self.at + HEAD_PER_STEP);
        let known = head.iter().flatten().copied().skip(to_usize(self.at));
        let mut part: Vec<u8> = known.take(to_usize(HEAD_PER_STEP)).collect();
        part.resize(to_usize(end - self.at), 0);
        self.give(&part, into);
        self.head = head;
        if end == length {
            self.state = State::Clusters;
        }
    }

    fn give_clusters(&mut self, into: &mut Vec<u8>) -> Result<(), Error> {
        let Some(batch) = self.units.next()? else {
            self.give_table(into);
            self.state = State::Refcounts;
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
        let start = self.at.next_multiple_of(ALIGNMENT);
        into.resize(into.len() + to_usize(start - self.at), 0);
        into.extend(compressed);
        self.at = start + to_u64(compressed.len());
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

    /// Header and L1 table, complete.
    fn whole_head(&self, tables: Tables) -> Vec<u8> {
        let mut head = self.geometry.header(tables);
        head.resize(to_usize(L1), 0);
        let mut given = self.tables.iter().peekable();
        for slot in 0..self.geometry.l1_slots {
            let table = given.next_if(|(group, _)| *group == slot);
            let entry = table.map_or(0, |(_, offset)| COPIED | offset);
            head.extend(entry.to_be_bytes());
        }
        head
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
        let tables = Tables { refcount_table, refcount_table_clusters, l1: L1 };
        self.head = Some(self.whole_head(tables));
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
            State::Head => self.give_head(into),
            State::Clusters => self.give_clusters(into)?,
            State::Refcounts => self.give_refcounts(into),
            State::Ended => return Ok(false),
        }
        Ok(true)
    }

    fn head(&self) -> Option<&[u8]> {
        let at_end = matches!(self.state, State::Ended);
        self.head.as_deref().filter(|_| at_end && !self.has_head)
    }

    fn restart(&mut self) {
        self.units.restart();
        (self.at, self.group) = (0, None);
        self.put_off.clear();
        self.tables.clear();
        self.counts = Counts::default();
        self.state = State::Head;
    }
}
