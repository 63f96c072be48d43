//! ext2, ext3 and ext4 by `mke2fs`, and by Linux where that is needed.

use crate::made::Made;
use crate::sample::Sample;
use crate::tree::{Tree, assert_same, of_file_system, of_folder};
use crate::truth::{Attributes, at, attributes, image, truth};
use vma_inspector::file_system::Note;

/// Forms that `mke2fs` makes: a name, how many MiB, and what it is told.
const FORMS: [(&str, u64, &str); 27] = [
    ("ext2", 100, "-t ext2 -b 4096"),
    ("ext2-1k", 100, "-t ext2 -b 1024"),
    ("ext2-old", 100, "-t ext2 -r 0 -O none -b 1024"),
    ("ext2-old-inodes", 100, "-t ext2 -b 4096 -I 128 -O ^dir_index,^filetype"),
    ("ext3", 100, "-t ext3 -b 4096"),
    ("ext3-1k", 100, "-t ext3 -b 1024 -I 128"),
    ("ext4", 100, "-t ext4 -b 4096"),
    ("ext4-1k", 100, "-t ext4 -b 1024"),
    ("ext4-2k", 100, "-t ext4 -b 2048 -I 512"),
    ("ext4-64k", 200, "-t ext4 -b 65536"),
    ("ext4-inodes-128", 100, "-t ext4 -b 4096 -I 128"),
    ("ext4-inodes-1024", 100, "-t ext4 -b 4096 -I 1024"),
    ("ext4-no-sums", 100, "-t ext4 -b 4096 -O ^metadata_csum"),
    ("ext4-group-sums", 100, "-t ext4 -b 4096 -O ^metadata_csum,uninit_bg,^64bit"),
    ("ext4-group-sums-64bit", 100, "-t ext4 -b 4096 -O ^metadata_csum,uninit_bg"),
    ("ext4-32bit", 100, "-t ext4 -b 4096 -O ^64bit"),
    ("ext4-no-extents", 100, "-t ext4 -b 4096 -O ^extents,^64bit"),
    ("ext4-no-flex", 100, "-t ext4 -O ^flex_bg -b 1024"),
    ("ext4-meta-groups", 100, "-t ext4 -O meta_bg,^resize_inode -b 1024 -g 1024"),
    ("ext4-meta-groups-4k", 100, "-t ext4 -b 4096 -O meta_bg,^resize_inode,^sparse_super -g 1024"),
    ("ext4-two-copies", 100, "-t ext4 -b 4096 -O sparse_super2,^resize_inode -g 1024"),
    (
        "ext4-seed",
        100,
        "-t ext4 -b 4096 -O metadata_csum_seed -U 01234567-89ab-cdef-0123-456789abcdef",
    ),
    ("ext4-inline", 100, "-t ext4 -b 4096 -O inline_data"),
    ("ext4-inline-1024", 100, "-t ext4 -b 4096 -O inline_data -I 1024"),
    ("ext4-clusters", 100, "-t ext4 -b 4096 -O bigalloc -C 65536"),
    (
        "ext4-large-values",
        100,
        "-t ext4 -b 4096 -O ea_inode,large_dir,mmp,quota,project -E quotatype=usrquota",
    ),
    (
        "ext4-newest",
        100,
        "-t ext4 -b 4096 -O casefold,verity,encrypt,fast_commit,orphan_file,stable_inodes",
    ),
];

/// What every `mke2fs -d` keeps of `tree`: of times the lower 32 bits of seconds.
fn known(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        thing.modified = thing.modified.map(|(seconds, _)| (i64::from(seconds as i32), 0));
    }
    tree
}

/// Extended attributes, of which those of `.` stand for the root.
fn set_attributes(made: &Made) {
    made.run(
        "cd $S; setfattr -n user.comment -v 'a remark' size-60 size-4097 empty; \
         setfattr -n user.empty size-60; \
         setfattr -n trusted.far -v \"$(head -c 500 /dev/zero | tr '\\0' v)\" size-61; \
         setfattr -n user.umlaut-ä -v \"$(head -c 300 /dev/zero | tr '\\0' u)\" size-61; \
         setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 size-59; \
         setfattr -h -n trusted.on-link -v link link-60",
    );
}

/// What Linux tells of the attributes in a folder: path, name and value in hex.
const ATTRIBUTES: &str = "
import os, sys
for folder, folders, files in os.walk(sys.argv[1]):
    for path in (os.path.join(folder, name) for name in folders + files):
        for name in os.listxattr(path, follow_symlinks=False):
            value = os.getxattr(path, name, follow_symlinks=False).hex()
            print(os.path.relpath(path, sys.argv[1]), name, value, sep='\\t')
";

fn attributes_of(made: &Made) -> Attributes {
    let text = made.output(&format!("python3 -X utf8 -c \"{ATTRIBUTES}\" $S"));
    let mut all = Attributes::new();
    for line in String::from_utf8(text).expect("UTF-8").lines() {
        let [path, name, value] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let digits = (0..value.len()).step_by(2);
        let byte = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).expect("hex");
        let values = all.entry(path.as_bytes().to_vec()).or_default();
        values.insert(name.as_bytes().to_vec(), digits.map(byte).collect());
    }
    all
}

