//! What the page, the Worker and Node see of the core. Only here JavaScript's
//! types are named, and only here numbers are narrowed to what it counts with.

mod appliance;
mod archive;
mod container;
mod doubt;
mod doubt_taken;
mod export;
mod foreign;
mod image_hash;
mod kept;
mod object;
mod parts;
mod picture;
mod placement;
mod places;
mod report;
mod restore;
mod room;
mod source;
mod summary;
mod vma_error;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// Prints a panic, which is a fault of this program, before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&format!("vma-inspector: {info}").into());
    }));
}
