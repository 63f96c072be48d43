//! How much of a backup's file is read to list a folder, to save it, and to save a file.

use std::collections::BTreeSet;

use crate::backup::{in_backup, list, named, pack, read};
use crate::made::Made;
use crate::truth::image;

/// Files of a folder that is listed, and the bytes of each: all together are more than the
/// cache holds.
const FILES: Files = Files { count: 3000, size: 16 << 10 };

/// Small files of a folder that is saved.
const SMALL: Files = Files { count: 10_000, size: 4 << 10 };

/// Bytes of one large file.
const LARGE: u64 = 64 << 20;

/// Files of one folder.
#[derive(Clone, Copy)]
struct Files {
    count: usize,
    /// Bytes of each of them.
    size: usize,
}

impl Files {
    fn bytes(self) -> u64 {
        (self.count * self.size) as u64
    }
}

fn empty(name: &str, mib: u64) -> Made {
    Made::new(&format!("counted-{name}"), mib)
}

/// With so many files in the folder that goes into it.
fn filled(name: &str, mib: u64, files: Files) -> Made {
    let made = empty(name, mib);
    let many = made.source.join("many");
    std::fs::create_dir(&many).expect("a folder");
    for index in 0..files.count {
        let line = format!("{index:06} is in all of it\n");
        let text = line.repeat(files.size / line.len() + 1);
        std::fs::write(many.join(format!("{index:06}.text")), &text[..files.size])
            .expect("written");
    }
    made
}

/// At most 64 reads list the folder.
fn assert_lists_by_few(name: &str, made: &Made) {
    let opened = in_backup(made);
    let many = named(&opened, opened.volume.system().root(), "many");
    opened.file.take();
    assert_eq!(list(&opened, many).len(), FILES.count);
    let listed = opened.file.take();
    eprintln!("{name}: listed {listed:?}");
    assert!(listed.reads <= 64, "{name}: {listed:?}");
}

/// By a volume of which nothing was read, the folder is saved with each byte read once and
/// a half at most, and no more bytes than that of the files themselves.
fn assert_saves_once(name: &str, made: &Made, files: Files) {
    let opened = in_backup(made);
    let many = named(&opened, opened.volume.system().root(), "many");
    let (bytes, missed) = pack(&opened, many);
    assert_eq!(missed, 0);
    assert!(bytes > files.bytes(), "{bytes}");
    let packed = opened.file.take();
    eprintln!("{name}: saved {packed:?}");
    assert!(packed.distinct > files.bytes(), "{name}: {packed:?}");
    assert!(packed.bytes * 2 <= packed.distinct * 3, "{name}: {packed:?}");
    assert!(packed.bytes * 2 <= files.bytes() * 3, "{name}: {packed:?}");
}

fn assert_few(name: &str, made: &Made) {
    assert_lists_by_few(name, made);
    assert_saves_once(name, made, FILES);
}

#[test]
fn of_ext4_with_inodes_in_forty_groups() {
    let made = filled("ext4", 1408, FILES);
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
    assert_few("ext4", &made);
}

/// Makes an XFS whose names are in another order than its inodes.
fn make_xfs(made: &Made, files: Files) {
    let mut description = "/nothing\n0 0\nd--755 0 0\nmany d--755 0 0\n".to_owned();
    for index in 0..files.count {
        // A prime by none of whose multiples two of them are the same.
        let name = format!("{:06}.text", index * 7919 % (files.count + 1));
        description.push_str(&format!("{name} ---644 0 0 source/many/{index:06}.text\n"));
    }
    std::fs::write(made.folder.join("description"), description + "$\n$\n").expect("written");
    made.run("mkfs.xfs -q -f -p description $F");
}

#[test]
fn of_xfs() {
    let made = filled("xfs", 400, FILES);
    make_xfs(&made, FILES);
    assert_few("xfs", &made);
}

#[test]
fn of_btrfs() {
    let made = filled("btrfs", 400, FILES);
    made.run("mkfs.btrfs -q --rootdir $S $F");
    assert_few("btrfs", &made);
}

#[test]
fn of_fat() {
    let made = filled("fat", 64, FILES);
    made.run("mkfs.fat -F 32 -s 1 $F; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/");
    assert_few("fat", &made);
}

#[test]
fn of_iso_9660() {
    let made = filled("iso", 1, FILES);
    made.run("xorriso -as mkisofs -quiet -R -o $F $S");
    assert_few("iso9660", &made);
}

#[test]
fn ten_thousand_small_files_are_saved_by_reading_each_byte_once_and_a_half_at_most() {
    let made = filled("small", 300, SMALL);
    // In the order of hashes, as Linux has them.
    made.run("mke2fs -q -F -t ext4 -N 12000 -d $S $F; e2fsck -fyD $F || [ $? = 1 ]");
    assert_saves_once("ext4", &made, SMALL);
    make_xfs(&made, SMALL);
    assert_saves_once("xfs", &made, SMALL);
    made.run("mkfs.btrfs -q -f --rootdir $S $F");
    assert_saves_once("btrfs", &made, SMALL);
    made.run("mkfs.fat -F 32 -s 1 $F; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/");
    assert_saves_once("fat", &made, SMALL);
    made.run("rm $F; xorriso -as mkisofs -quiet -R -o $F $S");
    assert_saves_once("iso9660", &made, SMALL);
}

#[test]
fn of_ntfs_and_exfat_in_another_order_than_that_of_names() {
    // 118 blocks of the index, each by itself between the files, and 3 MiB of records.
    assert_few("ntfs", &image("ntfs-folder"));
    // 71 clusters of the directory, 96 bytes for each file, lie between the files too.
    assert_few("exfat", &image("exfat-folder"));
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
