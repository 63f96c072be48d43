//! Bits of a slice, the highest of each byte first.

/// Reads bits from a slice.
#[derive(Clone)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Bytes that went into `held`.
    used: usize,
    /// The next bits, the first one highest; below them, zeros.
    held: u64,
    /// How many of `held` are bits of the slice.
    count: u32,
}

/// The slice has fewer bits left than are asked for.
pub(super) struct Short;

impl<'a> Bits<'a> {
    /// Starts at bit `bit` (0 to 7) of `bytes`.
    pub(super) fn new(bytes: &'a [u8], bit: u32) -> Self {
        let mut bits = Self { bytes, used: 0, held: 0, count: 0 };
        bits.fill();
        bits.drop(bit.min(bits.count));
        bits
    }

    /// Bits read so far, those before the start included.
    pub(super) fn position(&self) -> usize {
        self.used.saturating_mul(8).saturating_sub(usize::try_from(self.count).unwrap_or(0))
    }

    /// The next `count` bits, at most 32.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, Short> {
        let value = self.peek(count);
        self.consume(count)?;
        Ok(value)
    }

    /// The next `count` bits, at most 32, without reading them; zeros where
    /// the slice ends.
    pub(super) fn peek(&mut self, count: u32) -> u32 {
        if self.count < count {
            self.fill();
        }
        let high = self.held.checked_shr(64_u32.saturating_sub(count)).unwrap_or(0);
        u32::try_from(high).unwrap_or(0)
    }

    /// Goes on behind the next `count` bits, which were peeked at.
    pub(super) fn consume(&mut self, count: u32) -> Result<(), Short> {
        if self.count < count {
            return Err(Short);
        }
        self.drop(count);
        Ok(())
    }

    /// The next bit.
    pub(super) fn bit(&mut self) -> Result<bool, Short> {
        Ok(self.take(1)? == 1)
    }

    fn drop(&mut self, count: u32) {
        self.held = self.held.checked_shl(count).unwrap_or(0);
        self.count = self.count.saturating_sub(count);
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let Some(&byte) = self.bytes.get(self.used) else { break };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.used += 1;
        }
    }
}
