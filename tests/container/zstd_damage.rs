//! Damage inside a frame of zstd: what is said to be known behind it is what
//! was compressed, and not much is lost.

use std::rc::Rc;

use vma_inspector::container::Landmark;
use vma_inspector::container::{ContainerFindingKind, Contents, End, Options, open};
use vma_inspector::source::{ReadAt, gaps};

use crate::support::*;
use crate::zstd::block_starts;

/// Contents that stand for a loss of unknown length.
const UNKNOWN_LOSS: u64 = 4 << 20;

#[derive(Clone, Copy, Debug)]
enum Damage {
    FlippedBit,
    Noise,
    Zeros,
    Cut,
    Header,
}

const KINDS: [Damage; 5] =
    [Damage::FlippedBit, Damage::Noise, Damage::Zeros, Damage::Cut, Damage::Header];

fn zstd(arguments: &[&str], plain: &[u8]) -> Option<Vec<u8>> {
    run("zstd", &[&["-q", "-c"], arguments].concat(), plain)
}

/// `packed` with one damage at `at`, or at the block header that follows it.
fn damaged(
    packed: &[u8],
    starts: &[usize],
    kind: Damage,
    at: usize,
    random: &mut Random,
) -> Vec<u8> {
    let mut bytes = packed.to_vec();
    let end = |length: usize| (at + length).min(packed.len());
    match kind {
        Damage::FlippedBit => bytes[at] ^= 1 << random.below(8),
        Damage::Noise => bytes[at..end(512)].fill_with(|| random.next() as u8),
        Damage::Zeros => bytes[at..end(4096)].fill(0),
        Damage::Cut => drop(bytes.drain(at..end(4096))),
        Damage::Header => {
            let hit = starts.iter().copied().find(|start| *start >= at).unwrap_or(starts[0]);
            bytes[hit..hit + 3].fill_with(|| random.next() as u8);
        }
    }
    bytes
}

/// What came of a damaged file.
#[derive(Debug)]
struct Outcome {
    /// Bytes of the plain text that did not come.
    lost: u64,
    /// Those of them that no block put out.
    skipped: u64,
    losses: usize,
    wrong: bool,
}

type Pieces = Vec<(u64, Vec<u8>)>;

/// Reads everything, and compares what lies behind a loss with `plain`: the
/// ends coincide, and what lies between two losses is found by its longest
/// piece. What lies before the first loss can be wrong where damage decodes.
fn outcome(contents: &Contents, plain: &[u8]) -> (Pieces, Outcome) {
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    let mut pieces = read_around(contents);
    pieces.retain(|(_, piece)| !piece.is_empty());
    let findings = contents.findings();
    let resumed = findings.iter().filter(|finding| {
        matches!(finding.kind, ContainerFindingKind::Damaged { lost: None, resumes: true, .. })
    });
    let losses: Vec<u64> = resumed.map(|finding| finding.contents_offset).collect();
    let size = contents.size().unwrap();
    let mut wrong = false;
    for (number, loss) in losses.iter().enumerate() {
        let end = losses.get(number + 1).copied().unwrap_or(u64::MAX);
        let part = || pieces.iter().filter(|(start, _)| (*loss..end).contains(start));
        let Some(longest) = part().max_by_key(|(_, piece)| piece.len()) else { continue };
        let place = match end {
            u64::MAX => longest.0 + plain.len() as u64 - size,
            _ => {
                // Its end is looked for first: zeros are everywhere.
                let rest = longest.1.len().saturating_sub(4096);
                let mut ends = plain.windows(longest.1.len() - rest).enumerate();
                let found = ends.find_map(|(at, bytes)| {
                    let start = at.checked_sub(rest).filter(|_| bytes == &longest.1[rest..])?;
                    plain[start..].starts_with(&longest.1).then_some(start as u64)
                });
                found.unwrap_or_else(|| panic!("{findings:?}"))
            }
        };
        for (start, piece) in part() {
            let from = (start + place - longest.0) as usize;
            if plain.get(from..from + piece.len()) != Some(piece) {
                eprintln!("{} bytes at {start:#x} are not those at {from:#x}", piece.len());
                wrong = true;
            }
        }
    }
    let came: u64 = pieces.iter().map(|(_, piece)| piece.len() as u64).sum();
    let put_out = size - UNKNOWN_LOSS * losses.len() as u64;
    let length = plain.len() as u64;
    let (lost, skipped) = (length.saturating_sub(came), length.saturating_sub(put_out));
    (pieces, Outcome { lost, skipped, losses: losses.len(), wrong })
}

