//! Where contents lie, told by numbers of blocks: twelve in the inode, and more in blocks
//! of numbers, up to three of them on the way. A number of 0 is a hole.

use vma_source::{le_u32, to_usize};

use super::disk::Disk;
use super::extents::Run;
use super::inode::Inode;
use crate::error::Result;

/// Numbers that stand in the inode itself.
const DIRECT: u64 = 12;

/// The run that starts with `block` of a file.
///
/// # Errors
///
/// The file cannot have such a block, or what tells where it is cannot be had.
pub(super) fn run(disk: &Disk, inode: &Inode, block: u64) -> Result<Run> {
    if block < DIRECT {
        let direct = inode.block.get(..to_usize(DIRECT * 4)).unwrap_or(&[]);
        return numbers(disk, inode, direct, to_usize(block));
    }
    let each = disk.superblock.block_size / 4;
    let (mut index, mut span) = (block.saturating_sub(DIRECT), each);
    for level in 0..3_u32 {
        if index < span {
            let at = to_usize(DIRECT.saturating_add(level.into())).saturating_mul(4);
            let top = le_u32(&inode.block, at);
            return below(disk, inode, top, index, level);
        }
        index = index.saturating_sub(span);
        span = span.saturating_mul(each);
    }
    Err(inode.corrupt("size"))
}

/// The run that starts with number `index` of those below `top`, with `levels` blocks of
/// blocks between.
fn below(disk: &Disk, inode: &Inode, top: u32, index: u64, levels: u32) -> Result<Run> {
    let each = (disk.superblock.block_size / 4).max(1);
    let about = || format!("blocks of inode {}", inode.number);
    let (mut block, mut index) = (top, index);
    for level in (0..=levels).rev() {
        let span = each.saturating_pow(level);
        if block == 0 {
            // All that would be told there.
            let count = span.saturating_mul(each).saturating_sub(index).max(1);
            return Ok(Run { count, place: None });
        }
        let bytes = disk.checked(inode.number, block.into(), &about(), |_| Ok(()))?;
        let number = to_usize(index / span.max(1));
        if level == 0 {
            return numbers(disk, inode, &bytes, number);
        }
        block = le_u32(&bytes, number.saturating_mul(4));
        index %= span.max(1);
    }
    Err(inode.corrupt("blocks"))
}

/// The run that starts with number `index` of `bytes`.
fn numbers(disk: &Disk, inode: &Inode, bytes: &[u8], index: usize) -> Result<Run> {
    let rest = bytes.get(index.saturating_mul(4)..).unwrap_or(&[]);
    let first = le_u32(rest, 0);
    let is_next = |(number, expected): &(&[u8], u32)| {
        let found = le_u32(number, 0);
        if first == 0 { found == 0 } else { found == *expected }
    };
    // Numbers that count up from the first; none overflows, for it would be 0.
    let expected = (0..u32::MAX).map(|more| first.checked_add(more).unwrap_or(0));
    let count = rest.chunks_exact(4).zip(expected).take_while(is_next).count();
    let count = u64::try_from(count).unwrap_or(1).max(1);
    if first == 0 {
        return Ok(Run { count, place: None });
    }
    let place = u64::from(first);
    if place.saturating_add(count) > disk.superblock.block_count {
        return Err(inode.corrupt("blocks"));
    }
    Ok(Run { count, place: Some(place) })
}
