//! How a disk can be written.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backup::{Backup, Reading};
use vma_inspector::export::disk::{DiskFormat, Refusal, StreamFormat};
use vma_inspector::source::ReadAt;
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// How a disk can be written, and how large it is then.
    #[wasm_bindgen(typescript_type = "FormatChoice[]")]
    pub type FormatChoices;
}

#[wasm_bindgen]
impl Backup {
    /// How a disk can be written: each format with the exact size of its file,
    /// or the most it can be, or why it cannot be.
    pub fn formats(&self, device: u8) -> Result<FormatChoices, JsValue> {
        let disk = self.disk(device, Reading::default())?;
        let Some((_, disk)) = disk else { return Ok(JsValue::from(Array::new()).into()) };
        let files = DiskFormat::ALL.map(|format| {
            let size = disk.file(format).map(|file| file.size().unwrap_or_default());
            choice(format.code(), format.extension(), size, true)
        });
        let streams = StreamFormat::ALL.map(|format| {
            let stream = disk.stream(format);
            let exact = stream.as_ref().is_ok_and(|stream| stream.size().is_some());
            let size = stream.map(|stream| stream.size_max());
            choice(format.code(), format.extension(), size, exact)
        });
        let all = files.into_iter().chain(streams);
        Ok(JsValue::from(list(all, |fields| fields)).into())
    }
}

fn choice(code: &str, extension: &str, size: Result<u64, Refusal>, exact: bool) -> Fields {
    let refusal = size.err().map(|refusal| refusal.to_string());
    Fields::default()
        .with("code", code)
        .with("extension", extension)
        .count_or_null("size", size.ok())
        .with("exact", exact)
        .text("refusal", refusal.as_deref())
}
