//! The one face of every file system that is read.

use core::ops::Range;

use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};

/// A file system that is read, over a [`ReadAt`](vma_source::ReadAt).
///
/// Reading goes through `&self`. Nothing of what the file system claims is believed: a
/// list may name a thing twice, in a circle, or one that is not there; who walks keeps a
/// set of what was visited and bounds of its own. Each call does a bounded amount of
/// work: a bounded list, a bounded read.
pub trait FileSystem {
    /// The root directory.
    fn root(&self) -> NodeId;

    /// What a person should know of the whole of it: a journal that was replayed in
    /// memory, one that could not be, a check that is not made.
    fn notes(&self) -> Vec<Note>;

    /// A number by which things stand in the order in which they lie on the disk, about:
    /// who asks for many asks in this order, and reads each stretch of the disk once.
    fn order(&self, id: NodeId) -> u64 {
        id.0
    }

    /// What is known of one thing.
    ///
    /// # Errors
    ///
    /// A [`Fault`]: it is not there, lost, corrupt or not supported.
    fn node(&self, id: NodeId) -> Result<Node>;

    /// Some entries of a directory, from `cursor` on, in the file system's own order;
    /// `.` and `..` are none. At most some thousands at once.
    ///
    /// # Errors
    ///
    /// As [`node`](Self::node); also if `id` is no directory.
    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch>;

    /// Fills `buffer` from the front with the bytes of a file from `offset` on, holes as
    /// zeros, and returns how many it wrote: fewer than asked **only at the end of the
    /// file**. `stream` is the file's contents or one of [`streams`](Self::streams).
    ///
    /// # Errors
    ///
    /// Bytes that cannot be had or vouched for: none of them is made up.
    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize>;

    /// Where the bytes lie that are stored in `range` of a file's contents or of one of its
    /// [`streams`](Self::streams). Each call looks at a bounded number of runs and says up to
    /// where it came; nothing before that is left out but holes, and what stands in what
    /// describes the file.
    ///
    /// # Errors
    ///
    /// As [`node`](Self::node); or it cannot be told where the bytes at its start lie.
    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places>;

    /// The target of a symbolic link, as it is written.
    ///
    /// # Errors
    ///
    /// As [`node`](Self::node); also if `id` is no link.
    fn read_link(&self, id: NodeId) -> Result<Name>;

    /// Extended attributes; `None` where they are not read.
    ///
    /// # Errors
    ///
    /// As [`node`](Self::node).
    fn extended_attributes(&self, id: NodeId) -> Result<Option<Vec<ExtendedAttribute>>>;

    /// Streams beside a file's contents, by name and size, where the file system has such.
    ///
    /// # Errors
    ///
    /// As [`node`](Self::node).
    fn streams(&self, id: NodeId) -> Result<Vec<(Name, u64)>>;

    /// Where things that were deleted are still told of; `None` where they are not, or where
    /// that is not read.
    fn deleted_in(&self) -> Option<DeletedIn> {
        None
    }

    /// Some of what was deleted, of directory `id`, from `cursor` on: what one call looks at
    /// is bounded.
    ///
    /// # Errors
    ///
    /// As [`read_dir`](Self::read_dir).
    fn read_deleted(&self, _: NodeId, _: Cursor) -> Result<DeletedBatch> {
        Ok(DeletedBatch::default())
    }

    /// Parts that are mounted by themselves, or are a state of others from before: they
    /// are directories too, where their path says. Most file systems have none.
    ///
    /// # Errors
    ///
    /// The list of them cannot be had.
    fn subvolumes(&self) -> Result<Vec<Subvolume>> {
        Ok(Vec::new())
    }
}

/// A subvolume, or a snapshot of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subvolume {
    /// Its root directory, as an entry of a directory has it, too.
    pub id: NodeId,
    /// From the root of all.
    pub path: Vec<Name>,
    /// Whether it was made as a copy of another one.
    pub is_snapshot: bool,
    /// Whether it is kept from being changed.
    pub is_read_only: bool,
}

/// Something that a person should know of a file system as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// It was in use: what its journal holds was replayed, in memory.
    JournalReplayed,
    /// It was in use, and its journal is not replayed: the newest changes may be missing.
    JournalNotReplayed,
    /// What is shown is the last state that was written as a whole.
    LastCommit,
    /// Its own checksums over files are not compared.
    DataNotChecked,
    /// It says of itself that it has errors.
    MarkedBroken,
    /// It was in use, and has no journal: what was being written may be half written.
    InUse,
}

