//! What bytes in doubt are taken for, as JavaScript says it.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::image::Doubt;

#[wasm_bindgen]
extern "C" {
    /// What bytes in doubt are taken for.
    #[wasm_bindgen(typescript_type = "DoubtTaken")]
    pub type DoubtTaken;
}

/// What bytes in doubt are taken for: what they are, unless something else is said.
pub fn doubt_of(taken: Option<DoubtTaken>) -> Result<Doubt, JsValue> {
    let Some(taken) = taken else { return Ok(Doubt::AsItIs) };
    match JsValue::from(taken).as_string().as_deref() {
        Some("as-it-is") => Ok(Doubt::AsItIs),
        Some("as-lost") => Ok(Doubt::AsLost),
        _ => Err(js_sys::Error::new("doubt is taken as-it-is or as-lost").into()),
    }
}
