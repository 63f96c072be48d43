//! Bytes in memory as a source: every one of them is at hand.

use core::ops::Range;

use crate::bytes::to_u64;
use crate::error::Error;
use crate::read_at::ReadAt;

impl ReadAt for [u8] {
    fn size(&self) -> Option<u64> {
        Some(to_u64(self.len()))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(count)
    }

    crate::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> Option<u64> {
        self.as_slice().size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.as_slice().read_at(offset, buffer)
    }

    crate::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.as_slice().trace(range, into);
    }
}
