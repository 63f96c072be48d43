//! Archives that others give up: with a header that is damaged, displaced or
//! lost, behind or in front of something else. What comes out is held against
//! the disks that went in.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::programs::run;
use crate::support::{codes, findings, finish, id, image, open, scan};
use archive_writer::{Archive, ArchiveBuilder, Random};
use vma_inspector::archive::finding::FindingKind;
use vma_inspector::archive::header::Standing;
use vma_inspector::archive::salvage::SEARCH_MAX;
use vma_inspector::container::Options;
use vma_inspector::image::{Fill, Origin};
use vma_inspector::scan::Scan;
use vma_inspector::source::Error;
use vma_inspector::source::ReadAt;

const CLUSTERS: usize = 200;

/// Not a whole number of clusters, as an EFI disk.
const SMALL: usize = 540_672;

fn disks() -> ArchiveBuilder {
    disks_of(*b"the-first-backup", 1)
}

fn disks_of(uuid: [u8; 16], seed: u64) -> ArchiveBuilder {
    let bytes = |length, seed| Random::new(seed).bytes(length);
    ArchiveBuilder::new()
        .uuid(uuid)
        .config("qemu-server.conf", "cores: 1\n")
        .disk(1, "drive-scsi0", bytes(CLUSTERS * 65_536, seed))
        .disk(7, "drive-efidisk0", bytes(SMALL, seed + 1))
}

fn garbage(length: usize) -> Vec<u8> {
    Random::new(99).bytes(length)
}

/// Replaces the first `count` bytes.
fn overwritten(mut archive: Archive, count: usize) -> Vec<u8> {
    archive.bytes[..count].copy_from_slice(&garbage(count));
    archive.bytes
}

fn names(scan: &Scan) -> Vec<&str> {
    scan.header().devices().iter().map(|device| device.name.as_str()).collect()
}

fn assert_whole(scan: &Scan) {
    for device in [1, 7] {
        assert!(image(scan, device) == disks().image(device), "device {device} differs");
    }
}

/// Asserts that every byte that `scan` says it has of a device is right, and
/// returns how many these are.
fn right_bytes(scan: &Scan, device: u8, truth: &[u8]) -> u64 {
    let image = scan.image(id(device)).expect("the device is known");
    let mut right = 0;
    for run in image.runs(0..u64::MAX).filter(|run| run.origin != Origin::Lost) {
        let mut expected = truth.get(run.start.0 as usize..).unwrap_or(&[]).to_vec();
        expected.resize(run.length as usize, 0);
        let mut bytes = vec![0xaa; run.length as usize];
        image.read_at(run.start.0, &mut bytes).expect("reads");
        assert!(bytes == expected, "{run:?} of device {device} is wrong");
        right += run.length;
    }
    right
}

#[test]
fn a_header_with_one_wrong_field_is_put_right_as_its_checksum_proves() {
    for (at, bytes, field) in [
        (0, &b"PK\x03\x04"[..], "magic"),
        (4, &[0, 0, 0, 9], "version"),
        (8, b"an-other-archive", "uuid"),
        (56, &[0; 4], "header_size"),
        (56, &[0xff; 4], "header_size"),
        (56, &20_480_u32.to_be_bytes(), "header_size"),
    ] {
        let mut archive = disks().build();
        archive.patch(at, bytes);
        let scan = scan(archive.bytes);
        assert_eq!(scan.header().standing(), Standing::Mended, "{field}");
        assert_eq!(codes(&scan), ["header-field-wrong", "header-md5-mismatch"], "{field}");
        let finding = &findings(&scan)[0];
        assert_eq!(finding.offset.map(|at| at.0), Some(at));
        assert!(
            matches!(finding.kind, FindingKind::HeaderFieldWrong { field: f, .. } if f == field)
        );
        assert_eq!(names(&scan), ["drive-scsi0", "drive-efidisk0"]);
        assert_eq!(scan.header().configs()[0].data, b"cores: 1\n");
        assert_whole(&scan);
    }
}

#[test]
fn a_header_of_another_version_is_refused_unless_its_checksum_proves_it_wrong() {
    let mut archive = disks().build();
    archive.patch_header(4, &2_u32.to_be_bytes());
    let error = vma_inspector::archive::Archive::open(Rc::new(archive.bytes), &Options::default());
    assert_eq!(error.err().map(|error| error.code()), Some("version-unsupported"));
}

