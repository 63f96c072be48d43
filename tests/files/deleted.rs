//! What was deleted, held against what deleted it: mtools, and ntfsundelete of ntfs-3g.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::made::Made;
use crate::truth::image;
use crate::whole_disk::opened;
use vma_inspector::file_system::FaultKind;
use vma_inspector::files::{DeletedHit, DeletedWalk, Step, Volume};
use vma_inspector::source::ReadAt;

const MTOOLS: &str = "TZ=UTC MTOOLS_SKIP_CHECK=1 MTOOLS_NO_VFAT=0";

fn of_whole(disk: Rc<dyn ReadAt>) -> Volume {
    opened(disk, 0, None).0
}

/// All of it, and how many stretches cannot be had.
fn deleted(volume: &Volume) -> (Vec<DeletedHit>, u64) {
    let mut walk = DeletedWalk::new(volume);
    let mut hits = Vec::new();
    for _ in 0..10_000 {
        let step = walk.step(volume).expect("reads");
        hits.extend(walk.take_hits());
        match step {
            Step::Done => return (hits, walk.faults()),
            Step::GoesOn => {}
            Step::Wanting => while !volume.fetch(1 << 20).expect("reads") {},
        }
    }
    panic!("it has no end");
}

fn path_of(hit: &DeletedHit) -> String {
    let names = hit.path.iter().map(|name| String::from_utf8_lossy(&name.0).into_owned());
    names.collect::<Vec<_>>().join("/")
}

/// Paths and sizes, and whether the name is whole.
fn told(hits: &[DeletedHit]) -> BTreeSet<(String, u64, bool)> {
    let tell = |hit: &DeletedHit| {
        let size = hit.was.node.as_ref().expect("it is known").size;
        (path_of(hit), size, hit.is_name_whole)
    };
    hits.iter().map(tell).collect()
}

fn assert_unread(volume: &Volume, hits: &[DeletedHit]) {
    for hit in hits {
        let asked = volume.system().node(hit.was.entry.id);
        assert_eq!(asked.map_err(|fault| fault.kind), Err(FaultKind::NotFound), "{}", path_of(hit));
    }
}

