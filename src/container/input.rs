//! Reads a source forward, a little at first and then in large pieces.

use core::ops::Range;
use std::rc::Rc;

use crate::source::{Error, ReadAt, to_u64};

/// Length of the first read at a new place, in bytes: enough to open an
/// archive, and hardly slower than a single byte.
const READ_FIRST: u64 = 256 * 1024;

/// Length of a read once reading goes on, in bytes: what the Worker is sent of
/// a file that is read ahead, so that no read is put together of several.
const READ_MAX: u64 = 1024 * 1024;

/// Bytes that are read and dropped rather than jumped over: a small read
/// takes a browser as long as this many bytes in a large one.
const SKIP_READ_MAX: u64 = 512 * 1024;

/// Reads that a [`trace`](ReadAt::trace) names at most.
const TRACE_MAX: usize = 32;

/// A place in a source, with the bytes that were read ahead of it.
///
/// Reads double from [`READ_FIRST`] to [`READ_MAX`] and end at multiples of
/// their length, so that they fall together with a cache of such pieces.
pub(super) struct Input {
    source: Rc<dyn ReadAt>,
    /// Kept at its longest, so that no read has to clear it first.
    buffer: Vec<u8>,
    /// The part of `buffer` that is read and not consumed.
    unread: Range<usize>,
    /// Offset in the source behind `unread`.
    next: u64,
    piece: u64,
    ended: bool,
}

impl Input {
    /// Starts at `offset` of `source`, without reading.
    pub(super) fn new(source: Rc<dyn ReadAt>, offset: u64) -> Self {
        let unread = 0..0;
        Self { source, buffer: Vec::new(), unread, next: offset, piece: READ_FIRST, ended: false }
    }

    /// What is read.
    pub(super) fn source(&self) -> &Rc<dyn ReadAt> {
        &self.source
    }

    /// Offset in the source of the next byte to consume.
    pub(super) fn position(&self) -> u64 {
        self.next.saturating_sub(u64::try_from(self.unread.len()).unwrap_or(u64::MAX))
    }

    /// The bytes that can be consumed without a read.
    pub(super) fn available(&self) -> &[u8] {
        self.buffer.get(self.unread.clone()).unwrap_or(&[])
    }

    /// At least `least` bytes from here on without consuming them, or fewer
    /// where the source ends.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub(super) fn peek(&mut self, least: usize) -> Result<&[u8], Error> {
        while self.unread.len() < least && !self.ended {
            self.read()?;
        }
        Ok(self.available())
    }

    /// Goes on behind the next `count` available bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.unread.start = self.unread.start.saturating_add(count).min(self.unread.end);
    }

    /// Goes on behind the next `count` bytes, reading through them or jumping
    /// over them, whichever is quicker.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Error> {
        let end = self.position().saturating_add(count);
        while !self.ended && (1..=SKIP_READ_MAX).contains(&end.saturating_sub(self.next)) {
            self.consume(self.unread.len());
            self.read()?;
        }
        self.seek(end);
        Ok(())
    }

    /// Goes to `offset`. Bytes in between that were read are kept for use; a
    /// place outside of them is read anew, a little at first.
    pub(super) fn seek(&mut self, offset: u64) {
        let ahead =
            offset.checked_sub(self.position()).and_then(|ahead| usize::try_from(ahead).ok());
        match ahead {
            Some(ahead) if ahead <= self.unread.len() => self.consume(ahead),
            _ => {
                self.unread = 0..0;
                self.next = offset;
                self.piece = READ_FIRST;
                self.ended = false;
            }
        }
    }

    /// Whether the source has no byte left.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub(super) fn is_at_end(&mut self) -> Result<bool, Error> {
        Ok(self.peek(1)?.is_empty())
    }

    /// The range of the source that the next read will ask for.
    pub(super) fn next_read(&self) -> Range<u64> {
        self.next..(self.next / self.piece).saturating_add(1).saturating_mul(self.piece)
    }

    fn read(&mut self) -> Result<(), Error> {
        let range = self.next_read();
        let piece = range.end.saturating_sub(range.start);
        // No room for what a short source does not have.
        let there = self.source.size().map(|size| size.saturating_sub(range.start));
        let wanted = usize::try_from(there.map_or(piece, |there| piece.min(there))).unwrap_or(0);
        // To move much for little room would take longer than to decode it.
        let fits = self.unread.end.saturating_add(wanted) <= self.buffer.len();
        if !fits && self.unread.start >= self.unread.len() {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        let end = self.unread.end.saturating_add(wanted);
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        let room = self.buffer.get_mut(self.unread.end..end).unwrap_or(&mut []);
        let count = self.source.read_at(range.start, room)?;
        self.unread.end = self.unread.end.saturating_add(count);
        self.next = self.next.saturating_add(to_u64(count));
        self.ended = to_u64(count) < piece || piece == 0;
        self.piece = self.piece.saturating_mul(2).min(READ_MAX);
        Ok(())
    }
}

/// Adds `range` to `into` as reads that a trace names, cut at multiples of
/// their largest length.
pub(super) fn split_reads(range: Range<u64>, into: &mut Vec<Range<u64>>) {
    let mut at = range.start;
    for _ in 0..TRACE_MAX {
        if at >= range.end {
            break;
        }
        let end = (at / READ_MAX).saturating_add(1).saturating_mul(READ_MAX).min(range.end);
        into.push(at..end);
        at = end;
    }
}