#[test]
fn a_header_whose_fields_hold_together_is_used_although_nothing_proves_it() {
    // With several fields wrong, no repair makes the checksum agree.
    let mut archive = disks().build();
    archive.patch(0, b"VMB\0");
    archive.patch(30, b"!!");
    let one = scan(archive.bytes);
    assert_eq!(one.header().standing(), Standing::Doubtful);
    assert_eq!(names(&one), ["drive-scsi0", "drive-efidisk0"]);
    assert_whole(&one);

    let mut archive = disks().build();
    archive.patch(8, b"an-other-archive");
    archive.patch(30, b"!!");
    let two = scan(archive.bytes);
    assert_eq!(codes(&two), ["header-field-wrong", "header-md5-mismatch"]);
    assert_eq!(two.header().uuid().as_bytes(), b"the-first-backup");
    assert_whole(&two);
}

#[test]
fn the_uuid_of_the_header_stays_where_any_extent_carries_it() {
    let mut archive = disks().build();
    archive.patch(30, b"!!");
    archive.patch_extent(0, 8, b"an-other-archive");
    archive.patch_extent(1, 8, b"an-other-archive");
    let scan = scan(archive.bytes);
    assert_eq!(scan.header().uuid().as_bytes(), b"the-first-backup");
    assert!(codes(&scan).contains(&"extent-uuid-mismatch"), "{:?}", codes(&scan));
}

#[test]
fn sound_extents_overrule_the_device_table_of_a_header_that_is_not_proven() {
    let mut archive = disks().build();
    archive.patch(4096 + 32 + 8, &(100 * 65_536_u64).to_be_bytes());
    archive.patch(4096 + 7 * 32, &60_000_u32.to_be_bytes());
    let scan = scan(archive.bytes);
    let codes = codes(&scan);
    assert!(codes.contains(&"device-size-doubtful") && codes.contains(&"device-by-number"));
    assert_eq!(names(&scan), ["drive-scsi0", "device 7"]);
    assert!(image(&scan, 1) == disks().image(1));
    let mut padded = disks().image(7);
    padded.resize(SMALL.next_multiple_of(65_536), 0);
    assert!(image(&scan, 7) == padded);
}

#[test]
fn an_archive_without_its_header_gives_its_disks_by_number() {
    let header = disks().build().layout.header.size as usize;
    let cut = disks().build().bytes[header..].to_vec();
    let mut with_garbage = garbage(3_000_001);
    with_garbage.extend_from_slice(&cut);
    for bytes in [overwritten(disks().build(), header), cut, with_garbage] {
        let mut archive = open(bytes);
        assert_eq!(archive.header().standing(), Standing::Lost);
        assert!(archive.assume_size(id(7), SMALL as u64));
        let scan = finish(Scan::new(&archive));
        assert_eq!(codes(&scan), ["header-lost", "device-by-number"]);
        assert_eq!(names(&scan), ["device 1", "device 7"]);
        assert_whole(&scan);
    }
}

#[test]
fn an_archive_whose_front_was_cut_gives_what_is_left() {
    let built = disks().build();
    let mut random = Random::new(4);
    for _ in 0..12 {
        let cut = 1 + random.below(built.extent(2)) as usize;
        let scan = scan(built.bytes[cut..].to_vec());
        let first = built.layout.extents.iter().find(|extent| extent.offset as usize >= cut);
        let first = first.expect("extents are left").offset;
        let left = |device| {
            let clusters = built.layout.clusters().filter(|cluster| cluster.data > first);
            clusters.filter(|cluster| cluster.device == device).count() as u64 * 65_536
        };
        assert_eq!(right_bytes(&scan, 1, &disks().image(1)), left(1), "cut at {cut}");
        assert_eq!(right_bytes(&scan, 7, &disks().image(7)), left(7), "cut at {cut}");
    }
}

#[test]
fn a_header_that_stands_behind_something_else_is_found() {
    for length in [1, 512, 3_000_001] {
        let mut bytes = garbage(length);
        bytes.extend_from_slice(&disks().build().bytes);
        let scan = scan(bytes);
        assert_eq!(codes(&scan), ["bytes-before-header"]);
        assert_eq!(scan.header().standing(), Standing::Sound);
        assert_eq!(names(&scan), ["drive-scsi0", "drive-efidisk0"]);
        assert_whole(&scan);
    }
}

