//! Small reads here and there, with what could not be had of them.

use core::cell::Cell;

use crate::bytes::to_u64;
use crate::error::Error;
use crate::read_at::{GapKind, ReadAt, gaps, read_range};

/// What could not be had, or not be vouched for, of all that was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// Bytes that nobody can have.
    pub lost: bool,
    /// Bytes that something speaks against.
    pub in_doubt: bool,
    /// Bytes that the work has not come to.
    pub not_yet_known: bool,
}

impl Lacking {
    /// Whether a byte that was looked at was not there to be read.
    #[must_use]
    pub fn stops_reads(self) -> bool {
        self.lost || self.not_yet_known
    }

    /// What is the case in one of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            lost: self.lost || other.lost,
            in_doubt: self.in_doubt || other.in_doubt,
            not_yet_known: self.not_yet_known || other.not_yet_known,
        }
    }
}

/// Looks at short stretches of a source, and remembers what was lacking.
pub struct Glimpse<'a> {
    source: &'a dyn ReadAt,
    lacking: Cell<Lacking>,
}

impl<'a> Glimpse<'a> {
    /// Looks at `source`, of which nothing was looked at.
    #[must_use]
    pub fn new(source: &'a dyn ReadAt) -> Self {
        Self { source, lacking: Cell::default() }
    }

    /// Bytes of the source; `u64::MAX` where that is not known.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.source.size().unwrap_or(u64::MAX)
    }

    /// The `length` bytes at `offset`; `None` where they are not all there, because
    /// the source ends or because of a gap, which is noted. The caller bounds `length`.
    ///
    /// # Errors
    ///
    /// As [`ReadAt::read_at`].
    pub fn bytes(&self, offset: u64, length: usize) -> Result<Option<Vec<u8>>, Error> {
        let end = offset.saturating_add(to_u64(length));
        if end > self.size() {
            return Ok(None);
        }
        let bytes = read_range(self.source, offset..end)?;
        let mut lacking = self.lacking.get();
        for gap in gaps(self.source, offset..end) {
            match gap.kind {
                GapKind::Lost => lacking.lost = true,
                GapKind::InDoubt => lacking.in_doubt = true,
                GapKind::NotYetKnown => lacking.not_yet_known = true,
            }
        }
        self.lacking.set(lacking);
        Ok((bytes.len() == length).then_some(bytes))
    }

    /// What was lacking since the last call.
    pub fn take_lacking(&self) -> Lacking {
        self.lacking.take()
    }
}
