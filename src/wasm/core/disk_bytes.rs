//! A disk for the module that makes files.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use vma_inspector::image::Fill;
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm_bytes::DiskBytes;

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
        Ok(image.map(|image| DiskBytes::new(Rc::new(image), Rc::clone(&self.room))))
    }
}
