//! How far a search behind damage has come.

use std::rc::Rc;

use vma_zstd::header::FrameHeader;

use super::chain::{self, End, REACH};
use super::frame::Frame;
use crate::container::input::Input;
use crate::container::loss::before::Before;
use crate::container::loss::measure::Measure as Ahead;
use crate::container::loss::{Loss, extent_of};
use crate::source::{Error, to_u64};

/// Entries that may fail one after the other; after them, only
/// [so many](BYTES_PER_ENTRY) do. Each one decodes some blocks.
const ENTRIES_FREE: u64 = 64;

/// Bytes of the source that stand for an entry that may fail.
const BYTES_PER_ENTRY: u64 = 4096;

/// A search behind damage.
pub(in crate::container) struct Search {
    /// The frame that may go on here; `None` if only others are looked for.
    pub(super) frame: Option<FrameHeader>,
    /// What is known around the loss in it.
    pub(super) before: Option<Rc<Before>>,
    /// Bytes of contents before the loss that may be wrong.
    pub(super) doubtful: usize,
    /// Where in the source its next block starts if the headers before are
    /// right.
    pub(super) next: Option<u64>,
    /// The last header that is known to be one, as an offset in the source.
    pub(super) proven: u64,
    /// Offset in the source where the search started.
    pub(super) start: u64,
    /// Entries that failed.
    pub(super) failed: u64,
    /// Whether nothing but a chain says that a block starts here.
    pub(super) is_guess: bool,
    /// Bytes of contents that the frame says are still to come.
    pub(super) missing: Option<u64>,
    /// At a place to go on from, and finding out how much is lost before it.
    pub(super) measure: Option<Box<Measure>>,
}

/// The search for the landmark behind an entry.
pub(super) struct Measure {
    pub(super) frame: FrameHeader,
    /// Offset of the entry in the source.
    pub(super) entry: u64,
    pub(super) before: Rc<Before>,
    /// The lengths to be tried, the next one last.
    pub(super) guesses: Vec<u64>,
    pub(super) ahead: Ahead,
}

impl Search {
    /// A search for a frame, at `start` of the source.
    pub(super) fn for_frames(start: u64) -> Self {
        Self {
            frame: None,
            before: None,
            doubtful: 0,
            next: None,
            proven: 0,
            start,
            failed: 0,
            is_guess: false,
            missing: None,
            measure: None,
        }
    }

    /// A search for any frame, or for a place to go on with `frame`.
    pub(super) fn for_frame(frame: FrameHeader, start: u64) -> Self {
        Self { frame: Some(frame), ..Self::for_frames(start) }
    }

    /// A search behind an end, at `start` of the source: for a frame, or for
    /// more of the one that ended if it is in `doubt`, with as many bytes of
    /// contents.
    pub(super) fn behind_end(start: u64, doubt: Option<(FrameHeader, usize)>) -> Self {
        let (frame, doubtful) = doubt.unzip();
        let doubtful = doubtful.unwrap_or(0);
        Self { frame, doubtful, ..Self::for_frames(start) }
    }

    /// A search for a frame or for a place to go on with `frame`, of which
    /// `missing` bytes of contents are still to come, as far as is known. Its
    /// next block may start at `next` of the source.
    pub(super) fn within(
        frame: &Frame,
        start: u64,
        missing: Option<u64>,
        next: Option<u64>,
    ) -> Self {
        // Of a short frame as much would be lost by not knowing how much it is.
        let is_worth_it =
            missing.is_none_or(|missing| missing > extent_of(None)) || frame.produced == 0;
        let frame_rest = is_worth_it.then(|| frame.rest());
        let doubtful = frame.doubtful();
        Self { frame: frame_rest, doubtful, next, missing, ..Self::for_frames(start) }
    }

    /// How many bytes before the loss are of use, as long as they are not
    /// there.
    pub(super) fn wants_before(&self) -> Option<usize> {
        let frame = self.frame.filter(|_| self.before.is_none())?;
        usize::try_from(frame.window).ok()
    }

    /// Takes what is known around the loss.
    pub(super) fn take_before(&mut self, mut before: Before) {
        before.doubt(self.doubtful);
        self.before = Some(Rc::new(before));
    }

    /// Goes to `next`, where the next block of `frame` should start; returns
    /// whether one does.
    pub(super) fn approach(
        &mut self,
        frame: FrameHeader,
        next: u64,
        loss: &mut Loss,
        input: &mut Input,
    ) -> Result<bool, Error> {
        let ahead = usize::try_from(next.saturating_sub(input.position())).unwrap_or(usize::MAX);
        let bytes = input.peek(ahead.saturating_add(REACH))?;
        let bytes = bytes.get(ahead..).unwrap_or(&[]);
        let is_end = bytes.is_empty();
        let chain = chain::follow(bytes, frame.has_checksum, End::Anywhere);
        if let Some(length) = chain {
            self.proven = next.saturating_add(to_u64(length));
        }
        if next > self.proven || is_end {
            self.next = None;
            return Ok(false);
        }
        loss.skip(ahead, input);
        Ok(true)
    }

    /// Passes over `length` bytes of blocks, of which the first one has `first`:
    /// the next one should follow. A guess that failed at once may have been
    /// bytes that happen to lead to a header, which need not be the next.
    pub(super) fn pass(&mut self, length: usize, first: usize, loss: &mut Loss, input: &mut Input) {
        let is_wrong = self.is_guess && length <= first;
        loss.skip(if is_wrong { 1 } else { length.max(1) }, input);
        self.next = (!is_wrong).then(|| input.position());
        self.is_guess = false;
    }

    /// Whether an entry into the frame at `offset` of the source may be tried.
    pub(super) fn may_enter(&self, offset: u64) -> bool {
        let gone = offset.saturating_sub(self.start) / BYTES_PER_ENTRY;
        self.failed < gone.saturating_add(ENTRIES_FREE)
    }
}
