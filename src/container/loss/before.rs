//! What is known around a loss: the contents right before it, and what has to
//! stand behind it.

use core::ops::Range;

use super::holes::Holes;
use super::measure::Measure;
use crate::container::sequential::recent::Recent;
use crate::source::to_u64;

/// What is known around a loss.
pub(in crate::container) struct Before {
    /// The contents right before it, with zeros for those that are not known.
    bytes: Vec<u8>,
    /// The parts of `bytes` that are not known.
    unknown: Vec<Range<usize>>,
    /// What tells how much is lost.
    pub(in crate::container) measure: Measure,
}

impl Before {
    /// What is known around a loss that starts at `start` of the contents: of
    /// the `count` bytes before it, and what `measure` goes by. Nothing of the
    /// bytes, if they take more than `bytes_max` bytes of memory.
    pub(in crate::container) fn gather(
        start: u64,
        count: usize,
        bytes_max: usize,
        (recent, holes): (&Recent, &Holes),
        measure: Measure,
    ) -> Self {
        let mut before = Self { bytes: Vec::new(), unknown: Vec::new(), measure };
        let count = count.min(usize::try_from(start).unwrap_or(usize::MAX));
        if count <= bytes_max {
            before.take(start, count, recent, holes);
        }
        if before.memory() > bytes_max {
            (before.bytes, before.unknown) = (Vec::new(), Vec::new());
        }
        before
    }

    fn take(&mut self, end: u64, count: usize, recent: &Recent, holes: &Holes) {
        let start = end.saturating_sub(to_u64(count));
        self.bytes.reserve_exact(count);
        let mut at = start;
        while at < end {
            let (kept, until) = recent.at_or_behind(at, end);
            let from = self.bytes.len();
            if kept.is_empty() {
                let missing = usize::try_from(until.saturating_sub(at)).unwrap_or(0);
                self.bytes.resize(from.saturating_add(missing), 0);
                self.unknown.push(from..self.bytes.len());
            } else {
                self.bytes.extend_from_slice(kept);
            }
            at = until;
        }
        for hole in holes.within(&(start..end)) {
            let index = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
            self.unknown.push(index(hole.start)..index(hole.end));
        }
        fill(&mut self.bytes, &self.unknown, 0, 0);
    }

    /// Takes the last `count` bytes to be unknown.
    pub(in crate::container) fn doubt(&mut self, count: usize) {
        let doubted = self.bytes.len().saturating_sub(count)..self.bytes.len();
        fill(&mut self.bytes, core::slice::from_ref(&doubted), 0, 0);
        self.unknown.push(doubted);
    }

    /// How many bytes before the loss are here.
    pub(in crate::container) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes of memory that it takes.
    pub(in crate::container) fn memory(&self) -> usize {
        let parts = self.unknown.len().saturating_mul(size_of::<Range<usize>>());
        self.bytes.len().saturating_add(parts)
    }

    /// The contents as far as `count` bytes behind a loss of `lost` bytes look
    /// back, with `stand_in` for what is not known.
    pub(in crate::container) fn with_stand_in(
        &self,
        stand_in: u8,
        lost: usize,
        count: usize,
    ) -> Vec<u8> {
        let lost = lost.min(count);
        let kept = count.saturating_sub(lost).min(self.bytes.len());
        let from = self.bytes.len().saturating_sub(kept);
        let mut bytes = Vec::with_capacity(kept.saturating_add(lost));
        bytes.extend_from_slice(self.bytes.get(from..).unwrap_or(&[]));
        if stand_in != 0 {
            fill(&mut bytes, &self.unknown, from, stand_in);
        }
        bytes.resize(kept.saturating_add(lost), stand_in);
        bytes
    }
}

/// Writes `byte` over `parts` of something of which `bytes` are those from
/// `from` on.
fn fill(bytes: &mut [u8], parts: &[Range<usize>], from: usize, byte: u8) {
    for part in parts {
        let (start, end) = (part.start.saturating_sub(from), part.end.saturating_sub(from));
        let end = end.min(bytes.len());
        bytes.get_mut(start..end).unwrap_or(&mut []).fill(byte);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::landmark::Landmark;
    use super::*;

    #[test]
    fn what_was_not_kept_or_not_known_has_stand_ins() {
        let mut recent = Recent::new(0);
        recent.room(100, 60)[..60].fill(7);
        recent.fill(60);
        let mut holes = Holes::default();
        holes.push(150..155);
        let landmark = Landmark { offset: 200, length: 4, proof: Rc::new(|_| true) };
        let gather = |start, count, bytes_max| {
            let measure = Measure::new(start, Some(&landmark)).unwrap();
            Before::gather(start, count, bytes_max, (&recent, &holes), measure)
        };
        let mut before = gather(160, 80, 1000);
        assert_eq!(before.len(), 80);
        before.doubt(2);
        let expected = |stand_in: u8| {
            let parts = [(20, stand_in), (50, 7), (5, stand_in), (3, 7), (5, stand_in)];
            let bytes = parts.iter().flat_map(|&(count, byte)| vec![byte; count]);
            bytes.collect::<Vec<u8>>()
        };
        for stand_in in [0, 0xff] {
            assert_eq!(before.with_stand_in(stand_in, 3, 1000), expected(stand_in));
            assert_eq!(before.with_stand_in(stand_in, 3, 20), expected(stand_in)[63..]);
            assert_eq!(before.with_stand_in(stand_in, 30, 20), vec![stand_in; 20]);
        }
        assert_eq!(gather(160, 80, 70).len(), 0);
        assert!(Measure::new(201, Some(&landmark)).is_none());
    }
}
