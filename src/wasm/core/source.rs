//! A source whose bytes JavaScript reads: a `File` in a Worker, a file
//! descriptor in Node.

use core::ops::Range;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::source::{Error, ReadAt};
use vma_wasm::{from_number, number};

#[wasm_bindgen]
extern "C" {
    /// An object with `size` and `read`, as `types.ts` describes it.
    #[wasm_bindgen(typescript_type = "Source")]
    pub type Source;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Source) -> f64;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Source, offset: f64, length: f64) -> Result<Uint8Array, JsValue>;
}

/// A [`Source`] as the lowest [`ReadAt`].
pub(super) struct JsSource {
    source: Source,
    size: u64,
}

impl JsSource {
    pub(super) fn new(source: Source) -> Self {
        let size = from_number(source.size());
        Self { source, size }
    }
}

impl ReadAt for JsSource {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let length = u64::try_from(wanted).unwrap_or(u64::MAX);
        let bytes = self
            .source
            .read(number(offset), number(length))
            .map_err(|reason| error_of(offset, &reason))?;
        let there = usize::try_from(bytes.length()).unwrap_or(0);
        match buffer.get_mut(..wanted) {
            Some(buffer) if there == wanted => bytes.copy_to(buffer),
            _ => return Err(Error::source_shrank(offset)),
        }
        Ok(wanted)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range.start.min(self.size)..range.end.min(self.size));
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

fn error_of(offset: u64, reason: &JsValue) -> Error {
    let text = |key: &str| Reflect::get(reason, &key.into()).ok().and_then(|v| v.as_string());
    match text("name") {
        Some(name) if name == "SourceShrank" => Error::source_shrank(offset),
        name => {
            let said = [name, text("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
            Error::source_unreadable(offset, said)
        }
    }
}
