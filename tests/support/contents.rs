//! What tests of containers share: data, a source that counts, and the checks
//! every container has to pass.

#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

pub(crate) use crate::programs::{run, run_on_file};
use vma_inspector::container::{Contents, End, Options, open};
use vma_inspector::source::{Error, ErrorKind};
use vma_inspector::source::{ReadAt, lost_until};

/// A small generator of numbers (xorshift64*), so that a seed says it all.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// Bytes as disks hold them: text that repeats near and far, random bytes,
/// zeros, and records that differ a little.
pub(crate) fn mixed(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity(length + 65_536);
    while bytes.len() < length {
        let count = 512 + random.below(40_000) as usize;
        match random.below(6) {
            0 => bytes.extend((0..count).map(|_| random.next() as u8)),
            1 => bytes.resize(bytes.len() + count, 0),
            2 if bytes.len() > 4096 => {
                let start = random.below((bytes.len() - 4096) as u64) as usize;
                let end = (start + count).min(bytes.len());
                bytes.extend_from_within(start..end);
            }
            3 => {
                for record in 0..count as u64 / 16 {
                    bytes.extend_from_slice(&record.to_be_bytes());
                    bytes.extend_from_slice(&(random.below(256)).to_le_bytes());
                }
            }
            _ => {
                const WORDS: [&str; 8] =
                    ["disk", "backup", "the", "and", "cluster", "\n", "extent", "0x"];
                let end = bytes.len() + count;
                while bytes.len() < end {
                    bytes.extend_from_slice(WORDS[random.below(8) as usize].as_bytes());
                    bytes.push(b' ');
                }
            }
        }
    }
    bytes.truncate(length);
    bytes
}

/// A source in memory that counts what is read of it.
pub(crate) struct Counted {
    bytes: Vec<u8>,
    pub(crate) reads: Cell<u64>,
    pub(crate) read_bytes: Cell<u64>,
    pub(crate) ranges: RefCell<Vec<Range<u64>>>,
}

impl Counted {
    pub(crate) fn new(bytes: Vec<u8>) -> Rc<Self> {
        let (reads, read_bytes) = (Cell::new(0), Cell::new(0));
        Rc::new(Self { bytes, reads, read_bytes, ranges: RefCell::default() })
    }

    pub(crate) fn reset(&self) {
        self.reads.set(0);
        self.read_bytes.set(0);
        self.ranges.borrow_mut().clear();
    }
}

impl ReadAt for Counted {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.bytes.read_at(offset, buffer)?;
        self.reads.set(self.reads.get() + 1);
        self.read_bytes.set(self.read_bytes.get() + count as u64);
        self.ranges.borrow_mut().push(offset..offset.saturating_add(buffer.len() as u64));
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

/// Little memory, so that small data goes through everything large data does.
pub(crate) fn tight() -> Options {
    Options { checkpoint_bytes: 12 << 20, cache_bytes: 512 << 10, ..Options::default() }
}

pub(crate) fn opened(packed: &[u8]) -> Contents {
    open(Rc::new(packed.to_vec()), &tight()).unwrap()
}

/// Reads to the end in pieces of odd lengths; where bytes are missing, goes
/// on behind them. Returns what came, each piece with its offset.
pub(crate) fn read_around(contents: &Contents) -> Vec<(u64, Vec<u8>)> {
    let mut pieces: Vec<(u64, Vec<u8>)> = vec![(0, Vec::new())];
    let mut at = 0;
    let mut buffer = vec![0; 70_001];
    loop {
        let count = contents.read_at(at, &mut buffer).unwrap();
        if count == 0
            && let Some(until) = lost_until(contents, at)
        {
            assert!(until > at, "a gap at {at:#x}");
            at = until;
            pieces.push((at, Vec::new()));
            continue;
        }
        pieces.last_mut().unwrap().1.extend_from_slice(&buffer[..count]);
        at += count as u64;
        if count == 0 {
            return pieces;
        }
    }
}

/// Reads everything; panics where bytes are missing.
pub(crate) fn read_all(contents: &Contents) -> Vec<u8> {
    let mut pieces = read_around(contents);
    assert_eq!(pieces.len(), 1, "bytes are missing");
    pieces.pop().unwrap().1
}

pub(crate) fn codes(contents: &Contents) -> Vec<&'static str> {
    contents.findings().iter().map(|finding| finding.code()).collect()
}

/// Everything that must hold for a sound container: the bytes, from front to
/// back and at thousands of places in any order, an end, and no finding.
pub(crate) fn assert_sound(packed: &[u8], plain: &[u8], seed: u64) {
    let contents = opened(packed);
    assert!(contents.container().is_some());
    assert_eq!(contents.size(), None);
    assert!(read_all(&contents) == plain, "decodes to something else");
    assert_eq!(contents.size(), Some(plain.len() as u64));
    let progress = contents.progress();
    assert_eq!(progress.end, Some(End::Complete));
    assert_eq!(progress.source, packed.len() as u64);
    assert!(progress.checkpoint_bytes <= tight().checkpoint_bytes, "{progress:?}");
    assert_eq!(codes(&contents), Vec::<&str>::new());
    let checksums = contents.checksums();
    assert_eq!(checksums.checked, checksums.matched);
    assert_random_reads(&contents, plain, seed, 250);
    assert_random_reads(&opened(packed), plain, seed + 1, 250);
    assert_eq!(contents.checksums(), checksums, "read twice, counted twice");
}

