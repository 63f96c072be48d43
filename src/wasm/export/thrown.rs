//! What is thrown where a file cannot be made.

use wasm_bindgen::JsValue;

use vma_inspector::export::disk::Refusal;
use vma_wasm::vma_error;

/// What a format refuses, to throw.
pub(super) fn refused(refusal: &Refusal) -> JsValue {
    vma_error(&refusal.to_string(), refusal.code(), "image", None)
}
