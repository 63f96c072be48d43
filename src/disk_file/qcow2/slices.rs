//! Slices of tables that were read last.

use core::cell::RefCell;
use std::rc::Rc;

/// Bytes of a slice; of a smaller table, all of it.
pub(super) const SLICE: u64 = 16 << 10;
/// Slices that are kept: 2 MiB.
const KEPT: usize = 128;

/// By where each begins in the file, the latest last; an empty one cannot be had.
#[derive(Default)]
pub(super) struct Slices(RefCell<Vec<(u64, Rc<[u8]>)>>);

impl Slices {
    pub(super) fn get(&self, start: u64) -> Option<Rc<[u8]>> {
        let mut kept = self.0.borrow_mut();
        let at = kept.iter().rposition(|(at, _)| *at == start)?;
        if at.saturating_add(1) < kept.len() {
            let found = kept.remove(at);
            kept.push(found);
        }
        kept.last().map(|(_, bytes)| Rc::clone(bytes))
    }

    pub(super) fn keep(&self, start: u64, bytes: Rc<[u8]>) -> Rc<[u8]> {
        let mut kept = self.0.borrow_mut();
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((start, Rc::clone(&bytes)));
        bytes
    }
}
