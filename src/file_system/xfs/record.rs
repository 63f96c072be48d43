//! Records of the log: `xlog_rec_header`. Big-endian. Every sector of the log starts with
//! the number of the round in which it was written; the words that stood there are in the
//! record's header.

use vma_source::{be_u32, be_u64, le_u32, to_u64, to_usize};

use super::changes::SECTOR;
use super::disk::Disk;
use crate::error::{Fault, FaultKind, Result};

const MAGIC: u32 = 0xfeed_babe;

/// Records of version 2 may be larger than one header has words for.
const VERSION_2: u32 = 2;

/// Bytes of a record's data that one header has words for.
const PER_HEADER: u64 = 32 << 10;

/// Bytes of the largest record's data (`XLOG_MAX_RECORD_BSIZE`).
pub(super) const DATA_MAX: u64 = 256 << 10;

/// Bytes of a header that count for the checksum; of one of a host of 32 bits.
const HEADER: usize = 328;
const HEADER_32: usize = 324;

/// The same of each header behind the first.
const HEADER_MORE: usize = 260;

const WORDS_AT: usize = 44;
const WORDS: usize = 64;

/// Numbers stand as a little-endian host has them.
const LITTLE_ENDIAN: u32 = 1;

const UNMOUNT: u8 = 0x20;

/// The log, as sectors that go round.
pub(super) struct Ring<'a> {
    pub(super) disk: &'a Disk,
    start: u64,
    pub(super) sectors: u64,
}

/// A record, its data as they were before they were written.
pub(super) struct Record {
    pub(super) lsn: u64,
    pub(super) tail: u64,
    pub(super) operations: u32,
    pub(super) data: Vec<u8>,
    /// Whether its checksum agrees, where there is one.
    pub(super) is_sound: bool,
    /// The sector behind it.
    pub(super) next: u64,
}

impl Record {
    /// Whether it says that all is in its place: one operation, of an unmount.
    pub(super) fn is_unmount(&self) -> bool {
        self.operations == 1 && self.data.get(9).is_some_and(|flags| flags & UNMOUNT != 0)
    }
}

impl<'a> Ring<'a> {
    /// The log of a file system.
    ///
    /// # Errors
    ///
    /// It is on another device, or not inside.
    pub(super) fn open(disk: &'a Disk) -> Result<Self> {
        let superblock = &disk.superblock;
        if superblock.log_start == 0 {
            return Err(Fault::unsupported("log on another device"));
        }
        let start = superblock.block_at(superblock.log_start, superblock.log_blocks.max(1));
        let start = start.ok_or_else(|| Fault::corrupt("log"))?;
        let bytes = superblock.log_blocks.saturating_mul(superblock.block_size);
        Ok(Self { disk, start, sectors: bytes / SECTOR })
    }

    /// The sector `count` sectors behind `sector`.
    pub(super) fn after(&self, sector: u64, count: u64) -> u64 {
        sector.saturating_add(count).checked_rem(self.sectors).unwrap_or(0)
    }

    /// Sectors from `from` on to `to`.
    pub(super) fn distance(&self, from: u64, to: u64) -> u64 {
        self.after(to.saturating_add(self.sectors).saturating_sub(from), 0)
    }

