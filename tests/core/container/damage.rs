//! Containers damaged at random places, by seed: what comes out is right, or
//! told, and no more is lost than the format forces.

use std::ops::Range;
use std::rc::Rc;

use crate::memory::allocated;
use crate::programs::run;
use crate::support::{finish, id, open, take_over_doubt};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::{Options, open as open_container};
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::source::Error;
use vma_inspector::source::{Gap, GapKind, ReadAt};

/// Bytes of the largest extent: what a lost extent header costs.
const EXTENT_MAX: u64 = 3_867_136;

fn disks(kind: Kind) -> archive_writer::Archive {
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 9 << 20, Content::of_kind(kind, 7)))
        .build()
}

/// What came of a damaged file, in bytes of the disk.
struct Outcome {
    archive: Archive,
    /// The archive's bytes that are given as there and are not what they were.
    wrong: Vec<Range<u64>>,
    lost: u64,
    in_doubt: u64,
}

/// Opens and reads a damaged file, and holds it against what went in.
fn outcome(kind: Kind, damaged: Vec<u8>) -> Outcome {
    let archive = open(damaged);
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("the disk is known");
    let truth = Device::new(1, "", 9 << 20, Content::of_kind(kind, 7)).image();
    let mut bytes = vec![0xaa; truth.len()];
    let filled = image.clone().filled(vma_inspector::image::Fill::Zeros);
    filled.read_at(0, &mut bytes).expect("lost parts read as zeros");
    let (mut wrong, mut lost) = (Vec::new(), 0);
    let in_doubt = take_over_doubt(&image, &truth, &mut bytes);
    for run in image.runs(0..u64::MAX) {
        let range = run.start.0 as usize..run.end() as usize;
        let is_right = bytes[range.clone()] == truth[range];
        match run.origin {
            Origin::Lost => lost += run.length,
            Origin::Stored(at) if !is_right => wrong.push(at.0..at.0 + run.length),
            _ => assert!(is_right, "{run:?} is wrong"),
        }
    }
    Outcome { archive, wrong, lost, in_doubt }
}

/// Overwrites up to 200 bytes at a seeded place behind the first `from`.
fn damage(packed: &[u8], from: usize, seed: u64) -> (Vec<u8>, Range<usize>) {
    let mut random = Random::new(seed);
    let mut damaged = packed.to_vec();
    let at = from + random.below((packed.len() - from) as u64) as usize;
    let end = (at + 1 + random.below(200) as usize).min(packed.len());
    random.fill(&mut damaged[at..end]);
    (damaged, at..end)
}

fn codes_of(outcome: &Outcome) -> Vec<&'static str> {
    outcome.archive.contents().findings().iter().map(|finding| finding.code()).collect()
}

/// Asserts that wrong bytes stand only in blocks of `length` bytes of contents
/// whose checksum does not agree.
fn assert_wrong_is_told(outcome: &Outcome, length: u64, what: &str) {
    let findings = outcome.archive.contents().findings();
    let told = findings.iter().filter(|finding| finding.code() == "block-checksum-mismatch");
    let told: Vec<u64> = told.map(|finding| finding.contents_offset).collect();
    for wrong in &outcome.wrong {
        let is_told = told.iter().any(|&at| at < wrong.end && wrong.start < at + length);
        assert!(is_told, "{what}: {wrong:x?} is wrong, told are {told:x?}");
    }
}

#[test]
fn lzop_loses_the_damaged_block_and_what_its_lost_header_leaves_unplaced() {
    const BLOCK: u64 = 256 << 10;
    for kind in [Kind::Mixed, Kind::Dense] {
        let Some(packed) = run("lzop", &["-c"], &disks(kind).bytes) else { return };
        for seed in 0..20 {
            let (damaged, place) = damage(&packed, 38, seed);
            let what = format!("{kind:?}, seed {seed}, {place:x?}");
            let outcome = outcome(kind, damaged);
            assert_wrong_is_told(&outcome, BLOCK, &what);
            // Two blocks may be hit; each may hold the header of an extent, and
            // end another.
            let most = 2 * BLOCK + 2 * EXTENT_MAX;
            assert!(outcome.lost <= most, "{what}: {} bytes lost", outcome.lost);
        }
    }
}

