//! The source of a file system, with what every part of it is read by.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::{ReadAt, le_u16, le_u32, to_u64, to_usize};

use super::pieces::Pieces;
use super::sums::{Sums, around, crc16};
use super::superblock::Superblock;
use crate::blocks::Blocks;
use crate::error::{Fault, FaultKind, Result};

/// Copies of a descriptor that are tried beside the first.
const COPIES_MAX: usize = 3;

/// Blocks of extents and of numbers that are kept: 4 MiB at most.
const KEPT_MAX: usize = 64;

/// A block that belongs to an inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owned {
    inode: u32,
    block: u64,
}

/// The source, the superblock, and caches.
pub(super) struct Disk {
    pub(super) blocks: Blocks,
    pub(super) superblock: Superblock,
    pub(super) sums: Sums,
    pub(super) pieces: Pieces,
    /// The one that was used last in front. All of them were checked.
    kept: RefCell<VecDeque<(Owned, Rc<[u8]>)>>,
}

impl Disk {
    /// Reads the superblock.
    ///
    /// # Errors
    ///
    /// As [`Superblock::read`].
    pub(super) fn open(source: Rc<dyn ReadAt>) -> Result<Self> {
        let sums = Sums::new();
        let superblock = Superblock::read(&*source, &sums)?;
        let sums = sums.seeded(superblock.seed);
        let blocks = Blocks::new(source);
        Ok(Self { blocks, superblock, sums, pieces: Pieces::default(), kept: RefCell::default() })
    }

    /// Where a block starts in the source.
    ///
    /// # Errors
    ///
    /// It is none of the file system's.
    pub(super) fn place(&self, block: u64, what: &str) -> Result<u64> {
        let is_one = block > 0 && block < self.superblock.block_count;
        is_one
            .then(|| block.saturating_mul(self.superblock.block_size))
            .ok_or_else(|| Fault::corrupt(format!("{what}: block {block}")))
    }

    /// The bytes of a block.
    ///
    /// # Errors
    ///
    /// There is none such, or it cannot be had.
    pub(super) fn block(&self, block: u64, what: &str) -> Result<Vec<u8>> {
        let mut bytes = vec![0; to_usize(self.superblock.block_size)];
        let place = self.place(block, what)?;
        if !self.pieces.read(place, &mut bytes) {
            self.blocks.read(place, &mut bytes, what)?;
        }
        Ok(bytes)
    }

    /// The bytes of a block that belongs to an inode, of which `check` found nothing
    /// wrong when it was read.
    ///
    /// # Errors
    ///
    /// As [`block`](Self::block); or what `check` says.
    pub(super) fn checked(
        &self,
        inode: u32,
        block: u64,
        what: &str,
        check: impl FnOnce(&[u8]) -> Result<()>,
    ) -> Result<Rc<[u8]>> {
        let wanted = Owned { inode, block };
        let known = {
            let mut kept = self.kept.borrow_mut();
            let at = kept.iter().position(|(owned, _)| *owned == wanted);
            at.and_then(|at| kept.remove(at))
        };
        let entry = match known {
            Some(entry) => entry,
            None => {
                let bytes = self.block(block, what)?;
                check(&bytes)?;
                (wanted, bytes.into())
            }
        };
        let bytes = Rc::clone(&entry.1);
        let mut kept = self.kept.borrow_mut();
        kept.push_front(entry);
        kept.truncate(KEPT_MAX);
        Ok(bytes)
    }

    /// Where the table of a group's inodes starts, as a block.
    ///
    /// # Errors
    ///
    /// No copy of its descriptor can be had, or none is sound.
    pub(super) fn inode_table(&self, group: u32) -> Result<u64> {
        let first = self.descriptor(group, self.descriptor_block(group));
        let fault = match first {
            Ok(block) => return Ok(block),
            Err(fault) => fault,
        };
        // What is yet to come may be sound.
        if fault.kind == FaultKind::NotYetKnown {
            return Err(fault);
        }
        let copies = self.descriptor_copies(group);
        let sound = copies.iter().find_map(|&block| self.descriptor(group, block).ok());
        sound.ok_or(fault)
    }

