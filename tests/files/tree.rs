//! A whole tree, of a folder or of a file system, and what two of them differ in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use sha2::{Digest, Sha256};
use vma_inspector::file_system::{
    Cursor, Entry, FileSystem, FileType, Node, NodeId, Result, Stream,
};

/// What is held of one path. `None` where it is not told, or not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub file_type: FileType,
    pub size: Option<u64>,
    /// SHA-256 of a file's bytes.
    pub hash: Option<String>,
    /// Of a link.
    pub target: Option<Vec<u8>>,
    /// Mode, user and group.
    pub owner: Option<(u16, u32, u32)>,
    /// Seconds and nanoseconds of its last change.
    pub modified: Option<(i64, u32)>,
    pub device: Option<(u32, u32)>,
    pub links: Option<u64>,
}

/// By path from the root, without a slash at its front.
pub type Tree = BTreeMap<Vec<u8>, Thing>;

fn path_of(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tree of a folder of this machine, as the kernel tells it.
pub fn of_folder(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![(root.to_path_buf(), Vec::new())];
    while let Some((folder, path)) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder is read") {
            let entry = entry.expect("an entry");
            let path = path_of(&path, entry.file_name().as_bytes());
            let thing = of_path(&entry.path());
            if thing.file_type == FileType::Directory {
                folders.push((entry.path(), path.clone()));
            }
            tree.insert(path, thing);
        }
    }
    tree
}

fn of_path(path: &Path) -> Thing {
    let data = fs::symlink_metadata(path).expect("it is there");
    let kind = data.file_type();
    let kinds = [
        (kind.is_dir(), FileType::Directory),
        (kind.is_symlink(), FileType::Link),
        (kind.is_block_device(), FileType::Block),
        (kind.is_char_device(), FileType::Character),
        (kind.is_fifo(), FileType::Fifo),
        (kind.is_socket(), FileType::Socket),
    ];
    let found = kinds.iter().find(|(is, _)| *is).map_or(FileType::File, |(_, kind)| *kind);
    let is_device = matches!(found, FileType::Block | FileType::Character);
    let has_size = matches!(found, FileType::File | FileType::Link);
    let rdev = data.rdev();
    let major = (rdev >> 8 & 0xfff) | (rdev >> 32 & 0xffff_f000);
    let minor = (rdev & 0xff) | (rdev >> 12 & 0xffff_ff00);
    Thing {
        file_type: found,
        size: has_size.then_some(data.len()),
        hash: (found == FileType::File).then(|| hash_of_file(path)),
        target: (found == FileType::Link)
            .then(|| fs::read_link(path).expect("a link is read").as_os_str().as_bytes().to_vec()),
        owner: Some(((data.mode() & 0o7777) as u16, data.uid(), data.gid())),
        modified: Some((data.mtime(), data.mtime_nsec() as u32)),
        device: is_device.then_some((major as u32, minor as u32)),
        links: (found != FileType::Directory).then(|| data.nlink()),
    }
}

fn hash_of_file(path: &Path) -> String {
    let (mut file, mut sha) = (File::open(path).expect("a file opens"), Sha256::new());
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut buffer).expect("it is read");
        if count == 0 {
            return hex(&sha.finalize());
        }
        sha.update(&buffer[..count]);
    }
}

/// All entries of a directory, and how many were left out; what is missing is an error.
pub fn entries(system: &dyn FileSystem, id: NodeId) -> Result<(Vec<Entry>, u64)> {
    let (mut all, mut left_out, mut cursor) = (Vec::new(), 0, Cursor::default());
    for _ in 0..100_000 {
        let batch = system.read_dir(id, cursor)?;
        if let Some(fault) = batch.missing {
            return Err(fault);
        }
        all.extend(batch.entries);
        left_out += batch.left_out;
        match batch.next {
            Some(next) => cursor = next,
            None => return Ok((all, left_out)),
        }
    }
    panic!("the directory {id:?} has no end");
}

