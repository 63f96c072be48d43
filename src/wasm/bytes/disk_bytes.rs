//! A disk for the module that makes files.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::BigUint64Array;
use wasm_bindgen::prelude::wasm_bindgen;

use super::source_bytes::{SourceBytes, array};
use vma_inspector::image::DiskImage;
use vma_inspector::source::ReadAt;
use vma_wasm::Below;

/// A disk, as it is saved by another module: without a gap, what is lost is made up.
#[wasm_bindgen]
pub struct DiskBytes {
    image: Rc<dyn DiskImage>,
    room: Rc<RefCell<Vec<u8>>>,
    below: Below,
}

impl DiskBytes {
    /// A disk, and what its bytes are read into on their way out.
    #[must_use]
    pub fn new(image: Rc<dyn DiskImage>, room: Rc<RefCell<Vec<u8>>>) -> Self {
        Self { image, room, below: Below::default() }
    }

    /// The same over another module: what that throws is thrown on as it is.
    #[must_use]
    pub fn over(self, below: Below) -> Self {
        Self { below, ..self }
    }
}

#[wasm_bindgen]
impl DiskBytes {
    /// Its bytes.
    pub fn bytes(&self) -> SourceBytes {
        let bytes: Rc<dyn ReadAt> = Rc::<dyn DiskImage>::clone(&self.image);
        SourceBytes::new(bytes, Rc::clone(&self.room)).over(self.below.clone())
    }

    /// What of it has to be stored, from byte `from` on, `max` stretches at most: where
    /// each starts and ends.
    pub fn stored(&self, from: u64, max: u32) -> BigUint64Array {
        let stored = self.image.stored(from, usize::try_from(max).unwrap_or(usize::MAX));
        array(stored.iter().flat_map(|range| [range.start, range.end]))
    }
}
