//! Damage inside a container around a real archive: how much is lost in it is
//! found out by the next extent header, and what follows costs little.

use std::ops::Range;
use std::rc::Rc;

use super::block_starts;
use crate::contents::{assert_reads_as, read_around};
use crate::programs::run;
use crate::support::{finish, id, take_over_doubt};
use archive_writer::{ArchiveBuilder, Content, Device, Random};
use vma_inspector::archive::Archive;
use vma_inspector::container::{ContainerFindingKind, Contents, Options, open as open_container};
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::source::{Gap, ReadAt, gaps};

/// Bytes of the disk.
const SIZE: usize = 26 << 20;

/// As random as those of Proxmox: what reads as text is copied from texts.
const UUID: [u8; 16] = *b"\x8f\x1c\xd3\x07\x6e\xb9\x42\x5a\xa4\x90\xe7\x3b\xc6\x12\xfd\x78";

#[derive(Clone, Copy, Debug)]
enum Damage {
    Zeros,
    Noise,
    FlippedBits,
    CutOut,
    Header,
}

const KINDS: [Damage; 5] =
    [Damage::Zeros, Damage::Noise, Damage::FlippedBits, Damage::CutOut, Damage::Header];

/// Bytes as a file system holds them: files of words that share nothing with
/// other files, binary data that shares nothing at all, zeros, and parts that are
/// there twice.
fn disk(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity(SIZE + 200_000);
    while bytes.len() < SIZE {
        let end = bytes.len() + 4096 + random.below(120_000) as usize;
        match random.below(12) {
            0 => bytes.resize(end, 0),
            1 if bytes.len() > 600_000 => {
                let start = bytes.len() - 500_000 + random.below(400_000) as usize;
                bytes.extend_from_within(start..start + 50_000);
            }
            2..=5 => bytes.extend(random.bytes(end - bytes.len())),
            _ => {
                let words: Vec<Vec<u8>> = (0..300).map(|_| random.bytes(12)).collect();
                while bytes.len() < end {
                    bytes.extend_from_slice(&words[random.below(300) as usize]);
                }
            }
        }
    }
    bytes.truncate(SIZE);
    bytes
}

fn damaged(packed: &[u8], kind: Damage, random: &mut Random) -> (Vec<u8>, usize) {
    let starts = block_starts(packed);
    let mut bytes = packed.to_vec();
    let at = 40_000 + random.below(packed.len() as u64 - 400_000) as usize;
    match kind {
        Damage::Zeros => bytes[at..at + 4096].fill(0),
        Damage::Noise => random.fill(&mut bytes[at..at + 4096]),
        Damage::FlippedBits => bytes[at..at + 200].iter_mut().step_by(25).for_each(|b| *b ^= 0x10),
        Damage::CutOut => drop(bytes.drain(at..at + 4096)),
        Damage::Header => {
            let hit = starts.iter().copied().find(|start| *start >= at).expect("blocks follow");
            bytes[hit..hit + 3].fill(0xff);
            return (bytes, hit);
        }
    }
    (bytes, at)
}

/// How many bytes of contents come before `at` for sure.
fn contents_before(packed: &[u8], at: usize) -> u64 {
    let cut = open_container(Rc::new(packed[..at].to_vec()), &Options::default()).expect("opens");
    while !cut.approach(u64::MAX..u64::MAX, u64::MAX).unwrap_or(true) {}
    cut.progress().contents
}

struct Outcome {
    archive: Archive,
    /// Bytes of the disk that are lost or in doubt.
    lost: u64,
    /// The first and the last of the archive's bytes that are given as there
    /// and are not what they were.
    wrong: Option<(u64, u64)>,
}

/// Opens and reads a damaged file, and holds it against what went in.
fn outcome(damaged: Vec<u8>, truth: &[u8], options: &Options) -> Outcome {
    let archive = Archive::open(Rc::new(damaged), options).expect("opens");
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("the disk is known");
    let mut bytes = vec![0xaa; truth.len()];
    let filled = image.clone().filled(vma_inspector::image::Fill::Zeros);
    filled.read_at(0, &mut bytes).expect("lost parts read as zeros");
    let (mut wrong, mut lost): (Option<(u64, u64)>, u64) = (None, 0);
    // What is in doubt is given up like what is lost.
    lost += take_over_doubt(&image, truth, &mut bytes);
    for run in image.runs(0..u64::MAX) {
        let range = run.start.0 as usize..run.end() as usize;
        match run.origin {
            Origin::Lost | Origin::NotYetKnown => lost += run.length,
            Origin::Zero => assert!(bytes[range.clone()] == truth[range], "{run:?} is wrong"),
            Origin::Stored(at) => {
                let pairs = bytes[range.clone()].iter().zip(&truth[range]).enumerate();
                for (index, _) in pairs.filter(|(_, (found, expected))| found != expected) {
                    let offset = at.0 + index as u64;
                    let (first, last) = wrong.unwrap_or((offset, offset));
                    wrong = Some((first.min(offset), last.max(offset)));
                }
            }
        }
    }
    Outcome { archive, lost, wrong }
}

