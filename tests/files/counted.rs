//! How much of a backup's file is read to list a folder, to save it, and to save a file.

use std::collections::BTreeSet;

use crate::backup::{Counts, in_backup, list, named, pack, read};
use crate::made::Made;

const FILES: usize = 3000;

/// Files of so many bytes: all of them are more than the cache holds.
const SIZE: usize = 16 << 10;

/// An image of `mib` MiB, and a folder with a folder `many` for it.
pub fn with_many(name: &str, mib: u64) -> Made {
    let made = Made::new(&format!("counted-{name}"), mib);
    let many = made.source.join("many");
    std::fs::create_dir(&many).expect("a folder");
    for index in 0..FILES {
        let line = format!("{index:06} is in all of it\n");
        let text = line.repeat(SIZE / line.len() + 1);
        std::fs::write(many.join(format!("{index:06} of many.text")), &text[..SIZE])
            .expect("written");
    }
    made
}

fn measured(name: &str, made: &Made) -> [Counts; 2] {
    let (volume, file) = in_backup(made);
    let many = named(&volume, volume.system().root(), "many");
    file.take();
    assert_eq!(list(&volume, many).len(), FILES);
    let listed = file.take();
    drop(volume);
    let (volume, file) = in_backup(made);
    let (_, missed) = pack(&volume, many);
    assert_eq!(missed, 0);
    let packed = file.take();
    eprintln!("{name}: listed {listed:?}, packed {packed:?}");
    [listed, packed]
}

#[test]
fn of_ext4() {
    let made = with_many("ext4", 1536);
    made.run("mke2fs -q -F -t ext4 -b 4096 -g 8192 -N 3840 -O ^flex_bg -d $S $F");
    // Puts the names in the order of their hashes, as Linux does.
    made.output("e2fsck -fyD $F || [ $? = 1 ]");
    let told = String::from_utf8(made.output("debugfs -R 'ls -p /many' $F")).expect("UTF-8");
    let inodes = told.lines().filter_map(|line| line.split('/').nth(1)?.parse::<u32>().ok());
    let groups: BTreeSet<u32> = inodes.map(|inode| (inode - 1) / 80).collect();
    assert!(groups.len() >= 38, "{}", groups.len());
    measured("ext4", &made);
}
