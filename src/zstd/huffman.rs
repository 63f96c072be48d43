//! Huffman trees: their descriptions (§ 4.2.1) and the streams they code (§ 4.2.2).

use crate::bits::{Backward, index};
use crate::error::{Part, Undecodable};
use crate::fse::Distribution;

/// The longest code, in bits (§ 4.2.1). `zstd` 1.5 also decodes codes of 12 bits,
/// and writes none.
const BITS_MAX: u32 = 11;

/// Entries of a table: one for each way the next bits can be.
const ENTRIES: usize = 1 << BITS_MAX;

/// The highest weight of a symbol.
const WEIGHT_MAX: u8 = 11;

/// The highest accuracy log of the distribution of weights (§ 4.2.1.2).
const LOG_MAX: u32 = 6;

/// Symbols decoded from a stream by one load of 64 bits: 57 are there at least.
const AT_ONCE: usize = 5;

/// A Huffman table, with the weights it is made from.
#[derive(Clone)]
pub struct HuffmanTable {
    /// The weights of all symbols, the last one included.
    weights: Vec<u8>,
    /// By the next 11 bits: the length of the code in the low byte, and the
    /// symbol.
    entries: Box<[u16; ENTRIES]>,
}

impl HuffmanTable {
    /// Parses a description; says how many bytes it takes.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, usize), Undecodable> {
        let corrupt = Undecodable::Corrupt(Part::HuffmanTree);
        let (&first, rest) = bytes.split_first().ok_or(corrupt)?;
        let mut weights = Vec::with_capacity(256);
        let length = match usize::from(first).checked_sub(127).filter(|&count| count > 0) {
            // As they stand, four bits each (§ 4.2.1.1).
            Some(count) => {
                let length = count.div_ceil(2);
                let packed = rest.get(..length).ok_or(corrupt)?;
                weights.extend(packed.iter().flat_map(|&byte| [byte >> 4, byte & 15]));
                weights.truncate(count);
                length
            }
            None => {
                let length = usize::from(first);
                by_fse(rest.get(..length).ok_or(corrupt)?, &mut weights).ok_or(corrupt)?;
                length
            }
        };
        weights.push(last_weight(&weights).ok_or(corrupt)?);
        let table = Self::new(weights).ok_or(corrupt)?;
        Ok((table, length.saturating_add(1)))
    }

    /// The table of the `weights` of all symbols; `None` if they make no tree.
    pub(crate) fn new(weights: Vec<u8>) -> Option<Self> {
        let mut of_weight = [0_usize; 16];
        for &weight in &weights {
            let count = of_weight.get_mut(usize::from(weight))?;
            *count = count.wrapping_add(1);
        }
        let all: usize = places(&of_weight).sum();
        let bits = all.checked_ilog2().filter(|&bits| all.is_power_of_two() && bits <= BITS_MAX)?;
        // The longest codes come in pairs.
        let longest = of_weight.get(1).copied().unwrap_or(0);
        if weights.len() > 256 || longest < 2 || longest % 2 != 0 {
            return None;
        }
        let mut starts = [0_usize; 16];
        let scale = ENTRIES >> bits;
        let mut start = 0_usize;
        for (place, count) in starts.iter_mut().skip(1).zip(places(&of_weight)) {
            *place = start;
            start = start.wrapping_add(count.wrapping_mul(scale));
        }
        let mut entries = Box::new([0_u16; ENTRIES]);
        for (symbol, &weight) in (0_u16..).zip(&weights) {
            if weight == 0 {
                continue;
            }
            let length =
                u16::try_from(bits).unwrap_or(0).wrapping_add(1).wrapping_sub(weight.into());
            let count = scale << (weight.wrapping_sub(1) & 15);
            let start = starts.get_mut(usize::from(weight))?;
            let end = start.wrapping_add(count);
            entries.get_mut(*start..end)?.fill((symbol << 8) | length);
            *start = end;
        }
        Some(Self { weights, entries })
    }

    /// The weights of all symbols.
    pub(crate) fn weights(&self) -> &[u8] {
        &self.weights
    }

    /// Decodes one stream that fills `into` and ends with it.
    pub(crate) fn decode_one(&self, stream: &[u8], into: &mut [u8]) -> Option<()> {
        self.finish(Backward::new(stream)?, into)
    }

    /// Decodes the four streams of `bytes`, behind their jump table, into `into`
    /// (§ 3.1.1.3.1.6).
    pub(crate) fn decode_four(&self, bytes: &[u8], into: &mut [u8]) -> Option<()> {
        let (table, rest) = bytes.split_first_chunk::<6>()?;
        let [a, b, c, d, e, f] = *table;
        let lengths =
            [[a, b], [c, d], [e, f]].map(|length| usize::from(u16::from_le_bytes(length)));
        let part = into.len().div_ceil(4);
        let (first, rest) = rest.split_at_checked(lengths[0])?;
        let (second, rest) = rest.split_at_checked(lengths[1])?;
        let (third, fourth) = rest.split_at_checked(lengths[2])?;
        let (one, into) = into.split_at_mut_checked(part)?;
        let (two, into) = into.split_at_mut_checked(part)?;
        let (three, four) = into.split_at_mut_checked(part)?;
        let mut streams = [
            Backward::new(first)?,
            Backward::new(second)?,
            Backward::new(third)?,
            Backward::new(fourth)?,
        ];
        let mut done = 0_usize;
        // As long as that comes to something: a round takes less than it may.
        loop {
            let [one, two] = [&mut *one, &mut *two].map(|into| into.get_mut(done..));
            let [three, four] = [&mut *three, &mut *four].map(|into| into.get_mut(done..));
            let more = self.side_by_side(&mut streams, [one?, two?, three?, four?]);
            done = done.wrapping_add(more);
            if more == 0 {
                break;
            }
        }
        let [s0, s1, s2, s3] = streams;
        self.finish(s0, one.get_mut(done..)?)?;
        self.finish(s1, two.get_mut(done..)?)?;
        self.finish(s2, three.get_mut(done..)?)?;
        self.finish(s3, four.get_mut(done..)?)
    }

    /// Decodes the start of four streams together, so that a processor works on
    /// them at once; returns how many bytes of each are done.
    fn side_by_side(
        &self,
        streams: &mut [Backward<'_>; 4],
        [one, two, three, four]: [&mut [u8]; 4],
    ) -> usize {
        // Rounds that no stream can come to its first word in: seven bytes each.
        let rounds = streams.iter().map(|stream| stream.at / 7).min().unwrap_or(0);
        let table: &[u16; ENTRIES] = &self.entries;
        let [mut s0, mut s1, mut s2, mut s3] = *streams;
        let into = one.chunks_exact_mut(AT_ONCE).zip(two.chunks_exact_mut(AT_ONCE));
        let into = into.zip(three.chunks_exact_mut(AT_ONCE).zip(four.chunks_exact_mut(AT_ONCE)));
        let mut done = 0_usize;
        for ((one, two), (three, four)) in into.take(rounds) {
            let (mut b0, mut b1) = (s0.load_marked(), s1.load_marked());
            let (mut b2, mut b3) = (s2.load_marked(), s3.load_marked());
            let into = one.iter_mut().zip(two).zip(three.iter_mut().zip(four)).take(AT_ONCE);
            for ((one, two), (three, four)) in into {
                *one = symbol(table, &mut b0);
                *two = symbol(table, &mut b1);
                *three = symbol(table, &mut b2);
                *four = symbol(table, &mut b3);
            }
            (s0.used, s1.used) = (b0.trailing_zeros(), b1.trailing_zeros());
            (s2.used, s3.used) = (b2.trailing_zeros(), b3.trailing_zeros());
            done = done.wrapping_add(AT_ONCE);
        }
        *streams = [s0, s1, s2, s3];
        done
    }

    /// Decodes the rest of a stream, which fills `into` and ends with it.
    fn finish(&self, mut stream: Backward<'_>, into: &mut [u8]) -> Option<()> {
        for part in into.chunks_mut(AT_ONCE) {
            stream.refill();
            if stream.is_over() {
                return None;
            }
            for byte in part {
                let next = index(stream.word.wrapping_shl(stream.used) >> (64 - BITS_MAX));
                let entry = self.entries.get(next).copied().unwrap_or(0);
                stream.used = stream.used.wrapping_add(u32::from(entry & 0xff));
                *byte = entry.to_le_bytes()[1];
            }
        }
        stream.refill();
        stream.is_finished().then_some(())
    }
}

