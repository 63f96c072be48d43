//! What every file has in common that is made from front to back.

use core::ops::Range;

use crate::source::Error;

/// A file that is made step by step, from front to back.
pub trait DiskStream {
    /// Bytes that the file has at most. Known from the start.
    fn size_max(&self) -> u64;

    /// Bytes of the file: known from the start where nothing is compressed,
    /// else from the first end on, also after a [restart](Self::restart).
    fn size(&self) -> Option<u64>;

    /// How far it is.
    fn progress(&self) -> Progress;

    /// Adds to `into` the ranges of the lowest source that the step will ask for
    /// which comes after `ahead` others, as far as that is known: as
    /// [`ReadAt::trace`](crate::source::ReadAt::trace) does.
    fn trace(&self, ahead: u64, into: &mut Vec<Range<u64>>);

    /// Works towards what the next step will ask for, as
    /// [`ReadAt::approach`](crate::source::ReadAt::approach) does.
    /// Returns whether the step is quick now.
    ///
    /// # Errors
    ///
    /// As for a step.
    fn approach(&self, work_max: u64) -> Result<bool, Error>;

    /// Does a bounded amount of work and appends what it gave to `into`: at
    /// most a few MiB, perhaps nothing. False if the file had ended before.
    ///
    /// # Errors
    ///
    /// The image cannot be read. The step may be repeated.
    fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, Error>;

    /// Bytes for the start of the file that were zeros in what this pass gave,
    /// known from its end on. They must overwrite what stands there, or the
    /// file is none. `None` if the file is whole as it came: always after a
    /// [restart](Self::restart) at the end.
    fn head(&self) -> Option<&[u8]>;

    /// Starts again from the front, with what the end has told. So a stream
    /// that is run through twice needs no seeking and tells its size before.
    fn restart(&mut self);
}

/// How far a stream is, in stored bytes of the disk: what costs time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that this pass took in.
    pub done: u64,
    /// Bytes that it will take in.
    pub total: u64,
}
