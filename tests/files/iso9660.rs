//! ISO 9660 by `genisoimage` and `xorriso`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::made::Made;
use crate::sample::{Sample, bytes};
use crate::tree::{Tree, assert_same, of_file_system, of_folder};
use crate::truth::at;
use vma_inspector::file_system::{FileType, Stream};

/// What is kept of `tree`: times are whole seconds, links are counted in other ways, and
/// what stands behind the last slash of a target is not there if it is nothing.
fn known(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        if let Some(target) = thing.target.as_mut() {
            target.truncate(target.len() - usize::from(target.ends_with(b"/")));
            thing.size = Some(target.len() as u64);
        }
        thing.links = None;
        thing.modified = thing.modified.map(|(seconds, _)| (seconds, 0));
    }
    tree
}

/// Without what only Unix has.
fn bare(tree: Tree) -> Tree {
    let mut tree = known(tree);
    tree.values_mut().for_each(|thing| thing.owner = None);
    tree
}

/// Only root can make devices.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

/// What `xorriso` crashes on, which is no name that Linux follows; and what `genisoimage`
/// does not come to an end with.
fn remove_long_links(folder: &Path) {
    for name in ["link of one long part", "link-1000", "link-1023"] {
        fs::remove_file(folder.join(name)).expect("it was made");
    }
}

fn remove_long_name(folder: &Path) {
    fs::remove_file(folder.join("n".repeat(251))).expect("it was made");
}

#[test]
fn every_file_with_rock_ridge_is_read() {
    let made = Made::new("iso-rock", 1);
    Sample { devices: is_root(), ..Sample::UNIX }.fill(&made.source);
    remove_long_links(&made.source);
    let expected = known(of_folder(&made.source));
    let commands = [
        "xorriso -as mkisofs -quiet -R -o $F $S",
        "xorriso -as mkisofs -quiet -R -J -joliet-long -o $F $S",
        "genisoimage -quiet -R -D -input-charset utf-8 -o $F $S",
        "genisoimage -quiet -R -J -joliet-long -D -input-charset utf-8 -o $F $S",
    ];
    for command in commands {
        made.run(&format!("timeout 60 {command}"));
        eprintln!("{command}");
        assert_same(&expected, &of_file_system(&*made.open()));
    }
}

#[test]
fn directories_that_were_moved_stand_where_they_were() {
    let made = Made::new("iso-moved", 1);
    Sample { links: true, ..Sample::default() }.fill(&made.source);
    remove_long_links(&made.source);
    let expected = known(of_folder(&made.source));
    made.run("timeout 60 genisoimage -quiet -R -input-charset utf-8 -o $F $S");
    let mut found = of_file_system(&*made.open());
    // What they were moved to, and is empty but for them.
    let moved = found.remove(b"rr_moved".as_slice()).expect("they were moved");
    assert_eq!(moved.file_type, FileType::Directory);
    assert_same(&expected, &found);
}

#[test]
fn every_file_with_joliet_alone_is_read() {
    let made = Made::new("iso-joliet", 1);
    Sample { holes: true, many: 300, ..Sample::default() }.fill(&made.source);
    remove_long_name(&made.source);
    let expected = bare(of_folder(&made.source));
    // Xorriso would write Rock Ridge, if it were not told.
    for command in [
        "genisoimage -quiet -J -D -input-charset utf-8 -o $F $S",
        "xorriso -as mkisofs -quiet --norock -J -o $F $S",
    ] {
        made.run(&format!("timeout 60 {command}"));
        eprintln!("{command}");
        assert_same(&expected, &of_file_system(&*made.open()));
    }
}

#[test]
fn a_plain_volume_is_read_as_seven_zip_reads_it() {
    let made = Made::new("iso-plain", 1);
    Sample { many: 300, ..Sample::default() }.fill(&made.source);
    made.run("genisoimage -quiet -iso-level 3 -D -input-charset utf-8 -o $F $S");
    made.run("7zz x -bd -y -o$S/../extracted $F");
    let mut expected = bare(of_folder(&made.folder.join("extracted")));
    for thing in expected.values_mut().filter(|thing| thing.file_type == FileType::Directory) {
        thing.modified = None;
    }
    assert_same(&expected, &of_file_system(&*made.open()));
}

#[test]
fn a_file_in_several_pieces_is_one_as_seven_zip_reads_it() {
    let made = Made::new("iso-pieces", 1);
    fs::write(made.source.join("a.bin"), bytes(1, 4096)).expect("written");
    fs::write(made.source.join("b.bin"), bytes(2, 7001)).expect("written");
    fs::write(made.source.join("c.bin"), bytes(3, 10)).expect("written");
    made.run("timeout 60 genisoimage -quiet -iso-level 3 -o $F $S");
    let mut disk = fs::read(&made.path).expect("it was made");
    let find = |name: &[u8]| disk.windows(name.len()).position(|part| part == name);
    let (one, two) = (find(b"A.BIN;1").expect("a name"), find(b"B.BIN;1").expect("a name"));
    // ECMA-119, 9.1.6 and 6.5.1: the flag of all records of a file but the last.
    disk[one - 33 + 25] |= 0x80;
    disk[two] = b'A';
    fs::write(&made.path, &disk).expect("written");
    made.run("7zz x -bd -y -o$S/../extracted $F");
    let expected = bare(of_folder(&made.folder.join("extracted")));
    assert_eq!(expected.len(), 2);
    assert_eq!(expected[b"A.BIN".as_slice()].size, Some(11_097));
    assert_same(&expected, &of_file_system(&*made.open()));
    let system = made.open();
    let id = at(&*system, "A.BIN");
    // Over the end of the first piece.
    let mut found = vec![0xaa; 200];
    assert_eq!(system.read_at(id, Stream::Contents, 4000, &mut found), Ok(200));
    assert_eq!(found, [&bytes(1, 4096)[4000..], &bytes(2, 7001)[..104]].concat());
    assert_eq!(system.places(id, Stream::Contents, 0..u64::MAX).expect("places").pieces.len(), 2);
}
