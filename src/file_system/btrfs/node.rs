//! A node of a tree: its header, and items or what leads to other nodes.

use std::rc::Rc;

use vma_source::{le_u32, le_u64, to_usize};

use super::superblock::{Root, Superblock};
use crate::error::{Fault, Result};

/// Bytes of a header, of an item's, and of what leads to a node.
const HEADER: usize = 101;
const ITEM: usize = 25;
const POINTER: usize = 33;

/// Levels that a tree has at most.
pub(super) const LEVELS_MAX: u8 = 8;

/// What an item is found by, in the order of a tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) object: u64,
    pub(super) kind: u8,
    pub(super) offset: u64,
}

/// Bytes of a key.
pub(super) const KEY: usize = 17;

impl Key {
    pub(super) fn new(object: u64, kind: u8, offset: u64) -> Self {
        Self { object, kind, offset }
    }

    /// The key at `at`.
    pub(super) fn parse(bytes: &[u8], at: usize) -> Self {
        Self {
            object: le_u64(bytes, at),
            kind: bytes.get(at.saturating_add(8)).copied().unwrap_or(0),
            offset: le_u64(bytes, at.saturating_add(9)),
        }
    }
}

/// A node whose checksum agrees, and whose keys ascend.
pub(super) struct TreeNode {
    bytes: Vec<u8>,
    pub(super) level: u8,
    pub(super) count: usize,
}

impl TreeNode {
    /// Takes the bytes of the node that is wanted.
    ///
    /// # Errors
    ///
    /// It is not that one, or damaged.
    pub(super) fn parse(bytes: Vec<u8>, wanted: Root, of: &Superblock) -> Result<Self> {
        let wrong = |what: &str| {
            Err(Fault::corrupt(format!("{what} of the node at {:#x}", wanted.logical)))
        };
        let (stated, summed) = bytes.split_at_checked(32).unwrap_or((&[], &[]));
        if !of.checksum.agrees(summed, stated) {
            return wrong("checksum");
        }
        let level = bytes.get(100).copied().unwrap_or(u8::MAX);
        if bytes.get(32..48) != Some(of.metadata_uuid.as_slice())
            || le_u64(&bytes, 48) != wanted.logical
            || level != wanted.level
        {
            return wrong("header");
        }
        // Another one means that a write was lost: what is here is from before.
        if le_u64(&bytes, 80) != wanted.generation {
            return wrong("generation");
        }
        let count = to_usize(le_u32(&bytes, 96).into());
        let each = if level == 0 { ITEM } else { POINTER };
        let room = bytes.len().saturating_sub(HEADER) / each;
        let node = Self { bytes, level, count };
        if count > room || (level > 0 && count == 0) {
            return wrong("number of items");
        }
        let ascends = (1..count).all(|at| node.key(at.saturating_sub(1)) < node.key(at));
        if ascends { Ok(node) } else { wrong("order") }
    }

    fn at(&self, index: usize) -> usize {
        let each = if self.level == 0 { ITEM } else { POINTER };
        index.saturating_mul(each).saturating_add(HEADER)
    }

    pub(super) fn key(&self, index: usize) -> Key {
        Key::parse(&self.bytes, self.at(index))
    }

    /// How many keys, from the first on, are at most `key`.
    pub(super) fn up_to(&self, key: &Key) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.key(middle) <= *key {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }

    /// The node that pointer `index` leads to.
    pub(super) fn child(&self, index: usize) -> Root {
        let at = self.at(index);
        Root {
            logical: le_u64(&self.bytes, at.saturating_add(KEY)),
            generation: le_u64(&self.bytes, at.saturating_add(KEY + 8)),
            level: self.level.saturating_sub(1),
        }
    }

    /// The bytes of item `index`.
    fn item(&self, index: usize) -> Option<&[u8]> {
        let at = self.at(index);
        let offset = to_usize(le_u32(&self.bytes, at.saturating_add(KEY)).into());
        let size = to_usize(le_u32(&self.bytes, at.saturating_add(KEY + 4)).into());
        self.bytes.get(HEADER..)?.get(offset..)?.get(..size)
    }
}

/// An item of a leaf.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) key: Key,
    leaf: Rc<TreeNode>,
    index: usize,
}

impl Item {
    pub(super) fn new(leaf: Rc<TreeNode>, index: usize) -> Self {
        Self { key: leaf.key(index), leaf, index }
    }

    /// Its bytes.
    ///
    /// # Errors
    ///
    /// They lie outside the leaf.
    pub(super) fn bytes(&self) -> Result<&[u8]> {
        let bytes = self.leaf.item(self.index);
        bytes.ok_or_else(|| Fault::corrupt(format!("item of {}", self.key.object)))
    }
}
