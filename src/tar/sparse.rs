//! Files of which not all bytes stand in the archive, as GNU tar writes them in its form
//! 1.0 of sparse files: a list of what is there, as text in front of it.
//!
//! Source: "Storing Sparse Files", GNU tar's manual, appendix D.2.

use core::ops::Range;

use super::BLOCK_BYTES;

/// Which bytes of a file follow; all others are zeros.
#[derive(Clone, Copy, Debug)]
pub struct Sparse<'a> {
    /// The ranges of it, in order. Each starts and ends at a whole block of the archive, but
    /// for an end that is the file's: GNU tar fills up what follows of each to blocks.
    pub ranges: &'a [Range<u64>],
    /// Bytes of the whole file.
    pub size: u64,
}

impl Sparse<'_> {
    /// The list, filled up to whole blocks: how many ranges there are, and of each where it
    /// starts and how many bytes it has. Where a hole ends the file, it has a last one of none.
    #[must_use]
    pub fn list(&self) -> Vec<u8> {
        let end = self.ranges.last().map_or(0, |range| range.end);
        let last = (end < self.size || self.ranges.is_empty()).then_some(self.size..self.size);
        let count = self.ranges.len().saturating_add(usize::from(last.is_some()));
        let mut list = format!("{count}\n").into_bytes();
        for Range { start, end } in self.ranges.iter().chain(&last) {
            list.extend(format!("{start}\n{}\n", end.saturating_sub(*start)).bytes());
        }
        list.resize(list.len().next_multiple_of(BLOCK_BYTES), 0);
        list
    }

    /// Bytes of the file that follow the list.
    #[must_use]
    pub fn stored(&self) -> u64 {
        let lengths = self.ranges.iter().map(|range| range.end.saturating_sub(range.start));
        lengths.fold(0, u64::saturating_add)
    }
}
