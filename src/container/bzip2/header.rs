//! What stands before a block and at the end of a stream, and bzip2's CRC.

use super::bits::Bits;
use super::block::{Block, Fault};

/// How a block starts: 48 bits, the digits of pi.
pub(super) const BLOCK_MAGIC: u64 = 0x3141_5926_5359;

/// How the end of a stream starts: 48 bits, the digits of its square root.
const END_MAGIC: u64 = 0x1772_4538_5090;

/// Bits of both magic numbers.
pub(super) const MAGIC_BITS: u32 = 48;
pub(super) const MAGIC_MASK: u64 = (1 << MAGIC_BITS) - 1;

/// Bytes a block has in the source at most: 900 001 codes of 20 bits, and its
/// tables.
pub(super) const BLOCK_BYTES_MAX: usize = 2_300_000;

/// What comes next in a stream.
pub(super) enum Next {
    /// A block.
    Block(Block),
    /// The end, with the checksum over all blocks.
    End(u32),
}

/// What stands at the next bit.
pub(super) fn next(bits: &mut Bits<'_>) -> Result<Next, Fault> {
    let magic = (u64::from(bits.take(24)?) << 24) | u64::from(bits.take(24)?);
    match magic {
        BLOCK_MAGIC => Block::decode(bits).map(Next::Block),
        END_MAGIC => Ok(Next::End(bits.take(32)?)),
        _ => Err(Fault::Senseless("magic number of a block")),
    }
}

/// The CRC of `bytes`: that of bzip2 takes the bits of each byte in the other
/// order than the common CRC-32.
pub(super) fn crc_of(bytes: &[u8]) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    let mut turned = [0; 1024];
    for bytes in bytes.chunks(turned.len()) {
        let turned = turned.get_mut(..bytes.len()).unwrap_or(&mut []);
        for (turned, byte) in turned.iter_mut().zip(bytes) {
            *turned = byte.reverse_bits();
        }
        hash.update(turned);
    }
    hash.finalize().reverse_bits()
}