/// The losses that were gone past: where they start, and their lengths as
/// far as they are known.
fn losses(archive: &Archive) -> Vec<(u64, Option<u64>)> {
    let findings = archive.contents().findings();
    let resumed = findings.iter().filter_map(|finding| match finding.kind {
        ContainerFindingKind::Damaged { lost, resumes: true, .. } => {
            Some((finding.contents_offset, lost))
        }
        _ => None,
    });
    resumed.collect()
}

fn archive_of(truth: &[u8]) -> Vec<u8> {
    let content = Content::from_bytes(truth.to_vec());
    let device = Device::new(1, "drive-scsi0", SIZE as u64, content);
    ArchiveBuilder::new().uuid(UUID).device(device).build().bytes
}

fn zstd(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("zstd", &[&["-q", "-c"], arguments].concat(), plain)
}

const LEVELS: [&[&str]; 3] = [&["-1"], &["-3", "--rsyncable"], &["-9"]];

/// What damage costs with each of them, in bytes of the disk, in the median. It
/// is two megabytes and more where the length of the loss is not known.
const MEDIAN_MAX: u64 = 512 << 10;

#[test]
fn damage_costs_what_it_hits_and_copies_of_that() {
    let truth = disk(1);
    let archive = archive_of(&truth);
    for arguments in LEVELS {
        let Some(packed) = zstd(arguments, &archive) else { return };
        let mut random = Random::new(7);
        let (mut costs, mut measured) = (Vec::new(), 0);
        for (round, kind) in KINDS.repeat(4).into_iter().enumerate() {
            let (bytes, at) = damaged(&packed, kind, &mut random);
            let found = outcome(bytes, &truth, &Options::default());
            let losses = losses(&found.archive);
            let what = format!("{arguments:?}: {kind:?} at {at:#x}, {losses:x?}");
            // Without one, a flipped bit was decoded, or what stands as it is:
            // only the checksum tells.
            let Some(&(start, length)) = losses.first() else { continue };
            if let Some((first, last)) = found.wrong {
                assert!(first >= contents_before(&packed, at), "{what}: {first:#x} is wrong");
                assert!(last < start, "{what}: {last:#x} is wrong");
            }
            let contents = found.archive.contents();
            if let Some(length) = length {
                let hole = start..start + length;
                assert!(is_lost(contents, &hole), "{what}");
                measured += 1;
            }
            if round < KINDS.len() {
                let mut pieces = read_around(contents);
                pieces.retain(|(_, piece)| !piece.is_empty());
                assert_reads_as(contents, &pieces, at as u64, 60);
            }
            costs.push(found.lost);
        }
        costs.sort_unstable();
        let (median, max) = (costs[costs.len() / 2], costs[costs.len() - 1]);
        eprintln!("{arguments:?}: {median} in the median, {max} at most, of {}", costs.len());
        assert!(median <= MEDIAN_MAX, "{arguments:?}: {costs:?}");
        // Where the next extent header is lost as well, nothing tells.
        assert!(measured * 10 >= costs.len() * 7, "{arguments:?}: {measured} of {costs:?}");
    }
}

#[test]
fn damage_at_many_places_keeps_to_the_memory_for_checkpoints() {
    let truth = disk(2);
    let Some(packed) = zstd(&["-3"], &archive_of(&truth)) else { return };
    for checkpoint_bytes in [64 << 20, 12 << 20, 1 << 20] {
        let options = Options { checkpoint_bytes, cache_bytes: 512 << 10, ..Options::default() };
        let starts = block_starts(&packed);
        let mut bytes = packed.clone();
        for place in 1..8 {
            let hit = starts[starts.len() / 8 * place];
            bytes[hit..hit + 1000].fill(0xff);
        }
        let found = outcome(bytes, &truth, &options);
        let losses = losses(&found.archive);
        assert_eq!(found.wrong, None, "{losses:x?}");
        let known = losses.iter().filter(|(_, length)| length.is_some()).count();
        assert!(losses.len() >= 5 && known >= 3, "{losses:x?}");
        let contents = found.archive.contents();
        assert!(contents.progress().checkpoint_bytes <= checkpoint_bytes, "{losses:x?}");
        let mut pieces = read_around(contents);
        pieces.retain(|(_, piece)| !piece.is_empty());
        assert_reads_as(contents, &pieces, 5, 100);
    }
}

