//! What many holes cost, counted exactly: twice as many may cost twice as much and
//! a little more, never four times.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::memory::allocated;
use crate::support::{codes, finish, id};
use archive_writer::{ArchiveBuilder, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::image::Fill;
use vma_inspector::scan::Scan;
use vma_inspector::source::{Error, Gap, GapKind, ReadAt, read_range};

/// From the start of one hole to that of the next, bytes.
const PITCH: u64 = 128;

/// Bytes of a hole.
const HOLE: u64 = 32;

/// Bytes of memory that work may ask for because of one more hole, and that it may make
/// ready for what is read behind it.
const ALLOCATED_MAX: u64 = 4096;

/// Clusters of the disk, in extents of 58.
const CLUSTERS: usize = 232;

/// What was asked of a source, and what memory was asked for besides.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    reads: u64,
    /// Bytes that reads gave.
    bytes: u64,
    /// Bytes that there was room for: a buffer is made anew for each read, as a rule.
    room: u64,
    /// Holes of the table that were looked at.
    visited: u64,
    /// Bytes of memory, whether they were given back or not.
    allocated: u64,
}

/// Bytes with as many holes as `count`, the first of which starts at `first`.
struct Holed {
    bytes: Vec<u8>,
    first: u64,
    count: u64,
    cost: Cell<Cost>,
}

impl Holed {
    fn new(bytes: Vec<u8>, first: u64, count: u64) -> Rc<Self> {
        assert!(first + count * PITCH <= bytes.len() as u64, "the holes lie in the bytes");
        Rc::new(Self { bytes, first, count, cost: Cell::default() })
    }

    fn note(&self, change: impl FnOnce(&mut Cost)) {
        let mut cost = self.cost.get();
        change(&mut cost);
        self.cost.set(cost);
    }

    /// The first hole that ends behind `offset`; the one hole that is looked at.
    fn hole_behind(&self, offset: u64) -> Option<Range<u64>> {
        let number = (offset + PITCH).saturating_sub(self.first + HOLE) / PITCH;
        let start = self.first + number * PITCH;
        (number < self.count).then_some(start..start + HOLE)
    }
}

