//! What is on the disk, with the changes of the log on top.

use std::rc::Rc;

use vma_source::{ReadAt, be_u16, be_u32, be_u64, to_u64, to_usize};

use super::changes::{Change, Changes, SECTOR, What};
use super::superblock::{SECTOR_MIN, Superblock, agrees};
use crate::blocks::{Blocks, read_exact};
use crate::error::{Fault, Result};
use vma_source::Crc32c;

/// Bytes of a block of the cache, and how many are kept: 16 MiB together. A block is a
/// cluster of a backup, so that one read of the file has it.
const CACHED: u64 = 64 << 10;
const CACHED_MAX: usize = 256;

/// Where a block of metadata says what it is and where it belongs, in version 5.
pub(super) struct Stamp {
    pub(super) crc: usize,
    pub(super) block_number: usize,
    pub(super) uuid: usize,
    pub(super) owner: usize,
}

/// What tells where, by the magic number that a block starts with; nothing, if it is none of
/// those that it may be.
pub(super) type ToStamp = fn(&[u8]) -> Option<Stamp>;

/// A file system, at the level of bytes.
pub(super) struct Disk {
    cache: Blocks,
    pub(super) superblock: Superblock,
    pub(super) sums: Crc32c,
    pub(super) changes: Changes,
}

impl Disk {
    /// Reads the superblock, as it stands there.
    pub(super) fn open(source: Rc<dyn ReadAt>) -> Result<Self> {
        let cache = Blocks::of_size(source, CACHED, CACHED_MAX);
        let sums = Crc32c::new();
        let mut bytes = vec![0; SECTOR_MIN];
        cache.read(0, &mut bytes, "superblock")?;
        bytes.resize(Superblock::sector_size(&bytes)?, 0);
        cache.read(0, &mut bytes, "superblock")?;
        let superblock = Superblock::parse(&bytes, false, &sums)?;
        Ok(Self { cache, superblock, sums, changes: Changes::default() })
    }

    /// Puts changes on top, those of the superblock too.
    pub(super) fn change(&mut self, changes: Changes) -> Result<()> {
        self.changes = changes;
        let mut bytes = vec![0; self.superblock.sector_size];
        let is_changed = self.read_changed(0, &mut bytes, "superblock")?;
        self.superblock = Superblock::parse(&bytes, is_changed, &self.sums)?;
        Ok(())
    }

    /// Fills `buffer` with what stands at `offset`, without the log. Much at once goes past
    /// the cache.
    ///
    /// # Errors
    ///
    /// It cannot be had.
    pub(super) fn read(&self, offset: u64, buffer: &mut [u8], what: &str) -> Result<()> {
        if to_u64(buffer.len()) >= CACHED {
            return read_exact(self.cache.source(), offset, buffer, what);
        }
        self.cache.read(offset, buffer, what)
    }

    /// The same with the log's changes of bytes; whether there were some.
    pub(super) fn read_changed(&self, offset: u64, buffer: &mut [u8], what: &str) -> Result<bool> {
        let changes = self.changes.within(offset, to_u64(buffer.len()));
        self.read(offset, buffer, what)?;
        let mut is_changed = false;
        for change in changes {
            is_changed |= self.apply(change, offset, buffer, what)?;
        }
        Ok(is_changed)
    }

    /// Applies a change of bytes to `buffer`, which stands at `offset`, unless what is
    /// there is as new; whether it was applied.
    pub(super) fn apply(
        &self,
        change: &Change,
        offset: u64,
        buffer: &mut [u8],
        what: &str,
    ) -> Result<bool> {
        match &change.what {
            What::Bytes { buffer: start, at, bytes } => {
                let is_old = self.sequence_of(*start, what)?.is_none_or(|has| has < change.lsn);
                if is_old {
                    place(offset, buffer, *at, bytes);
                }
                Ok(is_old)
            }
            What::Cleared { at, length } => {
                let end = at.saturating_add(*length);
                for (place, byte) in (offset..).zip(buffer) {
                    if (*at..end).contains(&place) {
                        *byte = 0;
                    }
                }
                Ok(true)
            }
            What::Inode(_) => Ok(false),
        }
    }

