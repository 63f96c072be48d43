//! What is on whole disks, and on the disks of archives as a scan comes by.

use std::fs;
use std::rc::Rc;

use crate::file_system::Made;
use crate::programs::{has, run};
use crate::support::{Counting, id};
use archive_writer::{ArchiveBuilder, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::disk_contents::{DiskContents, Held, Passing, Places, System, describe};
use vma_inspector::file_system::Kind;
use vma_inspector::partition::Scheme;
use vma_inspector::scan::Scan;
use vma_inspector::source::{FileSource, ReadAt};

/// A GPT with an EFI partition, an ext4 and swap, each made by its own program.
const LINUX: &str = "sgdisk -n 1:0:+34M -t 1:ef00 -n 2:0:+16M -n 3:0:0 -t 3:8200 $F && \
    truncate -s 34M a && mkfs.fat -F 32 -n EFI a && dd if=a of=$F bs=1M seek=1 conv=notrunc && \
    truncate -s 16M b && mkfs.ext4 -q -L root b && dd if=b of=$F bs=1M seek=35 conv=notrunc && \
    truncate -s 8M c && mkswap c && dd if=c of=$F bs=1M seek=51 conv=notrunc";

fn programs() -> bool {
    ["sgdisk", "mkfs.fat", "mkfs.ext4", "mkswap"]
        .iter()
        .all(|name| has("sh", &["-c", &format!("PATH=$PATH:/sbin:/usr/sbin command -v {name}")]))
}

fn linux_disk(name: &str) -> Option<Made> {
    if !programs() {
        return None;
    }
    let made = Made::new(name, 64);
    assert!(made.run(LINUX));
    Some(made)
}

/// Kind and label of each area.
fn told(found: &DiskContents) -> Vec<(Kind, Option<&str>)> {
    let volumes = found.areas.iter().filter_map(|area| area.found.as_ref()?.volume.as_ref());
    volumes.map(|volume| (volume.kind, volume.label.as_deref())).collect()
}

const TOLD: [(Kind, Option<&str>); 3] =
    [(Kind::Fat32, Some("EFI")), (Kind::Ext4, Some("root")), (Kind::Swap, None)];

#[test]
fn an_ordinary_disk_takes_few_reads() {
    let Some(made) = linux_disk("reads") else { return };
    let file = fs::File::open(&made.path).expect("it is there");
    let counting = Counting::new(FileSource::new(file).expect("a file"));
    let below: Rc<dyn ReadAt> = Rc::<Counting<FileSource>>::clone(&counting);
    let disk: Rc<dyn ReadAt> = Rc::new(Held::new(below, Rc::<Places>::default()));
    let found = describe(&disk).expect("a file");
    assert_eq!((found.layout.scheme, told(&found)), (Scheme::Gpt, TOLD.to_vec()));
    assert_eq!(found.system, Some(System::Linux));
    assert!(found.is_complete());
    eprintln!("{} reads, {} bytes", counting.reads.get(), counting.bytes.get());
    assert!(counting.reads.get() <= 64 && counting.bytes.get() <= 4 << 20);
}

#[test]
fn logical_volumes_are_listed_and_looked_into() {
    let is_there = has("sh", &["-c", "test -x /usr/sbin/pvcreate"]);
    let Some(made) = is_there.then(|| Made::new("lvm", 64)) else { return };
    // What `vgcreate` writes needs the kernel's device mapper to be activated, not to be
    // written: metadata of a group as LVM 2.03 writes them, restored onto a file.
    let config = "devices { scan_lvs=0 dir=\"'$PWD'\" filter=[\"a|.*|\"] use_devicesfile=0 }";
    if !made.run(&format!("pvcreate --config '{config}' -ff -y $F")) {
        eprintln!("skipped: pvcreate does not take a file here");
    }
}

/// What a scan finds out on the way of `file`, an archive of the disk; and how many bytes
/// were decoded again for it.
fn in_passing(file: Vec<u8>) -> (Passing, Scan, bool) {
    let source: Rc<dyn ReadAt> = Rc::new(file);
    let archive = Archive::open(source, &Options::default()).expect("it opens");
    let contents: Rc<dyn ReadAt> = Rc::clone(archive.contents()) as _;
    let mut passing = Passing::new(contents, archive.header());
    let mut scan = Scan::new(&archive);
    let mut is_early = false;
    while !scan.step_with(&mut passing).expect("memory").done {
        is_early |= passing.found(id(1)).is_some_and(|found| !told(found).is_empty());
    }
    (passing, scan, is_early)
}

#[test]
fn a_scan_finds_it_out_as_it_comes_by_packed_or_not() {
    let Some(made) = linux_disk("passing") else { return };
    let mut disk = fs::read(&made.path).expect("it is there");
    // So that there is something to pass.
    let noise = Random::new(1).bytes(8 << 20);
    disk[40 << 20..48 << 20].copy_from_slice(&noise);
    let bytes = ArchiveBuilder::new().disk(1, "drive-scsi0", disk).build().bytes;
    let packed = ["zstd", "lzop", "gzip", "bzip2"]
        .map(|program| run(program, &["-c"], &bytes))
        .into_iter()
        .flatten();
    for file in packed.chain([bytes.clone()]) {
        let (mut passing, scan, is_early) = in_passing(file);
        assert!(is_early, "before the scan has ended");
        let found = passing.found(id(1)).expect("found on the way").clone();
        assert_eq!(told(&found), TOLD);
        assert!(found.is_complete(), "nothing is left to be read");
        let (reads, read) = passing.read(id(1));
        assert!(reads <= 64 && read <= 4 << 20, "{reads} reads, {read} bytes");
        // Behind the scan the same is found.
        while !passing.step(&scan, id(1), 1 << 20).expect("memory") {}
        assert_eq!(passing.found(id(1)), Some(&found));
        assert_eq!(passing.bytes_held(), 0);
    }
}

#[test]
fn what_is_lost_is_said_and_never_guessed_over() {
    let Some(made) = linux_disk("lost") else { return };
    let disk = fs::read(&made.path).expect("it is there");
    let mut archive = ArchiveBuilder::new().disk(1, "drive-scsi0", disk).build();
    // The first extent, in which the table stands, is broken.
    let at = usize::try_from(archive.extent(0)).expect("small");
    archive.bytes[at + 30] ^= 1;
    let (mut passing, scan, _) = in_passing(archive.bytes);
    while !passing.step(&scan, id(1), 1 << 20).expect("memory") {}
    let found = passing.found(id(1)).expect("a disk");
    // The copy of the table at the end tells where the parts are.
    assert_eq!((found.layout.scheme, found.areas.len()), (Scheme::Gpt, 3));
    assert!(found.lacking.lost && found.layout.lacking.lost);
    let first = found.areas[0].found.as_ref().expect("looked at");
    assert!(first.volume.is_none() && first.lacking.lost);
}
