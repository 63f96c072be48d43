//! Damaged gzip: what can be read is right, and little is lost.
//!
//! How many bytes are missing is not known. With a single damage, what follows
//! it is as far from the end as before, which tells where it belongs.

use std::ops::Range;
use std::rc::Rc;

use vma_inspector::container::{Contents, End, Options, open};
use vma_inspector::source::ReadAt;
use vma_inspector::source::gaps;

use crate::support::*;

/// What may happen to a file on a disk, at some place of it.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Flip,
    Noise,
    Zeros,
    Cut,
}

const HARMS: [Harm; 4] = [Harm::Flip, Harm::Noise, Harm::Zeros, Harm::Cut];

const WAYS: [(&str, &[&str]); 5] = [
    ("gzip", &["-cn1"]),
    ("gzip", &["-cn6"]),
    ("gzip", &["-cn9"]),
    ("gzip", &["-cn", "--rsyncable"]),
    ("pigz", &["-cnp2"]),
];

impl Harm {
    /// The bytes of a file that it does away with.
    fn range(self, packed: &[u8], seed: u64) -> Range<usize> {
        let at = 100_000 + Random::new(seed).below(packed.len() as u64 - 200_000) as usize;
        match self {
            Self::Flip => at..at + 1,
            Self::Noise => at / 512 * 512..at / 512 * 512 + 512,
            Self::Zeros | Self::Cut => at / 4096 * 4096..at / 4096 * 4096 + 4096,
        }
    }

    fn apply(self, packed: &[u8], range: Range<usize>, seed: u64) -> Vec<u8> {
        let mut random = Random::new(seed + 1000);
        let mut bytes = packed.to_vec();
        match self {
            Self::Flip => bytes[range.start] ^= 1 << random.below(8),
            Self::Noise => bytes[range].fill_with(|| random.next() as u8),
            Self::Zeros => bytes[range].fill(0),
            Self::Cut => drop(bytes.drain(range)),
        }
        bytes
    }
}

fn losses(contents: &Contents) -> Vec<u64> {
    let findings = contents.findings();
    let losses = findings.iter().filter(|finding| finding.code() == "container-damaged");
    losses.map(|finding| finding.contents_offset).collect()
}

/// Asserts that every byte that is given is right: before the only loss by its
/// offset, behind it by how far it is from the end. Returns how many bytes are
/// lost.
fn assert_right(contents: &Contents, plain: &[u8], what: &str) -> u64 {
    let pieces = read_around(contents);
    let losses = losses(contents);
    let [loss] = losses[..] else { panic!("{what}: {:?}", contents.findings()) };
    assert_eq!(contents.progress().end, Some(End::Complete), "{what}");
    assert_eq!(codes(contents), ["container-damaged"], "{what}");
    let size = contents.size().unwrap();
    let mut known = 0;
    for (start, bytes) in pieces.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let missing = if start < loss { 0 } else { size - plain.len() as u64 };
        let at = (start - missing) as usize;
        assert!(plain[at..].starts_with(&bytes), "{what}: {} bytes at {start:#x}", bytes.len());
        known += bytes.len() as u64;
    }
    plain.len() as u64 - known
}

/// What is lost at most, in bytes. A block of `gzip` holds at most 32,767
/// literals and copies, one of `pigz` half as many: here, up to 200 KB. The
/// damage lies in one, and what is read across its end up to something that
/// shows as damage takes another one or two with it. Behind that, what was
/// copied from what is lost is lost, until the data has changed so often that
/// nothing is copied on: every fifth stretch of it, of 20 KB, is random.
const LOST_MAX: u64 = 1024 * 1024;

