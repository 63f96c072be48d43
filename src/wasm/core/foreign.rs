//! What a file is that holds no archive, as a JavaScript object.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::source::{Error, ErrorKind, Foreign, Member};
use vma_wasm::{Fields, list};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("foreign.ts");

/// What `error` says that the file is; `None` if that is not known.
pub(super) fn foreign(error: &Error) -> Option<JsValue> {
    let ErrorKind::Foreign { found, packed_by } = error.kind() else { return None };
    let packed_by: js_sys::Array = packed_by.iter().map(|&name| JsValue::from(name)).collect();
    let inner = match found {
        Foreign::PackedAgain { by } => Some(*by),
        _ => None,
    };
    let members = found.members().map_or(JsValue::NULL, |members| {
        Fields::default()
            .with("list", list(&members.list, member))
            .with("isAll", members.is_all)
            .into()
    });
    let zeros = match *found {
        Foreign::Zeros { start, places, is_all } => Fields::default()
            .count("start", start)
            .count("places", places)
            .with("isAll", is_all)
            .into(),
        _ => JsValue::NULL,
    };
    let fields = Fields::default()
        .with("kind", found.code())
        .with("packedBy", packed_by)
        .text("inner", inner)
        .with("members", members)
        .with("zeros", zeros);
    Some(fields.into())
}

fn member(member: &Member) -> Fields {
    Fields::default().with("name", member.name.as_str()).count("size", member.size)
}
