//! VMDK, streamOptimized: compressed grains of 64 KiB, in order.
//!
//! Source: VMware's "Virtual Disk Format 5.0" technical note, "Stream-Optimized
//! Compressed Sparse Extents". The file is, in order: header, descriptor, for
//! each stretch of 32 MiB that holds something its grains and its grain table,
//! the grain directory, the footer (the header, complete), the end of stream.
//! Each of the latter four stands behind a marker.

use core::ops::Range;

use super::bytes::{Record, to_u32, to_u64, to_usize};
use super::deflate::{Deflate, STORED_UNIT, push_stored};
use super::format::StreamFormat;
use super::refusal::Refusal;
use super::stored_disk::{Disk, SECTOR};
use super::stored_units::StoredUnits;
use super::stream::{DiskStream, Progress};
use super::vmdk::{self, FILE_SIZE_MAX, GRAIN_SECTORS, Header, TABLE_SECTORS, TABLE_SLOTS};
use crate::source::Error;

/// Sectors before the first grain.
const OVERHEAD: u64 = 128;

/// Bytes before the data of a grain: where it is on the disk, and its length.
const GRAIN_MARKER: u64 = 12;

/// Sectors of a grain that is stored as it is, which is the longest.
const GRAIN_SECTORS_MAX: u64 = (GRAIN_MARKER + STORED_UNIT).div_ceil(SECTOR);

/// Instead of the grain directory's place: look into the footer.
const DIRECTORY_AT_END: u64 = u64::MAX;

/// Bits of the header's flags: grains are compressed, there are markers.
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;

/// The header's name of deflate.
const DEFLATE: u16 = 1;

/// Entries of the grain directory that one step gives.
const SLOTS_PER_STEP: u64 = 128 << 10;

/// What a marker announces.
#[derive(Clone, Copy)]
enum Marker {
    GrainTable,
    GrainDirectory,
    Footer,
}

/// A streamOptimized VMDK. Many fields: its tables grow side by side while the
/// grains are packed.
pub(super) struct VmdkStream {
    header: Header,
    descriptor: Vec<u8>,
    units: StoredUnits,
    /// `None`: grains are stored as they are.
    deflate: Option<Deflate>,
    directory_slots: u64,
    size_max: u64,
    size: Option<u64>,
    /// Bytes given so far in this pass.
    at: u64,
    /// The group of grains whose table is being filled, and the table.
    group: Option<u64>,
    table: Vec<u32>,
    /// The grain tables that were given: group and sector.
    tables: Vec<(u64, u32)>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Start,
    Grains,
    Directory { slot: u64 },
    Ended,
}

impl VmdkStream {
    pub(super) fn boxed(disk: &Disk, as_it_is: bool) -> Result<Box<dyn DiskStream>, Refusal> {
        let format =
            if as_it_is { StreamFormat::VmdkStreamStored } else { StreamFormat::VmdkStream };
        let size = disk.size_within(format.code(), vmdk::SIZE_MAX)?;
        let directory_slots = vmdk::directory_slots(size);
        let tables = disk.stored.grouped(TABLE_SLOTS).len() * (1 + TABLE_SECTORS);
        let grains = disk.stored.len() * GRAIN_SECTORS_MAX;
        // The directory and its marker, the footer and its, the end.
        let end = directory_sectors(directory_slots) + 4;
        let size_max = (OVERHEAD + grains + tables + end) * SECTOR;
        Refusal::unless_file_fits(format.code(), size_max, FILE_SIZE_MAX)?;
        let header = Header {
            version: 3,
            flags: vmdk::LINE_ENDS | COMPRESSED | MARKERS,
            capacity: size / SECTOR,
            redundant_directory: 0,
            directory: DIRECTORY_AT_END,
            overhead: OVERHEAD,
            compression: DEFLATE,
        };
        Ok(Box::new(Self {
            header,
            descriptor: vmdk::descriptor(disk, "streamOptimized", size),
            units: StoredUnits::new(disk),
            deflate: (!as_it_is).then(Deflate::zlib),
            directory_slots,
            size_max,
            size: as_it_is.then_some(size_max),
            at: 0,
            group: None,
            table: Vec::new(),
            tables: Vec::new(),
            state: State::Start,
        }))
    }

    fn give_start(&mut self, into: &mut Vec<u8>) {
        let start = Record::new(to_usize(OVERHEAD * SECTOR))
            .put(0, &self.header.record())
            .put(to_usize(SECTOR), &self.descriptor);
        self.give(start.bytes(), into);
        self.state = State::Grains;
    }

