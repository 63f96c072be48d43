//! A disk that the first module reads, as an image of this one.

use core::ops::Range;

use js_sys::BigUint64Array;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::image::DiskImage;
use vma_inspector::source::{Error, Gap, ReadAt};
use vma_wasm::Below;
use vma_wasm::{JsSource, SourceBytes, ranges};

#[wasm_bindgen]
extern "C" {
    /// A `DiskBytes` of the first module.
    #[wasm_bindgen(typescript_type = "DiskBytes")]
    pub type DiskBytes;

    #[wasm_bindgen(method)]
    fn bytes(this: &DiskBytes) -> SourceBytes;

    #[wasm_bindgen(method)]
    fn stored(this: &DiskBytes, from: u64, max: u32) -> BigUint64Array;

    #[wasm_bindgen(method)]
    fn free(this: &DiskBytes);
}

/// A disk that another module reads. What it says of itself is passed on as it is.
pub(super) struct JsImage {
    disk: DiskBytes,
    bytes: JsSource,
}

impl JsImage {
    pub(super) fn new(disk: DiskBytes, below: Below) -> Self {
        let bytes = JsSource::new(disk.bytes(), below);
        Self { disk, bytes }
    }
}

impl Drop for JsImage {
    fn drop(&mut self) {
        self.disk.free();
    }
}

impl ReadAt for JsImage {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.bytes.read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.bytes.gap(range)
    }

    vma_inspector::source::as_quick_as!(bytes);
}

impl DiskImage for JsImage {
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        ranges(&self.disk.stored(from, u32::try_from(max).unwrap_or(u32::MAX)))
    }
}
