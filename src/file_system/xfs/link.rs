//! Targets of symbolic links: in the inode, or in blocks (`xfs_dsymlink_hdr`).

use vma_source::{be_u32, to_u64, to_usize};

use super::contents::check;
use super::disk::{Disk, Stamp};
use super::inode::{Format, Inode};
use super::map::runs;
use crate::error::{Fault, Result};

/// Bytes of a target at most.
const LENGTH_MAX: u64 = 1024;

/// In front of each piece, in version 5.
const HEADER: usize = 56;

fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let is_it = be_u32(bytes, 0) == 0x5853_4c4d;
    is_it.then_some(Stamp { crc: 12, block_number: 40, uuid: 16, owner: 32 })
}

/// The target, as it is written.
///
/// # Errors
///
/// It cannot be had, or is corrupt.
pub(super) fn read(disk: &Disk, inode: &Inode) -> Result<Vec<u8>> {
    check(disk, inode)?;
    let corrupt = || Fault::corrupt(format!("inode {}: link", inode.number));
    if inode.size == 0 || inode.size > LENGTH_MAX {
        return Err(corrupt());
    }
    let length = to_usize(inode.size);
    let fork = inode.contents();
    if fork.format == Format::Local {
        return Ok(fork.bytes.get(..length).ok_or_else(corrupt)?.to_vec());
    }
    let (mut target, mut block) = (Vec::new(), 0);
    while target.len() < length {
        let found = runs(disk, inode.number, &fork, block)?;
        let run = found.first().copied().ok_or_else(corrupt)?;
        let at = run.at.ok_or_else(corrupt)?;
        // A piece has no more blocks than all of it would have.
        let blocks_max = LENGTH_MAX.saturating_mul(2).div_ceil(disk.superblock.block_size);
        let bytes = run.count.min(blocks_max).saturating_mul(disk.superblock.block_size);
        let left = length.saturating_sub(target.len());
        let piece = if disk.superblock.is_summed {
            let piece = disk.block(at, bytes, inode.number, stamp, "link")?;
            let makes_sense = u64::from(be_u32(&piece, 4)) == to_u64(target.len())
                && to_usize(be_u32(&piece, 8).into()) <= left;
            let end = HEADER.saturating_add(to_usize(be_u32(&piece, 8).into()));
            piece.get(HEADER..end).filter(|_| makes_sense).ok_or_else(corrupt)?.to_vec()
        } else {
            let mut piece = vec![0; to_usize(bytes).min(left)];
            disk.read_changed(at, &mut piece, "link")?;
            piece
        };
        if piece.is_empty() {
            return Err(corrupt());
        }
        target.extend_from_slice(&piece);
        block = run.end();
    }
    Ok(target)
}
