//! What comes through a pipe, as a source: it is read once, from front to back.

use core::cell::RefCell;
use core::ops::Range;
use std::collections::VecDeque;
use std::io::Read;

use super::waiting::is_tried_again;
use vma_inspector::source::{Error, ReadAt, every_byte_is_at_hand, to_u64, to_usize};

/// Bytes of the beginning that are kept: what tells what the file is, and the header.
const HEAD: usize = 8 << 20;

/// Bytes behind the place that was read last that are kept: to find the way on behind
/// damage goes back that far.
const BEHIND: usize = 64 << 20;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// A pipe, of which the beginning and what came last can be read again.
pub(crate) struct Piped {
    state: RefCell<State>,
}

struct State {
    pipe: Box<dyn Read>,
    head: Vec<u8>,
    /// What came last, up to `at`.
    last: VecDeque<u8>,
    at: u64,
    is_ended: bool,
}

impl Piped {
    /// Nothing of `pipe` is read yet.
    pub(crate) fn new(pipe: impl Read + 'static) -> Self {
        let state = State {
            pipe: Box::new(pipe),
            head: Vec::new(),
            last: VecDeque::new(),
            at: 0,
            is_ended: false,
        };
        Self { state: RefCell::new(state) }
    }
}

impl State {
    /// Reads on until `end` bytes came, or there are no more.
    fn read_to(&mut self, end: u64) -> Result<(), Error> {
        let mut piece = vec![0; PIECE];
        while self.at < end && !self.is_ended {
            let count = match self.pipe.read(&mut piece) {
                Err(error) if is_tried_again(&error) => continue,
                read => read.map_err(|e| Error::source_unreadable(self.at, e.to_string()))?,
            };
            self.is_ended = count == 0;
            let came = piece.get(..count).unwrap_or_default();
            let room = HEAD.saturating_sub(self.head.len());
            self.head.extend(came.iter().take(room));
            self.last.extend(came);
            let over = self.last.len().saturating_sub(BEHIND);
            self.last.drain(..over);
            self.at = self.at.saturating_add(to_u64(count));
        }
        Ok(())
    }

    /// Puts what is kept from `offset` on into `buffer`, which came in whole.
    fn copy(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let end = offset.saturating_add(to_u64(buffer.len()));
        if let Some(bytes) = self.head.get(to_usize(offset)..to_usize(end)) {
            buffer.copy_from_slice(bytes);
            return Ok(());
        }
        let kept = self.at.saturating_sub(to_u64(self.last.len()));
        let Some(from) = offset.checked_sub(kept).map(to_usize) else {
            let why = "what came through a pipe cannot be read twice: save it as a file first";
            return Err(Error::source_unreadable(offset, why.into()));
        };
        let bytes = self.last.range(from..from.saturating_add(buffer.len()));
        buffer.iter_mut().zip(bytes).for_each(|(into, byte)| *into = *byte);
        Ok(())
    }
}

impl ReadAt for Piped {
    fn size(&self) -> Option<u64> {
        let state = self.state.borrow();
        state.is_ended.then_some(state.at)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut state = self.state.borrow_mut();
        let end = offset.saturating_add(to_u64(buffer.len()));
        state.read_to(end)?;
        if offset >= state.at {
            return Ok(0);
        }
        let count = to_usize(state.at.min(end).saturating_sub(offset));
        state.copy(offset, buffer.get_mut(..count).unwrap_or_default())?;
        Ok(count)
    }

    every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, and before each of them nothing.
    struct Halting(std::io::Cursor<Vec<u8>>, bool);

    impl Read for Halting {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.1 = !self.1;
            let one = into.len().min(1);
            if self.1 {
                Err(std::io::ErrorKind::WouldBlock.into())
            } else {
                self.0.read(&mut into[..one])
            }
        }
    }

    #[test]
    fn a_pipe_whose_reads_do_not_wait_is_waited_for() {
        let piped = Piped::new(Halting(std::io::Cursor::new(b"0123456789".to_vec()), false));
        let mut buffer = [0; 20];
        assert_eq!(piped.read_at(0, &mut buffer), Ok(10));
        assert_eq!(&buffer[..10], b"0123456789");
        assert_eq!(piped.size(), Some(10));
    }

    #[test]
    fn the_beginning_and_what_came_last_can_be_read_again() {
        let bytes: Vec<u8> = (0..HEAD + BEHIND + 1_000_000).map(|at| (at % 251) as u8).collect();
        let piped = Piped::new(std::io::Cursor::new(bytes.clone()));
        let mut buffer = [0; 1000];
        let read = |at: usize, buffer: &mut [u8]| piped.read_at(at as u64, buffer);
        let end = bytes.len();
        assert_eq!(piped.size(), None);
        assert_eq!(read(end - 400, &mut buffer).unwrap(), 400);
        assert_eq!(buffer[..400], bytes[end - 400..]);
        assert_eq!(piped.size(), Some(end as u64));
        for at in [0, HEAD - 1000, end - BEHIND, end - 1000] {
            assert_eq!(read(at, &mut buffer).unwrap(), 1000);
            assert_eq!(buffer[..], bytes[at..at + 1000]);
        }
        assert_eq!(read(end, &mut buffer), Ok(0));
        assert_eq!(read(end + 1_000_000, &mut buffer), Ok(0));
        let error = read(HEAD + 1, &mut buffer).unwrap_err();
        assert!(error.to_string().contains("cannot be read twice"), "{error}");
    }
}
