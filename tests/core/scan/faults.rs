//! Every finding and every error, made from bytes: code, offset, device and
//! cluster, and what can still be had.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::support;
use crate::support::{codes, findings, image, scan};
use archive_writer::{Archive, ArchiveBuilder, Cluster, Order, Random, RawSlot, fix_header_md5};
use vma_inspector::archive::finding::{CODES, Finding, FindingKind};
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;
use vma_inspector::source::{Error, Part};

const DENSE: usize = 200 * 65_536;

/// One dense disk: 200 clusters in four extents of 58, 58, 58 and 26.
fn dense() -> ArchiveBuilder {
    let mut bytes = vec![0; DENSE];
    Random::new(1).fill(&mut bytes);
    ArchiveBuilder::new().config("qemu-server.conf", "cores: 1\n").disk(1, "drive-scsi0", bytes)
}

fn open_error(bytes: &[u8]) -> Error {
    vma_inspector::archive::Archive::open(Rc::new(bytes.to_vec()), &Options::default())
        .err()
        .expect("it cannot be opened")
}

/// The only finding of its code.
fn only(scan: &Scan, code: &str) -> Finding {
    let group = scan.found().findings().group(code).unwrap_or_else(|| {
        panic!("{code} is not among {:?}", findings(scan));
    });
    assert_eq!(group.count(), 1, "{:?}", group.kept());
    group.kept()[0].clone()
}

fn offset(finding: &Finding) -> u64 {
    finding.offset.expect("it has an offset").0
}

/// Asserts that the image is right but for these clusters, which are zeros.
fn assert_lost(scan: &Scan, lost: Range<usize>) {
    let mut expected = dense().image(1);
    expected[lost.start * 65_536..lost.end * 65_536].fill(0);
    assert!(image(scan, 1) == expected, "other bytes than those of clusters {lost:?} differ");
    let missing = only(scan, "cluster-missing");
    assert_eq!(missing.device.map(|d| d.get()), Some(1));
    assert_eq!(missing.cluster.map(|c| c.0 as usize), Some(lost.start));
    assert_eq!(missing.cluster_count(), Some(lost.len() as u64));
}

#[test]
fn what_is_no_archive_is_refused_with_its_reason() {
    for (bytes, code, part, at) in [
        (&b""[..], "source-empty", Part::Source, 0),
        (b"Hello, world\n", "not-a-vma", Part::Header, 0),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not-a-vma", Part::Header, 0),
        (b"VM", "not-a-vma", Part::Header, 0),
        (b"VMA\0\0\0\0\x01", "header-cut", Part::Header, 8),
    ] {
        let error = open_error(bytes);
        assert_eq!((error.code(), error.part(), error.offset()), (code, part, Some(at)));
    }
}

#[test]
fn other_versions_and_absurd_header_sizes_are_refused() {
    let mut archive = dense().build();
    archive.patch_header(4, &2_u32.to_be_bytes());
    let error = open_error(&archive.bytes);
    assert_eq!((error.code(), error.offset()), ("version-unsupported", Some(4)));
    assert_eq!(error.to_string(), "header 0x4: version: expected 1, found 2");
    for size in [0_u32, 12_287, u32::MAX, (4 << 20) + 1] {
        let mut archive = dense().build();
        archive.patch(56, &size.to_be_bytes());
        archive.truncate(12_800);
        let error = open_error(&archive.bytes);
        assert_eq!((error.code(), error.offset()), ("header-size", Some(56)), "{size}");
    }
}

