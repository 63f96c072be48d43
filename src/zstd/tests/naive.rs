//! Sequences put together byte by byte, as § 3.1.1.4 and § 3.1.1.5 say it: a byte is
//! `None` if it is unknown, and so is an offset.

use vma_zstd::entropy::Sequence;

/// Contents so far, and the repeated offsets.
pub struct Naive {
    pub bytes: Vec<Option<u8>>,
    pub offsets: [Option<u32>; 3],
}

impl Naive {
    pub fn block(&mut self, literals: &[u8], sequences: &[Sequence]) {
        let mut literals = literals.iter().copied().map(Some);
        for sequence in sequences {
            self.bytes.extend(literals.by_ref().take(sequence.literal_length as usize));
            let offset = self.offset(sequence.offset_value, sequence.literal_length == 0);
            for _ in 0..sequence.match_length {
                let from = offset.and_then(|offset| self.bytes.len().checked_sub(offset as usize));
                self.bytes.push(from.and_then(|from| self.bytes[from]));
            }
        }
        self.bytes.extend(literals);
    }

    fn offset(&mut self, value: u32, no_literals: bool) -> Option<u32> {
        let [first, second, third] = self.offsets;
        let (offset, next) = match (value, no_literals) {
            (4.., _) => (Some(value - 3), [Some(value - 3), first, second]),
            (1, false) => (first, self.offsets),
            (2, false) | (1, true) => (second, [second, first, third]),
            (3, false) | (2, true) => (third, [third, first, second]),
            _ => {
                let offset = first.map(|first| first - 1);
                (offset, [offset, first, second])
            }
        };
        self.offsets = next;
        offset
    }
}