    /// `count` sectors from `sector` on, over the end if need be.
    pub(super) fn read(&self, sector: u64, count: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; to_usize(count.saturating_mul(SECTOR))];
        let until_end = self.sectors.saturating_sub(sector).min(count);
        let middle = to_usize(until_end.saturating_mul(SECTOR));
        let (first, second) = bytes.split_at_mut_checked(middle).unwrap_or_default();
        let at = self.start.saturating_add(sector.saturating_mul(SECTOR));
        self.disk.read(at, first, "log")?;
        self.disk.read(self.start, second, "log")?;
        Ok(bytes)
    }

    /// The round in which a sector was written (`xlog_get_cycle`).
    pub(super) fn round(sector: &[u8]) -> u32 {
        let first = be_u32(sector, 0);
        if first == MAGIC { be_u32(sector, 4) } else { first }
    }

    pub(super) fn round_of(&self, sector: u64) -> Result<u32> {
        Ok(Self::round(&self.read(sector, 1)?))
    }

    /// The record whose header is at `sector`; `None` if there is no header.
    ///
    /// # Errors
    ///
    /// It cannot be had; or it is of another host, or makes no sense.
    pub(super) fn record(&self, sector: u64) -> Result<Option<Record>> {
        let header = self.read(sector, 1)?;
        if be_u32(&header, 0) != MAGIC {
            return Ok(None);
        }
        let (h_version, h_len, h_size) =
            (be_u32(&header, 8), be_u32(&header, 12), be_u32(&header, 320));
        let is_own =
            header.get(304..).is_some_and(|uuid| uuid.starts_with(&self.disk.superblock.uuid));
        let length = u64::from(h_len);
        let is_large = h_version & VERSION_2 != 0 && u64::from(h_size) > PER_HEADER;
        let headers = if is_large { u64::from(h_size).div_ceil(PER_HEADER) } else { 1 };
        let sectors = length.div_ceil(SECTOR);
        let fits = length <= DATA_MAX
            && u64::from(h_size) <= DATA_MAX
            && sectors.saturating_add(headers) < self.sectors
            && sectors <= headers.saturating_mul(to_u64(WORDS));
        if !is_own || !fits {
            return Err(Fault::corrupt(format!("log: record at {sector}")));
        }
        if be_u32(&header, 300) != LITTLE_ENDIAN {
            return Err(Fault::new(FaultKind::Unsupported, "log of a big-endian host"));
        }
        let whole = self.read(sector, headers.saturating_add(sectors))?;
        let (heads, stored) =
            whole.split_at_checked(to_usize(headers.saturating_mul(SECTOR))).unwrap_or_default();
        let is_sound = self.is_sound(heads, stored.get(..to_usize(length)).unwrap_or(&[]));
        Ok(Some(Record {
            lsn: be_u64(&header, 16),
            tail: be_u64(&header, 24),
            operations: be_u32(&header, 40),
            data: unpacked(heads, stored, to_usize(length)),
            is_sound,
            next: self.after(sector, headers.saturating_add(sectors)),
        }))
    }

    /// Whether the checksum over a record agrees: over its header without the checksum, the
    /// further headers that its data need, and the data as they stand there.
    fn is_sound(&self, heads: &[u8], stored: &[u8]) -> bool {
        let h_crc = le_u32(heads, 32);
        if !self.disk.superblock.is_summed || h_crc == 0 {
            return true;
        }
        let sums = &self.disk.sums;
        let needed = stored.len().div_ceil(to_usize(PER_HEADER)).saturating_sub(1);
        [HEADER, HEADER_32].into_iter().any(|length| {
            let state = sums.on_from(u32::MAX, heads.get(..32).unwrap_or(&[]));
            let state =
                sums.on_from(sums.on_from(state, &[0; 4]), heads.get(36..length).unwrap_or(&[]));
            let more = heads.chunks(to_usize(SECTOR)).skip(1).take(needed);
            let state = more.fold(state, |state, header| {
                sums.on_from(state, header.get(..HEADER_MORE).unwrap_or(&[]))
            });
            !sums.on_from(state, stored) == h_crc
        })
    }
}

/// The data with the words back that each sector started with.
fn unpacked(heads: &[u8], stored: &[u8], length: usize) -> Vec<u8> {
    let words = heads.chunks(to_usize(SECTOR)).enumerate().flat_map(|(number, header)| {
        let at = if number == 0 { WORDS_AT } else { 4 };
        header.get(at..).unwrap_or(&[]).chunks_exact(4).take(WORDS)
    });
    let mut data = stored.to_vec();
    for (sector, word) in data.chunks_mut(to_usize(SECTOR)).zip(words) {
        for (to, from) in sector.iter_mut().zip(word) {
            *to = *from;
        }
    }
    data.truncate(length);
    data
}