#[test]
fn a_wrong_header_md5_is_found_and_the_archive_still_read() {
    let mut archive = dense().build();
    archive.flip(70);
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["header-md5-mismatch"]);
    assert_eq!(offset(&only(&scan, "header-md5-mismatch")), 32);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn a_header_size_that_is_wrong_does_not_lose_the_extents() {
    let mut archive = dense().build();
    archive.patch(56, &20_480_u32.to_be_bytes());
    archive.flip(70);
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["header-md5-mismatch"]);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn a_header_that_is_cut_gives_what_is_there() {
    let mut archive = dense().build();
    archive.truncate(12_288 + 20);
    let opened = support::open(archive.bytes.clone());
    assert_eq!(opened.header().configs().len(), 0);
    let scan = scan(archive.bytes);
    let finding = only(&scan, "header-truncated");
    assert_eq!(offset(&finding), 12_308);
    assert_eq!(finding.kind, FindingKind::HeaderTruncated { expected: 12_800, found: 12_308 });
}

#[test]
fn a_blob_buffer_out_of_bounds_is_found_and_read_where_it_may_be() {
    let mut archive = dense().build();
    archive.patch_header(52, &u32::MAX.to_be_bytes());
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["blob-buffer-out-of-bounds"]);
    assert_eq!(offset(&only(&scan, "blob-buffer-out-of-bounds")), 48);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn pointers_that_lead_nowhere_are_found() {
    let mut archive = dense().build();
    archive.patch_header(2044, &60_000_u32.to_be_bytes());
    let scan_one = scan(archive.bytes);
    let finding = only(&scan_one, "config-pointer-invalid");
    assert_eq!(offset(&finding), 2044);
    assert_eq!(finding.kind, FindingKind::ConfigPointerInvalid { slot: 0, pointer: 60_000 });

    let mut archive = dense().build();
    archive.patch_header(3068, &60_000_u32.to_be_bytes());
    assert_eq!(offset(&only(&scan(archive.bytes), "config-pointer-invalid")), 3068);

    let mut archive = dense().build();
    archive.patch_header(4096 + 32, &60_000_u32.to_be_bytes());
    let scan_two = scan(archive.bytes);
    let finding = only(&scan_two, "device-name-invalid");
    assert_eq!((offset(&finding), finding.device.map(|d| d.get())), (4128, Some(1)));
    assert_eq!(only_count(&scan_two, "device-undeclared"), 200);
}

fn only_count(scan: &Scan, code: &str) -> u64 {
    scan.found().findings().group(code).map_or(0, |group| group.count())
}

#[test]
fn a_pointer_into_a_blob_is_read_and_found() {
    let mut archive = dense().build();
    let name = archive.bytes[2044..2048].to_vec();
    let pointer = u32::from_be_bytes(name.try_into().expect("four bytes")) + 5;
    archive.patch_header(2044, &pointer.to_be_bytes());
    let at = 12_288 + u64::from(pointer);
    archive.patch_header(at, &[3, 0]);
    assert_eq!(offset(&only(&scan(archive.bytes), "blob-pointer-inside-blob")), 2044);
}

#[test]
fn a_name_without_nul_is_read_and_found() {
    let mut archive = dense().build();
    let end = 12_288 + 1 + 2 + "qemu-server.conf".len() as u64;
    archive.patch_header(end, b"!");
    let scan = scan(archive.bytes.clone());
    assert_eq!(codes(&scan), ["name-unterminated"]);
    assert_eq!(offset(&only(&scan, "name-unterminated")), 2044);
    assert_eq!(support::open(archive.bytes).header().configs()[0].name, "qemu-server.conf!");
}

#[test]
fn device_slots_that_are_half_filled_are_found() {
    let mut archive = dense().build();
    archive.patch_header(4096 + 9 * 32 + 8, &4096_u64.to_be_bytes());
    let one = scan(archive.bytes);
    assert_eq!(codes(&one), ["device-incomplete"]);
    let finding = only(&one, "device-incomplete");
    assert_eq!((offset(&finding), finding.device.map(|d| d.get())), (4096 + 9 * 32, Some(9)));

    let mut archive = dense().build();
    archive.patch_header(4096 + 9 * 32, &1_u32.to_be_bytes());
    assert_eq!(
        only(&scan(archive.bytes), "device-incomplete").kind,
        FindingKind::DeviceIncomplete { size: 0 }
    );

    let mut archive = dense().build();
    archive.patch_header(4096 + 8, &4096_u64.to_be_bytes());
    let two = scan(archive.bytes);
    assert_eq!(codes(&two), ["device-zero-declared"]);
    assert_eq!(offset(&only(&two, "device-zero-declared")), 4096);
}