#[test]
fn what_is_given_around_a_damage_is_right_and_little_is_lost() {
    let plain = mixed(71, 4 << 20);
    for (number, (program, way)) in WAYS.into_iter().enumerate() {
        let Some(packed) = run(program, way, &plain) else { continue };
        let mut noticed = 0;
        for seed in (0..40).map(|seed| 100 * number as u64 + seed) {
            for harm in HARMS {
                let what = format!("{program} {way:?}, {harm:?}, seed {seed}");
                let range = harm.range(&packed, seed);
                let contents = opened(&harm.apply(&packed, range.clone(), seed));
                while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
                if losses(&contents).is_empty() {
                    // It decodes to something: only the checksum tells.
                    let is_told = codes(&contents).contains(&"gzip-crc-mismatch");
                    let read = read_all(&contents);
                    assert!(is_told || read == plain, "{what}");
                    let before = read_all(&opened(&packed[..range.start]));
                    assert!(read.starts_with(&before), "{what}");
                    continue;
                }
                noticed += 1;
                let lost = assert_right(&contents, &plain, &what);
                assert!(lost <= LOST_MAX, "{what}: {lost} bytes lost");
            }
        }
        assert!(noticed >= 4, "{program} {way:?}: {noticed} noticed");
    }
}

#[test]
fn what_is_packed_into_a_disk_is_not_taken_for_what_packs_the_disk() {
    let pack = |seed| run("gzip", &["-cn9"], &mixed(seed, 100_000 * (seed as usize - 80)));
    let Some(inner) = (81..101).map(pack).collect::<Option<Vec<_>>>() else { return };
    // What begins as a container would be read through.
    let plain = [&b"a disk"[..], &inner.concat()].concat();
    let packed = run("gzip", &["-cn", "--rsyncable"], &plain).unwrap();
    assert!(packed.len() > plain.len() * 9 / 10, "most of it is stored");
    let mut noticed = 0;
    for seed in 0..60 {
        let range = Harm::Noise.range(&packed, seed);
        let range = range.start..range.start + 4096;
        let contents = opened(&Harm::Noise.apply(&packed, range, seed));
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
        if !losses(&contents).is_empty() {
            noticed += 1;
            let lost = assert_right(&contents, &plain, &format!("seed {seed}"));
            assert!(lost < LOST_MAX / 4, "seed {seed}: {lost} bytes lost");
        }
    }
    assert!(noticed >= 20, "{noticed} noticed");
}

#[test]
fn reads_in_any_order_give_what_a_read_from_front_to_back_gives() {
    let plain = mixed(72, 20 << 20);
    let Some(packed) = run("gzip", &["-cn", "--rsyncable"], &plain) else { return };
    let harmed = |seed| Harm::Zeros.apply(&packed, Harm::Zeros.range(&packed, seed), seed);
    let walked = |packed: &[u8]| {
        let contents = opened(packed);
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
        contents
    };
    let has_holes = |packed: &Vec<u8>| gaps(&walked(packed), 0..u64::MAX).count() > 2;
    let packed = (0..40).map(harmed).find(has_holes).expect("a damage that leaves holes");
    let contents = walked(&packed);
    let holes: Vec<Range<u64>> =
        gaps(&contents, 0..u64::MAX).map(|gap| gap.start..gap.end).collect();
    let size = contents.size().unwrap();
    let missing = size - plain.len() as u64;
    // What is there, as far as it is known: by its offset before the loss, and
    // by how far it is from the end behind it.
    let truth =
        |at: u64| plain[(if at < holes[0].start { at } else { at - missing }) as usize..].iter();
    let mut random = Random::new(73);
    for contents in [contents, opened(&packed)] {
        for number in 0..400 {
            let hole = &holes[random.below(holes.len() as u64) as usize];
            let at = match number % 4 {
                0 => hole.start.saturating_sub(300),
                1 => (hole.end - 100).min(size),
                _ => random.below(size),
            };
            let mut buffer = vec![0; random.below(5_000) as usize + 1];
            let count = contents.read_at(at, &mut buffer).unwrap();
            assert!(truth(at).zip(&buffer[..count]).all(|(a, b)| a == b), "{at:#x}");
            if count < buffer.len() {
                let end = at + count as u64;
                assert!(end == size || holes.iter().any(|hole| hole.contains(&end)), "{end:#x}");
            }
        }
    }
}

