//! The sequences of a block (§ 3.1.1.3.2).

use crate::bits::{Backward, index, index32, word_at};
use crate::error::{Part, Undecodable};
use crate::fse::{CODES_MAX, Distribution, STATES_MAX};

/// A sequence: literals, and then a copy of what came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Literals, in bytes.
    pub literal_length: u32,
    /// Bytes that are copied, three at least.
    pub match_length: u32,
    /// Which offset: 1 to 3 name repeated ones, and what is more is by 3 more than
    /// an offset (§ 3.1.1.5).
    pub offset_value: u32,
}

/// Bytes that a sequence copies at least (§ 3.1.1.3.2.1.1).
const MATCH_MIN: usize = 3;

/// What a state of a table stands for, in one word: in the lowest byte the bits that
/// are read for the next state; in the second those that are read and added to the
/// least number of its code; then what is added to come to the next state (16 bits),
/// and that least number (32 bits). So of several, the bits can be added up at once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entry(u64);

impl Entry {
    fn new((base, extra): (u32, u8), bits: u8, next: u16) -> Self {
        let low = u64::from(bits) | (u64::from(extra) << 8) | (u64::from(next) << 16);
        Self(low | (u64::from(base) << 32))
    }
}

/// What a table is made from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// One code, over and over.
    Repeated(u8),
    /// A distribution of codes.
    Spread(Distribution<CODES_MAX>),
}

/// A table of one of the three kinds of codes, with what it is made from.
#[derive(Clone)]
pub struct CodeTable {
    pub(crate) source: Source,
    entries: Box<[Entry; STATES_MAX]>,
}

/// One of the three kinds of codes.
#[derive(Clone, Copy)]
pub(crate) struct Codes {
    pub(crate) part: Part,
    /// The highest accuracy log.
    pub(crate) log_max: u32,
    /// The highest code.
    pub(crate) code_max: u8,
    /// The least number and the bits read for more, of a code.
    number: fn(u8) -> (u32, u8),
    /// The accuracy log and the counts that are predefined (§ 3.1.1.3.2.2).
    default: (u32, &'static [i16]),
}

pub(crate) const LITERAL_LENGTHS: Codes = Codes {
    part: Part::LiteralLengths,
    log_max: 9,
    code_max: 35,
    number: literal_length,
    default: (
        6,
        &[
            4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1,
            1, 1, 1, -1, -1, -1, -1,
        ],
    ),
};

pub(crate) const OFFSETS: Codes = Codes {
    part: Part::Offsets,
    log_max: 8,
    code_max: 31,
    number: |code| (1_u32.wrapping_shl(u32::from(code)), code),
    default: (
        5,
        &[
            1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1,
            -1,
        ],
    ),
};

pub(crate) const MATCH_LENGTHS: Codes = Codes {
    part: Part::MatchLengths,
    log_max: 9,
    code_max: 52,
    number: match_length,
    default: (
        6,
        &[
            1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
        ],
    ),
};

/// The tables of § 3.1.1.3.2.1.1: from code 16 of literal lengths on, and from code
/// 32 of match lengths on.
const LITERAL_LENGTH_CODES: [(u32, u8); 20] = [
    (16, 1),
    (18, 1),
    (20, 1),
    (22, 1),
    (24, 2),
    (28, 2),
    (32, 3),
    (40, 3),
    (48, 4),
    (64, 6),
    (128, 7),
    (256, 8),
    (512, 9),
    (1024, 10),
    (2048, 11),
    (4096, 12),
    (8192, 13),
    (16384, 14),
    (32768, 15),
    (65536, 16),
];
const MATCH_LENGTH_CODES: [(u32, u8); 21] = [
    (35, 1),
    (37, 1),
    (39, 1),
    (41, 1),
    (43, 2),
    (47, 2),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 5),
    (131, 7),
    (259, 8),
    (515, 9),
    (1027, 10),
    (2051, 11),
    (4099, 12),
    (8195, 13),
    (16387, 14),
    (32771, 15),
    (65539, 16),
];

fn literal_length(code: u8) -> (u32, u8) {
    let long = code.checked_sub(16).and_then(|code| LITERAL_LENGTH_CODES.get(usize::from(code)));
    long.copied().unwrap_or((code.into(), 0))
}

