//! What is on the disks, as the module says that looks into them.

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::archive::Archive;
use super::looker::{DiskContents, Look, Thrown, Told};
use vma_inspector::archive::unit::DeviceId;

/// Bytes that are decoded in one call towards a place that is looked at, about.
const WORK_PER_STEP: u64 = 8 << 20;

#[wasm_bindgen]
impl Archive {
    /// Has `look` look into the disks from now on, while they are scanned as well. It
    /// gets the bytes of a disk, which it has to free, as far as they can be had, and
    /// returns what it can tell of them, or `undefined`.
    #[wasm_bindgen(js_name = setLook)]
    pub fn set_look(&self, look: Look) {
        self.looker().set(look);
    }

    /// Looks at what is on a disk, by a bounded amount of work; before the end of the
    /// scan, only at what that came by. Returns whether nothing is left to be done now.
    /// Throws a `VmaError`, or what the look threw.
    #[wasm_bindgen(js_name = diskContentsStep)]
    pub fn disk_contents_step(&mut self, device: u8) -> Result<bool, JsValue> {
        let Some(device) = DeviceId::new(device) else { return Ok(true) };
        let (passing, scan) = self.passing_and_scan();
        passing.step(scan, device, WORK_PER_STEP).map_err(|Thrown(thrown)| thrown)
    }

    /// What is known by now of what is on a disk.
    #[wasm_bindgen(js_name = diskContents)]
    pub fn disk_contents(&self, device: u8) -> DiskContents {
        let found = DeviceId::new(device).and_then(|id| self.passing().found(id));
        found
            .and_then(|Told(told)| told.clone())
            .unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into())
    }
}