/// The symbol that the highest of `bits` code; shifts them out.
#[inline(always)]
fn symbol(table: &[u16; ENTRIES], bits: &mut u64) -> u8 {
    let entry = table.get(index(*bits >> (64 - BITS_MAX))).copied().unwrap_or(0);
    *bits = bits.wrapping_shl(u32::from(entry));
    entry.to_le_bytes()[1]
}

/// How many codes of the greatest length those of each weight stand for, from
/// weight 1 on.
fn places(of_weight: &[usize; 16]) -> impl Iterator<Item = usize> {
    of_weight.iter().skip(1).zip(0_u32..).map(|(&count, power)| count.wrapping_shl(power))
}

/// The weight of the last symbol, which makes the tree whole (§ 4.2.1).
fn last_weight(weights: &[u8]) -> Option<u8> {
    if weights.iter().any(|&weight| weight > WEIGHT_MAX) {
        return None;
    }
    let places = weights.iter().map(|&weight| (1_u32 << weight) >> 1);
    let sum: u32 = places.fold(0, u32::saturating_add);
    let bits = sum.checked_ilog2()?.wrapping_add(1);
    let rest = 1_u32.wrapping_shl(bits).checked_sub(sum)?;
    let weight = rest.checked_ilog2().filter(|_| rest.is_power_of_two())?;
    u8::try_from(weight).ok()?.checked_add(1)
}

