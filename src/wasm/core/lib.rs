//! The first module: opens, scans and judges an archive, and reads its disks.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod ahead;
mod archive;
mod bytes;
mod container;
mod disk_bytes;
mod disk_contents;
mod doubt;
mod facts;
mod foreign;
mod kept;
mod looker;
mod parts;
mod picture;
mod placed;
mod places;
mod report;
mod restore;
mod source;
mod summary;
mod thrown;
mod unpacked;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}
