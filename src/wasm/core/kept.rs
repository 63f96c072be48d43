//! A scan as bytes, to be kept, and taken again.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::thrown::thrown;
use vma_inspector::scan::kept;
use vma_inspector::source::ReadAt;

/// Bytes of contents, about.
const UNPACKED_PER_CALL: u64 = 8 << 20;

#[wasm_bindgen]
impl Archive {
    /// The finished scan as bytes, to keep; `undefined` if it is not finished
    /// or has findings.
    #[wasm_bindgen(js_name = scanToKeep)]
    pub fn scan_to_keep(&self) -> Option<Vec<u8>> {
        kept::to_bytes(self.opened(), self.scan(), self.prediction().accepts())
    }

    /// Takes a scan that was kept for this archive in place of a new one;
    /// returns whether it fits.
    #[wasm_bindgen(js_name = takeKeptScan)]
    pub fn take_kept_scan(&mut self, bytes: &[u8]) -> bool {
        let kept = kept::from_bytes(self.opened(), bytes);
        let fits = kept.is_some();
        if let Some(kept) = kept {
            self.go_on_from(kept);
        }
        fits
    }

    /// Unpacks a bounded amount on the way to the end of everything, so that all
    /// checksums are compared; returns whether it is there. Throws a `VmaError`.
    #[wasm_bindgen(js_name = unpackOn)]
    pub fn unpack_on(&self) -> Result<bool, JsValue> {
        let approached = self.contents().approach(u64::MAX..u64::MAX, UNPACKED_PER_CALL);
        approached.map_err(|error| thrown(&error))
    }

    /// Whether nothing that was read since speaks against the scan that was taken.
    #[wasm_bindgen(js_name = keptScanHolds)]
    pub fn kept_scan_holds(&self) -> bool {
        self.scan().holds()
    }
}
