//! Which bytes of a window are unknown: a bit for each, which is copied as they
//! are.

use core::ops::Range;

use crate::bits::index32;

/// A bit for each byte of a buffer: whether it is unknown.
#[derive(Default)]
pub(crate) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    /// Makes room for the bits of `bytes` bytes; new ones are not set.
    pub(crate) fn grow(&mut self, bytes: usize) {
        // One word more, so that there is always a next one.
        self.words.resize((bytes / 64).saturating_add(2).max(self.words.len()), 0);
    }

    /// The `count` bits from `at` on, 64 at most, the first one lowest.
    fn get(&self, at: usize, count: usize) -> u64 {
        let word = |place: usize| self.words.get(place).copied().unwrap_or(0);
        let (place, shift) = (at / 64, shift_of(at));
        let low = word(place) >> shift;
        // In two steps, since 64 are too many for one.
        let high = word(place.saturating_add(1)) << 1 << (63 ^ shift);
        (low | high) & mask(count)
    }

    /// Puts the lowest `count` of `bits`, 64 at most, to `at`.
    fn put(&mut self, at: usize, count: usize, bits: u64) {
        let (place, shift) = (at / 64, shift_of(at));
        let (mask, bits) = (mask(count), bits & mask(count));
        if let Some(word) = self.words.get_mut(place) {
            *word = (*word & !(mask << shift)) | (bits << shift);
        }
        if let Some(word) = self.words.get_mut(place.saturating_add(1)) {
            *word = (*word & !(mask >> 1 >> (63 ^ shift))) | (bits >> 1 >> (63 ^ shift));
        }
    }

    /// Marks the bytes of `range`, or takes their marks away.
    pub(crate) fn set(&mut self, range: Range<usize>, is_unknown: bool) {
        let bits = if is_unknown { u64::MAX } else { 0 };
        let mut at = range.start;
        while at < range.end {
            let count = range.end.wrapping_sub(at).min(64);
            self.put(at, count, bits);
            at = at.wrapping_add(count);
        }
    }

    /// Copies `count` marks from `from` to `to`, one after the other: what is copied
    /// may be copied again, if `to` lies behind `from`.
    pub(crate) fn copy(&mut self, mut from: usize, mut to: usize, count: usize) {
        let end = to.saturating_add(count);
        while to < end {
            // Of what lies before, so many repeat.
            let apart = if to > from { to.wrapping_sub(from) } else { 64 };
            let count = end.wrapping_sub(to).min(apart).min(64);
            self.put(to, count, self.get(from, count));
            to = to.wrapping_add(count);
            if apart >= 64 {
                from = from.wrapping_add(count);
            }
        }
    }

    /// Adds the marked parts of `range` to `into`, counted from its start.
    pub(crate) fn parts(&self, range: Range<usize>, into: &mut Vec<Range<usize>>) {
        let mut at = range.start;
        let mut open: Option<usize> = None;
        while at < range.end {
            let count = range.end.wrapping_sub(at).min(64);
            let mut bits = self.get(at, count);
            let mut left = count;
            while left > 0 {
                let is_set = bits & 1 == 1;
                let run =
                    index32(if is_set { bits.trailing_ones() } else { bits.trailing_zeros() });
                let run = run.min(left);
                let place = at.wrapping_sub(range.start).wrapping_add(count.wrapping_sub(left));
                match (is_set, open) {
                    (true, None) => open = Some(place),
                    (false, Some(start)) => {
                        into.push(start..place);
                        open = None;
                    }
                    _ => {}
                }
                left = left.wrapping_sub(run);
                bits = bits.checked_shr(u32::try_from(run).unwrap_or(64)).unwrap_or(0);
            }
            at = at.wrapping_add(count);
        }
        into.extend(open.map(|start| start..range.end.wrapping_sub(range.start)));
    }
}

fn shift_of(at: usize) -> u32 {
    u32::try_from(at % 64).unwrap_or(0)
}

fn mask(count: usize) -> u64 {
    u64::MAX.checked_shr(64_u32.saturating_sub(u32::try_from(count).unwrap_or(64))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator of numbers (xorshift64).
    fn random(state: &mut u64, below: usize) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        usize::try_from(*state >> 33).unwrap_or(0) % below
    }

    #[test]
    fn marks_are_copied_as_bytes_are() {
        let (mut state, mut marks) = (7, Marks::default());
        marks.grow(2000);
        let mut bytes = vec![false; 2000];
        for _ in 0..5000 {
            let (to, count) = (random(&mut state, 1700), random(&mut state, 300));
            if random(&mut state, 3) == 0 {
                let is_unknown = random(&mut state, 2) == 0;
                let count = count / 10;
                marks.set(to..to + count, is_unknown);
                bytes.iter_mut().skip(to).take(count).for_each(|byte| *byte = is_unknown);
            } else {
                let back = [1, 2, 3, 5, 31, 63, 64, 65, 700];
                let back = back.get(random(&mut state, 9)).copied().unwrap_or(1).min(to);
                if back == 0 {
                    continue;
                }
                marks.copy(to - back, to, count);
                for place in to..to + count {
                    let byte = bytes.get(place - back).copied().unwrap_or_default();
                    bytes.get_mut(place).into_iter().for_each(|into| *into = byte);
                }
            }
            let start = random(&mut state, 900);
            let mut parts = Vec::new();
            marks.parts(start..start + 1000, &mut parts);
            let expected: Vec<usize> =
                (0..1000).filter(|place| bytes.get(start + place) == Some(&true)).collect();
            assert_eq!(parts.iter().cloned().flatten().collect::<Vec<_>>(), expected);
            assert!(parts.windows(2).all(|pair| matches!(pair, [a, b] if a.end < b.start)));
        }
    }
}
