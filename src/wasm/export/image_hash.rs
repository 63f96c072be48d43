//! The hash of a disk.

use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::export::disk_hash::DiskHash;
use vma_wasm::{from_number, number};

/// Zeros that one call hashes: some tens of milliseconds.
const ZEROS_PER_CALL: u64 = 16 << 20;

/// SHA-256 of a disk, made from parts of it that are passed in order; gaps
/// are zeros.
#[wasm_bindgen]
pub struct ImageHash(DiskHash);

#[wasm_bindgen]
impl ImageHash {
    /// Nothing hashed yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Self {
        Self(DiskHash::new())
    }

    /// Bytes of the disk that are hashed.
    pub fn at(&self) -> f64 {
        number(self.0.at())
    }

    /// Hashes a bounded number of zeros on the way to `end`; returns whether
    /// it got there.
    #[wasm_bindgen(js_name = zerosTo)]
    pub fn zeros_to(&mut self, end: f64) -> bool {
        self.0.zeros_to(from_number(end), ZEROS_PER_CALL)
    }

    /// Hashes bytes that start at `offset`; returns false if there is a gap
    /// before them.
    pub fn pass(&mut self, offset: f64, bytes: &[u8]) -> bool {
        self.0.pass(from_number(offset), bytes)
    }

    /// What is hashed so far, as 64 hex digits.
    pub fn hex(&self) -> String {
        self.0.hex()
    }
}