#[test]
fn lzop_loses_nothing_but_one_block_where_its_header_is_whole() {
    let built = disks(Kind::Mixed);
    let Some(packed) = run("lzop", &["-c"], &built.bytes) else { return };
    let word = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().expect("four"));
    let (mut at, mut contents) = (38, 0);
    while word(at) != 0 {
        let (length, data) = (word(at) as usize, word(at + 4) as usize);
        let is_compressed = length != data;
        let mut damaged = packed.clone();
        let end = at + 12 + data;
        damaged[at + 12..end].fill(0xff);
        let block = contents..contents + length as u64;
        let holds_header = built
            .layout
            .extents
            .iter()
            .any(|extent| extent.offset < block.end && block.start < extent.offset + 512);
        // Compressed or not, and whatever it holds: its neighbours stay.
        if is_compressed && contents > 0 && !holds_header {
            let lost = outcome(Kind::Mixed, damaged).lost;
            let stored = built.layout.clusters().map(|c| c.data..c.data + c.stored);
            let hit = stored
                .map(|data| data.end.min(block.end).saturating_sub(data.start.max(block.start)));
            assert_eq!(lost, hit.sum::<u64>(), "block at {contents:x}");
        }
        contents += length as u64;
        at = end;
    }
}

#[test]
fn lzop_loses_no_more_than_the_extents_whose_headers_a_lost_block_holds() {
    const BLOCK: u64 = 256 << 10;
    let built = disks(Kind::Mixed);
    let Some(packed) = run("lzop", &["-c"], &built.bytes) else { return };
    let word = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().expect("four"));
    let (mut at, mut contents, mut hit) = (38, 0, 0);
    while word(at) != 0 {
        let (length, data) = (u64::from(word(at)), word(at + 4) as usize);
        let block = contents..contents + length;
        let headers = built.layout.extents.iter().filter(|extent| {
            extent.offset < block.end && block.start < extent.offset + 512 && contents > 0
        });
        let headers = headers.count() as u64;
        if headers > 0 && length != data as u64 {
            let mut damaged = packed.clone();
            damaged[at + 12..at + 12 + data].fill(0xff);
            let outcome = outcome(Kind::Mixed, damaged);
            assert_eq!(outcome.wrong, [], "block at {contents:x}");
            let most = headers * 59 * 65_536 + BLOCK + 65_536;
            assert!(outcome.lost <= most, "block at {contents:x}: {} lost", outcome.lost);
            hit += 1;
        }
        contents += length;
        at += 12 + data;
    }
    assert!(hit > 0, "no block holds a header");
}

#[test]
fn bzip2_loses_the_damaged_block_and_the_rest_of_the_extent_it_lies_in() {
    const BLOCK: u64 = 100_000;
    let Some(packed) = run("bzip2", &["-1", "-c"], &disks(Kind::Dense).bytes) else { return };
    for seed in 0..5 {
        let (damaged, place) = damage(&packed, 4, seed);
        let what = format!("seed {seed}, {place:x?}");
        let outcome = outcome(Kind::Dense, damaged);
        assert_wrong_is_told(&outcome, BLOCK, &what);
        let most = 2 * BLOCK + 2 * EXTENT_MAX;
        assert!(outcome.lost <= most, "{what}: {} bytes lost", outcome.lost);
    }
}

/// Bytes of which a few cannot be had.
struct Holed {
    bytes: Vec<u8>,
    holes: Vec<Range<u64>>,
}

impl ReadAt for Holed {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let end = offset + buffer.len() as u64;
        let end = self.gap(offset..end).map_or(end, |gap| gap.start.max(offset));
        self.bytes.read_at(offset, &mut buffer[..(end - offset) as usize])
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let hit = |hole: &&Range<u64>| hole.start < range.end && range.start < hole.end;
        let hole = self.holes.iter().find(hit)?;
        Some(Gap { start: hole.start, end: hole.end, kind: GapKind::Lost })
    }

    fn trace(&self, _range: Range<u64>, _into: &mut Vec<Range<u64>>) {}

    fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
        Ok(true)
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}

