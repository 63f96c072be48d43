//! The start of a deflate block (RFC 1951, 3.2), told from anything else.
//! Offsets are in bits.

use std::sync::LazyLock;

/// The order in which a header names the lengths of the codes for lengths.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The symbol that ends a block.
const END_OF_BLOCK: usize = 256;

/// Codes that a header describes at most.
const CODES_MAX: usize = 286 + 30;

/// Offsets that are tested at once: for all of them, the counts at the start
/// of a header fit into the 57 bits of a [`word`].
const AT_ONCE: usize = 40;

/// Of four lengths of codes for lengths, 3 bits each, the share of all codes
/// that they take, in 128ths.
static SHARES: LazyLock<[u16; 4096]> = LazyLock::new(|| {
    core::array::from_fn(|lengths| {
        let share = |shift: u32| share(lengths.checked_shr(shift).unwrap_or(0) & 7, 7);
        [0, 3, 6, 9].map(share).into_iter().fold(0, u16::saturating_add)
    })
});

/// What stands where a block may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A block with codes of its own. One in four thousand million places in
    /// random bits looks like that.
    Coded,
    /// A stored block: its length is there twice, behind zeros up to a whole
    /// byte. One in five hundred thousand places looks like that.
    Stored,
    /// Anything else, or what nothing tells from anything else.
    Other,
}

impl Start {
    /// What stands at `at` of `bytes`.
    pub(super) fn at(bytes: &[u8], at: usize) -> Self {
        match word(bytes, at) & 7 {
            4 | 5 if is_coded(bytes, at) => Self::Coded,
            0 | 1 if is_stored(bytes, at) => Self::Stored,
            _ => Self::Other,
        }
    }
}

/// The offsets, in ascending order, where a block with codes of its own may
/// start, or a stored one that is not the last.
pub(super) struct Starts<'a> {
    bytes: &'a [u8],
    until: usize,
    coded: Option<usize>,
    stored: Option<usize>,
}

impl<'a> Starts<'a> {
    /// Those in `bytes` from `from` up to `until`.
    pub(super) fn new(bytes: &'a [u8], from: usize, until: usize) -> Self {
        let (coded, stored) = (next_coded(bytes, from, until), next_stored(bytes, from, until));
        Self { bytes, until, coded, stored }
    }
}

impl Iterator for Starts<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let stored = self.stored.filter(|&stored| self.coded.is_none_or(|coded| stored < coded));
        let next = stored.or(self.coded)?;
        let behind = next.saturating_add(1);
        match stored {
            Some(_) => self.stored = next_stored(self.bytes, behind, self.until),
            None => self.coded = next_coded(self.bytes, behind, self.until),
        }
        Some(next)
    }
}

/// The offset behind the stored block at `at`.
pub(super) fn behind_stored(bytes: &[u8], at: usize) -> Option<usize> {
    let start = at.saturating_add(3).div_ceil(8);
    let length = bytes.get(start..)?.first_chunk::<2>()?;
    let length = usize::from(u16::from_le_bytes(*length)).saturating_add(4);
    Some(start.saturating_add(length).saturating_mul(8))
}

/// The first offset from `from` up to `until` where a stored block may start
/// that is not the last.
fn next_stored(bytes: &[u8], from: usize, until: usize) -> Option<usize> {
    // The three bits of the header stand right before a whole byte.
    let first = from.saturating_add(3).div_ceil(8);
    let last = until.saturating_add(2) / 8;
    let lengths = bytes.get(first..last.saturating_add(4).min(bytes.len()))?;
    lengths.windows(4).enumerate().find_map(|(number, four)| {
        let at = first.saturating_add(number).saturating_mul(8).saturating_sub(3);
        (is_stored_length(four) && word(bytes, at) & 7 == 0).then_some(at)
    })
}

fn next_coded(bytes: &[u8], from: usize, until: usize) -> Option<usize> {
    let shares = &*SHARES;
    let mut at = from;
    while at < until {
        let word = word(bytes, at);
        // Bit n tells whether a block at n is of the right type, and whether it
        // has at most 286 and 30 codes of either kind: the counts from 257 and
        // from 1 on may not be 30 or 31.
        let two = word & (word >> 1);
        let four = two & (two >> 2);
        let mut places = !(word >> 1) & (word >> 2) & !(four >> 4) & !(four >> 9);
        let tested = until.saturating_sub(at).min(AT_ONCE);
        places &= low_bits(tested);
        while places != 0 {
            let place = places.trailing_zeros();
            places &= places.wrapping_sub(1);
            let start = at.saturating_add(usize::try_from(place).unwrap_or(0));
            let count = field(word.checked_shr(place).unwrap_or(0), 13, 4).saturating_add(4);
            let lengths = self::word(bytes, start.saturating_add(17));
            if is_full(shares, lengths, count) && is_coded(bytes, start) {
                return Some(start);
            }
        }
        at = at.saturating_add(AT_ONCE);
    }
    None
}

