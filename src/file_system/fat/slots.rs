//! The entries of a directory as they lie in it: 32 bytes each.

use core::ops::Range;
use std::rc::Rc;

use vma_source::{to_u64, to_usize};

use super::chain::Chain;
use super::clusters::Clusters;
use crate::error::{Fault, FaultKind, Result};

/// Bytes of an entry.
pub(super) const SLOT: u64 = 32;

/// Bytes that are read at once, at most.
const PIECE: u64 = 16 << 10;

/// Pieces that are announced at once.
const AHEAD: usize = 128;

/// An entry of a directory.
pub(super) type Slot = [u8; 32];

/// Goes through the entries of a directory.
pub(super) struct Slots<'a> {
    clusters: &'a Clusters,
    chain: Rc<Chain>,
    /// Bytes of the directory, at most.
    bytes_max: u64,
    /// The next entry, in bytes from the start.
    at: u64,
    /// What was read, where it lies in the directory and in the source.
    piece: Vec<u8>,
    piece_at: u64,
    piece_place: u64,
    /// Up to where the directory was announced.
    ahead: u64,
}

impl<'a> Slots<'a> {
    /// Goes on at entry number `first`.
    pub(super) fn new(
        clusters: &'a Clusters,
        chain: Rc<Chain>,
        bytes_max: u64,
        first: u64,
    ) -> Self {
        let at = first.saturating_mul(SLOT);
        let (piece, piece_at, piece_place) = (Vec::new(), 0, 0);
        Self { clusters, chain, bytes_max, at, piece, piece_at, piece_place, ahead: 0 }
    }

    /// The number of the next entry.
    pub(super) fn number(&self) -> u64 {
        self.at / SLOT
    }

    /// Steps back before an entry that was taken.
    pub(super) fn back_to(&mut self, number: u64) {
        self.at = number.saturating_mul(SLOT);
    }

    /// The next entry and where it lies in the source; `None` where the chain ends.
    ///
    /// # Errors
    ///
    /// It cannot be had, or there are more than a directory may have.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Slot)>> {
        let ends = self.at.saturating_add(SLOT) > self.chain.length();
        if ends && !self.chain.is_cut() {
            return Ok(None);
        }
        if self.at.saturating_add(SLOT) > self.bytes_max {
            return Err(Fault::new(FaultKind::TooLarge, "entries of a directory"));
        }
        let behind = self.piece_at.saturating_add(to_u64(self.piece.len()));
        if self.at < self.piece_at || self.at >= behind {
            self.load()?;
        }
        let into = self.at.saturating_sub(self.piece_at);
        let slot = self.piece.get(to_usize(into)..).and_then(|rest| rest.first_chunk::<32>());
        let slot = *slot.ok_or_else(|| self.chain.fault())?;
        let place = self.piece_place.saturating_add(into);
        self.at = self.at.saturating_add(SLOT);
        Ok(Some((place, slot)))
    }

    /// The piece of the source in which byte `at` of the directory lies, up to where the
    /// cache's blocks end, so that none is half used.
    fn piece_at(&self, at: u64) -> Option<Range<u64>> {
        let piece = self.chain.piece_at(at)?;
        let end = (piece.start / PIECE).saturating_add(1).saturating_mul(PIECE).min(piece.end);
        Some(piece.start..end)
    }

    /// Announces what comes from the next entry on: the clusters of a directory lie between those of
    /// its files.
    fn announce(&mut self) {
        let (mut starts, end) = (Vec::new(), self.chain.length().min(self.bytes_max));
        self.ahead = self.ahead.max(self.at);
        while starts.len() < AHEAD && self.ahead < end {
            let Some(piece) = self.piece_at(self.ahead) else { break };
            self.ahead = self.ahead.saturating_add(piece.end.saturating_sub(piece.start));
            starts.push(piece.start);
        }
        self.clusters.blocks.announce(starts.into_iter());
    }

    fn load(&mut self) -> Result<()> {
        if self.at >= self.ahead {
            self.announce();
        }
        let Range { start, end } = self.piece_at(self.at).ok_or_else(|| self.chain.fault())?;
        let mut bytes = vec![0; to_usize(end.saturating_sub(start))];
        if self.clusters.blocks.read(start, &mut bytes, "directory").is_err() {
            // What is before the gap is had.
            bytes.truncate(to_usize(SLOT));
            self.clusters.blocks.read(start, &mut bytes, "directory")?;
        }
        (self.piece, self.piece_at, self.piece_place) = (bytes, self.at, start);
        Ok(())
    }
}
