//! The first stage: of a block's own bytes its literals and sequences.
//!
//! What a block leaves for those behind it are its [`Tables`]. They are values: to
//! keep them is to be able to go on behind the block, and blocks whose tables are
//! known need nothing of each other.

use crate::codes::{CodeTable, Codes, LITERAL_LENGTHS, MATCH_LENGTHS, OFFSETS, Source};
use crate::error::{Part, Undecodable};
use crate::fse::{CODES_MAX, Distribution};
use crate::huffman::HuffmanTable;
use crate::literals;
use crate::sequences::{self, CodeTables};

pub use crate::sequences::{Sequence, Sequences};

/// The tables that a block leaves for those behind it (§ 3.1.1.3.1, treeless, and
/// § 3.1.1.3.2.1, repeat). None are there at the start of a frame.
#[derive(Clone, Default)]
pub struct Tables {
    pub(crate) huffman: Option<HuffmanTable>,
    literal_lengths: Option<CodeTable>,
    offsets: Option<CodeTable>,
    match_lengths: Option<CodeTable>,
}

/// What a block's bytes come to: room for any block, and what the last one left.
#[derive(Default)]
pub struct Block {
    literals: Vec<u8>,
    literal_count: usize,
    sequences: Vec<Sequence>,
}

impl Block {
    /// The literals.
    #[must_use]
    pub fn literals(&self) -> &[u8] {
        self.literals.get(..self.literal_count).unwrap_or(&[])
    }

    /// The literals, and what is there behind them to be copied and dropped.
    pub(crate) fn literals_and_slack(&self) -> &[u8] {
        self.literals.get(..self.literal_count.saturating_add(literals::SLACK)).unwrap_or(&[])
    }

    /// The sequences. Literals that none of them takes come behind the last.
    #[must_use]
    pub fn sequences(&self) -> &[Sequence] {
        &self.sequences
    }
}

/// Decodes the compressed block that `bytes` are, without its header, into `block`.
/// It and its literals come to at most `block_max` bytes (§ 3.1.1.2.4).
///
/// # Errors
///
/// The block is corrupt, or takes a table that is not there. `block` holds what came
/// before that; `tables` are of no use any more.
pub fn decode(
    bytes: &[u8],
    block_max: usize,
    tables: &mut Tables,
    block: &mut Block,
) -> Result<(), Undecodable> {
    let mut room = core::mem::take(&mut block.sequences);
    room.clear();
    let opened = open(bytes, block_max, tables, block).and_then(|mut sequences| {
        room.extend(&mut sequences);
        sequences.is_finished().then_some(()).ok_or(Undecodable::Corrupt(Part::Sequences))
    });
    block.sequences = room;
    opened
}

/// Decodes the literals of the compressed block that `bytes` are into `block`, and
/// returns its sequences, to be decoded as they are asked for: so that whoever puts
/// them together meanwhile keeps a processor busy with both.
///
/// # Errors
///
/// As [`decode`].
pub fn open<'a>(
    bytes: &'a [u8],
    block_max: usize,
    tables: &'a mut Tables,
    block: &mut Block,
) -> Result<Sequences<'a>, Undecodable> {
    block.literal_count = 0;
    block.sequences.clear();
    if bytes.len() > block_max {
        return Err(Undecodable::Corrupt(Part::Block));
    }
    let (huffman, codes) = tables.parts();
    let (count, taken) = literals::decode(bytes, huffman, block_max, &mut block.literals, 0)?;
    block.literal_count = count;
    sequences::open(bytes.get(taken..).unwrap_or(&[]), codes, block_max)
}

/// What marks in [`Tables::to_bytes`] what a table is made from.
const ABSENT: u8 = 0;
const REPEATED: u8 = 1;
const SPREAD: u8 = 2;

impl Tables {
    /// The table of literals, and those of sequences.
    pub(crate) fn parts(&mut self) -> (&mut Option<HuffmanTable>, CodeTables<'_>) {
        let Self { huffman, literal_lengths, offsets, match_lengths } = self;
        (huffman, CodeTables { literal_lengths, offsets, match_lengths })
    }

    /// The tables in a few hundred bytes: what they are made from. For each: whether
    /// it is there (one byte), and then, of the Huffman table the number of weights
    /// less one and the weights; of the others the one code, or the accuracy log, the
    /// number of counts and the counts (two bytes each, little-endian).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &self.huffman {
            None => bytes.push(ABSENT),
            Some(table) => {
                let weights = table.weights();
                let count = u8::try_from(weights.len().saturating_sub(1)).unwrap_or(u8::MAX);
                bytes.extend([SPREAD, count]);
                bytes.extend_from_slice(weights);
            }
        }
        for table in [&self.literal_lengths, &self.offsets, &self.match_lengths] {
            match table.as_ref().map(|table| &table.source) {
                None => bytes.push(ABSENT),
                Some(Source::Repeated(code)) => bytes.extend([REPEATED, *code]),
                Some(Source::Spread(distribution)) => {
                    let counts = distribution.counts();
                    let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
                    let log = u8::try_from(distribution.log).unwrap_or(u8::MAX);
                    bytes.extend([SPREAD, log, small(counts.len())]);
                    bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
                }
            }
        }
        bytes
    }

    /// The tables that [`to_bytes`](Self::to_bytes) gave; `None` if they are none.
    #[must_use]
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let huffman = match take(bytes, 1)? {
            [ABSENT] => None,
            [SPREAD] => {
                let count = usize::from(*take(bytes, 1)?.first()?).saturating_add(1);
                Some(HuffmanTable::new(take(bytes, count)?.to_vec())?)
            }
            _ => return None,
        };
        let mut codes = |codes| codes_from_bytes(codes, bytes);
        let (literal_lengths, offsets) = (codes(&LITERAL_LENGTHS)?, codes(&OFFSETS)?);
        let match_lengths = codes(&MATCH_LENGTHS)?;
        bytes.is_empty().then_some(Self { huffman, literal_lengths, offsets, match_lengths })
    }
}

/// Takes a table of `codes`, or that there is none.
fn codes_from_bytes(codes: &Codes, bytes: &mut &[u8]) -> Option<Option<CodeTable>> {
    let source = match take(bytes, 1)? {
        [ABSENT] => return Some(None),
        [REPEATED] => Source::Repeated(*take(bytes, 1)?.first()?),
        [SPREAD] => {
            let &[log, count] = take(bytes, 2)?.first_chunk()?;
            let counts = take(bytes, usize::from(count).checked_mul(2)?)?.chunks_exact(2);
            let counts: Vec<i16> = counts
                .map(|count| count.first_chunk().map_or(0, |count| i16::from_le_bytes(*count)))
                .collect();
            Source::Spread(Distribution::<CODES_MAX>::new(log.into(), &counts)?)
        }
        _ => return None,
    };
    CodeTable::new(codes, source).map(Some)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}