#[test]
fn a_flipped_bit_in_an_extent_header_loses_that_extent_only() {
    for (patched, code) in [(24, "extent-md5-mismatch"), (44, "extent-md5-mismatch")] {
        let mut archive = dense().build();
        let at = archive.extent(1);
        archive.flip(at + patched);
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), ["cluster-missing", code, "bytes-skipped"]);
        assert_eq!(offset(&only(&scan, code)), at);
        let skipped = only(&scan, "bytes-skipped");
        assert_eq!(skipped.kind, FindingKind::BytesSkipped { length: 512 + 58 * 65_536 });
        assert_lost(&scan, 58..116);
    }
}

#[test]
fn wrong_magic_and_wrong_uuid_lose_that_extent_only() {
    let mut archive = dense().build();
    let at = archive.extent(1);
    archive.patch_extent(1, 0, b"VMAX");
    let one = scan(archive.bytes);
    assert_eq!(codes(&one), ["cluster-missing", "extent-magic-wrong", "bytes-skipped"]);
    assert_eq!(offset(&only(&one, "extent-magic-wrong")), at);
    assert_lost(&one, 58..116);

    let mut archive = dense().build();
    archive.patch_extent(0, 8, b"another-archive!");
    let two = scan(archive.bytes);
    assert_eq!(codes(&two), ["cluster-missing", "extent-uuid-mismatch", "bytes-skipped"]);
    assert_lost(&two, 0..58);
}

#[test]
fn a_reserved_field_that_is_set_is_found_and_nothing_lost() {
    let mut archive = dense().build();
    let at = archive.extent(1);
    archive.patch_extent(1, 4, &[0, 1]);
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["extent-reserved-nonzero"]);
    assert_eq!(offset(&only(&scan, "extent-reserved-nonzero")), at + 4);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn garbage_between_extents_is_passed_at_any_byte_offset() {
    for length in [1_usize, 511, 512, 100_003, 3 << 20] {
        let mut archive = dense().build();
        let at = archive.extent(2);
        let mut garbage = vec![0; length];
        Random::new(3).fill(&mut garbage);
        archive.insert(at, &garbage);
        let scan = scan(archive.bytes);
        assert!(image(&scan, 1) == dense().image(1), "{length} bytes of garbage");
        let skipped = only(&scan, "bytes-skipped");
        assert_eq!(offset(&skipped), at);
        assert_eq!(skipped.kind, FindingKind::BytesSkipped { length: length as u64 });
    }
}

#[test]
fn an_extent_whose_end_is_taken_out_keeps_the_blocks_before() {
    let mut archive = dense().build();
    let (at, next) = (archive.extent(1), archive.extent(2));
    let kept = 512 + 10 * 65_536 + 3 * 4096 + 100;
    archive.remove(at + kept, next - at - kept);
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["cluster-missing", "extent-cut"]);
    let mut expected = dense().image(1);
    expected[68 * 65_536 + 3 * 4096..116 * 65_536].fill(0);
    assert!(image(&scan, 1) == expected);
    let figures = scan.found().index(support::id(1)).expect("declared").counts();
    assert_eq!((figures.cut, figures.lost_blocks, figures.found()), (1, 13, 200 - 47));
}

#[test]
fn an_archive_cut_anywhere_gives_everything_before() {
    let whole = dense().image(1);
    let layout = dense().build().layout;
    let mut random = Random::new(8);
    for _ in 0..60 {
        let mut archive = dense().build();
        let cut = 12_800 + random.below(archive.bytes.len() as u64 - 12_800);
        archive.truncate(cut);
        let scan = scan(archive.bytes);
        let mut expected = whole.clone();
        for cluster in layout.clusters() {
            let there = (cut.saturating_sub(cluster.data) / 4096 * 4096).min(65_536) as usize;
            let start = cluster.number as usize * 65_536;
            expected[start + there..start + 65_536].fill(0);
        }
        assert!(image(&scan, 1) == expected, "cut at {cut}");
        let told = ["cluster-missing", "extent-cut"].iter().any(|code| codes(&scan).contains(code));
        assert!(told, "cut at {cut}");
    }
}

