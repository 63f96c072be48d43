//! NTFS: images of ntfs-3g (`make/ntfs.sh`), held against what it tells of them.

use crate::made::opened;
use crate::tree::{Thing, Tree, assert_same, entries, hash_of, of_file_system};
use crate::truth::{at, image, truth};
use vma_inspector::file_system::{FaultKind, FileType, Name, Note, Stream};

const IMAGES: [&str; 8] = [
    "ntfs-windows",
    "ntfs-512-512",
    "ntfs-1024-512",
    "ntfs-8192-512",
    "ntfs-65536-512",
    "ntfs-2097152-512",
    "ntfs-4096-4096",
    "ntfs-table",
];

/// What the file system says of itself; ntfs-3g does not list it.
const OWN: [&str; 12] = [
    "$MFT", "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", "$Bitmap", "$Boot", "$BadClus",
    "$Secure", "$UpCase", "$Extend", "absolute",
];

fn is_own(path: &[u8]) -> bool {
    let first = path.split(|&byte| byte == b'/').next().unwrap_or_default();
    OWN.iter().any(|name| name.as_bytes() == first)
}

/// Without what NTFS does not have: owner and mode.
fn known(mut tree: Tree) -> Tree {
    tree.retain(|path, _| !is_own(path));
    tree.values_mut().for_each(|thing: &mut Thing| thing.owner = None);
    tree
}

/// What ntfs-3g tells otherwise than it is: a name for DOS counts as one, and times before
/// 1970 lose what is less than a second (`date -d '1601-01-02 03:04:05.6789 UTC' +%s.%N`).
fn correct(tree: &mut Tree) {
    if let Some(thing) = tree.get_mut(b"a long name with blanks.text".as_slice()) {
        assert_eq!(thing.links.replace(1), Some(2));
    }
    if let Some(thing) = tree.get_mut(b"sizes/1".as_slice()) {
        let told = thing.modified.replace((-11_644_376_155, 678_900_000));
        assert_eq!(told, Some((-11_644_376_154, 0)));
    }
}

#[test]
fn every_file_and_stream_of_each_size_of_cluster_is_read() {
    for name in IMAGES {
        let made = image(name);
        let (mut expected, streams) = truth(name);
        correct(&mut expected);
        let system = made.open();
        let found = of_file_system(&*system);
        assert_same(&known(expected), &known(found));
        for (path, of_path) in streams {
            let id = at(&*system, std::str::from_utf8(&path).expect("UTF-8"));
            let listed = system.streams(id).expect("streams");
            assert_eq!(listed.len(), of_path.len(), "{path:?}");
            for (name, size) in listed {
                let mut bytes = vec![0; size as usize + 1];
                let count = system.read_at(id, Stream::Named(&name), 0, &mut bytes);
                bytes.truncate(count.expect("a stream is read"));
                let full = [b"user.", name.0.as_slice()].concat();
                assert_eq!(of_path.get(&full), Some(&bytes), "{name:?}");
            }
        }
        assert_eq!(system.notes(), []);
    }
}
