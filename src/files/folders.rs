//! The folders that a walk through a file system comes by, each of them once.

use std::collections::BTreeSet;

use super::Volume;
use crate::file_system::{Name, NodeId};

/// Folders that are remembered, at most.
const FOLDERS_MAX: usize = 250_000;

/// Folders below one another, at most.
const DEPTH_MAX: usize = 512;

/// A folder that was come by.
struct Folder {
    /// Which one it is in; `None` for the first.
    parent: Option<usize>,
    name: Name,
    id: NodeId,
    depth: usize,
}

/// Folders by number, in the order in which they are to be looked into: near ones first, and
/// those of one depth as they lie on the disk.
pub(super) struct Folders {
    all: Vec<Folder>,
    waiting: BTreeSet<(usize, u64, usize)>,
    seen: BTreeSet<u64>,
    is_cut: bool,
}

impl Folders {
    /// All below `root`, which is the first.
    pub(super) fn new(root: NodeId) -> Self {
        Self {
            all: vec![Folder { parent: None, name: Name(Vec::new()), id: root, depth: 0 }],
            waiting: BTreeSet::from([(0, 0, 0)]),
            seen: BTreeSet::from([root.0]),
            is_cut: false,
        }
    }

    /// The next one that is to be looked into; it stays that until it is done.
    pub(super) fn next(&self) -> Option<usize> {
        self.waiting.first().map(|&(.., number)| number)
    }

    /// The next one needs no look any more.
    pub(super) fn next_is_done(&mut self) {
        self.waiting.pop_first();
    }

    pub(super) fn id(&self, number: usize) -> Option<NodeId> {
        self.all.get(number).map(|folder| folder.id)
    }

    /// A folder in another one, which is looked into once.
    pub(super) fn come_by(&mut self, volume: &Volume, parent: usize, (id, name): (NodeId, Name)) {
        let depth = self.all.get(parent).map_or(0, |folder| folder.depth).saturating_add(1);
        if self.seen.contains(&id.0) {
            return;
        }
        if depth > DEPTH_MAX || self.all.len() >= FOLDERS_MAX {
            self.is_cut = true;
            return;
        }
        self.seen.insert(id.0);
        self.waiting.insert((depth, volume.system().order(id), self.all.len()));
        self.all.push(Folder { parent: Some(parent), name, id, depth });
    }

    /// Whether some were left out, as there are too many.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The path of a folder from the first, which has none.
    pub(super) fn path(&self, number: usize) -> Vec<Name> {
        let mut path = Vec::new();
        let mut at = self.all.get(number);
        while let Some(folder) = at {
            let Some(parent) = folder.parent else { break };
            path.push(folder.name.clone());
            at = self.all.get(parent);
        }
        path.reverse();
        path
    }
}
