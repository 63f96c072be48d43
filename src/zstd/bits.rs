//! Streams of bits: forwards as table descriptions stand (§ 4.1.1), and backwards
//! as everything else does (§ 4.1).

/// The number in the low bits of something that is known to be small.
#[inline(always)]
pub(crate) fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// A number of at most 32 bits as an index.
#[inline(always)]
pub(crate) fn index32(number: u32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// The eight bytes from `at` on, little-endian; 0 if they are not there.
#[inline(always)]
pub(crate) fn word_at(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

/// A stream of bits that is read from its last byte to its first. The highest bit
/// that is set in the last byte marks where it starts (§ 4.1).
#[derive(Clone, Copy)]
pub(crate) struct Backward<'a> {
    bytes: &'a [u8],
    /// Where in `bytes` the word stands that is being read.
    pub(crate) at: usize,
    pub(crate) word: u64,
    /// Bits of the word that were read, from the highest on. More than 64 once
    /// there are no more.
    pub(crate) used: u32,
}

impl<'a> Backward<'a> {
    /// The stream in `bytes`; `None` if its mark is missing.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let last = *bytes.last().filter(|&&last| last != 0)?;
        let mark = last.leading_zeros().wrapping_add(1);
        match bytes.len().checked_sub(8) {
            Some(at) => Some(Self { bytes, at, word: word_at(bytes, at), used: mark }),
            None => {
                // A short stream is as one behind bytes that were read.
                let word = bytes.iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte));
                let missing = u32::try_from(8_usize.saturating_sub(bytes.len())).unwrap_or(0);
                let used = mark.wrapping_add(missing.wrapping_mul(8));
                Some(Self { bytes, at: 0, word, used })
            }
        }
    }

    /// Makes at least 57 bits readable, if the stream has as many.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if self.at > 0 {
            let back = index32(self.used >> 3).min(self.at);
            self.at = self.at.wrapping_sub(back);
            self.used = self.used.wrapping_sub(u32::try_from(back & 15).unwrap_or(0) << 3);
            self.word = word_at(self.bytes, self.at);
        }
    }

    /// Reads up to 57 bits since the last [refill](Self::refill), in all. What is
    /// read behind the end is nothing of worth.
    #[inline(always)]
    pub(crate) fn read(&mut self, count: u32) -> u64 {
        let bits = (self.word.wrapping_shl(self.used) >> 1).wrapping_shr(63 ^ (count & 63));
        self.used = self.used.wrapping_add(count);
        bits
    }

    /// Goes back by the whole bytes that were read, and returns the bits from there
    /// on, the next one highest. The lowest bit that is set tells how many of the
    /// word's bits were shifted out. At least seven bytes have to come before.
    #[inline(always)]
    pub(crate) fn load_marked(&mut self) -> u64 {
        self.at = self.at.wrapping_sub(index32(self.used >> 3));
        self.used &= 7;
        self.word = word_at(self.bytes, self.at);
        (self.word | 1).wrapping_shl(self.used)
    }

    /// Whether all of it was read, and nothing more.
    pub(crate) fn is_finished(&self) -> bool {
        self.at == 0 && self.used == 64
    }

    /// Whether more was read than there is.
    #[inline(always)]
    pub(crate) fn is_over(&self) -> bool {
        self.used > 64
    }
}

/// A stream of bits that is read from its first byte on, the lowest bit first.
/// Behind its end are zeros.
pub(crate) struct Forward<'a> {
    bytes: &'a [u8],
    read: usize,
}

impl<'a> Forward<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, read: 0 }
    }

    /// The next `count` bits, at most 25.
    pub(crate) fn peek(&self, count: u32) -> u32 {
        let rest = self.bytes.get(self.read >> 3..).unwrap_or(&[]);
        let word =
            rest.iter().take(4).rev().fold(0_u32, |word, &byte| (word << 8) | u32::from(byte));
        let word = word >> (self.read & 7);
        word & 1_u32.wrapping_shl(count).wrapping_sub(1)
    }

    /// Goes on behind `count` bits.
    pub(crate) fn skip(&mut self, count: u32) {
        self.read = self.read.saturating_add(index32(count));
    }

    /// Reads `count` bits, at most 25.
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        let bits = self.peek(count);
        self.skip(count);
        bits
    }

    /// Bytes that were read, the last one in part; `None` if there are fewer.
    pub(crate) fn bytes_read(&self) -> Option<usize> {
        Some(self.read.div_ceil(8)).filter(|&read| read <= self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backward_bits_come_from_the_mark_on() {
        // The mark is the third bit of the last byte.
        for zeros in [0, 4, 20] {
            let bytes = [&vec![0; zeros][..], &[0b1010_0101, 0b110]].concat();
            let mut bits = Backward::new(&bytes).expect("it has a mark");
            assert_eq!([bits.read(2), bits.read(0), bits.read(5)], [0b10, 0, 0b10100]);
            assert!(!bits.is_finished());
            assert_eq!(bits.read(3), 0b101);
            for _ in 0..zeros {
                bits.refill();
                assert_eq!(bits.read(8), 0);
            }
            bits.refill();
            assert!(bits.is_finished() && !bits.is_over());
            bits.read(1);
            assert!(!bits.is_finished() && bits.is_over());
        }
        assert!(Backward::new(&[1, 0]).is_none() && Backward::new(&[]).is_none());
    }

    #[test]
    fn forward_bits_come_lowest_first() {
        let mut bits = Forward::new(&[0b1010_0101, 0b110]);
        assert_eq!([bits.take(4), bits.take(6)], [0b0101, 0b10_1010]);
        assert_eq!(bits.bytes_read(), Some(2));
        assert_eq!(bits.take(7), 1);
        assert_eq!(bits.bytes_read(), None);
    }
}