#[test]
fn without_a_scan_nothing_tells_the_length() {
    let truth = disk(1);
    let Some(packed) = zstd(&["-3"], &archive_of(&truth)) else { return };
    let starts = block_starts(&packed);
    let mut bytes = packed;
    let hit = starts[starts.len() / 2];
    bytes[hit..hit + 3].fill(0xff);
    let source = Rc::new(bytes);
    let contents = open_container(Rc::<Vec<u8>>::clone(&source), &Options::default()).unwrap();
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let unknown = |finding: &ContainerFindingKind| {
        matches!(finding, ContainerFindingKind::Damaged { lost: None, resumes: true, .. })
    };
    let findings = contents.findings();
    let loss = findings.iter().find(|finding| unknown(&finding.kind)).expect("a loss");
    let hole = loss.contents_offset..loss.contents_offset + (4 << 20);
    assert!(is_lost(&contents, &hole));
    let archive = Archive::open(source, &Options::default()).expect("opens");
    finish(Scan::new(&archive));
    assert_eq!(losses(&archive), [(loss.contents_offset, Some(128 << 10))]);
}

/// The others whose blocks do not say how long their contents are, and what
/// damage costs in the median: a block or two. It was the rest of an extent
/// besides where the length of the loss is not known.
const OTHERS: [(&str, &[&str], u64); 2] =
    [("gzip", &["-1", "--rsyncable", "-c"], 256 << 10), ("bzip2", &["-1", "-c"], 220_000)];

#[test]
fn damage_of_gzip_and_bzip2_costs_what_it_hits() {
    let truth = disk(1);
    let archive = archive_of(&truth);
    for (program, arguments, most) in OTHERS {
        let Some(packed) = run(program, arguments, &archive) else { continue };
        let mut random = Random::new(3);
        let (mut costs, mut measured) = (Vec::new(), 0);
        while costs.len() < 5 {
            let mut bytes = packed.clone();
            let at = 40_000 + random.below(packed.len() as u64 - 400_000) as usize;
            bytes[at..at + 4096].fill(0);
            let found = outcome(bytes, &truth, &Options::default());
            // Stored blocks decode, whatever is in them.
            let Some(&(start, length)) = losses(&found.archive).first() else { continue };
            let what = format!("{program}: at {at:#x}");
            assert!(found.wrong.is_none_or(|(_, last)| last < start), "{what}: {:x?}", found.wrong);
            if let Some(length) = length {
                assert_read_on(found.archive.contents(), &archive, start..start + length, &what);
            }
            measured += usize::from(length.is_some());
            costs.push(found.lost);
        }
        costs.sort_unstable();
        assert!(costs[2] <= most, "{program}: {costs:?}");
        assert!(measured >= 3, "{program}: {measured} of {costs:?}");
    }
}

/// Asserts that what follows a loss is right for who reads up to it first, from
/// wherever.
fn assert_read_on(contents: &Contents, truth: &[u8], loss: Range<u64>, what: &str) {
    let behind = loss.end..(loss.end + 100_000).min(truth.len() as u64);
    let read = |range: Range<u64>| {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        contents.read_at(range.start, &mut bytes).expect("reads");
        bytes
    };
    for back in [1, 70_000, 5 << 20] {
        read(0..4096);
        read(loss.start.saturating_sub(back)..loss.start);
        let mut at = behind.start;
        for gap in gaps(contents, behind.clone()).filter(|gap| gap.stops_reads()) {
            let known = at..gap.start.max(at);
            let expected = &truth[known.start as usize..known.end as usize];
            assert!(read(known.clone()) == *expected, "{what}, {back} before: {known:x?}");
            at = gap.end;
        }
    }
}

/// Where the blocks of the single part in `packed` start, and the length of each
/// one's contents.
fn lzop_blocks(packed: &[u8]) -> Vec<(usize, u64)> {
    let word = |at: usize| u32::from_be_bytes(packed[at..at + 4].try_into().expect("four"));
    let (mut at, mut blocks) = (38, Vec::new());
    while word(at) != 0 {
        blocks.push((at, u64::from(word(at))));
        at += 12 + word(at + 4) as usize;
    }
    blocks
}

