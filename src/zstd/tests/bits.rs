//! Bits as an encoder writes them: distributions, Huffman codes and streams that are
//! read backwards. Written down from RFC 8878 a second time.

use crate::data::Random;

/// Packs numbers of some bits, given in the order in which they are read, into a
/// stream that is read backwards.
pub fn backward(numbers: &[(u64, u32)]) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true];
    for &(number, count) in numbers {
        bits.extend((0..count).rev().map(|bit| number >> bit & 1 == 1));
    }
    let mut padded = vec![false; (8 - bits.len() % 8) % 8];
    padded.extend(bits);
    let packed =
        padded.chunks(8).map(|byte| byte.iter().fold(0, |all, &bit| all << 1 | u8::from(bit)));
    packed.rev().collect()
}

/// Packs numbers of some bits into a stream that is read forwards, lowest bits first.
fn forward(numbers: &[(u32, u32)]) -> Vec<u8> {
    let bits: Vec<bool> = numbers
        .iter()
        .flat_map(|&(number, count)| (0..count).map(move |bit| number >> bit & 1 == 1))
        .collect();
    let bytes = bits.chunks(8);
    bytes.map(|byte| byte.iter().rev().fold(0, |all, &bit| all << 1 | u8::from(bit))).collect()
}

/// A distribution over symbols, with what decoding with it goes through.
#[derive(Clone)]
pub struct Distribution {
    pub log: u32,
    pub counts: Vec<i16>,
    /// Of each state: its symbol, the bits it reads, and what is added to them.
    states: Vec<(usize, u32, usize)>,
}

impl Distribution {
    pub fn new(log: u32, counts: Vec<i16>) -> Self {
        let size = 1 << log;
        let mut symbols = vec![usize::MAX; size];
        let mut high = size;
        for (symbol, _) in counts.iter().enumerate().filter(|(_, count)| **count == -1) {
            high -= 1;
            symbols[high] = symbol;
        }
        let mut at = 0;
        for (symbol, &count) in counts.iter().enumerate() {
            for _ in 0..count.max(0) {
                symbols[at] = symbol;
                loop {
                    at = (at + size / 2 + size / 8 + 3) % size;
                    if at < high {
                        break;
                    }
                }
            }
        }
        let mut next: Vec<usize> = counts.iter().map(|count| count.unsigned_abs().into()).collect();
        let states = symbols.iter().map(|&symbol| {
            let number = next[symbol];
            next[symbol] += 1;
            let bits = log - number.ilog2();
            (symbol, bits, (number << bits) - size)
        });
        let states = states.collect();
        Self { log, counts, states }
    }

    /// One in which each of `needed` occurs, and perhaps others up to `max`.
    pub fn random(random: &mut Random, needed: &[usize], log_max: u32, max: usize) -> Self {
        let mut symbols: Vec<usize> = needed.to_vec();
        symbols.extend((0..random.below(4)).map(|_| random.below(max + 1)));
        // One symbol alone is no distribution.
        symbols.push(random.below(max + 1));
        symbols.push(random.below(max + 1));
        symbols.sort_unstable();
        symbols.dedup();
        if symbols.len() == 1 {
            symbols.push(if symbols[0] == 0 { 1 } else { 0 });
            symbols.sort_unstable();
        }
        let least = symbols.len().next_power_of_two().ilog2().max(5);
        let log = least + random.below((log_max - least) as usize + 1) as u32;
        let mut counts = vec![0_i16; symbols.last().unwrap() + 1];
        let mut left = (1_usize << log) - symbols.len();
        for (number, &symbol) in symbols.iter().enumerate() {
            let more = match symbols.len() - number {
                1 => left,
                _ => random.below(left + 1) / (1 + random.below(5)),
            };
            left -= more;
            let is_rare = more == 0 && random.one_in(2);
            counts[symbol] = if is_rare { -1 } else { 1 + more as i16 };
        }
        Self::new(log, counts)
    }

    /// Its description (§ 4.1.1).
    pub fn describe(&self) -> Vec<u8> {
        let mut numbers = vec![(self.log - 5, 4)];
        let mut left = (1_u32 << self.log) + 1;
        let mut symbol = 0;
        while left > 1 {
            let count = self.counts[symbol];
            symbol += 1;
            let number = u32::from((count + 1) as u16);
            let width = left.ilog2() + 1;
            let half = 1 << (width - 1);
            let short = 2 * half - 1 - left;
            numbers.push(match number {
                _ if number < short => (number, width - 1),
                _ if number < half => (number, width),
                _ => (number + short, width),
            });
            left -= u32::from(count.unsigned_abs());
            if count == 0 {
                let mut zeros =
                    self.counts[symbol..].iter().take_while(|count| **count == 0).count();
                symbol += zeros;
                loop {
                    numbers.push((zeros.min(3) as u32, 2));
                    if zeros < 3 {
                        break;
                    }
                    zeros -= 3;
                }
            }
        }
        forward(&numbers)
    }

