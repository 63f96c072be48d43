//! What a search behind damage keeps from step to step.

use super::header::Flags;

/// The search for a place to go on from.
pub(in crate::container) struct Search {
    /// The flags of the part; of one whose header is lost, what lzop sets.
    pub(super) flags: Flags,
    /// Bytes of blocks that were decoded in vain.
    pub(super) vain: u64,
}

impl Search {
    /// In a part with `flags`, if there is one.
    pub(super) fn new(flags: Option<Flags>) -> Self {
        Self { flags: flags.unwrap_or(Flags::USUAL), vain: 0 }
    }
}
