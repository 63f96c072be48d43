//! The superblock: `super.rst` of the kernel's documentation.

use vma_source::{ReadAt, array, le_u16, le_u32};

use super::sums::{Sums, split_last_word};
use crate::blocks::read_exact;
use crate::error::{Fault, Result};

/// Where it stands, and its bytes.
const AT: u64 = 1024;
const LENGTH: usize = 1024;

const COMPAT_HAS_JOURNAL: u32 = 0x4;
const COMPAT_SPARSE_SUPER2: u32 = 0x200;

const INCOMPAT_FILETYPE: u32 = 0x2;
const INCOMPAT_RECOVER: u32 = 0x4;
const INCOMPAT_META_BG: u32 = 0x10;
const INCOMPAT_64BIT: u32 = 0x80;
const INCOMPAT_CSUM_SEED: u32 = 0x2000;
const INCOMPAT_LARGEDIR: u32 = 0x4000;

/// Incompatible features that are read: `filetype`, `needs_recovery`, `meta_bg`,
/// `extents`, `64bit`, `mmp`, `flex_bg`, `ea_inode`, `csum_seed`, `large_dir`,
/// `inline_data`, `encrypt` (of which each encrypted file is refused), `casefold`.
const KNOWN: u32 = 0x2 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x3_e000;
const REFUSED: [(u32, &str); 3] =
    [(0x1, "compression"), (0x8, "a journal by itself"), (0x1000, "dirdata")];

const RO_COMPAT_SPARSE_SUPER: u32 = 0x1;
const RO_COMPAT_GDT_CSUM: u32 = 0x10;
const RO_COMPAT_METADATA_CSUM: u32 = 0x400;

/// States: it was left in order; it has errors.
const STATE_CLEAN: u16 = 1;
const STATE_ERRORS: u16 = 2;

/// The most blocks that a group can have, clusters of `bigalloc` included.
const GROUPS_MAX: u64 = 1 << 32;

/// What the superblock says.
///
/// Many fields: each is one of the superblock's, or a feature.
pub(super) struct Superblock {
    /// Bytes of a block: 1,024 to 65,536, a power of two.
    pub(super) block_size: u64,
    pub(super) block_count: u64,
    pub(super) first_data_block: u64,
    pub(super) blocks_per_group: u64,
    pub(super) inodes_per_group: u32,
    pub(super) inode_count: u32,
    /// Bytes of an inode: 128 up to a block, a power of two.
    pub(super) inode_size: usize,
    /// Bytes of a group descriptor: 32, or 64 to 1,024.
    pub(super) descriptor_size: usize,
    /// The first block of descriptors that stands in its own groups.
    pub(super) first_meta_group: Option<u64>,
    /// Groups that have a copy of the superblock, where two are named.
    backups: Option<[u32; 2]>,
    has_sparse_copies: bool,
    pub(super) uuid: [u8; 16],
    /// Whether group descriptors have the older checksum.
    pub(super) has_group_sums: bool,
    pub(super) has_64bit: bool,
    /// Whether entries of directories tell types.
    pub(super) has_types: bool,
    pub(super) has_large_directories: bool,
    pub(super) has_journal: bool,
    pub(super) needs_recovery: bool,
    /// The journal's inode; 0 for none.
    pub(super) journal: u32,
    pub(super) is_clean: bool,
    pub(super) has_errors: bool,
    /// What checksums start from, where metadata has them.
    pub(super) seed: Option<u32>,
    /// What those of the values of extended attributes start from, that are inodes.
    pub(super) value_seed: u32,
}

impl Superblock {
    /// Reads the first one.
    ///
    /// # Errors
    ///
    /// It cannot be had, makes no sense, or names a feature that is not read.
    pub(super) fn read(source: &dyn ReadAt, sums: &Sums) -> Result<Self> {
        let mut bytes = vec![0; LENGTH];
        read_exact(source, AT, &mut bytes, "superblock")?;
        if le_u16(&bytes, 0x38) != 0xef53 {
            return Err(Fault::corrupt("superblock"));
        }
        let s_feature_ro_compat = le_u32(&bytes, 0x64);
        if s_feature_ro_compat & RO_COMPAT_METADATA_CSUM != 0 {
            if bytes.get(0x175) != Some(&1) {
                return Err(Fault::unsupported("checksums of another kind than CRC-32C"));
            }
            let (summed, s_checksum) = split_last_word(&bytes);
            sums.hold(Some(u32::MAX), &[summed], s_checksum, || "the superblock".to_owned())?;
        }
        let s_feature_incompat = le_u32(&bytes, 0x60);
        for (feature, name) in REFUSED {
            if s_feature_incompat & feature != 0 {
                return Err(Fault::unsupported(name));
            }
        }
        let unknown = s_feature_incompat & !KNOWN;
        if unknown != 0 {
            return Err(Fault::unsupported(format!("features {unknown:#x}")));
        }
        let found = Self::parse(&bytes, sums);
        if found.makes_sense() { Ok(found) } else { Err(Fault::corrupt("superblock")) }
    }

