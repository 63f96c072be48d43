//! What a disk is saved from.

use core::ops::Range;

use crate::source::ReadAt;

/// An image that can be saved: a [`ReadAt`] without a gap, since what is lost is
/// made up, which tells what of it has to be stored.
///
/// A [`FilledImage`](super::FilledImage) is one. So is what hands on the bytes of
/// one from elsewhere: who makes files asks for no more than this.
pub trait DiskImage: ReadAt {
    /// The stretches that a file of another format has to store, from byte `from`
    /// on: in order, neighbours joined, `max` of them at most, and fewer only if
    /// there are no more. All else is zeros. Takes time by the runs that are passed.
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>>;
}
