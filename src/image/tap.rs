//! What passes when an image is read, for whoever wants to see it too.
//!
//! A hash over a disk can so be made while the disk is being saved, in whatever
//! format: every stored byte of it passes once, in order.

use core::cell::RefCell;
use std::rc::Rc;

/// Bytes of an image that passed, and where they belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Where they start in the image, in bytes.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Passed {
    fn end(&self) -> u64 {
        self.offset.saturating_add(u64::try_from(self.bytes.len()).unwrap_or(u64::MAX))
    }
}

/// Collects what passes until it is [taken](Self::take). Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Tap(Rc<RefCell<Vec<Passed>>>);

impl Tap {
    /// What passed since the last call, in the order it did.
    #[must_use]
    pub fn take(&self) -> Vec<Passed> {
        core::mem::take(&mut self.0.borrow_mut())
    }

    /// Notes that `bytes` passed, which start at `offset` of the image.
    pub(crate) fn pass(&self, offset: u64, bytes: &[u8]) {
        let mut passed = self.0.borrow_mut();
        match passed.last_mut() {
            Some(last) if last.end() == offset => last.bytes.extend_from_slice(bytes),
            _ => passed.push(Passed { offset, bytes: bytes.to_vec() }),
        }
    }
}
