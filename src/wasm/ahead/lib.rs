//! The module of a thread that unpacks ahead of the first module: blocks that depend on
//! nothing but their own bytes. It holds nothing between two of them.

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

/// Does tasks, one after the other.
#[wasm_bindgen]
#[derive(Default)]
pub struct Hand {
    task: Vec<u8>,
    done: Vec<u8>,
}

#[wasm_bindgen]
impl Hand {
    /// One that has done nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does the task whose bytes `task` are, as the first module gave them, and puts the
    /// bytes of what comes of it into `into`. Returns how many these are: 0 of what is no
    /// task, and where `into` has too little room.
    pub fn run(&mut self, task: &Uint8Array, into: &Uint8Array) -> u32 {
        let length = usize::try_from(task.length()).unwrap_or(0);
        self.task.resize(length, 0);
        task.copy_to(&mut self.task);
        let count = run_bytes(&self.task, &mut self.done);
        let Ok(count) = u32::try_from(count) else { return 0 };
        if count > into.length() {
            return 0;
        }
        let Some(done) = usize::try_from(count).ok().and_then(|count| self.done.get(..count))
        else {
            return 0;
        };
        into.subarray(0, count).copy_from(done);
        count
    }
}
