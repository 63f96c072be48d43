//! Archives in containers, from the file to the disk: sound ones come out as
//! if they were plain; of damaged ones, all that can be had comes out, and
//! nothing that is wrong.

use std::rc::Rc;

use crate::programs::run;
use crate::support;
use crate::support::{Counting, codes, finish, id};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::{Checksums, End, Options};
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::scan::kept::{from_bytes, to_bytes};
use vma_inspector::source::ReadAt;

/// The programs as Proxmox calls them, but for smaller blocks of bzip2.
const PACKERS: [(&str, &[&str]); 4] = [
    ("zstd", &["-q", "-c"]),
    ("lzop", &["-c"]),
    ("gzip", &["--rsyncable", "-c"]),
    ("bzip2", &["-1", "-c"]),
];

fn disks() -> ArchiveBuilder {
    let mixed = |seed| Content::of_kind(Kind::Mixed, seed);
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .device(Device::new(1, "drive-scsi0", 6 << 20, mixed(1)))
        .device(Device::new(2, "drive-efidisk0", 540_672, mixed(2)))
        .order(Order::Interleaved(20))
}

fn open(bytes: Vec<u8>) -> Archive {
    Archive::open(Rc::new(bytes), &Options::default()).expect("the archive opens")
}

#[test]
fn every_container_gives_the_same_disks_as_the_plain_archive() {
    let plain = disks().build().bytes;
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain) else { continue };
        let archive = open(packed);
        assert_eq!(archive.contents().container().expect("packed").name(), program);
        let scan = finish(Scan::new(&archive));
        assert_eq!(codes(&scan), [""; 0], "{program}");
        assert_eq!(archive.contents().findings(), [], "{program}");
        for device in [1, 2] {
            assert!(support::image(&scan, device) == disks().image(device), "{program} {device}");
        }
    }
}

/// The same with a larger disk: a checkpoint of zstd comes after 8 MiB.
fn large_disks() -> ArchiveBuilder {
    disks().device(Device::new(3, "drive-scsi1", 30 << 20, Content::of_kind(Kind::Mixed, 3)))
}

#[test]
fn what_a_kept_scan_knows_of_a_container_makes_every_byte_reachable() {
    for (program, arguments) in PACKERS {
        let (disks, last) = (large_disks, 3);
        let plain = disks().build().bytes;
        let Some(packed) = run(program, arguments, &plain) else { continue };
        let first = open(packed.clone());
        let scan = finish(Scan::new(&first));
        assert!(first.contents().approach(u64::MAX..u64::MAX, u64::MAX).expect("it decodes"));
        let kept = to_bytes(&first, &scan, true).expect("it can be kept");

        let source = Counting::new(packed.clone());
        let counted = Rc::<Counting<Vec<u8>>>::clone(&source);
        let archive = Archive::open(counted, &Options::default()).expect("it opens");
        let again = Scan::resume(&archive, from_bytes(&archive, &kept).expect("it can be taken"));
        let (before, now) = (first.contents().progress(), archive.contents().progress());
        assert_eq!((now.contents, now.end), (before.contents, Some(End::Complete)), "{program}");
        assert_eq!(now.checkpoints, before.checkpoints, "{program}");
        // Those of blocks are compared again as the blocks are decoded.
        let of_blocks = matches!(program, "lzop" | "bzip2");
        let compared = first.contents().checksums();
        let known = if of_blocks { Checksums::default() } else { compared };
        assert_eq!(archive.contents().checksums(), known, "{program}");

        // The last bytes of a disk, without a walk through all of it.
        source.reset();
        let image = again.image(id(last)).expect("the disk has an image");
        let wanted = disks().image(last);
        let mut bytes = [0; 4096];
        let at = wanted.len() - bytes.len();
        assert_eq!(image.read_at(at as u64, &mut bytes).expect("it reads"), bytes.len());
        assert!(bytes == wanted[at..], "{program}");
        // What is read begins at the checkpoint before the header of their extent.
        let most = packed.len() as u64 / 3;
        assert!(source.bytes.get() < most, "{program}");
        for device in archive.header().devices() {
            let device = device.id.get();
            assert!(support::image(&again, device) == disks().image(device), "{program}");
        }

        // One bit has rotted since: a save passes over it, and the checksum tells.
        if !matches!(program, "zstd" | "gzip") {
            continue;
        }
        let mut rotten = packed;
        let end = rotten.len() - if program == "zstd" { 1 } else { 5 };
        rotten[end] ^= 1;
        let archive = open(rotten);
        let again = Scan::resume(&archive, from_bytes(&archive, &kept).expect("it can be taken"));
        archive.contents().begin_anew();
        assert!(support::image(&again, last) == disks().image(last), "{program}");
        assert!(archive.contents().approach(u64::MAX..u64::MAX, u64::MAX).expect("it decodes"));
        assert_eq!(archive.contents().findings().len(), 1, "{program}");
    }
}

