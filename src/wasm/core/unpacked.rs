//! What a file holds that is no archive: the bytes of it, or of what it is packed in.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::options;
use super::container::{container, container_name};
use super::source::{JsSource, Source};
use super::thrown::thrown;
use vma_inspector::container::{Contents, open};
use vma_inspector::source::ReadAt;
use vma_wasm::number;
use vma_wasm_bytes::SourceBytes;

#[wasm_bindgen]
extern "C" {
    /// What wraps something.
    #[wasm_bindgen(typescript_type = "ContainerReport")]
    pub type ContainerReport;
    /// Its name.
    #[wasm_bindgen(typescript_type = "ContainerKind")]
    pub type ContainerKind;
}

/// The contents of a file, whatever they are.
#[wasm_bindgen]
pub struct Unpacked {
    contents: Rc<Contents>,
    room: Rc<RefCell<Vec<u8>>>,
}

#[wasm_bindgen]
impl Unpacked {
    /// Of a file, of which only the first bytes are read. Throws a `VmaError`.
    pub fn open(
        source: Source,
        #[wasm_bindgen(js_name = largeWindow)] large_window: Option<bool>,
    ) -> Result<Unpacked, JsValue> {
        let source = Rc::new(JsSource::new(source));
        let contents = open(source, &options(large_window)).map_err(|error| thrown(&error))?;
        Ok(Self { contents: Rc::new(contents), room: Rc::default() })
    }

    /// Its bytes.
    pub fn bytes(&self) -> SourceBytes {
        let bytes: Rc<dyn ReadAt> = Rc::<Contents>::clone(&self.contents);
        SourceBytes::new(bytes, Rc::clone(&self.room))
    }

    /// What wraps it.
    pub fn kind(&self) -> ContainerKind {
        JsValue::from(container_name(&self.contents)).into()
    }

    /// What is known of what wraps it, as far as it was read.
    pub fn report(&self) -> ContainerReport {
        JsValue::from(container(&self.contents)).into()
    }

    /// Compares what was only stepped over on the way to its end with its checksums, by
    /// about `work` bytes; whether all is. Throws a `VmaError`.
    #[wasm_bindgen(js_name = verifyStep)]
    pub fn verify_step(&self, work: u64) -> Result<bool, JsValue> {
        let progress = self.contents.verify_step(work).map_err(|error| thrown(&error))?;
        Ok(progress.done)
    }

    /// Bytes of the file that are behind.
    #[wasm_bindgen(js_name = fileBytes)]
    pub fn file_bytes(&self) -> f64 {
        number(self.contents.outermost().progress().source)
    }
}