/// What `debugfs` tells of a file: mke2fs of 1.47.0 cuts off the hole at its end where data
/// may stand in inodes.
fn by_debugfs(made: &Made, tree: &mut Tree, path: &str) {
    made.run(&format!("debugfs -R 'dump \"/{path}\" dumped' $F"));
    let thing = tree.get_mut(path.as_bytes()).expect("it is in the folder");
    let sum = String::from_utf8(made.output("sha256sum < dumped")).expect("hex");
    thing.hash = sum.get(..64).map(str::to_owned);
    thing.size = Some(std::fs::metadata(made.folder.join("dumped")).expect("it is there").len());
}

#[test]
fn every_file_of_each_form_is_read() {
    let sample = Made::new("ext-sample", 1);
    Sample::UNIX.fill(&sample.source);
    set_attributes(&sample);
    let expected = known(of_folder(&sample.source));
    let told = attributes_of(&sample);
    assert_eq!(told.len(), 7, "{:?}", told.keys());
    for (name, mib, options) in FORMS {
        eprintln!("{name}");
        let made = Made::new(name, mib);
        made.run(&format!("mke2fs -q -F {options} -d {} $F", sample.source.display()));
        let mut expected = expected.clone();
        if options.contains("inline_data") {
            by_debugfs(&made, &mut expected, "some holes");
        }
        let system = made.open();
        let mut found = of_file_system(&*system);
        found.remove(b"lost+found".as_slice()).expect("mke2fs makes it");
        assert_same(&expected, &known(found));
        // Without the feature, mke2fs writes none.
        let told = if options.contains("none") { Attributes::new() } else { told.clone() };
        let found = attributes(&*system, &expected);
        assert!(found == told, "{name}: {:?}", found.keys());
        assert_eq!(system.notes(), [], "{name}");
    }
}

/// Holds an image against what Linux told of it.
fn assert_as_linux_tells(name: &str, notes: &[Note]) {
    let made = image(name);
    let system = made.open();
    let (expected, attributes_told) = truth(name);
    assert_same(&expected, &of_file_system(&*system));
    // Those that have some, and a few that have none.
    let with: Tree = expected
        .into_iter()
        .filter(|(path, _)| attributes_told.contains_key(path) || !path.starts_with(b"many/"))
        .collect();
    assert!(attributes(&*system, &with) == attributes_told, "{name}");
    assert_eq!(system.notes(), notes, "{name}");
}

#[test]
fn what_linux_writes_is_read_as_linux_tells_it() {
    for name in ["ext4-linux", "ext3-linux", "ext4-inline-linux"] {
        assert_as_linux_tells(name, &[]);
    }
}

#[test]
fn a_journal_is_replayed_as_linux_does() {
    for name in [
        "ext3-journal",
        "ext3-journal-data",
        "ext4-journal",
        "ext4-journal-data",
        "ext4-journal-sum",
        "ext4-journal-async",
    ] {
        eprintln!("{name}");
        assert_as_linux_tells(name, &[Note::JournalReplayed]);
    }
}

#[test]
fn that_fast_commits_are_not_replayed_is_told() {
    assert_as_linux_tells("ext4-journal-fast", &[Note::JournalReplayed, Note::JournalNotReplayed]);
}

/// What `debugfs` has of a time: the word of seconds, and the one of more bits of them and
/// of nanoseconds.
fn time_of(stat: &str, name: &str) -> (i64, u32) {
    let line = stat.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": 0x"));
    let words = line.expect(name).get(..17).expect("two words").split_once(':').expect("two");
    let [low, more] = [words.0, words.1].map(|word| u32::from_str_radix(word, 16).expect("hex"));
    (i64::from(low.cast_signed()) + (i64::from(more & 3) << 32), more >> 2)
}

#[test]
fn all_four_times_are_those_of_debugfs() {
    let made = image("ext4-linux");
    let system = made.open();
    for path in ["few", "hole", "whole", "empty", "link-60", "folder/in", "many", "null"] {
        let stat = made.output(&format!("debugfs -R 'stat {path}' $F"));
        let stat = String::from_utf8(stat).expect("UTF-8");
        let node = system.node(at(&*system, path)).expect("a node");
        for (name, found) in [
            ("ctime", node.changed),
            ("atime", node.accessed),
            ("mtime", node.modified),
            ("crtime", node.created),
        ] {
            let found = found.map(|time| (time.seconds, time.nanoseconds));
            assert_eq!(found, Some(time_of(&stat, name)), "{path}, {name}");
        }
    }
    // Inodes of 128 bytes have no time at which they were made, and no nanoseconds.
    let made = image("ext3-linux");
    let system = made.open();
    let node = system.node(at(&*system, "whole")).expect("a node");
    assert_eq!((node.created, node.modified.expect("a time").nanoseconds), (None, 0));
}
