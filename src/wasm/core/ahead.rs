//! Threads that unpack ahead, each with a module of its own and with memory that it shares
//! with this one's thread.

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
    fn take(this: &Hands, number: f64) -> Option<Uint8Array>;

    #[wasm_bindgen(method)]
    fn forget(this: &Hands, number: f64);
}

/// [Those](Hands) as the containers know them.
pub(super) struct JsHands(pub(super) Hands);

impl WorkAhead for JsHands {
    fn hands(&self) -> usize {
        self.0.count()
    }

    fn begin(&self, task: Task) -> u64 {
        from_number(self.0.begin(&task.into_bytes()))
    }

    fn take(&self, number_of: u64) -> Option<Done> {
        Done::from_bytes(self.0.take(number(number_of))?.to_vec())
    }

    fn forget(&self, number_of: u64) {
        self.0.forget(number(number_of));
    }
}
