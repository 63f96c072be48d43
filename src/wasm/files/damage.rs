//! Which files are hit, in steps.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::shared::{FilesStep, Shared, step_number};
use super::{facts, json};
use vma_inspector::files::{Damage, Damaged};
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// How far such a walk has come.
    #[wasm_bindgen(typescript_type = "FileDamageUpdate")]
    pub type FileDamageUpdate;
}

/// A walk over all files of a volume, to tell which are hit.
#[wasm_bindgen]
pub struct FilesDamage {
    shared: Rc<Shared>,
    damage: RefCell<Damage>,
}

impl FilesDamage {
    pub(super) fn new(shared: Rc<Shared>) -> Result<Self, JsValue> {
        let root = shared.volume()?.system().root();
        Ok(Self { shared, damage: RefCell::new(Damage::new(root)) })
    }
}

#[wasm_bindgen]
impl FilesDamage {
    /// Looks at some more things. Throws a `VmaError` where the file cannot be read.
    pub fn step(&self) -> Result<FilesStep, JsValue> {
        let step = self.damage.borrow_mut().step(self.shared.volume()?);
        step.map(step_number).map_err(|fault| self.shared.thrown(&fault))
    }

    /// How far it has come, with what it found since the last time.
    pub fn take(&self) -> FileDamageUpdate {
        let mut damage = self.damage.borrow_mut();
        let counts = damage.counts();
        let fields = Fields::default()
            .with("hits", list(&damage.take(), damaged))
            .count("things", counts.things)
            .count("folders", counts.folders)
            .count("hit", counts.hit)
            .count("cut", counts.cut)
            .count("untold", counts.untold);
        JsValue::from(fields).into()
    }

    /// Whether there is more than it told.
    #[wasm_bindgen(js_name = isCut)]
    pub fn is_cut(&self) -> bool {
        self.damage.borrow().is_cut()
    }
}

fn damaged(one: &Damaged) -> Fields {
    Fields::default()
        .with("path", list(&one.path, facts::name))
        .with("entry", json::entry(&one.found))
        .count("lost", one.hit.lost)
        .count("inDoubt", one.hit.in_doubt)
        .count("unknown", one.hit.unknown)
        .with("fault", facts::or_null(one.fault.as_ref(), facts::fault))
}
