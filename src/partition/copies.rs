//! How many of the copies of a mirror are read, and where they may not be the same.

use core::ops::Range;

/// The copies of a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies {
    /// As many as it is made of.
    pub all: u32,
    /// Those that are there and up to date.
    pub read: u32,
    /// Bytes in which they may differ, since something was being written there or they were
    /// never made the same: of these the first copy alone is read.
    pub differing: u64,
}

impl Copies {
    /// Of a mirror of `all` copies of `size` bytes: `differing` is where they may differ,
    /// `None` if nobody wrote down where.
    #[must_use]
    pub fn new(all: usize, read: usize, differing: Option<&[Range<u64>]>, size: u64) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let bytes = |stretch: &Range<u64>| stretch.end.min(size).saturating_sub(stretch.start);
        let differing =
            differing.map_or(size, |found| found.iter().map(bytes).fold(0, u64::saturating_add));
        // A single copy differs from none.
        let differing = if read > 1 { differing } else { 0 };
        Self { all: count(all), read: count(read), differing }
    }

    /// What is to be said of something that lies on both mirrors: of that which lacks most.
    #[must_use]
    pub fn worse(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(one), Some(other)) = (one, other) else { return one.or(other) };
        let lacking = |copies: &Self| copies.all.saturating_sub(copies.read);
        let worse = if lacking(&other) > lacking(&one) { other } else { one };
        Some(Self { differing: one.differing.saturating_add(other.differing), ..worse })
    }
}