#[test]
fn a_damaged_start_costs_no_more_than_a_damaged_middle() {
    let plain = mixed(74, 3 << 20);
    let Some(packed) = run("gzip", &["-cn"], &plain) else { return };
    // The header of the member, and the one of the first block.
    for range in [3..40, 10..30] {
        let mut bytes = packed.clone();
        bytes[range].fill(0xff);
        let lost = assert_right(&opened(&bytes), &plain, "the start");
        assert!(lost <= LOST_MAX, "{lost} bytes lost");
    }
}

#[test]
fn what_stands_in_front_of_a_member_costs_nothing() {
    // Half of it is noise, which stands in stored blocks, as what is encrypted does.
    let plain = mixed(75, 1 << 20);
    for (program, way) in WAYS {
        let Some(packed) = run(program, way, &plain) else { continue };
        for length in [0, 3, 508, 7_000] {
            let what = format!("{program} {way:?} behind {length} bytes");
            // The magic number, and flags that no member has.
            let before = [b"\x1f\x8b\x08\xff", &packed[5_000..5_000 + length]].concat();
            let contents = opened(&[before, packed.clone()].concat());
            while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
            assert_eq!(assert_right(&contents, &plain, &what), 0, "{what}");
            assert!(read_around(&contents).iter().any(|(_, bytes)| *bytes == plain), "{what}");
            let sums = contents.checksums();
            assert_eq!((sums.checked, sums.matched), (1, 1), "{what}");
        }
    }
}

#[test]
fn damage_in_each_of_several_members_costs_a_part_of_each() {
    let plain: Vec<Vec<u8>> = (0..3).map(|seed| mixed(75 + seed, 1 << 20)).collect();
    let pack = |plain: &Vec<u8>| {
        let mut packed = run("gzip", &["-cn", "--rsyncable"], plain)?;
        let at = packed.len() / 2;
        packed[at..at + 8_000].fill(0xff);
        Some(packed)
    };
    let Some(packed) = plain.iter().map(pack).collect::<Option<Vec<_>>>() else { return };
    let contents = opened(&packed.concat());
    let pieces = read_around(&contents);
    assert_eq!(codes(&contents), ["container-damaged"; 3]);
    assert_eq!(contents.progress().end, Some(End::Complete));
    let losses = losses(&contents);
    for (number, plain) in plain.iter().enumerate() {
        // From the start of the first one, and from the end of the others.
        let known: u64 = pieces.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        assert!(known > 2 << 20, "{known} bytes known");
        let start = match number {
            0 => 0,
            _ => {
                let starts = (losses[number - 1]..losses[number]).find(|&at| {
                    let mut first = [0; 5_000];
                    contents.read_at(at, &mut first).is_ok_and(|_| plain.starts_with(&first))
                });
                starts.expect("a whole member starts between two losses")
            }
        };
        assert!(start < losses[number]);
    }
}

#[test]
fn a_file_that_is_damaged_and_cut_off_keeps_what_is_between() {
    let plain = mixed(79, 3 << 20);
    let Some(packed) = run("gzip", &["-cn", "--rsyncable"], &plain) else { return };
    let (at, end) = (packed.len() / 3, packed.len() * 2 / 3);
    let mut bytes = packed[..end].to_vec();
    bytes[at..at + 8_000].fill(0xff);
    let contents = opened(&bytes);
    let pieces = read_around(&contents);
    assert_eq!(codes(&contents), ["container-damaged", "container-cut"]);
    let known: usize = pieces.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(known > 3 << 19, "{known} bytes known");
    let last = &pieces.last().unwrap().1;
    assert!(plain.windows(last.len()).any(|window| window == last));
}

/// Reads to the end, in steps that all have to end; returns how many there were.
fn steps(bytes: &[u8]) -> usize {
    let contents = open(Rc::new(bytes.to_vec()), &Options::default()).unwrap();
    let steps = (0..100_000).find(|_| contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap());
    steps.expect("the search does not end")
}

