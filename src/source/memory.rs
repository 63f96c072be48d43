//! Bytes in memory as a source: every one of them is at hand.

use core::ops::Range;

use crate::bytes::to_u64;
use crate::error::Error;
use crate::read_at::{Gap, ReadAt};

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

    fn gap(&self, _: Range<u64>) -> Option<Gap> {
        None
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
        Ok(true)
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> Option<u64> {
        self.as_slice().size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.as_slice().read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.as_slice().gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.as_slice().trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        self.as_slice().approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.as_slice().detour(from, offset)
    }
}
