//! How far the work on a container has come.

use super::log::End;

/// How far the work on a container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the source that are dealt with.
    pub source: u64,
    /// Bytes of the contents that are known.
    pub contents: u64,
    /// How the container ended; `None` as long as nobody has seen the end.
    pub end: Option<End>,
    /// How many checkpoints are kept.
    pub checkpoints: usize,
    /// Bytes of memory the checkpoints take.
    pub checkpoint_bytes: usize,
}

/// How far it has come to compare what was decoded with its checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes of the contents that were decoded and compared.
    pub done_bytes: u64,
    /// Bytes of the contents, as far as is known so far.
    pub total_bytes: u64,
    /// Whether all of them were.
    pub done: bool,
}

impl Progress {
    /// All of `bytes`, which nothing wraps.
    pub(super) fn whole(bytes: u64) -> Self {
        let end = Some(End::Complete);
        Self { source: bytes, contents: bytes, end, checkpoints: 0, checkpoint_bytes: 0 }
    }
}
