//! A part of a directory, with what is known of each entry.

use super::{Step, Volume};
use crate::file_system::{
    Batch, Cursor, Entry, Fault, FaultKind, FileType, Name, Node, NodeId, Result,
};
use crate::source::{order_of, sort_by_number, to_u64};

/// Entries that are looked at together where each has to be waited for: all that is wanted
/// for them is fetched from front to back. It has to fit into what may be held.
const TOGETHER: usize = 256;

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
    /// Which entries are looked at, in the order in which they lie on the disk; and those
    /// that were, with where they stand in the directory.
    order: Vec<usize>,
    found: Vec<(usize, Listed)>,
    listed: Vec<Listed>,
}

impl Listing {
    /// The part of directory `id` that begins at `cursor`.
    #[must_use]
    pub fn new(id: NodeId, cursor: Cursor) -> Self {
        let (order, found, listed) = (Vec::new(), Vec::new(), Vec::new());
        Self { id, cursor, batch: None, fault: None, order, found, listed }
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
            self.put_in_order(volume);
        }
        let entries = self.batch.as_ref().map_or(&[][..], |batch| &batch.entries);
        let rest = self.order.get(self.found.len()..).unwrap_or_default();
        for part in rest.chunks(TOGETHER) {
            let some = part.iter().filter_map(|&at| Some((at, entries.get(at)?)));
            let ids = some.clone().map(|(_, entry)| entry.id);
            if volume.is_slow() && !are_at_hand(volume, ids)? {
                return Ok(Step::Wanting);
            }
            for (at, entry) in some {
                let Some(one) = listed(volume, entry.clone())? else { return Ok(Step::Wanting) };
                self.found.push((at, one));
            }
        }
        self.order.clear();
        sort_by_number(&mut self.found, |(at, _)| to_u64(*at));
        self.listed.extend(self.found.drain(..).map(|(_, one)| one));
        Ok(Step::Done)
    }

    fn put_in_order(&mut self, volume: &Volume) {
        let entries = self.batch.as_ref().map_or(&[][..], |batch| &batch.entries);
        let order = entries.iter().map(|entry| volume.system().order(entry.id));
        self.order = order_of(&order.collect::<Vec<_>>());
    }

    /// The entries in the directory's order, once all are there.
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

/// Whether all is there that has to be read of these things. What is wrong with one of them
/// is told where it is asked for by itself.
///
/// # Errors
///
/// The source below cannot be read.
fn are_at_hand(volume: &Volume, mut ids: impl Iterator<Item = NodeId>) -> Result<bool> {
    let is_of_source = |fault: &Fault| matches!(fault.kind, FaultKind::Source(_));
    let asked = volume.attempt(|system| {
        let fault = ids.find_map(|id| system.node(id).err().filter(is_of_source));
        fault.map_or(Ok(()), Err)
    });
    match asked {
        Err(fault) if is_of_source(&fault) => Err(fault),
        asked => Ok(!matches!(asked, Ok(None))),
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
