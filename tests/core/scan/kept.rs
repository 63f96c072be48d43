//! A scan that is kept and taken again serves like the one it was.

use std::rc::Rc;

use crate::support::{Counting, id, image, open, scan};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;
use vma_inspector::scan::kept::{from_bytes, to_bytes};
use vma_inspector::source::{Error, ReadAt};

fn builder() -> ArchiveBuilder {
    let mixed = |seed| Content::of_kind(Kind::Mixed, seed);
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 300 << 20, Content::zero()))
        .device(Device::new(2, "drive-scsi1", 8 << 20, mixed(2)))
        .device(Device::vmstate(3, 1 << 20, 20, mixed(3)))
        .order(Order::Interleaved(7))
}

#[test]
fn a_kept_scan_gives_the_same_disks_and_figures() {
    let bytes = builder().build().bytes;
    let archive = open(bytes.clone());
    let first = scan(bytes);
    let kept = to_bytes(&archive, &first, true).expect("it can be kept");
    let again = from_bytes(&archive, &kept).expect("it can be taken");
    let again = Scan::resume(&archive, again);
    assert!(again.progress().done);
    assert_eq!(again.progress().clusters, first.progress().clusters);
    assert_eq!(again.found().extents(), first.found().extents());
    assert_eq!(again.found().index_bytes(), first.found().index_bytes());
    for device in archive.header().devices() {
        assert_eq!(again.found().device(device), first.found().device(device));
        let id = device.id.get();
        assert!(image(&again, id) == builder().image(id), "device {id}");
    }
}

#[test]
fn a_scan_with_findings_is_not_kept() {
    let mut archive = builder().build();
    let end = archive.bytes.len() as u64;
    archive.truncate(end - 1);
    let opened = open(archive.bytes.clone());
    assert_eq!(to_bytes(&opened, &scan(archive.bytes), true), None);
    assert_eq!(to_bytes(&opened, &Scan::new(&opened), true), None);
}

#[test]
fn a_kept_scan_that_is_changed_or_of_another_archive_is_refused() {
    let bytes = builder().build().bytes;
    let archive = open(bytes.clone());
    let kept = to_bytes(&archive, &scan(bytes), true).expect("it can be kept");
    let other = open(builder().ctime(1).build().bytes);
    assert!(from_bytes(&other, &kept).is_none());
    let mut random = Random::new(3);
    for _ in 0..300 {
        let mut changed = kept.clone();
        let at = random.below(kept.len() as u64) as usize;
        match random.below(2) {
            0 => changed[at] ^= 1 + random.below(255) as u8,
            _ => changed.truncate(at),
        }
        assert!(from_bytes(&archive, &changed).is_none(), "changed at {at}");
    }
}

/// Bytes of an extent of nothing but stored clusters, all of them used.
const FULL_EXTENT: u64 = 512 + 58 * 65_536;

/// A disk of three such extents and some clusters more.
fn dense() -> ArchiveBuilder {
    let dense = Content::of_kind(Kind::Dense, 5);
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 200 << 16, dense))
        .slots_per_extent(58)
}

/// Reads a byte of the disk with what was kept of a scan of `before`, of an archive
/// that holds `now`.
fn read_with_kept(before: &[u8], now: Vec<u8>, at: u64) -> Result<u8, Error> {
    let archive = open(now);
    let kept = to_bytes(&open(before.to_vec()), &scan(before.to_vec()), true);
    let kept = from_bytes(&archive, &kept.expect("it can be kept")).expect("it can be taken");
    let mut byte = [0];
    let image = Scan::resume(&archive, kept).image(id(1)).expect("the disk has an image");
    image.read_at(at, &mut byte).map(|_| byte[0])
}

#[test]
fn extents_that_changed_places_since_are_not_read_with_a_kept_scan() {
    let archive = dense().build();
    let (first, second) = (archive.extent(0) as usize, archive.extent(1) as usize);
    assert_eq!((second - first) as u64, FULL_EXTENT, "they are of one length");
    let mut exchanged = archive.bytes.clone();
    exchanged[first..second + FULL_EXTENT as usize].rotate_left(FULL_EXTENT as usize);
    // Sound by itself, and another disk than the kept scan would give.
    assert!(image(&scan(exchanged.clone()), 1) == dense().image(1));
    for at in [0, 57 << 16, 58 << 16, 115 << 16] {
        let error = read_with_kept(&archive.bytes, exchanged.clone(), at).expect_err("it is told");
        let place = if at < 58 << 16 { archive.extent(0) } else { archive.extent(1) };
        assert_eq!((error.code(), error.offset()), ("changed-since-scan", Some(place)));
    }
    let at = 116 << 16;
    let right = dense().image(1)[at];
    assert_eq!(read_with_kept(&archive.bytes, exchanged, at as u64), Ok(right));
}

#[test]
fn a_header_that_is_of_another_archive_or_broken_since_is_told() {
    let archive = dense().build();
    for field in [0x00, 0x06, 0x08, 0x18, 0x28] {
        let mut changed = dense().build();
        changed.flip(archive.extent(1) + field);
        let error =
            read_with_kept(&archive.bytes, changed.bytes, 58 << 16).expect_err("it is told");
        assert_eq!(error.code(), "changed-since-scan", "field {field:#x}");
    }
}

#[test]
fn each_header_is_read_again_once_and_named_before() {
    let bytes = dense().build().bytes;
    let kept = to_bytes(&open(bytes.clone()), &scan(bytes.clone()), true).expect("it can be kept");
    let source = Counting::new(bytes);
    let counted = Rc::<Counting<Vec<u8>>>::clone(&source);
    let archive = Archive::open(counted, &Options::default()).expect("it opens");
    let again = Scan::resume(&archive, from_bytes(&archive, &kept).expect("it can be taken"));
    let image = again.image(id(1)).expect("the disk has an image");
    let (mut bytes, at) = ([0; 4096], 60 << 16);
    let read = |bytes: &mut [u8]| {
        let mut named = Vec::new();
        image.trace(at..at + 4096, &mut named);
        source.reset();
        image.read_at(at, bytes).expect("it reads");
        let named: u64 = named.iter().map(|range| range.end - range.start).sum();
        (named, source.bytes.get())
    };
    assert_eq!(read(&mut bytes), (512 + 4096, 512 + 4096));
    assert_eq!(read(&mut bytes), (4096, 4096));
    assert!(bytes[..] == dense().image(1)[at as usize..][..4096]);
}

#[test]
fn what_was_damaged_since_ends_a_read_with_a_kept_scan() {
    let disk = || Content::from_fn(|number| Some(vec![(number % 160 % 251) as u8 + 1; 65_536]));
    let plain =
        ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", 160 << 16, disk())).build();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let packed = ruzstd::encoding::compress_to_vec(plain.bytes.as_slice(), level);
    let middle = packed.len() / 2;
    let mut told = 0;
    for length in [1, 3, 40] {
        let mut damaged = packed.clone();
        damaged[middle..middle + length].fill(0xff);
        for cluster in (0..160_u64).step_by(16) {
            let read = read_with_kept(&packed, damaged.clone(), cluster << 16);
            told += usize::from(read.is_err());
            assert!(cluster > 32 || read == Ok(cluster as u8 + 1), "cluster {cluster}");
        }
    }
    assert!(told > 0, "nothing is told of the damage");
}
