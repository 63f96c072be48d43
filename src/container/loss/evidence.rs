//! What proves that decoding has not lost its way.
//!
//! Where bytes were inserted, dropped or overwritten, a block can decode all the
//! same: if it stands as it is, say. What shows it is what follows: a header that
//! makes no sense. So what was decoded is proven by as much of what follows
//! as chance does not bring about, counted in bits; what was not proven when
//! decoding stops is in doubt.

use std::collections::VecDeque;

/// Evidence that proves what lies before it, in bits: one in 2^30 times, chance
/// brings about as much.
const ENOUGH: u32 = 30;

/// A part that was decoded: a block.
#[derive(Clone, Copy)]
struct Part {
    /// Where it starts, in bytes of what was decoded, and of the source.
    start: (u64, u64),
    /// What it proves, in bits.
    bits: u32,
    /// Whether it proves itself, and not only what lies before it.
    proves_itself: bool,
}

/// The parts that were decoded last and are not proven. They are few: some thirty of
/// them prove what lies before, and one that proves nothing is taken with the one
/// before it.
#[derive(Clone, Default)]
pub(in crate::container) struct Evidence {
    parts: VecDeque<Part>,
}

impl Evidence {
    /// A part was decoded that starts at `start`, in bytes of contents and of the
    /// source, with evidence of `bits`.
    pub(in crate::container) fn add(&mut self, start: (u64, u64), bits: u32, proves_itself: bool) {
        // Zeros are read as empty blocks, one in every three bytes, for as long as they
        // last. What proves the part before such a one proves it as well.
        if bits == 0 && self.parts.back().is_some_and(|last| !last.proves_itself) {
            return;
        }
        self.parts.push_back(Part { start, bits, proves_itself });
        let mut sum = 0_u32;
        let parts = self.parts.iter().enumerate().rev();
        let proving = parts
            .map(|(place, part)| {
                sum = sum.saturating_add(part.bits);
                (place, part.proves_itself, sum)
            })
            .find(|&(_, _, sum)| sum >= ENOUGH);
        if let Some((place, proves_itself, _)) = proving {
            self.parts.drain(..place.saturating_add(usize::from(proves_itself)));
        }
    }

    /// Where what is not proven starts, in bytes of contents and of the source;
    /// `None` if all of it is.
    pub(in crate::container) fn unproven(&self) -> Option<(u64, u64)> {
        self.parts.front().map(|part| part.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_parts_are_proven_by_many_and_strong_ones_by_themselves() {
        let mut evidence = Evidence::default();
        for number in 0..6 {
            evidence.add((number * 10, number), 12, false);
        }
        // Of three parts, the first one proves only what lies before it.
        assert_eq!(evidence.unproven(), Some((30, 3)));
        evidence.add((60, 6), 31, true);
        assert_eq!(evidence.unproven(), None);
        evidence.add((70, 7), 12, false);
        assert_eq!(evidence.unproven(), Some((70, 7)));
    }

    #[test]
    fn parts_that_prove_nothing_are_held_once() {
        let mut evidence = Evidence::default();
        evidence.add((0, 0), 31, true);
        for number in 1..100_000 {
            evidence.add((10, number * 3), 0, false);
        }
        assert_eq!(evidence.unproven(), Some((10, 3)));
        assert_eq!(evidence.parts.len(), 1);
        // As many bits as before: what stands between them is proven by them all.
        evidence.add((10, 300_000), 18, false);
        evidence.add((20, 300_001), 0, false);
        evidence.add((20, 300_004), 12, false);
        assert_eq!(evidence.unproven(), Some((10, 300_000)));
        assert_eq!(evidence.parts.len(), 2);
    }
}
