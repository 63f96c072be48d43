//! The second module: makes files for other programs of what the first reads.

mod appliance;
mod backup;
mod choices;
mod image_hash;
mod js_image;
mod placement;
mod stream;
mod thrown;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");