/// Bytes as a file system holds them: files of lines that share words with each
/// other and not with those of other files, binary data that shares nothing,
/// zeros, and parts that are there twice.
fn disk(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity(length + 200_000);
    while bytes.len() < length {
        let end = bytes.len() + 4096 + random.below(120_000) as usize;
        match random.below(8) {
            0 => bytes.resize(end, 0),
            1 if bytes.len() > 600_000 => {
                let start = bytes.len() - 500_000 + random.below(400_000) as usize;
                bytes.extend_from_within(start..start + 50_000);
            }
            2 | 3 => bytes.extend((bytes.len()..end).map(|_| random.next() as u8)),
            _ => {
                let words: Vec<String> =
                    (0..300).map(|_| format!("{:x}", random.below(1 << 36))).collect();
                while bytes.len() < end {
                    let number = random.below(1 << 24);
                    let word = &words[random.below(300) as usize];
                    bytes.extend_from_slice(format!("{word} {number}\n").as_bytes());
                }
            }
        }
    }
    bytes.truncate(length);
    bytes
}

/// A way of compressing, and what damage may cost with it, in bytes.
struct Way {
    arguments: &'static [&'static str],
    length: usize,
    /// In blocks that do not decode, because they are hit or their tables are
    /// lost: one to three blocks, and more at level 19, which splits them and
    /// has them share tables.
    skipped_max: u64,
    /// Copies of what is lost included: a job and a window, or, where there
    /// are no jobs, half as much again as was ever seen.
    lost_max: u64,
}

const fn way(
    arguments: &'static [&'static str],
    length: usize,
    skipped_max: u64,
    lost_max: u64,
) -> Way {
    Way { arguments, length, skipped_max, lost_max }
}

const WAYS: [Way; 7] = [
    way(&["-1"], 12 << 20, 400 << 10, 5 << 19),
    way(&["-3"], 32 << 20, 400 << 10, 10 << 20),
    way(&["-3", "-T2", "--rsyncable"], 32 << 20, 400 << 10, 10 << 20),
    way(&["-3", "--single-thread"], 12 << 20, 400 << 10, 13 << 19),
    way(&["-9", "--no-check", "-T2"], 24 << 20, 400 << 10, 20 << 20),
    way(&["-12", "--long=24", "-T2", "-B4MiB"], 12 << 20, 800 << 10, 20 << 20),
    way(&["-19"], 5 << 20, 5 << 19, 5 << 20),
];

#[test]
fn what_is_known_behind_damage_is_what_was_compressed() {
    for (number, way) in WAYS.iter().enumerate() {
        let plain = disk(number as u64, way.length);
        let Some(packed) = zstd(way.arguments, &plain) else { return };
        let starts = block_starts(&packed, 6);
        let mut random = Random::new(200 + number as u64);
        for (round, kind) in KINDS.repeat(3).into_iter().enumerate() {
            let at = random.below(packed.len() as u64 - 300_000) as usize;
            let bytes = damaged(&packed, &starts, kind, at, &mut random);
            let contents = opened(&bytes);
            let (pieces, outcome) = outcome(&contents, &plain);
            let case = format!("{:?}: {kind:?} at {at:#x}, {outcome:?}", way.arguments);
            assert!(!outcome.wrong, "{case}");
            // A flipped bit may decode, and so may what was written into a
            // block that stands as it is: only the checksum tells.
            let shows = matches!(kind, Damage::Cut | Damage::Header);
            assert!(outcome.losses > 0 || !shows, "{case}");
            assert!(outcome.skipped <= way.skipped_max, "{case}");
            assert!(outcome.lost <= way.lost_max, "{case}");
            assert_eq!(contents.progress().end, Some(End::Complete), "{case}");
            if round < 5 && outcome.losses > 0 {
                assert_reads_as(&contents, &pieces, at as u64, 60);
            }
        }
    }
}