#[test]
fn a_cut_between_extents_is_told_by_the_missing_clusters() {
    let mut archive = dense().build();
    let at = archive.extent(3);
    archive.truncate(at);
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["cluster-missing"]);
    assert_lost(&scan, 174..200);
}

#[test]
fn a_cut_inside_an_extent_header_is_told_as_such() {
    let mut archive = dense().build();
    let at = archive.extent(3);
    archive.truncate(at + 300);
    let scan = scan(archive.bytes);
    let cut = only(&scan, "extent-header-cut");
    assert_eq!((offset(&cut), cut.kind), (at, FindingKind::ExtentHeaderCut { found: 300 }));
    assert_lost(&scan, 174..200);
}

#[test]
fn a_cut_inside_the_data_is_told_with_its_sizes() {
    let mut archive = dense().build();
    let at = archive.extent(3);
    archive.truncate(at + 512 + 65_536 + 4096);
    let scan = scan(archive.bytes);
    let cut = only(&scan, "extent-cut");
    let (expected, found) = (26 * 65_536, 65_536 + 4096);
    assert_eq!((offset(&cut), cut.kind), (at, FindingKind::ExtentCut { expected, found }));
}

#[test]
fn bytes_behind_the_last_extent_are_found() {
    for trailing in [&[0; 512][..], &[0; 10], b"some text"] {
        let mut archive = dense().build();
        let end = archive.bytes.len() as u64;
        archive.bytes.extend_from_slice(trailing);
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), ["trailing-bytes"]);
        let finding = only(&scan, "trailing-bytes");
        let length = trailing.len() as u64;
        assert_eq!((offset(&finding), finding.kind), (end, FindingKind::TrailingBytes { length }));
    }
}

#[test]
fn a_second_archive_behind_the_first_is_told() {
    let mut archive = dense().build();
    let end = archive.bytes.len() as u64;
    let copy = archive.bytes.clone();
    archive.bytes.extend_from_slice(&copy);
    let scan = scan(archive.bytes);
    assert_eq!(offset(&only(&scan, "archive-header-again")), end);
    assert_eq!(codes(&scan), ["archive-header-again", "trailing-bytes"]);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn a_wrong_block_count_loses_nothing_where_the_masks_are_right() {
    for count in [58 * 16 + 1_u16, 0, u16::MAX, 945] {
        let mut archive = dense().build();
        let at = archive.extent(1);
        archive.patch_extent(1, 6, &count.to_be_bytes());
        let scan = scan(archive.bytes);
        let finding = only(&scan, "block-count-mismatch");
        assert_eq!(offset(&finding), at + 6);
        let (masks, block_count) = (58 * 16, u32::from(count));
        assert_eq!(finding.kind, FindingKind::BlockCountMismatch { masks, block_count });
        assert!(image(&scan, 1) == dense().image(1), "block_count {count}");
    }
}

#[test]
fn masks_that_claim_more_than_the_extent_holds_lose_the_blocks_behind() {
    let mut archive = dense().build();
    let (at, next) = (archive.extent(3), archive.bytes.len() as u64);
    archive.remove(next - 65_536, 65_536);
    archive.patch_extent(3, 6, &(25 * 16_u16).to_be_bytes());
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["cluster-missing", "block-count-mismatch"]);
    assert_eq!(offset(&only(&scan, "block-count-mismatch")), at + 6);
    assert_lost(&scan, 199..200);
}

fn with_slot(slot: RawSlot) -> (Archive, u64) {
    let mut archive = dense().build();
    archive.patch_slot(1, 0, slot);
    let at = archive.extent(1) + 40;
    (archive, at)
}

