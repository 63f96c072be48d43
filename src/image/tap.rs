//! What passes when an image is read, for whoever wants to see it too.
//!
//! A hash over a disk can so be made while the disk is being saved, in whatever
//! format: every stored byte of it passes once, in order.

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use super::disk_image::DiskImage;
use crate::source::{Error, Gap, ReadAt};

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
    fn pass(&self, offset: u64, bytes: &[u8]) {
        let mut passed = self.0.borrow_mut();
        match passed.last_mut() {
            Some(last) if last.end() == offset => last.bytes.extend_from_slice(bytes),
            _ => passed.push(Passed { offset, bytes: bytes.to_vec() }),
        }
    }
}

/// An image of which a [`Tap`] gets to see what is read.
pub struct Tapped {
    image: Rc<dyn DiskImage>,
    tap: Tap,
}

impl Tapped {
    /// The bytes of `image`, which `tap` gets to see.
    #[must_use]
    pub fn new(image: Rc<dyn DiskImage>, tap: Tap) -> Self {
        Self { image, tap }
    }
}

impl ReadAt for Tapped {
    fn size(&self) -> Option<u64> {
        self.image.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.image.read_at(offset, buffer)?;
        self.tap.pass(offset, buffer.get(..count).unwrap_or(buffer));
        Ok(count)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.image.gap(range)
    }

    crate::source::as_quick_as!(image);
}

impl DiskImage for Tapped {
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        self.image.stored(from, max)
    }
}
