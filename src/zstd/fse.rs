//! Finite State Entropy: distributions and how they spread over states (§ 4.1.1).

use crate::bits::{Forward, index32};

/// States of the largest table: an accuracy log of 9 (§ 3.1.1.3.2.1.1).
pub(crate) const STATES_MAX: usize = 512;

/// Symbols of the longest distribution of the sequences: 53 match length codes.
pub(crate) const CODES_MAX: usize = 53;

/// How probable each symbol is, in parts of 2^`log`; −1 is less than one.
#[derive(Clone, Copy)]
pub(crate) struct Distribution<const SYMBOLS: usize> {
    /// The accuracy log.
    pub(crate) log: u32,
    counts: [i16; SYMBOLS],
    symbols: usize,
}

impl<const SYMBOLS: usize> Distribution<SYMBOLS> {
    /// The distribution of `counts`; `None` if they do not add up.
    pub(crate) fn new(log: u32, counts: &[i16]) -> Option<Self> {
        if !(5..=9).contains(&log) {
            return None;
        }
        let states = counts.iter().map(|&count| u32::from(count.unsigned_abs()));
        let is_whole = states.fold(0, u32::saturating_add) == 1_u32 << log;
        let is_sound = counts.iter().all(|&count| count >= -1);
        let mut all = [0; SYMBOLS];
        all.get_mut(..counts.len())?.copy_from_slice(counts);
        (is_whole && is_sound).then_some(Self { log, counts: all, symbols: counts.len() })
    }

    /// Parses a description (§ 4.1.1) with an accuracy log of at most `log_max`
    /// and symbols up to `symbol_max`; says how many bytes it takes.
    pub(crate) fn parse(bytes: &[u8], log_max: u32, symbol_max: usize) -> Option<(Self, usize)> {
        let mut bits = Forward::new(bytes);
        let log = bits.take(4).wrapping_add(5);
        if log > log_max {
            return None;
        }
        let mut counts = [0_i16; SYMBOLS];
        let mut symbol = 0_usize;
        // One more than what is left to be given out.
        let mut left = (1_u32 << log).wrapping_add(1);
        while left > 1 {
            let width = 32_u32.wrapping_sub(left.leading_zeros());
            let half = 1_u32 << width.wrapping_sub(1);
            // So many of the lowest numbers take a bit less.
            let short = half.wrapping_mul(2).wrapping_sub(1).wrapping_sub(left);
            let whole = bits.peek(width);
            let low = whole & half.wrapping_sub(1);
            let (number, taken) = match () {
                () if low < short => (low, width.wrapping_sub(1)),
                () if whole >= half => (whole.wrapping_sub(short), width),
                () => (whole, width),
            };
            bits.skip(taken);
            let count = i16::try_from(number).ok()?.wrapping_sub(1);
            if symbol > symbol_max {
                return None;
            }
            *counts.get_mut(symbol)? = count;
            symbol = symbol.saturating_add(1);
            left = left.checked_sub(u32::from(count.unsigned_abs()))?;
            let mut more = if count == 0 { 3 } else { 0 };
            while more == 3 {
                more = bits.take(2);
                symbol = symbol.saturating_add(index32(more));
                bits.bytes_read()?;
            }
        }
        let read = bits.bytes_read()?;
        Some((Self { log, counts, symbols: symbol.min(SYMBOLS) }, read))
    }

    /// The counts, up to the last that is known.
    pub(crate) fn counts(&self) -> &[i16] {
        self.counts.get(..self.symbols).unwrap_or(&[])
    }

    /// Spreads the symbols over the states, and gives each state with its symbol,
    /// the bits that the next state takes, and what they are added to.
    pub(crate) fn spread(&self, mut put: impl FnMut(usize, u8, u8, u16)) {
        let size = 1_usize << (self.log & 15);
        let mut cells = [0_u8; STATES_MAX];
        let mut next = [1_u16; SYMBOLS];
        let mut high = size;
        for (symbol, &count) in (0_u8..=u8::MAX).zip(self.counts()) {
            if count == -1 {
                high = high.wrapping_sub(1);
                cells.get_mut(high).into_iter().for_each(|cell| *cell = symbol);
            }
        }
        let step = (size >> 1).wrapping_add(size >> 3).wrapping_add(3);
        let mask = size.wrapping_sub(1);
        let mut position = 0_usize;
        for ((symbol, &count), next) in (0_u8..=u8::MAX).zip(self.counts()).zip(&mut next) {
            let count = u16::try_from(count).unwrap_or(0);
            *next = count.max(1);
            for _ in 0..count {
                cells.get_mut(position).into_iter().for_each(|cell| *cell = symbol);
                position = position.wrapping_add(step) & mask;
                while position >= high {
                    position = position.wrapping_add(step) & mask;
                }
            }
        }
        for (state, &symbol) in cells.iter().take(size).enumerate() {
            let Some(next) = next.get_mut(usize::from(symbol)) else { continue };
            let number = *next;
            *next = number.wrapping_add(1);
            let bits = self.log.wrapping_sub(15_u32.wrapping_sub(number.leading_zeros()));
            let base =
                u32::from(number).wrapping_shl(bits).wrapping_sub(1_u32.wrapping_shl(self.log));
            put(state, symbol, u8::try_from(bits).unwrap_or(0), u16::try_from(base).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_spreads_as_it_says() {
        // § 3.1.1.3.2.2.1: the default distribution of literal lengths; the first
        // rows of its table in appendix A.
        let counts = [
            4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1,
            1, 1, 1, -1, -1, -1, -1,
        ];
        let distribution = Distribution::<53>::new(6, &counts).expect("it adds up");
        let mut rows = Vec::new();
        distribution.spread(|state, symbol, bits, base| rows.push((state, symbol, base, bits)));
        let expected = [(0, 0, 0, 4), (1, 0, 16, 4), (2, 1, 32, 5), (3, 3, 0, 5), (4, 4, 0, 5)];
        assert_eq!(rows.get(..5), Some(&expected[..]));
        assert_eq!(
            rows.get(60..),
            Some(&[(60, 35, 0, 6), (61, 34, 0, 6), (62, 33, 0, 6), (63, 32, 0, 6)][..])
        );
        assert!(Distribution::<53>::new(6, &[63]).is_none());
    }
}
