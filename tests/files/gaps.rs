//! What is lost, in doubt or not yet known of the disk is told as that, and is neither
//! zeros nor corrupt.

use std::rc::Rc;

use crate::made::{Made, opened};
use crate::spoilt::Spoilt;
use crate::tree::{Tree, entries, of_file_system};
use crate::truth::{at, image};
use vma_inspector::file_system::{Cursor, FaultKind, FileSystem, Result, Stream};
use vma_inspector::source::{GapKind, ReadAt};

/// An image of each kind, and a file in it of more than 12 KiB in one piece.
fn images(test: &str) -> Vec<(&'static str, Made)> {
    let fat = |name: &'static str, mib, options: &str| {
        let made = Made::new(&format!("{test}-{name}"), mib);
        std::fs::write(made.source.join("whole"), crate::sample::bytes(3, 60_000))
            .expect("written");
        made.run(&format!("mkfs.fat {options} $F; MTOOLS_SKIP_CHECK=1 mcopy -i $F $S/whole ::/"));
        (name, made)
    };
    let btrfs = |name: &'static str, options: &str| {
        let made = Made::new(&format!("{test}-{name}"), 300);
        std::fs::write(made.source.join("whole"), crate::sample::bytes(3, 60_000))
            .expect("written");
        made.run(&format!("mkfs.btrfs -q --rootdir $S {options} $F"));
        (name, made)
    };
    let iso = Made::new(&format!("{test}-iso"), 1);
    std::fs::write(iso.source.join("whole"), crate::sample::bytes(3, 60_000)).expect("written");
    iso.run("xorriso -as mkisofs -quiet -R -o $F $S");
    let ntfs = Made::new(&format!("{test}-ntfs"), 16);
    std::fs::write(ntfs.source.join("whole"), crate::sample::bytes(3, 60_000)).expect("written");
    ntfs.run("mkntfs -F -q -Q $F; ntfscp -q $F $S/whole whole");
    let xfs = Made::new(&format!("{test}-xfs"), 300);
    std::fs::write(xfs.source.join("whole"), crate::sample::bytes(3, 60_000)).expect("written");
    std::fs::write(
        xfs.folder.join("proto"),
        "/nothing\n0 0\nd--755 0 0\nwhole ---644 0 0 source/whole\n$\n",
    )
    .expect("written");
    xfs.run("mkfs.xfs -q -f -p proto $F");
    vec![
        ("xfs", xfs),
        ("ntfs", ntfs),
        fat("fat12", 4, "-F 12"),
        fat("fat16", 32, "-F 16"),
        fat("fat32", 64, "-F 32 -s 1"),
        ("exfat", image("exfat-4096")),
        btrfs("btrfs", "-m single -d single"),
        btrfs("btrfs-dup", "-m dup -d dup"),
        ("iso", iso),
    ]
}

fn read(system: &dyn FileSystem, from: u64, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0xaa; length];
    let count = system.read_at(at(system, "whole"), Stream::Contents, from, &mut bytes)?;
    assert_eq!(count, length);
    Ok(bytes)
}

#[test]
fn a_gap_in_a_file_is_told_by_its_kind_and_the_rest_is_read() {
    for (name, made) in images("gap") {
        let disk = made.disk();
        let system = opened(&disk).expect("it opens");
        let whole = read(&*system, 0, 40_000).expect("it is read");
        let place = system
            .places(at(&*system, "whole"), Stream::Contents, 0..u64::MAX)
            .expect("places")
            .pieces[0]
            .clone();
        for kind in [GapKind::Lost, GapKind::InDoubt, GapKind::NotYetKnown] {
            let gap = place.start + 20_480..place.start + 20_481;
            let spoilt = opened(&Spoilt::with_gap(&disk, gap, kind)).expect("it opens");
            let found = read(&*spoilt, 0, 40_000);
            let has_copy = name == "btrfs-dup";
            let has_sum = name.starts_with("btrfs") && kind == GapKind::InDoubt;
            if has_copy || has_sum {
                assert!(found.expect("it is vouched for") == whole, "{name}");
            } else {
                let wanted = match kind {
                    GapKind::Lost => FaultKind::Lost,
                    GapKind::InDoubt => FaultKind::InDoubt,
                    GapKind::NotYetKnown => FaultKind::NotYetKnown,
                };
                assert_eq!(found.expect_err(name).kind, wanted, "{name}");
            }
            assert!(read(&*spoilt, 0, 20_000).expect("before it") == whole[..20_000], "{name}");
            assert!(read(&*spoilt, 26_000, 9000).expect("behind it") == whole[26_000..35_000]);
        }
    }
}

#[test]
fn a_changed_byte_of_btrfs_is_corrupt_or_read_from_the_other_copy() {
    for (name, made) in images("changed").into_iter().filter(|(name, _)| name.starts_with("btrfs"))
    {
        let disk = made.disk();
        let system = opened(&disk).expect("it opens");
        let whole = read(&*system, 0, 40_000).expect("it is read");
        let place = system
            .places(at(&*system, "whole"), Stream::Contents, 0..u64::MAX)
            .expect("places")
            .pieces[0]
            .clone();
        let changed = Spoilt::with_bytes(&disk, place.start + 21_000, &[!whole[21_000]]);
        let found = read(&*opened(&changed).expect("it opens"), 0, 40_000);
        if name == "btrfs-dup" {
            assert!(found.expect("the other copy") == whole);
        } else {
            assert_eq!(found.expect_err("a changed byte").kind, FaultKind::Corrupt);
        }
    }
}

