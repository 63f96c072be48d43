//! What a volume and what it gave have in common.

use core::cell::OnceCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::locating::Way;
use vma_inspector::file_system::{Fault, FaultKind};
use vma_inspector::files::{self, Step};
use vma_wasm::{Below, fault_thrown};

#[wasm_bindgen]
extern "C" {
    /// What became of a step.
    #[wasm_bindgen(typescript_type = "FilesStep")]
    pub type FilesStep;
}

/// A step, as a number.
pub(super) fn step_number(step: Step) -> FilesStep {
    let number = match step {
        Step::Wanting => 0,
        Step::GoesOn => 1,
        Step::Done => 2,
    };
    JsValue::from(number).into()
}

/// What a volume and what it gave have in common.
pub(super) struct Shared {
    pub(super) way: Way,
    pub(super) volume: OnceCell<files::Volume>,
    pub(super) below: Below,
}

impl Shared {
    /// The file system.
    ///
    /// # Errors
    ///
    /// It is not open yet.
    pub(super) fn volume(&self) -> Result<&files::Volume, JsValue> {
        let closed = || Fault::new(FaultKind::NotFound, "the file system is not open");
        self.volume.get().ok_or_else(|| self.thrown(&closed()))
    }

    pub(super) fn thrown(&self, fault: &Fault) -> JsValue {
        fault_thrown(&self.below, fault)
    }
}
