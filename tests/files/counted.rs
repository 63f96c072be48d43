//! How much of a backup's file is read to list a folder, to save it, and to save a file.

use std::collections::BTreeSet;

use crate::backup::{Counts, in_backup, list, named, pack, read};
use crate::made::Made;
use crate::truth::image;

const FILES: usize = 3000;

/// Bytes of each of them: all together are more than the cache holds.
const SIZE: usize = 16 << 10;

/// Bytes of one large file.
const LARGE: u64 = 64 << 20;

/// Puts so many files in a folder.
fn fill(made: &Made) {
    let many = made.source.join("many");
    std::fs::create_dir(&many).expect("a folder");
    for index in 0..FILES {
        let line = format!("{index:06} is in all of it\n");
        let text = line.repeat(SIZE / line.len() + 1);
        std::fs::write(many.join(format!("{index:06}.text")), &text[..SIZE]).expect("written");
    }
}

fn empty(name: &str, mib: u64) -> Made {
    Made::new(&format!("counted-{name}"), mib)
}

fn filled(name: &str, mib: u64) -> Made {
    let made = empty(name, mib);
    fill(&made);
    made
}

/// Lists the folder, and saves it by a volume that has read nothing of it.
fn counts(made: &Made) -> [Counts; 2] {
    let opened = in_backup(made);
    let many = named(&opened, opened.volume.system().root(), "many");
    opened.file.take();
    assert_eq!(list(&opened, many).len(), FILES);
    let listed = opened.file.take();
    let opened = in_backup(made);
    let (bytes, missed) = pack(&opened, many);
    assert_eq!(missed, 0);
    assert!(bytes > (FILES * SIZE) as u64, "{bytes}");
    [listed, opened.file.take()]
}

/// At most `reads` list the folder, and to save it each byte is read once and a half at most.
fn assert_few(name: &str, made: &Made, reads: usize) {
    let [listed, packed] = counts(made);
    eprintln!("{name}: listed {listed:?}, packed {packed:?}");
    assert!(listed.reads <= reads, "{name}: {listed:?}");
    assert!(packed.distinct > (FILES * SIZE) as u64, "{name}: {packed:?}");
    assert!(packed.bytes * 2 <= packed.distinct * 3, "{name}: {packed:?}");
}

#[test]
fn of_ext4_with_inodes_in_forty_groups() {
    let made = filled("ext4", 1408);
    made.run("mke2fs -q -F -t ext4 -b 4096 -g 8192 -I 512 -N 3168 -O ^flex_bg -d $S $F");
    // Puts the names in the order of their hashes, as Linux does.
    made.run("e2fsck -fyD $F || [ $? = 1 ]");
    let told = String::from_utf8(made.output("debugfs -R 'ls -p /many' $F")).expect("UTF-8");
    let count = String::from_utf8(made.output("dumpe2fs -h $F")).expect("UTF-8");
    let each = count.lines().find_map(|line| line.strip_prefix("Inodes per group:"));
    let each: u32 = each.expect("it is told").trim().parse().expect("a number");
    let inodes: Vec<u32> =
        told.lines().filter_map(|line| line.split('/').nth(1)?.parse().ok()).collect();
    let groups: BTreeSet<u32> = inodes.iter().map(|inode| (inode - 1) / each).collect();
    assert!(groups.len() >= 40, "{} groups of {each}", groups.len());
    assert!(!inodes.is_sorted(), "in the order of hashes");
    assert_few("ext4", &made, 64);
}

#[test]
fn of_xfs() {
    let made = filled("xfs", 400);
    let mut description = "/nothing\n0 0\nd--755 0 0\nmany d--755 0 0\n".to_owned();
    for index in 0..FILES {
        let name = format!("{:06}.text", index * 7919 % 3001);
        description.push_str(&format!("{name} ---644 0 0 source/many/{index:06}.text\n"));
    }
    std::fs::write(made.folder.join("description"), description + "$\n$\n").expect("written");
    made.run("mkfs.xfs -q -f -p description $F");
    assert_few("xfs", &made, 64);
}

#[test]
fn of_btrfs() {
    let made = filled("btrfs", 400);
    made.run("mkfs.btrfs -q --rootdir $S $F");
    assert_few("btrfs", &made, 64);
}

#[test]
fn of_fat() {
    let made = filled("fat", 64);
    made.run("mkfs.fat -F 32 -s 1 $F; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/");
    assert_few("fat", &made, 64);
}

#[test]
fn of_ntfs_and_exfat_in_another_order_than_that_of_names() {
    // 118 blocks of the index, each by itself between the files, and 3 MiB of records.
    assert_few("ntfs", &image("ntfs-folder"), 64);
    // 71 clusters of the directory, 96 bytes for each file, lie between the files too.
    assert_few("exfat", &image("exfat-folder"), 64);
}

#[test]
fn a_large_file_is_read_by_large_reads_and_once() {
    let made = empty("large", 160);
    let line = b"some text that stands in all of it, so that nothing of it is a hole\n";
    let bytes: Vec<u8> = line.iter().copied().cycle().take(LARGE as usize).collect();
    std::fs::write(made.source.join("large"), bytes).expect("written");
    for (name, make) in [
        ("ext4", "mke2fs -q -F -t ext4 -d $S $F"),
        ("btrfs", "mkfs.btrfs -q -f --rootdir $S $F"),
        ("fat", "mkfs.fat -F 32 $F; mcopy -i $F $S/large ::/"),
        ("ntfs", "mkntfs -F -q -Q $F 2>&1; ntfscp -f $F $S/large large"),
    ] {
        made.run(make);
        let opened = in_backup(&made);
        let id = named(&opened, opened.volume.system().root(), "large");
        opened.file.take();
        assert_eq!(read(&opened, id), LARGE);
        let counts = opened.file.take();
        eprintln!("{name}: {counts:?}");
        assert!(counts.reads <= 2 * 64, "{name}: {counts:?}");
        assert!(counts.distinct >= LARGE && counts.bytes * 10 <= LARGE * 11, "{name}: {counts:?}");
    }
}
