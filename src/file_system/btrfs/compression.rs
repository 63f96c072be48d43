//! The compressions of btrfs: zlib, zstd, and LZO in segments.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use vma_source::{le_u32, to_usize};
use vma_zstd::unpack_frame;

use crate::error::{Fault, Result};

/// Bytes that a compressed extent has at most, compressed and not:
/// `BTRFS_MAX_COMPRESSED` and `BTRFS_MAX_UNCOMPRESSED` of the kernel.
pub(super) const COMPRESSED_MAX: u64 = 128 << 10;

/// The largest window of zstd that the kernel takes: `ZSTD_BTRFS_MAX_WINDOWLOG`.
const WINDOW_MAX: u64 = 128 << 10;

/// How an extent is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Zlib,
    Lzo,
    Zstd,
}

impl Compression {
    /// By its number in an extent; `None` for no compression.
    ///
    /// # Errors
    ///
    /// It is none that is known.
    pub(super) fn new(kind: u8) -> Result<Option<Self>> {
        match kind {
            0 => Ok(None),
            1 => Ok(Some(Self::Zlib)),
            2 => Ok(Some(Self::Lzo)),
            3 => Ok(Some(Self::Zstd)),
            other => Err(Fault::unsupported(format!("compression {other}"))),
        }
    }

    /// What `packed` comes to: `size` bytes, of which those of the last sector that were
    /// not stored are zeros. `size` is at most [`COMPRESSED_MAX`].
    ///
    /// # Errors
    ///
    /// It does not decode, or comes to less.
    pub(super) fn unpack(self, packed: &[u8], size: usize, sector: usize) -> Result<Vec<u8>> {
        let mut out = vec![0; size];
        let count = match self {
            Self::Zlib => zlib(packed, &mut out),
            Self::Lzo => lzo(packed, &mut out, sector),
            Self::Zstd => zstd(packed, &mut out),
        };
        let is_whole = count.is_some_and(|count| size.saturating_sub(count) < sector);
        is_whole.then_some(out).ok_or_else(|| Fault::corrupt("compressed data"))
    }
}

/// Zeros may follow the stream.
fn zlib(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut decoder = Box::new(DecompressorOxide::new());
    let (status, _, count) = decompress(&mut decoder, packed, out, 0, flags);
    (status == TINFLStatus::Done).then_some(count)
}

fn zstd(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    Some(unpack_frame(packed, out, WINDOW_MAX)?.count)
}

/// The length of all, then segments: each with its length, and none of these lengths
/// over the end of a sector. A segment comes to a sector.
fn lzo(packed: &[u8], out: &mut [u8], sector: usize) -> Option<usize> {
    let total = to_usize(le_u32(packed, 0).into());
    let packed = packed.get(..total)?;
    let (mut at, mut count) = (4_usize, 0_usize);
    while count < out.len() && at < total {
        let left = sector.checked_sub(at % sector)?;
        if left < 4 {
            at = at.checked_add(left)?;
        }
        let length = to_usize(le_u32(packed.get(at..at.checked_add(4)?)?, 0).into());
        at = at.checked_add(4)?;
        let segment = packed.get(at..at.checked_add(length)?)?;
        at = at.checked_add(length)?;
        let room = out.len().saturating_sub(count).min(sector);
        let mut plain = vec![0; sector];
        let decoded = lzokay::decompress::decompress(segment, &mut plain).ok()?;
        let plain = plain.get(..decoded.min(room))?;
        out.get_mut(count..)?.get_mut(..plain.len())?.copy_from_slice(plain);
        count = count.checked_add(plain.len())?;
        // But for the last, each is whole.
        if decoded < sector {
            break;
        }
    }
    Some(count)
}