#[test]
fn names_that_mtools_deleted_are_told_with_their_folders() {
    for (name, options, mib) in
        [("old-12", "-F 12", 4), ("old-16", "-F 16", 20), ("old-32", "-F 32 -s 1", 64)]
    {
        let made = Made::new(name, mib);
        let long = "a name that takes several entries of a directory, Grüße.text";
        made.run(&format!("mkfs.fat {options} $F"));
        made.run(&format!(
            "mkdir -p $S/DOCS/sub; cd $S; printf 12345 > SHORT.TXT; printf 1234567 > '{long}'\n\
             printf 1 > DOCS/kept; printf 123 > DOCS/sub/gone.text; printf 12 > DOCS/AAA.BIN\n\
             {MTOOLS} mcopy -s -m -i $F $S/* ::/\n\
             {MTOOLS} mdel -i $F ::/SHORT.TXT '::/{long}' ::/DOCS/sub/gone.text ::/DOCS/AAA.BIN"
        ));
        let volume = of_whole(made.disk());
        let (hits, faults) = deleted(&volume);
        let expected = [
            ("?HORT.TXT", 5, false),
            (long, 7, true),
            ("DOCS/sub/gone.text", 3, true),
            ("DOCS/?AA.BIN", 2, false),
        ];
        let expected = expected.map(|(path, size, is_whole)| (path.to_owned(), size, is_whole));
        assert_eq!((told(&hits), faults), (BTreeSet::from(expected), 0), "{name}");
        assert!(hits.iter().all(|hit| hit.is_path_known));
        assert_unread(&volume, &hits);
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Where the attributes of the record at `at` begin, with their kinds.
fn attributes(disk: &[u8], at: usize) -> Vec<(u8, usize)> {
    let (mut all, mut attribute) = (Vec::new(), at + number(&disk[at + 20..at + 22]));
    while attribute < at + 1000 && disk[attribute] != 0xff {
        all.push((disk[attribute], attribute));
        attribute += number(&disk[attribute + 4..attribute + 6]).max(8);
    }
    all
}

/// Where the table of records begins, and the bits that say which of them are in use.
fn table(disk: &[u8]) -> (usize, usize) {
    const CLUSTER: usize = 4096;
    let table = number(&disk[48..56]) * CLUSTER;
    let bits = attributes(disk, table).into_iter().find(|(kind, _)| *kind == 0xb0);
    let (_, bits) = bits.expect("a bitmap");
    // Its first run: how many bytes say how long it is, and where.
    let pairs = bits + number(&disk[bits + 32..bits + 34]);
    let (length, place) = (usize::from(disk[pairs] & 15), usize::from(disk[pairs] >> 4));
    let place = number(&disk[pairs + 1 + length..pairs + 1 + length + place]);
    (table, place * CLUSTER)
}

#[test]
fn a_long_name_that_has_lost_its_end_to_another_entry_is_not_told_for_a_whole_one() {
    let made = Made::new("cut-names", 20);
    // 20 letters: the entry with the last 7 of them lies first, and is taken by the next file.
    let long = "twenty letters.text!";
    made.run(&format!(
        "mkfs.fat -F 16 $F; cd $S; printf 123 > '{long}'; printf 12345 > ONE.BIN\n\
         {MTOOLS} mcopy -m -i $F '{long}' ::/; {MTOOLS} mdel -i $F '::/{long}'"
    ));
    let before = deleted(&of_whole(made.disk())).0;
    assert_eq!(told(&before), BTreeSet::from([(long.to_owned(), 3, true)]));
    made.run(&format!("cd $S; {MTOOLS} mcopy -m -i $F ONE.BIN ::/"));
    let disk = std::fs::read(&made.path).expect("it is there");
    // `xxd` of the root directory: the entry of `ONE.BIN`, the first 13 letters, the short name.
    let at = disk.windows(11).position(|window| window == b"ONE     BIN").expect("it is there");
    assert_eq!((disk[at + 32], disk[at + 43], disk[at + 64]), (0xe5, 0x0f, 0xe5));
    let after = deleted(&of_whole(made.disk())).0;
    let names = told(&after);
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(
        names.iter().all(|(name, size, is_whole)| {
            name.starts_with("?WENTY") && *size == 3 && !is_whole
        }),
        "{names:?}"
    );
}

/// Has a file's record say that it is given up, as `ntfs_mft_record_free` of ntfs-3g leaves it:
/// its sequence is counted on.
fn give_up(disk: &mut [u8], name: &str) -> usize {
    let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut records = (0..disk.len() - 1024).step_by(512).filter(|&at| {
        let named = |record: &[u8]| record.windows(letters.len()).any(|window| window == letters);
        disk[at..].starts_with(b"FILE") && disk[at + 22] & 1 != 0 && named(&disk[at..at + 500])
    });
    let at = records.next().expect("it is there");
    assert_eq!(records.next(), None, "one of that name");
    disk[at + 22] &= !1;
    disk[at + 16] += 1;
    at
}

#[test]
fn records_that_ntfs_has_given_up_are_those_that_ntfsundelete_tells_of() {
    let made = Made::new("given-up", 8);
    let names = ["a long name with blanks.text", "short", "kept", "Grüße", "empty"];
    made.run("mkntfs -q -F $F");
    for (at, name) in names.iter().enumerate() {
        made.run(&format!("head -c {} /dev/zero > $S/one", at * at * 1500));
        made.run(&format!("ntfscp -f $F $S/one '{name}'"));
    }
    let mut disk = std::fs::read(&made.path).expect("it is there");
    let (table, bits) = table(&disk);
    for name in names.iter().filter(|name| **name != "kept") {
        let record = (give_up(&mut disk, name) - table) / 1024;
        disk[bits + record / 8] &= !(1 << (record % 8));
    }
    std::fs::write(&made.path, disk).expect("written");
    // Inode, flags, per cent, date, time, size, name; it ends with 1 where nothing could be had.
    let output = made.output("ntfsundelete -f $F || true");
    let lines = String::from_utf8(output).expect("UTF-8");
    let expected: BTreeSet<_> = lines
        .lines()
        .filter(|line| line.starts_with(|letter: char| letter.is_ascii_digit()))
        .filter(|line| !line.ends_with("<none>"))
        .map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let size = fields.nth(5).expect("a size").parse::<u64>().expect("a number");
            let (_, name) = line.split_at(line.find(&format!(" {size}  ")).expect("a size"));
            let name = name.trim_start_matches(&format!(" {size}  ")).to_owned();
            (name, size, true)
        })
        .collect();
    assert_eq!(expected.len(), names.len() - 1, "{lines}");
    let volume = of_whole(made.disk());
    let (hits, faults) = deleted(&volume);
    assert_eq!((told(&hits), faults), (expected, 0));
    assert_unread(&volume, &hits);
}

