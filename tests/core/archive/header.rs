//! What is wrong in a header: code, offset, device, and what can still be had.

use std::rc::Rc;

use crate::dense::{dense, offset, only, only_count};
use crate::support;
use crate::support::{codes, image, scan};
use archive_writer::fix_header_md5;
use vma_inspector::archive::finding::FindingKind;
use vma_inspector::container::Options;
use vma_inspector::source::{Error, Part};

fn open_error(bytes: &[u8]) -> Error {
    vma_inspector::archive::Archive::open(Rc::new(bytes.to_vec()), &Options::default())
        .err()
        .expect("it cannot be opened")
}

#[test]
fn what_is_no_archive_is_refused_with_its_reason() {
    for (bytes, code, part, at) in [
        (&b""[..], "source-empty", Part::Source, 0),
        (b"Hello, world\n", "foreign-file", Part::Source, 0),
        (b"Hello, world\0", "not-a-vma", Part::Header, 0),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not-a-vma", Part::Header, 0),
        (b"VM", "foreign-file", Part::Source, 0),
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
fn the_writer_and_the_reader_agree_on_a_patched_header() {
    let mut archive = dense().build();
    archive.patch(24, &(-1_i64).to_be_bytes());
    fix_header_md5(&mut archive.bytes);
    let archive = support::open(archive.bytes);
    assert!(archive.header().is_trusted());
    assert_eq!(archive.header().ctime(), -1);
}