/// Compares `count` reads at seeded places: forward, backward and mixed.
pub(crate) fn assert_random_reads(contents: &Contents, plain: &[u8], seed: u64, count: u64) {
    let mut random = Random::new(seed);
    let size = plain.len() as u64;
    let mut buffer = vec![0; 300_000];
    let mut at = 0;
    for number in 0..count {
        at = match (number * 3) / count {
            0 => (at + random.below(size / 50 + 1)) % (size + 1),
            1 => at.checked_sub(random.below(size / 50 + 1)).unwrap_or(size),
            _ => random.below(size + 1),
        };
        let length = match random.below(4) {
            0 => random.below(300_000),
            1 => 512,
            _ => random.below(9_000),
        } as usize;
        let read = contents.read_at(at, &mut buffer[..length]).unwrap();
        let expected = &plain[at as usize..(at as usize + length).min(plain.len())];
        assert!(
            &buffer[..read] == expected,
            "seed {seed}, read {number}: {length} bytes at {at:#x} differ, or {read} came"
        );
    }
    assert_eq!(contents.read_at(size, &mut buffer).unwrap(), 0);
    assert_eq!(contents.read_at(u64::MAX, &mut buffer).unwrap(), 0);
}

/// Compares `count` reads at seeded places with what was read from front to
/// back when the end was known: the same bytes, and the same ones missing.
pub(crate) fn assert_reads_as(
    contents: &Contents,
    pieces: &[(u64, Vec<u8>)],
    seed: u64,
    count: u64,
) {
    let mut random = Random::new(seed);
    let size = contents.size().unwrap();
    let mut buffer = vec![0; 20_000];
    for number in 0..count {
        // Half of them around the edge of a hole.
        let piece = &pieces[random.below(pieces.len() as u64) as usize];
        let edge = piece.0 + (random.below(2) * piece.1.len() as u64);
        let at = match random.below(2) {
            0 => random.below(size),
            _ => edge.saturating_sub(random.below(600)),
        };
        let longest = if random.below(2) == 0 { 600 } else { 20_000 };
        let length = random.below(longest) as usize;
        let inside = pieces
            .iter()
            .find(|(start, piece)| (*start..start + piece.len() as u64).contains(&at))
            .map_or(&[][..], |(start, piece)| &piece[(at - start) as usize..]);
        let whole = at + length as u64 <= size;
        let read = contents.read_at(at, &mut buffer[..length]).unwrap();
        let expected = &inside[..length.min(inside.len())];
        let stop = at + read as u64;
        let next = pieces.iter().map(|(start, _)| *start).find(|start| *start > stop);
        let is_gap = lost_until(contents, stop).is_some_and(|until| Some(until) == next);
        assert!(
            buffer[..read] == *expected && (read == length || !whole || is_gap),
            "seed {seed}, read {number}: {length} bytes at {at:#x} differ, or {read} came"
        );
    }
}

/// Hostile input: `count` seeded mutations of `packed`, none of which may
/// panic, last for ever, or put out bytes nobody can account for.
pub(crate) fn assert_survives_mutations(packed: &[u8], plain: &[u8], seed: u64, count: u64) {
    for number in 0..count {
        let mut random = Random::new(seed.wrapping_add(number));
        let mut bytes = packed.to_vec();
        for _ in 0..=random.below(4) {
            mutate(&mut bytes, &mut random);
        }
        let Ok(contents) = open(Rc::new(bytes), &tight()) else { continue };
        let mut buffer = vec![0; 4096];
        let mut at = 0;
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 20_000, "mutation {} goes on and on", seed.wrapping_add(number));
            match contents.read_at(at, &mut buffer) {
                Ok(0) => match lost_until(&contents, at) {
                    Some(until) => at = until.max(at + 1),
                    None => break,
                },
                Ok(count) => at += count as u64,
                Err(_) => break,
            }
            if at > 64 * plain.len() as u64 + (64 << 20) {
                break;
            }
        }
        let _ = contents.read_at(random.below(plain.len() as u64), &mut buffer);
        assert!(contents.progress().checkpoint_bytes <= tight().checkpoint_bytes);
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() as u64) as usize;
    // Headers are where claims stand: go there more often.
    let at = if random.below(3) == 0 { at % 64.min(bytes.len().max(1)) } else { at };
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => {
            let end = (at + random.below(300) as usize).min(bytes.len());
            bytes.drain(at..end);
        }
        2 => {
            let inserted: Vec<u8> = (0..random.below(40)).map(|_| random.next() as u8).collect();
            bytes.splice(at..at, inserted);
        }
        3 => {
            let end = (at + 4).min(bytes.len());
            bytes[at..end].fill(if random.below(2) == 0 { 0xff } else { 0 });
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
    if bytes.is_empty() {
        bytes.push(0);
    }
}
