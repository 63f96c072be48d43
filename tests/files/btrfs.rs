//! Btrfs by `mkfs.btrfs`, and by Linux where that is needed.

use crate::made::Made;
use crate::sample::Sample;
use crate::tree::{Tree, assert_same, hash_of, of_file_system, of_folder};
use crate::truth::{at, image, truth};
use vma_inspector::file_system::{Fault, Note, Stream};

/// What `mkfs.btrfs --rootdir` keeps of `tree`: each link is a file of its own, and times
/// are whole seconds.
fn known(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        thing.links = None;
        thing.modified = thing.modified.map(|(seconds, _)| (seconds, 0));
    }
    tree
}

#[test]
fn every_file_of_each_form_is_read() {
    let cases = [
        ("plain", ""),
        ("node-4096", "--nodesize 4096"),
        ("node-65536", "--nodesize 65536"),
        ("mixed", "--mixed --nodesize 4096"),
        ("dup", "-m dup -d dup"),
        ("single", "-m single -d single"),
        ("holes", "-O ^no-holes"),
        ("xxhash", "--csum xxhash"),
        ("sha256", "--csum sha256"),
        ("blake2", "--csum blake2"),
        ("no-skinny", "-O ^skinny-metadata,^extref -R ^free-space-tree"),
    ];
    let sample = Made::new("btrfs-sample", 1);
    Sample { devices: false, ..Sample::UNIX }.fill(&sample.source);
    let expected = known(of_folder(&sample.source));
    for (name, options) in cases {
        let made = Made::new(&format!("btrfs-{name}"), 300);
        let source = sample.source.display();
        made.run(&format!("mkfs.btrfs -q --rootdir {source} {options} $F"));
        eprintln!("{name}");
        assert_same(&expected, &of_file_system(&*made.open()));
    }
}

/// Everything but the directories that stand for subvolumes that are not there.
fn assert_as_linux_tells(name: &str) -> Made {
    let made = image(name);
    let system = made.open();
    let (expected, attributes) = truth(name);
    assert_same(&expected, &of_file_system(&*system));
    let files: Tree =
        expected.into_iter().filter(|(path, _)| !path.starts_with(b"many/")).collect();
    assert_eq!(crate::truth::attributes(&*system, &files), attributes);
    made
}

#[test]
fn what_linux_writes_is_read_as_linux_tells_it() {
    let made = assert_as_linux_tells("btrfs-linux");
    let system = made.open();
    let mut found: Vec<_> = system.subvolumes().expect("a list").into_iter().collect();
    found.sort_by(|one, other| one.path.cmp(&other.path));
    let shown: Vec<_> = found
        .iter()
        .map(|one| {
            let path: Vec<_> =
                one.path.iter().map(|name| String::from_utf8_lossy(&name.0)).collect();
            assert_eq!(one.id, at(&*system, &path.join("/")));
            (path.join("/"), one.is_snapshot, one.is_read_only)
        })
        .collect();
    let expected = [
        ("before", true, true),
        ("copy", true, false),
        ("home", false, false),
        ("home/folder/inner", false, false),
    ];
    let expected =
        expected.map(|(path, is_snapshot, is_kept)| (path.to_owned(), is_snapshot, is_kept));
    assert_eq!(shown, expected);
    assert_eq!(system.notes(), []);
    // What stands for a thing does not depend on what was come by before it.
    for one in found.iter().rev() {
        let again = made.open();
        assert_eq!(again.node(one.id), system.node(one.id), "{:?}", one.path);
        let names = crate::tree::entries(&*again, one.id).expect("a list");
        assert_eq!(names, crate::tree::entries(&*system, one.id).expect("a list"));
    }
}

#[test]
fn newer_features_are_read_as_linux_tells_it() {
    assert_as_linux_tells("btrfs-newer");
}

#[test]
fn of_what_is_in_a_log_the_last_commit_is_shown_and_that_is_said() {
    let made = assert_as_linux_tells("btrfs-log");
    assert_eq!(made.open().notes(), [Note::LastCommit]);
}

#[test]
fn of_two_devices_what_is_on_both_is_read_and_what_is_spread_is_refused_by_name() {
    assert_as_linux_tells("btrfs-raid1");
    let made = image("btrfs-raid0");
    let system = made.open();
    let (expected, _) = truth("btrfs-raid0");
    let hash = |path: &str| hash_of(&*system, at(&*system, path), Stream::Contents);
    let small = expected[b"small".as_slice()].hash.clone().expect("a hash");
    assert_eq!(hash("small"), Ok(small));
    let node = system.node(at(&*system, "large")).expect("it is known");
    assert_eq!(Some(node.size), expected[b"large".as_slice()].size);
    assert_eq!(hash("large"), Err(Fault::unsupported("raid0")));
}
