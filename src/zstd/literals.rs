//! The literals of a block (§ 3.1.1.3.1).

use crate::error::{Part, Undecodable};
use crate::huffman::HuffmanTable;

/// Bytes behind the literals that are there to be copied and are none.
pub(crate) const SLACK: usize = 32;

/// Literals that four streams have at least: fewer cannot be parted in four.
const FOUR_MIN: usize = 6;

/// How literals stand in a block (§ 3.1.1.3.1.1).
enum Kind {
    Raw,
    Repeated,
    Compressed { length: usize, streams: usize, has_tree: bool },
}

/// The header of the literals.
pub(crate) struct Header {
    kind: Kind,
    /// Bytes of the header.
    length: usize,
    /// Literals there are.
    count: usize,
}

impl Header {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let fields = bytes.iter().take(5).rev().fold(0_usize, |all, &byte| {
            // Only the lowest 36 bits are of use, of which 32 always fit.
            all.wrapping_shl(8) | usize::from(byte)
        });
        let fifth = bytes.get(4).copied().map_or(0, usize::from);
        let format = (first >> 2) & 3;
        if first & 3 < 2 {
            let (length, count) = match format {
                0 | 2 => (1, usize::from(first >> 3)),
                1 => (2, (fields & 0xffff) >> 4),
                _ => (3, (fields & 0xff_ffff) >> 4),
            };
            let kind = if first & 3 == 0 { Kind::Raw } else { Kind::Repeated };
            return (bytes.len() >= length).then_some(Self { kind, length, count });
        }
        let (length, bits) = match format {
            0 | 1 => (3_usize, 10_u32),
            2 => (4, 14),
            _ => (5, 18),
        };
        let mask = (1_usize << bits).wrapping_sub(1);
        let count = (fields >> 4) & mask;
        let packed = match length {
            // 4 + 18 + 18 bits: the last ten of the fourth byte and the fifth.
            5 => ((fields >> 22) & 0x3ff) | (fifth << 10),
            _ => (fields >> 4_u32.wrapping_add(bits)) & mask,
        };
        let streams = if format == 0 { 1 } else { 4 };
        let kind = Kind::Compressed { length: packed, streams, has_tree: first & 3 == 2 };
        (bytes.len() >= length).then_some(Self { kind, length, count })
    }

    /// Bytes of the header and of all that stands behind it, and where the description
    /// of a tree starts, if there is one.
    pub(crate) fn extent(&self) -> (usize, Option<usize>) {
        match self.kind {
            Kind::Raw => (self.length.saturating_add(self.count), None),
            Kind::Repeated => (self.length.saturating_add(1), None),
            Kind::Compressed { length, has_tree, .. } => {
                (self.length.saturating_add(length), has_tree.then_some(self.length))
            }
        }
    }
}

/// Decodes the literals at the start of `bytes` into `into`, from `at` on, which is made
/// longer than they are by [`SLACK`]. Returns how many they are, and how many bytes
/// they take.
pub(crate) fn decode(
    bytes: &[u8],
    table: &mut Option<HuffmanTable>,
    count_max: usize,
    into: &mut Vec<u8>,
    at: usize,
) -> Result<(usize, usize), Undecodable> {
    let corrupt = Undecodable::Corrupt(Part::Literals);
    let Header { kind, length, count } = Header::parse(bytes).ok_or(corrupt)?;
    if count > count_max {
        return Err(corrupt);
    }
    let rest = bytes.get(length..).unwrap_or(&[]);
    let end = at.saturating_add(count);
    let room_min = end.saturating_add(SLACK);
    if into.len() < room_min {
        into.resize(room_min, 0);
    }
    let room = into.get_mut(at..end).unwrap_or(&mut []);
    let taken = match kind {
        Kind::Raw => {
            room.copy_from_slice(rest.get(..count).ok_or(corrupt)?);
            count
        }
        Kind::Repeated => {
            room.fill(*rest.first().ok_or(corrupt)?);
            1
        }
        Kind::Compressed { length, streams, has_tree } => {
            let packed = rest.get(..length).ok_or(corrupt)?;
            let tree = if has_tree { tree(packed, table)? } else { 0 };
            let streamed = packed.get(tree..).unwrap_or(&[]);
            let needs = Undecodable::NeedsTable(Part::HuffmanTree);
            let table = table.as_ref().ok_or(needs)?;
            let decoded = match streams {
                _ if count == 0 => None,
                1 => table.decode_one(streamed, room),
                _ if count < FOUR_MIN => None,
                _ => table.decode_four(streamed, room),
            };
            decoded.ok_or(corrupt)?;
            length
        }
    };
    Ok((count, length.saturating_add(taken)))
}

/// Takes the tree at the start of `packed`; returns how many bytes it takes.
pub(crate) fn tree(packed: &[u8], table: &mut Option<HuffmanTable>) -> Result<usize, Undecodable> {
    let (parsed, length) = HuffmanTable::parse(packed)?;
    *table = Some(parsed);
    Ok(length)
}
