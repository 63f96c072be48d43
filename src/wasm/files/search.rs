//! A search by name, in steps.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::facts;
use super::shared::{FilesStep, Shared, step_number};
use vma_inspector::file_system::NodeId;
use vma_inspector::files::Search;
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// How far a search has come.
    #[wasm_bindgen(typescript_type = "FileSearchUpdate")]
    pub type FileSearchUpdate;
}

/// A search for letters in names.
#[wasm_bindgen]
pub struct FilesSearch {
    shared: Rc<Shared>,
    search: RefCell<Search>,
}

impl FilesSearch {
    pub(super) fn new(shared: Rc<Shared>, root: NodeId, letters: &str) -> Self {
        Self { shared, search: RefCell::new(Search::new(root, letters)) }
    }
}

#[wasm_bindgen]
impl FilesSearch {
    /// Looks at some more names. Throws a `VmaError` where the file cannot be read.
    pub fn step(&self) -> Result<FilesStep, JsValue> {
        let step = self.search.borrow_mut().step(self.shared.volume()?);
        step.map(step_number).map_err(|fault| self.shared.thrown(&fault))
    }

    /// How far it has come, with what it found since the last time.
    pub fn take(&self) -> FileSearchUpdate {
        let mut search = self.search.borrow_mut();
        let fields = Fields::default()
            .with("hits", list(&search.take_hits(), facts::hit))
            .count("folders", search.folders())
            .count("entries", search.entries())
            .count("faults", search.faults());
        JsValue::from(fields).into()
    }

    /// Whether there may be more than it told.
    #[wasm_bindgen(js_name = isCut)]
    pub fn is_cut(&self) -> bool {
        self.search.borrow().is_cut()
    }
}