const SLOT: RawSlot = RawSlot { mask: 0xffff, reserved: 0, device: 1, cluster: 58 };

#[test]
fn a_cluster_past_the_end_is_found() {
    for cluster in [200, u32::MAX] {
        let (archive, at) = with_slot(RawSlot { cluster, ..SLOT });
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), ["cluster-missing", "cluster-past-end"]);
        let finding = only(&scan, "cluster-past-end");
        assert_eq!((offset(&finding), finding.cluster.map(|c| c.0)), (at, Some(cluster)));
        assert_eq!(finding.kind, FindingKind::ClusterPastEnd { clusters: 200 });
        assert_lost(&scan, 58..59);
    }
}

#[test]
fn an_undeclared_device_is_found_and_its_bytes_counted() {
    let (archive, at) = with_slot(RawSlot { device: 9, ..SLOT });
    let scan = scan(archive.bytes);
    let finding = only(&scan, "device-undeclared");
    assert_eq!((offset(&finding), finding.device.map(|d| d.get())), (at, Some(9)));
    let undeclared: Vec<_> = scan.found().undeclared().collect();
    assert_eq!(undeclared.len(), 1);
    assert_eq!((undeclared[0].1.clusters, undeclared[0].1.stored_blocks), (1, 16));
    assert_lost(&scan, 58..59);
}

#[test]
fn a_slot_emptied_by_damage_shows_as_a_missing_cluster_and_a_wrong_count() {
    let (archive, at) = with_slot(RawSlot { device: 0, mask: 0, ..SLOT });
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["cluster-missing", "block-count-mismatch"]);
    assert_eq!(offset(&only(&scan, "block-count-mismatch")), at - 40 + 6);
}

#[test]
fn a_cluster_twice_is_found_and_its_first_copy_counts() {
    let clusters = (0..200).chain([7]).map(|number| Cluster { device: 1, number });
    let builder = dense().order(Order::Custom(clusters.collect()));
    let mut archive = builder.build();
    let second = *archive.layout.clusters().last().expect("the second copy");
    archive.flip(second.data);
    let scan = scan(archive.bytes.clone());
    assert_eq!(codes(&scan), ["cluster-twice"]);
    let finding = only(&scan, "cluster-twice");
    assert_eq!(offset(&finding), archive.extent(3) + 40 + 8 * second.slot as u64);
    assert_eq!(finding.cluster.map(|c| c.0), Some(7));
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn clusters_left_out_are_found_as_ranges() {
    let clusters = (0..200).filter(|n| !(3..6).contains(n) && *n != 150);
    let clusters = clusters.map(|number| Cluster { device: 1, number }).collect();
    let scan = scan(dense().order(Order::Custom(clusters)).build().bytes);
    assert_eq!(codes(&scan), ["cluster-missing"]);
    let found: Vec<_> =
        findings(&scan).iter().map(|f| (f.cluster.map(|c| c.0), f.cluster_count())).collect();
    assert_eq!(found, [(Some(3), Some(3)), (Some(150), Some(1))]);
    let device = support::open(dense().build().bytes).header().devices()[0].clone();
    let figures = scan.found().device(&device).expect("declared");
    assert_eq!((figures.missing_clusters, figures.missing_bytes), (4, 4 * 65_536));
}

#[test]
fn blocks_past_the_end_are_found_unless_the_mask_is_full() {
    let mut bytes = vec![1; 65_536 + 8192];
    Random::new(4).fill(&mut bytes);
    let whole = bytes.clone();
    let build = || ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
    for (mask, stored, expected) in [(0x0007_u16, 3, vec!["block-past-end"]), (0xffff, 16, vec![])]
    {
        let mut archive = build();
        archive.bytes.extend(vec![0x55; (stored - 2) * 4096]);
        archive.patch_slot(0, 1, RawSlot { mask, reserved: 0, device: 1, cluster: 1 });
        archive.patch_extent(0, 6, &(16 + stored as u16).to_be_bytes());
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), expected);
        assert!(image(&scan, 1) == whole);
    }
}

