//! What lies before a place where a frame is entered.

use core::ops::Range;
use std::rc::Rc;

use crate::container::loss::before::Before;
use crate::container::loss::twin::{Grain, differences};
use crate::source::to_u64;

/// The lengths of nearly all blocks are multiples of this many bytes. A loss
/// that ends a job of `zstd --rsyncable` is not guessed.
pub(super) const UNIT: usize = 32 * 1024;

/// What lies before a place where a frame is entered, if it is known how much is
/// lost there.
pub(super) struct Behind {
    pub(super) before: Rc<Before>,
    /// Bytes of contents that are lost.
    pub(super) lost: u64,
}

impl Behind {
    /// The contents before the entry, as far as a frame with a window of `window`
    /// bytes looks back, with zeros for what is not known, and which parts of them
    /// are not.
    pub(super) fn history(&self, window: u64) -> (Vec<u8>, Vec<Range<usize>>) {
        let lost = usize::try_from(self.lost).unwrap_or(usize::MAX);
        let window = usize::try_from(window).unwrap_or(usize::MAX);
        let [zeros, ones] = [0, 0xff].map(|fill| self.before.with_stand_in(fill, lost, window));
        let mut unknown = Vec::new();
        differences(&zeros, &ones, Grain { by_parts: false, join: 0 }, &mut unknown);
        (zeros, unknown)
    }

    /// Bytes of contents before the entry as far back as anything is known.
    pub(super) fn reach(&self) -> u64 {
        match to_u64(self.before.len()) {
            0 => 0,
            known => known.saturating_add(self.lost),
        }
    }

    /// Bytes of memory that it takes.
    pub(super) fn memory(&self) -> usize {
        self.before.memory()
    }
}
