//! Hostile input: small archives, mutated by a seed. Whatever comes, the scan
//! ends, in bounded steps and bounded memory, and every image can be read.

mod support;

use std::rc::Rc;

use archive_writer::{
    ArchiveBuilder, Content, Device, Kind, Random, fix_extent_md5, fix_header_md5,
};
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::read_at::ReadAt;
use vma_inspector::scan::Scan;

/// Bytes of index that any of these archives may ask for.
const INDEX_BOUND: usize = 256 << 10;

fn base() -> archive_writer::Archive {
    let mixed = |seed| Content::of_kind(Kind::Mixed, seed);
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .config("qemu-server.fw", "[OPTIONS]\n")
        .device(Device::new(1, "drive-scsi0", 20 * 65_536, mixed(1)))
        .device(Device::new(2, "drive-efidisk0", 540_672, mixed(2)))
        .device(Device::vmstate(3, 1 << 20, 5, mixed(3)))
        .slots_per_extent(6)
        .build()
}

/// Overwrites, takes out, doubles or cuts bytes, and in half of the cases makes
/// the checksums right again, so that the fields behind them are reached.
fn mutate(archive: &archive_writer::Archive, random: &mut Random) -> Vec<u8> {
    let mut bytes = archive.bytes.clone();
    let extents: Vec<u64> = archive.layout.extents.iter().map(|extent| extent.offset).collect();
    for _ in 0..=random.below(4) {
        let len = bytes.len() as u64;
        let near_header = extents[random.below(extents.len() as u64) as usize] + random.below(512);
        let at = match random.below(3) {
            0 => random.below(archive.layout.header.size),
            1 => near_header,
            _ => random.below(len),
        }
        .min(len - 1) as usize;
        let length = (1 + random.below(16) as usize).min(bytes.len() - at);
        match random.below(6) {
            0..=2 => random.fill(&mut bytes[at..at + length]),
            3 => bytes[at..at + length].fill([0, 0xff][random.below(2) as usize]),
            4 => drop(bytes.drain(at..at + length)),
            _ => bytes.truncate(at.max(1)),
        }
    }
    if random.below(2) == 0 {
        let end = bytes.len() as u64;
        for offset in extents.into_iter().filter(|at| at + 512 <= end) {
            fix_extent_md5(&mut bytes, offset);
        }
        if bytes.len() as u64 > archive.layout.header.size {
            bytes[56..60].copy_from_slice(&(archive.layout.header.size as u32).to_be_bytes());
            fix_header_md5(&mut bytes);
        }
    }
    bytes
}

fn survive(bytes: Vec<u8>, seed: u64) -> bool {
    let length = bytes.len();
    let Ok(archive) = Archive::open(Rc::new(bytes), &Options::default()) else { return false };
    let mut scan = Scan::new(&archive);
    let mut steps = 0;
    while !scan.step().unwrap_or_else(|error| panic!("seed {seed}: {error}")).done {
        steps += 1;
        assert!(steps < 10_000, "seed {seed}: the scan does not end in {length} bytes");
    }
    assert!(scan.found().index_bytes() <= INDEX_BOUND, "seed {seed}");
    for device in archive.header().devices() {
        let image = scan.image(device.id).expect("declared");
        let mut bytes = vec![0; 70_000];
        let size = image.size().expect("known");
        for start in [0, 65_536 * 3 - 7, size.saturating_sub(10), u64::MAX - 5] {
            image.read_at(start, &mut bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        let figures = scan.found().device(device).expect("declared");
        let sum = figures.stored_bytes + figures.zero_bytes + figures.missing_bytes;
        assert_eq!(sum, figures.image_size, "seed {seed}");
    }
    true
}

#[test]
fn no_mutation_stops_the_reader() {
    let base = base();
    let read =
        (0..4_000_u64).filter(|&seed| survive(mutate(&base, &mut Random::new(seed)), seed)).count();
    assert!(read > 2_000, "most mutations are read: {read}");
}
