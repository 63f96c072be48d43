//! Blocks of bzip2 that others decode ahead: they are looked for by their magic number, and
//! what looks like a start need not be one.

use std::rc::Rc;

use crate::ahead::{Counting, Elsewhere, assert_alike, assert_alike_when_damaged};
use crate::bzip2::{block_starts, bzip2};
use crate::support::*;

fn packed_by(program: &str, arguments: &[&str], plain: &[u8]) -> Vec<u8> {
    run(program, &[&["-c"], arguments].concat(), plain).expect("it is installed")
}

#[test]
fn nearly_all_blocks_of_bzip2_are_decoded_ahead() {
    let plain = mixed(61, 8_000_000);
    for (program, way) in [("bzip2", "-9"), ("bzip2", "-1"), ("pbzip2", "-p2")] {
        let packed = packed_by(program, &[way], &plain);
        let blocks = block_starts(&packed).len() as u64;
        let threads = Counting::new(2);
        let contents = opened(&packed);
        contents.work_ahead(Rc::<Counting>::clone(&threads));
        assert!(read_all(&contents) == plain, "{program} {way}");
        assert_eq!(codes(&contents), Vec::<&str>::new());
        let taken = threads.taken.get();
        assert!(
            taken + 2 >= blocks && taken == threads.begun.get(),
            "{program} {way}: {taken} of {blocks}"
        );
    }
}

#[test]
fn blocks_of_bzip2_are_decoded_by_who_shares_no_memory() {
    let plain = mixed(62, 3_000_000);
    let packed = packed_by("bzip2", &["-1"], &plain);
    let (contents, elsewhere) = (opened(&packed), Rc::new(Elsewhere::default()));
    contents.work_ahead(Rc::<Elsewhere>::clone(&elsewhere));
    assert!(read_all(&contents) == plain);
    assert_eq!(codes(&contents), Vec::<&str>::new());
    let (done, untaken) = (elsewhere.done.get(), elsewhere.untaken.get());
    let blocks = block_starts(&packed).len();
    assert!(done >= 12 && untaken > 5, "{done} and {untaken} of {blocks}");
}

#[test]
fn what_one_block_comes_to_is_bounded_where_it_is_decoded_ahead() {
    // Blocks of some dozen bytes in the file that come to megabytes of one byte.
    let plain = vec![7; 20_000_000];
    let packed = bzip2(&["-1"], &plain).expect("bzip2 is installed");
    assert!(block_starts(&packed).len() > 2);
    assert!(assert_alike(&packed, "long rows") > 0);
    let elsewhere = Rc::new(Elsewhere::default());
    let contents = opened(&packed);
    contents.work_ahead(Rc::<Elsewhere>::clone(&elsewhere));
    assert!(read_all(&contents) == plain);
}

#[test]
fn damaged_bzip2_tells_the_same_by_any_number_of_threads() {
    let plain = mixed(63, 1_500_000);
    let two_streams =
        [packed_by("bzip2", &["-9"], &plain[..400_000]), packed_by("bzip2", &["-1"], &plain)];
    let bases = [
        packed_by("bzip2", &["-1"], &plain),
        packed_by("bzip2", &["-3"], &plain),
        packed_by("pbzip2", &["-p2", "-b1", "-1"], &plain),
        two_streams.concat(),
    ];
    assert!(assert_alike_when_damaged(&bases) > 300, "few tasks");
}

const MAGIC: u64 = 0x3141_5926_5359;
const END: u64 = 0x1772_4538_5090;

/// Bits, the first one first.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u64, count: u32) {
        self.0.extend((0..count).rev().map(|bit| value >> bit & 1 == 1));
    }

    /// A block of six letters, each symbol of three bits, as `decompress.c` of bzip2 reads
    /// it. Only the last symbol may be 7, which ends it.
    fn block(&mut self, symbols: &[u64], origin: u64, crc: u32) {
        self.put(MAGIC, 48);
        self.put(crc.into(), 32);
        self.put(origin, 1 + 24);
        // The letters from a to f are in use.
        self.put(0x8000 >> 6, 16);
        self.put(0b0111_1110_0000_0000, 16);
        // Two tables, of which the first one is always taken.
        let groups = symbols.len().div_ceil(50);
        self.put(2, 3);
        self.put(groups as u64, 15);
        (0..groups).for_each(|_| self.put(0, 1));
        // Eight symbols, all of them of three bits.
        (0..2).for_each(|_| self.put(3 << 8, 5 + 8));
        symbols.iter().for_each(|&symbol| self.put(symbol, 3));
    }

    fn into_bytes(self) -> Vec<u8> {
        let byte =
            |bits: &[bool]| bits.iter().rev().fold(0, |byte, &bit| byte >> 1 | u8::from(bit) << 7);
        self.0.chunks(8).map(byte).collect()
    }
}

/// The CRC of bzip2, bit by bit.
fn crc_of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            crc << 1 ^ if crc >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

/// A file of blocks, each by its number and its checksum, in which the magic number of
/// blocks stands `times` times as well, where symbols stand.
fn with_false_starts(times: u64, blocks: &[(u64, u32)]) -> Vec<u8> {
    let magic: Vec<u64> = (0..16).rev().map(|digit| MAGIC >> (3 * digit) & 7).collect();
    let mut bits = Bits::default();
    bits.put(u32::from_be_bytes(*b"BZh9").into(), 32);
    let mut all = 0_u32;
    for &(block, crc) in blocks {
        let mut symbols = vec![2, 3, 4, 5, 6];
        for time in 0..times {
            symbols.extend_from_slice(&magic);
            symbols.extend((0..20 + block).map(|place| 2 + (place * 7 + time) % 5));
        }
        symbols.push(7);
        bits.block(&symbols, 3 + block, crc);
        all = all.rotate_left(1) ^ crc;
    }
    bits.put(END, 48);
    bits.put(all.into(), 32);
    bits.into_bytes()
}

#[test]
fn what_only_looks_like_the_start_of_a_block_is_none() {
    for times in [1, 2, 40] {
        let blocks = [0, 1, 2, 3].map(|block| {
            let alone = opened(&with_false_starts(times, &[(block, 0)]));
            (block, crc_of(&read_all(&alone)))
        });
        let packed = with_false_starts(times, &blocks);
        let plain = run("bzip2", &["-dc"], &packed).expect("bzip2 is installed");
        assert!(plain.len() as u64 > 100 * times, "bzip2 takes it for sound");
        assert_eq!(block_starts(&packed).len() as u64, 4 + 4 * times);
        let threads = Counting::new(2);
        let contents = opened(&packed);
        contents.work_ahead(Rc::<Counting>::clone(&threads));
        assert!(read_all(&contents) == plain);
        assert_eq!(codes(&contents), Vec::<&str>::new());
        assert!(threads.begun.get() > threads.taken.get(), "what is no start is not asked for");
        assert_alike(&packed, &format!("{times} false starts"));
    }
}
