//! The search for what a layer above expects, behind a place where it is not
//! known how much came before.

use crate::source::to_u64;
use std::rc::Rc;

/// Bytes of which a layer above knows where they stand, and that it can tell
/// from all others.
#[derive(Clone)]
pub struct Landmark {
    /// Where they start, in bytes of the contents.
    pub offset: u64,
    /// How many they are.
    pub length: usize,
    /// Tells them from all others.
    pub proof: Proof,
}

/// Whether so many bytes are the ones that are expected. Must be true of no
/// others within some megabytes of those.
pub type Proof = Rc<dyn Fn(&[u8]) -> bool>;

/// Bytes of contents from a loss to a landmark, at most: that far is decoded
/// to find out how much is lost.
const AHEAD_MAX: u64 = 8 * 1024 * 1024;

/// Bytes of contents from a loss at `start` to `landmark`, if it is close enough
/// behind it.
pub(in crate::container) fn ahead_of(start: u64, landmark: &Landmark) -> Option<u64> {
    landmark.offset.checked_sub(start).filter(|&ahead| ahead <= AHEAD_MAX)
}

/// How far a search has come.
#[derive(Clone, Default)]
pub(in crate::container) struct Sighting {
    /// Bytes that were looked at, or passed over.
    seen: u64,
    /// The last of them, which can begin the landmark.
    tail: Vec<u8>,
}

impl Sighting {
    /// A search that passed over `seen` bytes.
    pub(in crate::container) fn behind(seen: u64) -> Self {
        Self { seen, tail: Vec::new() }
    }

    /// Looks at `bytes`, which come next; returns where the landmark starts,
    /// counted from where the search started, if its end is among them.
    pub(in crate::container) fn take(&mut self, bytes: &[u8], landmark: &Landmark) -> Option<u64> {
        let start = self.seen.saturating_sub(to_u64(self.tail.len()));
        self.seen = self.seen.saturating_add(to_u64(bytes.len()));
        self.tail.extend_from_slice(bytes);
        let mut places = self.tail.windows(landmark.length.max(1));
        let found = places.position(|bytes| (landmark.proof)(bytes));
        let surplus = self.tail.len().saturating_sub(landmark.length.saturating_sub(1));
        self.tail.drain(..surplus);
        found.map(|found| start.saturating_add(to_u64(found)))
    }

    /// Whether the landmark cannot come any more, if it starts at `latest` at
    /// the latest.
    pub(in crate::container) fn is_past(&self, latest: u64, landmark: &Landmark) -> bool {
        self.seen >= latest.saturating_add(to_u64(landmark.length))
    }
}
