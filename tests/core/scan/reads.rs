//! What a scan and an image cost: reads and bytes, counted.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use crate::support::{Counting, finish, id};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Random, RawExtent, RawSlot};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::scan::Scan;
use vma_inspector::source::Error;
use vma_inspector::source::ReadAt;

const UUID: [u8; 16] = *b"archive-writer-0";

/// An archive of one disk whose clusters are all alike, in order: made up as it
/// is read, so that it may be of any size.
pub(super) struct Uniform {
    header: Vec<u8>,
    mask: u16,
    clusters: u64,
}

impl Uniform {
    pub(super) fn new(mask: u16, size: u64) -> Self {
        let device = Device::new(1, "drive-scsi0", size, Content::zero());
        let header = ArchiveBuilder::new().uuid(UUID).device(device).raw_header().to_bytes();
        Self { header, mask, clusters: size.div_ceil(65_536) }
    }

    fn extent_size(&self) -> u64 {
        512 + 58 * u64::from(self.mask.count_ones()) * 4096
    }

    fn extents(&self) -> u64 {
        self.clusters.div_ceil(58)
    }

    fn extent_header(&self, number: u64) -> Vec<u8> {
        let mut extent = RawExtent::new(UUID);
        let first = number * 58;
        for (slot, cluster) in extent.slots.iter_mut().zip(first..self.clusters.min(first + 58)) {
            *slot = RawSlot { mask: self.mask, reserved: 0, device: 1, cluster: cluster as u32 };
        }
        let blocks = extent.slots.iter().map(|slot| slot.mask.count_ones()).sum::<u32>();
        extent.block_count = Some(blocks as u16);
        extent.to_bytes()[..512].to_vec()
    }
}

impl ReadAt for Uniform {
    fn size(&self) -> Option<u64> {
        let clusters = self.clusters * u64::from(self.mask.count_ones()) * 4096;
        Some(self.header.len() as u64 + self.extents() * 512 + clusters)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let end = self.size().expect("known").min(offset + buffer.len() as u64);
        let mut at = offset;
        while at < end {
            let to = &mut buffer[(at - offset) as usize..(end - offset) as usize];
            let header = self.header.len() as u64;
            if at < header {
                let rest = &self.header[at as usize..];
                let count = rest.len().min(to.len());
                to[..count].copy_from_slice(&rest[..count]);
                at += count as u64;
                continue;
            }
            let (number, within) =
                ((at - header) / self.extent_size(), (at - header) % self.extent_size());
            let count = if within < 512 {
                let extent = self.extent_header(number);
                let rest = &extent[within as usize..];
                let count = rest.len().min(to.len());
                to[..count].copy_from_slice(&rest[..count]);
                count
            } else {
                let count = to.len().min((self.extent_size() - within) as usize);
                to[..count].fill(0x11);
                count
            };
            at += count as u64;
        }
        Ok((at - offset) as usize)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

const TIB: u64 = 1 << 40;

#[test]
fn a_dense_archive_costs_one_small_read_an_extent() {
    let uniform = Uniform::new(0xffff, 1000 * 58 * 65_536);
    let source = Counting::new(uniform);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).expect("opens");
    let why = "one that tells other files, one that tells the container, one for the header";
    assert_eq!(source.reads.get(), 3, "{why}");
    source.reset();
    let scan = finish(Scan::new(&archive));
    assert_eq!(scan.found().extents().count, 1000);
    assert_eq!(scan.found().findings().count(), 0);
    assert!(source.reads.get() <= 1100, "{} reads", source.reads.get());
    assert!(source.bytes.get() <= 1000 * 4096, "{} bytes", source.bytes.get());
}

#[test]
fn extents_of_zeros_are_read_a_hundred_and_more_at_once() {
    let uniform = Uniform::new(0, 10_000 * 58 * 65_536);
    let source = Counting::new(uniform);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).expect("opens");
    source.reset();
    let scan = finish(Scan::new(&archive));
    assert_eq!(scan.found().extents().count, 10_000);
    assert_eq!(scan.found().findings().count(), 0);
    assert!(source.reads.get() <= 100, "{} reads", source.reads.get());
}

#[test]
fn a_step_is_bounded_and_its_reads_are_foretold() {
    for mask in [0xffff, 0x0001, 0] {
        let source = Foretold::of(Uniform::new(mask, 1000 * 58 * 65_536));
        let archive = Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default())
            .expect("opens");
        let mut scan = Scan::new(&archive);
        let (mut last, mut done) = (0, false);
        source.forget();
        while !done {
            source.expect(scan.wants());
            let progress = scan.step().expect("steps");
            assert!(progress.extents - last <= 4096);
            (last, done) = (progress.extents, progress.done);
        }
        let (told, untold) = source.counts();
        assert!(told > 0 && untold <= 5, "mask {mask:#x}: {told} foretold, {untold} not");
    }
}

