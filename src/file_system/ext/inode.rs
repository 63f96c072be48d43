//! Inodes: `inodes.rst` of the kernel's documentation.

use vma_source::{array, le_u16, le_u32, to_u64};

use super::disk::Disk;
use super::superblock::Superblock;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{Attributes, FileType, Node, NodeId, Time};

/// The root directory.
pub(super) const ROOT: u32 = 2;

/// Bytes of the oldest inodes; what is behind them has its length there, and the fields
/// that Linux knows of it are so many bytes.
const OLD: usize = 128;
const EXTRA: usize = 32;

/// Flags.
const ENCRYPTED: u32 = 0x800;
const INDEXED: u32 = 0x1000;
const HAS_EXTENTS: u32 = 0x8_0000;
const VALUE_OF_ATTRIBUTE: u32 = 0x20_0000;
const IS_INLINE: u32 = 0x1000_0000;

/// An inode.
///
/// Many fields: each is one of the inode's, or a flag.
pub(super) struct Inode {
    pub(super) number: u32,
    pub(super) node: Node,
    /// Bytes of its contents, of a directory too.
    pub(super) size: u64,
    /// What tells where its contents are: extents, numbers of blocks, or themselves.
    pub(super) block: [u8; 60],
    /// The block of its extended attributes; 0 for none.
    pub(super) attributes: u64,
    /// Extended attributes that stand in it, with what marks them.
    pub(super) body: Vec<u8>,
    /// What checksums of all that belongs to it start from.
    pub(super) seed: Option<u32>,
    /// A checksum where the value of an attribute has a time: `i_atime`.
    pub(super) value_sum: u32,
    pub(super) is_encrypted: bool,
    pub(super) is_indexed: bool,
    pub(super) has_extents: bool,
    pub(super) is_value: bool,
    pub(super) is_inline: bool,
}

impl Disk {
    /// Where an inode stands in the source.
    ///
    /// # Errors
    ///
    /// There is none of this number, or its group's descriptor cannot be had.
    pub(super) fn inode_place(&self, number: u32) -> Result<u64> {
        let superblock = &self.superblock;
        let index = number.checked_sub(1).filter(|_| number <= superblock.inode_count);
        let missing = || Fault::new(FaultKind::NotFound, format!("inode {number}"));
        let index = index.ok_or_else(missing)?;
        let each = superblock.inodes_per_group.max(1);
        let table = self.inode_table(index / each)?;
        let into = u64::from(index % each).saturating_mul(to_u64(superblock.inode_size));
        Ok(self.place(table, "inodes")?.saturating_add(into))
    }

    /// An inode that something names.
    ///
    /// # Errors
    ///
    /// It cannot be had, does not agree with its checksum, or is not in use.
    pub(super) fn inode(&self, number: u32) -> Result<Inode> {
        let place = self.inode_place(number)?;
        let mut bytes = vec![0; self.superblock.inode_size];
        if !self.pieces.read(place, &mut bytes) {
            self.blocks.read(place, &mut bytes, &format!("inode {number}"))?;
        }
        let seed = self.sums.of_inode(number, le_u32(&bytes, 0x64));
        if seed.is_some_and(|seed| !self.sums.agrees_with_inode(seed, &bytes)) {
            return Err(Fault::corrupt(format!("checksum of inode {number}")));
        }
        Inode::parse(&bytes, number, seed, &self.superblock)
    }
}