fn match_length(code: u8) -> (u32, u8) {
    let long = code.checked_sub(32).and_then(|code| MATCH_LENGTH_CODES.get(usize::from(code)));
    long.copied().unwrap_or((u32::from(code).wrapping_add(3), 0))
}

impl CodeTable {
    /// The table of `codes` that `source` makes; `None` if there is no such code.
    pub(crate) fn new(codes: &Codes, source: Source) -> Option<Self> {
        let mut entries = Box::new([Entry::default(); STATES_MAX]);
        match &source {
            Source::Repeated(code) if *code > codes.code_max => return None,
            Source::Repeated(code) => {
                let [first, ..] = &mut *entries;
                *first = Entry::new((codes.number)(*code), 0, 0);
            }
            Source::Spread(distribution) => {
                if distribution.log > codes.log_max
                    || distribution.counts().len() > usize::from(codes.code_max).saturating_add(1)
                {
                    return None;
                }
                distribution.spread(|state, code, bits, next| {
                    let entry = Entry::new((codes.number)(code), bits, next);
                    entries.get_mut(state).into_iter().for_each(|place| *place = entry);
                });
            }
        }
        Some(Self { source, entries })
    }

    /// Bits that the first state is read from.
    fn log(&self) -> u32 {
        match &self.source {
            Source::Repeated(_) => 0,
            Source::Spread(distribution) => distribution.log,
        }
    }
}

/// Takes the table of `codes` that `mode` says (§ 3.1.1.3.2.1), from the start of
/// `bytes`; returns how many bytes that takes.
fn take_table(
    codes: &Codes,
    mode: u8,
    bytes: &[u8],
    table: &mut Option<CodeTable>,
) -> Result<usize, Undecodable> {
    let corrupt = Undecodable::Corrupt(codes.part);
    let (source, taken) = match mode & 3 {
        0 => {
            let (log, counts) = codes.default;
            (Source::Spread(Distribution::new(log, counts).ok_or(corrupt)?), 0)
        }
        1 => (Source::Repeated(*bytes.first().ok_or(corrupt)?), 1),
        2 => {
            let parsed = Distribution::parse(bytes, codes.log_max, codes.code_max.into());
            let (distribution, taken) = parsed.ok_or(corrupt)?;
            (Source::Spread(distribution), taken)
        }
        _ => {
            let needs = Undecodable::NeedsTable(codes.part);
            return table.as_ref().map(|_| 0).ok_or(needs);
        }
    };
    *table = Some(CodeTable::new(codes, source).ok_or(corrupt)?);
    Ok(taken)
}

/// How many sequences there are, and the bytes that say so.
fn count_of(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes {
        [0xff, low, high, ..] => {
            Some((usize::from(u16::from_le_bytes([low, high])).wrapping_add(0x7f00), 3))
        }
        [first @ 0x80..=0xfe, second, ..] => {
            Some((usize::from(u16::from_be_bytes([first & 0x7f, second])), 2))
        }
        [count @ 0..=0x7f, ..] => Some((count.into(), 1)),
        _ => None,
    }
}

/// The tables of the three kinds of codes.
pub(crate) struct CodeTables<'a> {
    pub(crate) literal_lengths: &'a mut Option<CodeTable>,
    pub(crate) offsets: &'a mut Option<CodeTable>,
    pub(crate) match_lengths: &'a mut Option<CodeTable>,
}

