//! Subvolumes and snapshots: which there are, and where each is in the tree of files.

use std::cell::RefCell;
use std::collections::BTreeMap;

use vma_source::{array, le_u16, le_u64};

use super::node::{Item, Key};
use super::superblock::Root;
use super::tree::Disk;
use crate::error::{Fault, FaultKind, Result};
use crate::node::NodeId;
use crate::reader::{Name, Subvolume};

/// The tree of the topmost subvolume, and the first of the others; the last one.
pub(super) const TOP: u64 = 5;
const FIRST: u64 = 256;
const LAST: u64 = 0_u64.wrapping_sub(256);

/// The tree of checksums.
const SUMS: u64 = 7;

/// The root directory of each subvolume; and what stands for one that is not there.
pub(super) const ROOT_DIRECTORY: u64 = 256;
pub(super) const PLACEHOLDER: u64 = 2;

/// Kinds of keys.
const INODE_REF: u8 = 12;
pub(super) const ROOT_ITEM: u8 = 132;
const ROOT_BACKREF: u8 = 144;
const ROOT_REF: u8 = 156;

/// Trees that are remembered.
const TREES_MAX: usize = 1 << 12;

/// Bits of an id that are the inode's, and those that are its tree's: the same whenever it
/// is come by.
const INODE_BITS: u32 = 40;
const TREE_BITS: u32 = 24;

/// Parts that a path has at most, and subvolumes that are listed.
const DEPTH_MAX: usize = 512;
const LISTED_MAX: usize = 1 << 16;

/// What the tree of roots says of a tree.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    /// Its number.
    pub(super) id: u64,
    pub(super) root: Root,
    is_read_only: bool,
    is_snapshot: bool,
}

/// The subvolumes that were come by, by their number.
#[derive(Default)]
pub(super) struct Trees(RefCell<BTreeMap<u64, Tree>>);

impl Disk {
    /// What the tree of roots says of tree `id`.
    fn tree(&self, id: u64) -> Result<Tree> {
        let missing = || Fault::new(FaultKind::NotFound, format!("tree {id}"));
        // With the offset of when it was made, if it is a snapshot: the last one counts.
        let item = self.at(self.superblock.root, Key::new(id, ROOT_ITEM, u64::MAX))?.next()?;
        let is_it = |item: &Item| item.key.object == id && item.key.kind == ROOT_ITEM;
        let item = item.filter(is_it).ok_or_else(missing)?;
        let bytes = item.bytes()?;
        if bytes.len() < 239 {
            return Err(Fault::corrupt(format!("tree {id}")));
        }
        // Nothing refers to one that is being deleted.
        if bytes.get(216..220) == Some(&[0; 4]) {
            return Err(missing());
        }
        let level = bytes.get(238).copied().unwrap_or(0);
        let root = Root { logical: le_u64(bytes, 176), generation: le_u64(bytes, 160), level };
        let parent: [u8; 16] = array(bytes.get(263..279).unwrap_or(&[]));
        Ok(Tree {
            id,
            root,
            is_read_only: le_u64(bytes, 208) & 1 == 1,
            is_snapshot: parent != [0; 16],
        })
    }

    /// The tree of checksums; none is there where nothing has any.
    pub(super) fn sums_tree(&self) -> Result<Root> {
        Ok(self.tree(SUMS)?.root)
    }

    /// Whether subvolume `child` is what `name` in this directory of `parent` says: in a
    /// snapshot it is not, which has the names of subvolumes but not these.
    pub(super) fn is_there(&self, parent: u64, child: u64, dir: u64, name: &[u8]) -> Result<bool> {
        let item = self.find(self.superblock.root, Key::new(parent, ROOT_REF, child))?;
        let Some(item) = item else { return Ok(false) };
        Ok(reference(item.bytes()?).is_some_and(|of| of == (dir, name)))
    }
}

/// A directory's inode and a name in it, of an item that refers to a subvolume.
fn reference(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = usize::from(le_u16(bytes, 16));
    Some((le_u64(bytes, 0), bytes.get(18..)?.get(..length)?))
}

