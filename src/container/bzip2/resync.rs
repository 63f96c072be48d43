//! The search for a block behind damage, at any bit.

use std::sync::LazyLock;

use super::header::{BLOCK_MAGIC, MAGIC_MASK};

/// Bytes that are read in a row to look for a magic number.
pub(super) const SEARCH: usize = 64 * 1024;

/// A search behind damage: all of it is in where the input stands.
pub(in crate::container) struct Search;

/// The third byte of a magic number holds bits of it alone, at whichever bit of the first
/// it starts. Of each byte that may be the third: at which bits, the first one lowest.
static STARTS: LazyLock<[u8; 256]> = LazyLock::new(|| {
    let third = |bit: u32| BLOCK_MAGIC.checked_shr(24 + bit).unwrap_or(0) & 0xff;
    core::array::from_fn(|byte| {
        let starts = (0..8).filter(|&bit| usize::try_from(third(bit)) == Ok(byte));
        starts.fold(0, |starts, bit| starts | 1 << bit)
    })
});

/// Where the first magic number of a block starts, from bit `from` of `bytes` on, that they
/// hold whole: a byte, and a bit of it.
pub(super) fn find_magic(bytes: &[u8], from: u32) -> Option<(usize, u32)> {
    let starts = &*STARTS;
    let (first, first_bit) = (usize::try_from(from / 8).unwrap_or(usize::MAX), from % 8);
    for (number, third) in bytes.get(first.checked_add(2)?..)?.iter().enumerate() {
        let bits = starts.get(usize::from(*third)).copied().unwrap_or(0);
        if bits == 0 {
            continue;
        }
        let place = first.saturating_add(number);
        let rest = bytes.get(place..).unwrap_or(&[]);
        let least = if number == 0 { first_bit } else { 0 };
        let found = (least..8).find(|&bit| bits >> bit & 1 == 1 && is_magic(rest, bit));
        if let Some(bit) = found {
            return Some((place, bit));
        }
    }
    None
}

/// Whether a magic number starts at that bit of the first byte, and ends within `bytes`.
fn is_magic(bytes: &[u8], bit: u32) -> bool {
    let (length, behind) = if bit == 0 { (6, 0) } else { (7, 8 - bit) };
    let Some(bytes) = bytes.get(..length) else { return false };
    let held = bytes.iter().fold(0, |held, &byte| held << 8 | u64::from(byte));
    held >> behind & MAGIC_MASK == BLOCK_MAGIC
}
