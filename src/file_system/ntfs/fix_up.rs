//! Records and index blocks, of each 512 bytes of which the last two were replaced by a
//! number when they were written: "multi sector transfer" of ntfs-3g's `layout.h`. Where
//! the number is not the same everywhere, it was written in part.

use vma_source::le_u16;

use crate::error::{Fault, Result};

/// Bytes after each of which two were replaced, whatever size sectors have.
const STRIDE: usize = 512;

/// Puts back what was replaced in `bytes`, which begin with `magic`.
///
/// # Errors
///
/// They do not, or were written in part; `what` is named.
pub(super) fn put_back(bytes: &mut [u8], magic: &[u8; 4], what: &str) -> Result<()> {
    if !bytes.starts_with(magic) {
        return Err(Fault::corrupt(format!("{what}: magic")));
    }
    put_back_at(bytes).ok_or_else(|| Fault::corrupt(format!("{what}: written in part")))
}

fn put_back_at(bytes: &mut [u8]) -> Option<()> {
    let (offset, count) = (usize::from(le_u16(bytes, 4)), usize::from(le_u16(bytes, 6)));
    let strides = bytes.len() / STRIDE;
    if count != strides.checked_add(1)? || !bytes.len().is_multiple_of(STRIDE) {
        return None;
    }
    let own = bytes.get(offset..)?.get(..count.checked_mul(2)?)?.to_vec();
    let (mark, saved) = own.split_first_chunk::<2>()?;
    for (stride, saved) in bytes.chunks_exact_mut(STRIDE).zip(saved.chunks_exact(2)) {
        let place = stride.get_mut(STRIDE - 2..)?;
        if place != mark {
            return None;
        }
        place.copy_from_slice(saved);
    }
    Some(())
}
