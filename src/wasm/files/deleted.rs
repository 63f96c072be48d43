//! What was deleted, in steps.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::shared::{FilesStep, Shared, step_number};
use super::{facts, json};
use vma_inspector::files::{DeletedHit, DeletedWalk};
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// How far such a walk has come.
    #[wasm_bindgen(typescript_type = "FileDeletedUpdate")]
    pub type FileDeletedUpdate;
}

/// A walk through what was deleted of a volume.
#[wasm_bindgen]
pub struct FilesDeleted {
    shared: Rc<Shared>,
    walk: RefCell<DeletedWalk>,
}

impl FilesDeleted {
    pub(super) fn new(shared: Rc<Shared>) -> Result<Self, JsValue> {
        let walk = RefCell::new(DeletedWalk::new(shared.volume()?));
        Ok(Self { shared, walk })
    }
}

#[wasm_bindgen]
impl FilesDeleted {
    /// Looks at some more. Throws a `VmaError` where the file cannot be read.
    pub fn step(&self) -> Result<FilesStep, JsValue> {
        let step = self.walk.borrow_mut().step(self.shared.volume()?);
        step.map(step_number).map_err(|fault| self.shared.thrown(&fault))
    }

    /// How far it has come, with what it found since the last time.
    pub fn take(&self) -> FileDeletedUpdate {
        let mut walk = self.walk.borrow_mut();
        let fields = Fields::default()
            .with("hits", list(&walk.take_hits(), deleted))
            .count("folders", walk.folders())
            .count("faults", walk.faults());
        JsValue::from(fields).into()
    }

    /// Whether there may be more than it told.
    #[wasm_bindgen(js_name = isCut)]
    pub fn is_cut(&self) -> bool {
        self.walk.borrow().is_cut()
    }
}

fn deleted(hit: &DeletedHit) -> Fields {
    Fields::default()
        .with("path", list(&hit.path, facts::name))
        .with("entry", json::entry(&hit.was))
        .with("isNameWhole", hit.is_name_whole)
        .with("isPathKnown", hit.is_path_known)
}
