//! The face of btrfs as a [`FileSystem`].

use core::ops::Range;
use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::{ReadAt, to_u64, to_usize};

use super::directory;
use super::extent::{EXTENT_DATA, Extent, Stretch, Where};
use super::inode::{INODE_ITEM, Inode};
use super::node::{Item, Key};
use super::subvolumes::{PLACEHOLDER, ROOT_DIRECTORY, TOP, Tree, Trees};
use super::superblock::Root;
use super::tree::Disk;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{
    Batch, Cursor, ExtendedAttribute, FileSystem, Name, Note, Places, Stream, Subvolume,
};

/// Compressed stretches that are kept unpacked: 1 MiB.
const UNPACKED_MAX: usize = 8;

/// Bytes that a link's target has at most, and extents that are looked at at once for where
/// they lie.
const LINK_MAX: u64 = 4096;
const EXTENTS_MAX: usize = 4096;

struct Btrfs {
    disk: Disk,
    trees: Trees,
    root: NodeId,
    sums: OnceCell<Root>,
    unpacked: RefCell<VecDeque<(Stretch, Rc<[u8]>)>>,
}

/// Opens what is in `source`.
///
/// # Errors
///
/// It has features that are not read, or its trees cannot be had.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let disk = Disk::open(Rc::clone(source))?;
    let trees = Trees::default();
    let root = trees.id(&disk, TOP, ROOT_DIRECTORY)?;
    Ok(Rc::new(Btrfs { disk, trees, root, sums: OnceCell::new(), unpacked: RefCell::default() }))
}

impl Btrfs {
    fn inode(&self, id: NodeId) -> Result<(Tree, u64, Inode)> {
        let (tree, number) = self.trees.of(&self.disk, id)?;
        if number == PLACEHOLDER {
            return Ok((tree, number, Inode::placeholder(id)));
        }
        let item = self.disk.find(tree.root, Key::new(number, INODE_ITEM, 0))?;
        let missing = || Fault::new(FaultKind::NotFound, format!("inode {number}"));
        let inode = Inode::parse(&item.ok_or_else(missing)?, id)?;
        Ok((tree, number, inode))
    }

    /// The inode of a file, in its tree.
    fn file(&self, id: NodeId, stream: Stream<'_>) -> Result<(Tree, u64, Inode)> {
        let found = self.inode(id)?;
        if stream != Stream::Contents || found.2.node.file_type != FileType::File {
            return Err(Fault::new(FaultKind::NotFound, "contents"));
        }
        Ok(found)
    }

    /// Where the bytes at a logical address lie: in each chunk the first copy that has no gap,
    /// for that is what a read comes to.
    fn stored(&self, logical: u64, length: u64, pieces: &mut Vec<Range<u64>>) -> Result<()> {
        let (mut at, end) = (logical, logical.saturating_add(length));
        while at < end {
            let mapped = self.disk.chunks.map(at)?;
            let length = mapped.length.min(end.saturating_sub(at));
            let copies = || mapped.places.iter().map(|&at| at..at.saturating_add(length));
            let whole = copies().find(|copy| self.disk.source.gap(copy.clone()).is_none());
            pieces.extend(whole.or_else(|| copies().next()));
            if length == 0 {
                return Err(Fault::corrupt("chunk"));
            }
            at = at.saturating_add(length);
        }
        Ok(())
    }

    /// The tree of checksums that the contents of `inode` are held against.
    fn sums(&self, inode: &Inode) -> Result<Option<Root>> {
        if !inode.is_summed {
            return Ok(None);
        }
        if let Some(root) = self.sums.get() {
            return Ok(Some(*root));
        }
        let root = self.disk.sums_tree()?;
        Ok(Some(*self.sums.get_or_init(|| root)))
    }