#[test]
fn single_bytes_that_are_lost_cost_no_others() {
    let built = disks(Kind::Dense);
    let cluster = *built.layout.clusters().nth(5).expect("there are more");
    let lost = [3, 5, 9].map(|block| cluster.data + block * 4096 + 100);
    let holes = lost.map(|at| at..at + 1).to_vec();
    let source = Holed { bytes: built.bytes, holes };
    let archive = Archive::open(Rc::new(source), &Options::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    let device = scan.header().device(id(1)).expect("the disk is known").clone();
    let figures = scan.found().device(&device).expect("it was found");
    assert_eq!((figures.missing_bytes, figures.counts.cut), (3, 1));
    let image = scan.image(id(1)).expect("the disk is known");
    assert_eq!(image.lost_bytes(0..u64::MAX), 3);
    let mut truth = Device::new(1, "", 9 << 20, Content::of_kind(Kind::Dense, 7)).image();
    let start = u64::from(cluster.number) * 65_536;
    for block in [3, 5, 9] {
        truth[(start + block * 4096 + 100) as usize] = 0;
    }
    let mut bytes = vec![0xaa; 65_536];
    let image = image.filled(vma_inspector::image::Fill::Zeros);
    image.read_at(start, &mut bytes).expect("lost parts read as zeros");
    assert!(bytes == truth[start as usize..start as usize + 65_536]);
}

/// How many bytes of contents a file gives that is cut off at `at`.
fn contents_before(packed: &[u8], at: usize) -> u64 {
    let cut = open_container(Rc::new(packed[..at].to_vec()), &Options::default()).expect("opens");
    while !cut.approach(u64::MAX..u64::MAX, u64::MAX).unwrap_or(true) {}
    cut.progress().contents
}

#[test]
fn zstd_and_gzip_give_everything_before_the_damage_and_tell_of_the_rest() {
    for (program, arguments) in [("zstd", &["-q", "-c"][..]), ("gzip", &["--rsyncable", "-c"])] {
        let built = disks(Kind::Mixed);
        let Some(packed) = run(program, arguments, &built.bytes) else { continue };
        for seed in 0..20 {
            let (damaged, place) = damage(&packed, packed.len() / 8, seed);
            let what = format!("{program}, seed {seed}, {place:x?}");
            let sound = contents_before(&packed, place.start);
            let outcome = outcome(Kind::Mixed, damaged);
            assert!(!codes_of(&outcome).is_empty(), "{what}: nothing is told");
            for wrong in &outcome.wrong {
                assert!(wrong.end > sound, "{what}: {wrong:x?} before {sound:x} is wrong");
            }
            // A cluster of zeros is lost, too, where the word that it is zeros is.
            let behind = built.layout.clusters().filter(|c| c.data + c.stored > sound);
            let behind = behind.count() as u64 * 65_536;
            assert!(outcome.lost <= behind, "{what}: {} lost", outcome.lost);
        }
    }
}

/// Where the first block of `packed` behind `from` begins that stands as it is, and whole:
/// its header, and as much of what went in as follows it.
fn whole_raw_block(packed: &[u8], from: usize, plain: &[u8]) -> usize {
    // 128 KiB as they are, not the last: 0 in the lowest three bits.
    let header = (131_072_u32 << 3).to_le_bytes();
    let starts =
        packed.windows(3).enumerate().skip(from).filter(|(_, bytes)| *bytes == &header[..3]);
    let mut found = starts.map(|(at, _)| at).filter(|at| {
        let block = &packed[at + 3..at + 3 + 64];
        plain.windows(block.len()).any(|window| window == block)
    });
    found.next().expect("random data is not compressed")
}

/// They decode to blocks without bytes, one for each three of them.
#[test]
fn zeros_from_within_a_block_on_cost_what_they_hit_however_many_they_are() {
    let archive = disks(Kind::Dense);
    let Some(packed) = run("zstd", &["-qc", "-1"], &archive.bytes) else { return };
    let start = whole_raw_block(&packed, packed.len() / 4, &archive.bytes);
    let zeros = |length: usize| {
        let mut damaged = packed.clone();
        damaged[start + 70_000..start + 70_000 + length].fill(0);
        let (outcome, cost) = allocated(|| outcome(Kind::Dense, damaged));
        assert!(outcome.wrong.is_empty(), "{length} zeros: wrong at {:x?}", outcome.wrong);
        assert!(outcome.lost + outcome.in_doubt >= length as u64, "{length} zeros are told");
        cost
    };
    // From there to the end of the block, and as much or twice as much behind it.
    let within = 131_075 - 70_000;
    let (one, two) = (zeros(within + (64 << 10)), zeros(within + (128 << 10)));
    assert!(two * 10 <= one * 22, "{one} bytes asked for, of twice as many zeros {two}");
    zeros(4 << 20);
}

#[test]
fn an_extent_of_another_length_is_in_doubt() {
    let built = disks(Kind::Dense);
    let extents = &built.layout.extents;
    let (second, third) = (extents[1].offset, extents[2].offset);
    let in_it = |offset: u64| (second..third).contains(&offset);
    let blocks: u64 = built.layout.clusters().filter(|c| in_it(c.data)).map(|c| c.stored).sum();
    for change in [-700, 700] {
        let mut plain = built.bytes.clone();
        let at = second as usize + 512 + 100_000;
        // More or fewer bytes come out from here on.
        match change {
            700 => drop(plain.splice(at..at, vec![0x55; 700])),
            _ => drop(plain.drain(at..at + 700)),
        }
        for (program, arguments) in [("gzip", &["-c"][..]), ("zstd", &["-q", "-c"])] {
            let Some(mut packed) = run(program, arguments, &plain) else { continue };
            // With a checksum that agrees, that is how it was packed.
            let sound = outcome(Kind::Dense, packed.clone());
            assert_eq!(sound.wrong, [], "{program}, {change}");
            assert!(sound.lost < 65_536, "{program}, {change}: {} lost", sound.lost);
            assert!(sound.in_doubt >= blocks - 65_536, "{program}, {change}: {}", sound.in_doubt);
            // The last byte but four of the member, or the last of the frame.
            let end = packed.len() - if program == "gzip" { 5 } else { 1 };
            packed[end] ^= 0x40;
            let outcome = outcome(Kind::Dense, packed);
            assert_eq!(outcome.wrong, [], "{program}, {change}");
            // zstd does not tell what copies from there: all behind it is in doubt.
            let is_gzip = program == "gzip";
            let given_up = outcome.in_doubt + outcome.lost;
            assert!(given_up >= blocks, "{program}, {change}: {given_up}");
            assert!(
                outcome.in_doubt < blocks + 65_536 || !is_gzip,
                "{change}: {}",
                outcome.in_doubt
            );
        }
    }
}

#[test]
fn a_frame_or_member_that_is_damaged_costs_no_other() {
    const PIECE: usize = 1 << 20;
    for (program, arguments) in [("zstd", &["-q", "-c"][..]), ("gzip", &["-c"])] {
        let built = disks(Kind::Mixed);
        let pack = |piece| run(program, arguments, piece);
        let Some(pieces) = built.bytes.chunks(PIECE).map(pack).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let packed = pieces.concat();
        for seed in 0..12 {
            let (damaged, place) = damage(&packed, pieces[0].len(), seed);
            let what = format!("{program}, seed {seed}, {place:x?}");
            // Which pieces are hit, and what of the archive they hold.
            let mut start = 0;
            let hit = pieces.iter().enumerate().filter(|(_, piece)| {
                let range = start..start + piece.len();
                start = range.end;
                range.start < place.end && place.start < range.end
            });
            let hit: Vec<u64> = hit.map(|(number, _)| (number * PIECE) as u64).collect();
            let outcome = outcome(Kind::Mixed, damaged);
            for wrong in &outcome.wrong {
                let first = hit.first().expect("some piece is hit");
                assert!(wrong.end > *first, "{what}: {wrong:x?} is wrong, hit is {hit:x?}");
            }
            let most = hit.len() as u64 * PIECE as u64 + 2 * EXTENT_MAX;
            assert!(outcome.lost <= most, "{what}: {} bytes lost", outcome.lost);
        }
    }
}