fn is_stored(bytes: &[u8], at: usize) -> bool {
    let header_end = at.saturating_add(3);
    let start = header_end.next_multiple_of(8);
    let padding = word(bytes, header_end) & low_bits(start.saturating_sub(header_end));
    let start = start / 8;
    let length = bytes.get(start..start.saturating_add(4));
    padding == 0 && length.is_some_and(is_stored_length)
}

/// Whether `bytes` are a length, and the same with all bits turned.
fn is_stored_length(bytes: &[u8]) -> bool {
    let Some(&[low, high, not_low, not_high]) = bytes.first_chunk::<4>() else { return false };
    (low ^ not_low) & (high ^ not_high) == 0xff
}

/// Whether the header of a block with codes of its own stands at `at`: codes
/// are complete, as zlib demands it, and there is one for the end.
fn is_coded(bytes: &[u8], at: usize) -> bool {
    let start = word(bytes, at);
    let literals = field(start, 3, 5).saturating_add(257);
    let distances = field(start, 8, 5).saturating_add(1);
    let count = field(start, 13, 4).saturating_add(4);
    let lengths = at.saturating_add(17);
    if field(start, 1, 2) != 2
        || literals > 286
        || distances > 30
        || !is_full(&SHARES, word(bytes, lengths), count)
    {
        return false;
    }
    let code = LengthCode::new(word(bytes, lengths), count);
    let start = lengths.saturating_add(count.saturating_mul(3));
    let mut lengths = [0; CODES_MAX];
    let all = lengths.get_mut(..literals.saturating_add(distances)).unwrap_or(&mut []);
    if code.read(bytes, start, all).is_none() {
        return false;
    }
    let (literals, distances) = all.split_at_checked(literals).unwrap_or_default();
    literals.get(END_OF_BLOCK).is_some_and(|&length| length > 0)
        && is_complete(literals)
        // None at all, or a single one of one bit.
        && (is_complete(distances) || distances.iter().fold(0, |sum, length| sum | length) <= 1)
}

/// Whether the first `count` lengths in `lengths`, 3 bits each, make up a
/// complete code.
fn is_full(shares: &[u16; 4096], lengths: u64, count: usize) -> bool {
    let lengths = lengths & low_bits(count.saturating_mul(3));
    let share = |shift| shares.get(field(lengths, shift, 12)).copied().unwrap_or(0);
    let shares = [0, 12, 24, 36, 48].map(share);
    shares.into_iter().fold(0, u16::wrapping_add) == 128
}

/// Whether codes of these lengths, 15 bits at most, are all codes there are.
fn is_complete(lengths: &[u8]) -> bool {
    let share = |&length: &u8| u32::from(share(usize::from(length), 15));
    lengths.iter().map(share).fold(0, u32::saturating_add) == 1 << 15
}

/// The share that a code of `length` bits takes of all those of `longest`.
fn share(length: usize, longest: usize) -> u16 {
    let shift = longest.checked_sub(length).filter(|_| length > 0);
    let shift = shift.and_then(|shift| u32::try_from(shift).ok());
    shift.and_then(|shift| 1_u16.checked_shl(shift)).unwrap_or(0)
}

/// The code that lengths of codes are written in.
struct LengthCode {
    /// For 7 bits, the symbol that they start with and its length.
    symbols: [(u8, u8); 128],
}

impl LengthCode {
    /// The code whose first `count` lengths, which make up a complete code, are
    /// in `lengths`, 3 bits each.
    fn new(lengths: u64, count: usize) -> Self {
        let mut by_symbol = [0_u8; 19];
        for (number, &symbol) in ORDER.iter().enumerate().take(count) {
            let shift = u32::try_from(number).unwrap_or(0).saturating_mul(3);
            if let Some(length) = by_symbol.get_mut(symbol) {
                *length = u8::try_from(field(lengths, shift, 3)).unwrap_or(0);
            }
        }
        let mut symbols = [(0, 0); 128];
        let mut next = 0_u8;
        for length in 1..=7_u8 {
            for (symbol, _) in by_symbol.iter().enumerate().filter(|(_, own)| **own == length) {
                let entry = (u8::try_from(symbol).unwrap_or(0), length);
                let codes = 0x80_u8 >> length;
                for code in next..next.saturating_add(codes) {
                    let reversed = usize::from(code.reverse_bits() >> 1);
                    if let Some(place) = symbols.get_mut(reversed) {
                        *place = entry;
                    }
                }
                next = next.saturating_add(codes);
            }
        }
        Self { symbols }
    }

