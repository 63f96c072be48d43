//! What is still to be written into an archive of files.

use super::Volume;
use super::in_order::{Found, InOrder};
use super::member::Member;
use super::output::Given;
use super::reading::Looking;
use crate::file_system::{Cursor, NodeId};

/// What comes next.
pub(super) enum Todo {
    /// A file, of which it is looked what is stored.
    Look(Box<Looking>),
    /// A stream of what came before.
    Stream(Box<Member>),
    /// Something of which nothing is known yet.
    Thing { id: NodeId, path: Vec<u8>, depth: usize },
    /// A folder, which is listed.
    Folder { id: NodeId, path: Vec<u8>, depth: usize, cursor: Cursor, seen: Seen },
    /// What was found in one.
    Found(InOrder),
}

/// What a directory names, as far as it was listed.
pub(super) struct Seen {
    pub(super) names: Given,
    /// What is not yet written, and the bytes of it.
    pub(super) found: Vec<Found>,
    pub(super) bytes: usize,
}

impl Seen {
    /// What was found.
    pub(super) fn take(&mut self, volume: &Volume) -> Todo {
        self.bytes = 0;
        let found = core::mem::take(&mut self.found);
        Todo::Found(InOrder::new(volume, found))
    }
}
