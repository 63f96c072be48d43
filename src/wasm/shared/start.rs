//! What a module does when it is loaded.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

/// Has a panic, which is a fault of this program, be printed before the instance ends.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&format!("vma-inspector: {info}").into());
    }));
}
