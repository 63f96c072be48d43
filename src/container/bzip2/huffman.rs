//! Canonical Huffman codes of bzip2: up to 20 bits, the highest first.

use super::bits::{Bits, Short};

/// Bits of the longest code.
pub(super) const LENGTH_MAX: u32 = 20;

/// Bits of codes that are looked up; longer ones are searched for.
const QUICK: u32 = 10;

/// Codes by their bits.
pub(super) struct CodeTable {
    /// By the next [`QUICK`] bits: a symbol and the length of its code, which
    /// is 0 where the code is longer.
    quick: Vec<(u16, u8)>,
    /// For each length from 1: the first code that is longer, as if it had
    /// [`LENGTH_MAX`] bits, and the first code and symbol of that length.
    lengths: Vec<Length>,
    symbols: Vec<u16>,
}

struct Length {
    bits: u32,
    first: u32,
    first_symbol: u32,
    /// One more than the last code of this length, which has `bits` bits.
    limit: u32,
}

impl CodeTable {
    /// The codes of the symbols from 0 on, by the lengths of their codes.
    pub(super) fn new(code_lengths: &[u32]) -> Self {
        let mut symbols = Vec::with_capacity(code_lengths.len());
        let mut lengths = Vec::new();
        let mut quick = vec![(0, 0); 1 << QUICK];
        let mut code = 0_u32;
        for bits in 1..=LENGTH_MAX {
            code = code.saturating_mul(2);
            let first_symbol = u32::try_from(symbols.len()).unwrap_or(u32::MAX);
            let first = code;
            for (symbol, _) in (0_u16..).zip(code_lengths).filter(|(_, length)| **length == bits) {
                enter(&mut quick, code, bits, symbol);
                symbols.push(symbol);
                code = code.saturating_add(1);
            }
            lengths.push(Length { bits, first, first_symbol, limit: code });
        }
        Self { quick, lengths, symbols }
    }

    /// The symbol of the next code; `None` if the bits are no code.
    pub(super) fn decode(&self, bits: &mut Bits<'_>) -> Result<Option<u16>, Short> {
        let next = bits.peek(LENGTH_MAX);
        let index = usize::try_from(next >> (LENGTH_MAX - QUICK)).unwrap_or(usize::MAX);
        if let Some(&(symbol, length)) = self.quick.get(index)
            && length > 0
        {
            bits.consume(u32::from(length))?;
            return Ok(Some(symbol));
        }
        for length in &self.lengths {
            let code = next >> (LENGTH_MAX - length.bits);
            if code < length.limit {
                bits.consume(length.bits)?;
                let place = code
                    .checked_sub(length.first)
                    .map(|nth| nth.saturating_add(length.first_symbol));
                let place = place.and_then(|place| usize::try_from(place).ok());
                return Ok(place.and_then(|place| self.symbols.get(place).copied()));
            }
        }
        Ok(None)
    }
}

/// Enters a code where any bits that start with it are looked up.
fn enter(quick: &mut [(u16, u8)], code: u32, bits: u32, symbol: u16) {
    let Some(spare) = QUICK.checked_sub(bits) else { return };
    let Ok(start) = usize::try_from(u64::from(code) << spare) else { return };
    let length = u8::try_from(bits).unwrap_or(0);
    quick.iter_mut().skip(start).take(1 << spare).for_each(|entry| *entry = (symbol, length));
}