impl ReadAt for Holed {
    fn size(&self) -> Option<u64> {
        Some(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let stop = self.hole_behind(offset).map_or(u64::MAX, |hole| hole.start.max(offset));
        let room = (stop - offset).min(buffer.len() as u64) as usize;
        let count = self.bytes.read_at(offset, &mut buffer[..room])?;
        self.note(|cost| {
            cost.reads += 1;
            cost.bytes += count as u64;
            cost.room += buffer.len() as u64;
        });
        Ok(count)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.note(|cost| cost.visited += 1);
        let hole = self.hole_behind(range.start).filter(|hole| hole.start < range.end)?;
        Some(Gap { start: hole.start, end: hole.end, kind: GapKind::Lost })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
        Ok(true)
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}

/// Asserts that work on 20,000 holes costs at most 2.2 times what the same work on
/// 10,000 does, that no hole costs a buffer, and that it depends on them at all.
fn assert_in_proportion(what: &str, cost_of: impl Fn(u64) -> Cost) {
    let (some, twice) = (cost_of(10_000), cost_of(20_000));
    let counted = [
        ("reads", some.reads, twice.reads),
        ("bytes read", some.bytes, twice.bytes),
        ("room for bytes", some.room, twice.room),
        ("holes visited", some.visited, twice.visited),
        ("bytes allocated", some.allocated, twice.allocated),
    ];
    for (name, some, twice) in counted {
        assert!(twice * 10 <= some * 22, "{what}: {name}: {some}, then {twice}");
    }
    let per_hole = |some: u64, twice: u64| twice.saturating_sub(some) / 10_000;
    let allocated = per_hole(some.allocated, twice.allocated);
    assert!(allocated <= ALLOCATED_MAX, "{what}: {allocated} bytes allocated for a hole");
    let room = per_hole(some.room, twice.room);
    assert!(room <= ALLOCATED_MAX, "{what}: room for {room} bytes for a hole");
    assert!(some.visited >= 10_000, "{what}: no hole was passed over: {some:?}");
}

/// Does the work on `source`; what it cost.
fn cost(source: &Holed, work: impl FnOnce()) -> Cost {
    source.cost.take();
    let ((), bytes) = allocated(work);
    Cost { allocated: bytes, ..source.cost.take() }
}

/// One dense disk in four extents.
fn disk() -> ArchiveBuilder {
    let bytes = Random::new(1).bytes(CLUSTERS * 65_536);
    ArchiveBuilder::new().disk(1, "drive-scsi0", bytes)
}

/// The disk's archive with `count` holes in a stretch of other bytes before its
/// second extent.
fn pushed_apart(count: u64) -> Rc<Holed> {
    let mut archive = disk().build();
    let at = archive.extent(1);
    archive.insert(at, &Random::new(2).bytes((count * PITCH) as usize));
    Holed::new(archive.bytes, at + PITCH / 2, count - 1)
}

fn opened(source: &Rc<Holed>) -> Archive {
    let source: Rc<dyn ReadAt> = Rc::clone(source) as _;
    Archive::open(source, &Options::default()).expect("the archive opens")
}

#[test]
fn a_search_for_an_extent_goes_past_holes_in_proportion() {
    assert_in_proportion("a search of the scan", |count| {
        let source = pushed_apart(count);
        let archive = opened(&source);
        cost(&source, || {
            let scan = finish(Scan::new(&archive));
            assert_eq!(codes(&scan), ["bytes-skipped"]);
            let missing = scan.image(id(1)).expect("a disk").lost_bytes(0..u64::MAX);
            assert_eq!(missing, 0, "every extent was found behind the holes");
        })
    });
}

/// A step has a price of its own: in the page it is a call, and others are let in.
#[test]
fn a_step_of_a_search_goes_past_many_holes() {
    let source = pushed_apart(20_000);
    let archive = opened(&source);
    let mut scan = Scan::new(&archive);
    let mut steps = 0;
    while !scan.step().expect("the source can be read").done {
        steps += 1;
    }
    assert!(scan.found().findings().count() > 0, "something was searched for");
    // Each hole takes two looks, and 2,048 of them are a step.
    assert!((10..40).contains(&steps), "{steps} steps");
}

#[test]
fn a_search_for_the_start_goes_past_holes_in_proportion() {
    assert_in_proportion("a search for the start", |count| {
        let archive = disk().build();
        let extents = &archive.bytes[archive.extent(0) as usize..];
        let mut bytes = Random::new(3).bytes((count * PITCH) as usize);
        bytes.extend_from_slice(extents);
        let source = Holed::new(bytes, PITCH / 2, count - 1);
        cost(&source, || {
            let uuid = opened(&source).header().uuid();
            assert_eq!(uuid.as_bytes(), &archive.bytes[8..24], "the extents were found");
        })
    });
}

#[test]
fn an_image_with_holes_is_read_in_proportion() {
    assert_in_proportion("an image", |count| {
        let archive = disk().build();
        let data = archive.extent(0) + 512;
        let source = Holed::new(archive.bytes, data + PITCH / 2, count);
        let archive = opened(&source);
        cost(&source, || {
            let scan = finish(Scan::new(&archive));
            let image = scan.image(id(1)).expect("a disk");
            assert_eq!(image.lost_bytes(0..u64::MAX), count * HOLE);
            let filled = image.filled(Fill::Pattern);
            let size = filled.size().expect("known");
            for start in (0..size).step_by(1 << 20) {
                let end = size.min(start + (1 << 20));
                let bytes = read_range(&filled, start..end).expect("the source can be read");
                assert_eq!(bytes.len() as u64, end - start);
            }
        })
    });
}