/// Decodes the sequences that `bytes` are, of a block of at most `block_max` bytes,
/// into the start of `into`, which is made long enough. `count` says how many are
/// there, also where that fails.
pub(crate) fn decode(
    bytes: &[u8],
    tables: &mut CodeTables<'_>,
    block_max: usize,
    into: &mut Vec<Sequence>,
    count: &mut usize,
) -> Result<(), Undecodable> {
    let corrupt = Undecodable::Corrupt(Part::SequencesHeader);
    let (wanted, mut at) = count_of(bytes).ok_or(corrupt)?;
    if wanted == 0 {
        return if bytes.len() == at { Ok(()) } else { Err(corrupt) };
    }
    if wanted.saturating_mul(MATCH_MIN) > block_max {
        return Err(corrupt);
    }
    // The lowest two bits are reserved.
    let modes = *bytes.get(at).filter(|&&modes| modes & 3 == 0).ok_or(corrupt)?;
    at = at.saturating_add(1);
    let rest = |at: usize| bytes.get(at..).unwrap_or(&[]);
    let read = take_table(&LITERAL_LENGTHS, modes >> 6, rest(at), tables.literal_lengths)?;
    at = at.saturating_add(read);
    at = at.saturating_add(take_table(&OFFSETS, modes >> 4, rest(at), tables.offsets)?);
    at = at.saturating_add(take_table(&MATCH_LENGTHS, modes >> 2, rest(at), tables.match_lengths)?);
    if into.len() < wanted {
        into.resize(wanted, Sequence::default());
    }
    let into = into.get_mut(..wanted).unwrap_or(&mut []);
    let (Some(literals), Some(offsets), Some(matches)) =
        (&tables.literal_lengths, &tables.offsets, &tables.match_lengths)
    else {
        return Err(corrupt);
    };
    *count = decode_bits(rest(at), [literals, offsets, matches], into);
    if *count == wanted { Ok(()) } else { Err(Undecodable::Corrupt(Part::Sequences)) }
}

/// Bits that the three numbers of a sequence may take so that those for the next
/// states (9 + 9 + 8) are there without another load.
const EXTRA_MAX: u64 = 57 - 26;

/// The lowest bits of a word, by how many.
const MASKS: [u64; 256] = {
    let mut masks = [u64::MAX; 256];
    let mut rest: &mut [u64] = &mut masks;
    let mut mask = 0;
    while let [first, others @ ..] = rest
        && mask < u64::MAX
    {
        *first = mask;
        mask = mask << 1 | 1;
        rest = others;
    }
    masks
};

/// Bits of the sequences, as [`Backward`] reads them; what is left of the word is
/// counted, for that takes the fewest steps here.
#[derive(Clone, Copy)]
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    word: u64,
    left: u32,
}

impl Bits<'_> {
    /// Makes at least 57 bits readable, if there are as many.
    #[inline(always)]
    fn refill(&mut self) {
        let used = 64_u32.wrapping_sub(self.left);
        let back = index32(used >> 3);
        if self.at >= 8 {
            self.at = self.at.wrapping_sub(back);
            self.left = 64_u32.wrapping_sub(used & 7);
            self.word = word_at(self.bytes, self.at);
        } else {
            self.refill_slowly(back);
        }
    }

    #[cold]
    fn refill_slowly(&mut self, back: usize) {
        if self.at > 0 {
            let back = back.min(self.at);
            self.at = self.at.wrapping_sub(back);
            self.left = self.left.wrapping_add(u32::try_from(back & 15).unwrap_or(0) << 3);
            self.word = word_at(self.bytes, self.at);
        }
    }

    /// Reads as many bits as the lowest byte of `count` says.
    #[inline(always)]
    fn read(&mut self, count: u64) -> u64 {
        let [count, ..] = count.to_le_bytes();
        self.left = self.left.wrapping_sub(count.into());
        let mask = MASKS.get(usize::from(count)).copied().unwrap_or(0);
        self.word.wrapping_shr(self.left) & mask
    }

    /// The next state behind `entry`.
    #[inline(always)]
    fn next(&mut self, Entry(entry): Entry) -> usize {
        index(self.read(entry).wrapping_add(entry >> 16) & (STATES_MAX_MASK))
    }

    /// The number that `entry` stands for.
    #[inline(always)]
    fn number(&mut self, Entry(entry): Entry) -> u32 {
        let number = self.read(entry >> 8).wrapping_add(entry >> 32);
        u32::try_from(number & 0xffff_ffff).unwrap_or(0)
    }

    /// Whether more was read than there is.
    fn is_over(&self) -> bool {
        self.left > 64
    }

    fn is_finished(&self) -> bool {
        self.at == 0 && self.left == 0
    }
}

/// Keeps a state within a table.
const STATES_MAX_MASK: u64 = 0x1ff;