/// Bytes of a mark, and from one to the next.
const MARK: usize = 64;
const MARKED: usize = 1 << 20;

/// A landmark at `offset`: bytes that are those of `plain` at `from`.
fn landmark(plain: &[u8], offset: u64, from: u64) -> Landmark {
    let mark = plain[from as usize..from as usize + MARK].to_vec();
    Landmark { offset, length: MARK, proof: Rc::new(move |bytes| bytes == mark) }
}

fn losses(contents: &Contents) -> Vec<(u64, Option<u64>)> {
    let findings = contents.findings();
    let losses = findings.iter().filter_map(|finding| match finding.kind {
        ContainerFindingKind::Damaged { lost, resumes: true, .. } => {
            Some((finding.contents_offset, lost))
        }
        _ => None,
    });
    losses.collect()
}

/// A landmark that does not come, one that lies before the damage, or one that is too
/// far away: in turn, by `round`.
fn false_landmark(plain: &[u8], start: u64, mark: u64, round: usize) -> Landmark {
    match round % 3 {
        0 => Landmark { proof: Rc::new(|_| false), ..landmark(plain, mark, mark) },
        1 => landmark(plain, start.saturating_sub(1), mark),
        _ => landmark(plain, start + (8 << 20) + 1, mark),
    }
}

/// A landmark that is none tells nothing.
fn assert_tells_nothing(bytes: &[u8], unaware: &Contents, false_one: Landmark, case: &str) {
    let contents = opened(bytes);
    contents.expect(false_one);
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    assert!(contents.findings() == unaware.findings(), "{case}");
    assert_eq!(contents.size(), unaware.size(), "{case}");
    assert!(gaps(&contents, 0..u64::MAX).eq(gaps(unaware, 0..u64::MAX)), "{case}");
}

#[test]
fn a_landmark_behind_damage_tells_how_much_is_lost() {
    hold_landmarks(0..3);
}

/// In the other ways of packing, for another core.
#[test]
fn a_landmark_behind_damage_tells_it_in_every_way_of_packing() {
    hold_landmarks(3..WAYS.len());
}

