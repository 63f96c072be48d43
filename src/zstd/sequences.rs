//! The sequences of a block (§ 3.1.1.3.2).

use crate::bits::{Backward, index, index32, word_at};
use crate::codes::{CodeTable, Codes, Entry, LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS, Source};
use crate::error::{Part, Undecodable};
use crate::fse::{Distribution, STATES_MAX};

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

/// Which of the tables of literal lengths, offsets and match lengths the sequences that
/// `bytes` are have of their own, a bit for each; `None` if they have no sound header.
pub(crate) fn own_tables(bytes: &[u8]) -> Option<u8> {
    let (wanted, at) = count_of(bytes)?;
    if wanted == 0 {
        return (bytes.len() == at).then_some(0);
    }
    let modes = *bytes.get(at).filter(|&&modes| modes & 3 == 0)?;
    let is_own = |shift: u32| u8::from(modes.wrapping_shr(shift) & 3 < 3);
    Some(is_own(6) << 2 | is_own(4) << 1 | is_own(2))
}

/// Takes the header and the tables of the sequences that `bytes` are, of a block of at
/// most `block_max` bytes.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    mut tables: CodeTables<'a>,
    block_max: usize,
) -> Result<Sequences<'a>, Undecodable> {
    let (wanted, at) = take_tables(bytes, &mut tables, block_max)?;
    if wanted == 0 {
        return Ok(Sequences::none());
    }
    let CodeTables { literal_lengths, offsets, match_lengths } = tables;
    let (Some(literals), Some(offsets), Some(matches)) = (literal_lengths, offsets, match_lengths)
    else {
        return Err(Undecodable::Corrupt(Part::SequencesHeader));
    };
    let corrupt = Undecodable::Corrupt(Part::Sequences);
    let rest = bytes.get(at..).unwrap_or(&[]);
    Sequences::new(rest, [literals, offsets, matches], wanted).ok_or(corrupt)
}

/// Puts the predefined tables where none are.
pub(crate) fn predefine_absent(tables: &mut CodeTables<'_>) -> Result<(), Undecodable> {
    let CodeTables { literal_lengths, offsets, match_lengths } = tables;
    let kinds = [&LITERAL_LENGTHS, &OFFSETS, &MATCH_LENGTHS];
    for (codes, table) in kinds.into_iter().zip([literal_lengths, offsets, match_lengths]) {
        if table.is_none() {
            take_table(codes, 0, &[], table)?;
        }
    }
    Ok(())
}

/// Takes the tables of the sequences that `bytes` are, and returns how many sequences
/// there are and where their bits start.
pub(crate) fn take_tables(
    bytes: &[u8],
    tables: &mut CodeTables<'_>,
    block_max: usize,
) -> Result<(usize, usize), Undecodable> {
    let corrupt = Undecodable::Corrupt(Part::SequencesHeader);
    let (wanted, mut at) = count_of(bytes).ok_or(corrupt)?;
    if wanted == 0 {
        return if bytes.len() == at { Ok((0, at)) } else { Err(corrupt) };
    }
    if wanted.saturating_mul(MATCH_MIN) > block_max {
        return Err(corrupt);
    }
    // The lowest two bits are reserved.
    let modes = *bytes.get(at).filter(|&&modes| modes & 3 == 0).ok_or(corrupt)?;
    at = at.saturating_add(1);
    let rest = |at: usize| bytes.get(at..).unwrap_or(&[]);
    let CodeTables { literal_lengths, offsets, match_lengths } = tables;
    at = at.saturating_add(take_table(&LITERAL_LENGTHS, modes >> 6, rest(at), literal_lengths)?);
    at = at.saturating_add(take_table(&OFFSETS, modes >> 4, rest(at), offsets)?);
    at = at.saturating_add(take_table(&MATCH_LENGTHS, modes >> 2, rest(at), match_lengths)?);
    Ok((wanted, at))
}

/// Bits that the three numbers of a sequence may take so that those for the next
/// states (9 + 9 + 8) are there without another load.
const EXTRA_MAX: u64 = 56 - 26;

/// Bytes before the word that is being read, at least, where a sequence is decoded
/// without a look at the end of the bits.
const FAR: usize = 16;

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
    /// The bytes up to the end of the word.
    bytes: &'a [u8],
    word: u64,
    /// Bits of the word that are still to be read, less than 64. More once there are
    /// no more.
    left: u32,
}

impl Bits<'_> {
    /// Makes at least 56 bits readable, if there are as many.
    fn refill(&mut self) {
        let at = self.at();
        if at > 0 {
            let back = index32(63_u32.wrapping_sub(self.left) >> 3).min(at);
            self.left = self.left.wrapping_add(u32::try_from(back & 15).unwrap_or(0) << 3);
            self.bytes = self.bytes.get(..self.bytes.len().wrapping_sub(back)).unwrap_or(&[]);
            self.word = word_at(self.bytes, at.wrapping_sub(back));
        }
    }

    /// The same, where the word is [far](FAR) from the end of the bits; elsewhere
    /// nothing.
    #[inline(always)]
    fn refill_far(&mut self) -> Option<()> {
        let length = self.bytes.len();
        if length < FAR.wrapping_add(8) {
            return None;
        }
        let left = self.left | 56;
        let back = index32(left.wrapping_sub(self.left) >> 3 & 15);
        self.bytes = self.bytes.get(..length.wrapping_sub(back))?;
        self.word = u64::from_le_bytes(*self.bytes.last_chunk::<8>()?);
        self.left = left;
        Some(())
    }

    /// Where in the bytes the word stands.
    fn at(&self) -> usize {
        self.bytes.len().saturating_sub(8)
    }

    /// Reads as many bits as the lowest byte of `count` says.
    #[inline(always)]
    fn read(&mut self, count: u64) -> u64 {
        let [count, ..] = count.to_le_bytes();
        self.left = self.left.wrapping_sub(count.into());
        let mask = MASKS.get(usize::from(count)).copied().unwrap_or(0);
        self.word.wrapping_shr(self.left) & mask
    }

    /// The next state behind `entry`, in the lowest bits.
    #[inline(always)]
    fn next(&mut self, Entry(entry): Entry) -> usize {
        index(self.read(entry).wrapping_add(entry >> 16) & 0xffff_ffff)
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
}

