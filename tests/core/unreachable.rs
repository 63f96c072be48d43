//! Errors and findings that no small file shows: of sources that fail, that
//! hold nothing, or that are larger than what can be indexed. Those sources are
//! made up as they are read.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use crate::programs::run;
use crate::support::{codes, finish, id, open};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, RawExtent, RawSlot};
use vma_inspector::archive::Archive;
use vma_inspector::archive::finding::FindingKind;
use vma_inspector::archive::unit::ArchiveOffset;
use vma_inspector::container::Options;
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::source::{Error, ErrorKind, FileSource, Part, ReadAt};

/// Something that starts with `head` and goes on with pieces of `length` bytes:
/// each starts with what `piece` makes of its number, and zeros follow.
struct Pieces<F> {
    head: Vec<u8>,
    piece: F,
    length: u64,
    count: u64,
}

impl<F: Fn(u64) -> Vec<u8>> ReadAt for Pieces<F> {
    fn size(&self) -> Option<u64> {
        Some(self.head.len() as u64 + self.length * self.count)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = self.size().expect("known").saturating_sub(offset);
        let count = left.min(buffer.len() as u64);
        let buffer = &mut buffer[..count as usize];
        buffer.fill(0);
        let head = self.head.len() as u64;
        lay(&self.head, 0, offset, buffer);
        if offset + count > head {
            let first = offset.saturating_sub(head) / self.length;
            let last = (offset + count - 1 - head) / self.length;
            for number in first..=last {
                lay(&(self.piece)(number), head + number * self.length, offset, buffer);
            }
        }
        Ok(count as usize)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

/// Puts those of `bytes`, which stand at `at`, into a buffer for `offset` that
/// belong there.
fn lay(bytes: &[u8], at: u64, offset: u64, buffer: &mut [u8]) {
    let start = at.max(offset);
    let end = (at + bytes.len() as u64).min(offset + buffer.len() as u64);
    if start < end {
        let from = &bytes[(start - at) as usize..(end - at) as usize];
        buffer[(start - offset) as usize..(end - offset) as usize].copy_from_slice(from);
    }
}

/// The error with which the scan of a source ends.
fn scan_error(source: Rc<dyn ReadAt>) -> (Error, Scan) {
    let archive = Archive::open(source, &Options::default()).expect("it opens");
    let mut scan = Scan::new(&archive);
    loop {
        match scan.step() {
            Ok(progress) => assert!(!progress.done, "it ends without an error"),
            Err(error) => return (error, scan),
        }
    }
}

#[test]
fn a_source_that_cannot_be_read_says_why() {
    // A folder opens like a file, and cannot be read.
    let folder = File::open(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("it is there");
    let reason = std::io::Read::read(&mut &folder, &mut [0]).expect_err("it is no file");
    let source = FileSource::new(folder).expect("it has a length");
    let error = Archive::open(Rc::new(source), &Options::default()).err().expect("it fails");
    assert_eq!((error.code(), error.part()), ("source-unreadable", Part::Source));
    assert_eq!(error.offset(), Some(0));
    assert_eq!(*error.kind(), ErrorKind::SourceUnreadable(reason.to_string()));
    assert_eq!(error.to_string(), format!("source 0x0: cannot be read: {reason}"));
}

#[test]
fn a_container_that_holds_nothing_for_256_mib_is_given_up() {
    // Frames that zstd passes over, as RFC 8878 has them, of 1 MiB each.
    let frame = |_| [&[0x50, 0x2a, 0x4d, 0x18][..], &((1_u32 << 20) - 8).to_le_bytes()].concat();
    let frames = |count| {
        let source = Pieces { head: Vec::new(), piece: frame, length: 1 << 20, count };
        Archive::open(Rc::new(source), &Options::default()).err().expect("nothing is in it")
    };
    let error = frames(300);
    assert_eq!((error.code(), error.part()), ("nothing-sound", Part::Container));
    assert_eq!(error.offset(), Some(0));
    assert_eq!(*error.kind(), ErrorKind::NothingSound { searched: 256 << 20 });
    // What ends before is looked at as a whole, and is no archive.
    assert_ne!(frames(200).code(), "nothing-sound");
}

#[test]
fn what_a_container_lost_inside_an_extent_is_found_with_its_place() {
    const CHUNK: usize = 128 << 10;
    let content = Content::of_kind(Kind::Dense, 3);
    let disk = Device::new(1, "drive-scsi0", 3 << 20, content);
    let plain = ArchiveBuilder::new().device(disk.clone()).build();
    // A frame for each piece that says how long its contents are.
    let size = format!("--stream-size={CHUNK}");
    let mut packed = Vec::new();
    let mut frames = Vec::new();
    for chunk in plain.bytes.chunks(CHUNK) {
        frames.push(packed.len());
        let size = if chunk.len() == CHUNK { &size } else { "-q" };
        let Some(frame) = run("zstd", &["-q", "-c", size], chunk) else { return };
        packed.extend(frame);
    }
    // The type of the block in the sixth frame becomes the one that there is not.
    let header = frames[5] + if packed[frames[5] + 4] & 0x20 == 0 { 10 } else { 9 };
    assert_eq!(packed[header] >> 1 & 3, 0, "random bytes are stored as they are");
    packed[header] |= 6;
    let archive = open(packed);
    let scan = finish(Scan::new(&archive));
    let lost = 5 * CHUNK as u64..6 * CHUNK as u64;
    let group = scan.found().findings().group("contents-lost").expect("it is found");
    assert_eq!(group.count(), 1, "{:?}", group.kept());
    let finding = &group.kept()[0];
    assert_eq!(finding.offset, Some(ArchiveOffset(lost.start)));
    assert_eq!(finding.kind, FindingKind::ContentsLost { until: ArchiveOffset(lost.end) });
    // Just those bytes are lost, and every other one is the disk's.
    let image = scan.image(id(1)).expect("declared");
    let truth = disk.image();
    let mut total = 0;
    for run in image.runs(0..u64::MAX) {
        let expected = &truth[run.start.0 as usize..run.end() as usize];
        match run.origin {
            Origin::Lost => total += run.length,
            _ => {
                let mut bytes = vec![0; expected.len()];
                image.read_at(run.start.0, &mut bytes).expect("reads");
                assert!(bytes == expected, "{run:?}");
            }
        }
    }
    assert_eq!(total, lost.end - lost.start);
    assert!(codes(&scan).contains(&"contents-lost"));
}

const UUID: [u8; 16] = *b"archive-writer-0";

/// A header with two disks of as many clusters as numbers can count.
fn header_of_huge_disks() -> Vec<u8> {
    let disk = |id| Device::new(id, format!("drive-scsi{id}"), 1 << 48, Content::zero());
    ArchiveBuilder::new().uuid(UUID).device(disk(1)).device(disk(2)).raw_header().to_bytes()
}

#[test]
fn an_archive_beyond_the_last_offset_of_the_index_is_an_error() {
    // Each extent says that it has 65,535 blocks, 256 MiB, and one cluster in
    // it: a million of them reach 2^48.
    let extent = |number: u64| {
        let mut extent = RawExtent::new(UUID);
        extent.slots[0] = RawSlot { mask: 1, reserved: 0, device: 1, cluster: number as u32 };
        extent.block_count = Some(65_535);
        extent.to_bytes()[..512].to_vec()
    };
    let length = 512 + 65_535 * 4096;
    let head = header_of_huge_disks();
    let first = head.len() as u64 + 512;
    let source = Pieces { head, piece: extent, length, count: (1 << 48) / length + 10 };
    let (error, scan) = scan_error(Rc::new(source));
    assert_eq!((error.code(), error.part()), ("archive-too-large", Part::Extent));
    assert_eq!(*error.kind(), ErrorKind::ArchiveTooLarge { max: 1 << 48 });
    // The first cluster at or behind it.
    let number = ((1_u64 << 48) - first).div_ceil(length);
    assert_eq!(error.offset(), Some(first + number * length));
    assert_eq!(scan.found().index(id(1)).expect("declared").counts().found(), number);
}

#[test]
#[ignore = "takes 2.3 GB of memory; run it with --ignored"]
fn an_index_that_takes_too_much_memory_is_an_error() {
    // Of every thousand clusters one: the most memory that a cluster can take.
    let extent = |number: u64| {
        let mut extent = RawExtent::new(UUID);
        for (slot, place) in extent.slots.iter_mut().zip(number * 59..) {
            let (device, cluster) = (1 + (place >> 22) as u8, (place as u32) << 10);
            *slot = RawSlot { mask: 1, reserved: 0, device, cluster };
        }
        extent.block_count = Some(59);
        extent.to_bytes()[..512].to_vec()
    };
    let source = Pieces {
        head: header_of_huge_disks(),
        piece: extent,
        length: 512 + 59 * 4096,
        count: (2 << 22) / 59,
    };
    let (error, scan) = scan_error(Rc::new(source));
    assert_eq!((error.code(), error.part()), ("index-too-large", Part::Extent));
    assert_eq!(*error.kind(), ErrorKind::IndexTooLarge { max: 2_200 << 20 });
    let held = scan.found().index_bytes();
    // It is looked at every so many extents, which add some megabytes.
    assert!((2_200 << 20..2_300 << 20).contains(&held), "{held}");
}
