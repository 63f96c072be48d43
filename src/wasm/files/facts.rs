//! What a file system tells, as JavaScript objects.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use super::json;
use vma_inspector::file_system::{Fault, Name};
use vma_inspector::files::{Hit, Missed};
use vma_wasm::{Fields, list};

pub(super) fn name(name: &Name) -> Fields {
    let text = String::from_utf8_lossy(&name.0);
    let is_all = core::str::from_utf8(&name.0).is_ok();
    let bytes = if is_all { JsValue::NULL } else { Uint8Array::from(name.0.as_slice()).into() };
    Fields::default().with("text", &*text).with("bytes", bytes)
}

pub(super) fn fault(fault: &Fault) -> Fields {
    Fields::default().with("code", fault.kind.code()).with("about", fault.about.as_str())
}

pub(super) fn missed(missed: &Missed) -> Fields {
    Fields::default().with("path", missed.path.as_str()).with("fault", fault(&missed.fault))
}

/// What `make` makes of a value, or `null`.
pub(super) fn or_null<Value>(value: Option<Value>, make: impl FnOnce(Value) -> Fields) -> JsValue {
    value.map_or(JsValue::NULL, |value| make(value).into())
}

pub(super) fn hit(hit: &Hit) -> Fields {
    Fields::default().with("path", list(&hit.path, name)).with("entry", json::entry(&hit.found))
}