/// Keeps a state within a table.
const STATE_MASK: usize = 0x1ff;

/// The sequences of a block, decoded as they are asked for. They end early where the
/// block is corrupt: see [`is_finished`](Self::is_finished).
#[derive(Clone, Copy)]
pub struct Sequences<'a> {
    bits: Bits<'a>,
    /// The tables of literal lengths, offsets and match lengths.
    tables: [&'a [Entry; STATES_MAX]; 3],
    /// Their states.
    states: [usize; 3],
    /// Sequences that are still to come.
    left: usize,
}

/// The table of a block without sequences.
static NO_STATES: [Entry; STATES_MAX] = [Entry(0); STATES_MAX];

impl<'a> Sequences<'a> {
    fn none() -> Self {
        let bits = Bits { bytes: &[], word: 0, left: 0 };
        Self { bits, tables: [&NO_STATES; 3], states: [0; 3], left: 0 }
    }

    fn new(bytes: &'a [u8], tables: [&'a CodeTable; 3], count: usize) -> Option<Self> {
        let stream = Backward::new(bytes)?;
        let (word, left) = (stream.word, 64_u32.wrapping_sub(stream.used));
        let mut bits = Bits { bytes, word, left };
        bits.refill();
        let states = tables.map(|table| index(bits.read(table.log().into())));
        Some(Self { bits, tables: tables.map(|table| &*table.entries), states, left: count })
    }

    /// How many are still to come.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether all of them came, and their bits ended with the last.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.left == 0 && self.bits.at() == 0 && self.bits.left == 0
    }
}

impl Iterator for Sequences<'_> {
    type Item = Sequence;

    #[inline(always)]
    fn next(&mut self) -> Option<Sequence> {
        if self.left > 1 && self.bits.refill_far().is_some() {
            let entries = self.entries();
            if !is_long(entries) {
                return Some(self.take(entries));
            }
        }
        // By value, so that the state is not to lie in memory for this.
        let (state, sequence) = self.next_slowly();
        *self = state;
        sequence
    }
}

/// Whether the numbers of a sequence take so many bits that those for the next states
/// need another load.
#[inline(always)]
fn is_long(entries: [Entry; 3]) -> bool {
    let [literal, offset, matched] = entries;
    let sum = literal.0.wrapping_add(offset.0).wrapping_add(matched.0);
    (sum >> 8) & 0xff > EXTRA_MAX
}

impl Sequences<'_> {
    /// The entries of the states.
    #[inline(always)]
    fn entries(&self) -> [Entry; 3] {
        let entry = |table: &[Entry; STATES_MAX], state: usize| {
            table.get(state & STATE_MASK).copied().unwrap_or_default()
        };
        let [literals, offsets, matches] = self.tables;
        let [literal, offset, matched] = self.states;
        [entry(literals, literal), entry(offsets, offset), entry(matches, matched)]
    }

    /// Reads a sequence that is not the last, of bits that are there.
    #[inline(always)]
    fn take(&mut self, [literal, offset, matched]: [Entry; 3]) -> Sequence {
        let offset_value = self.bits.number(offset);
        // Few of these two have bits of their own.
        let [mut match_length, mut literal_length] = [matched, literal].map(Entry::least);
        if matched.0.wrapping_add(literal.0) & 0xff00 > 0 {
            match_length = self.bits.number(matched);
            literal_length = self.bits.number(literal);
        }
        self.left = self.left.wrapping_sub(1);
        self.go_on([literal, offset, matched]);
        Sequence { literal_length, match_length, offset_value }
    }

    /// Reads the next states.
    #[inline(always)]
    fn go_on(&mut self, [literal, offset, matched]: [Entry; 3]) {
        let literal = self.bits.next(literal);
        let matched = self.bits.next(matched);
        self.states = [literal, self.bits.next(offset), matched];
    }

    /// Any sequence.
    #[cold]
    #[inline(never)]
    fn next_slowly(mut self) -> (Self, Option<Sequence>) {
        if self.left == 0 {
            return (self, None);
        }
        self.bits.refill();
        let entries = self.entries();
        let [literal, offset, matched] = entries;
        let offset_value = self.bits.number(offset);
        if is_long(entries) {
            self.bits.refill();
        }
        let match_length = self.bits.number(matched);
        let literal_length = self.bits.number(literal);
        self.bits.refill();
        if self.bits.is_over() {
            return (self, None);
        }
        self.left = self.left.wrapping_sub(1);
        if self.left > 0 {
            self.go_on(entries);
        }
        (self, Some(Sequence { literal_length, match_length, offset_value }))
    }
}

/// Bytes of the largest number of sequences that a block can have.
const _: () = assert!(size_of::<Sequence>() * (crate::BLOCK_MAX / MATCH_MIN) < 600 * 1024);

/// States are masked as the tables are long.
const _: () = assert!(STATES_MAX == STATE_MASK + 1);

#[cfg(test)]
mod tests {
    use super::*;

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
