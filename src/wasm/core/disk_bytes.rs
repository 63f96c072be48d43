//! A disk for the module that makes files.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::BigUint64Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::source_bytes::{SourceBytes, array};
use vma_inspector::image::{DiskImage, Fill};
use vma_inspector::source::ReadAt;
use vma_wasm::{DoubtTaken, doubt_of};

/// A disk, as it is saved by another module: without a gap, what is lost is made up.
#[wasm_bindgen]
pub struct DiskBytes {
    image: Rc<dyn DiskImage>,
    room: Rc<RefCell<Vec<u8>>>,
}

#[wasm_bindgen]
impl DiskBytes {
    /// Its bytes.
    pub fn bytes(&self) -> SourceBytes {
        let bytes: Rc<dyn ReadAt> = Rc::<dyn DiskImage>::clone(&self.image);
        SourceBytes::new(bytes, Rc::clone(&self.room))
    }

    /// What of it has to be stored, from byte `from` on, `max` stretches at most: where
    /// each starts and ends.
    pub fn stored(&self, from: u64, max: u32) -> BigUint64Array {
        let stored = self.image.stored(from, usize::try_from(max).unwrap_or(usize::MAX));
        array(stored.iter().flat_map(|range| [range.start, range.end]))
    }
}

#[wasm_bindgen]
impl Archive {
    /// A disk for the module that makes files, as far as the scan has come; with
    /// `marked`, what is missing reads as a text that says so, and not as zeros. With
    /// `anew` it is going to be read from its start for a file or a hash: then what was
    /// kept of the container is forgotten, so that its checksums are compared again.
    /// `undefined` for a device that is none.
    #[wasm_bindgen(js_name = diskBytes)]
    pub fn disk_bytes(
        &self,
        device: u8,
        doubt: DoubtTaken,
        marked: bool,
        anew: bool,
    ) -> Result<Option<DiskBytes>, JsValue> {
        let doubt = doubt_of(Some(doubt))?;
        if anew {
            self.contents().begin_anew();
        }
        let fill = if marked { Fill::Pattern } else { Fill::Zeros };
        let image = self.image(device).map(|image| image.with_doubt(doubt).filled(fill));
        Ok(image.map(|image| DiskBytes { image: Rc::new(image), room: Rc::clone(&self.room) }))
    }
}
