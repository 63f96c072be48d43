//! NTFS: images of ntfs-3g (`make/ntfs.sh`), held against what it tells of them, and
//! against 7-Zip, which reads some of it, too.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::backup::{in_backup, list, named};
use crate::made::{Made, opened};
use crate::spoilt::Spoilt;
use crate::tree::{Thing, Tree, assert_same, entries, hash_of, of_file_system, of_folder};
use crate::truth::{at, image, truth};
use vma_inspector::file_system::{
    FaultKind, FileSystem, FileType, Name, Node, NodeId, Note, Stream,
};
use vma_inspector::source::{GapKind, ReadAt};

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
const OWN: [&str; 11] = [
    "$MFT", "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", "$Bitmap", "$Boot", "$BadClus",
    "$Secure", "$UpCase", "$Extend",
];

fn is_below(path: &[u8], name: &str) -> bool {
    path.split(|&byte| byte == b'/').next() == Some(name.as_bytes())
}

/// Without what NTFS does not have, owner and mode, and what ntfs-3g does not tell.
fn known(mut tree: Tree) -> Tree {
    tree.retain(|path, _| !OWN.iter().any(|name| is_below(path, name)));
    tree.retain(|path, thing| thing.file_type != FileType::Link || !is_below(path, "absolute"));
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

fn node(system: &dyn FileSystem, path: &str) -> Node {
    system.node(at(system, path)).expect("a node")
}

fn contents(system: &dyn FileSystem, id: NodeId, stream: Stream<'_>) -> Vec<u8> {
    let mut bytes = vec![0xaa; 1 << 20];
    let count = system.read_at(id, stream, 0, &mut bytes).expect("it is read");
    assert!(count < bytes.len(), "a small one");
    bytes.truncate(count);
    bytes
}

#[test]
fn every_file_and_stream_of_each_size_of_cluster_is_read() {
    let mut compared = 0;
    for name in IMAGES {
        let made = image(name);
        let (mut expected, streams) = truth(name);
        correct(&mut expected);
        let system = made.open();
        assert_same(&known(expected), &known(of_file_system(&*system)));
        for (path, of_path) in streams {
            let id = at(&*system, std::str::from_utf8(&path).expect("UTF-8"));
            let listed = system.streams(id).expect("streams");
            let found = listed.into_iter().map(|(name, size)| {
                let bytes = contents(&*system, id, Stream::Named(&name));
                assert_eq!(bytes.len() as u64, size);
                ([b"user.", name.0.as_slice()].concat(), bytes)
            });
            let found: BTreeMap<_, _> = found.collect();
            assert!(found == of_path, "{}", String::from_utf8_lossy(&path));
            compared += found.len();
        }
        assert_eq!(system.notes(), [], "{name}");
    }
    // 3 of a file with two names, 40 of a folder, and one of each but the first and last.
    assert_eq!(compared, 6 + 40 + 6, "streams");
}

/// 7-Zip gives up at holes, at sectors of 4096 bytes and at a table that has a list.
#[test]
fn what_7_zip_reads_is_the_same() {
    if !crate::programs::has("7zz", &["i"]) {
        return;
    }
    let mut compared = 0;
    for name in IMAGES.into_iter().take(6) {
        let made = image(name);
        made.run("7zz x -y -snl- -oout $F > log 2>&1 || grep -q 'Data Error' log");
        let mut theirs = of_folder(&made.folder.join("out"));
        let holed = ["pieces", "sparse", "hole"];
        theirs.retain(|path, thing| {
            thing.file_type == FileType::File
                && !path.contains(&b':')
                && ![&holed[..], &["[SYSTEM]"]].concat().iter().any(|name| is_below(path, name))
        });
        let found = of_file_system(&*made.open());
        for (path, thing) in theirs {
            let shown = String::from_utf8_lossy(&path);
            let own = found.get(&path).unwrap_or_else(|| panic!("{shown} of {name}"));
            if own.file_type == FileType::File {
                assert_eq!(own.hash, thing.hash, "{shown} of {name}");
                compared += 1;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn links_lead_where_windows_has_them_lead() {
    let made = image("ntfs-windows");
    let system = made.open();
    let target = |path: &str| system.read_link(at(&*system, path)).expect("a link").0;
    // As make/ntfs.sh wrote them.
    assert_eq!(target("absolute/link"), br"C:\sizes\4096");
    assert_eq!(target("absolute/junction"), br"C:\sizes");
    assert_eq!(target("absolute/volume"), br"\\?\Volume{12345678-0000-0000-0000-100000000000}\");
    assert_eq!(node(&*system, "absolute/junction").file_type, FileType::Link);
    let junction = at(&*system, "absolute/junction");
    let list = system.read_dir(junction, Default::default());
    assert_eq!(list.expect_err("a link is no directory").kind, FaultKind::NotFound);
}

#[test]
fn what_is_hidden_or_of_the_system_is_marked_so() {
    let made = image("ntfs-windows");
    let system = made.open();
    let is_hidden = |path: &str| node(&*system, path).is_hidden;
    assert!(is_hidden("marked/2") && is_hidden("marked/4") && is_hidden("marked/6"));
    assert!(!is_hidden("sizes") && !is_hidden("sizes/4096"));
    for name in OWN {
        assert!(is_hidden(name), "{name}");
    }
    assert!(!system.node(system.root()).expect("the root").is_hidden);
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    let made = image("ntfs-refused");
    let system = made.open();
    let cases = [
        ("wof", "compressed by Windows (WOF)"),
        ("dedup", "deduplicated by Windows"),
        ("cloud-hole", "in a cloud"),
        ("unknown", "reparse point 0x80001234"),
        ("efs", "encrypted by Windows (EFS)"),
    ];
    for (name, why) in cases {
        let id = at(&*system, name);
        assert_eq!(system.node(id).expect("a node").file_type, FileType::File);
        let fault = system.read_at(id, Stream::Contents, 0, &mut [0; 9]).expect_err(name);
        assert_eq!(fault.kind, FaultKind::Unsupported, "{name}");
        assert!(fault.about.ends_with(why), "{}", fault.about);
    }
    // `text cloud 20` of make/ntfs.sh: it is all there.
    let whole = made.output(
        "seq -f 'cloud %08.0f: all of this line but its number is the same as in the others' 260",
    );
    assert_eq!(contents(&*system, at(&*system, "cloud-whole"), Stream::Contents), whole);
}

#[test]
fn a_folder_of_thousands_is_listed_with_few_reads_and_nothing_deleted() {
    let made = image("ntfs-many");
    let system = made.open();
    let (all, left_out) = entries(&*system, at(&*system, "many")).expect("a list");
    for entry in &all {
        assert_eq!(system.node(entry.id).expect("a node").file_type, FileType::File);
    }
    let in_backup = in_backup(&made);
    let many = named(&in_backup, in_backup.volume.system().root(), "many");
    in_backup.file.take();
    assert_eq!(list(&in_backup, many).len(), all.len());
    // 4,500 records of 1 KiB, and some 600 KiB of an index.
    let listed = in_backup.file.take();
    assert!(listed.reads <= 64, "{listed:?}");
    assert_eq!(left_out, 0);
    let mut names: Vec<_> = all.into_iter().map(|entry| entry.name.0).collect();
    names.sort();
    let made = (1..=5000).filter(|number| number % 10 != 7);
    let mut expected: Vec<_> =
        made.map(|number| format!("entry number {number}").into_bytes()).collect();
    expected.sort();
    assert!(names == expected, "{} names", names.len());
}

/// A volume that mkntfs made, with a file that ntfscp put there.
fn plain(name: &str) -> Made {
    let made = Made::new(name, 16);
    std::fs::write(made.source.join("file"), crate::sample::bytes(5, 50_000)).expect("written");
    made.run("mkntfs -F -q -Q $F; ntfscp -q $F $S/file file");
    made
}

/// Where the record of that number lies on such a volume, whose table is in one piece.
fn place_of_record(made: &Made, number: u64) -> u64 {
    let mut sector = [0; 512];
    assert_eq!(made.disk().read_at(0, &mut sector), Ok(512));
    let cluster = u64::from(sector[13]) * 512;
    u64::from_le_bytes(sector[48..56].try_into().expect("eight")) * cluster + number * 1024
}

/// Where the attribute of that kind begins in the record of that number.
fn place_of_attribute(made: &Made, number: u64, kind: u32) -> u64 {
    let start = place_of_record(made, number);
    let mut record = [0; 1024];
    assert_eq!(made.disk().read_at(start, &mut record), Ok(1024));
    let word = |at: usize| u32::from_le_bytes(record[at..at + 4].try_into().expect("four"));
    let mut at = usize::from(record[20]);
    while word(at) != kind {
        at += word(at + 4) as usize;
    }
    start + at as u64
}

#[test]
fn bytes_that_were_never_written_are_zeros() {
    let made = plain("ntfs-initialized");
    let number = at(&*made.open(), "file").0 & 0xffff_ffff;
    let place = place_of_attribute(&made, number, 0x80);
    made.run(&format!(
        "printf '\\050\\043\\0\\0' | dd of=$F bs=1 seek={} conv=notrunc status=none",
        place + 56
    ));
    let theirs = made.output("ntfscat $F file");
    assert!(theirs[9000] == 0 && theirs[8999] != 0 && theirs.len() == 50_000);
    let system = made.open();
    assert!(contents(&*system, at(&*system, "file"), Stream::Contents) == theirs);
}

#[test]
fn a_run_list_that_is_shorter_than_the_file_is_corrupt() {
    let made = plain("ntfs-short");
    let number = at(&*made.open(), "file").0 & 0xffff_ffff;
    let place = place_of_attribute(&made, number, 0x80);
    // The last cluster, the bytes of all clusters, the size, and what of it was written.
    for (offset, bytes) in [(24, [6]), (40, [0x1]), (49, [0xe3]), (57, [0xe3])] {
        let spoilt = Spoilt::with_bytes(&made.disk(), place + offset, &bytes);
        let system = opened(&spoilt).expect("it opens");
        let id = at(&*system, "file");
        let read = system.read_at(id, Stream::Contents, 0, &mut vec![0; 60_000]);
        assert_eq!(read.expect_err("they disagree").kind, FaultKind::Corrupt, "{offset}");
    }
}

#[test]
fn a_volume_that_was_in_use_says_so() {
    let made = plain("ntfs-dirty");
    assert_eq!(made.open().notes(), []);
    // Without -d it marks the volume, to be checked by Windows.
    made.run("ntfsfix $F");
    let told = String::from_utf8_lossy(&made.output("ntfsinfo -f -m $F")).into_owned();
    assert!(told.contains("DIRTY"), "{told}");
    assert_eq!(made.open().notes(), [Note::JournalNotReplayed]);
}

#[test]
fn the_mirror_stands_in_for_the_first_records() {
    let made = plain("ntfs-mirror");
    let disk = made.disk();
    let first = place_of_record(&made, 0);
    // What `$MFT` holds is what is changed.
    let tree = |disk: &Rc<dyn ReadAt>| {
        let mut tree = of_file_system(&*opened(disk).expect("it opens"));
        assert!(tree.remove(b"$MFT".as_slice()).is_some());
        tree
    };
    let expected = tree(&disk);
    let magic = Spoilt::with_bytes(&disk, first, b"BAAD");
    assert_eq!(tree(&magic), expected);
    let half = Spoilt::with_bytes(&disk, first + 1022, &[0xff, 0xff]);
    assert_eq!(tree(&half), expected);
    // Not for its bytes as those of a file.
    let lost = Spoilt::with_gap(&disk, first..first + 1024, GapKind::Lost);
    let system = opened(&lost).expect("it opens");
    let id = at(&*system, "file");
    assert_eq!(Some(hash_of(&*system, id, Stream::Contents).expect("it is read")), {
        expected.get(b"file".as_slice()).expect("it is there").hash.clone()
    });
    let table = hash_of(&*system, at(&*system, "$MFT"), Stream::Contents);
    assert_eq!(table.expect_err("its bytes").kind, FaultKind::Lost);
}

#[test]
fn a_record_that_is_lost_or_not_yet_known_is_no_other_fault() {
    let made = plain("ntfs-gap");
    let id = at(&*made.open(), "file");
    let place = place_of_record(&made, id.0 & 0xffff_ffff);
    let kinds = [
        (GapKind::Lost, FaultKind::Lost),
        (GapKind::NotYetKnown, FaultKind::NotYetKnown),
        (GapKind::InDoubt, FaultKind::InDoubt),
    ];
    for (kind, wanted) in kinds {
        let spoilt = Spoilt::with_gap(&made.disk(), place + 100..place + 101, kind);
        let system = opened(&spoilt).expect("it opens");
        let (all, _) = entries(&*system, system.root()).expect("a list");
        assert!(all.iter().any(|entry| entry.name == Name(b"file".to_vec())));
        assert_eq!(system.node(id).expect_err("a gap").kind, wanted);
    }
    // The record was taken for something else, or none, since the name was written.
    let anew = Spoilt::with_bytes(&made.disk(), place + 16, &[0x77]);
    let fault = opened(&anew).expect("it opens").node(id).expect_err("another one");
    assert_eq!(fault.kind, FaultKind::NotFound);
}

#[test]
fn records_before_a_lost_part_of_the_table_are_read() {
    let made = image("ntfs-table");
    let disk = made.disk();
    let whole = made.open();
    // `istat` of Sleuth Kit: record 15 goes on with the table from its cluster 7282 on, each
    // of 512 bytes; so does record 3641.
    let place = place_of_record(&made, 15);
    let spoilt = opened(&Spoilt::with_gap(&disk, place..place + 9, GapKind::Lost));
    let spoilt = spoilt.expect("it opens");
    let (mut before, mut behind) = (0, 0);
    for entry in entries(&*whole, at(&*whole, "many")).expect("a list").0 {
        let expected = whole.node(entry.id).expect("a node");
        if entry.id.0 & 0xffff_ffff < 3641 {
            assert_eq!(spoilt.node(entry.id), Ok(expected));
            before += 1;
        } else {
            assert_eq!(spoilt.node(entry.id).expect_err("lost").kind, FaultKind::Lost);
            behind += 1;
        }
    }
    assert!(before > 100 && behind > 0, "{before}, {behind}");
}

/// A restart page of a log, as ntfs-3g's `logfile.h` has it: of one client, which is in
/// use or not, with the flags of its area.
fn restart_page(is_in_use: bool, flags: u16, written: u64) -> Vec<u8> {
    let mut page = vec![0_u8; 4096];
    let mut put = |at: usize, bytes: &[u8]| page[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"RSTR\x1e\0\x09\0");
    put(16, &[4096_u32.to_le_bytes(), 4096_u32.to_le_bytes()].concat());
    put(24, &[0x30, 0, 1, 0, 1, 0, 1, 0]);
    (512..=4096).step_by(512).for_each(|end| put(end - 2, &[1, 0]));
    let (free, used) = if is_in_use { (0xffff, 0) } else { (0, 0xffff_u16) };
    put(0x30, &written.to_le_bytes());
    let lists = [1, free, used, flags].map(u16::to_le_bytes);
    put(0x38, &lists.concat());
    // Bits of a number of a log of 2 MiB, bytes of this area, where its clients stand.
    put(0x40, &[45, 0, 0, 0, 0xd0, 0, 0x30, 0]);
    put(0x48, &(2_u64 << 20).to_le_bytes());
    put(0x54, &[0x30, 0, 0x40, 0]);
    put(0x60 + 16, &[0xff; 4]);
    put(0x60 + 28, b"\x08\0\0\0N\0T\0F\0S\0");
    page
}

#[test]
fn a_log_that_is_not_closed_says_that_it_is_not_replayed() {
    let cases = [
        ([(true, 0, 7), (true, 0, 7)], false),
        ([(true, 2, 7), (true, 2, 7)], true),
        ([(false, 0, 7), (false, 0, 7)], true),
        // The newer page tells.
        ([(true, 0, 7), (false, 0, 9)], true),
        ([(true, 0, 9), (false, 0, 7)], false),
    ];
    for (index, (pages, is_clean)) in cases.into_iter().enumerate() {
        let made = plain(&format!("ntfs-log-{index}"));
        let system = made.open();
        let log = at(&*system, "$LogFile");
        let place = system.places(log, Stream::Contents, 0..1).expect("places").pieces[0].start;
        let bytes = pages.map(|(used, flags, written)| restart_page(used, flags, written)).concat();
        std::fs::write(made.folder.join("log"), bytes).expect("written");
        made.run(&format!(
            "dd if=log of=$F bs=4096 seek={} conv=notrunc status=none",
            place / 4096
        ));
        // 15: unclean journal.
        let told = made.output("ntfs-3g.probe --readwrite $F > log 2>&1 || echo $?");
        assert_eq!(told, if is_clean { b"".as_slice() } else { b"15\n" }, "{index}");
        let notes = made.open().notes();
        assert_eq!(notes.is_empty(), is_clean, "{index}");
        assert!(notes.iter().all(|note| *note == Note::JournalNotReplayed));
    }
}
