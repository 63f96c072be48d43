//! The search for a block behind damage, at any bit.

use super::bits::Bits;
use super::header::{self, BLOCK_BYTES_MAX, BLOCK_MAGIC, MAGIC_MASK, Next};
use super::{Bzip2, Place, Stream};
use crate::container::loss::{Found, Length, Loss};
use crate::source::Error;

/// Bytes that are read in a row to look for a magic number.
const SEARCH: usize = 64 * 1024;

/// A search behind damage: all of it is in where the input stands.
pub(in crate::container) struct Search;

impl Bzip2 {
    /// Looks for a block, some bytes at a time.
    pub(super) fn search_on(&mut self, _: &mut Search, loss: &mut Loss) -> Result<Found, Error> {
        let bytes = self.input.peek(SEARCH)?;
        let bytes = bytes.get(..SEARCH).unwrap_or(bytes);
        let is_last = bytes.len() < SEARCH;
        match find_magic(bytes) {
            Some((skip, bit)) => {
                loss.skip(skip, &mut self.input);
                let mut bits = Bits::new(self.input.peek(BLOCK_BYTES_MAX)?, bit);
                if matches!(header::next(&mut bits), Ok(Next::Block(_))) {
                    self.place = Place::Next(Stream { bit, crc: None });
                    return Ok(Found::Here(Length::ToMeasure));
                }
                loss.skip(1, &mut self.input);
            }
            None if is_last => {
                let count = bytes.len();
                loss.skip(count, &mut self.input);
                return Ok(Found::End);
            }
            // A magic number that is cut off is looked at again.
            None => loss.skip(SEARCH - 8, &mut self.input),
        }
        Ok(Found::Nothing)
    }
}

/// Where the first magic number of a block starts that `bytes` hold whole: a
/// byte, and a bit of it.
fn find_magic(bytes: &[u8]) -> Option<(usize, u32)> {
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