#[test]
fn a_folder_that_is_gone_is_still_the_path_of_what_was_in_it_until_it_is_used_anew() {
    let made = image("ntfs-windows");
    let mut disk = std::fs::read(&made.path).expect("it is there");
    // Of `truth`: the files in `marked`, and what else has such a name.
    give_up(&mut disk, "marked");
    give_up(&mut disk, "two  blanks");
    let folder = |disk: &[u8], name: &str| {
        let letters: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut all = (0..disk.len() - 1024).step_by(512);
        let is_it = |at: &usize| {
            disk[*at..].starts_with(b"FILE")
                && disk[at + 22] & 1 == 0
                && disk[*at..at + 500].windows(letters.len()).any(|window| window == letters)
        };
        all.find(is_it).expect("it is there")
    };
    let paths = |disk: &[u8]| {
        let volume = of_whole(Rc::new(disk.to_vec()));
        let (hits, _) = deleted(&volume);
        hits.iter().map(|hit| (path_of(hit), hit.is_path_known)).collect::<BTreeSet<_>>()
    };
    let known = paths(&disk);
    for path in ["marked", "names/two  blanks"] {
        assert!(known.contains(&(path.to_owned(), true)), "{known:?}");
    }
    // As if the folder had been used anew twice since: nobody knows where they were.
    let at = folder(&disk, "marked");
    let in_it: Vec<usize> = (0..disk.len() - 1024)
        .step_by(512)
        .filter(|&one| disk[one..].starts_with(b"FILE") && one != at)
        .filter(|&one| parent_of(&disk, one) == Some(disk[at + 44..at + 48].to_vec()))
        .collect();
    assert_eq!(in_it.len(), 3, "`marked/2`, `4` and `6` of the truth");
    for one in &in_it {
        disk[one + 22] &= !1;
    }
    let told = paths(&disk);
    assert!(told.contains(&("marked/4".to_owned(), true)), "{told:?}");
    disk[at + 16] += 1;
    let told = paths(&disk);
    assert!(told.contains(&("4".to_owned(), false)), "{told:?}");
}

/// The number of the record that a record's first name says it is in.
fn parent_of(disk: &[u8], at: usize) -> Option<Vec<u8>> {
    let names = attributes(disk, at).into_iter().find(|(kind, _)| *kind == 0x30);
    names.map(|(_, name)| {
        let value = name + usize::from(disk[name + 20]);
        disk[value..value + 4].to_vec()
    })
}

#[test]
fn sets_of_exfat_that_are_not_in_use_are_told_if_their_checksum_agrees() {
    let made = image("exfat-512");
    let mut disk = std::fs::read(&made.path).expect("it is there");
    let size = std::fs::metadata(&made.path).expect("it is there").len();
    assert_eq!(u64::try_from(disk.len()), Ok(size));
    // Section 6.2.1.4 of the specification: the bit "InUse" is cleared, in each entry.
    let (at, length) = crate::exfat::set_of(&disk, "whole");
    let bytes = u64::from_le_bytes(disk[at + 56..at + 64].try_into().expect("eight"));
    (at..at + length).step_by(32).for_each(|entry| disk[entry] &= 0x7f);
    let of = |disk: &[u8]| {
        let volume = of_whole(Rc::new(disk.to_vec()));
        let (hits, _) = deleted(&volume);
        assert_unread(&volume, &hits);
        told(&hits)
    };
    let before = BTreeSet::from([("whole".to_owned(), bytes, true)]);
    let found = of(&disk);
    assert!(found.is_superset(&before), "{found:?}");
    disk[at + 34] ^= 1;
    assert!(of(&disk).is_disjoint(&before));
}
