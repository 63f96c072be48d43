//! The module of a thread that unpacks ahead of the first module: blocks that depend on
//! nothing but their own bytes.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::container::run_bytes;

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}

/// Does the task whose bytes `task` are, as the first module gave them, and puts the bytes of
/// what comes of it into `into`. Returns how many these are: 0 of what is no task, and where
/// `into` has too little room.
#[wasm_bindgen]
pub fn run(task: &Uint8Array, into: &Uint8Array) -> u32 {
    let done = run_bytes(task.to_vec());
    let count = u32::try_from(done.len()).unwrap_or(u32::MAX);
    if count > into.length() {
        return 0;
    }
    into.subarray(0, count).copy_from(&done);
    count
}
