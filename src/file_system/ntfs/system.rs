//! The face of the whole.

use core::ops::Range;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::{ReadAt, to_u64};

use super::deleted;
use super::disk::{Disk, Stored, Through};
use super::file::{FIRST_OF_USERS, File, HIDDEN, SYSTEM, WEIGHT_MAX};
use super::geometry::{Geometry, SECTOR};
use super::index::{self, ROOT};
use super::journal;
use super::name::wtf8_of;
use super::record::{Reference, kind};
use super::reparse::{REPARSE_MAX, Reparse, interix_link};
use super::table::Table;
use crate::blocks::Blocks;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{
    Batch, Cursor, DeletedBatch, DeletedIn, ExtendedAttribute, FileSystem, Name, Note, Places,
    Stream,
};

/// Bytes of a block of the cache, and how many there are: 8 MiB together. A record is of
/// 1 KiB, and those of a folder lie near each other; blocks of its index do not.
const BLOCK: u64 = 32 << 10;
const BLOCKS_MAX: usize = 256;

/// Files that are kept at hand.
const FILES_MAX: usize = 16;

/// Bytes of a link as Interix has it, at most: 4,096 letters and what it begins with.
const INTERIX_MAX: u64 = 8192 + 8;

/// An NTFS volume.
struct Ntfs {
    disk: Disk,
    table: Table,
    /// The one that was used last in front.
    files: RefCell<VecDeque<(NodeId, Rc<File>)>>,
}

/// Opens the volume that `source` is.
///
/// # Errors
///
/// Its boot sector or the start of its master file table cannot be had.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let blocks = Blocks::of_size(Rc::clone(source), BLOCK, BLOCKS_MAX);
    let mut sector = [0; SECTOR];
    blocks.read(0, &mut sector, "boot sector")?;
    let disk = Disk { blocks, geometry: Geometry::parse(&sector)? };
    let table = Table::open(&disk)?;
    Ok(Rc::new(Ntfs { disk, table, files: RefCell::default() }))
}

impl Ntfs {
    fn file(&self, id: NodeId) -> Result<Rc<File>> {
        let mut files = self.files.borrow_mut();
        if let Some(found) = files.iter().position(|(of, _)| *of == id)
            && let Some(entry) = files.remove(found)
        {
            let file = Rc::clone(&entry.1);
            files.push_front(entry);
            return Ok(file);
        }
        let file = Rc::new(File::load(&self.disk, &self.table, Reference(id.0))?);
        files.push_front((id, Rc::clone(&file)));
        files.truncate(FILES_MAX);
        let weight = |files: &VecDeque<(NodeId, Rc<File>)>| {
            files.iter().fold(0, |sum: usize, (_, file)| sum.saturating_add(file.weight()))
        };
        while files.len() > 1 && weight(&files) > WEIGHT_MAX {
            files.pop_back();
        }
        Ok(file)
    }

    /// What a reparse point makes of a file; `None` if it has none.
    fn reparse(&self, file: &File) -> Result<Option<Reparse>> {
        if let Some(stored) = file.find(kind::REPARSE_POINT, &[]) {
            let value = self.disk.all(stored, REPARSE_MAX, "reparse point")?;
            let reparse = Reparse::parse(&value);
            let wrong = || Fault::corrupt(format!("{}: reparse point", file.number));
            return reparse.map(Some).ok_or_else(wrong);
        }
        let contents = file.find(kind::DATA, &[]).filter(|stored| stored.size() <= INTERIX_MAX);
        let is_of_system = file.standard.flags & SYSTEM != 0 && file.number >= FIRST_OF_USERS;
        let Some(contents) = contents.filter(|_| is_of_system) else { return Ok(None) };
        // What cannot be read is told when it is.
        let contents = self.disk.all(contents, INTERIX_MAX, "contents").unwrap_or_default();
        Ok(interix_link(&contents).map(Reparse::Link))
    }

    fn file_type(&self, file: &File) -> Result<(FileType, u64)> {
        let size = || file.find(kind::DATA, &[]).map_or(0, Stored::size);
        Ok(match self.reparse(file)? {
            Some(Reparse::Link(target)) => (FileType::Link, to_u64(target.0.len())),
            _ if file.is_directory => (FileType::Directory, 0),
            Some(Reparse::Unix(kind)) => (kind, 0),
            _ => (FileType::File, size()),
        })
    }

