//! Inodes: `xfs_dinode`.

use vma_source::{be_u16, be_u32, be_u64, to_u64};

use super::changes::What;
use super::disk::Disk;
use super::logged_inode::CORE;
use super::superblock::agrees;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{Attributes, FileType, Node, NodeId, Time};

/// Bytes of an inode's fields before version 3.
const CORE_OLD: usize = 100;

const CRC_AT: usize = 100;
const NUMBER_AT: usize = 152;
const UUID_AT: usize = 160;

const FLAG_REALTIME: u16 = 0x1;
const FLAG2_BIG_TIME: u64 = 0x8;
const FLAG2_BIG_COUNTS: u64 = 0x10;

/// Seconds before 1970 from which times of 64 bits count.
const BIG_TIME_START: i64 = -(1 << 31);

/// How the contents of a fork are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// In the inode; or there are none.
    Local,
    /// A list of extents in the inode.
    Extents,
    /// The root of a tree of extents.
    Tree,
    /// The number of a device, or nothing.
    Other,
}

impl Format {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::Local,
            2 => Self::Extents,
            3 => Self::Tree,
            _ => Self::Other,
        }
    }
}

/// One of the two forks: contents, or attributes.
pub(super) struct Fork<'a> {
    pub(super) format: Format,
    pub(super) bytes: &'a [u8],
    /// Extents that it has, if they are a list.
    pub(super) count: u64,
}

/// An inode that is in use.
pub(super) struct Inode {
    pub(super) number: u64,
    bytes: Vec<u8>,
    pub(super) file_type: FileType,
    pub(super) size: u64,
}

/// Bytes of the fields of an inode.
fn core_length(bytes: &[u8]) -> usize {
    if bytes.get(4) == Some(&3) { CORE } else { CORE_OLD }
}

impl Inode {
    /// Reads an inode, with what the log changed.
    ///
    /// # Errors
    ///
    /// There is none with this number, or it is free; it cannot be had, or is corrupt.
    pub(super) fn read(disk: &Disk, number: u64) -> Result<Self> {
        let missing = |why| Fault::new(FaultKind::NotFound, format!("inode {number}{why}"));
        let at = disk.superblock.inode_at(number).ok_or_else(|| missing(""))?;
        let mut bytes = vec![0; disk.superblock.inode_size];
        disk.read(at, &mut bytes, "inode")?;
        let mut is_changed = false;
        for change in disk.changes.of_inode(number, at, to_u64(bytes.len())) {
            is_changed |= match &change.what {
                What::Inode(logged) => logged.apply(change.lsn, &mut bytes)?,
                _ => disk.apply(change, at, &mut bytes, "inode")?,
            };
        }
        let mut inode = Self { number, bytes, file_type: FileType::Other, size: 0 };
        let (di_magic, di_mode) = (inode.half(0), inode.half(2));
        if di_magic == 0x494e && di_mode == 0 || is_changed && di_magic == 0 {
            return Err(missing(" is free"));
        }
        inode.check(disk, is_changed)?;
        inode.file_type = FileType::of_mode(di_mode.into()).unwrap_or(FileType::Other);
        inode.size = be_u64(&inode.bytes, 56);
        if inode.size > i64::MAX.unsigned_abs() {
            return Err(Fault::corrupt(format!("inode {number}: size")));
        }
        Ok(inode)
    }

    fn check(&self, disk: &Disk, is_changed: bool) -> Result<()> {
        let corrupt = |what| Fault::corrupt(format!("inode {}{what}", self.number));
        let version = self.bytes.get(4).copied().unwrap_or(0);
        let is_summed = disk.superblock.is_summed;
        let versions = if is_summed { 3..=3 } else { 1..=2 };
        if self.half(0) != 0x494e || !versions.contains(&version) {
            return Err(corrupt(""));
        }
        let is_big = self.has_flag2(FLAG2_BIG_COUNTS);
        let has_room = self.fork_offset() <= self.bytes.len();
        if is_big && !disk.superblock.has_big_counts || !has_room {
            return Err(corrupt(""));
        }
        if !is_summed {
            return Ok(());
        }
        if !is_changed && !agrees(&disk.sums, &self.bytes, CRC_AT) {
            return Err(corrupt(": checksum"));
        }
        let uuid = self.bytes.get(UUID_AT..).unwrap_or(&[]);
        let is_it = be_u64(&self.bytes, NUMBER_AT) == self.number
            && uuid.starts_with(&disk.superblock.meta_uuid);
        if is_it { Ok(()) } else { Err(corrupt("")) }
    }

