//! The superblock: `xfs_dsb`.

use vma_source::{be_u16, be_u32, be_u64, le_u32};

use crate::error::{Fault, Result};
use vma_source::Crc32c;

/// Bytes of it that say something.
const LENGTH: usize = 288;

/// Where its checksum stands.
const CRC_AT: usize = 224;

/// The least that a source has of it, whatever its sectors are.
pub(super) const SECTOR_MIN: usize = 512;

const VERSION_MORE: u16 = 0x8000;
const VERSION_DIRECTORY2: u16 = 0x2000;
const MORE_FILE_TYPES: u32 = 0x200;

const INCOMPAT_FILE_TYPES: u32 = 0x1;
const INCOMPAT_META_UUID: u32 = 0x4;
const INCOMPAT_BIG_COUNTS: u32 = 0x20;

/// Features of version 5 that are refused, by their bit of `sb_features_incompat`.
const REFUSED: [(u32, &str); 4] = [
    (0x10, "marked as in need of repair"),
    (0x80, "parent pointers"),
    (0x100, "metadata directories"),
    (0x200, "zones"),
];

/// Those that are read: file types, sparse inodes, `meta_uuid`, bigtime, nrext64, and files
/// that exchange their contents.
const READ: u32 = 0x6f;

/// What the superblock says.
///
/// Many fields: each is one of the format's.
pub(super) struct Superblock {
    pub(super) block_size: u64,
    pub(super) sector_size: usize,
    pub(super) ag_blocks: u64,
    pub(super) ag_count: u64,
    pub(super) blocks: u64,
    pub(super) root: u64,
    pub(super) inode_size: usize,
    /// Bytes of a block of a directory.
    pub(super) directory_block: u64,
    /// The log's first block and its blocks; 0 if it is on another device.
    pub(super) log_start: u64,
    pub(super) log_blocks: u64,
    /// What records of the log have, and blocks of metadata.
    pub(super) uuid: [u8; 16],
    pub(super) meta_uuid: [u8; 16],
    /// Whether it is of version 5: everything has a checksum and says where it belongs.
    pub(super) is_summed: bool,
    pub(super) has_file_types: bool,
    pub(super) has_big_counts: bool,
    ag_block_bits: u32,
    inode_bits: u32,
}

impl Superblock {
    /// The length of the sector that its checksum is over, as `bytes` claim.
    pub(super) fn sector_size(bytes: &[u8]) -> Result<usize> {
        let sb_sectsize = usize::from(be_u16(bytes, 102));
        let makes_sense = (512..=32_768).contains(&sb_sectsize) && sb_sectsize.is_power_of_two();
        if makes_sense { Ok(sb_sectsize) } else { Err(Fault::corrupt("superblock")) }
    }

    /// Takes it apart. Of one that the log changed, there is no checksum.
    ///
    /// # Errors
    ///
    /// It makes no sense, its checksum does not agree, or it has features that are not
    /// read.
    pub(super) fn parse(bytes: &[u8], is_changed: bool, sums: &Crc32c) -> Result<Self> {
        let corrupt = || Fault::corrupt("superblock");
        let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
        if bytes.len() < LENGTH || !bytes.starts_with(b"XFSB") {
            return Err(corrupt());
        }
        let sb_versionnum = be_u16(bytes, 100);
        let is_summed = match sb_versionnum & 0xf {
            5 => true,
            4 if sb_versionnum & VERSION_DIRECTORY2 != 0 => false,
            _ => return Err(Fault::unsupported(format!("version {}", sb_versionnum & 0xf))),
        };
        if is_summed && !is_changed && !agrees(sums, bytes, CRC_AT) {
            return Err(Fault::corrupt("superblock: checksum"));
        }
        let incompat = if is_summed { be_u32(bytes, 216) } else { 0 };
        refuse(incompat)?;
        let more = if sb_versionnum & VERSION_MORE == 0 { 0 } else { be_u32(bytes, 200) };
        let uuid = vma_source::array(bytes.get(32..48).unwrap_or(&[]));
        let own = vma_source::array(bytes.get(248..264).unwrap_or(&[]));
        let block_size = u64::from(be_u32(bytes, 4));
        let superblock = Self {
            block_size,
            sector_size: Self::sector_size(bytes)?,
            ag_blocks: be_u32(bytes, 84).into(),
            ag_count: be_u32(bytes, 88).into(),
            blocks: be_u64(bytes, 8),
            root: be_u64(bytes, 56),
            inode_size: be_u16(bytes, 104).into(),
            directory_block: block_size.checked_shl(byte(192)).unwrap_or(0),
            log_start: be_u64(bytes, 48),
            log_blocks: be_u32(bytes, 96).into(),
            uuid,
            meta_uuid: if incompat & INCOMPAT_META_UUID == 0 { uuid } else { own },
            is_summed,
            has_file_types: incompat & INCOMPAT_FILE_TYPES != 0
                || !is_summed && more & MORE_FILE_TYPES != 0,
            has_big_counts: incompat & INCOMPAT_BIG_COUNTS != 0,
            ag_block_bits: byte(124),
            inode_bits: byte(123),
        };
        superblock.check(byte(120)).then_some(superblock).ok_or_else(corrupt)
    }

