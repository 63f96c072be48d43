//! What is stacked on the image of a disk, as a partition is, is told what is
//! lost below it, what is slow, and what nobody knows yet.

use std::ops::Range;
use std::rc::Rc;

use crate::programs::run;
use crate::support::{finish, id, open};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order};
use vma_inspector::archive::Archive;
use vma_inspector::container::{Contents, Options, open as open_container};
use vma_inspector::image::{Fill, Image, Origin, Run};
use vma_inspector::scan::Scan;
use vma_inspector::source::{Gap, GapKind, ReadAt, Window, gaps, read_range};

const SIZE: u64 = 24 << 20;

/// A partition that starts and ends inside clusters and blocks.
const PARTITION: Range<u64> = (1 << 20) + 700..SIZE - (1 << 20) - 300;

fn disk() -> ArchiveBuilder {
    let content = Content::of_kind(Kind::Mixed, 5);
    ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", SIZE, content))
}

/// What the partition held when the disk was backed up.
fn truth() -> Vec<u8> {
    disk().image(1)[PARTITION.start as usize..PARTITION.end as usize].to_vec()
}

fn image_of(scan: &Scan) -> Image {
    scan.image(id(1)).expect("the disk is known")
}

/// Where the first bytes of the partition are that the archive stores.
fn first_stored(image: &Image) -> Range<u64> {
    let is_stored = |run: &Run| matches!(run.origin, Origin::Stored(_));
    let run = image.runs(PARTITION).find(is_stored).expect("not all zeros");
    run.start.0 - PARTITION.start..run.end().min(run.start.0 + 4096) - PARTITION.start
}

fn partition(image: &Image) -> Window {
    Window::new(Rc::new(image.clone()), PARTITION)
}

/// The gaps of `source` that stop reads, those that follow one another as one.
fn gaps_of(source: &dyn ReadAt) -> Vec<Gap> {
    let mut joined: Vec<Gap> = Vec::new();
    for gap in gaps(source, 0..u64::MAX).filter(Gap::stops_reads) {
        match joined.last_mut().filter(|last| last.kind == gap.kind && last.end == gap.start) {
            Some(last) => last.end = gap.end,
            None => joined.push(gap),
        }
    }
    joined
}

/// The bytes of the partition that are made up when the whole image is read, as
/// gaps: without them, two ways to fill it give the same.
fn made_up(image: &Image) -> Vec<Gap> {
    let filled = |fill| read_range(&image.clone().filled(fill), PARTITION).expect("reads");
    let (zeros, pattern) = (filled(Fill::Zeros), filled(Fill::Pattern));
    let mut made_up: Vec<Gap> = Vec::new();
    for (at, _) in (0..).zip(zeros.iter().zip(&pattern)).filter(|(_, (zero, text))| zero != text) {
        match made_up.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end += 1,
            None => made_up.push(Gap { start: at, end: at + 1, kind: GapKind::Lost }),
        }
    }
    made_up
}

/// Asserts that reads give what was on the disk, and stop where a gap is told.
fn assert_stops(window: &Window, gaps: &[Gap], truth: &[u8]) {
    let size = window.size().expect("known");
    let ends = gaps.iter().map(|gap| gap.end);
    let stops = gaps.iter().map(|gap| gap.start).chain([size]);
    let mut buffer = vec![0xaa; truth.len() + 1];
    for (from, stop) in [0].into_iter().chain(ends).zip(stops) {
        for start in [from, from + (stop - from) / 2, stop.saturating_sub(5).max(from)] {
            let count = window.read_at(start, &mut buffer).expect("a gap is no error");
            assert_eq!(start + count as u64, stop, "from {start:#x}");
            assert!(buffer[..count] == truth[start as usize..stop as usize], "from {start:#x}");
        }
    }
    for gap in gaps {
        for at in [gap.start, gap.end - 1] {
            assert_eq!(window.read_at(at, &mut buffer), Ok(0), "{gap:x?}");
            assert_eq!(window.gap(at..at + 1).map(|gap| gap.kind), Some(gap.kind), "{gap:x?}");
        }
    }
}

fn zstd(plain: &[u8]) -> Option<Vec<u8>> {
    run("zstd", &["-q", "-c", "-3"], plain)
}

/// `packed`, of which the header of a block in the middle is overwritten: what
/// comes before decodes, and to nothing else than before.
fn damaged(mut packed: Vec<u8>) -> Vec<u8> {
    // Behind the frame's own header, which has no length from a pipe.
    let mut at = 6;
    while at < packed.len() / 2 {
        let fields = u32::from_le_bytes([packed[at], packed[at + 1], packed[at + 2], 0]);
        at += 3 + if (fields >> 1) & 3 == 1 { 1 } else { (fields >> 3) as usize };
    }
    packed[at..at + 3].fill(0xff);
    packed
}

#[test]
fn a_window_on_a_disk_of_a_damaged_zst_is_told_what_is_lost_and_what_is_slow() {
    let Some(packed) = zstd(&disk().build().bytes) else { return };
    let archive = open(damaged(packed));
    let image = image_of(&finish(Scan::new(&archive)));
    let (window, start) = (partition(&image), first_stored(&image));
    // The scan has come to the end, and the start is to be decoded again.
    assert_eq!(window.approach(start.clone(), 1), Ok(false));
    assert!((0..10_000).any(|_| window.approach(start.clone(), 1 << 16).expect("goes on")));
    let told = gaps_of(&window);
    assert!(!told.is_empty());
    assert_eq!(told, made_up(&image));
    assert_stops(&window, &told, &truth());
}

