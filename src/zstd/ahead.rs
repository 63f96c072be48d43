//! The first stage ahead of where a decoder stands, somewhere else: on another core.
//!
//! Headers tell where the next block starts, and which of its tables are its own. So
//! whoever walks from block to block can put together a [batch](BatchWriter): the bytes
//! of some blocks, and those that [define](Definitions) the tables they may take of
//! earlier ones. Of a batch, [`prepare`] makes the literals and sequences of its blocks.
//! It needs nothing else: bytes go in and come out, so it can run in a thread or in a
//! Worker. A [decoder](crate::BlockDecoder) takes what was [prepared](Prepared) of a
//! block in place of the first stage, and is in the same state behind it.
//!
//! A block that is corrupt is not prepared, and neither are those behind it in its batch.
//!
//! Numbers in batches and in what is prepared are little-endian, of four bytes unless
//! something else is said.

use crate::bits::index32;
use crate::entropy::{Sequence, Tables};
use crate::error::Undecodable;
use crate::literals::{self, Header, SLACK};
use crate::sequences;

/// Blocks of a batch at most, so that what is prepared of one takes at most 4 MiB: each
/// has at most 128 KiB of literals and a third as many sequences.
pub const BLOCKS_MAX: usize = 8;

/// Bytes that describe a Huffman tree at most: one, and 127 weights compressed (§ 4.2.1).
const TREE_MAX: usize = 128;

/// Bytes from the start of the sequences' section up to the end of its tables at most:
/// three and one of header, and 36, 32 and 53 counts of up to ten bits, each with two
/// bits for zeros (§ 4.1.1).
const HEAD_MAX: usize = 256;

/// Bits of the three numbers of a sequence, as they are packed: what codes can say of
/// the two lengths (§ 3.1.1.3.2.1.1), and offsets of less than 512 MiB.
const LITERAL_BITS: u32 = 17;
const MATCH_BITS: u32 = 18;
const OFFSET_BITS: u32 = 64 - LITERAL_BITS - MATCH_BITS;

/// Bytes of a packed sequence.
const PACKED: usize = 8;

/// What stands behind the last block that is prepared.
const END: u32 = u32::MAX;

/// Bytes of blocks that define tables, the last ones of each kind.
#[derive(Clone, Default)]
pub struct Definitions {
    /// The description of a Huffman tree, or more; empty if there is none.
    tree: Vec<u8>,
    /// Starts of sequences' sections, in order, each with a bit for each of its tables
    /// that none behind it defines again.
    heads: Vec<(u8, Vec<u8>)>,
}

impl Definitions {
    /// Whether nothing is defined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty() && self.heads.is_empty()
    }

    /// Takes note of what the compressed block that `bytes` are, without its header,
    /// defines. `None`, and nothing is changed, if its headers are not sound.
    pub fn note(&mut self, bytes: &[u8]) -> Option<()> {
        let (length, tree) = Header::parse(bytes)?.extent();
        let (literals, sequences) = bytes.split_at_checked(length)?;
        let own = sequences::own_tables(sequences)?;
        if let Some(tree) = tree {
            self.tree.clear();
            self.tree.extend(literals.iter().skip(tree).take(TREE_MAX));
        }
        if own != 0 {
            self.heads.iter_mut().for_each(|(tables, _)| *tables &= !own);
            self.heads.retain(|(tables, _)| *tables != 0);
            self.heads.push((own, sequences.iter().take(HEAD_MAX).copied().collect()));
        }
        Some(())
    }

    /// Makes of `tables` those behind the blocks that were noted.
    pub(crate) fn apply(&self, tables: &mut Tables) -> Result<(), Undecodable> {
        if !self.tree.is_empty() {
            literals::tree(&self.tree, &mut tables.huffman)?;
        }
        let (_, mut codes) = tables.parts();
        if !self.heads.is_empty() {
            // A head may repeat a table that one behind it replaced, and whose own head is
            // dropped. Behind a block with sequences none is absent, so each of these is
            // defined by a head that is here.
            sequences::predefine_absent(&mut codes)?;
        }
        for (_, head) in &self.heads {
            sequences::take_tables(head, &mut codes, crate::BLOCK_MAX)?;
        }
        Ok(())
    }
}