/// Bits, from the lowest on.
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn push(&mut self, value: u64, count: usize) {
        for bit in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
    }

    /// A block with codes of its own: 1 bit for a copy of the longest length, 8
    /// for half of all bytes and for the end; copies reach back by one byte.
    fn push_block(&mut self, copies: usize) {
        self.push(0b100, 3);
        self.push(29, 5);
        self.push(1, 5);
        self.push(14, 4);
        // Lengths of the codes for lengths: 0 for 0, 10 for 1, 110 for 8, 111
        // for 18.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
            let length = match symbol {
                0 => 1,
                1 => 2,
                8 | 18 => 3,
                _ => 0,
            };
            self.push(length, 3);
        }
        for symbol in 0..286 {
            match symbol {
                0..127 | 256 => self.push(0b011, 3),
                285 => self.push(0b01, 2),
                _ => self.push(0, 1),
            }
        }
        self.push(0b01, 2);
        self.push(0b01, 2);
        // The code for copies is 0, and so is the one for one byte.
        for _ in 0..copies {
            self.push(0, 2);
        }
        // The end is the last of all codes.
        self.push(0xff, 8);
    }
}

#[test]
fn what_looks_like_blocks_and_is_none_takes_bounded_work() {
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    // A block of an unknown type.
    let damage = [7, 0];
    let start = [&header[..], &damage].concat();
    // One block that is followed by none, at each of many places, with as many
    // bytes of output as fit.
    for copies in [0, 3_000, 60_000] {
        let mut bits = Bits { bytes: start.clone(), count: start.len() * 8 };
        while bits.bytes.len() < 2 << 20 {
            bits.push_block(copies);
            bits.push(7, 7);
        }
        assert!(steps(&bits.bytes) < 1_000, "{copies}");
    }
    // Lengths of stored blocks that lead to others, and to none in the end.
    for pattern in [&[0, 0, 0xff, 0xff][..], &[0, 0, 0, 0xff, 0xff], &[0, 1, 0xff, 0xfe]] {
        let mut bytes = start.clone();
        bytes.extend(pattern.iter().cycle().take(4 << 20));
        assert!(steps(&bytes) < 1_000, "{pattern:x?}");
    }
    // Headers of members that hold nothing.
    let mut bytes = start.clone();
    bytes.extend(header.iter().cycle().take(2 << 20));
    assert!(steps(&bytes) < 1_000);
    // And headers of members that hold the longest copies, up to a damage.
    let mut bytes = start.clone();
    while bytes.len() < 2 << 20 {
        bytes.extend_from_slice(&header);
        let mut bits = Bits { count: bytes.len() * 8, bytes };
        bits.push_block(200_000);
        bits.push(7, 7);
        bytes = bits.bytes;
    }
    assert!(steps(&bytes) < 1_000);
    let mut random = Random::new(80);
    let mut bytes = start;
    bytes.extend((0..8 << 20).map(|_| random.next() as u8));
    let contents = opened(&bytes);
    assert_eq!(read_around(&contents), [(0, Vec::new())], "nothing is found in noise");
    assert_eq!(contents.progress().end, Some(End::Damaged));
}

#[test]
fn nothing_is_claimed_of_what_was_copied_as_text() {
    let mut random = Random::new(22);
    // Each byte is packed by itself, in few bits or many: after one that was put in, what
    // is decoded soon comes to where it would have been, and to the end of its block.
    let uneven = |byte: u8| if byte < 128 { byte & 7 } else { byte };
    let plain: Vec<u8> = (0..1 << 20).map(|_| uneven(random.next() as u8)).collect();
    for way in [&["-cnHp2"][..], &["-cniHp2"]] {
        let Some(packed) = run("pigz", way, &plain) else { continue };
        let with_return = |&byte: &u8| if byte == b'\n' { vec![b'\r', byte] } else { vec![byte] };
        let copied: Vec<u8> = packed.iter().flat_map(with_return).collect();
        let contents = opened(&copied);
        while !contents.approach(u64::MAX..u64::MAX, 1 << 20).unwrap() {}
        assert!(codes(&contents).contains(&"container-damaged"), "{way:?}");
        let reached = contents.size().unwrap();
        assert!(reached > plain.len() as u64, "{way:?}: {reached:#x} bytes come out");
        let given_up = gaps(&contents, 0..reached).map(|gap| gap.end.min(reached) - gap.start);
        let claimed = reached - given_up.sum::<u64>();
        assert_eq!(claimed, 0, "{way:?}");
    }
}
