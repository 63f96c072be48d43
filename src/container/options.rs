//! How a container is read, and what it may take.

use super::format::Container;

/// The largest zstd window that is allowed unless someone asks for more:
/// what `zstd -d` allows (`--long=27`).
pub const WINDOW_MAX: u64 = 1 << 27;

/// The largest zstd window that can be asked for: a larger one does not fit
/// into the memory of a page.
pub const WINDOW_LIMIT: u64 = 1 << 30;

/// How a container is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The largest zstd window, in bytes; anything above [`WINDOW_LIMIT`]
    /// counts as that.
    pub window_max: u64,
    /// Memory that checkpoints may take, in bytes.
    pub checkpoint_bytes: usize,
    /// Memory that decoded bytes are kept in, in bytes. A zstd window of up
    /// to a quarter of `checkpoint_bytes` is kept whole all the same.
    pub cache_bytes: usize,
    /// The container that the name of the file tells, for one whose first bytes
    /// are overwritten: it is looked for first.
    pub hint: Option<Container>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window_max: WINDOW_MAX,
            checkpoint_bytes: 64 * 1024 * 1024,
            cache_bytes: 8 * 1024 * 1024,
            hint: None,
        }
    }
}
