//! A zstd frame that was made against another file.

use vma_zstd::BLOCK_MAX;
use vma_zstd::entropy::{self, Block, Tables};
use vma_zstd::header::{BlockHeader, BlockKind, HEADER_MAX, Opening};

use crate::source::{Error, ReadAt, read_range, to_u64};

/// Bytes of a block's header.
const BLOCK_HEADER: usize = 3;

/// Whether the first thing that the first frame of `source` copies lies before its
/// start, in a frame that names no dictionary: so `zstd --patch-from` writes, and
/// `zstd -D` with a file that is no dictionary of zstd's own making. Damage can look
/// so too, if the rest of the block can be decoded all the same.
///
/// # Errors
///
/// The source cannot be read.
pub fn is_zstd_patch(source: &dyn ReadAt) -> Result<bool, Error> {
    let bytes = read_range(source, 0..to_u64(HEADER_MAX + BLOCK_HEADER + BLOCK_MAX))?;
    let Opening::Frame(header) = Opening::parse(&bytes) else { return Ok(false) };
    let blocks = bytes.get(header.length..).filter(|_| header.dictionary == 0);
    Ok(blocks.is_some_and(copies_from_before))
}

/// Whether the first sequence in the first compressed one of these blocks reaches back
/// behind all that there is.
fn copies_from_before(blocks: &[u8]) -> bool {
    let (mut rest, mut there) = (blocks, 0_u64);
    while let Some((raw, behind)) = rest.split_first_chunk::<BLOCK_HEADER>()
        && let Some(header) = BlockHeader::parse(*raw)
        && let Some((block, next)) = behind.split_at_checked(header.length)
    {
        if header.kind == BlockKind::Compressed {
            return first_offset(block)
                .is_some_and(|(offset, at)| offset > there.saturating_add(at));
        }
        if header.is_last {
            return false;
        }
        there = there.saturating_add(to_u64(header.size));
        rest = next;
    }
    false
}

/// How far back the first sequence of a frame's first compressed block copies from, and
/// how many literals come before it; `None` if the block cannot be decoded or has none.
fn first_offset(block: &[u8]) -> Option<(u64, u64)> {
    let mut decoded = Block::default();
    entropy::decode(block, BLOCK_MAX, &mut Tables::default(), &mut decoded).ok()?;
    let first = decoded.sequences().first()?;
    // RFC 8878, 3.1.1.5: what is repeated is 1, 4 and 8 at the start, and one further on
    // without literals.
    let offset = match (first.offset_value, first.literal_length) {
        (value @ 4.., _) => value.saturating_sub(3),
        (1, 1..) => 1,
        (2, 1..) | (1, 0) => 4,
        (3, 1..) | (2, 0) => 8,
        _ => return None,
    };
    Some((offset.into(), first.literal_length.into()))
}
