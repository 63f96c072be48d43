//! Damaged files: what is given is what the file holds, or is told to be lost.

use std::rc::Rc;

use vma_inspector::disk_file::{DiskFile, Whole};
use vma_inspector::source::{ReadAt, be_u64};

use crate::made::{Made, read_all, stored};

/// An image with clusters of many kinds.
fn image(made: &Made, options: &str) -> Vec<u8> {
    made.run(&format!("qemu-img create -q -f qcow2 -o {options} disk.qcow2 2M"));
    let commands =
        ["write -P 1 0 300k", "write -c -P 2 512k 128k", "write -P 3 1M 9k", "write -z 64k 64k"];
    made.io(&commands.map(String::from), "disk.qcow2");
    made.read("disk.qcow2")
}

/// Where a table of the second level is: the first that the first names.
fn table(bytes: &[u8]) -> usize {
    let first = be_u64(bytes, 40) as usize;
    (be_u64(bytes, first) & 0x00ff_ffff_ffff_fe00) as usize
}

#[test]
fn a_file_that_was_cut_lacks_what_stood_behind() {
    let Some(made) = Made::new("cut") else { return };
    let whole = image(&made, "cluster_size=64k");
    let truth = made.truth("disk.qcow2");
    let mut lacked = 0;
    for length in (table(&whole) + (64 << 10)..whole.len()).step_by(30_000) {
        let disk =
            DiskFile::qcow2(Rc::new(whole[..length].to_vec())).expect("its tables are there");
        let read = read_all(&disk, 4096);
        let lost = read.iter().filter(|byte| byte.is_none()).count() as u64;
        assert!(read.iter().zip(&truth).all(|(one, other)| one.is_none_or(|one| one == *other)));
        assert_eq!(disk.lost_bytes(), lost);
        let mut filled = vec![9; truth.len()];
        assert_eq!(Whole::new(disk).read_at(0, &mut filled).expect("reads"), truth.len());
        let as_zeros: Vec<u8> = read.iter().map(|byte| byte.unwrap_or(0)).collect();
        assert!(filled == as_zeros);
        lacked = lacked.max(lost);
    }
    assert!(lacked > 0);
}

#[test]
fn entries_that_name_no_place_are_lost() {
    let Some(made) = Made::new("entries") else { return };
    let whole = image(&made, "cluster_size=64k");
    let at = table(&whole);
    for (entry, lost) in [
        // Not the start of a cluster.
        (0x0001_0200_u64, 0x1_0000),
        // Behind the end of the file.
        (0x00ff_0000_0000_0000, 0x1_0000),
        // Compressed, at a place where nothing is.
        (1 << 62 | 0x00ff_0000_0000, 0x1_0000),
        // Nowhere: zeros. And zeros by the flag.
        (0, 0),
        (1, 0),
    ] {
        let mut bytes = whole.clone();
        bytes[at..at + 8].copy_from_slice(&entry.to_be_bytes());
        let disk = DiskFile::qcow2(Rc::new(bytes)).expect("the header is sound");
        let read = read_all(&disk, 4096);
        assert_eq!(read.iter().filter(|byte| byte.is_none()).count(), lost, "{entry:x}");
        assert!(lost > 0 || read[..0x1_0000].iter().all(|byte| *byte == Some(0)));
    }
}

#[test]
fn tables_that_are_named_twice_are_refused() {
    let Some(made) = Made::new("twice") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 2G");
    made.io(&["write -P 1 0 64k".into(), "write -P 1 1G 64k".into()], "disk.qcow2");
    let mut bytes = made.read("disk.qcow2");
    let first = be_u64(&bytes, 40) as usize;
    let entry: Vec<u8> = bytes[first..first + 8].to_vec();
    bytes[first + 16..first + 24].copy_from_slice(&entry);
    assert_eq!(DiskFile::qcow2(Rc::new(bytes)).err().map(|why| why.code()), Some("image-corrupt"));
}

/// Numbers from a seed (xorshift64).
fn next(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 11) as usize
}

#[test]
fn ten_thousand_damages_neither_panic_nor_last_nor_make_up_bytes() {
    let Some(made) = Made::new("damages") else { return };
    for options in ["cluster_size=4k", "cluster_size=64k,extended_l2=on,compression_type=zstd"] {
        let whole = image(&made, options);
        let (first, second) = (be_u64(&whole, 40) as usize, table(&whole));
        for seed in 1..=5000_u64 {
            let mut bytes = whole.clone();
            let mut random = seed;
            for _ in 0..1 + next(&mut random) % 4 {
                let at = match next(&mut random) % 4 {
                    0 => next(&mut random) % 112,
                    1 => first + next(&mut random) % 16,
                    2 => second + next(&mut random) % 4096,
                    _ => next(&mut random) % bytes.len(),
                };
                bytes[at] = next(&mut random) as u8;
            }
            if seed % 10 == 0 {
                bytes.truncate(next(&mut random) % whole.len());
            }
            let length = bytes.len() as u64;
            let Ok(disk) = DiskFile::qcow2(Rc::new(bytes)) else { continue };
            let size = disk.size().expect("known");
            let named: u64 = stored(&disk).iter().map(|range| range.end - range.start).sum();
            // Each cluster that a table can name takes eight bytes of it.
            assert!(named <= size && named / (4 << 10) <= length, "{options}, seed {seed}");
            if size <= 4 << 20 {
                read_all(&disk, 60_000);
            }
        }
    }
}
