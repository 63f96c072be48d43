//! A directory: an index of names, `INDEX_ROOT`, `INDEX_BLOCK` and `INDEX_ENTRY` of
//! ntfs-3g's `layout.h`. Its blocks are taken in the order in which they lie, those that
//! are in use by the index's own bitmap: a deleted name is in none of them, and there is
//! no circle to run in.

use core::ops::ControlFlow;

use vma_source::{le_u16, le_u32, le_u64, to_u64, to_usize};

use super::disk::{Disk, Stored, Through};
use super::file::{DOS, File};
use super::fix_up::put_back;
use super::name::{INDEX, wtf8_of};
use super::record::{Reference, kind};
use super::reparse::is_link;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, NodeId};
use crate::reader::{Batch, Cursor, Entry};

/// Bytes of an index block, at most: those of a cluster where clusters are larger than 4 KiB.
const BLOCK_MAX: u64 = 2 << 20;

/// Entries of one batch, about; bytes of index blocks that are read for it, and bytes of
/// the bitmap that are looked through.
const BATCH: usize = 2048;
const BATCH_BYTES: u64 = 1 << 20;
const BITMAP_BYTES: u64 = 64 << 10;

/// Bytes of an index's bitmap, at most: for 128 GiB of blocks.
const BITMAP_MAX: u64 = 4 << 20;

/// Flags of an entry: the last of its block, which names nothing.
const LAST: u16 = 2;

/// Flags of a file, as its name has them too.
const SYSTEM: u32 = 0x4;
pub(super) const REPARSE_POINT: u32 = 0x400;
const DIRECTORY: u32 = 0x1000_0000;

/// The root directory's record.
pub(super) const ROOT: u64 = 5;

/// Which node a reference means: the root is one and the same.
pub(super) fn node_of(reference: Reference) -> NodeId {
    if reference.number() == ROOT { NodeId(ROOT) } else { NodeId(reference.0) }
}

/// Some entries of a directory. The cursor is 0 at the root of its index, and then the
/// number of a block, plus 1.
///
/// # Errors
///
/// It is no directory, or a block of its index cannot be had or is corrupt.
pub(super) fn read(disk: &Disk, directory: &File, cursor: Cursor) -> Result<Batch> {
    let about =
        |fault: Fault| Fault { about: format!("{}: {}", directory.number, fault.about), ..fault };
    let index = Index::of(disk, directory).map_err(about)?;
    let mut batch = Batch::default();
    let mut next = cursor.0;
    if next == 0 {
        index.add_root(&mut batch).map_err(about)?;
        next = 1;
    }
    batch.next = match index.add_blocks(next.saturating_sub(1), &mut batch) {
        Ok(next) => next.map(|number| Cursor(number.saturating_add(1))),
        Err((number, fault)) => {
            let at = Cursor(number.saturating_add(1));
            if at == cursor {
                return Err(about(fault));
            }
            Some(at)
        }
    };
    Ok(batch)
}

/// The index of a directory.
struct Index<'a> {
    disk: &'a Disk,
    directory: u64,
    root: Vec<u8>,
    /// Bytes of a block.
    block: u64,
    /// The blocks, and which of them are in use; none in a small directory.
    blocks: Option<(&'a Stored, &'a Stored)>,
}

impl<'a> Index<'a> {
    fn of(disk: &'a Disk, file: &'a File) -> Result<Self> {
        if !file.is_directory {
            return Err(Fault::new(FaultKind::NotFound, "no directory"));
        }
        let root = file.find(kind::INDEX_ROOT, INDEX);
        let root = root.ok_or_else(|| Fault::corrupt("no root of an index"))?;
        let root = disk.all(root, to_u64(disk.geometry.record), "root of an index")?;
        let block = u64::from(le_u32(&root, 8));
        if !block.is_power_of_two() || !(512..=BLOCK_MAX).contains(&block) {
            return Err(Fault::corrupt("bytes of an index block"));
        }
        let is_large = root.get(28).is_some_and(|flags| flags & 1 != 0);
        let stored = (file.find(kind::INDEX_ALLOCATION, INDEX), file.find(kind::BITMAP, INDEX));
        let blocks = match stored {
            (Some(blocks), Some(bitmap)) => Some((blocks, bitmap)),
            (None, _) if !is_large => None,
            _ => return Err(Fault::corrupt("an index without its blocks")),
        };
        Ok(Self { disk, directory: file.number, root, block, blocks })
    }

    fn add_root(&self, batch: &mut Batch) -> Result<()> {
        add_entries(self.root.get(16..).unwrap_or(&[]), self.directory, batch)
    }

