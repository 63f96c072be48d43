//! The window: what was decoded last, as far back as blocks may copy from
//! (§ 3.1.1.1.2).
//!
//! A ring of bytes in which every block lies in one piece: where there is no room for
//! one up to the end, the next *lap* starts at the front, and what is left of the lap
//! before is *older*.

use core::ops::Range;

use crate::BLOCK_MAX;
use crate::marks::Marks;

/// Bytes behind a block that may be written and count for nothing.
pub(crate) const SLACK: usize = 32;

/// Bytes that a block has room for.
const ROOM: usize = BLOCK_MAX + SLACK;

/// The last bytes that were decoded. It takes memory as it fills.
#[derive(Default)]
pub struct Window {
    pub(crate) buffer: Vec<u8>,
    /// How far back blocks may copy from.
    pub(crate) size: usize,
    /// Where the next byte goes.
    pub(crate) at: usize,
    /// Where the older lap ends; 0 if there is none.
    pub(crate) older: usize,
    /// Bytes before `at` that are there, up to `size`.
    pub(crate) reach: usize,
    /// Whether what lies before these is there and unknown; otherwise nothing is.
    pub(crate) is_past_unknown: bool,
    /// Which bytes are unknown, if that is followed.
    pub(crate) marks: Option<Marks>,
    /// Bytes since the last one that is unknown.
    known: usize,
    /// The last block.
    last: Range<usize>,
}

impl Window {
    /// Empties it, for a frame with a window of `size` bytes.
    pub(crate) fn start(&mut self, size: usize) {
        self.size = size;
        (self.at, self.older, self.reach, self.known, self.last) = (0, 0, 0, 0, 0..0);
        (self.is_past_unknown, self.marks) = (false, None);
    }

    /// Follows from here on what is unknown, which nothing is that is here.
    pub(crate) fn follow(&mut self) {
        let mut marks = Marks::default();
        marks.grow(self.buffer.len());
        self.marks = Some(marks);
        self.known = self.reach;
    }

    /// Bytes that a block comes to at most (§ 3.1.1.2.4).
    #[must_use]
    pub fn block_max(&self) -> usize {
        self.size.min(BLOCK_MAX)
    }

    /// Bytes that it lacks before it, from which blocks copy all the same.
    pub(crate) fn is_settled(&self) -> bool {
        self.known >= self.size
    }

    /// The last block.
    #[must_use]
    pub fn last(&self) -> &[u8] {
        self.buffer.get(self.last.clone()).unwrap_or(&[])
    }

    /// Makes room for a block at [`at`](Self::at).
    pub(crate) fn make_room(&mut self) {
        let most = self.size.saturating_add(ROOM.saturating_mul(2));
        let mut end = self.at.saturating_add(ROOM);
        if end > most {
            (self.older, self.at) = (self.at, 0);
            end = ROOM;
        }
        if end > self.buffer.len() {
            let doubled = self.buffer.len().saturating_mul(2).min(most);
            self.buffer.resize(end.max(doubled), 0);
        }
        if let Some(marks) = &mut self.marks {
            marks.grow(self.buffer.len());
        }
    }

    /// Takes the `count` bytes from [`at`](Self::at) on as a block.
    pub(crate) fn take(&mut self, count: usize) {
        let end = self.at.saturating_add(count);
        self.last = self.at..end;
        self.reach = self.reach.saturating_add(count).min(self.size);
        self.known = self.known.saturating_add(count);
        if let Some(marks) = &self.marks {
            let mut parts = Vec::new();
            marks.parts(self.last.clone(), &mut parts);
            if let Some(part) = parts.last() {
                self.known = count.saturating_sub(part.end);
            }
        }
        self.at = end;
    }

    /// The parts of the last block that are unknown, counted from its start.
    pub(crate) fn unknown(&self, into: &mut Vec<Range<usize>>) {
        if let Some(marks) = &self.marks {
            marks.parts(self.last.clone(), into);
        }
    }

    /// Appends `bytes` as they are, at most [`BLOCK_MAX`].
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let count = self.put(bytes.len(), false, |room| room.copy_from_slice(bytes));
        self.take(count);
    }

    /// Appends `byte`, `count` times, at most [`BLOCK_MAX`].
    pub(crate) fn push_repeated(&mut self, byte: u8, count: usize) {
        let count = self.put(count, false, |room| room.fill(byte));
        self.take(count);
    }

    /// Appends any number of bytes that were decoded before; those in `unknown` are
    /// unknown, where that is followed.
    pub(crate) fn push_history(&mut self, bytes: &[u8], unknown: &[Range<usize>]) {
        let mut start = 0_usize;
        for piece in bytes.chunks(BLOCK_MAX) {
            let end = start.saturating_add(piece.len());
            self.put(piece.len(), false, |room| room.copy_from_slice(piece));
            for part in unknown {
                let part = part.start.max(start)..part.end.min(end);
                let place = |at: usize| at.wrapping_sub(start).wrapping_add(self.at);
                if let Some(marks) = self.marks.as_mut().filter(|_| !part.is_empty()) {
                    marks.set(place(part.start)..place(part.end), true);
                }
            }
            self.take(piece.len());
            start = end;
        }
    }

    fn put(&mut self, count: usize, is_unknown: bool, put: impl FnOnce(&mut [u8])) -> usize {
        self.make_room();
        let range = self.at..self.at.saturating_add(count.min(BLOCK_MAX));
        if let Some(room) = self.buffer.get_mut(range.clone()) {
            put(room);
        }
        if let Some(marks) = &mut self.marks {
            marks.set(range.clone(), is_unknown);
        }
        range.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_memory_as_it_fills_and_no_more_than_the_window_and_two_blocks() {
        let mut window = Window::default();
        window.start(1 << 20);
        assert_eq!(window.buffer.len(), 0);
        window.push(&[1]);
        assert!(window.buffer.len() <= ROOM);
        for number in 0..100 {
            window.push_repeated(number, BLOCK_MAX);
            assert_eq!(window.last(), vec![number; BLOCK_MAX]);
            assert!(window.buffer.len() <= (1 << 20) + 2 * ROOM);
        }
        assert_eq!(window.reach, 1 << 20);
    }
}
