//! A part of a directory, with what is known of each entry.

use super::{Step, Volume};
use crate::file_system::{
    Batch, Cursor, Entry, Fault, FaultKind, FileType, Name, Node, NodeId, Result,
};

/// An entry.
#[derive(Clone, Debug)]
pub struct Listed {
    /// As the directory has it.
    pub entry: Entry,
    /// What is known of it, or why nothing is.
    pub node: Result<Node>,
    /// Of a link, where it leads, if that can be had.
    pub target: Option<Name>,
}

/// Lists a part of a directory.
pub struct Listing {
    id: NodeId,
    cursor: Cursor,
    batch: Option<Batch>,
    fault: Option<Fault>,
    listed: Vec<Listed>,
}

impl Listing {
    /// The part of directory `id` that begins at `cursor`.
    #[must_use]
    pub fn new(id: NodeId, cursor: Cursor) -> Self {
        Self { id, cursor, batch: None, fault: None, listed: Vec::new() }
    }

    /// Whether it is the part of this directory from here on.
    #[must_use]
    pub fn is_of(&self, id: NodeId, cursor: Cursor) -> bool {
        self.id == id && self.cursor == cursor
    }

    /// Lists on, to the end of the part if nothing has to be fetched.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. What else is wrong stands beside the entries.
    pub fn step(&mut self, volume: &Volume) -> Result<Step> {
        if self.batch.is_none() {
            match volume.attempt(|system| system.read_dir(self.id, self.cursor)) {
                Ok(None) => return Ok(Step::Wanting),
                Ok(batch) => self.batch = batch,
                Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
                Err(fault) => {
                    self.fault = Some(fault);
                    self.batch = Some(Batch::default());
                }
            }
        }
        let rest = self.batch.iter().flat_map(|batch| &batch.entries).skip(self.listed.len());
        for entry in rest.cloned().collect::<Vec<_>>() {
            match listed(volume, entry)? {
                None => return Ok(Step::Wanting),
                Some(one) => self.listed.push(one),
            }
        }
        Ok(Step::Done)
    }

    /// The entries, once all are there.
    #[must_use]
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Where the next part begins; `None` at the end, or where a fault ended it.
    #[must_use]
    pub fn next(&self) -> Option<Cursor> {
        self.batch.as_ref()?.next
    }

    /// Entries that make no sense, and are left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.batch.as_ref().map_or(0, |batch| batch.left_out)
    }

    /// What ended the list before its end, or why a stretch of it is missing.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref().or_else(|| self.batch.as_ref()?.missing.as_ref())
    }
}

/// What is known of an entry; `None` if something has to be fetched first.
///
/// # Errors
///
/// The source below cannot be read.
pub(super) fn listed(volume: &Volume, entry: Entry) -> Result<Option<Listed>> {
    let asked = volume.attempt(|system| {
        let node = system.node(entry.id)?;
        let is_link = node.file_type == FileType::Link;
        let target = is_link.then(|| system.read_link(entry.id)).transpose();
        match target {
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
            target => Ok((node, target.ok().flatten())),
        }
    });
    match asked {
        Ok(None) => Ok(None),
        Ok(Some((node, target))) => Ok(Some(Listed { entry, node: Ok(node), target })),
        Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
        Err(fault) => Ok(Some(Listed { entry, node: Err(fault), target: None })),
    }
}
