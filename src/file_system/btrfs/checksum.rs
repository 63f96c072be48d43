//! The checksums that btrfs has over metadata and data. Each takes up to 32 bytes.

use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

use super::blake2::blake2b_256;
use crate::error::{Fault, Result};
use vma_source::Crc32c;

/// Which checksum a file system has.
pub(super) enum Checksum {
    /// CRC-32C.
    Crc32c(Crc32c),
    /// xxHash of 64 bits.
    XxHash,
    /// SHA-256.
    Sha256,
    /// BLAKE2b of 256 bits.
    Blake2b,
}

impl Checksum {
    /// By its number in the superblock.
    ///
    /// # Errors
    ///
    /// It is none that is known.
    pub(super) fn new(kind: u16) -> Result<Self> {
        match kind {
            0 => Ok(Self::Crc32c(Crc32c::new())),
            1 => Ok(Self::XxHash),
            2 => Ok(Self::Sha256),
            3 => Ok(Self::Blake2b),
            other => Err(Fault::unsupported(format!("checksum of kind {other}"))),
        }
    }

    /// Bytes that it takes.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Crc32c(_) => 4,
            Self::XxHash => 8,
            Self::Sha256 | Self::Blake2b => 32,
        }
    }

    /// Whether that of `bytes` is what `stated` starts with.
    pub(super) fn agrees(&self, bytes: &[u8], stated: &[u8]) -> bool {
        match self {
            Self::Crc32c(crc) => stated.starts_with(&crc.of(bytes).to_le_bytes()),
            Self::XxHash => stated.starts_with(&XxHash64::oneshot(0, bytes).to_le_bytes()),
            Self::Sha256 => stated.starts_with(&Sha256::digest(bytes)),
            Self::Blake2b => stated.starts_with(&blake2b_256(bytes)),
        }
    }
}