    fn descriptors_per_block(&self) -> u64 {
        let size = to_u64(self.superblock.descriptor_size).max(1);
        self.superblock.block_size / size
    }

    /// The block in which a group's descriptor stands first: behind the superblock, or with
    /// `meta_bg` in the first of the groups that share it.
    fn descriptor_block(&self, group: u32) -> u64 {
        let superblock = &self.superblock;
        let index = u64::from(group).checked_div(self.descriptors_per_block()).unwrap_or(0);
        match superblock.first_meta_group {
            Some(first) if index >= first => {
                let holder = index.saturating_mul(self.descriptors_per_block());
                self.behind_copy(holder)
            }
            _ => superblock.own_block().saturating_add(1).saturating_add(index),
        }
    }

    /// The first block of a group, or the one behind the superblock's copy there.
    fn behind_copy(&self, group: u64) -> u64 {
        let superblock = &self.superblock;
        let first = superblock.first_block_of(group);
        if group == 0 {
            return superblock.own_block().saturating_add(1);
        }
        first.saturating_add(u64::from(superblock.has_copy(group)))
    }

    /// Blocks in which copies of a group's descriptor stand.
    fn descriptor_copies(&self, group: u32) -> Vec<u64> {
        let superblock = &self.superblock;
        let each = self.descriptors_per_block();
        let index = u64::from(group).checked_div(each).unwrap_or(0);
        let groups = superblock.groups();
        if superblock.first_meta_group.is_some_and(|first| index >= first) {
            let first = index.saturating_mul(each);
            let holders = [first.saturating_add(1), first.saturating_add(each).saturating_sub(1)];
            let there = holders.into_iter().filter(|&holder| holder < groups);
            return there.map(|holder| self.behind_copy(holder)).collect();
        }
        let holders = [1, 3, 5, 7, 9].into_iter().chain(groups.checked_sub(1));
        let there = holders.filter(|&holder| holder < groups && superblock.has_copy(holder));
        let behind = |holder| self.behind_copy(holder).saturating_add(index);
        there.take(COPIES_MAX).map(behind).collect()
    }

    /// The first block of the inodes of a group, by the descriptor in `block`.
    fn descriptor(&self, group: u32, block: u64) -> Result<u64> {
        let about = || format!("descriptor of group {group}");
        let size = self.superblock.descriptor_size;
        let index = u64::from(group).checked_rem(self.descriptors_per_block()).unwrap_or(0);
        let into = index.saturating_mul(to_u64(size));
        let place = self.place(block, "group descriptors")?.saturating_add(into);
        let mut bytes = vec![0; size];
        self.blocks.read(place, &mut bytes, "group descriptors")?;
        let agrees = if self.superblock.has_group_sums {
            self.agrees_with_crc16(group, &bytes)
        } else {
            self.sums.agrees_with_group(group, &bytes)
        };
        if !agrees {
            return Err(Fault::corrupt(format!("checksum of the {}", about())));
        }
        let has_high = size >= 64;
        let bg_inode_table_hi = if has_high { le_u32(&bytes, 0x28) } else { 0 };
        let table = u64::from(bg_inode_table_hi) << 32 | u64::from(le_u32(&bytes, 0x8));
        self.place(table, "inodes").map_err(|_| Fault::corrupt(about()))?;
        Ok(table)
    }

    fn agrees_with_crc16(&self, group: u32, descriptor: &[u8]) -> bool {
        let (before, behind) = around(descriptor, 0x1e, 2);
        let number = group.to_le_bytes();
        let parts = [self.superblock.uuid.as_slice(), &number, before, behind];
        let found = parts.iter().fold(u16::MAX, |state, part| crc16(state, part));
        found == le_u16(descriptor, 0x1e)
    }
}
