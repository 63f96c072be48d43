//! Extents that are broken, displaced, cut or not there, and sources that fail:
//! code, offset, and what can still be had.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::dense::{assert_lost, dense, offset, only};
use crate::support;
use crate::support::{codes, finish, id, image, open, scan};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Random, RawSlot};
use vma_inspector::archive::finding::{CODES, FindingKind};
use vma_inspector::container::Options;
use vma_inspector::image::Fill;
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;
use vma_inspector::source::{Error, Part};

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
    assert_eq!(group.kept().len(), vma_inspector::archive::findings::KEPT_PER_CODE);
}

#[test]
fn a_device_that_claims_to_be_huge_costs_nothing() {
    let mut archive = dense().build();
    archive.patch_header(4096 + 32 + 8, &(1_u64 << 63).to_be_bytes());
    let scan = scan(archive.bytes);
    let missing = only(&scan, "cluster-missing");
    assert_eq!(missing.kind, FindingKind::ClusterMissing { count: (1 << 47) - 200 });
    assert!(scan.found().index_bytes() < 10_000);
    let image =
        scan.image(support::id(1)).expect("declared").filled(vma_inspector::image::Fill::Zeros);
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

    vma_inspector::source::every_byte_is_at_hand!();
}

#[test]
fn a_source_that_fails_in_the_middle_is_an_error_and_keeps_what_was_found() {
    let source = Rc::new(Shrinking { bytes: dense().build().bytes, left: Cell::new(5) });
    let archive =
        vma_inspector::archive::Archive::open(source, &Options::default()).expect("opens");
    let mut scan = Scan::new(&archive);
    let error = scan.step().expect_err("the source fails");
    assert_eq!((error.code(), error.part()), ("source-shrank", Part::Source));
    assert_eq!(scan.found().extents().count, 1);
}

#[test]
fn what_the_scan_has_not_come_to_is_an_error_and_no_zeros() {
    let device = Device::new(1, "drive-scsi0", 1 << 20, Content::of_kind(Kind::Dense, 1));
    let builder = ArchiveBuilder::new().device(device);
    let archive = open(builder.build().bytes);
    let scan = Scan::new(&archive);
    let mut bytes = [0; 4096];
    let filled = |scan: &Scan| scan.image(id(1)).expect("it is declared").filled(Fill::Zeros);
    let error = filled(&scan).read_at(65_536, &mut bytes).expect_err("nothing was scanned");
    assert_eq!((error.code(), error.part()), ("not-yet-known", Part::Image));
    assert_eq!(error.offset(), Some(65_536));
    let scan = finish(scan);
    assert_eq!(filled(&scan).read_at(65_536, &mut bytes), Ok(4096));
    assert!(bytes == builder.image(1)[65_536..][..4096]);
}
