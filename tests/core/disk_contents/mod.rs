//! What is on whole disks, and on the disks of archives as a scan comes by.

mod sought;

use std::fs;
use std::rc::Rc;

use crate::file_system::Made;
use crate::programs::{has, run};
use crate::support::{Counting, id};
use archive_writer::{ArchiveBuilder, Order, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::disk_contents::{DiskContents, Share, System, describe, locate};
use vma_inspector::file_system::{Kind, Proof};
use vma_inspector::partition::Scheme;
use vma_inspector::passing::{Describer, Held, Passing, Places};
use vma_inspector::scan::Scan;
use vma_inspector::source::{FileSource, ReadAt, read_range};

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
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/lvm.pv.zst");
    let packed = fs::read(fixture).expect("a fixture");
    let Some(bytes) = run("zstd", &["-d", "-c"], &packed) else { return };
    let disk: Rc<dyn ReadAt> = Rc::new(bytes.clone());
    let found = describe(&disk).expect("memory");
    assert_eq!(told(&found), [(Kind::LvmPhysical, None)]);
    let area = &found.areas[0];
    let volume = area.found.as_ref().and_then(|found| found.volume.clone()).expect("told");
    // What `blkid` and `pvs` say.
    assert_eq!(volume.uuid.as_deref(), Some("ZUomCf-vC8h-3jWZ-5LYx-UDzI-gOcG-yEJ4N4"));
    assert_eq!((volume.proof, volume.size), (Proof::Agrees, Some(64 << 20)));
    let group = area.physical.as_ref().and_then(|physical| physical.group.as_ref());
    let group = group.expect("its metadata agree");
    assert_eq!((group.name.as_str(), group.physical.len(), group.volumes.len()), ("vg0", 1, 2));
    let inside = area.volumes.iter().map(|area| {
        let logical = area.joined.as_ref().expect("one of LVM");
        let volume = area.found.as_ref().and_then(|found| found.volume.as_ref()).expect("told");
        let label = volume.label.clone().unwrap_or_default();
        (
            logical.name.as_str(),
            area.size,
            volume.kind,
            label,
            volume.uuid.clone().unwrap_or_default(),
        )
    });
    let [root, swap] =
        ["1c8538c4-31b4-44b5-bf39-fbd31c11bca2", "9712c02c-442b-4167-8140-f6243ac433ff"];
    assert_eq!(
        inside.collect::<Vec<_>>(),
        [
            ("root", 20_971_520, Kind::Ext4, "root".to_owned(), root.to_owned()),
            ("swap", 8_388_608, Kind::Swap, "away".to_owned(), swap.to_owned()),
        ]
    );
    // Put together, `root` is what `mkfs.ext4` wrote: its second half lies elsewhere.
    assert_eq!(area.share, Share::Own);
    let root = locate(std::slice::from_ref(&disk), 0, Some(0)).expect("memory");
    let root = root.expect("all of it is here").source;
    let mib = 1 << 20;
    let parts = [&bytes[mib..9 * mib], &bytes[21 * mib..33 * mib]].concat();
    assert!(read_range(&*root, 0..20_971_520) == Ok(parts));
    // Metadata whose checksum does not agree give no names.
    let mut broken = bytes;
    broken[4096 + 8] ^= 1;
    let broken: Rc<dyn ReadAt> = Rc::new(broken);
    let found = describe(&broken).expect("memory");
    assert_eq!(found.areas[0].physical.as_ref().map(|one| one.group.is_none()), Some(true));
}

#[test]
fn what_proxmox_packed_is_told_as_its_truth_has_it() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let file = fs::read(format!("{fixtures}/f1-gpt-ext4.vma.zst")).expect("a fixture");
    let (passing, ..) = in_passing(file);
    let found = passing.found(id(1)).expect("found on the way");
    assert!(found.is_complete());
    assert_eq!(found.layout.scheme, Scheme::Gpt);
    let kinds: Vec<_> = told(found).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [Kind::Fat12, Kind::Ext4, Kind::Swap]);
}

/// What a scan finds out on the way of `file`, an archive of the disk; and how many bytes
/// were decoded again for it.
fn in_passing(file: Vec<u8>) -> (Passing<Describer>, Scan, bool) {
    let source: Rc<dyn ReadAt> = Rc::new(file);
    let archive = Archive::open(source, &Options::default()).expect("it opens");
    let mut passing = Passing::new(Rc::clone(archive.contents()), archive.header(), Describer);
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
        settle(&mut passing, &scan);
        assert_eq!(passing.found(id(1)), Some(&found));
        assert_eq!(passing.bytes_held(), 0);
    }
}

