//! The search for a block behind damage, at any bit.

use super::header::{BLOCK_MAGIC, MAGIC_MASK};

/// Bytes that are read in a row to look for a magic number.
pub(super) const SEARCH: usize = 64 * 1024;

/// A search behind damage: all of it is in where the input stands.
pub(in crate::container) struct Search;

/// Where the first magic number of a block starts that `bytes` hold whole: a
/// byte, and a bit of it.
pub(super) fn find_magic(bytes: &[u8]) -> Option<(usize, u32)> {
    let mut held = 0_u64;
    for (place, &byte) in bytes.iter().enumerate() {
        held = (held << 8) | u64::from(byte);
        for spare in (0..8_u32).rev() {
            if (held >> spare) & MAGIC_MASK != BLOCK_MAGIC {
                continue;
            }
            // The magic number's last bit is followed by `spare` bits.
            let end = (place + 1) * 8 - usize::try_from(spare).unwrap_or(0);
            if let Some(start) = end.checked_sub(48) {
                return Some((start / 8, u32::try_from(start % 8).unwrap_or(0)));
            }
        }
    }
    None
}