#[test]
fn sizes_that_a_person_gives_count_before_and_after_the_scan() {
    let header = disks().build().layout.header.size as usize;
    let mut scan = scan(disks().build().bytes[header..].to_vec());
    assert_eq!(scan.image(id(7)).and_then(|image| image.size()), Some(9 * 65_536));
    assert!(scan.assume_size(id(7), SMALL as u64));
    assert_whole(&scan);
    assert!(scan.assume_size(id(1), (CLUSTERS as u64 + 3) * 65_536));
    let missing = scan.found().findings().group("cluster-missing").expect("missing now").kept();
    assert_eq!(missing[0].kind, FindingKind::ClusterMissing { count: 3 });
    assert!(scan.assume_size(id(1), CLUSTERS as u64 * 65_536));
    assert_eq!(codes(&scan), ["header-lost", "device-by-number"]);
}

#[test]
fn nobody_overrules_a_header_that_is_sound() {
    let mut scan = scan(disks().build().bytes);
    assert!(!scan.assume_size(id(1), 65_536));
    assert_whole(&scan);
}

#[test]
fn a_vmstate_is_as_long_as_what_is_there_whatever_a_person_says() {
    let content = archive_writer::Content::of_kind(archive_writer::Kind::Dense, 5);
    let state = archive_writer::Device::vmstate(2, 1 << 20, 3, content);
    let mut archive = ArchiveBuilder::new().device(state).build();
    archive.patch(30, b"!!");
    let mut scan = scan(archive.bytes);
    assert!(!scan.assume_size(id(2), 1 << 40));
    assert_eq!(scan.image(id(2)).and_then(|image| image.size()), Some(3 * 65_536));
}

/// A file of any size whose bytes follow from their place, and are counted.
struct Noise {
    size: u64,
    read: Cell<u64>,
}

impl ReadAt for Noise {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.read.set(self.read.get() + buffer.len() as u64);
        for (at, byte) in (offset..).zip(&mut *buffer) {
            *byte = (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
        }
        Ok(buffer.len())
    }

    fn trace(&self, _: Range<u64>, _: &mut Vec<Range<u64>>) {}

    vma_inspector::source::every_byte_is_at_hand!();
}

#[test]
fn a_large_file_that_is_no_archive_is_refused_after_a_bounded_search() {
    let source = Rc::new(Noise { size: 1 << 40, read: Cell::new(0) });
    let error = vma_inspector::archive::Archive::open(
        Rc::<Noise>::clone(&source) as Rc<dyn ReadAt>,
        &Options::default(),
    );
    assert_eq!(error.err().map(|error| error.code()), Some("not-a-vma"));
    // Once for a container whose beginning is lost, once for an archive; and the start,
    // for what else it may be.
    assert!(source.read.get() < 2 * SEARCH_MAX + (2 << 20), "{} bytes", source.read.get());
}

#[test]
fn a_second_archive_is_told_and_not_mixed_in() {
    let first = disks().build();
    let end = first.bytes.len() as u64;
    for (second, uuid) in [
        (disks().build().bytes, *b"the-first-backup"),
        (disks_of(*b"the-second-one!!", 5).build().bytes, *b"the-second-one!!"),
    ] {
        let length = second.len() as u64;
        let scan = scan([first.bytes.clone(), second].concat());
        assert_eq!(codes(&scan), ["archive-header-again", "trailing-bytes"]);
        let found = findings(&scan);
        assert!(found.iter().all(|finding| finding.offset.map(|at| at.0) == Some(end)));
        assert!(matches!(found[0].kind,
            FindingKind::ArchiveHeaderAgain { uuid: u, .. } if *u.as_bytes() == uuid));
        assert_eq!(found[1].kind, FindingKind::TrailingBytes { length });
        assert_eq!(scan.found().extents().count, first.layout.extents.len() as u64);
        let counts = scan.found().index(id(1)).expect("declared").counts();
        assert_eq!((counts.full, counts.twice), (CLUSTERS as u64, 0));
        assert_whole(&scan);
    }
}