/// What a decoder remembers of blocks that were prepared. In a page none is, and so the
/// modules of the page hold nothing of this.
#[cfg(not(target_family = "wasm"))]
pub(crate) type Newer = Definitions;

/// Stands for definitions where there are none.
#[cfg(target_family = "wasm")]
#[derive(Clone, Default)]
pub(crate) struct Newer(());

#[cfg(target_family = "wasm")]
impl Newer {
    pub(crate) fn is_empty(&self) -> bool {
        true
    }

    pub(crate) fn note(&mut self, _: &[u8]) -> Option<()> {
        None
    }

    pub(crate) fn apply(&self, _: &mut Tables) -> Result<(), Undecodable> {
        Ok(())
    }
}

/// Puts a batch together.
///
/// A batch is the most that its blocks come to; [tables](Tables::to_bytes), the
/// description of a tree, and starts of sequences' sections, of which a byte says how
/// many, each behind its length in two bytes; and the blocks, each behind its place and
/// its length.
pub struct BatchWriter {
    bytes: Vec<u8>,
    blocks: usize,
}

impl BatchWriter {
    /// A batch of blocks of at most `block_max` bytes of contents, for which `tables` are
    /// known and then what is in `newer`. It is put into `room`, which it empties.
    #[must_use]
    pub fn new(mut room: Vec<u8>, block_max: usize, tables: &[u8], newer: &Definitions) -> Self {
        room.clear();
        room.extend(u32_of(block_max).to_le_bytes());
        put_part(&mut room, tables);
        put_part(&mut room, &newer.tree);
        room.push(u8::try_from(newer.heads.len()).unwrap_or(0));
        newer.heads.iter().for_each(|(_, head)| put_part(&mut room, head));
        Self { bytes: room, blocks: 0 }
    }

    /// Adds the compressed block that `bytes` are, without its header; `place` names it.
    pub fn push(&mut self, place: u32, bytes: &[u8]) {
        self.bytes.extend(place.to_le_bytes());
        self.bytes.extend(u32_of(bytes.len()).to_le_bytes());
        self.bytes.extend_from_slice(bytes);
        self.blocks = self.blocks.saturating_add(1);
    }

    /// Blocks that are in it.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The batch.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Decodes the first stage of the blocks of `batch` into the front of `into`, which is
/// made longer where that is needed, and never shorter. What is wrong with a block ends
/// it there.
///
/// Of each block come its place, its count of literals, its count of sequences, its
/// literals, some bytes that count for nothing, and its sequences, of eight bytes each;
/// behind the last one `0xffffffff`.
pub fn prepare(batch: &[u8], into: &mut Vec<u8>) {
    let mut rest = batch;
    let mut at = 0_usize;
    if let Some((block_max, mut tables)) = opened(&mut rest) {
        while let Some((place, bytes)) = take_block(&mut rest) {
            match prepare_block(bytes, block_max, &mut tables, into, (place, at)) {
                Some(end) => at = end,
                None => break,
            }
        }
    }
    let _ = put(into, at, &END.to_le_bytes());
}

/// What stands before the blocks of a batch.
fn opened(rest: &mut &[u8]) -> Option<(usize, Tables)> {
    let block_max = index32(take_u32(rest)?);
    let mut tables = Tables::from_bytes(take_part(rest)?)?;
    let mut newer = Definitions { tree: take_part(rest)?.to_vec(), heads: Vec::new() };
    let (&count, behind) = rest.split_first()?;
    *rest = behind;
    for _ in 0..count {
        newer.heads.push((0, take_part(rest)?.to_vec()));
    }
    newer.apply(&mut tables).ok()?;
    Some((block_max, tables))
}

/// Prepares one block, from `at` on; returns where that ends.
fn prepare_block(
    bytes: &[u8],
    block_max: usize,
    tables: &mut Tables,
    into: &mut Vec<u8>,
    (place, at): (u32, usize),
) -> Option<usize> {
    if bytes.len() > block_max {
        return None;
    }
    let (huffman, codes) = tables.parts();
    let start = at.checked_add(3 * 4)?;
    let (literals, taken) = literals::decode(bytes, huffman, block_max, into, start).ok()?;
    let mut sequences = sequences::open(bytes.get(taken..)?, codes, block_max).ok()?;
    let count = sequences.left();
    let first = start.checked_add(literals)?.checked_add(SLACK)?;
    let end = first.checked_add(count.checked_mul(PACKED)?)?;
    // Room for the mark behind the last block, too.
    let room_min = end.checked_add(4)?;
    if into.len() < room_min {
        into.resize(room_min, 0);
    }
    for room in into.get_mut(first..end)?.as_chunks_mut().0 {
        *room = pack(sequences.next()?)?;
    }
    if !sequences.is_finished() {
        return None;
    }
    put(into, at, &place.to_le_bytes())?;
    put(into, at.checked_add(4)?, &u32_of(literals).to_le_bytes())?;
    put(into, at.checked_add(8)?, &u32_of(count).to_le_bytes())?;
    Some(end)
}

/// A sequence in eight bytes; `None` if its offset is too large for that.
#[inline(always)]
fn pack(sequence: Sequence) -> Option<[u8; PACKED]> {
    if sequence.offset_value >> OFFSET_BITS > 0 {
        return None;
    }
    let lengths = u64::from(sequence.literal_length)
        | u64::from(sequence.match_length) << LITERAL_BITS
        | u64::from(sequence.offset_value) << (LITERAL_BITS + MATCH_BITS);
    Some(lengths.to_le_bytes())
}

#[inline(always)]
fn unpack(bytes: &[u8; PACKED]) -> Sequence {
    let all = u64::from_le_bytes(*bytes);
    let part = |shift: u32, bits: u32| {
        u32::try_from(all.wrapping_shr(shift) & (1_u64 << bits).wrapping_sub(1)).unwrap_or(0)
    };
    Sequence {
        literal_length: part(0, LITERAL_BITS),
        match_length: part(LITERAL_BITS, MATCH_BITS),
        offset_value: part(LITERAL_BITS + MATCH_BITS, OFFSET_BITS),
    }
}

/// What was prepared of a block.
#[derive(Clone, Copy)]
pub struct Prepared<'a> {
    literals: &'a [u8],
    sequences: &'a [u8],
}