/// Decodes sequences until `into` is full or their bits end; returns how many are
/// sound: one less than all, if the bits do not end with the last.
fn decode_bits(bytes: &[u8], tables: [&CodeTable; 3], into: &mut [Sequence]) -> usize {
    let Some(stream) = Backward::new(bytes) else { return 0 };
    let (at, word, left) = (stream.at, stream.word, 64_u32.wrapping_sub(stream.used));
    let mut bits = Bits { bytes, at, word, left };
    let [literals, offsets, matches] = tables.map(|table| &*table.entries);
    let entry = |table: &[Entry; STATES_MAX], state| table.get(state).copied().unwrap_or_default();
    bits.refill();
    let mut states = tables.map(|table| index(bits.read(table.log().into()) & STATES_MAX_MASK));
    let last = into.len().wrapping_sub(1);
    for (place, sequence) in into.iter_mut().enumerate() {
        bits.refill();
        let [literal, offset, matched] =
            [entry(literals, states[0]), entry(offsets, states[1]), entry(matches, states[2])];
        let sum = literal.0.wrapping_add(offset.0).wrapping_add(matched.0);
        let is_long = (sum >> 8) & 0xff > EXTRA_MAX;
        sequence.offset_value = bits.number(offset);
        if is_long {
            bits.refill();
        }
        sequence.match_length = bits.number(matched);
        sequence.literal_length = bits.number(literal);
        if is_long || bits.at == 0 {
            bits.refill();
            if bits.is_over() {
                return place;
            }
        }
        if place == last {
            bits.refill();
            return if bits.is_finished() { into.len() } else { last };
        }
        states[0] = bits.next(literal);
        states[2] = bits.next(matched);
        states[1] = bits.next(offset);
    }
    0
}

/// Bytes of the largest number of sequences that a block can have.
const _: () = assert!(size_of::<Sequence>() * (crate::BLOCK_MAX / MATCH_MIN) < 600 * 1024);

/// States are masked as the tables are long.
const _: () = assert!(STATES_MAX == 0x1ff + 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_for_what_the_rfc_says() {
        assert_eq!(
            [15, 16, 24, 25, 35].map(literal_length),
            [(15, 0), (16, 1), (48, 4), (64, 6), (65536, 16)]
        );
        assert_eq!(
            [0, 31, 32, 42, 52].map(match_length),
            [(3, 0), (34, 0), (35, 1), (99, 5), (65539, 16)]
        );
        assert_eq!((OFFSETS.number)(31), (1 << 31, 31));
        // Each begins where the one before ends.
        for number in [literal_length, match_length] {
            for code in 0..35 {
                let (base, extra) = number(code);
                assert_eq!(number(code + 1).0, base + (1 << extra), "{code}");
            }
        }
    }

    #[test]
    fn predefined_tables_can_be_made() {
        for codes in [LITERAL_LENGTHS, OFFSETS, MATCH_LENGTHS] {
            let mut table = None;
            assert_eq!(take_table(&codes, 0, &[], &mut table), Ok(0));
            assert_eq!(take_table(&codes, 3, &[], &mut table), Ok(0));
            assert_eq!(take_table(&codes, 1, &[codes.code_max], &mut table), Ok(1));
            let corrupt = Err(Undecodable::Corrupt(codes.part));
            assert_eq!(take_table(&codes, 1, &[codes.code_max + 1], &mut table), corrupt);
            let needs = Err(Undecodable::NeedsTable(codes.part));
            assert_eq!(take_table(&codes, 3, &[], &mut None), needs);
        }
    }

    #[test]
    fn counts_of_sequences_take_one_to_three_bytes() {
        assert_eq!(count_of(&[0x7f]), Some((127, 1)));
        assert_eq!(count_of(&[0x81, 2]), Some((258, 2)));
        assert_eq!(count_of(&[0xfe, 0xff]), Some((0x7eff, 2)));
        assert_eq!(count_of(&[0xff, 1, 2]), Some((0x7f00 + 0x201, 3)));
        for short in [&[][..], &[0x80], &[0xff], &[0xff, 1]] {
            assert_eq!(count_of(short), None);
        }
    }
}