    fn check(&self, block_bits: u32) -> bool {
        let block_sizes = 512..=65_536;
        let inode_sizes = 256..=2048;
        let inode_size = vma_source::to_u64(self.inode_size);
        block_sizes.contains(&self.block_size)
            && 1_u64.checked_shl(block_bits) == Some(self.block_size)
            && inode_sizes.contains(&self.inode_size)
            && self.inode_size.is_power_of_two()
            && inode_size.checked_shl(self.inode_bits) == Some(self.block_size)
            && (self.block_size..=65_536).contains(&self.directory_block)
            && (1..32).contains(&self.ag_block_bits)
            && (1..=1 << self.ag_block_bits).contains(&self.ag_blocks)
            && self.ag_count > 0
            && self.blocks > self.ag_blocks.saturating_mul(self.ag_count.saturating_sub(1))
            && self.blocks.checked_mul(self.block_size).is_some()
    }

    /// Where block `number`, of a group and of a place in it, stands in bytes; `None` if
    /// there is no room for `count` of them.
    pub(super) fn block_at(&self, number: u64, count: u64) -> Option<u64> {
        let group = number >> self.ag_block_bits;
        let place = number & (1_u64 << self.ag_block_bits).wrapping_sub(1);
        let is_inside = group < self.ag_count && place.checked_add(count)? <= self.ag_blocks;
        let block = group.checked_mul(self.ag_blocks)?.checked_add(place)?;
        let fits = is_inside && block.checked_add(count)? <= self.blocks;
        fits.then(|| block.checked_mul(self.block_size)).flatten()
    }

    /// Where inode `number` stands, in bytes; `None` if there can be none.
    pub(super) fn inode_at(&self, number: u64) -> Option<u64> {
        let place = number & (1_u64 << self.inode_bits).wrapping_sub(1);
        let block = self.block_at(number >> self.inode_bits, 1)?;
        block.checked_add(place.checked_mul(vma_source::to_u64(self.inode_size))?)
    }

    /// The number of the block at `place` of allocation group `group`.
    pub(super) fn block_of(&self, group: u64, place: u64) -> u64 {
        group << self.ag_block_bits | place
    }
}

fn refuse(incompat: u32) -> Result<()> {
    if let Some((_, name)) = REFUSED.iter().find(|(bit, _)| incompat & bit != 0) {
        return Err(Fault::unsupported(*name));
    }
    match incompat & !READ {
        0 => Ok(()),
        unknown => Err(Fault::unsupported(format!("feature {unknown:#x}"))),
    }
}

/// Whether the checksum at `at` is that of `bytes`, itself taken as zeros.
pub(super) fn agrees(sums: &Crc32c, bytes: &[u8], at: usize) -> bool {
    let (before, behind) = (bytes.get(..at), bytes.get(at.saturating_add(4)..));
    let (Some(before), Some(behind)) = (before, behind) else { return false };
    let state = sums.on_from(sums.on_from(u32::MAX, before), &[0; 4]);
    !sums.on_from(state, behind) == le_u32(bytes, at)
}