/// Scans what is left of a damaged file, and holds every byte that it says is
/// there against the truth: it may be wrong only where the container's verdict
/// says that something in it is. Returns how many stored bytes are right.
fn sound_bytes(damaged: Vec<u8>, what: &str) -> Option<u64> {
    let archive = Archive::open(Rc::new(damaged), &Options::default()).ok()?;
    let scan = finish(Scan::new(&archive));
    let mut sound = 0;
    for device in [1, 2] {
        let Some(image) = scan.image(id(device)) else { continue };
        let truth = disks().image(device);
        for run in image.runs(0..u64::MAX) {
            let expected = &truth[run.start.0 as usize..run.end() as usize];
            let mut bytes = vec![0xaa; expected.len()];
            image.read_at(run.start.0, &mut bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
            let right = run.origin == Origin::Lost || bytes == expected;
            let told = !archive.contents().findings().is_empty();
            assert!(right || told, "{what}: {run:?} of device {device} is wrong");
            if let (Origin::Stored(_), true) = (run.origin, right) {
                sound += run.length;
            }
        }
    }
    Some(sound)
}

#[test]
fn a_cut_container_gives_what_decodes() {
    let plain = disks().build();
    let stored = plain.layout.stored_bytes(1) + plain.layout.stored_bytes(2);
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain.bytes) else { continue };
        let mut random = Random::new(5);
        for _ in 0..8 {
            let cut = packed.len() / 4 + random.below(packed.len() as u64 * 3 / 4) as usize;
            let what = format!("{program} cut at {cut}");
            let sound = sound_bytes(packed[..cut].to_vec(), &what).expect("opens");
            // A cut may cost the block it falls into.
            let share = cut as f64 / packed.len() as f64 - 0.15;
            assert!(sound as f64 >= share * stored as f64, "{what}: {sound} of {stored}");
        }
    }
}

#[test]
fn a_wrong_checksum_at_the_end_takes_nothing_away() {
    let plain = disks().build().bytes;
    for (program, arguments, from_end, code) in [
        ("zstd", &["-q", "-c"][..], 1, "zstd-checksum-mismatch"),
        ("gzip", &["-c"], 8, "gzip-crc-mismatch"),
        ("bzip2", &["-c"], 3, "bzip2-crc-mismatch"),
    ] {
        let Some(mut packed) = run(program, arguments, &plain) else { continue };
        let at = packed.len() - from_end;
        packed[at] ^= 0x10;
        let archive = open(packed);
        let scan = finish(Scan::new(&archive));
        assert_eq!(codes(&scan), [""; 0], "{program}");
        assert!(support::image(&scan, 1) == disks().image(1), "{program}");
        let found: Vec<_> = archive.contents().findings().iter().map(|f| f.code()).collect();
        assert_eq!(found, [code], "{program}");
    }
}

#[test]
fn damage_in_the_middle_costs_no_more_than_it_must() {
    let plain = disks().build();
    let stored = plain.layout.stored_bytes(1) + plain.layout.stored_bytes(2);
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain.bytes) else { continue };
        let mut random = Random::new(6);
        let mut best = 0;
        for _ in 0..6 {
            let mut damaged = packed.clone();
            let at = packed.len() / 3 + random.below(packed.len() as u64 / 3) as usize;
            random.fill(&mut damaged[at..at + 8]);
            let what = format!("{program} damaged at {at}");
            if let Some(sound) = sound_bytes(damaged, &what) {
                best = best.max(sound);
            }
        }
        assert!(best * 4 > stored, "{program}: {best} of {stored}");
    }
}

/// A zstd frame of one header and then `blocks` blocks that each stand for
/// 128 KiB of zeros in 4 bytes.
fn bomb(header: &[u8], blocks: usize) -> Vec<u8> {
    let block = |kind: u32, size: usize, last: bool| {
        (u32::from(last) | kind << 1 | (size as u32) << 3).to_le_bytes()[..3].to_vec()
    };
    // Magic, a frame header with neither checksum nor content size, 2 MiB window.
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    bytes.extend(block(0, header.len(), false));
    bytes.extend(header);
    for number in 1..=blocks {
        bytes.extend(block(1, 128 << 10, number == blocks));
        bytes.push(0);
    }
    bytes
}

