//! A frame that is there as a whole.

use crate::BlockDecoder;
use crate::header::{BlockHeader, Opening};

/// Bytes of the checksum behind the last block (§ 3.1.1).
const CHECKSUM: usize = 4;

/// What a frame came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Bytes that were written.
    pub count: usize,
    /// Bytes of the frame.
    pub length: usize,
    /// The checksum that stands behind its blocks, of the bytes that it decodes to; to
    /// compare it is the caller's.
    pub checksum: Option<u32>,
}

/// Decodes the frame that `packed` begins with into the front of `out`. `None` where it
/// is none, ends too early, has more than fits, needs a dictionary or a window of more
/// than `window_max` bytes, or is not as long as it says.
#[must_use]
pub fn unpack_frame(packed: &[u8], out: &mut [u8], window_max: u64) -> Option<Unpacked> {
    let Opening::Frame(header) = Opening::parse(packed) else { return None };
    if header.window > window_max || header.dictionary != 0 {
        return None;
    }
    let mut decoder = BlockDecoder::default();
    decoder.start(header.window);
    let (mut rest, mut count) = (packed.get(header.length..)?, 0_usize);
    loop {
        let (raw, behind) = rest.split_first_chunk::<3>()?;
        let block = BlockHeader::parse(*raw)?;
        let (bytes, behind) = behind.split_at_checked(block.length)?;
        let decoded = decoder.decode(&block, bytes).ok()?;
        out.get_mut(count..)?.get_mut(..decoded.len())?.copy_from_slice(decoded);
        count = count.checked_add(decoded.len())?;
        rest = behind;
        if block.is_last {
            break;
        }
    }
    let mut checksum = None;
    if header.has_checksum {
        let (stated, behind) = rest.split_first_chunk::<CHECKSUM>()?;
        (checksum, rest) = (Some(u32::from_le_bytes(*stated)), behind);
    }
    let stated = header.content_size_hint.map(usize::try_from);
    let is_whole = stated.is_none_or(|stated| stated == Ok(count));
    let length = packed.len().checked_sub(rest.len())?;
    is_whole.then_some(Unpacked { count, length, checksum })
}