    fn half(&self, at: usize) -> u16 {
        be_u16(&self.bytes, at)
    }

    fn word(&self, at: usize) -> u32 {
        be_u32(&self.bytes, at)
    }

    fn is_new(&self) -> bool {
        self.bytes.get(4) == Some(&3)
    }

    fn has_flag2(&self, flag: u64) -> bool {
        self.is_new() && be_u64(&self.bytes, 120) & flag != 0
    }

    /// Whether its contents are on another device.
    pub(super) fn is_realtime(&self) -> bool {
        self.half(90) & FLAG_REALTIME != 0 && self.file_type == FileType::File
    }

    /// Where the fork of attributes begins; the end, if there is none.
    fn fork_offset(&self) -> usize {
        match self.bytes.get(82).copied().unwrap_or(0) {
            0 => self.bytes.len(),
            di_forkoff => core_length(&self.bytes).saturating_add(usize::from(di_forkoff) * 8),
        }
    }

    /// The fork of its contents.
    pub(super) fn contents(&self) -> Fork<'_> {
        let is_big = self.has_flag2(FLAG2_BIG_COUNTS);
        Fork {
            format: Format::of(self.bytes.get(5).copied().unwrap_or(0)),
            bytes: self.bytes.get(core_length(&self.bytes)..self.fork_offset()).unwrap_or(&[]),
            count: if is_big { be_u64(&self.bytes, 24) } else { self.word(76).into() },
        }
    }

    /// The fork of its attributes, if there is one.
    pub(super) fn attributes(&self) -> Option<Fork<'_>> {
        let bytes = self.bytes.get(self.fork_offset()..).filter(|bytes| !bytes.is_empty())?;
        let is_big = self.has_flag2(FLAG2_BIG_COUNTS);
        Some(Fork {
            format: Format::of(self.bytes.get(83).copied().unwrap_or(0)),
            bytes,
            count: if is_big { self.word(76).into() } else { self.half(80).into() },
        })
    }

    /// A time: two numbers of 32 bits, or nanoseconds from the year 1901 on.
    fn time(&self, at: usize) -> Time {
        if !self.has_flag2(FLAG2_BIG_TIME) {
            let seconds = self.word(at).cast_signed().into();
            let nanoseconds = self.word(at.saturating_add(4));
            return Time { seconds, nanoseconds, is_local: false };
        }
        let all = be_u64(&self.bytes, at);
        let seconds = i64::try_from(all / 1_000_000_000).unwrap_or(0);
        let nanoseconds = u32::try_from(all % 1_000_000_000).unwrap_or(0);
        let seconds = seconds.saturating_add(BIG_TIME_START);
        Time { seconds, nanoseconds, is_local: false }
    }

    /// The numbers of a device: 14 bits and 18 (`sysv_major`, `sysv_minor`).
    fn device(&self) -> Option<(u32, u32)> {
        let is_device = matches!(self.file_type, FileType::Block | FileType::Character);
        let number = be_u32(self.contents().bytes, 0);
        is_device.then_some((number >> 18 & 0x3fff, number & 0x3_ffff))
    }

    /// What is told of it.
    pub(super) fn node(&self) -> Node {
        let is_first = self.bytes.get(4) == Some(&1);
        let links = if is_first { u64::from(self.half(6)) } else { self.word(16).into() };
        Node {
            id: NodeId(self.number),
            file_type: self.file_type,
            size: self.size,
            links: Some(links),
            attributes: Some(Attributes {
                mode: self.half(2) & 0xfff,
                user: self.word(8),
                group: self.word(12),
            }),
            modified: Some(self.time(40)),
            changed: Some(self.time(48)),
            accessed: Some(self.time(32)),
            created: self.is_new().then(|| self.time(144)),
            device: self.device(),
            is_hidden: false,
        }
    }
}