    /// Reads lengths at `at` into all of `lengths`; `None` if they do not fit
    /// or `bytes` end first.
    fn read(&self, bytes: &[u8], mut at: usize, lengths: &mut [u8]) -> Option<()> {
        let mut done = 0_usize;
        let mut last = None;
        while done < lengths.len() {
            let word = word(bytes, at);
            let &(symbol, length) = self.symbols.get(field(word, 0, 7))?;
            let extra = word.checked_shr(u32::from(length))?;
            let (value, count, extra) = match symbol {
                0..=15 => (symbol, 1, 0),
                16 => (last?, field(extra, 0, 2).saturating_add(3), 2),
                17 => (0, field(extra, 0, 3).saturating_add(3), 3),
                _ => (0, field(extra, 0, 7).saturating_add(11), 7),
            };
            let end = done.saturating_add(count);
            lengths.get_mut(done..end)?.fill(value);
            (done, last) = (end, Some(value));
            at = at.saturating_add(usize::from(length)).saturating_add(extra);
        }
        (at <= bytes.len().saturating_mul(8)).then_some(())
    }
}

/// The 57 bits at `at`, from the lowest on; zeros behind the end.
fn word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at / 8..).unwrap_or(&[]);
    let word = match rest.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    word >> (at & 7)
}

/// `count` bits of `word` from `shift` on.
fn field(word: u64, shift: u32, count: usize) -> usize {
    let bits = word.checked_shr(shift).unwrap_or(0) & low_bits(count);
    usize::try_from(bits).unwrap_or(0)
}

/// The lowest `count` bits of a word.
fn low_bits(count: usize) -> u64 {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    1_u64.checked_shl(count).map_or(u64::MAX, |bit| bit.wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values, each with how many bits it takes, one behind the other.
    fn bits(fields: &[(u64, usize)]) -> Vec<u8> {
        let (mut bytes, mut at) = (vec![0_u8; 600], 0);
        for &(value, count) in fields {
            for bit in 0..count {
                bytes[at / 8] |=
                    ((value.checked_shr(bit as u32).unwrap_or(0) & 1) as u8) << (at % 8);
                at += 1;
            }
        }
        bytes.truncate(at.div_ceil(8));
        bytes
    }

    /// 257 codes for literals and the end, two for distances. Codes of lengths:
    /// 0 for 0, 10 for 1, 110 for 8, 111 for 18.
    fn header(shift: usize, changed: Option<(usize, u64)>) -> Vec<u8> {
        let mut fields = vec![(0, shift), (0, 1), (2, 2), (0, 5), (1, 5), (14, 4)];
        let lengths = ORDER.map(|symbol| match symbol {
            0 => (1, 3),
            1 => (2, 3),
            8 | 18 => (3, 3),
            _ => (0, 3),
        });
        fields.extend(&lengths[..18]);
        for symbol in 0..257 {
            match symbol {
                // Half of all codes, and 128 of 8 bits for the other half.
                0 => fields.push((0b01, 2)),
                1..=127 | 256 => fields.push((0b011, 3)),
                _ => fields.push((0, 1)),
            }
        }
        fields.extend([(0b01, 2), (0b01, 2)]);
        if let Some((index, value)) = changed {
            fields[index].0 = value;
        }
        bits(&fields)
    }

    fn next(bytes: &[u8], from: usize, until: usize) -> Option<usize> {
        Starts::new(bytes, from, until).next()
    }

    #[test]
    fn a_complete_header_is_found_at_any_bit() {
        for shift in 0..130 {
            let bytes = header(shift, None);
            assert_eq!(Start::at(&bytes, shift), Start::Coded, "{shift}");
            assert_eq!(next(&bytes, 0, bytes.len() * 8), Some(shift));
            assert_eq!(next(&bytes, shift, shift + 1), Some(shift));
            assert_eq!(next(&bytes, 0, shift), None);
            assert_eq!(next(&bytes, shift + 1, bytes.len() * 8), None);
        }
    }

    #[test]
    fn an_incomplete_header_is_none() {
        // The type, the counts, a length of a code for lengths, a length of a
        // literal, that of the end, that of a distance.
        for changed in [(2, 1), (3, 30), (3, 1), (4, 30), (9, 2), (30, 0), (280, 0)] {
            let bytes = header(5, Some(changed));
            assert_ne!(Start::at(&bytes, 5), Start::Coded, "{changed:?}");
        }
        let whole = header(5, None);
        assert_ne!(Start::at(&whole[..whole.len() - 1], 5), Start::Coded);
    }

    #[test]
    fn a_stored_block_is_found_behind_whatever_ends_before_it() {
        let bytes = [0xff, 0x1f, 0x34, 0x12, 0xcb, 0xed, 7];
        assert_eq!(next(&bytes, 0, 56), Some(13));
        assert_eq!(next(&bytes, 14, 56), None);
        assert_eq!(next(&bytes, 0, 13), None);
        assert_eq!(next(&bytes[..5], 0, 40), None);
        assert_eq!(Start::at(&bytes, 13), Start::Stored);
        let mut aligned = bytes;
        aligned[1] = 0;
        for at in 8..=13 {
            assert_eq!(Start::at(&aligned, at), Start::Stored);
        }
        aligned[4] = 0xca;
        assert_eq!(Start::at(&aligned, 13), Start::Other);
    }
}
