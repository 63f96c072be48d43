//! The contents of things: in blocks, or in the inode itself (`inline_data`).

use vma_source::{to_u64, to_usize};

use super::attributes;
use super::disk::Disk;
use super::extents::{self, Run};
use super::indirect;
use super::inode::Inode;
use crate::blocks::read_exact;
use crate::error::Result;

/// Up to so many bytes in one piece are read with what is around them: small files lie
/// side by side.
const SMALL: usize = 16 << 10;

impl Disk {
    /// The run that starts with `block` of what is stored in blocks.
    ///
    /// # Errors
    ///
    /// What tells where it is makes no sense, or cannot be had.
    pub(super) fn run(&self, inode: &Inode, block: u64) -> Result<Run> {
        if block >= extents::END {
            return Err(inode.corrupt("size"));
        }
        if inode.has_extents {
            extents::run(self, inode, block)
        } else {
            indirect::run(self, inode, block)
        }
    }

    /// Fills `buffer` with the contents from `offset` on, holes as zeros. Up to where the
    /// contents end is for the caller to know.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); or bytes cannot be had.
    pub(super) fn read_contents(
        &self,
        inode: &Inode,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<()> {
        if inode.is_inline {
            return self.read_inline(inode, offset, buffer);
        }
        let size = self.superblock.block_size;
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let run = self.run(inode, at / size)?;
            let skip = at % size;
            let length = run.count.saturating_mul(size).saturating_sub(skip);
            let count = rest.len().min(to_usize(length));
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            match run.place {
                None => part.fill(0),
                Some(block) => {
                    let about = format!("contents of inode {}", inode.number);
                    let place = self.place(block, &about)?.saturating_add(skip);
                    if count <= SMALL {
                        self.blocks.read(place, part, &about)?;
                    } else {
                        read_exact(self.blocks.source(), place, part, &about)?;
                    }
                }
            }
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    /// What is behind the bytes in the inode is a hole: so is a file that was only made
    /// longer.
    fn read_inline(&self, inode: &Inode, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let bytes = inline(inode)?.concat();
        let there = bytes.get(to_usize(offset)..).unwrap_or(&[]);
        let length = there.len().min(buffer.len());
        let (part, behind) = buffer.split_at_mut_checked(length).unwrap_or_default();
        part.copy_from_slice(there.get(..length).unwrap_or(&[]));
        behind.fill(0);
        Ok(())
    }
}

/// The two parts of what stands in an inode: where the places of blocks would be, and
/// behind it as an attribute.
///
/// # Errors
///
/// The attributes make no sense.
pub(super) fn inline(inode: &Inode) -> Result<[Vec<u8>; 2]> {
    Ok([inode.block.to_vec(), attributes::inline(inode)?])
}
