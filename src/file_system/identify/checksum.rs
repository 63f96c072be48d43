//! The checksums of superblocks: short, so that a bit at a time is quick enough.

use vma_source::le_u32;

/// What CRC-32C starts from, and is turned over with at its end.
const TURNED: u32 = u32::MAX;

/// CRC-32C (Castagnoli) that goes on from `state`, neither started nor turned over.
pub(super) fn crc32c_from(state: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(state, |state, &byte| {
        (0..8).fold(state ^ u32::from(byte), |state, _| {
            let next = state >> 1;
            if state & 1 == 1 { next ^ 0x82f6_3b78 } else { next }
        })
    })
}

/// CRC-32C as RFC 3720 has it.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    crc32c_from(TURNED, bytes) ^ TURNED
}

/// The checksum of APFS over a block of which the first eight bytes are its own: Fletcher
/// of 32-bit words ("Apple File System Reference", `obj_phys_t`).
pub(super) fn fletcher64(block: &[u8]) -> u64 {
    let modulo = u64::from(u32::MAX);
    let (mut low, mut high) = (0_u64, 0_u64);
    for word in block.get(8..).unwrap_or(&[]).chunks_exact(4) {
        low = low.saturating_add(u64::from(le_u32(word, 0))) % modulo;
        high = high.saturating_add(low) % modulo;
    }
    let first = modulo.saturating_sub(low.saturating_add(high) % modulo);
    let second = modulo.saturating_sub(low.saturating_add(first) % modulo);
    second << 32 | first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_is_that_of_rfc_3720() {
        // RFC 3720, B.4; and the check value of the catalogue of CRCs.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
