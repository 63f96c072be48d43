//! The checksum of APFS.

use vma_source::le_u32;

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
