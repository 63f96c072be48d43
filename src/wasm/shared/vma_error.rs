//! What the core throws: an `Error` with the name `VmaError`, a code, the part it came
//! up in and where in that.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::object::number;

/// An error, to throw.
pub fn vma_error(message: &str, code: &str, part: &str, offset: Option<u64>) -> JsValue {
    let thrown = js_sys::Error::new(message);
    thrown.set_name("VmaError");
    let set = |key: &str, value: JsValue| Reflect::set(&thrown, &key.into(), &value);
    // Setting a property of a fresh error cannot fail.
    let _ = set("code", code.into());
    let _ = set("part", part.into());
    let _ = set("offset", offset.map_or(JsValue::NULL, |at| number(at).into()));
    thrown.into()
}
