//! Extended attributes: in the inode, or in blocks of which the leaves follow on one
//! another (`xfs_attr_leafblock`); long values have blocks of their own.

use vma_source::{be_u16, be_u32, to_u64, to_usize};

use super::access_list;
use super::contents::check;
use super::disk::{Disk, Stamp};
use super::inode::{Fork, Format, Inode};
use super::map::runs;
use crate::error::{Fault, FaultKind, Result};
use crate::reader::{ExtendedAttribute, Name};

const LOCAL: u8 = 0x1;
const ROOT: u8 = 0x2;
const SECURE: u8 = 0x4;
const PARENT: u8 = 0x8;
const INCOMPLETE: u8 = 0x80;

/// The largest value that there is, and bytes of all of one thing's together.
const VALUE_MAX: usize = 1 << 16;
const VALUES_MAX: usize = 4 << 20;

/// Leaves that are looked at, and levels of nodes above them.
const LEAVES_MAX: usize = 4096;
const LEVELS_MAX: usize = 5;

/// In front of each block of a value, in version 5.
const VALUE_HEADER: usize = 56;

/// The fork of attributes that is read.
struct Reading<'a> {
    disk: &'a Disk,
    inode: &'a Inode,
    fork: Fork<'a>,
    found: Vec<ExtendedAttribute>,
    bytes: usize,
}

/// All attributes that a program on Linux would be told.
///
/// # Errors
///
/// They cannot be had, or are corrupt.
pub(super) fn all(disk: &Disk, inode: &Inode) -> Result<Vec<ExtendedAttribute>> {
    if disk.changes.is_unfinished(inode.number) {
        check(disk, inode)?;
    }
    let Some(fork) = inode.attributes() else { return Ok(Vec::new()) };
    let format = fork.format;
    let mut reading = Reading { disk, inode, fork, found: Vec::new(), bytes: 0 };
    match format {
        Format::Local => reading.short()?,
        Format::Extents if reading.fork.count == 0 => {}
        Format::Extents | Format::Tree => reading.leaves()?,
        Format::Other => return Err(reading.corrupt()),
    }
    Ok(reading.found)
}

fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let is_it = matches!(be_u16(bytes, 8), 0xfbee | 0x3bee | 0xfebe | 0x3ebe);
    is_it.then_some(Stamp { crc: 12, block_number: 16, uuid: 32, owner: 48 })
}

fn value_stamp(bytes: &[u8]) -> Option<Stamp> {
    let is_it = be_u32(bytes, 0) == 0x5841_524d;
    is_it.then_some(Stamp { crc: 12, block_number: 40, uuid: 16, owner: 32 })
}

