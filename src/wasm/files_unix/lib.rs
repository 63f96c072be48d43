//! The module that reads files in ext2, ext3, ext4, XFS and btrfs.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]

use vma_inspector::file_system::open_unix;
use vma_inspector::files::guest::LINUX;
use vma_wasm::SourceBytes;
use vma_wasm_files::Volume;
use wasm_bindgen::prelude::wasm_bindgen;

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}

/// Area number `area` of the first of `disks`, as `DiskContents` lists them, or its volume
/// number `logical`, for which the other disks of the machine follow. Nothing is read yet.
#[wasm_bindgen(js_name = volumeOf)]
#[must_use]
pub fn volume_of(disks: Vec<SourceBytes>, area: u32, logical: Option<u32>) -> Volume {
    Volume::new(disks, area, logical, open_unix, &LINUX)
}
