//! FAT12, FAT16 and FAT32 by `mkfs.fat`, filled by mtools.

use crate::made::Made;
use crate::sample::{Sample, bytes};
use crate::tree::{Tree, assert_same, entries, of_file_system, of_folder};
use vma_inspector::file_system::{FileType, Stream, identify};

/// What FAT knows of `tree`: no owner, no links, times of files that are even seconds.
pub fn known_to_fat(mut tree: Tree) -> Tree {
    for thing in tree.values_mut() {
        (thing.owner, thing.links) = (None, None);
        if thing.file_type == FileType::Directory {
            thing.modified = None;
        }
    }
    tree
}

/// Makes a volume out of the source folder.
fn make(made: &Made, options: &str) {
    made.run(&format!("mkfs.fat {options} $F"));
    made.run("find $S -exec touch -d '2021-02-03 04:05:06 UTC' {} +");
    made.run(&format!("{MTOOLS} mcopy -s -m -i $F $S/* ::/"));
}

/// Times in UTC, names in UTF-8, no question asked.
const MTOOLS: &str = "TZ=UTC MTOOLS_SKIP_CHECK=1 MTOOLS_NO_VFAT=0";

#[test]
fn every_file_of_each_kind_and_sector_size_is_read() {
    let cases = [
        ("fat12", 15, "-F 12 -s 8", "fat12"),
        ("fat12-512", 3, "-F 12 -s 2 -S 512", "fat12"),
        ("fat12-4096", 15, "-F 12 -S 4096 -s 1", "fat12"),
        ("fat16", 40, "-F 16", "fat16"),
        ("fat16-1024", 40, "-F 16 -S 1024 -s 2 -f 1", "fat16"),
        ("fat16-2048", 64, "-F 16 -S 2048", "fat16"),
        ("fat32", 64, "-F 32 -s 1", "fat32"),
        ("fat32-4096", 300, "-F 32 -S 4096 -s 1", "fat32"),
        ("fat32-64k", 400, "-F 32 -s 8", "fat32"),
    ];
    for (name, mib, options, kind) in cases {
        let made = Made::new(name, mib);
        let sample = Sample { many: 300, ..Sample::default() };
        if mib > 3 {
            sample.fill(&made.source);
        } else {
            std::fs::write(made.source.join("one"), bytes(1, 2_000_000)).expect("written");
        }
        make(&made, options);
        let found = identify(&*made.disk()).expect("it can be read").volume.expect("a volume");
        assert_eq!(found.kind.code(), kind, "{name}");
        let expected = known_to_fat(of_folder(&made.source));
        assert_same(&expected, &of_file_system(&*made.open()));
    }
}

#[test]
fn what_was_deleted_is_not_listed_and_what_is_in_pieces_is_whole() {
    let made = Made::new("fat-pieces", 40);
    Sample { many: 600, ..Sample::default() }.fill(&made.source);
    make(&made, "-F 16 -s 2");
    made.run("cd $S/many; for i in 0 2 4 6 8; do rm *$i; done");
    made.run(&format!(
        "for i in 0 2 4 6 8; do {MTOOLS} mdel -i $F \"::/many/entry number *$i\"; done"
    ));
    // Every second cluster of these is free now, and is taken when the rest is full.
    made.run(&format!(
        "free=$({MTOOLS} mdir -i $F ::/ | sed -n 's/ bytes free//p' | tr -d ' ')\n\
         head -c $((free - 150000)) /dev/urandom > $S/filled"
    ));
    std::fs::write(made.source.join("last"), bytes(99, 100_000)).expect("written");
    made.run("touch -d '2021-02-03 04:05:06 UTC' $S/filled $S/last");
    made.run(&format!("{MTOOLS} mcopy -m -i $F $S/filled $S/last ::/"));
    let system = made.open();
    let (entries, _) = entries(&*system, system.root()).expect("a list");
    let filled = entries.iter().find(|entry| entry.name.0 == b"filled").expect("it is there");
    let pieces = system.places(filled.id, Stream::Contents, 0..u64::MAX).expect("places").pieces;
    assert!(pieces.len() > 20, "{pieces:?}");
    let expected = known_to_fat(of_folder(&made.source));
    assert_same(&expected, &of_file_system(&*system));
}
