//! Zeros without an end.

use core::ops::Range;

use crate::bytes::to_usize;
use crate::error::Error;
use crate::read_at::ReadAt;

/// What was never written, and reads as zeros.
pub struct Zeros;

impl ReadAt for Zeros {
    fn size(&self) -> Option<u64> {
        Some(u64::MAX)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = to_usize(u64::MAX.saturating_sub(offset)).min(buffer.len());
        buffer.iter_mut().take(count).for_each(|byte| *byte = 0);
        Ok(count)
    }

    crate::every_byte_is_at_hand!();

    fn trace(&self, _: Range<u64>, _: &mut Vec<Range<u64>>) {}
}