/// Counts the reads that were named beforehand.
pub(super) struct Foretold<S> {
    inner: S,
    wanted: std::cell::RefCell<Vec<Range<u64>>>,
    told: Cell<u64>,
    untold: Cell<u64>,
}

impl<S> Foretold<S> {
    pub(super) fn of(inner: S) -> Rc<Self> {
        let (wanted, told, untold) = Default::default();
        Rc::new(Self { inner, wanted, told, untold })
    }

    /// Counts anew.
    pub(super) fn forget(&self) {
        self.told.set(0);
        self.untold.set(0);
    }

    /// These are the ranges that are named.
    pub(super) fn expect(&self, wanted: Vec<Range<u64>>) {
        *self.wanted.borrow_mut() = wanted;
    }

    /// How many reads were named, and how many were not.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.told.get(), self.untold.get())
    }
}

impl<S: ReadAt> ReadAt for Foretold<S> {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.inner.read_at(offset, buffer)?;
        let end = offset + count as u64;
        let named =
            self.wanted.borrow().iter().any(|range| range.start <= offset && end <= range.end);
        let counter = if named || count == 0 { &self.told } else { &self.untold };
        counter.set(counter.get() + 1);
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

#[test]
fn the_index_of_a_dense_tebibyte_takes_at_most_160_mib() {
    let source = Rc::new(Uniform::new(0xffff, TIB));
    let archive = Archive::open(source, &Options::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    assert_eq!(scan.found().findings().count(), 0);
    let counts = scan.found().index(id(1)).expect("declared").counts();
    assert_eq!(counts.full, TIB / 65_536);
    let bytes = scan.found().index_bytes();
    assert!(bytes <= 160 << 20, "{bytes} bytes");
    assert!(bytes as u64 >= 8 * counts.full, "what is held is counted");
}

#[test]
fn the_index_of_a_tebibyte_of_zeros_takes_at_most_2_mib() {
    let source = Rc::new(Uniform::new(0, TIB));
    let archive = Archive::open(source, &Options::default()).expect("opens");
    let mut scan = Scan::new(&archive);
    let mut most = 0;
    while !scan.step().expect("steps").done {
        most = most.max(scan.found().index_bytes());
    }
    assert_eq!(scan.found().index(id(1)).expect("declared").counts().zero, TIB / 65_536);
    assert!(most <= 2 << 20, "{most} bytes");
}

#[test]
fn an_image_is_read_in_few_reads_where_its_blocks_lie_close() {
    let device = Device::new(1, "drive-scsi0", 64 << 20, Content::of_kind(Kind::Mixed, 3));
    let builder = ArchiveBuilder::new().device(device);
    let source = Counting::new(builder.build().bytes);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("declared");
    source.reset();
    let mut bytes = vec![0; 4 << 20];
    for start in (0..64 << 20).step_by(4 << 20) {
        image.read_at(start, &mut bytes).expect("reads");
    }
    // Long runs are read by themselves, short ones together.
    assert!(source.reads.get() <= 3 * 16, "{} reads for 16 windows", source.reads.get());
}

#[test]
fn what_an_image_reads_it_names_beforehand() {
    let device = Device::new(1, "drive-scsi0", 8 << 20, Content::of_kind(Kind::Mixed, 3));
    let archive = ArchiveBuilder::new().device(device).order(archive_writer::Order::Shuffled(1));
    let source = Rc::new(Recording { bytes: archive.build().bytes, reads: Default::default() });
    let opened =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).expect("opens");
    let scan = finish(Scan::new(&opened));
    let image = scan.image(id(1)).expect("declared");
    let mut random = Random::new(6);
    for _ in 0..100 {
        let start = random.below(8 << 20);
        let mut bytes = vec![0; 1 + random.below(1 << 20) as usize];
        let mut named = Vec::new();
        image.trace(start..start + bytes.len() as u64, &mut named);
        source.reads.borrow_mut().clear();
        image.read_at(start, &mut bytes).expect("reads");
        assert_eq!(*source.reads.borrow(), named);
    }
}

/// Remembers what was read.
struct Recording {
    bytes: Vec<u8>,
    reads: std::cell::RefCell<Vec<Range<u64>>>,
}

impl ReadAt for Recording {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.bytes.read_at(offset, buffer)?;
        self.reads.borrow_mut().push(offset..offset + count as u64);
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}
