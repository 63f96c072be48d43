//! Threads that unpack ahead, each with a module of its own and with memory that it shares
//! with this one's thread.

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::container::{Done, Task, WorkAhead};
use vma_wasm::{from_number, number};

#[wasm_bindgen]
extern "C" {
    /// An object as `types.ts` describes it.
    #[wasm_bindgen(typescript_type = "Hands")]
    pub type Hands;

    #[wasm_bindgen(method, getter)]
    fn count(this: &Hands) -> usize;

    #[wasm_bindgen(method)]
    fn begin(this: &Hands, task: &[u8]) -> f64;

    #[wasm_bindgen(method)]
    fn meanwhile(this: &Hands, number: f64) -> Option<f64>;

    #[wasm_bindgen(method)]
    fn take(this: &Hands, number: f64) -> Option<Uint8Array>;

    #[wasm_bindgen(method)]
    fn forget(this: &Hands, number: f64);
}

/// [Those](Hands) as the containers know them.
pub(super) struct JsHands {
    hands: Hands,
    /// What was done here while another task was waited for, behind the numbers of the tasks.
    done: RefCell<Vec<(u64, Option<Done>)>>,
}

impl JsHands {
    pub(super) fn new(hands: Hands) -> Self {
        Self { hands, done: RefCell::default() }
    }

    /// What was done here of a task, if it was.
    fn done_here(&self, number_of: u64) -> Option<Option<Done>> {
        let mut done = self.done.borrow_mut();
        let at = done.iter().position(|(number, _)| *number == number_of)?;
        Some(done.swap_remove(at).1)
    }

    /// What came of a task; one that nobody has begun is done here.
    fn take_now(&self, number_of: u64) -> Option<Done> {
        Done::from_bytes(self.hands.take(number(number_of))?.to_vec())
    }
}

impl WorkAhead for JsHands {
    fn hands(&self) -> usize {
        self.hands.count()
    }

    fn begin(&self, task: Task) -> u64 {
        // Of what cannot be handed to them nothing comes.
        let bytes = task.into_bytes().unwrap_or_default();
        from_number(self.hands.begin(&bytes))
    }

    fn take(&self, number_of: u64) -> Option<Done> {
        if let Some(done) = self.done_here(number_of) {
            return done;
        }
        while let Some(other) = self.hands.meanwhile(number(number_of)).map(from_number) {
            let done = self.take_now(other);
            self.done.borrow_mut().push((other, done));
        }
        self.take_now(number_of)
    }

    fn forget(&self, number_of: u64) {
        if self.done_here(number_of).is_none() {
            self.hands.forget(number(number_of));
        }
    }
}
