//! Chains of block headers: each says where the next one stands.
//!
//! Bytes that are no block header pass for one with odds of about 1 to 40. A
//! chain of some is proof.

use vma_zstd::BLOCK_MAX;
use vma_zstd::header::{BlockHeader, BlockKind, Opening};

/// Links that make a chain.
const LINKS_MIN: usize = 8;

/// Links that are followed at most.
const LINKS_MAX: usize = 64;

/// Headers that count for nothing, of those that are looked at.
const WEAK_MAX: usize = 16;

/// Bytes that a chain has to reach unless it has many links. An archive may
/// hold files that were compressed by zstd, and a block that stands as it is
/// then has chains in it. They break off where it ends.
const SPAN_MIN: usize = BLOCK_MAX + 3;

/// Bytes that show whether a chain starts with them.
pub(super) const REACH: usize = LINKS_MIN * (BLOCK_MAX + 3) + 32;

/// Where a chain may come to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Where `bytes` end, or another frame starts.
    Anywhere,
    /// Only where `bytes` end: so far, this is just a place that looks like
    /// the start of one, and can be a part of a compressed file in the archive.
    Source,
}

/// Bytes from the start of `bytes` to the last header of a chain that was
/// looked at, if there is a chain. It holds if it has enough links, or if it
/// comes to the end of a frame, where a checksum follows if `has_checksum`.
pub(super) fn follow(bytes: &[u8], has_checksum: bool, end: End) -> Option<usize> {
    let (mut at, mut links) = (0_usize, 0_usize);
    for _ in 0..LINKS_MAX.saturating_add(WEAK_MAX) {
        let is_enough = links >= LINKS_MIN;
        if is_enough && (at >= SPAN_MIN || links >= LINKS_MAX) {
            return Some(at);
        }
        let Some(header) = bytes.get(at..).and_then(<[u8]>::first_chunk::<3>) else {
            return is_enough.then_some(at);
        };
        let header = BlockHeader::parse(*header).filter(is_plausible)?;
        let next = at.saturating_add(3).saturating_add(header.length);
        if header.is_last {
            let trailer = if has_checksum { 4 } else { 0 };
            let behind = bytes.get(next.saturating_add(trailer)..);
            let is_end = behind.is_some_and(|behind| match end {
                End::Anywhere => is_end(behind),
                End::Source => behind.is_empty(),
            });
            return (is_end || (is_enough && end == End::Anywhere)).then_some(at);
        }
        links = links.saturating_add(usize::from(counts(&header)));
        at = next;
    }
    None
}

/// Whether a block that starts like this is one by its own word: if it is
/// compressed, its contents have to fit, and three given bytes in a row are
/// rare. Others can be bytes that happen to lead to a header, above all where
/// there is one in every four bytes, as with zeros.
pub(super) fn is_anchor(header: &BlockHeader) -> bool {
    header.kind == BlockKind::Compressed || header.size == BLOCK_MAX
}

/// Whether `bytes`, behind a frame, start with the next one or are none.
pub(super) fn is_end(bytes: &[u8]) -> bool {
    let opening = Opening::parse(bytes);
    bytes.is_empty() || matches!(opening, Opening::Frame(_) | Opening::Skippable(_))
}

/// What a block that was decoded proves, in bits. A header is one by chance in one
/// of some twenty places, and that of a whole block rarely; what is compressed has to
/// come out even in several streams as well.
pub(super) fn evidence(header: &BlockHeader) -> u32 {
    match header.kind {
        BlockKind::Compressed => {
            5_u32.saturating_add(u32::try_from(header.size / 2).unwrap_or(u32::MAX).min(26))
        }
        BlockKind::Raw | BlockKind::Repeated if header.size == BLOCK_MAX => 12,
        // Zeros decode to nothing but such headers.
        BlockKind::Raw | BlockKind::Repeated if header.size == 0 => 0,
        BlockKind::Raw | BlockKind::Repeated => 5,
    }
}

/// Whether a compressor would write it. Zeros are the header of an empty block.
fn is_plausible(header: &BlockHeader) -> bool {
    match header.kind {
        BlockKind::Compressed => header.size >= 2,
        BlockKind::Raw | BlockKind::Repeated => header.size > 0 || header.is_last,
    }
}

/// Whether it counts as a link. A run of equal bytes, or of small numbers, can
/// look like blocks of 4 bytes that repeat a byte a few times.
fn counts(header: &BlockHeader) -> bool {
    header.kind != BlockKind::Repeated || header.size == BLOCK_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: u32, size: u32, is_last: bool) -> Vec<u8> {
        let header = (size << 3 | kind << 1 | u32::from(is_last)).to_le_bytes();
        let length = if kind == 1 { 1 } else { usize::try_from(size).unwrap() };
        [&header[..3], &vec![0x55; length]].concat()
    }

    #[test]
    fn a_chain_needs_links_or_an_end() {
        let short = block(2, 3000, false).repeat(7);
        assert_eq!(follow(&short, true, End::Anywhere), None);
        assert_eq!(follow(&block(2, 3000, false).repeat(8), true, End::Anywhere), Some(8 * 3003));
        assert_eq!(
            follow(&[&short[..], &block(0, 9, true), &[1; 4]].concat(), true, End::Anywhere),
            Some(7 * 3003)
        );
        assert_eq!(
            follow(&[&short[..], &block(0, 9, true), &[1; 5]].concat(), true, End::Anywhere),
            None
        );
        assert_eq!(follow(&block(0, 0, true), false, End::Anywhere), Some(0));
        let other = [0x28, 0xb5, 0x2f, 0xfd, 4, 0x58];
        let whole = [&short[..], &block(2, 9, true), &[1; 4], &other].concat();
        assert_eq!(follow(&whole, true, End::Anywhere), Some(7 * 3003));
        assert_eq!(follow(&whole, true, End::Source), None);
        assert_eq!(follow(&whole[..whole.len() - 6], true, End::Source), Some(7 * 3003));
    }

    #[test]
    fn runs_of_small_numbers_are_no_chain() {
        for number in [0_u32, 2, 10, 0x0a0a_0a0a, 0x0202_0202, 26] {
            let bytes = number.to_le_bytes().repeat(300_000);
            for start in 0..4 {
                assert_eq!(follow(&bytes[start..], true, End::Anywhere), None, "{number:#x}");
            }
        }
        assert!(follow(&block(1, 131_072, false).repeat(100), true, End::Source).is_some());
    }
}