impl Reading<'_> {
    fn corrupt(&self) -> Fault {
        Fault::corrupt(format!("inode {}: extended attributes", self.inode.number))
    }

    fn add(&mut self, flags: u8, name: &[u8], value: Vec<u8>) -> Result<()> {
        self.bytes = self.bytes.saturating_add(name.len()).saturating_add(value.len());
        if self.bytes > VALUES_MAX {
            let about = format!("inode {}: extended attributes", self.inode.number);
            return Err(Fault::new(FaultKind::TooLarge, about));
        }
        if flags & (INCOMPLETE | PARENT) != 0 {
            return Ok(());
        }
        let list = access_list::name_of(name).filter(|_| flags & ROOT != 0);
        if let Some(name) = list {
            let value = access_list::convert(&value).ok_or_else(|| self.corrupt())?;
            self.found.push(ExtendedAttribute { name: Name(name.to_vec()), value });
            return Ok(());
        }
        let prefix: &[u8] = match flags & (ROOT | SECURE) {
            0 => b"user.",
            ROOT => b"trusted.",
            SECURE => b"security.",
            _ => return Err(self.corrupt()),
        };
        self.found.push(ExtendedAttribute { name: Name([prefix, name].concat()), value });
        Ok(())
    }

    /// In the inode: `xfs_attr_sf_hdr`.
    fn short(&mut self) -> Result<()> {
        let length = usize::from(be_u16(self.fork.bytes, 0));
        let count = self.fork.bytes.get(2).copied().unwrap_or(0);
        let bytes = self.fork.bytes.get(..length).ok_or_else(|| self.corrupt())?.to_vec();
        let mut at = 4_usize;
        for _ in 0..count {
            let entry = bytes.get(at..).unwrap_or(&[]);
            let [name_length, value_length, flags] = vma_source::array::<3>(entry);
            let value_at = usize::from(name_length).saturating_add(3);
            let end = value_at.saturating_add(value_length.into());
            let name = entry.get(3..value_at).ok_or_else(|| self.corrupt())?;
            let value = entry.get(value_at..end).ok_or_else(|| self.corrupt())?;
            self.add(flags, name, value.to_vec())?;
            at = at.saturating_add(end);
        }
        Ok(())
    }

    /// Block `number` of the fork, in bytes of the disk.
    fn place(&self, number: u64) -> Result<u64> {
        let found = runs(self.disk, self.inode.number, &self.fork, number)?;
        found.first().and_then(|run| run.at).ok_or_else(|| self.corrupt())
    }

    fn block(&self, number: u64) -> Result<Vec<u8>> {
        let (at, length) = (self.place(number)?, self.disk.superblock.block_size);
        self.disk.block(at, length, self.inode.number, stamp, "extended attributes")
    }

    /// From the first leaf on, through all that follow.
    fn leaves(&mut self) -> Result<()> {
        let is_summed = self.disk.superblock.is_summed;
        let mut block = self.block(0)?;
        for _ in 0..LEVELS_MAX {
            if !matches!(be_u16(&block, 8), 0xfebe | 0x3ebe) {
                break;
            }
            let first = if is_summed { 64 } else { 16 };
            block = self.block(be_u32(&block, first + 4).into())?;
        }
        for _ in 0..LEAVES_MAX {
            if !matches!(be_u16(&block, 8), 0xfbee | 0x3bee) {
                return Err(self.corrupt());
            }
            self.leaf(&block)?;
            match be_u32(&block, 0) {
                0 => return Ok(()),
                next => block = self.block(next.into())?,
            }
        }
        let about = format!("inode {}: extended attributes", self.inode.number);
        Err(Fault::new(FaultKind::TooLarge, about))
    }

    fn leaf(&mut self, block: &[u8]) -> Result<()> {
        let is_summed = self.disk.superblock.is_summed;
        let (count_at, first) = if is_summed { (56, 80) } else { (12, 32) };
        let count = usize::from(be_u16(block, count_at));
        let entries = block.get(first..).unwrap_or(&[]).chunks_exact(8).take(count);
        for entry in entries {
            let (nameidx, flags) = (usize::from(be_u16(entry, 4)), entry.get(6).copied());
            let flags = flags.unwrap_or(0);
            let stored = block.get(nameidx..).unwrap_or(&[]);
            if flags & LOCAL != 0 {
                let name_length = usize::from(stored.get(2).copied().unwrap_or(0));
                let value_at = name_length.saturating_add(3);
                let end = value_at.saturating_add(be_u16(stored, 0).into());
                let name = stored.get(3..value_at).ok_or_else(|| self.corrupt())?;
                let value = stored.get(value_at..end).ok_or_else(|| self.corrupt())?;
                self.add(flags, name, value.to_vec())?;
                continue;
            }
            let (first, length) = (be_u32(stored, 0), to_usize(be_u32(stored, 4).into()));
            let name_length = usize::from(stored.get(8).copied().unwrap_or(0));
            let name = stored.get(9..name_length.saturating_add(9));
            let name = name.ok_or_else(|| self.corrupt())?;
            // One that is being written has no value yet.
            let is_whole = flags & INCOMPLETE == 0;
            let value = if is_whole { self.value(first.into(), length)? } else { Vec::new() };
            self.add(flags, name, value)?;
        }
        Ok(())
    }

    /// A value in blocks of its own: `xfs_attr3_rmt_hdr` in front of each in version 5.
    fn value(&self, first: u64, length: usize) -> Result<Vec<u8>> {
        if length > VALUE_MAX {
            return Err(self.corrupt());
        }
        let block_size = self.disk.superblock.block_size;
        let (mut value, mut number) = (Vec::new(), first);
        while value.len() < length {
            let at = self.place(number)?;
            let left = length.saturating_sub(value.len());
            if self.disk.superblock.is_summed {
                let what = "extended attributes";
                let owner = self.inode.number;
                let bytes = self.disk.block(at, block_size, owner, value_stamp, what)?;
                let stored = to_usize(be_u32(&bytes, 8).into());
                let makes_sense = u64::from(be_u32(&bytes, 4)) == to_u64(value.len())
                    && (1..=left).contains(&stored);
                let end = VALUE_HEADER.saturating_add(stored);
                let piece = bytes.get(VALUE_HEADER..end).filter(|_| makes_sense);
                value.extend_from_slice(piece.ok_or_else(|| self.corrupt())?);
            } else {
                let mut piece = vec![0; to_usize(block_size).min(left)];
                self.disk.read_changed(at, &mut piece, "extended attributes")?;
                value.extend_from_slice(&piece);
            }
            number = number.saturating_add(1);
        }
        Ok(value)
    }
}