    /// Where the contents of a file are; `None` where it has none.
    fn contents<'a>(&self, file: &'a File) -> Result<Option<&'a Stored>> {
        let number = file.number;
        let stored = file.find(kind::DATA, &[]);
        match self.reparse(file)? {
            Some(Reparse::Link(_)) => {
                return Err(Fault::new(FaultKind::NotFound, format!("{number}: is a link")));
            }
            Some(Reparse::Unix(_)) => return Ok(None),
            Some(Reparse::Elsewhere(why)) => {
                return Err(Fault::unsupported(format!("{number}: {why}")));
            }
            Some(Reparse::Cloud) if stored.is_none_or(Stored::has_holes) => {
                return Err(Fault::unsupported(format!("{number}: in a cloud")));
            }
            Some(Reparse::Cloud) | None => {}
        }
        if file.is_directory {
            return Err(Fault::new(FaultKind::NotFound, format!("{number}: is a directory")));
        }
        if stored.is_none() && number >= FIRST_OF_USERS && !file.is_index {
            return Err(Fault::corrupt(format!("{number}: no contents")));
        }
        Ok(stored)
    }

    fn stream<'a>(&self, file: &'a File, stream: Stream<'_>) -> Result<Option<&'a Stored>> {
        let Stream::Named(name) = stream else { return self.contents(file) };
        let found = file.streams().find(|stored| wtf8_of(&stored.name) == *name);
        let missing = || Fault::new(FaultKind::NotFound, format!("{}: stream", file.number));
        found.map(Some).ok_or_else(missing)
    }
}

impl FileSystem for Ntfs {
    fn root(&self) -> NodeId {
        NodeId(ROOT)
    }

    fn notes(&self) -> Vec<Note> {
        let is_clean = journal::is_clean(&self.disk, &self.table);
        if is_clean { Vec::new() } else { vec![Note::JournalNotReplayed] }
    }

    fn order(&self, id: NodeId) -> u64 {
        Reference(id.0).number()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        let file = self.file(id)?;
        let (file_type, size) = self.file_type(&file)?;
        let standard = file.standard;
        let is_marked = standard.flags & (HIDDEN | SYSTEM) != 0 || file.number < FIRST_OF_USERS;
        Ok(Node {
            id,
            file_type,
            size,
            links: Some(file.names),
            attributes: None,
            modified: standard.modified,
            changed: standard.changed,
            accessed: standard.accessed,
            created: standard.created,
            device: None,
            is_hidden: is_marked && file.number != ROOT,
        })
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        let file = self.file(id)?;
        if let Some(Reparse::Link(_)) = self.reparse(&file)? {
            return Err(Fault::new(FaultKind::NotFound, format!("{}: is a link", file.number)));
        }
        let batch = index::read(&self.disk, &file, cursor)?;
        let numbers = batch.entries.iter().map(|entry| Reference(entry.id.0).number());
        self.table.announce(&self.disk, numbers);
        Ok(batch)
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let file = self.file(id)?;
        let Some(stored) = self.stream(&file, stream)? else { return Ok(0) };
        let about =
            |fault: Fault| Fault { about: format!("{}: {}", file.number, fault.about), ..fault };
        self.disk.read(stored, offset, buffer, Through::Nothing).map_err(about)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        let file = self.file(id)?;
        let stored = self.stream(&file, stream)?;
        stored.map_or_else(|| Ok(Places::default()), |stored| self.disk.places(stored, range))
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        let file = self.file(id)?;
        match self.reparse(&file)? {
            Some(Reparse::Link(target)) => Ok(target),
            _ => Err(Fault::new(FaultKind::NotFound, format!("{}: is no link", file.number))),
        }
    }

    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        self.file(id).map(|_| None)
    }

    fn deleted_in(&self) -> Option<DeletedIn> {
        Some(DeletedIn::Root)
    }

    fn read_deleted(&self, id: NodeId, cursor: Cursor) -> Result<DeletedBatch> {
        match id.0 {
            ROOT => deleted::read(&self.disk, &self.table, cursor),
            _ => Ok(DeletedBatch::default()),
        }
    }

    fn streams(&self, id: NodeId) -> Result<Vec<(Name, u64)>> {
        let file = self.file(id)?;
        Ok(file.streams().map(|stored| (wtf8_of(&stored.name), stored.size())).collect())
    }
}
