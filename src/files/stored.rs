//! Which bytes of a file are stored, where its file system knows of holes.

use core::ops::Range;
use std::rc::Rc;

use super::{Step, Volume};
use crate::file_system::{FaultKind, NodeId, Result, Stream};

/// Files of fewer bytes are saved as they read, and so are those of which fewer are in holes.
pub(super) const WORTH: u64 = 64 << 10;

/// Holes are taken in whole units of so many bytes: what a tar has in front of what is stored
/// counts in 512 of them, and the systems that it is unpacked on in these.
const UNIT: u64 = 4096;

/// Ranges that are told apart, at most: what comes behind counts as stored.
const RANGES_MAX: usize = 1 << 16;

/// Looks which bytes of a file are stored.
pub(super) struct Stored {
    size: u64,
    /// Up to where it has looked.
    at: u64,
    ranges: Vec<Range<u64>>,
    /// What is behind the last hole.
    from: u64,
    in_holes: u64,
}

impl Stored {
    /// Of a file of `size` bytes, of which nothing is known.
    pub(super) fn new(size: u64) -> Self {
        Self { size, at: 0, ranges: Vec::new(), from: 0, in_holes: 0 }
    }

    /// Looks on; done once nothing more is known of holes.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. What else is wrong is told when it is read.
    pub(super) fn step(&mut self, volume: &Volume, id: NodeId, stream: Stream<'_>) -> Result<Step> {
        let range = self.at..self.size;
        let places = match volume.attempt(|system| system.places(id, stream, range.clone())) {
            Ok(Some(places)) => places,
            Ok(None) => return Ok(Step::Wanting),
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Err(_) => return Ok(Step::Done),
        };
        for hole in places.holes {
            self.leave_out(&hole);
        }
        match places.next.filter(|&next| next > self.at && self.ranges.len() < RANGES_MAX) {
            Some(next) => self.at = next,
            None => return Ok(Step::Done),
        }
        Ok(Step::GoesOn)
    }

    fn leave_out(&mut self, hole: &Range<u64>) {
        let start = hole.start.checked_next_multiple_of(UNIT).unwrap_or(u64::MAX);
        let end = if hole.end < self.size { hole.end - hole.end % UNIT } else { self.size };
        if start >= end || start < self.from || self.ranges.len() >= RANGES_MAX {
            return;
        }
        if start > self.from {
            self.ranges.push(self.from..start);
        }
        self.in_holes = self.in_holes.saturating_add(end.saturating_sub(start));
        self.from = end;
    }

    /// The ranges that are stored; `None` if it is all of it, or nearly so.
    pub(super) fn ranges(mut self) -> Option<Rc<[Range<u64>]>> {
        if self.in_holes < WORTH {
            return None;
        }
        if self.from < self.size {
            self.ranges.push(self.from..self.size);
        }
        Some(self.ranges.into())
    }
}
