//! The face of XFS as a [`FileSystem`].

use core::ops::Range;
use std::cell::RefCell;
use std::rc::Rc;

use vma_source::ReadAt;

use super::disk::Disk;
use super::inode::Inode;
use super::{attribute, contents, directory, link, replay};
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{Batch, Cursor, ExtendedAttribute, FileSystem, Name, Note, Places, Stream};

struct Xfs {
    disk: Disk,
    is_replayed: bool,
    /// The one that was asked for last.
    last: RefCell<Option<Rc<Inode>>>,
}

/// Opens what is in `source`, with what its log holds.
///
/// # Errors
///
/// It has features that are not read; or what it needs cannot be had, or is corrupt.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let mut disk = Disk::open(Rc::clone(source))?;
    let changes = replay::replay(&disk)?;
    let is_replayed = changes.is_some();
    if let Some(changes) = changes {
        disk.change(changes)?;
    }
    let system = Xfs { disk, is_replayed, last: RefCell::default() };
    if system.inode(system.root())?.file_type != FileType::Directory {
        return Err(Fault::corrupt("root directory"));
    }
    Ok(Rc::new(system))
}

impl Xfs {
    fn inode(&self, id: NodeId) -> Result<Rc<Inode>> {
        let last = self.last.borrow().clone().filter(|last| last.number == id.0);
        if let Some(last) = last {
            return Ok(last);
        }
        let inode = Rc::new(Inode::read(&self.disk, id.0)?);
        *self.last.borrow_mut() = Some(Rc::clone(&inode));
        Ok(inode)
    }

    /// The inode of a file.
    fn contents(&self, id: NodeId, stream: Stream<'_>) -> Result<Rc<Inode>> {
        let inode = self.inode(id)?;
        if inode.file_type != FileType::File || stream != Stream::Contents {
            return Err(Self::no("such contents", id));
        }
        Ok(inode)
    }

    fn no(what: &str, id: NodeId) -> Fault {
        Fault::new(FaultKind::NotFound, format!("inode {}: no {what}", id.0))
    }
}

impl FileSystem for Xfs {
    fn root(&self) -> NodeId {
        NodeId(self.disk.superblock.root)
    }

    fn notes(&self) -> Vec<Note> {
        if self.is_replayed { vec![Note::JournalReplayed] } else { Vec::new() }
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        Ok(self.inode(id)?.node())
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        directory::read(&self.disk, &*self.inode(id)?, cursor)
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        contents::read(&self.disk, &*self.contents(id, stream)?, offset, buffer)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        contents::places(&self.disk, &*self.contents(id, stream)?, range)
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        let inode = self.inode(id)?;
        if inode.file_type != FileType::Link {
            return Err(Self::no("link", id));
        }
        link::read(&self.disk, &inode).map(Name)
    }

    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        attribute::all(&self.disk, &*self.inode(id)?).map(Some)
    }

    fn streams(&self, id: NodeId) -> Result<Vec<(Name, u64)>> {
        self.inode(id).map(|_| Vec::new())
    }
}
