//! The checksums over metadata: CRC-32C that starts from a seed of the file system
//! (`metadata_csum`), and CRC-16 over group descriptors before there was that.

use vma_source::{le_u16, le_u32};

use crate::error::{Fault, Result};
use vma_source::Crc32c;

/// How the parts of a file system are held against their checksums.
pub(super) struct Sums {
    crc: Crc32c,
    /// Of the file system; `None` where it has no `metadata_csum`.
    seed: Option<u32>,
}

impl Sums {
    pub(super) fn new() -> Self {
        Self { crc: Crc32c::new(), seed: None }
    }

    /// With the seed that a superblock told.
    pub(super) fn seeded(self, seed: Option<u32>) -> Self {
        Self { seed, ..self }
    }

    /// Goes on from `state` over each of `parts`.
    pub(super) fn on_from(&self, state: u32, parts: &[&[u8]]) -> u32 {
        parts.iter().fold(state, |state, part| self.crc.on_from(state, part))
    }

    /// What comes of `parts`, from the file system's seed on; `None` where it has none.
    pub(super) fn of(&self, parts: &[&[u8]]) -> Option<u32> {
        self.seed.map(|seed| self.on_from(seed, parts))
    }

    /// What everything starts from that belongs to an inode.
    pub(super) fn of_inode(&self, number: u32, generation: u32) -> Option<u32> {
        self.of(&[&number.to_le_bytes(), &generation.to_le_bytes()])
    }

    /// Holds `parts` of what belongs to an inode against `stated`.
    ///
    /// # Errors
    ///
    /// They do not agree; `about` is named.
    pub(super) fn hold(
        &self,
        seed: Option<u32>,
        parts: &[&[u8]],
        stated: u32,
        about: impl FnOnce() -> String,
    ) -> Result<()> {
        match seed {
            Some(seed) if self.on_from(seed, parts) != stated => {
                Err(Fault::corrupt(format!("checksum of {}", about())))
            }
            _ => Ok(()),
        }
    }

    /// Whether a group descriptor agrees with its checksum of 16 bits, at 0x1e.
    pub(super) fn agrees_with_group(&self, group: u32, descriptor: &[u8]) -> bool {
        let (before, behind) = around(descriptor, 0x1e, 2);
        let stated = le_u16(descriptor, 0x1e);
        self.of(&[&group.to_le_bytes(), before, &[0; 2], behind])
            .is_none_or(|found| found & 0xffff == u32::from(stated))
    }

    /// Whether an inode agrees with its checksum: 16 bits at 0x7c, and 16 more at 0x82
    /// where the inode has that field. `seed` is that of the inode.
    pub(super) fn agrees_with_inode(&self, seed: u32, inode: &[u8]) -> bool {
        let (old, more) = inode.split_at_checked(128).unwrap_or((inode, &[]));
        let (before, behind) = around(old, 0x7c, 2);
        let state = self.on_from(seed, &[before, &[0; 2], behind]);
        let low = u32::from(le_u16(inode, 0x7c));
        let has_high = more.len() >= 4 && le_u16(more, 0) >= 4;
        if !has_high {
            return self.on_from(state, &[more]) & 0xffff == low;
        }
        let (before, behind) = around(more, 2, 2);
        let stated = u32::from(le_u16(more, 2)) << 16 | low;
        self.on_from(state, &[before, &[0; 2], behind]) == stated
    }
}

/// What stands before and behind a field of `length` bytes at `at`.
pub(super) fn around(bytes: &[u8], at: usize, length: usize) -> (&[u8], &[u8]) {
    let (before, behind) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
    (before, behind.get(length..).unwrap_or(&[]))
}

/// CRC-16 of the polynomial 0x8005, turned round, that goes on from `state`: the kernel's
/// `lib/crc/crc16.c`. A bit at a time, for it is over 64 bytes at most.
pub(super) fn crc16(state: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(state, |state, &byte| {
        (0..8).fold(state ^ u16::from(byte), |state, _| {
            if state & 1 == 1 { state >> 1 ^ 0xa001 } else { state >> 1 }
        })
    })
}

/// The last word of a block, which is a checksum, and what is before it.
pub(super) fn split_last_word(block: &[u8]) -> (&[u8], u32) {
    let at = block.len().saturating_sub(4);
    let (before, _) = around(block, at, 4);
    (before, le_u32(block, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc16_is_that_of_the_catalogue() {
        // CRC-16/MODBUS and CRC-16/ARC of the catalogue of CRCs: from ones, and from zeros.
        assert_eq!(crc16(0xffff, b"123456789"), 0x4b37);
        assert_eq!(crc16(0, b"123456789"), 0xbb3d);
    }
}
