//! How much is lost, told by what has to stand behind it.
//!
//! What follows a loss is decoded up to a landmark, whose place in the contents
//! is known: what is missing on the way is lost.

use core::ops::Deref;

use super::landmark::{Landmark, Sighting, ahead_of};
use crate::source::Error;

/// The search for a landmark behind a loss.
#[derive(Clone)]
pub(in crate::container) struct Measure {
    landmark: Landmark,
    /// Bytes of contents from where the loss starts to the landmark.
    ahead: u64,
    sighting: Sighting,
}

impl Measure {
    /// For a loss that starts at `start` of the contents; `None` if nothing has
    /// to stand close enough behind it.
    pub(in crate::container) fn new(start: u64, landmark: Option<&Landmark>) -> Option<Self> {
        let landmark = landmark?.clone();
        let ahead = ahead_of(start, &landmark)?;
        Some(Self { landmark, ahead, sighting: Sighting::default() })
    }

    /// The same, for what passes over `seen` bytes first.
    pub(in crate::container) fn behind(self, seen: u64) -> Self {
        Self { sighting: Sighting::behind(seen), ..self }
    }

    /// Bytes of contents from where the loss starts to the landmark.
    pub(in crate::container) fn ahead(&self) -> u64 {
        self.ahead
    }

    /// Takes up the bytes that come next: `None` as long as the landmark did not
    /// come, and then how much is lost, if that can be.
    pub(in crate::container) fn take(&mut self, bytes: &[u8]) -> Option<Option<u64>> {
        let found = self.sighting.take(bytes, &self.landmark)?;
        Some(self.ahead.checked_sub(found))
    }

    /// Whether the landmark cannot come any more.
    pub(in crate::container) fn is_past(&self) -> bool {
        self.sighting.is_past(self.ahead, &self.landmark)
    }

    /// Takes up what `next` puts out, piece by piece, which is `None` where it
    /// cannot go on.
    ///
    /// # Errors
    ///
    /// Those of `next`.
    pub(in crate::container) fn run<B>(
        mut self,
        mut next: impl FnMut() -> Result<Option<B>, Error>,
    ) -> Result<Option<u64>, Error>
    where
        B: Deref<Target: AsRef<[u8]>>,
    {
        while !self.is_past() {
            let Some(bytes) = next()? else { return Ok(None) };
            if let Some(lost) = self.take((*bytes).as_ref()) {
                return Ok(lost);
            }
        }
        Ok(None)
    }
}
