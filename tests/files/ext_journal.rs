//! Journals that `debugfs` writes, and those that are damaged.

use crate::made::{Made, opened};
use crate::sample::bytes;
use crate::spoilt::Spoilt;
use crate::tree::{differences, of_file_system};
use crate::truth::{at, image, truth};
use vma_inspector::file_system::{FaultKind, FileSystem, Note, Stream};
use vma_inspector::source::GapKind;

const BLOCK: u64 = 1024;

/// A file of forty blocks of 1 KiB.
fn made(name: &str, options: &str) -> Made {
    let made = Made::new(&format!("journal-{name}"), 16);
    std::fs::write(made.source.join("file"), bytes(9, 40 << 10)).expect("written");
    made.run(&format!("mke2fs -q -F -t ext4 -b 1024 -J size=1 {options} -d $S $F"));
    made
}

/// Where block `index` of `file` is, as `debugfs` has it.
fn block_of(made: &Made, file: &str, index: u64) -> u64 {
    let text = made.output(&format!("debugfs -R 'bmap {file} {index}' $F"));
    String::from_utf8(text).expect("UTF-8").trim().parse().expect("a number")
}

/// Has `debugfs` write transactions: blocks of the file and what they become, or are not.
fn write(made: &Made, options: &str) {
    let [one, two, three] = [3, 4, 5].map(|index| block_of(made, "file", index));
    // One begins as the journal's own blocks do.
    let mut escaped = bytes(100, 1024);
    escaped[..4].copy_from_slice(&[0xc0, 0x3b, 0x39, 0x98]);
    for (name, bytes) in [("one", escaped), ("two", bytes(101, 1024)), ("three", bytes(102, 1024))]
    {
        std::fs::write(made.folder.join(name), bytes).expect("written");
    }
    let commands = format!(
        "jo {options}\njw -b {one} one\njw -b {two} two\njw -b {three} three\njw -r {two}\njc\n"
    );
    std::fs::write(made.folder.join("commands"), commands).expect("written");
    made.run("debugfs -w -f commands $F");
}

fn read(system: &dyn FileSystem) -> Vec<u8> {
    let mut read = vec![0; 50 << 10];
    let count = system.read_at(at(system, "file"), Stream::Contents, 0, &mut read);
    read.truncate(count.expect("it is read"));
    read
}

/// The file with the blocks that were written, but for what was revoked.
fn expected(first: bool, third: bool) -> Vec<u8> {
    let mut expected = bytes(9, 40 << 10);
    if first {
        expected[3072..4096].copy_from_slice(&bytes(100, 1024));
        expected[3072..3076].copy_from_slice(&[0xc0, 0x3b, 0x39, 0x98]);
    }
    if third {
        expected[5120..6144].copy_from_slice(&bytes(102, 1024));
    }
    expected
}

const FORMS: [(&str, &str, &str); 6] = [
    ("plain", "-O ^64bit,^metadata_csum", ""),
    ("plain-64", "-O 64bit,^metadata_csum", ""),
    ("sums-2", "-O ^64bit", "-c -v 2"),
    ("sums-2-64", "-O 64bit", "-c -v 2"),
    ("sums-3", "-O ^64bit", "-c -v 3"),
    ("sums-3-64", "-O 64bit", "-c -v 3"),
];

#[test]
fn what_debugfs_writes_is_replayed() {
    for (name, options, journal) in FORMS {
        let made = made(name, options);
        write(&made, journal);
        let system = made.open();
        assert!(read(&*system) == expected(true, true), "{name}");
        assert_eq!(system.notes(), [Note::JournalReplayed], "{name}");
        let places = system
            .places(at(&*system, "file"), Stream::Contents, 0..u64::MAX)
            .expect("places")
            .pieces;
        let lengths = places.iter().map(|place| place.end - place.start);
        assert_eq!(lengths.sum::<u64>(), 40 << 10, "{name}");
        // The fourth block stands in the journal: there it lies behind its descriptor.
        let logged = block_of(&made, "<8>", 2) * BLOCK;
        assert!(places.contains(&(logged..logged + BLOCK)), "{name}: {places:?}");
        // e2fsck replays it, too.
        made.run("e2fsck -fy $F || test $? = 1; debugfs -R 'dump file replayed' $F");
        let replayed = std::fs::read(made.folder.join("replayed")).expect("it is there");
        assert!(replayed == expected(true, true), "{name}");
    }
}

