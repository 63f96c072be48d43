//! Hostile input: small archives and containers, changed ten thousand times by
//! seed. Whatever comes, the scan ends, in bounded steps and bounded memory,
//! and every image can be read.

use std::rc::Rc;

use crate::memory;
use crate::mutated;
use crate::mutated::Edit;
use crate::programs;
use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

/// Bytes of memory that any of these files may ask for: reading ahead, the
/// search of a damaged start, decoded output, checkpoints, index and findings.
const MEMORY_MAX: usize = 12 << 20;

/// The same where the first bytes of a container are gone: a zstd frame that is
/// entered in the middle may look back as far as 32 MiB.
const PACKED_MEMORY_MAX: usize = 40 << 20;

/// Bytes of index that any of them may ask for.
const INDEX_MAX: usize = 256 << 10;

/// Steps of the scan, at most: a lost start of a container counts as 4 MiB.
const STEPS_MAX: usize = 10_000;

/// Opens, scans and reads; whether it could be opened, and the most memory.
fn survive(base: &[u8], edits: &[Edit], seed: u64) -> (bool, usize) {
    let mut bytes = base.to_vec();
    edits.iter().for_each(|edit| edit.apply(&mut bytes));
    memory::peak(|| read(bytes, seed))
}

fn read(bytes: Vec<u8>, seed: u64) -> bool {
    let Ok(archive) = Archive::open(Rc::new(bytes), &Options::default()) else { return false };
    let mut scan = Scan::new(&archive);
    let mut steps = 0;
    loop {
        match scan.step() {
            Ok(progress) if progress.done => break,
            Ok(_) => {}
            // A container may ask for what is not supported.
            Err(error) => {
                assert_eq!(error.part().name(), "container", "seed {seed}: {error}");
                return true;
            }
        }
        steps += 1;
        assert!(steps < STEPS_MAX, "seed {seed}: the scan does not end");
    }
    assert!(scan.found().index_bytes() <= INDEX_MAX, "seed {seed}");
    for device in scan.header().devices() {
        let image = scan.image(device.id).expect("a device has an image");
        let figures = scan.found().device(device).expect("a device has figures");
        let sum = figures.stored_bytes + figures.zero_bytes + figures.missing_bytes;
        assert_eq!(sum, figures.image_size, "seed {seed}");
        let mut buffer = vec![0; 70_000];
        let size = image.size().expect("known");
        for start in [0, 65_536 * 3 - 7, size.saturating_sub(10), u64::MAX - 5] {
            let read = image.read_at(start, &mut buffer);
            read.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        let mut end = 0;
        for run in image.runs(0..u64::MAX) {
            assert_eq!(run.start.0, end, "seed {seed}: runs follow one another");
            assert!(matches!(run.origin, Origin::Stored(_) | Origin::Zero | Origin::Lost));
            end = run.end();
        }
        assert_eq!(end, size, "seed {seed}: runs add up to the size");
    }
    true
}

#[test]
fn ten_thousand_mutations_stop_nothing_and_take_bounded_memory() {
    let base = mutated::base();
    let mut most = (0, 0);
    let mut opened = 0;
    for seed in 0..6_000 {
        let (is_open, memory) = survive(&base.bytes, &mutated::edits_of_archive(&base, seed), seed);
        opened += u32::from(is_open);
        most.0 = most.0.max(memory);
    }
    assert!(opened > 5_000, "most mutations are read: {opened}");
    for program in ["zstd", "lzop", "gzip", "bzip2"] {
        let Some(packed) = programs::run(program, &["-c"], &base.bytes) else { continue };
        for seed in 0..1_000 {
            let (_, memory) = survive(&packed, &mutated::edits_of_container(&packed, seed), seed);
            most.1 = most.1.max(memory);
        }
    }
    eprintln!("{opened} opened, {} and {} bytes of memory at most", most.0, most.1);
    assert!(most.0 <= MEMORY_MAX && most.1 <= PACKED_MEMORY_MAX, "{most:?} bytes of memory");
}