#[test]
fn a_copy_behind_a_damaged_archive_gives_what_the_first_lacks() {
    let mut first = disks().build();
    let at = first.extent(1);
    first.flip(at + 30);
    let scan = scan([first.bytes, disks().build().bytes].concat());
    assert_eq!(codes(&scan), ["extent-md5-mismatch", "archive-header-again", "bytes-skipped"]);
    let counts = scan.found().index(id(1)).expect("declared").counts();
    assert_eq!((counts.full, counts.twice), (CLUSTERS as u64, 0));
    assert_eq!(scan.found().extents().count, first.layout.extents.len() as u64 - 1);
    assert_whole(&scan);
}

#[test]
fn a_copy_that_is_damaged_too_does_not_start_the_scan_anew() {
    let (mut first, mut copy) = (disks().build(), disks().build());
    let at = first.extent(1);
    first.flip(at + 30);
    let at = copy.extent(0);
    copy.flip(at + 30);
    let scan = scan([first.bytes, copy.bytes].concat());
    assert_eq!(codes(&scan), ["extent-md5-mismatch", "archive-header-again", "bytes-skipped"]);
    assert_whole(&scan);
}

#[test]
fn extents_that_go_on_behind_a_foreign_archive_are_found() {
    let first = disks().build();
    let at = first.extent(2) as usize;
    let second = disks_of(*b"the-second-one!!", 5).build().bytes;
    let bytes = [&first.bytes[..at], &second, &first.bytes[at..]].concat();
    let scan = scan(bytes);
    assert!(codes(&scan).contains(&"archive-header-again"), "{:?}", codes(&scan));
    assert_whole(&scan);
}

#[test]
fn a_backup_inside_the_disk_of_a_headless_backup_is_not_taken_for_it() {
    let inner = disks_of(*b"the-inner-backup", 5).build().bytes;
    let mut disk = garbage(65_536 * 3);
    // The inner one is stored in pieces: its first extent is not followed by
    // its second.
    disk.extend_from_slice(&inner[12_800..12_800 + 65_536]);
    disk.extend_from_slice(&garbage(65_536 * 60));
    let outer = ArchiveBuilder::new().uuid(*b"the-outer-backup").disk(1, "drive-scsi0", disk);
    let built = outer.build();
    let scan = scan(built.bytes[13_000..].to_vec());
    assert_eq!(scan.header().uuid().as_bytes(), b"the-outer-backup");
}

/// Where the archive with the disks is cut, inside its last extent.
fn cut_in_the_last_extent(first: &Archive) -> Vec<u8> {
    let last = first.extent(first.layout.extents.len() - 1);
    first.bytes[..last as usize + 512 + 10 * 65_536 + 4096 + 100].to_vec()
}

#[test]
fn an_archive_that_is_cut_ends_where_another_one_begins() {
    let first = disks().build();
    let cut = cut_in_the_last_extent(&first);
    let alone = scan(cut.clone());
    for (second, seed) in [(*b"the-second-one!!", 5), (*b"the-2nd-backup!!", 6)] {
        let scan = scan([cut.clone(), disks_of(second, seed).build().bytes].concat());
        let codes = codes(&scan);
        assert!(codes.contains(&"extent-cut"), "{codes:?}");
        assert!(codes.contains(&"archive-header-again"), "{codes:?}");
        assert!(codes.contains(&"cluster-missing"), "{codes:?}");
        for device in [1, 7] {
            let truth = disks().image(device);
            let right = right_bytes(&scan, device, &truth);
            assert_eq!(right, right_bytes(&alone, device, &truth));
        }
    }
}

#[test]
fn a_copy_behind_an_archive_that_is_cut_gives_the_clusters_that_it_lacks() {
    let first = disks().build();
    let scan = scan([cut_in_the_last_extent(&first), first.bytes.clone()].concat());
    let codes = codes(&scan);
    assert!(codes.contains(&"extent-cut") && codes.contains(&"archive-header-again"), "{codes:?}");
    assert!(!codes.contains(&"cluster-missing") && !codes.contains(&"cluster-twice"), "{codes:?}");
    let whole = (CLUSTERS * 65_536 + SMALL) as u64;
    let right: u64 =
        [1, 7].map(|device| right_bytes(&scan, device, &disks().image(device))).iter().sum();
    // The cluster that was cut, which the first has in part, as well.
    assert_eq!(right, whole);
}

