//! What the log's transactions change, in the order in which the kernel replays them.

use std::collections::BTreeMap;

use vma_source::{be_u32, le_u16, le_u32, le_u64, to_u64, to_usize};

use super::changes::{Change, Changes, SECTOR, What};
use super::disk::Disk;
use super::log::span;
use super::logged_inode::{Format, LoggedInode};
use super::record::Ring;
use super::transaction::{Item, Transaction, walk};
use crate::error::{Fault, Result};

const BUFFER: u16 = 0x123c;
const INODE: u16 = 0x123b;
const NEW_INODES: u16 = 0x123f;

/// What does not count for reading: quota; what is freed, counted or owned by which.
const PASSED_OVER: [u16; 8] = [0x123d, 0x123e, 0x1236, 0x1237, 0x1240, 0x1241, 0x1242, 0x1243];

/// Changes that are begun with one item and ended with the next number's: of the mapping
/// of a file, of attributes, of two files for one another. With where their number stands,
/// and those of the inodes.
const BEGUN: [(u16, usize, &[usize]); 3] =
    [(0x1244, 8, &[16]), (0x1246, 8, &[16]), (0x1248, 8, &[16, 24])];

const CANCEL: u16 = 0x2;

/// Buffers of inodes, of which only what is unlinked next is replayed, and of quota.
const NOT_READ: u16 = 0x1 | 0x4 | 0x8 | 0x10;

/// Kinds of buffers that are not read: heads of allocation groups, and the indexes of
/// directories (`enum xfs_blft`).
const KINDS_NOT_READ: [u16; 6] = [5, 6, 7, 12, 13, 14];

/// Bytes that a bit in the map of a buffer stands for.
const CHUNK: usize = 128;

/// What is to be put on top of the disk; `None` if all is in its place.
///
/// # Errors
///
/// The log cannot be had, makes no sense, or has what is not known.
pub(super) fn replay(disk: &Disk) -> Result<Option<Changes>> {
    let ring = Ring::open(disk)?;
    let Some(span) = span(&ring)? else { return Ok(None) };
    if !disk.superblock.is_summed {
        // Nothing makes one today that it could be tried with.
        return Err(Fault::unsupported("log of version 4 that is not replayed"));
    }
    let mut cancelled = Cancelled::default();
    walk(&ring, span, &mut |transaction| {
        cancelled.note(&transaction);
        Ok(())
    })?;
    let mut replay =
        Replay { disk, cancelled, changes: Changes::default(), begun: BTreeMap::new() };
    walk(&ring, span, &mut |transaction| replay.transaction(&transaction))?;
    let mut changes = replay.changes;
    changes.seal(replay.begun.into_values().flatten().collect());
    Ok(Some(changes))
}

fn corrupt() -> Fault {
    Fault::corrupt("log: an item")
}

/// Buffers that became something else later on, and how often: what the log has of them
/// from before is not to be replayed.
#[derive(Default)]
struct Cancelled(BTreeMap<(u64, u32), u32>);

impl Cancelled {
    fn note(&mut self, transaction: &Transaction) {
        for item in transaction.items.iter().filter(|item| item.kind() == BUFFER) {
            let buffer = Buffer::parse(item.format());
            if let Some(buffer) = buffer.filter(|buffer| buffer.flags & CANCEL != 0) {
                let count = self.0.entry(buffer.key()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    fn has(&self, key: (u64, u32)) -> bool {
        self.0.get(&key).is_some_and(|&count| count > 0)
    }

    fn take(&mut self, key: (u64, u32)) {
        if let Some(count) = self.0.get_mut(&key) {
            *count = count.saturating_sub(1);
        }
    }

    /// Whether one has some of the bytes in `length` bytes at `at`.
    fn touches(&self, at: u64, length: u64) -> bool {
        let end = at.saturating_add(length);
        let held = self.0.iter().filter(|(_, count)| **count > 0);
        held.map(|((sector, sectors), _)| {
            let start = sector.saturating_mul(SECTOR);
            start..start.saturating_add(u64::from(*sectors).saturating_mul(SECTOR))
        })
        .any(|range| range.start < end && at < range.end)
    }
}

/// What a buffer's item says: `xfs_buf_log_format`.
struct Buffer<'a> {
    flags: u16,
    sectors: u16,
    first: u64,
    map: &'a [u8],
}

impl<'a> Buffer<'a> {
    fn parse(format: &'a [u8]) -> Option<Self> {
        let map_size = to_usize(le_u32(format, 16).into());
        let map = format.get(20..)?.get(..map_size.checked_mul(4)?)?;
        let (flags, sectors) = (le_u16(format, 4), le_u16(format, 6));
        Some(Self { flags, sectors, first: le_u64(format, 8), map })
    }

    fn key(&self) -> (u64, u32) {
        (self.first, self.sectors.into())
    }

    fn is_read(&self) -> bool {
        self.flags & NOT_READ == 0 && !KINDS_NOT_READ.contains(&(self.flags >> 11))
    }

    /// Whether chunk `number` was logged.
    fn has(&self, number: usize) -> bool {
        self.map.get(number / 8).is_some_and(|byte| byte >> (number % 8) & 1 == 1)
    }

    /// Where each of the regions stands in the buffer (`xlog_recover_do_reg_buffer`): at
    /// the next chunk that was logged; then the chunks that it has count as done.
    fn places<'b>(&self, regions: &'b [Vec<u8>]) -> Option<Vec<(usize, &'b [u8])>> {
        let (mut places, mut chunk) = (Vec::new(), 0);
        let (chunks, length) = (self.map.len().checked_mul(8)?, usize::from(self.sectors) * 512);
        for region in regions {
            while chunk < chunks && !self.has(chunk) {
                chunk = chunk.checked_add(1)?;
            }
            let run = (chunk..chunks).take_while(|&number| self.has(number)).count();
            let count = run.min(region.len() / CHUNK);
            let at = chunk.checked_mul(CHUNK)?;
            let bytes = region.get(..count.checked_mul(CHUNK)?)?;
            if count == 0 || at.checked_add(bytes.len())? > length {
                return None;
            }
            places.push((at, bytes));
            chunk = chunk.checked_add(count)?;
        }
        Some(places)
    }
}

struct Replay<'a> {
    disk: &'a Disk,
    cancelled: Cancelled,
    changes: Changes,
    /// What was begun and not ended, by its kind and number.
    begun: BTreeMap<(u16, u64), Vec<u64>>,
}

impl Replay<'_> {
    /// First what buffers have, then all else, then what is cancelled
    /// (`xlog_recover_reorder_trans`).
    fn transaction(&mut self, transaction: &Transaction) -> Result<()> {
        let lsn = transaction.lsn;
        let (mut later, mut last) = (Vec::new(), Vec::new());
        for item in &transaction.items {
            match item.kind() {
                BUFFER => {
                    let buffer = Buffer::parse(item.format()).ok_or_else(corrupt)?;
                    if buffer.flags & CANCEL != 0 {
                        last.push(buffer.key());
                    } else {
                        self.buffer(lsn, &buffer, item)?;
                    }
                }
                NEW_INODES => self.new_inodes(lsn, item.format())?,
                _ => later.push(item),
            }
        }
        for item in later {
            self.other(lsn, item)?;
        }
        for key in last {
            self.cancelled.take(key);
        }
        Ok(())
    }

