//! Who looks into disks: a function of JavaScript's, which has another module do it.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::thrown::thrown;
use vma_inspector::passing::{Found, Held, Looker};
use vma_inspector::source::Error;
use vma_wasm_bytes::SourceBytes;

#[wasm_bindgen]
extern "C" {
    /// Tells what is on a disk.
    #[wasm_bindgen(typescript_type = "Look")]
    pub type Look;

    /// What is told of a disk.
    #[wasm_bindgen(typescript_type = "DiskContents | undefined")]
    #[derive(Clone)]
    pub type DiskContents;

    #[wasm_bindgen(method, getter)]
    fn complete(this: &DiskContents) -> bool;
}

/// Looks into disks by a function of JavaScript's, once there is one. Clones share it.
#[derive(Clone, Default)]
pub(super) struct JsLooker {
    look: Rc<RefCell<Option<Function>>>,
    room: Rc<RefCell<Vec<u8>>>,
}

/// What was told of a disk; nothing if nobody was there to look.
pub(super) struct Told(pub(super) Option<DiskContents>);

/// What was thrown.
pub(super) struct Thrown(pub(super) JsValue);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self(thrown(&error))
    }
}

impl JsLooker {
    /// One without a function, which reads into `room`.
    pub(super) fn new(room: Rc<RefCell<Vec<u8>>>) -> Self {
        Self { look: Rc::default(), room }
    }

    /// Has it look by a function from now on.
    pub(super) fn set(&self, look: Look) {
        self.look.replace(Some(look.unchecked_into()));
    }
}

impl Looker for JsLooker {
    type Found = Told;
    type Error = Thrown;

    fn look(&self, disk: Held) -> Result<Told, Thrown> {
        let Some(look) = self.look.borrow().clone() else { return Ok(Told(None)) };
        let bytes = SourceBytes::new(Rc::new(disk), Rc::clone(&self.room));
        let told = look.call1(&JsValue::UNDEFINED, &bytes.into()).map_err(Thrown)?;
        Ok(Told((!told.is_undefined()).then(|| told.unchecked_into())))
    }
}

impl Found for Told {
    fn is_complete(&self) -> bool {
        self.0.as_ref().is_some_and(DiskContents::complete)
    }
}
