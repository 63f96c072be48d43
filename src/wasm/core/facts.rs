//! What who makes files of an archive has to know of it, as plain data.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use vma_inspector::archive::header::{Config, Device};
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// What who makes files has to know.
    #[wasm_bindgen(typescript_type = "BackupFacts")]
    pub type BackupFacts;
}

#[wasm_bindgen]
impl Archive {
    /// What the module that makes files has to know of the archive as it is now.
    pub fn facts(&self) -> BackupFacts {
        let header = self.header();
        let fields = Fields::default()
            .with("uuid", Uint8Array::from(header.uuid().as_bytes().as_slice()))
            .with("ctime", header.ctime())
            .with("configs", list(header.configs(), config))
            .with("devices", list(header.devices(), device));
        JsValue::from(fields).into()
    }
}

fn config(config: &Config) -> Fields {
    Fields::default()
        .with("name", config.name.as_str())
        .with("data", Uint8Array::from(config.data.as_slice()))
}

fn device(device: &Device) -> Fields {
    Fields::default()
        .with("id", device.id.get())
        .with("name", device.name.as_str())
        .with("size", device.size)
}
