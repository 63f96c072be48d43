//! The output that was decoded last, so that what lies next to it, or just
//! before it, is not decoded again.

use core::ops::Range;
use std::collections::VecDeque;

/// Bytes a piece of output has room for.
pub(in crate::container) const PIECE_SIZE: usize = 256 * 1024;

/// Pieces of decoded output, the latest last.
pub(in crate::container) struct Recent {
    pieces: VecDeque<Piece>,
    pieces_max: usize,
}

struct Piece {
    start: u64,
    bytes: Vec<u8>,
    filled: usize,
}

impl Piece {
    fn range(&self) -> Range<u64> {
        self.start..self.start.saturating_add(u64::try_from(self.filled).unwrap_or(0))
    }

    fn filled(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or(&[])
    }
}

impl Recent {
    /// Keeps about `bytes` bytes, and never less than two pieces.
    pub(in crate::container) fn new(bytes: usize) -> Self {
        Self { pieces: VecDeque::new(), pieces_max: (bytes / PIECE_SIZE).max(2) }
    }

    /// Makes it keep at least `bytes` bytes in a row from now on.
    pub(in crate::container) fn keep_at_least(&mut self, bytes: usize) {
        self.pieces_max = self.pieces_max.max(bytes.div_ceil(PIECE_SIZE).saturating_add(2));
    }

    /// Room for at least `least` bytes of output that belong at `offset`;
    /// `least` is at most [`PIECE_SIZE`]. What is written there counts only
    /// once it is [filled](Self::fill).
    pub(in crate::container) fn room(&mut self, offset: u64, least: usize) -> &mut [u8] {
        let fits = self.pieces.back().is_some_and(|piece| {
            piece.range().end == offset && piece.bytes.len().saturating_sub(piece.filled) >= least
        });
        if !fits {
            let bytes = match self.pieces.len() < self.pieces_max {
                true => None,
                false => self.pieces.pop_front().map(|piece| piece.bytes),
            };
            let bytes = bytes.unwrap_or_else(|| vec![0; PIECE_SIZE]);
            self.pieces.push_back(Piece { start: offset, bytes, filled: 0 });
        }
        let piece = self.pieces.back_mut();
        piece.and_then(|piece| piece.bytes.get_mut(piece.filled..)).unwrap_or(&mut [])
    }

    /// Counts `count` bytes of the last [room](Self::room) as output.
    pub(in crate::container) fn fill(&mut self, count: usize) {
        if let Some(piece) = self.pieces.back_mut() {
            piece.filled = piece.filled.saturating_add(count).min(piece.bytes.len());
        }
    }

    /// The bytes that are kept from `offset` on, as far as one piece goes;
    /// empty if `offset` is not kept.
    pub(in crate::container) fn at(&self, offset: u64) -> &[u8] {
        let piece = self.pieces.iter().rev().find(|piece| piece.range().contains(&offset));
        piece.map_or(&[], |piece| {
            let skip = usize::try_from(offset.saturating_sub(piece.start)).unwrap_or(usize::MAX);
            piece.filled().get(skip..).unwrap_or(&[])
        })
    }

    /// The bytes that are kept from `offset` on, as far as one piece goes and
    /// no further than `end`, and where they end; if `offset` is not kept,
    /// none, and where those that are start.
    pub(in crate::container) fn at_or_behind(&self, offset: u64, end: u64) -> (&[u8], u64) {
        let kept = self.at(offset);
        let wanted = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let kept = kept.get(..wanted).unwrap_or(kept);
        if kept.is_empty() {
            let filled = self.pieces.iter().filter(|piece| piece.filled > 0);
            let behind = filled.map(|piece| piece.start).filter(|&start| start > offset).min();
            return (kept, behind.map_or(end, |behind| behind.min(end)));
        }
        (kept, offset.saturating_add(u64::try_from(kept.len()).unwrap_or(0)).min(end))
    }

    /// The `count` bytes that end at `end`, if all of them are kept.
    pub(in crate::container) fn before(&self, end: u64, count: usize) -> Option<Vec<u8>> {
        let mut at = end.checked_sub(u64::try_from(count).ok()?)?;
        let mut bytes = Vec::with_capacity(count);
        while bytes.len() < count {
            let kept = self.at(at);
            let wanted = count.saturating_sub(bytes.len());
            let kept = kept.get(..wanted).unwrap_or(kept);
            if kept.is_empty() {
                return None;
            }
            bytes.extend_from_slice(kept);
            at = at.saturating_add(u64::try_from(kept.len()).ok()?);
        }
        Some(bytes)
    }
}
