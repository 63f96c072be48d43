//! Trees: their nodes, each tried at every copy and kept for a while, and the way
//! through them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::ReadAt;

use super::chunks::{CHUNK_ITEM, Chunks};
use super::node::{Item, Key, LEVELS_MAX, TreeNode};
use super::superblock::{Root, Superblock};
use crate::blocks::read_all;
use crate::error::{Fault, FaultKind, Result};

/// Bytes of nodes that are kept.
const KEPT_MAX: usize = 8 << 20;

/// The device, and the trees on it.
pub(super) struct Disk {
    pub(super) source: Rc<dyn ReadAt>,
    pub(super) superblock: Superblock,
    pub(super) chunks: Chunks,
    /// By their logical address, the one that was used last in front.
    kept: RefCell<VecDeque<(Root, Rc<TreeNode>)>>,
}

impl Disk {
    /// Reads the superblock, and all chunks.
    ///
    /// # Errors
    ///
    /// As [`Superblock::read`]; or the tree of chunks cannot be read.
    pub(super) fn open(source: Rc<dyn ReadAt>) -> Result<Self> {
        let superblock = Superblock::read(&*source)?;
        let device = superblock.device;
        let chunks = Chunks::of_system(&superblock.system_chunks, device)?;
        let mut disk = Self { source, superblock, chunks, kept: RefCell::default() };
        let mut all = Chunks::default();
        let mut items = disk.from(disk.superblock.chunk_root, Key::default())?;
        while let Some(item) = items.next()? {
            if item.key.kind == CHUNK_ITEM {
                all.add(&item.key, item.bytes()?, device)?;
            }
        }
        disk.chunks = all;
        Ok(disk)
    }

    /// The node that is wanted: the first copy that is sound.
    fn node(&self, wanted: Root) -> Result<Rc<TreeNode>> {
        let known = {
            let mut kept = self.kept.borrow_mut();
            let at = kept.iter().position(|(root, _)| *root == wanted);
            let entry = at.and_then(|at| kept.remove(at));
            entry.map(|entry| {
                let node = Rc::clone(&entry.1);
                kept.push_front(entry);
                node
            })
        };
        if let Some(node) = known {
            return Ok(node);
        }
        let node = Rc::new(self.read_node(wanted)?);
        let mut kept = self.kept.borrow_mut();
        kept.push_front((wanted, Rc::clone(&node)));
        kept.truncate(KEPT_MAX / self.superblock.node_size.max(4096));
        Ok(node)
    }

    fn read_node(&self, wanted: Root) -> Result<TreeNode> {
        let size = self.superblock.node_size;
        let mapped = self.chunks.map(wanted.logical)?;
        let mut fault: Option<Fault> = None;
        for place in mapped.places {
            let mut bytes = vec![0; size];
            let tried = read_all(&*self.source, place, &mut bytes, "a node")
                .and_then(|()| TreeNode::parse(bytes, wanted, &self.superblock));
            match tried {
                Ok(node) => return Ok(node),
                // What is not yet known may come; what is lost is told before what is wrong.
                Err(next)
                    if fault.as_ref().is_none_or(|fault| fault.kind == FaultKind::Corrupt) =>
                {
                    fault = Some(next);
                }
                Err(_) => {}
            }
        }
        Err(fault.unwrap_or_else(|| Fault::corrupt("a node")))
    }

    /// The items of a tree from the first on whose key is at least `key`.
    ///
    /// # Errors
    ///
    /// A node on the way cannot be had.
    pub(super) fn from(&self, root: Root, key: Key) -> Result<Items<'_>> {
        let mut items = self.at(root, key)?;
        if let Some((leaf, index)) = items.path.last_mut() {
            while *index < leaf.count && leaf.key(*index) < key {
                *index = index.saturating_add(1);
            }
        }
        Ok(items)
    }

    /// The items of a tree from the last one on whose key is at most `key`; from the
    /// first on where there is none.
    ///
    /// # Errors
    ///
    /// As [`from`](Self::from).
    pub(super) fn at(&self, root: Root, key: Key) -> Result<Items<'_>> {
        if root.level >= LEVELS_MAX {
            return Err(Fault::corrupt("levels of a tree"));
        }
        let mut path = Vec::new();
        let mut node = self.node(root)?;
        loop {
            let index = node.up_to(&key).saturating_sub(1);
            path.push((Rc::clone(&node), index));
            if node.level == 0 {
                return Ok(Items { disk: self, path, last: None });
            }
            node = self.child(&node, index)?;
        }
    }

    fn child(&self, node: &TreeNode, index: usize) -> Result<Rc<TreeNode>> {
        let child = self.node(node.child(index))?;
        if child.count == 0 || child.key(0) != node.key(index) {
            return Err(Fault::corrupt("first key of a node"));
        }
        Ok(child)
    }

    /// The item with just this key.
    ///
    /// # Errors
    ///
    /// As [`from`](Self::from).
    pub(super) fn find(&self, root: Root, key: Key) -> Result<Option<Item>> {
        let item = self.at(root, key)?.next()?;
        Ok(item.filter(|item| item.key == key))
    }
}

/// Items of a tree, one after the other.
pub(super) struct Items<'a> {
    disk: &'a Disk,
    /// From the top to a leaf, with the place in each.
    path: Vec<(Rc<TreeNode>, usize)>,
    last: Option<Key>,
}

impl Items<'_> {
    /// The next one.
    ///
    /// # Errors
    ///
    /// A node cannot be had, or keys do not ascend: so no walk is endless.
    pub(super) fn next(&mut self) -> Result<Option<Item>> {
        while let Some((node, index)) = self.path.last_mut() {
            if *index >= node.count {
                self.path.pop();
                if let Some((_, index)) = self.path.last_mut() {
                    *index = index.saturating_add(1);
                }
                continue;
            }
            if node.level > 0 {
                let (node, index) = (Rc::clone(node), *index);
                let child = self.disk.child(&node, index)?;
                self.path.push((child, 0));
                continue;
            }
            let item = Item::new(Rc::clone(node), *index);
            *index = index.saturating_add(1);
            if self.last.is_some_and(|last| last >= item.key) {
                return Err(Fault::corrupt("order of a tree"));
            }
            self.last = Some(item.key);
            return Ok(Some(item));
        }
        Ok(None)
    }

    /// The next one, if it is of this object and kind.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub(super) fn next_of(&mut self, object: u64, kind: u8) -> Result<Option<Item>> {
        let item = self.next()?;
        Ok(item.filter(|item| item.key.object == object && item.key.kind == kind))
    }
}
