//! What is still written of things that were deleted: their names, and what was known of them.

use crate::error::Fault;
use crate::node::Node;
use crate::reader::{Cursor, Name};

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
