//! What files tell of the machine, in steps.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::facts;
use super::shared::{FilesStep, Shared, step_number};
use vma_inspector::files::guest::{Fact, Guest, System};
use vma_wasm::{Fields, list, number};

#[wasm_bindgen]
extern "C" {
    /// What was found.
    #[wasm_bindgen(typescript_type = "GuestFacts")]
    pub type GuestFacts;
}

/// A look at the few files that tell of the machine.
#[wasm_bindgen]
pub struct FilesGuest {
    shared: Rc<Shared>,
    guest: RefCell<Guest>,
}

impl FilesGuest {
    pub(super) fn new(shared: Rc<Shared>, system: &'static System, at: Option<&str>) -> Self {
        let guest = at.map_or_else(|| Guest::new(system), |at| Guest::mounted(system, at));
        Self { shared, guest: RefCell::new(guest) }
    }
}

#[wasm_bindgen]
impl FilesGuest {
    /// Looks at one more of them. Throws a `VmaError` where the backup cannot be read.
    pub fn step(&self) -> Result<FilesStep, JsValue> {
        let step = self.guest.borrow_mut().step(self.shared.volume()?);
        step.map(step_number).map_err(|fault| self.shared.thrown(&fault))
    }

    /// What was found so far, and what could not be read.
    pub fn told(&self) -> GuestFacts {
        let guest = self.guest.borrow();
        let fields = Fields::default()
            .with("facts", list(guest.facts(), fact))
            .with("missed", list(guest.missed(), facts::missed));
        JsValue::from(fields).into()
    }
}

fn fact(fact: &Fact) -> Fields {
    let words: js_sys::Array = fact.words.iter().map(|word| JsValue::from_str(word)).collect();
    let seconds = fact.seconds.map_or(JsValue::NULL, |seconds| {
        let count = number(seconds.unsigned_abs());
        (if seconds < 0 { -count } else { count }).into()
    });
    Fields::default()
        .with("kind", fact.kind.code())
        .with("words", words)
        .with("seconds", seconds)
        .with("path", fact.path.as_str())
}
