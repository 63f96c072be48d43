//! SHA-256 of a disk, made from what passes of it in order.
//!
//! What the archive does not hold need not be handed over: gaps are zeros.

use sha2::{Digest, Sha256};

use crate::source::hex;

/// Zeros that are hashed at once.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// A hash in the making.
#[derive(Clone, Default)]
pub struct DiskHash {
    sha256: Sha256,
    at: u64,
}

impl DiskHash {
    /// Nothing hashed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes of the disk that are hashed.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Hashes zeros up to `end`, `work_max` bytes of them at most; returns
    /// whether it got there.
    pub fn zeros_to(&mut self, end: u64, work_max: u64) -> bool {
        let stop = end.min(self.at.saturating_add(work_max));
        while self.at < stop {
            let count = usize::try_from(stop.saturating_sub(self.at)).unwrap_or(usize::MAX);
            let zeros = ZEROS.get(..count).unwrap_or(&ZEROS);
            self.add(zeros);
        }
        self.at >= end
    }

    /// Hashes `bytes`, which start at `offset` of the disk. What is hashed
    /// already is left out; returns false, and hashes nothing, if there is a
    /// gap before them.
    pub fn pass(&mut self, offset: u64, bytes: &[u8]) -> bool {
        let Some(known) = self.at.checked_sub(offset) else { return false };
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        if let Some(rest) = bytes.get(known..) {
            self.add(rest);
        }
        true
    }

    /// The SHA-256 of what is hashed, as 64 hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.sha256.clone().finalize())
    }

    fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.at = self.at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(head -c 100000 /dev/zero; printf abc; head -c 70000 /dev/zero) | sha256sum`
    const EXPECTED: &str = "bc083e4fdb9949502840a5b9e6f3571803d3ffc426fc0a815838e25cad3f141f";

    #[test]
    fn gaps_are_zeros_however_they_are_cut() {
        for work_max in [1_000, 65_536, u64::MAX] {
            let mut hash = DiskHash::new();
            assert!(!hash.pass(100_000, b"abc"), "the gap comes first");
            while !hash.zeros_to(100_000, work_max) {}
            assert!(hash.pass(100_000, b"ab"));
            assert!(hash.pass(100_001, b"bc"), "what is hashed already is left out");
            while !hash.zeros_to(170_003, work_max) {}
            assert_eq!((hash.at(), hash.hex().as_str()), (170_003, EXPECTED));
        }
    }
}
