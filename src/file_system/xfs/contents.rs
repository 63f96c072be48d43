//! The bytes of a file.

use core::ops::Range;

use vma_source::{to_u64, to_usize};

use super::disk::Disk;
use super::inode::Inode;
use super::map::{Run, runs};
use crate::error::{Fault, Result};
use crate::reader::Places;

/// Runs that are looked at at once for where they lie.
const RUNS_LOOKED_AT: usize = 4096;

/// That what is read of it is what the kernel would read.
pub(super) fn check(disk: &Disk, inode: &Inode) -> Result<()> {
    if inode.is_realtime() {
        return Err(Fault::unsupported("on a realtime device"));
    }
    if disk.changes.is_unfinished(inode.number) {
        return Err(Fault::unsupported("unfinished change in the log"));
    }
    Ok(())
}

/// Fills `buffer` with the bytes of a file from `offset` on, and returns how many there
/// were: fewer only at its end.
///
/// # Errors
///
/// They cannot be had, or nobody can say where they are.
pub(super) fn read(disk: &Disk, inode: &Inode, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    check(disk, inode)?;
    let left = to_usize(inode.size.saturating_sub(offset)).min(buffer.len());
    let Some(buffer) = buffer.get_mut(..left) else { return Ok(0) };
    let block_size = disk.superblock.block_size;
    let fork = inode.contents();
    let what = format!("inode {}", inode.number);
    let (mut at, mut rest) = (offset, buffer);
    while !rest.is_empty() {
        for run in runs(disk, inode.number, &fork, at / block_size)? {
            let within = at.saturating_sub(run.first.saturating_mul(block_size));
            let length = run.count.saturating_mul(block_size).saturating_sub(within);
            let count = to_usize(length).min(rest.len());
            let (part, behind) = core::mem::take(&mut rest).split_at_mut(count);
            match run.at.filter(|_| !run.is_unwritten) {
                Some(place) => disk.read(place.saturating_add(within), part, &what)?,
                None => part.fill(0),
            }
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
    }
    Ok(left)
}

/// Where the bytes in `range` of a file lie on the disk, by as many runs as
/// [`RUNS_LOOKED_AT`], and those that come with the last.
///
/// # Errors
///
/// As [`read`].
pub(super) fn places(disk: &Disk, inode: &Inode, range: Range<u64>) -> Result<Places> {
    check(disk, inode)?;
    let (block_size, fork) = (disk.superblock.block_size, inode.contents());
    let (mut places, mut looked) = (Places::default(), 0_usize);
    let end = range.end.min(inode.size);
    let mut at = range.start;
    while at < end && looked < RUNS_LOOKED_AT {
        for Run { first, count, at: stored, is_unwritten } in
            runs(disk, inode.number, &fork, at / block_size)?
        {
            looked = looked.saturating_add(1);
            let start = at;
            at = first.saturating_add(count).saturating_mul(block_size).min(end);
            if start >= at {
                continue;
            }
            let Some(place) = stored.filter(|_| !is_unwritten) else {
                places.add_hole(start..at);
                continue;
            };
            let within = start.saturating_sub(first.saturating_mul(block_size));
            let place = place.saturating_add(within);
            let piece = place..place.saturating_add(at.saturating_sub(start));
            match places.pieces.last_mut() {
                Some(last) if last.end == piece.start => last.end = piece.end,
                _ => places.pieces.push(piece),
            }
        }
    }
    places.next = (at < end).then_some(at);
    Ok(places)
}
