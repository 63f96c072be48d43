//! What the module throws of a file system.

use wasm_bindgen::JsValue;

use vma_inspector::file_system::{Fault, FaultKind};
use vma_wasm::Below;
use vma_wasm::vma_error;

/// A fault, to throw; what came up from the first module as it was thrown.
pub(super) fn thrown(below: &Below, fault: &Fault) -> JsValue {
    match &fault.kind {
        FaultKind::Source(error) => below.thrown(error),
        // A file that is too large for a format of disks is called so already.
        FaultKind::TooLarge => vma_error(&fault.about, "files-too-large", "file-system", None),
        kind => vma_error(&fault.about, kind.code(), "file-system", None),
    }
}
