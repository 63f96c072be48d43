//! The codes of literal lengths, offsets and match lengths (§ 3.1.1.3.2.1.1), and the
//! tables by which they are decoded.

use crate::error::Part;
use crate::fse::{CODES_MAX, Distribution, STATES_MAX};

/// What a state of a table stands for, in one word: in the lowest byte the bits that
/// are read for the next state; in the second those that are read and added to the
/// least number of its code; then what is added to come to the next state (16 bits),
/// and that least number (32 bits). So of several, the bits can be added up at once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Entry(pub(crate) u64);

impl Entry {
    fn new((base, extra): (u32, u8), bits: u8, next: u16) -> Self {
        let low = u64::from(bits) | (u64::from(extra) << 8) | (u64::from(next) << 16);
        Self(low | (u64::from(base) << 32))
    }

    /// The least number of its code.
    #[inline(always)]
    pub(crate) fn least(self) -> u32 {
        u32::try_from(self.0 >> 32).unwrap_or(0)
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
    pub(crate) entries: Box<[Entry; STATES_MAX]>,
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
    pub(crate) number: fn(u8) -> (u32, u8),
    /// The accuracy log and the counts that are predefined (§ 3.1.1.3.2.2).
    pub(crate) default: (u32, &'static [i16]),
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
    pub(crate) fn log(&self) -> u32 {
        match &self.source {
            Source::Repeated(_) => 0,
            Source::Spread(distribution) => distribution.log,
        }
    }
}

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
}
