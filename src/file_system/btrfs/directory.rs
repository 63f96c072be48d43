//! Directories, and extended attributes, which are written alike.

use vma_source::{le_u16, to_usize};

use super::node::{Item, KEY, Key};
use super::subvolumes::{PLACEHOLDER, ROOT_DIRECTORY, ROOT_ITEM, Tree, Trees};
use super::tree::Disk;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, NodeId};
use crate::reader::{Batch, Cursor, Entry, ExtendedAttribute, Name};

/// Kinds of keys.
const XATTR_ITEM: u8 = 24;
const DIR_INDEX: u8 = 96;
const INODE_ITEM: u8 = 1;

/// Entries that are given at once, and attributes that one thing may have.
const BATCH_MAX: usize = 2048;
const ATTRIBUTES_MAX: usize = 4096;

/// Bytes before the name.
const FIXED: usize = 30;

/// One name, with what belongs to it.
struct Named<'a> {
    location: Key,
    kind: u8,
    name: &'a [u8],
    data: &'a [u8],
}

impl<'a> Named<'a> {
    /// The first in `bytes`, and what is behind it.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (fixed, rest) = bytes.split_at_checked(FIXED)?;
        let data_length = usize::from(le_u16(fixed, KEY + 8));
        let name_length = usize::from(le_u16(fixed, KEY + 10));
        let (name, rest) = rest.split_at_checked(name_length)?;
        let (data, rest) = rest.split_at_checked(data_length)?;
        let kind = fixed.last().copied()?;
        Some((Self { location: Key::parse(fixed, 0), kind, name, data }, rest))
    }
}

/// Some entries of a directory.
///
/// # Errors
///
/// Not even the first can be had.
pub(super) fn list(
    disk: &Disk,
    trees: &Trees,
    tree: &Tree,
    inode: u64,
    cursor: Cursor,
) -> Result<Batch> {
    let mut batch = Batch::default();
    if inode == PLACEHOLDER {
        return Ok(batch);
    }
    let mut items = disk.from(tree.root, Key::new(inode, DIR_INDEX, cursor.0))?;
    let mut next = cursor.0;
    loop {
        let item = match items.next_of(inode, DIR_INDEX) {
            Ok(Some(item)) => item,
            Ok(None) => return Ok(batch),
            Err(fault) if batch.entries.is_empty() => return Err(fault),
            Err(_) => {
                // What was had is given; who goes on gets the fault.
                batch.next = Some(Cursor(next));
                return Ok(batch);
            }
        };
        match entry(disk, trees, tree, &item) {
            Ok(entry) => batch.entries.push(entry),
            Err(fault) if fault.kind == FaultKind::Corrupt => {
                batch.left_out = batch.left_out.saturating_add(1);
            }
            Err(fault) => return Err(fault),
        }
        next = item.key.offset.saturating_add(1);
        let is_full = batch.entries.len() >= BATCH_MAX || to_usize(batch.left_out) >= BATCH_MAX;
        if is_full {
            batch.next = Some(Cursor(next)).filter(|_| item.key.offset < u64::MAX);
            return Ok(batch);
        }
    }
}

fn entry(disk: &Disk, trees: &Trees, tree: &Tree, item: &Item) -> Result<Entry> {
    let wrong = || Fault::corrupt("entry of a directory");
    let (named, _) = Named::split(item.bytes()?).ok_or_else(wrong)?;
    let name = Name(named.name.to_vec());
    if !name.is_plain() {
        return Err(wrong());
    }
    let id = match named.location.kind {
        INODE_ITEM => trees.id(disk, tree.id, named.location.object)?,
        ROOT_ITEM => subvolume(disk, trees, tree, item.key.object, &named)?,
        _ => return Err(wrong()),
    };
    Ok(Entry { name, id, file_type: FileType::of_entry(named.kind) })
}

fn subvolume(
    disk: &Disk,
    trees: &Trees,
    tree: &Tree,
    directory: u64,
    named: &Named<'_>,
) -> Result<NodeId> {
    let child = named.location.object;
    if disk.is_there(tree.id, child, directory, named.name)? {
        match trees.id(disk, child, ROOT_DIRECTORY) {
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            other => return other,
        }
    }
    trees.id(disk, tree.id, PLACEHOLDER)
}

/// The extended attributes of an inode.
///
/// # Errors
///
/// They cannot be had, make no sense, or are too many.
pub(super) fn attributes(disk: &Disk, tree: &Tree, inode: u64) -> Result<Vec<ExtendedAttribute>> {
    let mut found = Vec::new();
    let mut items = disk.from(tree.root, Key::new(inode, XATTR_ITEM, 0))?;
    while let Some(item) = items.next_of(inode, XATTR_ITEM)? {
        let mut rest = item.bytes()?;
        while !rest.is_empty() {
            let split = Named::split(rest).ok_or_else(|| Fault::corrupt("extended attribute"))?;
            let (named, behind) = split;
            if found.len() >= ATTRIBUTES_MAX {
                return Err(Fault::new(FaultKind::TooLarge, "extended attributes"));
            }
            let name = Name(named.name.to_vec());
            found.push(ExtendedAttribute { name, value: named.data.to_vec() });
            rest = behind;
        }
    }
    Ok(found)
}