#[test]
fn a_reserved_byte_in_a_slot_is_a_note() {
    let (archive, at) = with_slot(RawSlot { reserved: 0x5a, ..SLOT });
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["slot-reserved-nonzero"]);
    assert_eq!(offset(&only(&scan, "slot-reserved-nonzero")), at);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn a_vmstate_that_is_out_of_order_is_found() {
    let content = archive_writer::Content::of_kind(archive_writer::Kind::Dense, 5);
    let clusters = [0, 2, 1].map(|number| Cluster { device: 2, number }).to_vec();
    let builder = ArchiveBuilder::new()
        .device(archive_writer::Device::vmstate(2, 1 << 20, 3, content))
        .order(Order::Custom(clusters));
    let scan = scan(builder.build().bytes);
    let found: Vec<_> =
        findings(&scan).into_iter().map(|f| (f.cluster.map(|c| c.0), f.kind)).collect();
    let out = |expected| FindingKind::VmstateOutOfOrder { expected };
    assert_eq!(found, [(Some(2), out(1)), (Some(1), out(3))]);
}

#[test]
fn every_code_is_listed_once() {
    let mut sorted = CODES.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), CODES.len());
}

#[test]
fn a_million_findings_are_counted_and_a_bounded_number_kept() {
    let slot = RawSlot { mask: 0, reserved: 1, device: 9, cluster: 0 };
    let mut archive = ArchiveBuilder::new().build();
    let mut extent = archive_writer::RawExtent::new(*b"archive-writer-0");
    extent.slots = [slot; 59];
    for _ in 0..17_000 {
        archive.bytes.extend(extent.to_bytes());
    }
    let scan = scan(archive.bytes);
    let group = scan.found().findings().group("device-undeclared").expect("found");
    assert_eq!(group.count(), 17_000 * 59);
    assert_eq!(group.kept().len(), vma_inspector::archive::finding::KEPT_PER_CODE);
}

#[test]
fn a_device_that_claims_to_be_huge_costs_nothing() {
    let mut archive = dense().build();
    archive.patch_header(4096 + 32 + 8, &(1_u64 << 63).to_be_bytes());
    let scan = scan(archive.bytes);
    let missing = only(&scan, "cluster-missing");
    assert_eq!(missing.kind, FindingKind::ClusterMissing { count: (1 << 47) - 200 });
    assert!(scan.found().index_bytes() < 10_000);
    let image = scan.image(support::id(1)).expect("declared");
    let mut bytes = [1; 100];
    assert_eq!(image.read_at((1 << 63) - 50, &mut bytes).expect("reads"), 50);
    assert_eq!(bytes[..50], [0; 50]);
}

/// A source that is cut short behind the reader's back.
struct Shrinking {
    bytes: Vec<u8>,
    left: Cell<u32>,
}

impl ReadAt for Shrinking {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(Error::source_shrank(offset)),
        }
        self.bytes.read_at(offset, buffer)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

#[test]
fn a_source_that_fails_in_the_middle_is_an_error_and_keeps_what_was_found() {
    let source = Rc::new(Shrinking { bytes: dense().build().bytes, left: Cell::new(4) });
    let archive =
        vma_inspector::archive::Archive::open(source, &Options::default()).expect("opens");
    let mut scan = Scan::new(&archive);
    let error = scan.step().expect_err("the source fails");
    assert_eq!((error.code(), error.part()), ("source-shrank", Part::Source));
    assert_eq!(scan.found().extents().count, 1);
}

#[test]
fn the_writer_and_the_reader_agree_on_a_patched_header() {
    let mut archive = dense().build();
    archive.patch(24, &(-1_i64).to_be_bytes());
    fix_header_md5(&mut archive.bytes);
    let archive = support::open(archive.bytes);
    assert!(archive.header().is_trusted());
    assert_eq!(archive.header().ctime(), -1);
}