#[test]
fn damage_of_a_block_header_of_lzop_and_of_what_is_around_it_costs_two_blocks() {
    const BLOCK: u64 = 256 << 10;
    let truth = disk(1);
    let Some(packed) = run("lzop", &["-c"], &archive_of(&truth)) else { return };
    let blocks = lzop_blocks(&packed);
    assert!(blocks.iter().rev().skip(1).all(|&(_, length)| length == BLOCK));
    let (mut places, mut measured) = (0, 0);
    // Where the next extent header is lost as well, nothing tells.
    for number in (2..blocks.len() - 1).step_by(7) {
        let mut bytes = packed.clone();
        let at = blocks[number].0;
        bytes[at - 700..at + 700].fill(0xff);
        let found = outcome(bytes, &truth, &Options::default());
        // The block before does not unpack, or not to what its checksum is of.
        let start = (number as u64 - 1) * BLOCK;
        if let Some((first, last)) = found.wrong {
            assert!(start <= first && last < start + BLOCK, "block {number}: {:x?}", found.wrong);
        }
        let losses = losses(&found.archive);
        let open = losses.iter().find(|&&(at, _)| at >= start).expect("a loss");
        places += 1;
        if let (at, Some(lost)) = *open {
            assert!(at <= start + BLOCK, "block {number}: {losses:x?}");
            assert_eq!(at + lost, start + 2 * BLOCK, "block {number}: {losses:x?}");
            // Clusters of which no part is left take their zeros with them.
            assert!(found.lost <= 3 * BLOCK, "block {number}: {:#x} bytes lost", found.lost);
            measured += 1;
        }
    }
    assert!(places >= 10 && measured * 10 >= places * 7, "{measured} of {places}");
}

#[test]
fn the_length_of_a_loss_is_found_out_between_small_extents_as_well() {
    let truth = disk(3);
    let content = Content::from_bytes(truth.clone());
    let device = Device::new(1, "drive-scsi0", SIZE as u64, content);
    let archive = ArchiveBuilder::new().uuid(UUID).slots_per_extent(3).device(device).build().bytes;
    let Some(packed) = run("bzip2", &["-1", "-c"], &archive) else { return };
    let mut random = Random::new(11);
    let (mut rounds, mut known) = (0, 0);
    while rounds < 12 {
        let mut bytes = packed.clone();
        let at = 40_000 + random.below(packed.len() as u64 - 400_000) as usize;
        bytes[at..at + 300].fill(0);
        let losses = losses(&outcome(bytes, &truth, &Options::default()).archive);
        let Some(&(_, length)) = losses.first() else { continue };
        rounds += 1;
        known += u32::from(length.is_some());
    }
    // A header lies in every second block. It was next to never known where
    // headers were read many at once.
    assert!(known * 3 >= rounds, "{known} of {rounds}");
}

#[test]
fn a_bzip2_block_that_unpacks_to_another_length_shifts_nothing() {
    const BLOCK: u64 = 100_000;
    let truth = disk(1);
    let Some(packed) = run("bzip2", &["-1", "-c"], &archive_of(&truth)) else { return };
    let mut random = Random::new(5);
    let mut other_lengths = 0;
    for round in 0..6 {
        let mut bytes = packed.clone();
        let at = 40_000 + random.below(packed.len() as u64 - 1_000_000) as usize;
        random.fill(&mut bytes[at..at + 8]);
        let found = outcome(bytes, &truth, &Options::default());
        let findings = found.archive.contents().findings();
        let mismatch = findings.iter().find(|f| f.code() == "block-checksum-mismatch");
        let losses = losses(&found.archive);
        let what = format!("round {round}: {losses:x?}");
        let Some(mismatch) = mismatch.map(|finding| finding.contents_offset) else {
            assert_eq!(found.wrong, None, "{what}");
            continue;
        };
        // A block of 100 kB can hold more than that where bytes repeat.
        if let Some((first, last)) = found.wrong {
            let block = mismatch..mismatch + 2 * BLOCK;
            assert!(block.contains(&first) && block.contains(&last), "{what}: {first:x} {last:x}");
        }
        other_lengths += u32::from(losses.iter().any(|&(at, _)| at == mismatch));
    }
    assert!(other_lengths > 0, "no block had another length");
}

/// Whether nobody can have any byte of `range`.
fn is_lost(contents: &Contents, range: &std::ops::Range<u64>) -> bool {
    let lost = gaps(contents, range.clone()).filter(Gap::stops_reads);
    lost.map(|gap| gap.end - gap.start).sum::<u64>() == range.end - range.start
}