impl Note {
    /// Stable, in kebab-case, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::JournalReplayed => "journal-replayed",
            Self::JournalNotReplayed => "journal-not-replayed",
            Self::LastCommit => "last-commit",
            Self::DataNotChecked => "data-not-checked",
            Self::MarkedBroken => "marked-broken",
            Self::InUse => "in-use",
        }
    }
}

/// A name, as the bytes that the file system has: UTF-8 as a rule. A name in UTF-16 is
/// put in WTF-8, so that none is lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub Vec<u8>);

impl Name {
    /// Whether it can stand in a path: something, but not `.` or `..`, without `/` and NUL.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let bytes = self.0.as_slice();
        !matches!(bytes, b"" | b"." | b"..") && !bytes.iter().any(|byte| matches!(byte, 0 | b'/'))
    }
}

/// An extended attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedAttribute {
    /// Its name with what it stands under, as `user.comment`.
    pub name: Name,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, never with a `/` or a NUL in it, never `.` or `..`.
    pub name: Name,
    /// What it names.
    pub id: NodeId,
    /// What that is, as far as the directory says.
    pub file_type: Option<FileType>,
}

/// Where to go on in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// Some entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// In the file system's order.
    pub entries: Vec<Entry>,
    /// Where the next begin; `None` at the end.
    pub next: Option<Cursor>,
    /// Entries that were left out because what names them makes no sense.
    pub left_out: u64,
    /// Why a stretch of the directory between these entries cannot be had, the first if
    /// there are several: what it names is missing.
    pub missing: Option<Fault>,
}

impl Batch {
    /// Notes why a stretch of the directory is missing, if others can be read all the
    /// same; otherwise gives the fault back.
    pub(crate) fn step_over(&mut self, fault: Fault) -> Result<()> {
        if !matches!(fault.kind, FaultKind::Lost | FaultKind::InDoubt | FaultKind::Corrupt) {
            return Err(fault);
        }
        self.missing.get_or_insert(fault);
        Ok(())
    }
}

/// Where a file system keeps what is told of things that were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletedIn {
    /// In the directory that they were in.
    EachDirectory,
    /// In one table for all: who asks for those of the root gets all of them.
    Root,
}

/// Something that was deleted.
///
/// Nothing is said of its contents: where they were, something else may have been written
/// since, and nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Its name. Where it is not [whole](Self::is_name_whole), `?` stands for its first letter.
    pub name: Name,
    /// Whether all letters of its name are still there.
    pub is_name_whole: bool,
    /// The folders between the directory that was asked for and the one that it was in; `None`
    /// where that is not known any more.
    pub folders: Option<Vec<Name>>,
    /// What was known of it. Its number stands for nothing that can be read.
    pub node: Node,
}

/// Some of what was deleted.
#[derive(Clone, Debug, Default)]
pub struct DeletedBatch {
    /// In the file system's order.
    pub things: Vec<Deleted>,
    /// Where the next begin; `None` at the end.
    pub next: Option<Cursor>,
    /// Why some of them cannot be told, the first if there are several.
    pub missing: Option<Fault>,
}

/// Where bytes of a file lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// As pieces of the source below, in the file's order.
    pub pieces: Vec<Range<u64>>,
    /// Ranges of the file that read as zeros without anything of it being stored, in its
    /// order; none touches another. What is not told of here may be such a one too.
    pub holes: Vec<Range<u64>>,
    /// Where in the file that begins of which nothing was said yet: who wants it asks again
    /// from there. `None` if all is said.
    pub next: Option<u64>,
}

impl Places {
    /// Notes a hole of the file, behind those that are noted.
    pub(crate) fn add_hole(&mut self, hole: Range<u64>) {
        match self.holes.last_mut() {
            _ if hole.is_empty() => {}
            Some(last) if last.end == hole.start => last.end = hole.end,
            _ => self.holes.push(hole),
        }
    }
}

/// Which bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream<'a> {
    /// Its contents.
    Contents,
    /// A stream beside them.
    Named(&'a Name),
}
