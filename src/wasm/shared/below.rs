//! What comes up through this module from the first one, below.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::vma_error::vma_error;
use vma_inspector::source::Error;

/// What the module below threw last, to be thrown on as it is: it says more than what
/// an [`Error`] of this module could. Clones share it.
#[derive(Clone, Default)]
pub struct Below(Rc<RefCell<Option<JsValue>>>);

impl Below {
    /// Keeps what was thrown, and gives an error in its place for the way up.
    pub fn keep(&self, offset: u64, thrown: JsValue) -> Error {
        self.0.replace(Some(thrown));
        Error::source_unreadable(offset, String::new())
    }

    /// An error that came up, to throw.
    pub fn thrown(&self, error: &Error) -> JsValue {
        self.0.take().unwrap_or_else(|| {
            vma_error(&error.to_string(), error.code(), error.part().name(), error.offset())
        })
    }
}