/// Steps of 1 MiB that a disk of these tests takes at most.
const STEPS_MAX: usize = 10_000;

/// Looks until nothing is left to be done.
fn settle(passing: &mut Passing<Describer>, scan: &Scan) {
    let steps = (0..STEPS_MAX).find(|_| passing.step(scan, id(1), 1 << 20).expect("memory"));
    assert!(steps.is_some(), "there is no end");
}

/// More places than are kept, in a container that is decoded from front to back.
#[test]
fn a_disk_of_many_parts_in_any_order_comes_to_an_end() {
    let made = Made::new("many", 68);
    let parts = "for n in $(seq 64); do a=\"$a -n $n:0:+1M\"; done; sgdisk $a $F";
    if !programs() {
        return;
    }
    assert!(made.run(parts));
    let mut disk = fs::read(&made.path).expect("it is there");
    let noise = Random::new(2).bytes(64 << 20);
    disk[1 << 20..65 << 20].copy_from_slice(&noise);
    let bytes =
        ArchiveBuilder::new().disk(1, "drive-scsi0", disk).order(Order::Shuffled(3)).build().bytes;
    let Some(packed) = run("zstd", &["-1", "-c"], &bytes) else { return };
    let (mut passing, scan, _) = in_passing(packed);
    settle(&mut passing, &scan);
    let found = passing.found(id(1)).expect("it was looked at");
    assert_eq!((found.layout.scheme, found.areas.len()), (Scheme::Gpt, 64));
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
    settle(&mut passing, &scan);
    let found = passing.found(id(1)).expect("a disk");
    // The copy of the table at the end tells where the parts are.
    assert_eq!((found.layout.scheme, found.areas.len()), (Scheme::Gpt, 3));
    assert!(found.lacking.lost && found.layout.lacking.lost);
    let first = found.areas[0].found.as_ref().expect("looked at");
    assert!(first.volume.is_none() && first.lacking.lost);
}

/// An MBR in sectors of 4096 bytes, with ext4 in a primary and in a logical partition.
const WIDE: &str = "printf 'o\\nn\\np\\n1\\n\\n+8M\\nn\\ne\\n2\\n\\n\\nn\\n\\n+8M\\nw\\n' \
    | fdisk -b 4096 $F > /dev/null && truncate -s 8M a && mkfs.ext4 -q -L first a && \
    dd if=a of=$F bs=1M seek=1 conv=notrunc && mkfs.ext4 -q -F -L inside a && \
    start=$(partx -S 4096 -g -o START -n 5 $F) && dd if=a of=$F bs=512 seek=$start conv=notrunc";

#[test]
fn an_mbr_counts_in_the_sectors_in_which_what_it_leads_to_is_found() {
    if !programs() {
        return;
    }
    let made = Made::new("wide-mbr", 256);
    assert!(made.run(WIDE));
    let disk: Rc<dyn ReadAt> = made.source();
    let found = describe(&disk).expect("a file");
    assert_eq!((found.layout.scheme, found.layout.sector_size), (Scheme::Mbr, 4096));
    assert_eq!(told(&found), [(Kind::Ext4, Some("first")), (Kind::Ext4, Some("inside"))]);
    // In units of 512 bytes, whatever the sectors are.
    assert!(made.run("partx -S 4096 -g -o START,SECTORS $F > told"));
    let lines = fs::read_to_string(made.path.with_file_name("told")).expect("it is there");
    let numbers = lines.split_whitespace().map(|word| word.parse::<u64>().expect("a number"));
    let ours = found.layout.partitions.iter().map(|one| &one.range);
    let ours = ours.flat_map(|range| [range.start / 512, (range.end - range.start) / 512]);
    assert_eq!(ours.collect::<Vec<_>>(), numbers.collect::<Vec<_>>());
    let inside =
        locate(std::slice::from_ref(&disk), 2, None).expect("a file").expect("it is there");
    assert_eq!(inside.found.volume.expect("ext4").label.as_deref(), Some("inside"));
    // What was made in sectors of 512 bytes is read in these, be it ever so small.
    assert!(made.run("printf 'label: dos\\nsize=8M\\n' | sfdisk -q $F"));
    let found = describe(&disk).expect("a file");
    assert_eq!((found.layout.sector_size, told(&found)), (512, vec![(Kind::Ext4, Some("first"))]));
}
