//! Containers by the programs that write them, damaged in the ways that people
//! meet: what is given as good is what went in.

use core::ops::Range;
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::source::{Gap, GapKind, gaps};

/// A small generator of numbers (xorshift64*), so that a seed says it all.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap() % bound.max(1)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[5]).collect()
    }
}

/// Bytes as disks hold them, or random ones throughout.
fn plain(seed: u64, length: usize, is_dense: bool) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let count = 512 + random.below(30_000);
        if is_dense || random.below(3) == 0 {
            bytes.extend(random.bytes(count));
        } else {
            for word in 0..count / 8 {
                bytes.extend_from_slice(format!("{:x} word ", random.below(200 + word)).as_bytes());
            }
        }
    }
    bytes.truncate(length);
    bytes
}

/// What `program` makes of `input`. A program that is missing is a failure: the
/// command for the tests installs them.
fn pack(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|_| panic!("there is no program `{program}` here"));
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap().stdout
    })
}

const PACKERS: [(&str, &[&str]); 5] = [
    ("zstd", &["-q", "-c"]),
    ("lzop", &["-c"]),
    ("gzip", &["-c"]),
    ("gzip", &["--rsyncable", "-c"]),
    ("bzip2", &["-c"]),
];

fn opened(packed: Vec<u8>) -> Contents {
    open(Rc::new(packed), &Options::default()).unwrap()
}

/// Pieces of contents, each with where it starts.
type Pieces = Vec<(u64, Vec<u8>)>;

/// All that can be read, in pieces with their offsets, and the ranges of it that
/// are in doubt.
fn read(contents: &Contents) -> (Pieces, Vec<Range<u64>>) {
    let (mut pieces, mut at) = (vec![(0, Vec::new())], 0_u64);
    let mut buffer = vec![0; 100_000];
    loop {
        let count = contents.read_at(at, &mut buffer).unwrap();
        pieces.last_mut().unwrap().1.extend_from_slice(&buffer[..count]);
        at += u64::try_from(count).unwrap();
        if count == 0 {
            let Some(gap) = contents.gap(at..at + 1).filter(Gap::stops_reads) else { break };
            at = gap.end;
            pieces.push((at, Vec::new()));
        }
    }
    let doubts = gaps(contents, 0..at).filter(|gap| gap.kind == GapKind::InDoubt);
    let doubts = doubts.map(|gap| gap.start..gap.end).collect();
    (pieces, doubts)
}

/// How many bytes of the first piece are given as good, and how many of those are
/// not what went in.
fn wrong_before_the_first_loss(contents: &Contents, plain: &[u8]) -> (usize, usize) {
    let (pieces, doubts) = read(contents);
    let (mut good, mut wrong) = (0, 0);
    for (at, byte) in (0_u64..).zip(&pieces[0].1) {
        if doubts.iter().any(|doubt| doubt.contains(&at)) {
            continue;
        }
        good += 1;
        wrong += usize::from(plain.get(usize::try_from(at).unwrap()) != Some(byte));
    }
    (good, wrong)
}

#[test]
fn a_download_that_was_begun_anew_is_there_whole() {
    for (number, (program, arguments)) in PACKERS.iter().enumerate() {
        for is_dense in [false, true] {
            let plain = plain(5, 1_500_000, is_dense);
            let packed = pack(program, arguments, &plain);
            let mut random = Random::new(u64::try_from(number).unwrap());
            for _ in 0..6 {
                let cut = 20 + random.below(packed.len() - 20);
                let contents = opened([&packed[..cut], &packed].concat());
                let (good, wrong) = wrong_before_the_first_loss(&contents, &plain);
                let (pieces, _) = read(&contents);
                let case = format!("{program} {arguments:?} dense {is_dense}, {cut}: {good}");
                let is_whole = |(_, bytes): &(u64, Vec<u8>)| bytes.ends_with(&plain);
                assert!(pieces.iter().any(is_whole), "{case}: {:?}", contents.findings());
                if pieces.len() > 1 {
                    assert_eq!(wrong, 0, "{case}");
                }
            }
        }
    }
}