/// Decodes weights that are compressed (§ 4.2.1.2): two states take turns.
fn by_fse(bytes: &[u8], weights: &mut Vec<u8>) -> Option<()> {
    let (distribution, read) = Distribution::<256>::parse(bytes, LOG_MAX, 255)?;
    let mut states = [(0_u8, 0_u8, 0_u16); 1 << LOG_MAX];
    distribution.spread(|state, symbol, bits, next| {
        states.get_mut(state).into_iter().for_each(|entry| *entry = (symbol, bits, next));
    });
    let mut stream = Backward::new(bytes.get(read..)?)?;
    stream.refill();
    let mut turns = [index(stream.read(distribution.log)), index(stream.read(distribution.log))];
    stream.refill();
    // Too short for two states.
    if stream.is_over() {
        return None;
    }
    loop {
        let [now, then] = turns;
        let &(symbol, bits, next) = states.get(now)?;
        weights.push(symbol);
        let next = usize::from(next).wrapping_add(index(stream.read(bits.into())));
        stream.refill();
        if stream.is_over() {
            weights.push(states.get(then)?.0);
            return (weights.len() <= 255).then_some(());
        }
        if weights.len() >= 255 {
            return None;
        }
        turns = [then, next];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_makes_its_codes() {
        // § 4.2.1: literals 0 to 5 with weights 4, 3, 2, 0, 1 and, left out, 1.
        let weights = [4, 3, 2, 0, 1];
        assert_eq!(last_weight(&weights), Some(1));
        let table = HuffmanTable::new([&weights[..], &[1]].concat()).expect("it is a tree");
        let code = |bits: usize, length: u32| {
            let entry = table.entries.get(bits << (BITS_MAX - length)).copied().unwrap_or(0);
            entry.to_le_bytes()
        };
        assert_eq!(code(1, 1), [1, 0]);
        assert_eq!(code(0b01, 2), [2, 1]);
        assert_eq!(code(0b001, 3), [3, 2]);
        assert_eq!([code(0, 4), code(1, 4)], [[4, 4], [4, 5]]);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for weights in [&[][..], &[1], &[2, 2], &[1, 1, 1], &[12, 1, 1]] {
            assert!(HuffmanTable::new(weights.to_vec()).is_none(), "{weights:?}");
        }
        assert_eq!([last_weight(&[]), last_weight(&[0, 0]), last_weight(&[12])], [None; 3]);
    }
}