    /// The log sequence number that stands in the block at `start`, as it is on the disk;
    /// `None` where it has none (`xlog_recover_get_buf_lsn`).
    fn sequence_of(&self, start: u64, what: &str) -> Result<Option<u64>> {
        if !self.superblock.is_summed {
            return Ok(None);
        }
        let mut head = vec![0; to_usize(SECTOR)];
        self.read(start, &mut head, what)?;
        let found = match be_u32(&head, 0) {
            // The superblock.
            0x5846_5342 => Some((240, 32)),
            // A block of extents.
            0x424d_4133 => Some((32, 40)),
            // Blocks of directories.
            0x5844_4233 | 0x5844_4433 => Some((16, 24)),
            // A link.
            0x5853_4c4d => Some((48, 16)),
            // Nodes and leaves of attributes and directories.
            _ if matches!(be_u16(&head, 8), 0x3ebe | 0x3bee | 0x3df1 | 0x3dff) => Some((24, 32)),
            _ => None,
        };
        let Some((lsn_at, uuid_at)) = found else { return Ok(None) };
        let lsn = be_u64(&head, lsn_at);
        let uuid = head.get(uuid_at..).unwrap_or(&[]);
        let is_own =
            uuid.starts_with(&self.superblock.meta_uuid) || uuid.starts_with(&self.superblock.uuid);
        Ok(Some(lsn).filter(|&lsn| is_own && lsn != 0 && lsn != u64::MAX))
    }

    /// A block of metadata of `length` bytes at `at`, that belongs to inode `owner`; its
    /// checksum and what it says of itself are compared, in version 5.
    ///
    /// # Errors
    ///
    /// It cannot be had, or it is not that block.
    pub(super) fn block(
        &self,
        at: u64,
        length: u64,
        owner: u64,
        stamp: ToStamp,
        what: &str,
    ) -> Result<Vec<u8>> {
        let mut bytes = vec![0; to_usize(length)];
        let is_changed = self.read_changed(at, &mut bytes, what)?;
        self.check(&bytes, at, owner, is_changed, stamp, what)?;
        Ok(bytes)
    }

    /// Compares what a block says of itself.
    pub(super) fn check(
        &self,
        bytes: &[u8],
        at: u64,
        owner: u64,
        is_changed: bool,
        stamp: ToStamp,
        what: &str,
    ) -> Result<()> {
        let about = || format!("inode {owner}: {what}");
        let stamp = stamp(bytes).ok_or_else(|| Fault::corrupt(about()))?;
        if !self.superblock.is_summed {
            return Ok(());
        }
        if !is_changed && !agrees(&self.sums, bytes, stamp.crc) {
            return Err(Fault::corrupt(format!("{}: checksum", about())));
        }
        let uuid = bytes.get(stamp.uuid..).unwrap_or(&[]);
        let is_it = be_u64(bytes, stamp.block_number) == at / SECTOR
            && be_u64(bytes, stamp.owner) == owner
            && uuid.starts_with(&self.superblock.meta_uuid);
        if is_it { Ok(()) } else { Err(Fault::corrupt(about())) }
    }
}

/// Puts `bytes`, which stand at `at`, into `buffer`, which stands at `offset`.
fn place(offset: u64, buffer: &mut [u8], at: u64, bytes: &[u8]) {
    let (into, from) = match at.checked_sub(offset) {
        Some(into) => (to_usize(into), 0),
        None => (0, to_usize(offset.saturating_sub(at))),
    };
    let targets = buffer.get_mut(into..).unwrap_or_default();
    for (to, byte) in targets.iter_mut().zip(bytes.get(from..).unwrap_or(&[])) {
        *to = *byte;
    }
}