/// The tree of a disk whose bytes `range` are lost.
fn without(disk: &Rc<dyn ReadAt>, range: std::ops::Range<u64>) -> Tree {
    of_file_system(&*opened(&Spoilt::with_gap(disk, range, GapKind::Lost)).expect("it opens"))
}

#[test]
fn the_second_table_stands_in_for_what_is_lost_of_the_first() {
    for (name, made) in images("tables").into_iter().filter(|(name, _)| name.starts_with("fat")) {
        let disk = made.disk();
        let mut sector = [0; 512];
        assert_eq!(disk.read_at(0, &mut sector), Ok(512));
        let half = |at: usize| u64::from(u16::from_le_bytes([sector[at], sector[at + 1]]));
        let (size, reserved) = (half(11), half(14));
        let length = if half(22) > 0 { half(22) } else { half(36) };
        let first = reserved * size..(reserved + length) * size;
        let expected = of_file_system(&*opened(&disk).expect("it opens"));
        assert_eq!(without(&disk, first.clone()), expected, "{name}");
        // Without both, the file is lost: it is more than one cluster.
        let both = Spoilt::with_gap(&disk, first.start..first.end + length * size, GapKind::Lost);
        let system = opened(&both).expect("it opens");
        if half(22) > 0 {
            assert_eq!(read(&*system, 0, 40_000).expect_err(name).kind, FaultKind::Lost);
        } else {
            // So is what is behind the root's first cluster.
            let fault = entries(&*system, system.root()).map(|_| ());
            assert!(fault.is_ok() || fault.is_err_and(|fault| fault.kind == FaultKind::Lost));
        }
    }
}

/// The entries of a directory whose bytes do not stand in `block`, by how their names are
/// written on the disk.
fn outside(names: &[Vec<u8>], block: &[u8], written: fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let stands = |name: &Vec<u8>| {
        let name = written(name);
        block.windows(name.len()).any(|window| window == name)
    };
    names.iter().filter(|name| !stands(name)).cloned().collect()
}

/// What a directory lists, and whether something between is missing.
fn listed(system: &dyn FileSystem, path: &str) -> Result<(Vec<Vec<u8>>, bool)> {
    let (mut names, mut is_missing, mut cursor) = (Vec::new(), false, Cursor::default());
    loop {
        let batch = system.read_dir(at(system, path), cursor)?;
        is_missing |= batch.missing.is_some();
        names.extend(batch.entries.into_iter().map(|entry| entry.name.0));
        match batch.next {
            Some(next) => cursor = next,
            None => break,
        }
    }
    names.sort();
    Ok((names, is_missing))
}

#[test]
fn what_a_lost_block_of_a_directory_names_is_missing_and_the_rest_is_listed() {
    let ext = Made::new("missing-ext", 16);
    crate::sample::Sample { many: 300, ..Default::default() }.fill(&ext.source);
    ext.run("mke2fs -q -F -t ext4 -b 4096 -d $S $F");
    let bytes: fn(&[u8]) -> Vec<u8> = <[u8]>::to_vec;
    let utf16: fn(&[u8]) -> Vec<u8> =
        |name| name.iter().flat_map(|&letter| [letter, 0]).collect::<Vec<_>>();
    for (name, made, path, written) in [
        ("ext4", ext, "many", bytes),
        ("xfs", image("xfs-sound"), "leaf", bytes),
        ("ntfs", image("ntfs-1024-512"), "many", utf16),
    ] {
        let disk = made.disk();
        let (all, _) = listed(&*opened(&disk).expect("it opens"), path).expect("it is listed");
        let image = std::fs::read(&made.path).expect("it is there");
        let mut hit = 0;
        let mark = written(&all[0][..6]);
        // Of NTFS a block may start at any cluster.
        let starts = (0..image.len() - 4096).step_by(1024).filter(|&start| match name {
            "ntfs" => image[start..].starts_with(b"INDX"),
            _ => start % 4096 == 0,
        });
        for start in starts {
            let block = &image[start..start + 4096];
            // Nearly all of it is empty, or of something else.
            let is_named = block[..64] != [0; 64] && block.windows(mark.len()).any(|at| at == mark);
            if !is_named {
                continue;
            }
            let expected = outside(&all, block, written);
            if expected.len() + 5 > all.len() {
                continue;
            }
            let gap = start as u64..start as u64 + 4096;
            let spoilt = opened(&Spoilt::with_gap(&disk, gap.clone(), GapKind::Lost));
            // In the journal of XFS stands whether all of it is needed.
            let Ok(spoilt) = spoilt else { continue };
            // One may hold a copy, which is not needed to list it.
            let (found, is_missing) = listed(&*spoilt, path).expect("a list");
            // Of NTFS a block holds behind its entries what stood there before, and two
            // bytes of each of its eight sectors stand elsewhere.
            let gone = expected.iter().filter(|name| found.binary_search(name).is_err()).count();
            let is_part = is_missing && gone <= 8 && found.len() < all.len();
            let is_whole = !is_missing && found == all;
            assert!(is_part || is_whole, "{name}, {start:#x}: {} of {}", found.len(), all.len());
            assert!(name == "ntfs" || is_whole || found == expected, "{name}, {start:#x}");
            hit += usize::from(is_part);
            // What may come later is waited for.
            let later = opened(&Spoilt::with_gap(&disk, gap, GapKind::NotYetKnown));
            let later = listed(&*later.expect("it opens"), path);
            assert_eq!(later.is_err(), is_part, "{name}, {start:#x}");
        }
        eprintln!("{name}: {hit} blocks of {} entries", all.len());
        assert!(hit >= 2, "{name}: {hit}");
    }
}
