//! The face of ext2, ext3 and ext4 as a [`FileSystem`].

use core::ops::Range;
use std::rc::Rc;

use vma_source::{ReadAt, to_usize};

use super::disk::Disk;
use super::inode::{Inode, ROOT};
use super::overlay::Overlay;
use super::recovery::{Recovered, recover};
use super::{attributes, listing};
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{Batch, Cursor, ExtendedAttribute, FileSystem, Name, Note, Places, Stream};

/// Targets of links that stand in the inode are shorter than this; others have a block.
const FAST_LINK: u64 = 60;
const LINK_MAX: u64 = 64 << 10;

/// Runs that are looked at at once for where they lie.
const RUNS_MAX: usize = 4096;

struct Ext {
    disk: Disk,
    /// The journal's blocks over the source, if there are some.
    overlay: Option<Rc<Overlay>>,
    notes: Vec<Note>,
}

/// Opens what is in `source`.
///
/// # Errors
///
/// It has features that are not read, or its superblock or root cannot be had.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let mut disk = Disk::open(Rc::clone(source))?;
    let mut recovered = Recovered::default();
    if disk.superblock.has_journal && disk.superblock.needs_recovery {
        recovered = recover(&disk)?;
    }
    let mut notes = Vec::new();
    let mut overlay = None;
    if !recovered.logged.is_empty() {
        let size = disk.superblock.block_size;
        let over = Rc::new(Overlay::new(Rc::clone(source), size, recovered.logged));
        let below: Rc<dyn ReadAt> = Rc::<Overlay>::clone(&over);
        disk = Disk::open(below)?;
        overlay = Some(over);
        notes.push(Note::JournalReplayed);
    }
    if recovered.is_cut {
        notes.push(Note::JournalNotReplayed);
    }
    if !disk.superblock.has_journal && !disk.superblock.is_clean {
        notes.push(Note::InUse);
    }
    if disk.superblock.has_errors || recovered.has_errors {
        notes.push(Note::MarkedBroken);
    }
    disk.inode(ROOT)?;
    Ok(Rc::new(Ext { disk, overlay, notes }))
}

impl Ext {
    fn inode(&self, id: NodeId) -> Result<Inode> {
        let number = u32::try_from(id.0);
        self.disk.inode(number.map_err(|_| Fault::new(FaultKind::NotFound, "inode"))?)
    }

    /// The inode of a file that can be read.
    fn contents(&self, id: NodeId, stream: Stream<'_>) -> Result<Inode> {
        let inode = self.inode(id)?;
        if inode.node.file_type != FileType::File || stream != Stream::Contents {
            return Err(Fault::new(FaultKind::NotFound, "contents"));
        }
        readable(inode)
    }
}

fn readable(inode: Inode) -> Result<Inode> {
    if inode.is_encrypted {
        return Err(Fault::unsupported(format!("encryption of inode {}", inode.number)));
    }
    Ok(inode)
}

impl FileSystem for Ext {
    fn root(&self) -> NodeId {
        NodeId(ROOT.into())
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.clone()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        Ok(self.inode(id)?.node)
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        listing::list(&self.disk, &self.inode(id)?, cursor)
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let inode = self.contents(id, stream)?;
        let left = to_usize(inode.size.saturating_sub(offset)).min(buffer.len());
        let part = buffer.get_mut(..left).unwrap_or_default();
        if !part.is_empty() {
            self.disk.read_contents(&inode, offset, part)?;
        }
        Ok(left)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        let inode = self.contents(id, stream)?;
        let mut places = Places::default();
        let size = self.disk.superblock.block_size;
        let end = range.end.min(if inode.is_inline { 0 } else { inode.size });
        let mut at = range.start;
        for _ in 0..RUNS_MAX {
            if at >= end {
                break;
            }
            let run = self.disk.run(&inode, at / size)?;
            let skip = at % size;
            let length = run.count.saturating_mul(size).saturating_sub(skip).min(end - at);
            let behind = at.saturating_add(length);
            match run.place {
                None => places.add_hole(at..behind),
                Some(block) => {
                    let start = self.disk.place(block, "contents")?.saturating_add(skip);
                    let place = start..start.saturating_add(length);
                    match &self.overlay {
                        Some(overlay) => places.pieces.extend(overlay.places(place)),
                        None => places.pieces.push(place),
                    }
                }
            }
            at = behind;
        }
        places.next = (at < end).then_some(at);
        Ok(places)
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        let inode = self.inode(id)?;
        if inode.node.file_type != FileType::Link {
            return Err(Fault::new(FaultKind::NotFound, "link"));
        }
        let inode = readable(inode)?;
        let is_fast = inode.size < FAST_LINK && !inode.has_extents && !inode.is_inline;
        if is_fast {
            let target = inode.block.get(..to_usize(inode.size)).unwrap_or(&[]);
            return Ok(Name(target.to_vec()));
        }
        if inode.size > self.disk.superblock.block_size.min(LINK_MAX) {
            return Err(Fault::new(FaultKind::TooLarge, "target of a link"));
        }
        let mut target = vec![0; to_usize(inode.size)];
        self.disk.read_contents(&inode, 0, &mut target)?;
        Ok(Name(target))
    }

    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        attributes::list(&self.disk, &self.inode(id)?).map(Some)
    }

    fn streams(&self, id: NodeId) -> Result<Vec<(Name, u64)>> {
        self.inode(id)?;
        Ok(Vec::new())
    }
}