    fn give_grains(&mut self, into: &mut Vec<u8>) -> Result<(), Error> {
        let Some(batch) = self.units.next()? else {
            self.give_table(into);
            self.state = State::Directory { slot: 0 };
            return Ok(());
        };
        for (number, bytes) in batch.units() {
            let group = Some(number / TABLE_SLOTS);
            if self.group != group {
                self.give_table(into);
                self.table = vec![0; to_usize(TABLE_SLOTS)];
                self.group = group;
            }
            let sector = self.sector();
            if let Some(slot) = self.table.get_mut(to_usize(number % TABLE_SLOTS)) {
                *slot = sector;
            }
            self.give_grain(number, bytes, into);
        }
        Ok(())
    }

    fn give_grain(&mut self, number: u64, bytes: &[u8], into: &mut Vec<u8>) {
        let start = into.len();
        into.extend((number * GRAIN_SECTORS).to_le_bytes());
        into.extend([0; 4]);
        let data = into.len();
        match self.deflate.as_mut().and_then(|deflate| deflate.compress(bytes)) {
            Some(compressed) => into.extend(compressed),
            None => push_stored(bytes, into),
        }
        let length = to_u32(to_u64(into.len() - data)).to_le_bytes();
        if let Some(field) = into.get_mut(data - length.len()..data) {
            field.copy_from_slice(&length);
        }
        self.took(start, into);
    }

    /// Gives the table of the group that is complete, if there is one.
    fn give_table(&mut self, into: &mut Vec<u8>) {
        let Some(group) = self.group.take() else { return };
        self.give_marker(Marker::GrainTable, TABLE_SECTORS, into);
        self.tables.push((group, self.sector()));
        let table: Vec<u8> = self.table.iter().flat_map(|sector| sector.to_le_bytes()).collect();
        self.give(&table, into);
    }

    fn give_directory(&mut self, slot: u64, into: &mut Vec<u8>) {
        if slot == 0 {
            let sectors = directory_sectors(self.directory_slots);
            self.give_marker(Marker::GrainDirectory, sectors, into);
            self.header.directory = self.at / SECTOR;
        }
        let end = self.directory_slots.min(slot + SLOTS_PER_STEP);
        let mut part = vec![0; to_usize((end - slot) * 4)];
        let first = self.tables.partition_point(|(group, _)| *group < slot);
        let tables = self.tables.iter().skip(first).take_while(|(group, _)| *group < end);
        for (group, sector) in tables {
            let at = to_usize((group - slot) * 4);
            if let Some(entry) = part.get_mut(at..at + 4) {
                entry.copy_from_slice(&sector.to_le_bytes());
            }
        }
        self.give(&part, into);
        self.state = State::Directory { slot: end };
        if end == self.directory_slots {
            self.give_end(into);
        }
    }

    fn give_end(&mut self, into: &mut Vec<u8>) {
        self.give_marker(Marker::Footer, 1, into);
        self.give(&self.header.record(), into);
        self.give(&[0; 512], into);
        self.size = Some(self.at);
        self.state = State::Ended;
    }

    fn give_marker(&mut self, marker: Marker, sectors: u64, into: &mut Vec<u8>) {
        let kind = match marker {
            Marker::GrainTable => 1,
            Marker::GrainDirectory => 2,
            Marker::Footer => 3,
        };
        self.give(Record::new(512).le64(0, sectors).le32(12, kind).bytes(), into);
    }

    /// Gives `bytes`, filled up to whole sectors.
    fn give(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        let start = into.len();
        into.extend(bytes);
        self.took(start, into);
    }

    /// Fills up what was appended from `start` on to whole sectors.
    fn took(&mut self, start: usize, into: &mut Vec<u8>) {
        let length = (into.len() - start).next_multiple_of(to_usize(SECTOR));
        into.resize(start + length, 0);
        self.at += to_u64(length);
    }

    /// The sector that comes next.
    fn sector(&self) -> u32 {
        to_u32(self.at / SECTOR)
    }
}

impl DiskStream for VmdkStream {
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
        if let State::Grains = self.state {
            self.units.trace(ahead, into);
        }
    }

    fn approach(&self, work_max: u64) -> Result<bool, Error> {
        match self.state {
            State::Grains => self.units.approach(work_max),
            _ => Ok(true),
        }
    }

    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error> {
        match self.state {
            State::Start => self.give_start(into),
            State::Grains => self.give_grains(into)?,
            State::Directory { slot } => self.give_directory(slot, into),
            State::Ended => return Ok(false),
        }
        Ok(true)
    }

    fn head(&self) -> Option<&[u8]> {
        None
    }

    fn restart(&mut self) {
        self.units.restart();
        self.header.directory = DIRECTORY_AT_END;
        (self.at, self.group) = (0, None);
        self.tables.clear();
        self.state = State::Start;
    }
}

fn directory_sectors(slots: u64) -> u64 {
    (slots * 4).div_ceil(SECTOR)
}