#[test]
fn a_window_on_what_nobody_has_decoded_is_slow_and_learns_of_a_loss_by_reading() {
    let (truth, plain) = (truth(), disk().build().bytes);
    let Some(packed) = zstd(&plain) else { return };
    // Where the clusters are, known from elsewhere.
    let scan = finish(Scan::new(&open(plain)));
    let index = Rc::clone(scan.found().index(id(1)).expect("the disk is known"));
    let source = Rc::new(damaged(packed));
    let contents = Rc::new(open_container(source, &Options::default()).expect("opens"));
    let image = Image::new(Rc::<Contents>::clone(&contents), index, SIZE, true);
    let (window, start) = (partition(&image), first_stored(&image));
    assert_eq!(gaps_of(&window), []);
    assert_eq!(window.approach(start.clone(), 1), Ok(false));
    let mut bytes = vec![0xaa; truth.len()];
    let count = window.read_at(0, &mut bytes).expect("a loss is no error");
    assert!((1 << 20..truth.len()).contains(&count), "{count}");
    assert!(bytes[..count] == truth[..count]);
    let gap = window.gap(count as u64..count as u64 + 1).expect("it tells why");
    assert_eq!((gap.start, gap.kind), (count as u64, GapKind::Lost));
    assert!(!contents.findings().is_empty());
}

#[test]
fn a_window_on_a_disk_of_a_plain_archive_is_told_what_is_lost_and_is_quick() {
    let mut built = disk().build();
    // The header of an extent, and the end of the archive.
    let (second, end) = (built.extent(1), built.bytes.len() as u64);
    built.flip(second + 30);
    built.truncate(end - (2 << 20));
    let archive = open(built.bytes);
    let image = image_of(&finish(Scan::new(&archive)));
    let window = partition(&image);
    let told = gaps_of(&window);
    assert!(told.len() >= 2, "{told:x?}");
    assert_eq!(told, made_up(&image));
    for at in (0..window.size().expect("known")).step_by(65_536) {
        assert_eq!(window.approach(at..at + 65_536, 1), Ok(true));
    }
    assert_stops(&window, &told, &truth());
}

#[test]
fn what_a_scan_has_not_found_yet_is_not_known_and_is_no_zeros() {
    const END: u64 = 10_000 * 65_536;
    // Extents of a cluster of zeros, more than a step looks at.
    let zeros = Device::new(1, "drive-scsi0", END, Content::zero());
    let archive = open(ArchiveBuilder::new().device(zeros).slots_per_extent(1).build().bytes);
    let mut scan = Scan::new(&archive);
    let (mut known, mut steps) = (0, 0);
    loop {
        let image = image_of(&scan);
        let window = Window::new(Rc::new(image.clone()), 4096..END);
        let gap = Gap { start: known, end: END - 4096, kind: GapKind::NotYetKnown };
        assert_eq!(gaps_of(&window), [gap]);
        let (before, mut bytes) = (known.min(5), [0xaa; 512]);
        assert_eq!(window.read_at(known - before, &mut bytes), Ok(before as usize));
        assert_eq!(bytes[before as usize..], [0xaa; 512][before as usize..]);
        assert_eq!(image.lost_bytes(0..u64::MAX), 0);
        let filled = image.filled(Fill::Zeros).read_at(known + 4096, &mut bytes);
        assert_eq!(filled.map_err(|error| error.code()), Err("not-yet-known"));
        steps += 1;
        let done = scan.step().expect("steps").done;
        known = scan.found().extents().count * 65_536 - 4096;
        // Of the last extent, only the end of all is left to be found.
        if done || known == END - 4096 {
            break;
        }
    }
    assert!(steps >= 2, "{steps}");
    let image = image_of(&finish(scan));
    assert_eq!(image.gap(0..u64::MAX), None);
    assert_eq!(image.read_at(END - 5, &mut [0xaa; 512]), Ok(5));
}

#[test]
fn a_scan_of_a_zst_under_way_gives_what_it_found_and_stops_before_the_rest() {
    let truth = truth();
    let Some(packed) = zstd(&disk().build().bytes) else { return };
    let archive = open(packed);
    let mut scan = Scan::new(&archive);
    let (mut before, mut partly) = (0, 0);
    while !scan.step().expect("steps").done {
        let window = partition(&image_of(&scan));
        let told = gaps_of(&window);
        let end = PARTITION.end - PARTITION.start;
        let start = told.first().map_or(end, |gap| gap.start);
        let rest = Gap { start, end, kind: GapKind::NotYetKnown };
        assert!(told.iter().all(|gap| *gap == rest), "{told:x?}");
        assert!(start >= before);
        partly += u32::from(before < start && start < end);
        let mut bytes = vec![0xaa; truth.len()];
        assert_eq!(window.read_at(0, &mut bytes), Ok(start as usize));
        assert!(bytes[..start as usize] == truth[..start as usize]);
        before = start;
    }
    assert!(partly >= 1, "{partly}");
    assert_eq!(gaps_of(&partition(&image_of(&scan))), []);
}

#[test]
fn a_disk_that_lies_scattered_in_a_zst_is_approached_in_the_end() {
    let builder = ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 64 << 20, Content::of_kind(Kind::Dense, 5)))
        .order(Order::Shuffled(3));
    let Some(packed) = run("zstd", &["-q", "-c"], &builder.build().bytes) else { return };
    let options = Options { cache_bytes: 1 << 20, ..Options::default() };
    let archive = Archive::open(Rc::new(packed), &options).expect("opens");
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("declared");
    let calls = (0..1000).find(|_| image.approach(0..1 << 20, 8 << 20).expect("reads"));
    assert!(calls.is_some_and(|calls| calls < 20), "{calls:?}");
}