#[test]
fn what_does_not_agree_in_a_journal_ends_what_is_replayed() {
    for (name, options, journal) in FORMS.into_iter().filter(|(_, _, journal)| !journal.is_empty())
    {
        let made = made(&format!("spoilt-{name}"), options);
        write(&made, journal);
        let disk = made.disk();
        // Blocks 1 to 3 are the first transaction, 4 to 6 the second, 7 to 9 the third.
        for (block, first, third) in [
            (2, false, false),
            (1, false, false),
            (3, false, false),
            (5, true, false),
            (9, true, false),
        ] {
            let place = block_of(&made, "<8>", block) * BLOCK + 200;
            let spoilt =
                opened(&Spoilt::with_bytes(&disk, place, &[0x5a, 0xa5])).expect("it opens");
            let mut expected = expected(first, third);
            if block == 9 {
                expected[4096..5120].copy_from_slice(&bytes(101, 1024));
            }
            assert!(read(&*spoilt) == expected, "{name}, {block}");
            let notes = [Note::JournalReplayed, Note::JournalNotReplayed];
            assert_eq!(spoilt.notes(), notes[usize::from(!first)..], "{name}, {block}");
        }
    }
}

#[test]
fn a_gap_in_a_journal_is_told() {
    let made = made("gap", "-O ^metadata_csum");
    write(&made, "");
    let disk = made.disk();
    let gap = |block, kind| {
        let place = block_of(&made, "<8>", block) * BLOCK + 200;
        opened(&Spoilt::with_gap(&disk, place..place + 1, kind))
    };
    // Of a descriptor, all that is behind it.
    for kind in [GapKind::Lost, GapKind::InDoubt] {
        let system = gap(7, kind).expect("it opens");
        assert_eq!(system.notes(), [Note::JournalReplayed, Note::JournalNotReplayed]);
        let system = gap(0, kind).expect("it opens");
        assert_eq!(system.notes(), [Note::JournalNotReplayed]);
        assert!(read(&*system) == expected(false, false));
    }
    // What is not yet known may come.
    let fault = gap(7, GapKind::NotYetKnown).err().expect("a fault");
    assert_eq!(fault.kind, FaultKind::NotYetKnown);
    // Of a block that is nowhere else, that block.
    let system = gap(8, GapKind::Lost).expect("it opens");
    assert_eq!(system.notes(), [Note::JournalReplayed]);
    let mut buffer = [0; 1024];
    let file = at(&*system, "file");
    let fault = system.read_at(file, Stream::Contents, 5120, &mut buffer).expect_err("it is lost");
    assert_eq!(fault.kind, FaultKind::Lost);
    assert_eq!(system.read_at(file, Stream::Contents, 3072, &mut buffer), Ok(1024));
}

#[test]
fn a_journal_elsewhere_is_told_to_be_not_replayed() {
    let made = made("elsewhere", "-O ^metadata_csum");
    made.run(
        "debugfs -w -R 'feature needs_recovery' $F; debugfs -w -R 'ssv journal_inum 0' $F; \
         debugfs -w -R 'ssv journal_dev 0x801' $F",
    );
    let system = made.open();
    assert!(read(&*system) == expected(false, false));
    assert_eq!(system.notes(), [Note::JournalNotReplayed]);
}

#[test]
fn with_a_changed_byte_in_a_checked_journal_all_is_right_or_that_is_told() {
    for name in ["ext4-journal", "ext4-journal-data", "ext4-journal-sum"] {
        let made = image(name);
        let disk = made.disk();
        let (expected, _) = truth(name);
        let (mut right, mut told) = (0, 0);
        let wanted: String = (1..=310).map(|index| format!("bmap <8> {index}\n")).collect();
        std::fs::write(made.folder.join("commands"), wanted).expect("written");
        let blocks = String::from_utf8(made.output("debugfs -f commands $F")).expect("UTF-8");
        let blocks = blocks.lines().filter_map(|line| line.trim().parse::<u64>().ok());
        for (seed, block) in (0_u64..).zip(blocks) {
            let place = BLOCK * block + seed * 337 % BLOCK;
            let mut byte = [0];
            disk.read_at(place, &mut byte).expect("it is read");
            let spoilt = Spoilt::with_bytes(&disk, place, &[!byte[0]]);
            let system = opened(&spoilt).expect("it opens");
            if system.notes().contains(&Note::JournalNotReplayed) {
                told += 1;
                continue;
            }
            let lines = differences(&expected, &of_file_system(&*system));
            assert!(lines.is_empty(), "{name}, {seed}: {lines:?}");
            right += 1;
        }
        eprintln!("{name}: {right} right, {told} told");
        assert!(right + told == 310 && told > 100, "{name}: {right}, {told}");
    }
}