    /// Goes through what `range` of a file is made of, in its order: each extent with the
    /// part of it that counts. Holes are left out; `visit` says whether to go on.
    fn extents(
        &self,
        (tree, number): (&Tree, u64),
        range: Range<u64>,
        mut visit: impl FnMut(&Item, &Extent, Range<u64>) -> Result<bool>,
    ) -> Result<()> {
        let key = Key::new(number, EXTENT_DATA, range.start);
        let mut items = self.disk.at(tree.root, key)?;
        let mut covered = 0;
        while let Some(item) = items.next()? {
            let place = (item.key.object, item.key.kind);
            if place < (number, EXTENT_DATA) {
                continue;
            }
            if place > (number, EXTENT_DATA) || item.key.offset >= range.end {
                return Ok(());
            }
            let extent = Extent::parse(&item, self.disk.superblock.sector_size)?;
            if extent.start < covered {
                return Err(Fault::corrupt(format!("extents of inode {number}")));
            }
            covered = extent.end;
            let part = extent.start.max(range.start)..extent.end.min(range.end);
            if !part.is_empty() && !visit(&item, &extent, part)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Fills `buffer` with the contents from `offset` on, all of it within the file.
    fn read(&self, of: (&Tree, u64, &Inode), offset: u64, buffer: &mut [u8]) -> Result<()> {
        let (tree, number, inode) = of;
        let end = offset.saturating_add(to_u64(buffer.len()));
        let mut at = offset;
        let mut rest = buffer;
        self.extents((tree, number), offset..end, |item, extent, part| {
            let taken = core::mem::take(&mut rest);
            let hole = to_usize(part.start.saturating_sub(at));
            let length = to_usize(part.end.saturating_sub(part.start));
            let (zeros, taken) = taken.split_at_mut_checked(hole).unwrap_or_default();
            self.hole(zeros, number)?;
            let (bytes, behind) = taken.split_at_mut_checked(length).unwrap_or_default();
            self.fill(item, extent, part.start, bytes, inode)?;
            (at, rest) = (part.end, behind);
            Ok(true)
        })?;
        self.hole(rest, number)
    }

    /// Bytes of a file that no extent says anything of.
    fn hole(&self, zeros: &mut [u8], number: u64) -> Result<()> {
        if zeros.is_empty() {
            return Ok(());
        }
        // Without the feature, a hole has an extent of its own.
        if !self.disk.superblock.has_no_holes {
            return Err(Fault::corrupt(format!("no extent for a part of inode {number}")));
        }
        zeros.fill(0);
        Ok(())
    }

    /// Fills `bytes` with those of an extent, from `at` of the file on.
    fn fill(
        &self,
        item: &Item,
        extent: &Extent,
        at: u64,
        bytes: &mut [u8],
        inode: &Inode,
    ) -> Result<()> {
        let skip = at.saturating_sub(extent.start);
        match extent.place {
            Where::Zeros => bytes.fill(0),
            Where::Plain { logical } => {
                let sums = self.sums(inode)?;
                self.disk.read_data(logical.saturating_add(skip), bytes, sums)?;
            }
            Where::Packed { stretch, into } => {
                let unpacked = self.unpacked(stretch, inode)?;
                copy(&unpacked, to_usize(into.saturating_add(skip)), bytes);
            }
            Where::Inline { compression, size } => {
                let sector = self.disk.superblock.sector_size;
                let unpacked = Extent::inline(item, compression, size, sector)?;
                copy(&unpacked, to_usize(skip), bytes);
            }
        }
        Ok(())
    }

    /// What a compressed stretch comes to.
    fn unpacked(&self, stretch: Stretch, inode: &Inode) -> Result<Rc<[u8]>> {
        let kept = self.unpacked.borrow();
        let known = kept.iter().find(|(known, _)| *known == stretch);
        if let Some((_, bytes)) = known {
            return Ok(Rc::clone(bytes));
        }
        drop(kept);
        let mut packed = vec![0; stretch.packed];
        self.disk.read_data(stretch.logical, &mut packed, self.sums(inode)?)?;
        let sector = to_usize(self.disk.superblock.sector_size);
        let bytes: Rc<[u8]> = stretch.compression.unpack(&packed, stretch.size, sector)?.into();
        let mut kept = self.unpacked.borrow_mut();
        kept.truncate(UNPACKED_MAX.saturating_sub(1));
        kept.push_front((stretch, Rc::clone(&bytes)));
        Ok(bytes)
    }
}

/// Fills `bytes` with those of `from` behind `skip`; zeros where it ends.
fn copy(from: &[u8], skip: usize, bytes: &mut [u8]) {
    bytes.fill(0);
    for (to, from) in bytes.iter_mut().zip(from.get(skip..).unwrap_or(&[])) {
        *to = *from;
    }
}

impl FileSystem for Btrfs {
    fn root(&self) -> NodeId {
        self.root
    }

    fn notes(&self) -> Vec<Note> {
        let superblock = &self.disk.superblock;
        let log = superblock.has_log.then_some(Note::LastCommit);
        let errors = superblock.has_errors.then_some(Note::MarkedBroken);
        log.into_iter().chain(errors).collect()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        Ok(self.inode(id)?.2.node)
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        let (tree, number, inode) = self.inode(id)?;
        if inode.node.file_type != FileType::Directory {
            return Err(Fault::new(FaultKind::NotFound, "entries of what is no directory"));
        }
        directory::list(&self.disk, &self.trees, &tree, number, cursor)
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let (tree, number, inode) = self.file(id, stream)?;
        let count = to_usize(inode.node.size.saturating_sub(offset)).min(buffer.len());
        let buffer = buffer.get_mut(..count).unwrap_or(&mut []);
        self.read((&tree, number, &inode), offset, buffer)?;
        Ok(count)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        let (tree, number, inode) = self.file(id, stream)?;
        let range = range.start..range.end.min(inode.node.size);
        let mut places = Places::default();
        let (mut packed_last, mut looked, mut at) = (0, 0_usize, range.start);
        let may_lack = self.disk.superblock.has_no_holes;
        self.extents((&tree, number), range.clone(), |_, extent, part| {
            if may_lack {
                places.add_hole(at..part.start);
            }
            at = part.end;
            looked = looked.saturating_add(1);
            places.next = Some(part.end).filter(|&at| looked >= EXTENTS_MAX && at < range.end);
            let goes_on = places.next.is_none();
            let (logical, length) = match extent.place {
                Where::Plain { logical } => {
                    let skip = part.start.saturating_sub(extent.start);
                    (logical.saturating_add(skip), part.end.saturating_sub(part.start))
                }
                Where::Packed { stretch, .. } if stretch.logical != packed_last => {
                    packed_last = stretch.logical;
                    (stretch.logical, to_u64(stretch.packed))
                }
                Where::Zeros => {
                    places.add_hole(part);
                    return Ok(goes_on);
                }
                Where::Packed { .. } | Where::Inline { .. } => return Ok(goes_on),
            };
            self.stored(logical, length, &mut places.pieces)?;
            Ok(goes_on)
        })?;
        if may_lack && places.next.is_none() {
            places.add_hole(at..range.end);
        }
        Ok(places)
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        let (tree, number, inode) = self.inode(id)?;
        if inode.node.file_type != FileType::Link {
            return Err(Fault::new(FaultKind::NotFound, "link"));
        }
        if inode.node.size > LINK_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "target of a link"));
        }
        let mut target = vec![0; to_usize(inode.node.size)];
        self.read((&tree, number, &inode), 0, &mut target)?;
        Ok(Name(target))
    }

    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        let (tree, number, _) = self.inode(id)?;
        directory::attributes(&self.disk, &tree, number).map(Some)
    }

    fn streams(&self, _: NodeId) -> Result<Vec<(Name, u64)>> {
        Ok(Vec::new())
    }

    fn subvolumes(&self) -> Result<Vec<Subvolume>> {
        self.trees.list(&self.disk)
    }
}