#[test]
fn a_backup_in_a_file_of_the_guest_does_not_end_an_extent() {
    let small = |uuid| ArchiveBuilder::new().uuid(uuid).slots_per_extent(4);
    let inner = small(*b"the-inner-backup").disk(1, "drive-scsi0", garbage(65_536 * 40)).build();
    let mut disk = garbage(65_536 * 3 + 4096);
    disk.extend_from_slice(&inner.bytes);
    disk.resize(disk.len().next_multiple_of(65_536), 7);
    let outer = || ArchiveBuilder::new().disk(1, "drive-scsi0", disk.clone());
    let mut built = outer().build();
    assert_eq!(built.layout.extents.len(), 1);
    built = outer().slots_per_extent(20).build();
    let whole = scan(built.bytes.clone());
    assert_eq!(image(&whole, 1), disk);
    // The extent that the inner one begins in is whole, and the next one's
    // header is broken.
    let at = built.extent(1);
    built.flip(at + 30);
    let scan = scan(built.bytes);
    assert!(!codes(&scan).contains(&"archive-header-again"), "{:?}", codes(&scan));
    assert_eq!(right_bytes(&scan, 1, &disk), disk.len() as u64 - 20 * 65_536);
}

#[test]
fn lost_parts_read_as_zeros_or_as_a_pattern_that_can_be_found() {
    let mut archive = disks().build();
    let at = archive.extent(1);
    archive.flip(at + 30);
    let scan = scan(archive.bytes);
    let lost = scan.found().index(id(1)).expect("declared").missing(CLUSTERS as u64);
    let lost = lost[0].start as usize * 65_536..lost[0].end as usize * 65_536;
    let mut zeros = disks().image(1);
    zeros[lost.clone()].fill(0);
    assert!(image(&scan, 1) == zeros);
    let marked = scan.image(id(1)).expect("declared").filled(Fill::Pattern);
    let mut pattern = zeros.clone();
    for (at, byte) in pattern[lost.clone()].iter_mut().enumerate() {
        *byte = b"VMA-DATA-IS-LOST"[at % 16];
    }
    for start in [0, lost.start - 7, lost.start + 5, lost.end - 9] {
        let mut bytes = vec![0xaa; 300_001];
        let count = marked.read_at(start as u64, &mut bytes).expect("reads");
        assert!(bytes[..count] == pattern[start..start + count], "from {start}");
    }
}

#[test]
fn zeros_that_the_archive_states_are_no_lost_parts() {
    let scan = scan(ArchiveBuilder::new().disk(1, "drive-scsi0", vec![0; 1 << 20]).build().bytes);
    let marked = scan.image(id(1)).expect("declared").filled(Fill::Pattern);
    let mut bytes = vec![0xaa; 1 << 20];
    marked.read_at(0, &mut bytes).expect("reads");
    assert!(bytes.iter().all(|&byte| byte == 0));
}

/// Two parts, packed apart and joined, as `pigz`-like splitters and appended
/// copies make them; in bzip2, blocks are apart by themselves.
fn packed_in_two(program: &str, arguments: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    let (one, two) = bytes.split_at(300_000);
    let mut packed = run(program, arguments, one)?;
    packed.extend(run(program, arguments, two)?);
    Some(packed)
}

#[test]
fn an_archive_whose_container_lost_its_start_gives_its_disks_by_number() {
    let built = disks().build();
    for (program, arguments) in
        [("zstd", &["-q", "-c"][..]), ("lzop", &["-c"]), ("gzip", &["-c"]), ("bzip2", &["-c"])]
    {
        let Some(mut packed) = packed_in_two(program, arguments, &built.bytes) else { continue };
        // Past the container's own header, into the first block.
        packed[60..200].copy_from_slice(&garbage(140));
        let scan = scan(packed);
        assert_eq!(scan.header().standing(), Standing::Lost, "{program}");
        let right = right_bytes(&scan, 1, &disks().image(1));
        let left = (CLUSTERS as u64 - 58) * 65_536;
        assert!(right >= left, "{program}: {right} of {left}");
    }
}