    fn parse(bytes: &[u8], sums: &Sums) -> Self {
        let word = |at: usize| le_u32(bytes, at);
        let (s_feature_compat, s_feature_incompat) = (word(0x5c), word(0x60));
        let s_feature_ro_compat = word(0x64);
        let s_uuid: [u8; 16] = array(bytes.get(0x68..).unwrap_or(&[]));
        let has_64bit = s_feature_incompat & INCOMPAT_64BIT != 0;
        let s_blocks_count_hi = if has_64bit { word(0x150) } else { 0 };
        // The first revision had no fields for them.
        let is_dynamic = word(0x4c) > 0;
        let s_inode_size = if is_dynamic { le_u16(bytes, 0x58) } else { 128 };
        let s_desc_size = if has_64bit { le_u16(bytes, 0xfe) } else { 32 };
        let has_sums = s_feature_ro_compat & RO_COMPAT_METADATA_CSUM != 0;
        let seed = if s_feature_incompat & INCOMPAT_CSUM_SEED != 0 {
            word(0x270)
        } else {
            sums.on_from(u32::MAX, &[&s_uuid])
        };
        let s_state = le_u16(bytes, 0x3a);
        Self {
            block_size: 1024_u64.checked_shl(word(0x18)).unwrap_or(0),
            block_count: u64::from(s_blocks_count_hi) << 32 | u64::from(word(0x4)),
            first_data_block: word(0x14).into(),
            blocks_per_group: word(0x20).into(),
            inodes_per_group: word(0x28),
            inode_count: word(0x0),
            inode_size: s_inode_size.into(),
            descriptor_size: s_desc_size.into(),
            first_meta_group: (s_feature_incompat & INCOMPAT_META_BG != 0)
                .then(|| word(0x104).into()),
            backups: (s_feature_compat & COMPAT_SPARSE_SUPER2 != 0)
                .then(|| [word(0x24c), word(0x250)]),
            has_sparse_copies: s_feature_ro_compat & RO_COMPAT_SPARSE_SUPER != 0,
            uuid: s_uuid,
            has_group_sums: s_feature_ro_compat & RO_COMPAT_GDT_CSUM != 0 && !has_sums,
            has_64bit,
            has_types: s_feature_incompat & INCOMPAT_FILETYPE != 0,
            has_large_directories: s_feature_incompat & INCOMPAT_LARGEDIR != 0,
            has_journal: s_feature_compat & COMPAT_HAS_JOURNAL != 0,
            needs_recovery: s_feature_incompat & INCOMPAT_RECOVER != 0,
            journal: word(0xe0),
            is_clean: s_state & STATE_CLEAN != 0,
            has_errors: s_state & STATE_ERRORS != 0,
            seed: has_sums.then_some(seed),
            value_seed: seed,
        }
    }

    fn makes_sense(&self) -> bool {
        let block_size = usize::try_from(self.block_size).unwrap_or(0);
        let sizes_do = (1024..=65_536).contains(&block_size)
            && (128..=block_size).contains(&self.inode_size)
            && self.inode_size.is_power_of_two()
            && self.descriptor_size.is_power_of_two()
            && (32..=1024).contains(&self.descriptor_size)
            && (self.descriptor_size >= 64 || !self.has_64bit);
        sizes_do
            && self.first_data_block <= 1
            && self.first_data_block < self.block_count
            && self.block_count < 1 << 48
            && self.blocks_per_group > 0
            && self.inodes_per_group > 0
            && self.groups() <= GROUPS_MAX
            && u64::from(self.inode_count)
                <= self.groups().saturating_mul(self.inodes_per_group.into())
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> u64 {
        let blocks = self.block_count.saturating_sub(self.first_data_block);
        blocks.div_ceil(self.blocks_per_group.max(1))
    }

    /// The first block of a group.
    pub(super) fn first_block_of(&self, group: u64) -> u64 {
        self.first_data_block.saturating_add(group.saturating_mul(self.blocks_per_group))
    }

    /// The block that the superblock stands in: with 1 KiB it is the second.
    pub(super) fn own_block(&self) -> u64 {
        AT / self.block_size.max(1)
    }

    /// Whether a group starts with a copy of the superblock.
    pub(super) fn has_copy(&self, group: u64) -> bool {
        if let Some(backups) = self.backups {
            return group == 0 || backups.iter().any(|&backup| u64::from(backup) == group);
        }
        let is_power_of = |base: u64| {
            let mut power = base;
            while power < group {
                power = power.saturating_mul(base);
            }
            power == group
        };
        group <= 1 || !self.has_sparse_copies || [3, 5, 7].into_iter().any(is_power_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_with_copies_are_those_that_dumpe2fs_names() {
        // `dumpe2fs` of e2fsprogs 1.47.0 on 1,000 groups of 256 blocks of 1 KiB.
        let mut bytes = vec![0; LENGTH];
        bytes[0x64] = 1;
        let superblock = Superblock::parse(&bytes, &Sums::new());
        let found: Vec<u64> = (0..1000).filter(|&group| superblock.has_copy(group)).collect();
        assert_eq!(found, [0, 1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343, 625, 729]);
    }
}
