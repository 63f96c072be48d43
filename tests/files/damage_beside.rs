//! Files of very many runs, and what a file has beside its contents: of none of it a gap is
//! passed over. Where things lie is asked of `debugfs`, or found by their
//! bytes.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::rc::Rc;
use std::slice;

use vma_inspector::file_system::FaultKind;
use vma_inspector::files::{Damaged, Hurt};
use vma_inspector::source::{GapKind, ReadAt};

use crate::damage::{walk, with_gaps};
use crate::made::Made;
use crate::truth::image;
use crate::volumes::waiting;
use crate::whole_disk::disk_with;

/// What is told of an image that has lost some stretches.
fn told(made: &Made, gaps: &[Range<u64>]) -> BTreeMap<String, Damaged> {
    let disk: Rc<dyn ReadAt> = Rc::new(disk_with(made));
    walk(&waiting(with_gaps(disk, gaps, GapKind::Lost)).volume).0
}

fn lost(bytes: u64) -> Hurt {
    Hurt { lost: bytes, ..Hurt::default() }
}

/// Numbers that a command of debugfs prints.
fn numbers(made: &Made, command: &str) -> Vec<u64> {
    let told = made.output(&format!("debugfs -R '{command}' $F 2>/dev/null"));
    let told = String::from_utf8(told).expect("UTF-8");
    told.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Where some bytes stand in an image, that stand there once.
fn place_of(made: &Made, bytes: &[u8]) -> u64 {
    let image = fs::read(&made.path).expect("it is there");
    let mut found = image.windows(bytes.len()).enumerate().filter(|(_, window)| *window == bytes);
    let (at, _) = found.next().expect("they stand there");
    assert!(found.next().is_none(), "they stand there once");
    at as u64
}

#[test]
fn a_file_of_twenty_thousand_runs_is_looked_at_to_its_end() {
    let made = Made::new("damage-runs", 64);
    let file = fs::File::create(made.source.join("file")).expect("a file");
    for run in 0..20_000_u64 {
        file.write_all_at(&[run | 0x5eed << 40; 128].map(u64::to_le_bytes).concat(), run * 2048)
            .expect("written");
    }
    made.run("mke2fs -q -F -t ext4 -b 1024 -d $S $F");
    let image = fs::read(&made.path).expect("it is there");
    let start = |block: &[u8]| block.first_chunk().map(|first| u64::from_le_bytes(*first));
    let hit = [0, 1, 9_999, 16_383, 16_384, 17_000, 19_998, 19_999];
    let blocks = image.chunks(1024).zip(0..).filter_map(|(block, number)| {
        hit.contains(&(start(block)?.checked_sub(0x5eed << 40)?)).then_some(number)
    });
    let gaps: Vec<_> = blocks.map(|block: u64| block * 1024..(block + 1) * 1024).collect();
    assert_eq!(gaps.len(), 8);
    let told = told(&made, &gaps);
    assert_eq!(told["file"].hit, lost(8 * 1024));
    assert_eq!((told.len(), &told["file"].fault), (1, &None));
}

#[test]
fn behind_thousands_of_runs_that_were_never_written_a_block_is_found() {
    let made = Made::new("damage-unwritten", 64);
    let file = fs::File::create(made.source.join("file")).expect("a file");
    file.write_all_at(&[7; 1024], 40_000 * 1024).expect("written");
    made.run(
        "mke2fs -q -F -t ext4 -b 1024 -d $S $F; \
         for at in $(seq 20000 -1 100); do echo \"fallocate /file $at $at\"; done > cmds; \
         debugfs -w -f cmds $F > /dev/null",
    );
    let runs = made.output("debugfs -R 'ex /file' $F 2>/dev/null | grep -c Uninit");
    let runs: u32 = String::from_utf8_lossy(&runs).trim().parse().expect("a number");
    assert!(runs > 19_000, "{runs}");
    let block = numbers(&made, "bmap /file 40000")[0];
    let gap = block * 1024..(block + 1) * 1024;
    let told = told(&made, slice::from_ref(&gap));
    assert_eq!(told["file"].hit, lost(1024));
}

#[test]
fn a_file_of_fat_in_thousands_of_pieces_is_looked_at_to_its_end() {
    let made = Made::new("damage-fat-runs", 40);
    fs::create_dir(made.source.join("d")).expect("a folder");
    for number in 0..9200 {
        fs::write(made.source.join(format!("d/{number:05}.t")), [1; 512]).expect("written");
    }
    let mut bytes = vec![0; 4600 * 512];
    for (number, sector) in bytes.chunks_mut(512).enumerate() {
        sector[..8].copy_from_slice(&(number as u64 | 0xabcd << 40).to_le_bytes());
    }
    fs::write(made.folder.join("file"), &bytes).expect("written");
    // Half of the small files go; the other half, and what fills the rest, leave such holes.
    made.run(
        "export MTOOLS_SKIP_CHECK=1; mkfs.fat -F 32 -s 1 $F > /dev/null; mmd -i $F ::/d; \
         mcopy -i $F $S/d/* ::/d; \
         free=$(mdir -i $F ::/ | tr -d ' ' | sed -n 's/^\\([0-9]*\\)bytesfree.*/\\1/p'); \
         head -c $((free - 1024)) /dev/zero > rest; mcopy -i $F rest ::/; \
         for n in 1 3 5 7 9; do mdel -i $F \"::/d/*$n.t\"; done; mcopy -i $F file ::/",
    );
    let sector = |number: usize| place_of(&made, &bytes[number * 512..(number + 1) * 512]);
    let (first, last) = (sector(0), sector(4599));
    // Two clusters were left at the end.
    assert!(sector(3) > sector(2) + 512, "they are in pieces");
    let told = told(&made, &[first..first + 512, last..last + 512]);
    assert_eq!(told.keys().collect::<Vec<_>>(), ["file"]);
    assert_eq!(told["file"].hit, lost(1024));
}

#[test]
fn where_the_table_of_fat_is_lost_the_rest_of_a_file_is_not_called_sound() {
    let made = Made::new("damage-fat-table", 40);
    let bytes: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(made.source.join("file"), &bytes).expect("written");
    made.run("mkfs.fat -F 32 -s 1 -f 1 -R 32 $F > /dev/null; mcopy -i $F $S/file ::/");
    // 128 numbers of clusters are in a sector of the table, which starts behind the reserved.
    let gap = (32 + 3) * 512..(32 + 4) * 512;
    let told = told(&made, slice::from_ref(&gap));
    let fault = told["file"].fault.as_ref().expect("it is not known where the rest lies");
    assert_eq!((fault.kind.clone(), told.len()), (FaultKind::Lost, 1));
}

#[test]
fn attributes_that_lie_in_a_gap_are_told_of_a_file_and_of_a_folder() {
    let made = Made::new("damage-attributes", 16);
    made.run(
        "mkdir $S/folder; : > $S/folder/file; : > $S/folder/other; mke2fs -q -F -b 1024 -d $S $F; \
         head -c 600 /dev/zero | tr '\\0' v > value; \
         for of in /folder /folder/file; do debugfs -w -R \"ea_set -f value $of user.long\" $F; done",
    );
    let block = |path: &str| {
        let told = made.output(&format!("debugfs -R 'stat {path}' $F 2>/dev/null"));
        let told = String::from_utf8_lossy(&told).into_owned();
        let block = told.lines().find_map(|line| line.strip_prefix("File ACL: "));
        block.expect("it has a block").trim().parse::<u64>().expect("a number")
    };
    for path in ["folder", "folder/file"] {
        let block = block(&format!("/{path}"));
        assert!(block > 0);
        let gap = block * 1024..(block + 1) * 1024;
        let told = told(&made, slice::from_ref(&gap));
        assert_eq!(told.keys().collect::<Vec<_>>(), [path]);
        let fault = told[path].fault.as_ref().expect("its attributes are lost");
        assert_eq!(fault.kind, FaultKind::Lost);
    }
}

#[test]
fn a_stream_beside_a_file_that_lies_in_a_gap_is_told() {
    // `make/ntfs.sh` gives `small` a stream of 9 KiB of such lines.
    let made = image("ntfs-512-512");
    let line = b"stream 00000050: all of this line but its number is the same as in the others\n";
    let at = place_of(&made, line);
    let gap = at..at + 10;
    let told = told(&made, slice::from_ref(&gap));
    assert_eq!(told.keys().collect::<Vec<_>>(), ["small"]);
    assert_eq!((told["small"].hit, &told["small"].fault), (lost(10), &None));
}
