//! The module that reads files in NTFS, FAT, exFAT and ISO 9660.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]

use vma_inspector::file_system::open_others;
use vma_inspector::files::guest::WINDOWS;
use vma_wasm_files::{Volume, VolumeLocating};
use wasm_bindgen::prelude::wasm_bindgen;

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}

/// The file system that `locating` finds. Nothing is read yet.
#[wasm_bindgen(js_name = volumeOf)]
#[must_use]
pub fn volume_of(locating: VolumeLocating) -> Volume {
    Volume::new(locating, open_others, &WINDOWS)
}
