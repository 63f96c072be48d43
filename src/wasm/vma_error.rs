//! What the core throws: an `Error` with the name `VmaError`, a code, the part it came
//! up in and where in that; and what the file is, if that is something else that is known.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::foreign::foreign;
use super::object::number;
use crate::export::disk::Refusal;
use crate::source::Error;

/// An error, to throw.
pub(super) fn thrown(error: &Error) -> JsValue {
    let thrown = vma_error(&error.to_string(), error.code(), error.part().name(), error.offset());
    if let Some(found) = foreign(error) {
        // Nor can this.
        let _ = Reflect::set(&thrown, &"foreign".into(), &found);
    }
    thrown
}

/// What a format refuses, to throw.
pub(super) fn refused(refusal: &Refusal) -> JsValue {
    vma_error(&refusal.to_string(), refusal.code(), "image", None)
}

fn vma_error(message: &str, code: &str, part: &str, offset: Option<u64>) -> JsValue {
    let thrown = js_sys::Error::new(message);
    thrown.set_name("VmaError");
    let set = |key: &str, value: JsValue| Reflect::set(&thrown, &key.into(), &value);
    // Setting a property of a fresh error cannot fail.
    let _ = set("code", code.into());
    let _ = set("part", part.into());
    let _ = set("offset", offset.map_or(JsValue::NULL, |at| number(at).into()));
    thrown.into()
}
