//! Packed images with what Linux tells of them; `make/truth.py` writes that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::made::Made;
use crate::tree::{Thing, Tree, entries};
use vma_inspector::file_system::{FileSystem, FileType, NodeId};

/// Extended attributes, by path and name.
pub type Attributes = BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, Vec<u8>>>;

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// An image of `tests/fixtures`, unpacked.
pub fn image(name: &str) -> Made {
    // Tests run side by side: each has a copy of its own.
    static COPIES: AtomicU32 = AtomicU32::new(0);
    let copy = COPIES.fetch_add(1, Ordering::Relaxed);
    let made = Made::new(&format!("{name}-{copy}"), 1);
    let packed = fixture(&format!("{name}.zst"));
    made.run(&format!("zstd -q -d -f --sparse --long=27 '{}' -o $F", packed.display()));
    made
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits");
    (0..text.len()).step_by(2).map(digits).collect()
}

fn thing(fields: &[&str]) -> Thing {
    let [kind, mode, user, group, size, time, names, what, ..] = fields else {
        panic!("{fields:?}");
    };
    let file_type = match *kind {
        "file" => FileType::File,
        "directory" => FileType::Directory,
        "link" => FileType::Link,
        "block" => FileType::Block,
        "character" => FileType::Character,
        "fifo" => FileType::Fifo,
        "socket" => FileType::Socket,
        other => panic!("{other}"),
    };
    let is = |kind| file_type == kind;
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let (seconds, nanoseconds) = time.split_once('.').expect("a time");
    let device = what.split_once(':').filter(|_| is(FileType::Block) || is(FileType::Character));
    Thing {
        file_type,
        size: (is(FileType::File) || is(FileType::Link)).then(|| size.parse().expect("a size")),
        hash: is(FileType::File).then(|| (*what).to_owned()),
        target: is(FileType::Link).then(|| what.as_bytes().to_vec()),
        owner: Some((u16::from_str_radix(mode, 8).expect("a mode"), number(user), number(group))),
        modified: Some((seconds.parse().expect("seconds"), number(nanoseconds))),
        device: device.map(|(major, minor)| (number(major), number(minor))),
        links: (!is(FileType::Directory)).then(|| names.parse().expect("a number")),
    }
}

/// What Linux tells of an image.
pub fn truth(name: &str) -> (Tree, Attributes) {
    let text = std::fs::read_to_string(fixture(&format!("{name}.truth"))).expect("it is there");
    let (mut tree, mut attributes) = (Tree::new(), Attributes::new());
    for line in text.lines() {
        let fields: Vec<&str> = line.splitn(10, '\t').collect();
        let path = fields[9].as_bytes().to_vec();
        let pairs = fields[8].split(',').filter_map(|pair| pair.split_once('='));
        let pairs: BTreeMap<_, _> =
            pairs.map(|(name, value)| (name.as_bytes().to_vec(), unhex(value))).collect();
        if !pairs.is_empty() {
            attributes.insert(path.clone(), pairs);
        }
        tree.insert(path, thing(&fields));
    }
    (tree, attributes)
}

/// What stands at a path.
pub fn at(system: &dyn FileSystem, path: &str) -> NodeId {
    path.split('/').fold(system.root(), |id, part| {
        let (entries, _) = entries(system, id).expect("a list");
        let found = entries.iter().find(|entry| entry.name.0 == part.as_bytes());
        found.unwrap_or_else(|| panic!("{part} of {path}")).id
    })
}

/// The extended attributes of everything in a tree that has some.
pub fn attributes(system: &dyn FileSystem, tree: &Tree) -> Attributes {
    let mut all = Attributes::new();
    for path in tree.keys() {
        let id = at(system, std::str::from_utf8(path).expect("UTF-8"));
        let found = system.extended_attributes(id).expect("attributes").expect("they are read");
        if !found.is_empty() {
            let pairs = found.into_iter().map(|one| (one.name.0, one.value));
            all.insert(path.clone(), pairs.collect());
        }
    }
    all
}