impl Trees {
    /// What stands for an inode of tree `id`.
    ///
    /// # Errors
    ///
    /// There is no such tree, or the numbers are too large.
    pub(super) fn id(&self, disk: &Disk, tree: u64, inode: u64) -> Result<NodeId> {
        self.tree(disk, tree)?;
        if inode >> INODE_BITS != 0 || tree >> TREE_BITS != 0 {
            return Err(Fault::new(FaultKind::TooLarge, "numbers of inodes"));
        }
        Ok(NodeId(tree << INODE_BITS | inode))
    }

    /// What the tree of roots says of tree `id`, which is read once.
    fn tree(&self, disk: &Disk, id: u64) -> Result<Tree> {
        if let Some(known) = self.0.borrow().get(&id) {
            return Ok(*known);
        }
        let found = disk.tree(id)?;
        let mut trees = self.0.borrow_mut();
        if trees.len() < TREES_MAX {
            trees.insert(id, found);
        }
        Ok(found)
    }

    /// The tree and the inode that an id stands for.
    ///
    /// # Errors
    ///
    /// There is no such tree, or it cannot be had.
    pub(super) fn of(&self, disk: &Disk, id: NodeId) -> Result<(Tree, u64)> {
        let tree = self.tree(disk, id.0 >> INODE_BITS)?;
        Ok((tree, id.0 & ((1 << INODE_BITS) - 1)))
    }

    /// All subvolumes below the top, with their paths.
    ///
    /// # Errors
    ///
    /// The tree of roots cannot be read, or there are too many. A subvolume whose path
    /// cannot be read is left out.
    pub(super) fn list(&self, disk: &Disk) -> Result<Vec<Subvolume>> {
        let mut listed = Vec::new();
        let mut items = disk.from(disk.superblock.root, Key::new(FIRST, 0, 0))?;
        while let Some(item) = items.next()? {
            if item.key.object > LAST {
                break;
            }
            if item.key.kind != ROOT_BACKREF {
                continue;
            }
            if listed.len() >= LISTED_MAX {
                return Err(Fault::new(FaultKind::TooLarge, "subvolumes"));
            }
            let tree = item.key.object;
            if let Ok(subvolume) = self.subvolume(disk, tree) {
                listed.push(subvolume);
            }
        }
        Ok(listed)
    }

    fn subvolume(&self, disk: &Disk, tree: u64) -> Result<Subvolume> {
        let id = self.id(disk, tree, ROOT_DIRECTORY)?;
        let Tree { is_snapshot, is_read_only, .. } = self.tree(disk, tree)?;
        let path = self.path(disk, tree)?;
        Ok(Subvolume { id, path, is_snapshot, is_read_only })
    }

    /// From the top to a subvolume.
    fn path(&self, disk: &Disk, tree: u64) -> Result<Vec<Name>> {
        let wrong = || Fault::corrupt(format!("path of tree {tree}"));
        let (mut path, mut at) = (Vec::new(), tree);
        while at != TOP {
            let key = Key::new(at, ROOT_BACKREF, 0);
            let item = disk.from(disk.superblock.root, key)?.next_of(at, ROOT_BACKREF)?;
            let item = item.ok_or_else(wrong)?;
            let (mut inode, name) = reference(item.bytes()?).ok_or_else(wrong)?;
            path.push(Name(name.to_vec()));
            at = item.key.offset;
            let parent = self.tree(disk, at)?;
            while inode != ROOT_DIRECTORY {
                let key = Key::new(inode, INODE_REF, 0);
                let item = disk.from(parent.root, key)?.next_of(inode, INODE_REF)?;
                let item = item.ok_or_else(wrong)?;
                let bytes = item.bytes()?;
                let name = bytes.get(10..).and_then(|rest| rest.get(..le_u16(bytes, 8).into()));
                path.push(Name(name.ok_or_else(wrong)?.to_vec()));
                inode = item.key.offset;
                if path.len() > DEPTH_MAX {
                    return Err(wrong());
                }
            }
            if path.len() > DEPTH_MAX {
                return Err(wrong());
            }
        }
        path.reverse();
        Ok(path)
    }
}
