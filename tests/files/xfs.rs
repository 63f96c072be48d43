//! XFS by Linux and by `mkfs.xfs`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::made::{Made, opened};
use crate::sample::{Sample, bytes};
use crate::spoilt::Spoilt;
use crate::tree::{Tree, assert_same, of_file_system, of_folder};
use crate::truth::{attributes, image, truth};
use vma_inspector::file_system::{Fault, Note};
use vma_inspector::source::ReadAt;

/// Reads what Linux wrote as it told it itself, and returns what is noted. Linux tells
/// access control lists under two names; the one that only XFS has is left out.
fn assert_as_linux_tells(name: &str) -> (Made, Vec<Note>) {
    let made = image(name);
    let system = made.open();
    let (mut expected, mut known) = truth(name);
    assert_same(&expected, &of_file_system(&*system));
    expected.retain(|path, _| path.starts_with(b"plain") || path.starts_with(b"short"));
    for one in known.values_mut() {
        one.retain(|name, _| !name.starts_with(b"trusted.SGI_ACL_"));
    }
    assert_eq!(attributes(&*system, &expected), known);
    let notes = system.notes();
    (made, notes)
}

#[test]
fn what_linux_writes_is_read_as_linux_tells_it() {
    for name in ["xfs-sound", "xfs-small"] {
        eprintln!("{name}");
        assert_eq!(assert_as_linux_tells(name).1, []);
    }
}

#[test]
fn what_is_in_a_log_only_is_read_as_linux_replays_it() {
    for name in ["xfs-torn", "xfs-used", "xfs-used-512", "xfs-round"] {
        eprintln!("{name}");
        assert_eq!(assert_as_linux_tells(name).1, [Note::JournalReplayed]);
    }
}

/// A folder with what `mkfs.xfs -p` can be told of: no name has a blank in it.
fn fill(folder: &Path) {
    Sample { many: 2, ..Sample::default() }.fill(folder);
    for name in ["Grüße aus Köln.txt", "two  blanks", "many/entry number 000000"] {
        fs::remove_file(folder.join(name)).expect("it is of the sample");
    }
    fs::remove_file(folder.join("many/entry number 000001")).expect("it is of the sample");
    for index in 0..700 {
        let name = format!("many/{index}-of-many-entries-with-a-long-name");
        fs::write(folder.join(name), index.to_string()).expect("written");
    }
    for index in 0..4 {
        fs::write(folder.join(format!("deep-0/few-{index}")), bytes(index, 10)).expect("written");
    }
    // Longer ones mkfs.xfs 6.1 writes without their headers, so that Linux cannot read them.
    for length in [1, 100, 155, 156, 157, 336] {
        let name = folder.join(format!("link-{length}"));
        symlink("t".repeat(length), name).expect("a link is made");
    }
}

/// What `mkfs.xfs -p` is told of a folder.
fn described(folder: &Path, into: &mut String) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().expect("a name").to_str().expect("UTF-8");
        let kind = fs::symlink_metadata(&path).expect("it is there").file_type();
        if kind.is_dir() {
            into.push_str(&format!("{name} d--755 3 4\n"));
            described(&path, into);
            into.push_str("$\n");
        } else if kind.is_symlink() {
            let target = fs::read_link(&path).expect("a link");
            let target = String::from_utf8_lossy(target.as_os_str().as_bytes()).into_owned();
            into.push_str(&format!("{name} l--777 1 2 {target}\n"));
        } else {
            into.push_str(&format!("{name} -u-640 70000 5 {}\n", path.display()));
        }
    }
}

/// What of `tree` is in the description.
fn known(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        let is_link = thing.target.is_some();
        thing.owner = match thing.hash {
            Some(_) => Some((0o4640, 70_000, 5)),
            None if is_link => Some((0o777, 1, 2)),
            None => Some((0o755, 3, 4)),
        };
        thing.modified = None;
    }
    tree
}

#[test]
fn every_file_of_each_form_is_read() {
    let cases = [
        ("default", ""),
        ("512", "-b size=1024 -i size=512 -n size=4096"),
        ("64k", "-b size=65536"),
        ("large-inodes", "-i size=2048,maxpct=50"),
        ("large-directories", "-n size=65536 -b size=2048"),
        ("sectors", "-s size=4096"),
        ("new", "-m bigtime=1,inobtcount=1,rmapbt=1,reflink=1 -i nrext64=1,sparse=1"),
        ("old-times", "-m bigtime=0,reflink=0,finobt=0"),
        ("groups", "-d agcount=9"),
        ("ci", "-n version=ci"),
        ("4", "-m crc=0"),
        ("4-512", "-m crc=0 -b size=512 -i size=256"),
        ("4-types", "-m crc=0 -n ftype=1,size=8192 -i size=1024"),
        ("4-64k", "-m crc=0 -b size=65536"),
        ("4-old", "-m crc=0 -i attr=1,projid32bit=0 -l lazy-count=0"),
    ];
    let sample = Made::new("xfs-sample", 1);
    fill(&sample.source);
    let mut description = "/nothing\n0 0\nd--755 3 4\n".to_owned();
    described(&sample.source, &mut description);
    description.push_str("$\n");
    fs::write(sample.folder.join("description"), description).expect("written");
    let expected = known(of_folder(&sample.source));
    for (name, options) in cases {
        let made = Made::new(&format!("xfs-{name}"), 200);
        let description = sample.folder.join("description");
        // As the tests of mkfs.xfs themselves do, so that small logs are made.
        let small = "TEST_DIR=/ TEST_DEV=/ QA_CHECK_FS=1";
        made.run(&format!("{small} mkfs.xfs -q -f -p {} {options} $F", description.display()));
        eprintln!("{name}");
        assert_same(&expected, &of_file_system(&*made.open()));
        assert_eq!(made.open().notes(), []);
    }
}

fn refused(disk: &std::rc::Rc<dyn ReadAt>) -> Fault {
    opened(disk).map(|system| system.notes()).expect_err("it is refused")
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let made = Made::new("xfs-refused", 300);
    let cases = [
        ("0x13", "marked as in need of repair"),
        ("0x83", "parent pointers"),
        ("0x103", "metadata directories"),
        ("0x203", "zones"),
        ("0x1003", "feature 0x1000"),
    ];
    for (features, name) in cases {
        made.run("mkfs.xfs -q -f $F");
        made.run(&format!("xfs_db -x -c 'sb 0' -c 'write -d features_incompat {features}' $F"));
        assert_eq!(refused(&made.disk()), Fault::unsupported(name));
    }
    made.run("truncate -s 100M log; mkfs.xfs -q -f -l logdev=log,size=64m $F");
    assert_eq!(refused(&made.disk()), Fault::unsupported("log on another device"));
}

#[test]
fn a_log_of_version_4_that_is_not_put_away_is_refused() {
    let made = Made::new("xfs-refused-4", 300);
    made.run("mkfs.xfs -q -f -m crc=0 $F");
    assert_eq!(made.open().notes(), []);
    // Where the log is, xfs_db says; its only record is of an unmount, until it is not.
    let place = made.output(
        "start=$(xfs_db -r -c 'sb 0' -c 'p logstart' $F | sed 's/.* = //'); \
         xfs_db -r -c \"convert fsblock $start byte\" $F",
    );
    let place = String::from_utf8_lossy(&place);
    let number = place.split(['(', ')']).nth(1).expect("a number").parse::<u64>().expect("bytes");
    let dirty = Spoilt::with_bytes(&made.disk(), number + 512 + 9, &[0]);
    assert_eq!(refused(&dirty), Fault::unsupported("log of version 4 that is not replayed"));
}