impl Inode {
    fn parse(
        bytes: &[u8],
        number: u32,
        seed: Option<u32>,
        superblock: &Superblock,
    ) -> Result<Self> {
        let (i_mode, i_links_count) = (le_u16(bytes, 0x0), le_u16(bytes, 0x1a));
        let wrong = || Fault::corrupt(format!("inode {number}"));
        if i_links_count == 0 {
            return Err(Fault::new(FaultKind::NotFound, format!("inode {number}")));
        }
        let file_type = FileType::of_mode(i_mode.into()).ok_or_else(wrong)?;
        let (extra, body) = parts(bytes).ok_or_else(wrong)?;
        let is_directory = file_type == FileType::Directory;
        let has_high = !is_directory || superblock.has_large_directories;
        let i_size_high = if has_high { le_u32(bytes, 0x6c) } else { 0 };
        let size = u64::from(i_size_high) << 32 | u64::from(le_u32(bytes, 0x4));
        if i64::try_from(size).is_err() {
            return Err(wrong());
        }
        let i_file_acl_high = if superblock.has_64bit { le_u16(bytes, 0x76) } else { 0 };
        let i_flags = le_u32(bytes, 0x20);
        let block: [u8; 60] = array(bytes.get(0x28..).unwrap_or(&[]));
        Ok(Self {
            number,
            node: node(bytes, extra, number, file_type, size),
            size,
            block,
            attributes: u64::from(i_file_acl_high) << 32 | u64::from(le_u32(bytes, 0x68)),
            body: body.to_vec(),
            seed,
            value_sum: le_u32(bytes, 0x8),
            is_encrypted: i_flags & ENCRYPTED != 0,
            is_indexed: i_flags & INDEXED != 0,
            has_extents: i_flags & HAS_EXTENTS != 0,
            is_value: i_flags & VALUE_OF_ATTRIBUTE != 0,
            is_inline: i_flags & IS_INLINE != 0,
        })
    }

    /// A fault of the kind that says where it is.
    pub(super) fn corrupt(&self, what: &str) -> Fault {
        Fault::corrupt(format!("{what} of inode {}", self.number))
    }
}

/// The fields of `bytes` behind the oldest ones, and the extended attributes behind them.
/// As Linux does: without a length, all fields that it knows are there, and no attributes.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let more = bytes.get(OLD..).unwrap_or(&[]);
    if more.is_empty() {
        return Some((&[], &[]));
    }
    match usize::from(le_u16(more, 0)) {
        0 => Some((more.get(..EXTRA).unwrap_or(more), &[])),
        i_extra_isize if i_extra_isize.is_multiple_of(4) => more.split_at_checked(i_extra_isize),
        _ => None,
    }
}

fn node(bytes: &[u8], extra: &[u8], number: u32, file_type: FileType, size: u64) -> Node {
    let half = |at: usize| u32::from(le_u16(bytes, at));
    let is_device = matches!(file_type, FileType::Block | FileType::Character);
    let has_size = matches!(file_type, FileType::File | FileType::Link);
    let has_made = extra.len() >= 0x18 && (le_u32(extra, 0x10), le_u32(extra, 0x14)) != (0, 0);
    Node {
        id: NodeId(number.into()),
        file_type,
        size: if has_size { size } else { 0 },
        links: Some(half(0x1a).into()),
        attributes: Some(Attributes {
            mode: le_u16(bytes, 0x0) & 0o7777,
            user: half(0x78) << 16 | half(0x2),
            group: half(0x7a) << 16 | half(0x18),
        }),
        modified: time(le_u32(bytes, 0x10), extra, 0x8),
        changed: time(le_u32(bytes, 0xc), extra, 0x4),
        accessed: time(le_u32(bytes, 0x8), extra, 0xc),
        created: if has_made { time(le_u32(extra, 0x10), extra, 0x14) } else { None },
        device: is_device.then(|| device(le_u32(bytes, 0x28), le_u32(bytes, 0x2c))),
        is_hidden: false,
    }
}

/// Seconds of 32 bits with a sign; where `extra` has a word at `at`, two more bits of
/// seconds and the nanoseconds are in it.
fn time(seconds: u32, extra: &[u8], at: usize) -> Option<Time> {
    let low = i64::from(i32::from_le_bytes(seconds.to_le_bytes()));
    let has_word = extra.len() >= at.saturating_add(4);
    let word = if has_word { le_u32(extra, at) } else { 0 };
    let seconds = low.saturating_add(i64::from(word & 3) << 32);
    let nanoseconds = word >> 2;
    (nanoseconds < 1_000_000_000).then_some(Time { seconds, nanoseconds, is_local: false })
}

/// Major and minor number, in the old way of eight bits each, or in the new one.
fn device(old: u32, new: u32) -> (u32, u32) {
    match old {
        0 => (new >> 8 & 0xfff, (new & 0xff) | (new >> 12 & 0xf_ff00)),
        _ => (old >> 8 & 0xff, old & 0xff),
    }
}