impl<'a> Prepared<'a> {
    /// The block that stands at `at` of what was [prepared](prepare): its place, what was
    /// prepared of it, and where the next one stands. `None` behind the last one.
    #[must_use]
    pub fn at(bytes: &'a [u8], at: usize) -> Option<(u32, Self, usize)> {
        let mut rest = bytes.get(at..)?;
        let place = take_u32(&mut rest).filter(|&place| place != END)?;
        let (literals, sequences) = (take_u32(&mut rest)?, take_u32(&mut rest)?);
        let (literals, rest) = rest.split_at_checked(index32(literals).checked_add(SLACK)?)?;
        let (sequences, rest) = rest.split_at_checked(index32(sequences).checked_mul(PACKED)?)?;
        Some((place, Self { literals, sequences }, bytes.len().wrapping_sub(rest.len())))
    }

    pub(crate) fn literals_and_slack(&self) -> &'a [u8] {
        self.literals
    }

    pub(crate) fn sequences(&self) -> impl Iterator<Item = Sequence> + use<'a> {
        self.sequences.as_chunks().0.iter().map(unpack)
    }
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Appends `part` behind its length in two bytes.
fn put_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(u16::try_from(part.len()).unwrap_or(0).to_le_bytes());
    bytes.extend_from_slice(part);
}

/// Writes `bytes` to `at` of `into`, which is made longer where that is needed.
fn put(into: &mut Vec<u8>, at: usize, bytes: &[u8]) -> Option<()> {
    let end = at.checked_add(bytes.len())?;
    if into.len() < end {
        into.resize(end, 0);
    }
    into.get_mut(at..end)?.copy_from_slice(bytes);
    Some(())
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_le_bytes(*number))
}

fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, behind) = rest.split_first_chunk::<2>()?;
    let (part, behind) = behind.split_at_checked(u16::from_le_bytes(*length).into())?;
    *rest = behind;
    Some(part)
}

fn take_block<'a>(rest: &mut &'a [u8]) -> Option<(u32, &'a [u8])> {
    let (place, length) = (take_u32(rest)?, take_u32(rest)?);
    let (bytes, behind) = rest.split_at_checked(index32(length))?;
    *rest = behind;
    Some((place, bytes))
}
