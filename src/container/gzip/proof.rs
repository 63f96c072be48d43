//! What the starts of deflate blocks prove of what comes before them.

use super::bits::Bits;
use crate::container::loss::evidence::Evidence;

/// What the header of a block with codes of its own proves, in bits: they have to
/// be complete.
const CODED: u32 = 31;

/// What that of a stored block proves: its length is there twice.
const STORED: u32 = 16;

/// What that of a block with the usual codes proves.
const FIXED: u32 = 2;

/// The blocks that were decoded last, and what proves them.
#[derive(Default)]
pub(super) struct Proof {
    evidence: Evidence,
    /// Where the block starts that is being decoded, in bytes of output and of
    /// the source.
    start: (u64, u64),
    /// What it proves once it comes to its end, in bits.
    bits: u32,
}

impl Proof {
    /// Nothing but a block that starts at `output`, of no known place.
    pub(super) fn at(output: u64) -> Self {
        Self { start: (output, 0), ..Self::default() }
    }

    /// Says where in the source the first block starts, in bytes.
    pub(super) fn stand_at(&mut self, source: u64) {
        self.start.1 = source;
    }

    /// A block came to its end, and the next one starts at `output`, and at
    /// `source`, in bits, with `bits` and those of the byte `next`.
    pub(super) fn add(&mut self, output: u64, source: u64, bits: Bits, next: u8) {
        self.evidence.add(self.start, self.bits, false);
        let first = u32::from(bits.value) | u32::from(next) << bits.count;
        self.bits = match (first >> 1) & 3 {
            0 => STORED,
            2 => CODED,
            _ => FIXED,
        };
        self.start = (output, source / 8);
    }

    /// Where what nothing proves starts, in bytes of output and of the source.
    pub(super) fn unproven(&self) -> (u64, u64) {
        self.evidence.unproven().unwrap_or(self.start)
    }
}
