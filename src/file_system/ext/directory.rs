//! Blocks of directories: `directory.rst` of the kernel's documentation. The nodes of a
//! tree of hashes look like entries that were removed, so a directory can be read from
//! front to back.

use vma_source::{le_u16, le_u32, to_usize};

use super::disk::Disk;
use super::inode::Inode;
use crate::error::Result;

/// Bytes before a name, and the fewest of an entry.
const FIXED: usize = 8;
const ENTRY_MIN: usize = 12;

/// The entry without a name that holds a block's checksum is of this type.
const CHECKSUM: u8 = 0xde;

/// Where the entries of a tree's root and of its other nodes stand, and the bytes of each.
const ROOT_AT: usize = 32;
const NODE_AT: usize = 8;
const HASH: usize = 8;

/// An entry that names something.
pub(super) struct Found<'a> {
    pub(super) inode: u32,
    pub(super) name: &'a [u8],
    pub(super) kind: u8,
}

/// What an entry says its length is.
fn length_at(bytes: &[u8], at: usize) -> usize {
    match le_u16(bytes, at.saturating_add(4)) {
        // 64 KiB have no number of 16 bits.
        0 | 0xffff if bytes.len() > 0xffff => bytes.len(),
        rec_len => rec_len.into(),
    }
}

/// The entry at `at` of a block, if it names something, and where the next is. `None`
/// where there can be none.
pub(super) fn entry(bytes: &[u8], at: usize) -> Option<(Option<Found<'_>>, usize)> {
    let length = length_at(bytes, at);
    let next = at.checked_add(length).filter(|&next| next <= bytes.len())?;
    let entry = bytes.get(at..next)?;
    let [_, _, _, _, _, _, name_len, kind, rest @ ..] = entry else { return None };
    if length < ENTRY_MIN || !length.is_multiple_of(4) {
        return None;
    }
    let name = rest.get(..usize::from(*name_len))?;
    let inode = le_u32(entry, 0);
    let found = (inode != 0).then_some(Found { inode, name, kind: *kind });
    Some((found, next))
}

/// Holds a block of a directory against its checksum.
///
/// # Errors
///
/// It does not agree, or has none where it should.
pub(super) fn check(disk: &Disk, inode: &Inode, bytes: &[u8]) -> Result<()> {
    if inode.seed.is_none() {
        return Ok(());
    }
    match hashes_at(bytes).filter(|_| inode.is_indexed) {
        Some(at) => check_hashes(disk, inode, bytes, at),
        None => check_entries(disk, inode, bytes),
    }
}

/// Where the entries of a node of a tree of hashes stand; `None` if it is none.
fn hashes_at(bytes: &[u8]) -> Option<usize> {
    if length_at(bytes, 0) == bytes.len() {
        return Some(NODE_AT);
    }
    // Behind `.` and `..`, which takes the rest of the block: zeros, and a length of 8.
    let is_root = length_at(bytes, 0) == ENTRY_MIN
        && length_at(bytes, ENTRY_MIN) == bytes.len().saturating_sub(ENTRY_MIN)
        && le_u32(bytes, 24) == 0
        && bytes.get(29) == Some(&8);
    is_root.then_some(ROOT_AT)
}

/// Only the hashes in use are summed, with what is before them and the word that stands
/// before the checksum behind them all.
fn check_hashes(disk: &Disk, inode: &Inode, bytes: &[u8], at: usize) -> Result<()> {
    let about = || format!("directory {}", inode.number);
    let (limit, count) = (le_u16(bytes, at), le_u16(bytes, at.saturating_add(2)));
    let behind = |number: u16| at.saturating_add(usize::from(number).saturating_mul(HASH));
    let (used, tail) = (bytes.get(..behind(count)), behind(limit));
    let word = bytes.get(tail..).and_then(|tail| tail.get(..4));
    let (Some(used), Some(word), true) = (used, word, count <= limit) else {
        return Err(inode.corrupt("hashes"));
    };
    let stated = le_u32(bytes, tail.saturating_add(4));
    disk.sums.hold(inode.seed, &[used, word, &[0; 4]], stated, about)
}

fn check_entries(disk: &Disk, inode: &Inode, bytes: &[u8]) -> Result<()> {
    let about = || format!("directory {}", inode.number);
    let at = bytes.len().saturating_sub(ENTRY_MIN);
    let tail = bytes.get(at..).unwrap_or(&[]);
    let is_one = le_u32(tail, 0) == 0
        && length_at(bytes, at) == ENTRY_MIN
        && tail.get(6..FIXED) == Some(&[0, CHECKSUM]);
    if !is_one {
        return Err(inode.corrupt("no checksum"));
    }
    disk.sums.hold(inode.seed, &[bytes.get(..at).unwrap_or(&[])], le_u32(tail, 8), about)
}

/// How many blocks a directory has.
pub(super) fn blocks(disk: &Disk, inode: &Inode) -> u64 {
    inode.size.div_ceil(disk.superblock.block_size.max(1))
}

/// A place in a directory as a number: of a block, and in it.
pub(super) fn cursor(block: u64, at: usize) -> u64 {
    block << PLACE_BITS | u64::try_from(at).unwrap_or(0)
}

/// What [`cursor`] made a number of.
pub(super) fn place(cursor: u64) -> (u64, usize) {
    (cursor >> PLACE_BITS, to_usize(cursor & ((1 << PLACE_BITS) - 1)))
}

/// Of a place in a block of up to 64 KiB.
const PLACE_BITS: u32 = 17;
