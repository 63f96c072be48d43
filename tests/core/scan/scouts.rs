//! Headers that are read far ahead of the walk: what is found is the same, in fewer
//! rounds of reads.

use std::ops::Range;
use std::rc::Rc;

use super::reads::Uniform;
use crate::mutated;
use crate::support::Counting;
use archive_writer::{ArchiveBuilder, Content, Device, Random, RawExtent, RawSlot};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::scan::{Scan, Scouting};
use vma_inspector::source::{Error, ReadAt};

const UUID: [u8; 16] = *b"archive-writer-0";

/// Scouts as close together as in small archives they have to be.
fn close(chains: u64, small: u64) -> Scouting {
    Scouting { chains, extents: 1..=2, small }
}

/// All that a scan finds, in words; the error's where it ends in one.
fn told(bytes: &Rc<Vec<u8>>, scouting: Option<Scouting>) -> String {
    let source: Rc<dyn ReadAt> = Rc::<Vec<u8>>::clone(bytes);
    let Ok(archive) = Archive::open(source, &Options::default()) else { return String::new() };
    let mut scan = Scan::new(&archive);
    if let Some(scouting) = scouting {
        scan.scout(scouting);
    }
    loop {
        match scan.step() {
            Ok(progress) if progress.done => break,
            Ok(_) => {}
            Err(error) => return format!("{error:?}"),
        }
    }
    format!("{:?} {:?} {:?}", scan.found(), scan.header(), scan.progress())
}

#[test]
fn what_is_found_does_not_depend_on_scouts_in_any_fixture() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut archives = 0;
    for entry in std::fs::read_dir(folder).expect("there are fixtures") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            continue;
        }
        let bytes = Rc::new(std::fs::read(&path).expect("it can be read"));
        let alone = told(&bytes, None);
        archives += usize::from(!alone.is_empty());
        for (chains, small) in [(0, 0), (1, 0), (5, 0), (64, 0), (5, 100_000)] {
            let with = told(&bytes, Some(close(chains, small)));
            assert!(with == alone, "{chains} scouts in {}", path.display());
        }
    }
    assert!(archives >= 8, "{archives} archives");
}

#[test]
fn what_is_found_does_not_depend_on_scouts_in_damaged_archives() {
    let base = mutated::base();
    for seed in 0..2_000 {
        let mut bytes = base.bytes.clone();
        for edit in mutated::edits_of_archive(&base, seed) {
            edit.apply(&mut bytes);
        }
        let bytes = Rc::new(bytes);
        let alone = told(&bytes, None);
        for chains in [1, 7] {
            assert!(told(&bytes, Some(close(chains, 0))) == alone, "seed {seed}, {chains} scouts");
        }
    }
}

/// An archive of one disk whose clusters have any blocks, made up as it is read.
struct Mixed {
    header: Vec<u8>,
    /// Where each extent starts, and its header.
    extents: Vec<(u64, Vec<u8>)>,
    size: u64,
}

impl Mixed {
    fn new(count: u32) -> Self {
        let bytes = u64::from(count) * 59 * 65_536;
        let device = Device::new(1, "drive-scsi0", bytes, Content::zero());
        let header = ArchiveBuilder::new().uuid(UUID).device(device).raw_header().to_bytes();
        let mut random = Random::new(7);
        let mut size = header.len() as u64;
        let mut extents = Vec::new();
        for number in 0..count {
            let mut extent = RawExtent::new(UUID);
            let mut blocks = 0;
            for (slot, cluster) in extent.slots.iter_mut().zip(number * 59..) {
                let mask = [0xffff, 0xffff, 0, random.below(1 << 16) as u16];
                let mask = mask[random.below(4) as usize];
                *slot = RawSlot { mask, reserved: 0, device: 1, cluster };
                blocks += mask.count_ones();
            }
            extent.block_count = Some(blocks as u16);
            extents.push((size, extent.to_bytes()[..512].to_vec()));
            size += 512 + u64::from(blocks) * 4096;
        }
        Self { header, extents, size }
    }
}

impl ReadAt for Mixed {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.size.saturating_sub(offset).min(buffer.len() as u64) as usize;
        buffer[..count].fill(0x11);
        let mut put = |at: u64, bytes: &[u8]| {
            for (at, &byte) in (at..).zip(bytes).filter(|(at, _)| *at >= offset) {
                if let Some(place) = buffer[..count].get_mut((at - offset) as usize) {
                    *place = byte;
                }
            }
        };
        put(0, &self.header);
        let first = self.extents.partition_point(|(at, _)| at + 512 <= offset);
        let within = self.extents[first..].iter();
        for (at, bytes) in within.take_while(|(at, _)| *at < offset + count as u64) {
            put(*at, bytes);
        }
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

/// Steps of a scan, each of which is one round of reads, and what it read in all.
fn rounds(source: impl ReadAt + 'static, extents: u64) -> (u64, u64, u64) {
    let source = Counting::new(source);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default()).expect("opens");
    let mut scan = Scan::new(&archive);
    scan.scout(Scouting::default());
    source.reset();
    let mut steps = 1;
    while !scan.step().expect("it can be read").done {
        steps += 1;
    }
    assert_eq!(scan.found().extents().count, extents);
    assert_eq!(scan.found().findings().count(), 0);
    (steps, source.reads.get(), source.bytes.get())
}

#[test]
fn a_dense_archive_is_read_in_rounds_of_128_headers_each_of_them_once() {
    let uniform = Uniform::new(0xffff, 6500 * 58 * 65_536);
    let (steps, reads, bytes) = rounds(uniform, 6500);
    // One more is at the end.
    assert_eq!((reads, bytes), (6501, 6500 * 512));
    assert!(steps <= 6500 / 128 + 20, "{steps} rounds");
}

#[test]
fn an_archive_of_extents_of_all_lengths_is_read_in_as_few_rounds() {
    let mixed = Mixed::new(6500);
    let size = mixed.size;
    let (steps, reads, bytes) = rounds(mixed, 6500);
    // Chains are as long as one another in bytes and not in headers; and how long the
    // last extents are on average tells no more than about how long the rest are.
    assert!(steps <= 6500 / 128 * 5 / 2, "{steps} rounds");
    // Each of 127 looks for its first header: half an extent, by windows of 256 KiB.
    assert!(reads <= 6500 + 127 * 16, "{reads} reads");
    assert!(bytes <= size / 50, "{bytes} of {size} bytes");
}

#[test]
fn what_a_round_reads_was_named_before_it() {
    let source = super::reads::Foretold::of(Mixed::new(3000));
    let archive = Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Options::default());
    let mut scan = Scan::new(&archive.expect("opens"));
    scan.scout(Scouting::default());
    source.forget();
    let mut done = false;
    while !done {
        source.expect(scan.wants());
        done = scan.step().expect("it can be read").done;
    }
    let (told, untold) = source.counts();
    assert!(told > 3000, "{told} foretold");
    // Before the first extents are known.
    assert!(untold <= 5, "{untold} not foretold");
}
