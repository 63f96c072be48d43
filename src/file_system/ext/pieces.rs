//! Pieces of the source that were read ahead.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use vma_source::to_usize;

/// Bytes that are kept.
const KEPT_MAX: usize = 8 << 20;

/// Pieces by where they start in the source, the newest in front.
#[derive(Default)]
pub(super) struct Pieces {
    kept: RefCell<VecDeque<(u64, Rc<[u8]>)>>,
}

impl Pieces {
    /// Fills `buffer` with the bytes from `place` on, if they were read ahead.
    pub(super) fn read(&self, place: u64, buffer: &mut [u8]) -> bool {
        let kept = self.kept.borrow();
        let found = kept.iter().find_map(|(start, piece)| {
            let into = to_usize(place.checked_sub(*start)?);
            piece.get(into..)?.get(..buffer.len())
        });
        found.map(|bytes| buffer.copy_from_slice(bytes)).is_some()
    }

    /// Keeps what was read from `start` on.
    pub(super) fn keep(&self, start: u64, piece: Vec<u8>) {
        let mut kept = self.kept.borrow_mut();
        kept.push_front((start, piece.into()));
        let mut bytes = 0_usize;
        kept.retain(|(_, piece)| {
            bytes = bytes.saturating_add(piece.len());
            bytes <= KEPT_MAX
        });
    }
}
