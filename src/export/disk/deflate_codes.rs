//! Blocks of deflate without a distance code, given two.
//!
//! A block of literals alone needs no code for distances, and RFC 1951 allows
//! one that has none. zlib never writes one: it always gives two codes, and
//! there are readers (libyal's) that take nothing else.

/// Lengths of code lengths in the order in which they stand (RFC 1951, 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The literal that ends a block.
const END_OF_BLOCK: usize = 256;

/// The block that `made` starts with, up to its last bit, with two codes for
/// distances. `None` if it has a code for distances, or needs none: where it is
/// not dynamic. `literals` is what it decodes to.
pub(super) fn with_two_distances(made: &[u8], literals: &[u8]) -> Option<BitWriter> {
    let mut bits = BitReader { bytes: made, at: 0 };
    let is_last = bits.take(1)?;
    let is_dynamic = bits.take(2)? == 2;
    let literal_codes = bits.take(5)? + 257;
    let distance_codes = bits.take(5)? + 1;
    if !is_dynamic || distance_codes > 1 {
        return None;
    }
    let lengths = code_lengths(&mut bits, literal_codes + distance_codes)?;
    let (distance, lengths) = lengths.split_last()?;
    if *distance != 0 {
        return None;
    }
    let length_of = |code: usize| lengths.get(code).copied().map(usize::from);
    let mut left = length_of(END_OF_BLOCK)?;
    for &literal in literals {
        left += length_of(literal.into())?;
    }
    let mut block = BitWriter::default();
    block.put(is_last, 1);
    block.put(2, 2);
    block.put(literal_codes - 257, 5);
    block.put(1, 5);
    // Code lengths of 0 to 15, four bits each, and no runs of them.
    block.put(19 - 4, 4);
    for code in ORDER {
        block.put(if code < 16 { 4 } else { 0 }, 3);
    }
    for length in lengths.iter().copied().chain([1, 1]) {
        // Huffman's codes start with the highest bit.
        block.put(u32::from(length.reverse_bits() >> 4), 4);
    }
    while left > 0 {
        let count = left.min(16);
        block.put(bits.take(count)?, count);
        left -= count;
    }
    Some(block)
}

/// The code lengths of literals and distances.
fn code_lengths(bits: &mut BitReader<'_>, count: u32) -> Option<Vec<u8>> {
    let mut of_lengths = [0_u8; 19];
    let given = usize::try_from(bits.take(4)?).ok()? + 4;
    for &code in ORDER.iter().take(given) {
        *of_lengths.get_mut(code)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let count = usize::try_from(count).ok()?;
    let mut lengths = Vec::with_capacity(count);
    while lengths.len() < count {
        let (length, times) = match bits.symbol(&of_lengths)? {
            16 => (*lengths.last()?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (length, 1),
        };
        lengths.extend((0..times).map(|_| length));
    }
    (lengths.len() == count).then_some(lengths)
}

struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader<'_> {
    /// The next bits, at most 16, the lowest one first.
    fn take(&mut self, count: usize) -> Option<u32> {
        let (byte, shift) = (self.at / 8, self.at % 8);
        let mut window = 0;
        for place in 0..3 {
            let next = self.bytes.get(byte + place).copied().unwrap_or(0);
            window |= u32::from(next) << (8 * place);
        }
        self.at += count;
        (self.at <= self.bytes.len() * 8).then(|| window >> shift & ((1 << count) - 1))
    }

    /// The next symbol of the code that these lengths make.
    fn symbol(&mut self, lengths: &[u8]) -> Option<u8> {
        let (mut code, mut first) = (0, 0);
        for length in 1..=7_u8 {
            code |= self.take(1)?;
            let mut of_length = (0_u8..).zip(lengths).filter(|(_, other)| **other == length);
            let count = u32::try_from(of_length.clone().count()).ok()?;
            if code < first + count {
                let place = usize::try_from(code.checked_sub(first)?).ok()?;
                return of_length.nth(place).map(|(symbol, _)| symbol);
            }
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Bits that are put together, the lowest one of a byte first.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken; 8 and 0 are the same.
    taken: usize,
}

impl BitWriter {
    pub(super) fn put(&mut self, value: u32, count: usize) {
        for place in 0..count {
            if self.taken == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(value >> place & 1 == 1) << self.taken;
            }
            self.taken = (self.taken + 1) % 8;
        }
    }

    /// The bytes, with zeros in what is left of the last one.
    pub(super) fn done(self) -> Vec<u8> {
        self.bytes
    }
}