#[test]
fn a_bomb_is_given_up_with_a_sentence_and_in_bounded_memory() {
    let header = disks().raw_header().to_bytes();
    let archive = open(bomb(&header, 80_000));
    let mut scan = Scan::new(&archive);
    while !scan.step().expect("steps").done {
        assert!(archive.contents().progress().checkpoint_bytes <= 64 << 20);
    }
    assert!(codes(&scan).contains(&"search-given-up"), "{:?}", codes(&scan));
    assert!(scan.found().index_bytes() < 4096);
}

/// How many times the file is read to read its disk from front to back: by what
/// was foretold, and by what was counted.
fn times_read(packed: Vec<u8>) -> [f64; 2] {
    let size = packed.len() as f64;
    let source = Counting::new(packed);
    let counted = Rc::<Counting<Vec<u8>>>::clone(&source);
    let archive = Archive::open(counted, &Options::default()).expect("it opens");
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("there is a disk");
    let whole = archive.contents().progress().contents as f64;
    let foretold = image.detours(u64::MAX) as f64 / whole;
    source.reset();
    let mut cluster = vec![0; 65_536];
    for at in (0..image.size().expect("known")).step_by(cluster.len()) {
        image.read_at(at, &mut cluster).expect("it can be read");
    }
    [foretold, source.bytes.get() as f64 / size]
}

#[test]
fn what_reading_a_disk_in_its_own_order_costs_is_foretold() {
    let disk = || {
        let content = Content::of_kind(Kind::Mixed, 9);
        ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", 24 << 20, content))
    };
    let in_order = disk().build().bytes;
    let shuffled = disk().order(Order::Shuffled(4)).build().bytes;
    for (program, arguments) in PACKERS.into_iter().filter(|(program, _)| *program != "bzip2") {
        let Some(ordered) = run(program, arguments, &in_order) else { continue };
        let Some(scattered) = run(program, arguments, &shuffled) else { continue };
        let [foretold, counted] = times_read(ordered);
        assert!(foretold < 0.1 && counted < 1.2, "{program}: {foretold} and {counted}");
        let [foretold, counted] = times_read(scattered);
        if program == "lzop" {
            // Its blocks are decoded one by one.
            assert!(foretold == 0.0 && counted < 8.0, "{foretold} and {counted}");
        } else {
            let ratio = foretold / counted;
            assert!((0.5..2.0).contains(&ratio), "{program}: {foretold} and {counted}");
            assert!(counted > 4.0, "{program}: {counted}");
        }
    }
}

/// Whether lzop itself finds the file sound.
fn lzop_accepts(packed: &[u8]) -> bool {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let tests = Command::new("lzop").arg("-t").stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut tests = tests.expect("lzop packed it");
    // It may stop reading at the first fault.
    let _ = tests.stdin.take().expect("is piped").write_all(packed);
    tests.wait().expect("ends").success()
}

#[test]
fn of_lzop_every_block_is_compared_before_the_scan_is_done() {
    let plain = disks().build().bytes;
    let Some(packed) = run("lzop", &["-c"], &plain) else { return };
    assert!(lzop_accepts(&packed));
    let archive = support::open(packed.clone());
    assert_eq!(finish(Scan::new(&archive)).found().findings().count(), 0);
    assert_eq!(archive.contents().findings(), []);
    for place in (1..20).map(|part| packed.len() * part / 20) {
        let mut damaged = packed.clone();
        damaged[place] ^= 0x10;
        assert!(!lzop_accepts(&damaged), "{place:#x}");
        let archive = support::open(damaged);
        finish(Scan::new(&archive));
        assert!(!archive.contents().findings().is_empty(), "{place:#x}");
    }
}

#[test]
fn a_block_of_lzop_that_cannot_be_had_counts_once_the_scan_is_done() {
    let builder = ArchiveBuilder::new().device(Device::new(
        1,
        "drive-scsi0",
        6 << 20,
        Content::from_fn(|number| Some(format!("{number} and again ").repeat(4000).into_bytes())),
    ));
    let Some(packed) = run("lzop", &["-c"], &builder.build().bytes) else { return };
    let mut lost = 0;
    for place in (2..9).map(|part| packed.len() * part / 10) {
        let mut damaged = packed.clone();
        damaged[place..place + 40].fill(0xff);
        let archive = support::open(damaged);
        let scan = finish(Scan::new(&archive));
        let image = scan.image(id(1)).expect("declared");
        let device = scan.header().device(id(1)).expect("declared");
        let figures = scan.found().device(device).expect("scanned");
        assert_eq!(figures.missing_bytes, image.lost_bytes(0..u64::MAX), "{place:#x}");
        lost += figures.missing_bytes;
    }
    assert!(lost > 0, "no block was hit");
}