    /// Some state that stands for `symbol`.
    pub fn any_state(&self, random: &mut Random, symbol: usize) -> usize {
        let of_symbol: Vec<usize> =
            (0..self.states.len()).filter(|&state| self.states[state].0 == symbol).collect();
        of_symbol[random.below(of_symbol.len())]
    }

    /// The state of `symbol` from which `next` is reached, and the bits that it takes.
    pub fn state_before(&self, symbol: usize, next: usize) -> (usize, (u64, u32)) {
        let found = self.states.iter().enumerate().find(|(_, (of, bits, base))| {
            *of == symbol && (*base..base + (1 << bits)).contains(&next)
        });
        let (state, (_, bits, base)) = found.unwrap();
        (state, ((next - base) as u64, *bits))
    }
}

/// A Huffman code: weights, and the code of each symbol.
#[derive(Clone)]
pub struct Code {
    weights: Vec<u8>,
    /// Code and length.
    pub codes: Vec<(u64, u32)>,
}

impl Code {
    /// One in which each of `needed` has a code, and perhaps others; codes of at most
    /// 11 bits.
    pub fn random(random: &mut Random, needed: &[u8]) -> Self {
        let mut symbols: Vec<u8> = needed.to_vec();
        symbols.extend(random.bytes(2));
        symbols.sort_unstable();
        symbols.dedup();
        if symbols.len() == 1 {
            symbols.push(symbols[0] ^ 1);
        }
        symbols.sort_unstable();
        // Leaves are parted at random until there are enough.
        let mut lengths = vec![0_u32];
        while lengths.len() < symbols.len() {
            let at = random.below(lengths.len());
            let flattest = (0..lengths.len()).min_by_key(|&leaf| lengths[leaf]).unwrap();
            let at = if lengths[at] >= 11 || random.one_in(3) { flattest } else { at };
            lengths[at] += 1;
            lengths.push(lengths[at]);
        }
        let longest = *lengths.iter().max().unwrap();
        let mut weights = vec![0_u8; usize::from(*symbols.last().unwrap()) + 1];
        for (&symbol, &length) in symbols.iter().zip(&lengths) {
            weights[usize::from(symbol)] = (longest + 1 - length) as u8;
        }
        let mut codes = vec![(0, 0); 256];
        let mut place = 0_u64;
        for weight in 1..=longest as u8 {
            for (symbol, _) in weights.iter().enumerate().filter(|(_, other)| **other == weight) {
                let length = longest + 1 - u32::from(weight);
                codes[symbol] = (place >> (longest - length), length);
                place += 1 << (longest - length);
            }
        }
        Self { weights, codes }
    }

    /// Its description (§ 4.2.1): all weights but the last.
    pub fn describe(&self, random: &mut Random) -> Vec<u8> {
        let weights = &self.weights[..self.weights.len() - 1];
        if weights.len() <= 128 && (weights.len() < 3 || random.one_in(2)) {
            let pairs = weights.chunks(2);
            let packed = pairs.map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0));
            return [127 + weights.len() as u8].into_iter().chain(packed).collect();
        }
        loop {
            let needed: Vec<usize> = weights.iter().map(|&weight| weight.into()).collect();
            let distribution = Distribution::random(random, &needed, 6, 11);
            if let Some(bits) = self.by_fse(random, &distribution) {
                let whole = [distribution.describe(), bits].concat();
                if whole.len() < 128 {
                    return [vec![whole.len() as u8], whole].concat();
                }
            }
            assert!(weights.len() > 2, "two weights can be given as they are");
        }
    }

    /// All weights but the last, by two states that take turns (§ 4.2.1.2). `None` if
    /// the last two read no bits: then nothing shows that they are the last.
    fn by_fse(&self, random: &mut Random, distribution: &Distribution) -> Option<Vec<u8>> {
        let weights = &self.weights[..self.weights.len() - 1];
        let mut states = vec![0; weights.len()];
        let mut reads = vec![(0, 0); weights.len()];
        for place in (0..weights.len()).rev() {
            let symbol = usize::from(weights[place]);
            match states.get(place + 2) {
                None => states[place] = distribution.any_state(random, symbol),
                Some(&next) => {
                    (states[place], reads[place]) = distribution.state_before(symbol, next)
                }
            }
        }
        let before_last = states[weights.len() - 2];
        if distribution.states[before_last].1 == 0 {
            return None;
        }
        let log = distribution.log;
        let first = [(states[0] as u64, log), (states[1] as u64, log)];
        let reads = &reads[..weights.len() - 2];
        Some(backward(&[&first[..], reads].concat()))
    }

    /// A stream of `literals`.
    pub fn stream(&self, literals: &[u8]) -> Vec<u8> {
        let codes: Vec<_> = literals.iter().map(|&byte| self.codes[usize::from(byte)]).collect();
        backward(&codes)
    }
}
