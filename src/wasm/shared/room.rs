//! Bytes on their way into arrays that JavaScript gives.

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::object::Fields;
use vma_inspector::archive::unit::DeviceId;

#[wasm_bindgen]
extern "C" {
    /// Bytes of a disk and where they belong.
    #[wasm_bindgen(typescript_type = "ImageBytes[]")]
    pub type ImageBytesList;
    /// Gives room for bytes.
    #[wasm_bindgen(typescript_type = "Room")]
    pub type Room;
}

/// Bytes of a disk from `offset` on, as an `ImageBytes`.
#[must_use]
pub fn image_bytes(device: DeviceId, offset: u64, bytes: Uint8Array) -> Fields {
    Fields::default().with("deviceId", device.get()).count("offset", offset).with("bytes", bytes)
}

/// Copies `bytes` into an array that `room` gives, or into a new one if that
/// has another length.
pub fn put_into(room: &Room, bytes: &[u8]) -> Uint8Array {
    let length = JsValue::from(bytes.len());
    let given = room.unchecked_ref::<Function>().call1(&JsValue::UNDEFINED, &length);
    let given = given.ok().and_then(|given| given.dyn_into::<Uint8Array>().ok());
    match given.filter(|given| usize::try_from(given.length()) == Ok(bytes.len())) {
        Some(array) => {
            array.copy_from(bytes);
            array
        }
        None => Uint8Array::from(bytes),
    }
}