fn hold_landmarks(ways: std::ops::Range<usize>) {
    for number in ways {
        let way = &WAYS[number];
        let mut plain = disk(number as u64, way.length);
        let mut random = Random::new(300 + number as u64);
        for piece in plain.chunks_mut(MARKED) {
            let end = MARK.min(piece.len());
            piece[..end].fill_with(|| random.next() as u8);
        }
        let Some(packed) = zstd(way.arguments, &plain) else { return };
        let starts = block_starts(&packed, 6);
        let (mut all, mut known) = (0, 0);
        for (round, kind) in KINDS.repeat(2).into_iter().enumerate() {
            let at = random.below(packed.len() as u64 * 3 / 4) as usize;
            let bytes = damaged(&packed, &starts, kind, at, &mut random);
            let unaware = opened(&bytes);
            assert!(unaware.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
            let Some(&(start, None)) = losses(&unaware).first() else { continue };
            all += 1;
            let marked = MARKED as u64;
            let mark = (start / marked + 1 + random.below(3)) * marked;
            if mark + MARK as u64 > plain.len() as u64 {
                continue;
            }
            let options = if round % 2 == 0 { tight() } else { Options::default() };
            let contents = open(Rc::new(bytes.clone()), &options).unwrap();
            contents.expect(landmark(&plain, mark, mark));
            assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
            let mut pieces = read_around(&contents);
            pieces.retain(|(_, piece)| !piece.is_empty());
            let case = format!("{:?}: {kind:?} at {at:#x}, {start:#x}", way.arguments);
            assert!(contents.progress().checkpoint_bytes <= options.checkpoint_bytes, "{case}");
            let losses = losses(&contents);
            let (same, Some(lost)) = losses[0] else { continue };
            assert_eq!(same, start, "{case}");
            known += 1;
            assert!(lost <= 2 * way.skipped_max, "{case}: {lost:#x}");
            // Behind the landmark nothing tells of another one.
            let end = losses.get(1).map_or(contents.size().unwrap(), |other| other.0);
            assert!(losses.len() > 1 || end == plain.len() as u64, "{case}: {end:#x}");
            for (from, piece) in pieces.iter().filter(|(from, _)| (start..end).contains(from)) {
                let from = *from as usize;
                assert!(plain[from..from + piece.len()] == piece[..], "{case}: {from:#x}");
            }
            assert_reads_as(&contents, &pieces, at as u64, 60);
            let false_one = false_landmark(&plain, start, mark, round);
            assert_tells_nothing(&bytes, &unaware, false_one, &case);
        }
        eprintln!("{:?}: {known} of {all} lengths", way.arguments);
        assert!(all > 3 && known * 2 >= all, "{:?}: {known} of {all}", way.arguments);
    }
}

#[test]
fn damage_at_several_places_costs_each_of_them() {
    let plain = disk(31, 24 << 20);
    let Some(packed) = zstd(&["-1"], &plain) else { return };
    let starts = block_starts(&packed, 6);
    let mut bytes = packed.clone();
    let mut random = Random::new(31);
    for place in 1..6 {
        bytes = damaged(&bytes, &starts, Damage::Noise, packed.len() / 6 * place, &mut random);
    }
    let contents = opened(&bytes);
    let (pieces, outcome) = outcome(&contents, &plain);
    assert!(!outcome.wrong && (3..=5).contains(&outcome.losses), "{outcome:?}");
    assert!(outcome.skipped <= 5 * (400 << 10), "{outcome:?}");
    assert_reads_as(&contents, &pieces, 31, 300);
    // Also with as much memory as there usually is.
    let contents = open(Rc::new(bytes), &Options::default()).unwrap();
    assert!(contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap());
    assert_reads_as(&contents, &pieces, 32, 300);
}

#[test]
fn zeros_and_random_bytes_behind_damage_are_all_known() {
    // Neither copies anything, and neither tells of the repeated offsets.
    let mut plain = disk(41, 3 << 20);
    plain.resize(24 << 20, 0);
    let mut random = Random::new(41);
    plain.extend((0..12 << 20).map(|_| random.next() as u8));
    plain.extend(disk(42, 1 << 20));
    for arguments in [&["-3"][..], &["-3", "--single-thread"]] {
        let Some(packed) = zstd(arguments, &plain) else { return };
        let starts = block_starts(&packed, 6);
        // Before the zeros, and among them.
        let zeros = starts.windows(2).position(|pair| pair[1] - pair[0] == 4).unwrap();
        for (at, kind) in [
            (starts[zeros - 2], Damage::Header),
            (starts[zeros + 20], Damage::Header),
            (starts[zeros + 20], Damage::Noise),
        ] {
            let mut bytes = damaged(&packed, &starts, kind, at, &mut random);
            if matches!(kind, Damage::Header) {
                bytes[at..at + 3].fill(0xff);
            }
            let (_, outcome) = {
                let contents = opened(&bytes);
                let found = outcome(&contents, &plain);
                assert_reads_as(&contents, &found.0, 43, 50);
                found
            };
            assert!(!outcome.wrong && (1..=2).contains(&outcome.losses), "{outcome:?}");
            // 512 bytes are the headers of 128 blocks of zeros.
            let blocks = if matches!(kind, Damage::Noise) { 136 } else { 4 };
            assert!(outcome.skipped <= blocks << 17, "{kind:?} {outcome:?}");
            assert!(outcome.lost <= outcome.skipped + (2 << 20), "{kind:?} {outcome:?}");
        }
    }
}

#[test]
fn chains_of_a_compressed_file_in_the_archive_are_not_taken_for_its_own() {
    // What begins as a container would be read through.
    let mut plain = b"a disk".to_vec();
    for number in 0..24 {
        let Some(file) = zstd(&["-3"], &disk(50 + number, 700_000)) else { return };
        plain.extend(file);
        let zeros = vec![0; 3_000_000];
        plain.extend(zstd(&["-1"], &zeros).unwrap());
        plain.extend(disk(80 + number, 60_000));
    }
    let Some(packed) = zstd(&["-3"], &plain) else { return };
    let starts = block_starts(&packed, 6);
    let mut random = Random::new(51);
    for kind in [Damage::Header, Damage::Cut].repeat(8) {
        let at = random.below(packed.len() as u64 - 300_000) as usize;
        let bytes = damaged(&packed, &starts, kind, at, &mut random);
        let (_, outcome) = outcome(&opened(&bytes), &plain);
        assert!(outcome.skipped <= 400 << 10, "{kind:?} at {at:#x}: {outcome:?}");
        assert!(!outcome.wrong, "{kind:?} at {at:#x}: {outcome:?}");
    }
}

#[test]
fn a_block_that_says_to_be_the_last_and_is_not_costs_nothing() {
    let plain = disk(61, 9 << 20);
    for arguments in [&["-3"][..], &["-3", "--no-check"]] {
        let Some(mut packed) = zstd(arguments, &plain) else { return };
        let starts = block_starts(&packed, 6);
        packed[starts[starts.len() / 2]] ^= 1;
        let contents = opened(&packed);
        assert!(read_all(&contents) == plain);
        assert_eq!(codes(&contents), ["container-damaged"]);
        assert_eq!(contents.checksums().checked, contents.checksums().matched);
        assert_random_reads(&contents, &plain, 61, 100);
    }
}

#[test]
fn hostile_chains_end_and_take_bounded_work() {
    let header = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58];
    let noise = |count: usize| {
        let mut random = Random::new(71);
        (0..count).map(|_| random.next() as u8).collect::<Vec<u8>>()
    };
    // Compressed blocks of five bytes that need a table nobody has.
    let undecodable = [0x2c, 0, 0, 0x03, 0, 0, 0, 0].repeat(100_000);
    // The headers of blocks that repeat a byte, at every fourth byte.
    let repeated = [0x0a, 0, 0, 0].repeat(1 << 20);
    let longest = [0x02, 0, 0x10, 0].repeat(2_000);
    // Ever so many chains that break off before they hold.
    let broken = [&[0x2c, 0, 0, 0x03, 0, 0, 0, 0].repeat(7)[..], &[0xff; 3]].concat();
    for (name, body) in [
        ("undecodable", undecodable),
        ("repeated", repeated),
        ("longest", longest),
        ("broken", broken.repeat(70_000)),
        ("zeros", vec![0; 8 << 20]),
        ("noise", noise(8 << 20)),
    ] {
        let contents = opened(&[&header[..], &[0xff; 3], &body].concat());
        // It never comes.
        let offset = 7 << 20;
        contents.expect(Landmark { offset, length: MARK, proof: Rc::new(|_| false) });
        let clock = std::time::Instant::now();
        let mut steps = 0;
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {
            steps += 1;
            assert!(steps < 50_000, "{name} goes on and on");
        }
        eprintln!("{name}: {:?}, {steps} times, {:?}", clock.elapsed(), contents.progress());
        assert!(contents.findings().len() < 10, "{name}");
        assert!(contents.progress().checkpoint_bytes <= tight().checkpoint_bytes, "{name}");
    }
}
