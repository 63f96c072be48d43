//! The checksums that btrfs has over metadata and data. Each takes up to 32 bytes.

use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

use super::blake2::blake2b_256;
use crate::error::{Fault, Result};

/// Which checksum a file system has.
pub(super) enum Checksum {
    /// CRC-32C, with tables of the state after each byte and up to seven zeros.
    Crc32c(Box<[[u32; 256]; 8]>),
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
            0 => Ok(Self::Crc32c(tables())),
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
            Self::Crc32c(tables) => stated.starts_with(&crc32c(tables, bytes).to_le_bytes()),
            Self::XxHash => stated.starts_with(&XxHash64::oneshot(0, bytes).to_le_bytes()),
            Self::Sha256 => stated.starts_with(&Sha256::digest(bytes)),
            Self::Blake2b => stated.starts_with(&blake2b_256(bytes)),
        }
    }
}

/// The polynomial of CRC-32C, turned round.
const POLYNOMIAL: u32 = 0x82f6_3b78;

fn tables() -> Box<[[u32; 256]; 8]> {
    let mut tables = Box::new([[0; 256]; 8]);
    let mut last = [0; 256];
    for (state, byte) in last.iter_mut().zip(0_u32..) {
        *state =
            (0..8).fold(
                byte,
                |state, _| {
                    if state & 1 == 1 { state >> 1 ^ POLYNOMIAL } else { state >> 1 }
                },
            );
    }
    let first = last;
    for table in tables.iter_mut() {
        *table = last;
        for state in &mut last {
            *state = *state >> 8 ^ of(&first, *state);
        }
    }
    tables
}

/// What a table has for the lowest byte of `state`.
fn of(table: &[u32; 256], state: u32) -> u32 {
    let [low, ..] = state.to_le_bytes();
    table.get(usize::from(low)).copied().unwrap_or(0)
}

/// CRC-32C as RFC 3720 has it, eight bytes at a time.
fn crc32c(tables: &[[u32; 256]; 8], bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut state = u32::MAX;
    for word in words {
        let [a, b, c, d, e, f, g, h] = *word;
        let low = state ^ u32::from_le_bytes([a, b, c, d]);
        let high = u32::from_le_bytes([e, f, g, h]);
        state = of(t7, low)
            ^ of(t6, low >> 8)
            ^ of(t5, low >> 16)
            ^ of(t4, low >> 24)
            ^ of(t3, high)
            ^ of(t2, high >> 8)
            ^ of(t1, high >> 16)
            ^ of(t0, high >> 24);
    }
    for &byte in rest {
        state = state >> 8 ^ of(t0, state ^ u32::from(byte));
    }
    !state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_is_that_of_rfc_3720() {
        // RFC 3720, B.4; and the check value of the catalogue of CRCs.
        let tables = tables();
        assert_eq!(crc32c(&tables, &[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&tables, &[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&tables, b"123456789"), 0xe306_9283);
    }
}
