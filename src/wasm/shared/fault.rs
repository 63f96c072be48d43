//! What is thrown of a file system.

use wasm_bindgen::JsValue;

use crate::below::Below;
use crate::vma_error::vma_error;
use vma_inspector::file_system::{Fault, FaultKind};

/// A fault, to throw; what came up from the first module as it was thrown.
pub fn fault_thrown(below: &Below, fault: &Fault) -> JsValue {
    match &fault.kind {
        FaultKind::Source(error) => below.thrown(error),
        // A file that is too large for a format of disks is called so already.
        FaultKind::TooLarge => vma_error(&fault.about, "files-too-large", "file-system", None),
        kind => vma_error(&fault.about, kind.code(), "file-system", None),
    }
}
