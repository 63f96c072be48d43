//! Where a deflate block starts inside of a byte.

/// Bits of the last byte that was read which belong to what comes next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// How many, 0 to 7.
    pub(super) count: u8,
    /// Their values, from the lowest bit on.
    pub(super) value: u8,
}

impl Bits {
    /// The bits of the first of `bytes` from `bit` on, unless those are all.
    pub(super) fn of(bytes: &[u8], bit: usize) -> Self {
        let Some(shift) = u32::try_from(bit).ok().filter(|bit| (1..8).contains(bit)) else {
            return Self::default();
        };
        let value = bytes.first().copied().unwrap_or(0) >> shift;
        Self { count: u8::try_from(8_u32.saturating_sub(shift)).unwrap_or(0), value }
    }
}
