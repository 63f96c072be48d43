//! How many reads of the disk it takes to look at a folder, and at small files.

use std::rc::Rc;

use crate::backup::{in_backup, list, named};
use crate::made::{Made, opened};
use crate::spoilt::Spoilt;
use crate::tree::{entries, hash_of};
use crate::truth::at;
use vma_inspector::file_system::Stream;
use vma_inspector::source::ReadAt;

/// Lists a folder of 3,000 files in a backup, as the page does, and reads all of them from
/// the disk. Returns the reads of both, and the bytes of the latter.
pub fn counts(made: &Made) -> [u64; 3] {
    let opened_in = in_backup(made);
    let many = named(&opened_in, opened_in.volume.system().root(), "many");
    opened_in.file.take();
    assert_eq!(list(&opened_in, many).len(), 3000);
    let listed = opened_in.file.take().reads as u64;
    let spoilt = Rc::new(Spoilt::new(made.disk()));
    let system = opened(&(Rc::clone(&spoilt) as Rc<dyn ReadAt>)).expect("it opens");
    let (all, _) = entries(&*system, at(&*system, "many")).expect("a list");
    for entry in &all {
        system.node(entry.id).expect("a node");
    }
    spoilt.reads.set(0);
    spoilt.bytes.set(0);
    for entry in &all {
        hash_of(&*system, entry.id, Stream::Contents).expect("it is read");
    }
    [listed, spoilt.reads.get(), spoilt.bytes.get()]
}

pub fn fill(name: &str, mib: u64) -> Made {
    let made = Made::new(&format!("reads-{name}"), mib);
    let many = made.source.join("many");
    std::fs::create_dir(&many).expect("a folder");
    for index in 0..3000 {
        std::fs::write(many.join(format!("{index:06} of many.text")), index.to_string())
            .expect("written");
    }
    made
}

#[test]
fn a_folder_takes_few_reads_and_so_do_its_files() {
    // 3,000 entries of 96 bytes in FAT; in ISO 9660 some 150 each; in btrfs 3,000 inodes
    // with their extents, some 500 bytes each.
    let fat = fill("fat", 64);
    fat.run("mkfs.fat -F 32 -s 1 $F; MTOOLS_SKIP_CHECK=1 mcopy -s -i $F $S/* ::/");
    let btrfs = fill("btrfs", 300);
    btrfs.run("mkfs.btrfs -q --rootdir $S $F");
    let iso = fill("iso", 1);
    iso.run("xorriso -as mkisofs -quiet -R -o $F $S");
    // 3,000 inodes of 512 bytes, 64 of them side by side.
    let xfs = fill("xfs", 300);
    let mut description = "/nothing\n0 0\nd--755 0 0\nmany d--755 0 0\n".to_owned();
    xfs.run("rm -r $S/many; mkdir $S/many");
    for index in 0..3000 {
        let name = format!("{index:06}-of-many.text");
        std::fs::write(xfs.source.join("many").join(&name), "").expect("written");
        description.push_str(&format!("{name} ---644 0 0 source/many/{name}\n"));
    }
    std::fs::write(xfs.folder.join("description"), description + "$\n$\n").expect("written");
    xfs.run("mkfs.xfs -q -f -p description $F");
    let cases = [
        ("xfs", xfs, 64, 0),
        ("fat", fat, 64, 3064),
        ("btrfs", btrfs, 128, 64),
        ("iso", iso, 64, 3064),
    ];
    for (name, made, listed_max, read_max) in cases {
        let [listed, read, bytes] = counts(&made);
        eprintln!("{name}: {listed} and {read} reads, {bytes} bytes");
        assert!(listed <= listed_max && read <= read_max, "{name}: {listed}, {read}");
        assert!(bytes <= 4 << 20, "{name}: {bytes} bytes");
    }
}
