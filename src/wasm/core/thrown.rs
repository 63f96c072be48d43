//! What the core throws of its errors.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::foreign::foreign;
use vma_inspector::source::Error;
use vma_wasm::vma_error;

/// An error, to throw: also what the file is, if that is something else that is known.
pub(super) fn thrown(error: &Error) -> JsValue {
    let thrown = vma_error(&error.to_string(), error.code(), error.part().name(), error.offset());
    if let Some(found) = foreign(error) {
        // Setting a property of a fresh error cannot fail.
        let _ = Reflect::set(&thrown, &"foreign".into(), &found);
    }
    thrown
}
