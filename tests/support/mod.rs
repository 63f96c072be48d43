//! What the tests of the core share.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::archive::Archive;
use vma_inspector::archive::finding::Finding;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::Options;
use vma_inspector::image::{Fill, Image};
use vma_inspector::scan::Scan;
use vma_inspector::source::Error;
use vma_inspector::source::{GapKind, ReadAt, gaps};

/// A source that counts what is read from it.
pub struct Counting<S> {
    inner: S,
    pub reads: Cell<u64>,
    pub bytes: Cell<u64>,
}

impl<S> Counting<S> {
    pub fn new(inner: S) -> Rc<Self> {
        Rc::new(Self { inner, reads: Cell::new(0), bytes: Cell::new(0) })
    }

    pub fn reset(&self) {
        self.reads.set(0);
        self.bytes.set(0);
    }
}

impl<S: ReadAt> ReadAt for Counting<S> {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.inner.read_at(offset, buffer)?;
        self.reads.set(self.reads.get() + 1);
        self.bytes.set(self.bytes.get() + count as u64);
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.inner.trace(range, into);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

pub fn id(id: u8) -> DeviceId {
    DeviceId::new(id).expect("a device id")
}

pub fn open(bytes: Vec<u8>) -> Archive {
    Archive::open(Rc::new(bytes), &Options::default()).expect("the archive opens")
}

/// Runs a scan to its end.
pub fn finish(mut scan: Scan) -> Scan {
    while !scan.step().expect("the source can be read").done {}
    scan
}

pub fn scan(bytes: Vec<u8>) -> Scan {
    finish(Scan::new(&open(bytes)))
}

/// All findings of a scan, in the order of their codes.
pub fn findings(scan: &Scan) -> Vec<Finding> {
    scan.found().findings().iter().cloned().collect()
}

/// The codes that a scan found, each once, in order.
pub fn codes(scan: &Scan) -> Vec<&'static str> {
    scan.found().findings().groups().map(|(code, _)| code).collect()
}

/// The whole image of a device.
pub fn image(scan: &Scan, device: u8) -> Vec<u8> {
    let image = scan.image(id(device)).expect("the device is declared").filled(Fill::Zeros);
    let size = usize::try_from(image.size().expect("an image has a size")).expect("fits");
    let mut bytes = vec![0xaa; size];
    assert_eq!(image.read_at(0, &mut bytes).expect("the image reads"), size);
    bytes
}

/// Puts the truth into `bytes` wherever `image` is in doubt: what nobody vouches for
/// is not held against the truth. Returns how many bytes that are.
pub fn take_over_doubt(image: &Image, truth: &[u8], bytes: &mut [u8]) -> u64 {
    let doubts = gaps(image, 0..truth.len() as u64).filter(|gap| gap.kind == GapKind::InDoubt);
    let mut count = 0;
    for gap in doubts {
        let range = gap.start as usize..(gap.end as usize).min(truth.len());
        bytes[range.clone()].copy_from_slice(&truth[range]);
        count += gap.end - gap.start;
    }
    count
}

/// Bytes of a disk that are claimed to be right, and those of them that are not.
pub fn claimed_of(scan: &Scan, device: u8, truth: &[u8]) -> (u64, u64) {
    let Some(image) = scan.image(id(device)) else { return (0, 0) };
    let mut unsure = vec![false; truth.len()];
    for gap in gaps(&image, 0..u64::MAX) {
        assert!(matches!(gap.kind, GapKind::Lost | GapKind::InDoubt));
        unsure[gap.start as usize..gap.end as usize].fill(true);
    }
    let mut found = vec![0; truth.len()];
    let filled = image.filled(Fill::Zeros);
    assert_eq!(filled.read_at(0, &mut found), Ok(truth.len()));
    let pairs = found.iter().zip(truth).zip(&unsure).filter(|(_, unsure)| !**unsure);
    pairs.fold((0, 0), |(all, wrong), ((found, truth), _)| {
        (all + 1, wrong + u64::from(found != truth))
    })
}