    fn buffer(&mut self, lsn: u64, buffer: &Buffer<'_>, item: &Item) -> Result<()> {
        if !buffer.is_read() || self.cancelled.has(buffer.key()) {
            return Ok(());
        }
        let regions = item.regions.get(1..).unwrap_or(&[]);
        let start = buffer.first.checked_mul(SECTOR).ok_or_else(corrupt)?;
        for (at, bytes) in buffer.places(regions).ok_or_else(corrupt)? {
            let at = start.checked_add(to_u64(at)).ok_or_else(corrupt)?;
            let what = What::Bytes { buffer: start, at, bytes: bytes.to_vec() };
            self.changes.push(Change { lsn, what })?;
        }
        Ok(())
    }

    /// `xfs_icreate_log`.
    fn new_inodes(&mut self, lsn: u64, format: &[u8]) -> Result<()> {
        let superblock = &self.disk.superblock;
        let (icl_ag, icl_agbno) = (be_u32(format, 4), be_u32(format, 8));
        let (icl_count, icl_isize) = (be_u32(format, 12), be_u32(format, 16));
        let icl_length = u64::from(be_u32(format, 20));
        let length = u64::from(icl_count).saturating_mul(icl_isize.into());
        let block = superblock.block_of(icl_ag.into(), icl_agbno.into());
        let at = superblock.block_at(block, icl_length).ok_or_else(corrupt)?;
        let makes_sense = u64::from(icl_isize) == to_u64(superblock.inode_size)
            && length <= icl_length.saturating_mul(superblock.block_size)
            && length <= 64 * 2048;
        if !makes_sense {
            return Err(corrupt());
        }
        if self.cancelled.touches(at, length) {
            return Ok(());
        }
        self.changes.push(Change { lsn, what: What::Cleared { at, length } })
    }

    fn other(&mut self, lsn: u64, item: &Item) -> Result<()> {
        let (kind, format) = (item.kind(), item.format());
        if kind == INODE {
            return self.inode(lsn, item);
        }
        if PASSED_OVER.contains(&kind) {
            return Ok(());
        }
        for (begins, number_at, inodes) in BEGUN {
            let number = le_u64(format, number_at);
            if kind == begins {
                let inodes = inodes.iter().map(|&at| le_u64(format, at)).collect();
                self.begun.insert((begins, number), inodes);
                return Ok(());
            }
            if kind == begins.saturating_add(1) {
                self.begun.remove(&(begins, number));
                return Ok(());
            }
        }
        Err(Fault::unsupported(format!("log: an item of kind {kind:#x}")))
    }

    fn inode(&mut self, lsn: u64, item: &Item) -> Result<()> {
        let format = Format::parse(item.format()).ok_or_else(corrupt)?;
        if self.cancelled.has(format.buffer) {
            return Ok(());
        }
        let inode = LoggedInode::parse(&format, &item.regions).ok_or_else(corrupt)?;
        self.disk.superblock.inode_at(inode.number).ok_or_else(corrupt)?;
        self.changes.push(Change { lsn, what: What::Inode(inode) })
    }
}
