//! Where a file system keeps what describes its files, as far as its first block tells:
//! who lists a folder reads there.

use vma_source::{Error, Glimpse, be_u32, le_u16, le_u32, le_u64};

use super::volume::Kind;

/// Places that are told, at most: the first ones.
const PLACES_MAX: u64 = 512;

const EXT_INCOMPAT_FLEX_BG: u32 = 0x200;

/// Where a superblock of ext (`Documentation/filesystems/ext4/super.rst`) has a copy of what the journal's inode says of its blocks, and
/// where it says that it has.
const EXT_JOURNAL: usize = 0x10c;
const EXT_JOURNAL_COPIED: usize = 0xfd;

const EXT_EXTENTS: u16 = 0xf30a;

/// Where stretches of it start, in bytes from the start of the volume. None of those kinds
/// of which nothing is told before much else is read.
///
/// # Errors
///
/// The source cannot be read.
pub(super) fn places(look: &Glimpse, kind: Kind) -> Result<Vec<u64>, Error> {
    Ok(match kind {
        Kind::Ext2 | Kind::Ext3 | Kind::Ext4 => look.bytes(1024, 1024)?.map(|block| ext(&block)),
        Kind::Xfs => look.bytes(0, 512)?.map(|block| xfs(&block)),
        Kind::Ntfs => look.bytes(0, 512)?.map(|block| ntfs(&block)),
        _ => None,
    }
    .unwrap_or_default())
}

/// The tables of inodes: of each group, or of a flexible group together at its start. And
/// the journal.
fn ext(superblock: &[u8]) -> Vec<u64> {
    let word = |at: usize| le_u32(superblock, at);
    let block_size = 1024_u64.checked_shl(word(0x18)).unwrap_or(0);
    let is_flexible = word(0x60) & EXT_INCOMPAT_FLEX_BG != 0;
    let together = if is_flexible { superblock.get(0x174).copied().unwrap_or(0) } else { 0 };
    let each = u64::from(word(0x20)).checked_shl(together.into()).unwrap_or(0);
    let (first, high) = (u64::from(word(0x14)), u64::from(word(0x150)) << 32);
    // As Linux does, whether or not the feature of 64 bits is there.
    let end = high | u64::from(word(0x4));
    let journal = journal(superblock).filter(|&block| (1..end).contains(&block));
    let journal = journal.map(|block| block.saturating_mul(block_size));
    every(first, each, end, block_size).into_iter().chain(journal).collect()
}

/// The first block of the journal of ext, if that is told without reading its inode.
fn journal(superblock: &[u8]) -> Option<u64> {
    let is_told = superblock.get(EXT_JOURNAL_COPIED) == Some(&1);
    let blocks = superblock.get(EXT_JOURNAL..).filter(|_| is_told)?;
    if le_u16(blocks, 0) != EXT_EXTENTS {
        return Some(le_u32(blocks, 0).into());
    }
    // Of a tree of extents the first level, if there is but one.
    let (depth, high) = (le_u16(blocks, 6), u64::from(le_u16(blocks, 18)) << 32);
    (depth == 0).then(|| high | u64::from(le_u32(blocks, 20)))
}

/// The start of each allocation group ("XFS Filesystem Structure", chapter "Superblocks").
fn xfs(superblock: &[u8]) -> Vec<u64> {
    let (each, count) = (be_u32(superblock, 84).into(), u64::from(be_u32(superblock, 88)));
    every(0, each, count.saturating_mul(each), be_u32(superblock, 4).into())
}

/// The master file table (`struct NTFS_BOOT_SECTOR`, as ntfs-3g's `layout.h` has it).
fn ntfs(sector: &[u8]) -> Vec<u64> {
    let per_cluster = sector.get(13).copied().filter(|&count| count <= 128).unwrap_or(0);
    let cluster_size = u64::from(le_u16(sector, 11)).saturating_mul(per_cluster.into());
    vec![le_u64(sector, 48).saturating_mul(cluster_size)]
}

/// From `first` on every so many blocks, in bytes.
fn every(first: u64, each: u64, end: u64, block_size: u64) -> Vec<u64> {
    let starts = (0..PLACES_MAX).map(|number| first.saturating_add(number.saturating_mul(each)));
    let blocks = starts.take_while(|&start| each > 0 && start < end);
    blocks.map(|block| block.saturating_mul(block_size)).collect()
}