    /// Adds the entries of the blocks from `first` on until it is enough for once, and
    /// returns the block to go on with; `None` at the end.
    fn add_blocks(
        &self,
        first: u64,
        batch: &mut Batch,
    ) -> core::result::Result<Option<u64>, (u64, Fault)> {
        let Some((blocks, bitmap)) = self.blocks else { return Ok(None) };
        if bitmap.size() > BITMAP_MAX {
            return Err((first, Fault::new(FaultKind::TooLarge, "bitmap of an index")));
        }
        let count = blocks.size().checked_div(self.block).unwrap_or(0);
        let count = count.min(bitmap.size().saturating_mul(8));
        let length = bitmap.size().saturating_sub(first / 8).min(BITMAP_BYTES);
        let mut bits = vec![0; to_usize(length)];
        let read = self.disk.read(bitmap, first / 8, &mut bits, Through::Cache);
        read.map_err(|fault| (first, fault))?;
        let looked_at = (first / 8).saturating_add(length).saturating_mul(8).min(count);
        let mut bytes = 0_u64;
        let is_used = |number: u64| {
            let byte = bits.get(to_usize((number / 8).saturating_sub(first / 8)));
            byte.is_some_and(|byte| byte >> (number % 8) & 1 != 0)
        };
        // They lie where there was room when names were added.
        let once = (first..looked_at).filter(|&number| is_used(number));
        let once = once.take(to_usize(BATCH_BYTES / self.block));
        self.disk.announce(blocks, &mut once.map(|number| number.saturating_mul(self.block)));
        let added = (first..looked_at).filter(|&number| is_used(number)).try_for_each(|number| {
            if batch.entries.len() >= BATCH || bytes >= BATCH_BYTES {
                return ControlFlow::Break(Ok(number));
            }
            bytes = bytes.saturating_add(self.block);
            match self.add_block(blocks, number, batch) {
                Ok(()) => ControlFlow::Continue(()),
                Err(fault) => match batch.step_over(fault) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(fault) => ControlFlow::Break(Err((number, fault))),
                },
            }
        });
        match added {
            ControlFlow::Break(Ok(number)) => Ok(Some(number)),
            ControlFlow::Break(Err(fault)) => Err(fault),
            ControlFlow::Continue(()) => Ok((looked_at < count).then_some(looked_at)),
        }
    }

    fn add_block(&self, blocks: &Stored, number: u64, batch: &mut Batch) -> Result<()> {
        let what = || format!("index block {number}");
        let offset = number.saturating_mul(self.block);
        let mut bytes = vec![0; to_usize(self.block)];
        let count = self.disk.read(blocks, offset, &mut bytes, Through::Cache)?;
        if count < bytes.len() {
            return Err(Fault::corrupt(what()));
        }
        put_back(&mut bytes, b"INDX", &what())?;
        // Counted in clusters, or in 512 bytes where a cluster is larger than a block.
        let unit =
            if self.disk.geometry.cluster <= self.block { self.disk.geometry.cluster } else { 512 };
        if Some(le_u64(&bytes, 16)) != offset.checked_div(unit) {
            return Err(Fault::corrupt(format!("{}: of another place", what())));
        }
        let header = bytes.get(24..).unwrap_or(&[]);
        add_entries(header, self.directory, batch)
            .map_err(|fault| Fault { about: format!("{}: {}", what(), fault.about), ..fault })
    }
}

/// Adds the entries behind an `INDEX_HEADER`.
fn add_entries(header: &[u8], directory: u64, batch: &mut Batch) -> Result<()> {
    let wrong = || Fault::corrupt("entries of an index");
    let (first, end) = (to_usize(le_u32(header, 0).into()), to_usize(le_u32(header, 4).into()));
    let mut rest = header.get(first..end).filter(|_| header.len() >= 16).ok_or_else(wrong)?;
    loop {
        let length = usize::from(le_u16(rest, 8));
        let entry = rest.split_at_checked(length).filter(|(entry, _)| entry.len() >= 16);
        let (entry, behind) = entry.ok_or_else(wrong)?;
        if le_u16(entry, 12) & LAST != 0 {
            return Ok(());
        }
        let key = entry.get(16..).and_then(|key| key.get(..usize::from(le_u16(entry, 10))));
        match named(Reference(le_u64(entry, 0)), key.ok_or_else(wrong)?, directory) {
            Named::Entry(entry) => batch.entries.push(entry),
            Named::Twice => {}
            Named::Nonsense => batch.left_out = batch.left_out.saturating_add(1),
        }
        rest = behind;
    }
}

/// What a key of an index is.
enum Named {
    Entry(Entry),
    /// A name for DOS, of which there is a longer one; the root in itself.
    Twice,
    Nonsense,
}

/// A key, `FILE_NAME_ATTR`, of the index of a directory.
fn named(reference: Reference, key: &[u8], directory: u64) -> Named {
    let length = key.get(64).map_or(0, |&count| usize::from(count).saturating_mul(2));
    let (Some(name), Some(&namespace)) =
        (key.get(66..).and_then(|name| name.get(..length)), key.get(65))
    else {
        return Named::Nonsense;
    };
    let name = wtf8_of(name);
    if namespace == DOS || (reference.number() == directory && name.0 == b".") {
        return Named::Twice;
    }
    if !name.is_plain() || Reference(le_u64(key, 0)).number() != directory {
        return Named::Nonsense;
    }
    let (flags, tag) = (le_u32(key, 56), le_u32(key, 60));
    let file_type = match flags {
        _ if flags & REPARSE_POINT != 0 => is_link(tag).then_some(FileType::Link),
        _ if flags & DIRECTORY != 0 => Some(FileType::Directory),
        // It may be a link as Interix has it.
        _ if flags & SYSTEM != 0 => None,
        _ => Some(FileType::File),
    };
    Named::Entry(Entry { name, id: node_of(reference), file_type })
}