/// SHA-256 of a file's bytes, read in pieces whose length has nothing to do with blocks.
pub fn hash_of(system: &dyn FileSystem, id: NodeId, stream: Stream<'_>) -> Result<String> {
    let (mut sha, mut at, mut buffer) = (Sha256::new(), 0, vec![0xaa; 1_000_003]);
    loop {
        let count = system.read_at(id, stream, at, &mut buffer)?;
        sha.update(&buffer[..count]);
        at += count as u64;
        if count < buffer.len() {
            return Ok(hex(&sha.finalize()));
        }
    }
}

fn of_node(system: &dyn FileSystem, node: &Node) -> Result<Thing> {
    let id = node.id;
    let is = |kind| node.file_type == kind;
    let has_size = is(FileType::File) || is(FileType::Link);
    Ok(Thing {
        file_type: node.file_type,
        size: has_size.then_some(node.size),
        hash: is(FileType::File).then(|| hash_of(system, id, Stream::Contents)).transpose()?,
        target: is(FileType::Link).then(|| system.read_link(id)).transpose()?.map(|name| name.0),
        owner: node.attributes.map(|owner| (owner.mode, owner.user, owner.group)),
        modified: node.modified.map(|time| (time.seconds, time.nanoseconds)),
        device: node.device,
        links: if is(FileType::Directory) { None } else { node.links },
    })
}

/// The tree of a file system. What its directories say an entry is, is held against what
/// the thing itself says.
///
/// # Panics
///
/// Something of it cannot be read; the path is told.
pub fn of_file_system(system: &dyn FileSystem) -> Tree {
    let mut tree = Tree::new();
    let (mut folders, mut seen) = (vec![(system.root(), Vec::new())], BTreeSet::new());
    while let Some((id, path)) = folders.pop() {
        assert!(seen.insert(id), "a circle");
        let shown = String::from_utf8_lossy(&path).into_owned();
        let (entries, left_out) =
            entries(system, id).unwrap_or_else(|fault| panic!("list {shown}: {fault}"));
        assert_eq!(left_out, 0, "{shown}");
        for entry in entries {
            let path = path_of(&path, &entry.name.0);
            let shown = String::from_utf8_lossy(&path).into_owned();
            let node = system.node(entry.id).unwrap_or_else(|fault| panic!("{shown}: {fault}"));
            if let Some(kind) = entry.file_type {
                assert_eq!(kind, node.file_type, "{shown}");
            }
            let thing = of_node(system, &node).unwrap_or_else(|fault| panic!("{shown}: {fault}"));
            if thing.file_type == FileType::Directory {
                folders.push((entry.id, path.clone()));
            }
            assert_eq!(tree.insert(path, thing), None, "{shown} twice");
        }
    }
    tree
}

/// What two trees differ in, line by line. A fact that one of them does not have is not
/// compared; [`told`] counts what was.
pub fn differences(expected: &Tree, found: &Tree) -> Vec<String> {
    let paths: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let mut lines = Vec::new();
    for path in paths {
        let shown = String::from_utf8_lossy(path);
        match (expected.get(path), found.get(path)) {
            (Some(one), Some(other)) if agree(one, other) => {}
            (Some(one), Some(other)) => lines.push(format!("{shown}:\n  {one:?}\n  {other:?}")),
            (Some(_), None) => lines.push(format!("{shown}: not there")),
            _ => lines.push(format!("{shown}: should not be there")),
        }
    }
    lines
}

fn agree(one: &Thing, other: &Thing) -> bool {
    fn same<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    one.file_type == other.file_type
        && same(&one.size, &other.size)
        && same(&one.hash, &other.hash)
        && same(&one.target, &other.target)
        && same(&one.owner, &other.owner)
        && same(&one.modified, &other.modified)
        && same(&one.device, &other.device)
        && same(&one.links, &other.links)
}

/// Holds the file system against a folder: every path, type, size, SHA-256, link target,
/// and what else both of them tell.
///
/// # Panics
///
/// They differ; the first lines are told.
pub fn assert_same(expected: &Tree, found: &Tree) {
    let lines = differences(expected, found);
    let first: Vec<_> = lines.iter().take(8).cloned().collect();
    assert!(lines.is_empty(), "{} differ:\n{}", lines.len(), first.join("\n"));
    assert!(!expected.is_empty(), "nothing was compared");
}