#[test]
fn where_nothing_came_of_the_first_piece_the_second_is_all_there_is() {
    for (program, arguments) in PACKERS {
        let plain = plain(6, 100_000, false);
        let packed = pack(program, arguments, &plain);
        for cut in [50, 200, 1000] {
            let contents = opened([&packed[..cut], &packed].concat());
            let (pieces, _) = read(&contents);
            let last = &pieces.last().unwrap().1;
            assert!(last.ends_with(&plain), "{program} {arguments:?} {cut}");
            if contents.progress().contents == 100_000 {
                assert_eq!(pieces.len(), 1, "{program} {arguments:?} {cut}");
            }
        }
    }
}

/// Cases for each way of packing; more, if the variable `CASES` says so.
fn cases() -> usize {
    std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10)
}

#[test]
fn what_a_shift_can_have_reached_is_in_doubt() {
    let mut failures = Vec::new();
    for (number, (program, arguments)) in PACKERS.iter().enumerate() {
        for is_dense in [false, true] {
            let plain = plain(7, 1_500_000, is_dense);
            let packed = pack(program, arguments, &plain);
            let mut random = Random::new(100 + u64::try_from(number).unwrap());
            for _ in 0..cases() {
                let mut damaged = packed.clone();
                let at = 100 + random.below(packed.len() - 100);
                let count = [1, 512, 4096, 65_536, 131_075][random.below(5)];
                let end = (at + count).min(damaged.len());
                let kind = random.below(3);
                match kind {
                    0 => drop(damaged.splice(at..at, random.bytes(count))),
                    1 => drop(damaged.drain(at..end)),
                    _ => drop(damaged.splice(at..at, packed[at..end].to_vec())),
                }
                let contents = opened(damaged);
                let (good, wrong) = wrong_before_the_first_loss(&contents, &plain);
                let stops = contents
                    .findings()
                    .iter()
                    .any(|finding| matches!(finding.kind, ContainerFindingKind::Damaged { .. }));
                let agrees = contents.checksums().checked == contents.checksums().matched;
                if wrong > 0 && (stops || agrees) {
                    let case = format!("{program} {arguments:?} {is_dense} {kind} {at} {count}");
                    failures.push(format!("{case}: {wrong} of {good}, stops {stops}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}: {failures:#?}", failures.len());
}

#[test]
fn the_contents_of_a_block_that_its_checksum_denies_are_in_doubt() {
    let plain = plain(8, 1_500_000, true);
    let mut packed = pack("lzop", &["-c"], &plain);
    packed[600_000] ^= 1;
    let contents = opened(packed);
    contents.approach(u64::MAX..u64::MAX, u64::MAX).unwrap();
    // Going from header to header compares nothing.
    assert_eq!(contents.findings(), []);
    let mut steps = 0;
    while !contents.verify_step(300_000).unwrap().done {
        steps += 1;
    }
    assert!(steps > 2, "{steps}");
    let progress = contents.verify_step(1).unwrap();
    assert_eq!((progress.done_bytes, progress.total_bytes), (1_500_000, 1_500_000));
    assert_eq!(contents.findings().len(), 1);
    let block = 2 * 256 * 1024..3 * 256 * 1024;
    assert_eq!(contents.wrong_ranges(), core::slice::from_ref(&block));
    let gap = contents.gap(0..u64::MAX).unwrap();
    assert_eq!((gap.start..gap.end, gap.kind), (block, GapKind::InDoubt));
    assert_eq!(contents.checksums().checked, 6);
}

#[test]
fn what_covers_the_contents_says_whether_it_agrees() {
    let plain = plain(9, 700_000, true);
    for (program, arguments) in [PACKERS[0], PACKERS[2], PACKERS[4]] {
        let packed = pack(program, arguments, &plain);
        let verdicts = |packed: Vec<u8>| {
            let contents = opened(packed);
            read(&contents);
            contents.covered().into_iter().map(|covered| covered.verdict).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(packed.clone()), [Verdict::Agrees], "{program}");
        if program != "bzip2" {
            assert_eq!(verdicts(packed[..packed.len() - 20].to_vec()), [Verdict::NotCompared]);
            let mut flipped = packed.clone();
            flipped[300_000] ^= 1;
            assert_eq!(verdicts(flipped), [Verdict::Disagrees], "{program}");
        }
        let twice = [&packed[..], &packed].concat();
        assert_eq!(verdicts(twice), [Verdict::Agrees], "{program}");
    }
}

#[test]
fn a_container_whose_first_bytes_are_overwritten_is_found_by_what_follows() {
    let containers = [Container::Zstd, Container::Lzop, Container::Gzip, Container::Bzip2];
    for (container, place) in containers.into_iter().zip([0, 1, 2, 4]) {
        let (program, arguments) = PACKERS[place];
        for is_dense in [false, true] {
            let mut plain = plain(11, 4_000_000, is_dense);
            for at in (0..4_000_000).step_by(500_000) {
                plain[at..at + 4].copy_from_slice(b"VMAE");
            }
            let packed = pack(program, arguments, &plain);
            for (fill, count) in [(0, 4), (0, 512), (7, 150_000)] {
                let mut hit = packed.clone();
                let noise = Random::new(3).bytes(count);
                let noise = noise.iter().map(|&byte| if fill == 0 { 0 } else { byte });
                hit.splice(..count, noise);
                let case = format!("{program} dense {is_dense}: {count}");
                for hint in [None, Some(container)] {
                    let source: Rc<dyn ReadAt> = Rc::new(hit.clone());
                    assert_eq!(find_inside(&source, hint).unwrap(), Some(container), "{case}");
                    let options = Options { hint, ..Options::default() };
                    let contents = open(source, &options).unwrap();
                    assert_eq!(contents.container(), Some(container), "{case}");
                    let (pieces, _) = read(&contents);
                    let behind = contents.size().unwrap() - 4_000_000 - pieces[0].0;
                    let known: usize = pieces.iter().map(|(_, bytes)| bytes.len()).sum();
                    let least = if is_dense { 3_000_000 } else { 1_000_000 };
                    assert!(known > least, "{case}: {known}");
                    for (at, bytes) in pieces.iter().filter(|(_, bytes)| !bytes.is_empty()) {
                        let at = usize::try_from(at - behind).unwrap();
                        assert!(plain[at..].starts_with(bytes), "{case}: {at}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_plain_archive_is_no_container_whatever_lies_in_it() {
    let inner = pack("zstd", &["-q", "-c"], &plain(12, 1_000_000, true));
    let extent = |blocks: u16| {
        let mut extent = b"VMAE\0\0".to_vec();
        extent.extend(blocks.to_be_bytes());
        extent.resize(512, 0);
        extent
    };
    let mut archive = [extent(300), vec![0; 4096]].concat();
    archive.extend(&inner);
    archive.resize(512 + 300 * 4096, 0);
    archive.extend([extent(1), vec![1; 4096]].concat());
    let with_start = |start: &[u8]| -> Rc<dyn ReadAt> { Rc::new([start, &archive].concat()) };
    let hint = Some(Container::Zstd);
    assert_eq!(find_inside(&with_start(b"VMA\0"), hint).unwrap(), None);
    assert_eq!(find_inside(&with_start(&[0; 4096]), hint).unwrap(), None);
    assert_eq!(find_inside(&with_start(&[0; 4096]), None).unwrap(), None);
    let noise: Rc<dyn ReadAt> = Rc::new(plain(13, 3_000_000, true));
    assert_eq!(find_inside(&noise, None).unwrap(), None);
}

#[test]
fn every_code_is_listed_once() {
    let mut codes: Vec<_> = finding_codes().map(|(code, _)| code).collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!((codes.len(), count), (12, 12));
}
