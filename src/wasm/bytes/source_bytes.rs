//! Bytes for another module: every call of the read contract, over a call of
//! JavaScript's.
//!
//! Offsets and lengths are `bigint`, so none is rounded.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{BigUint64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::source::{GapKind, ReadAt};
use vma_wasm::Below;

/// The longest read in one call, bytes: what is held for it. So much stays in the
/// processor's cache while it is copied on; measured, the copy of 4 MiB costs a seventh
/// of a save, that of this a twentieth at most.
const READ_MAX: usize = 256 << 10;

/// Bytes, as they are read by another module.
#[wasm_bindgen]
pub struct SourceBytes {
    bytes: Rc<dyn ReadAt>,
    room: Rc<RefCell<Vec<u8>>>,
    below: Below,
}

impl SourceBytes {
    /// What `bytes` are; `room` is what they are read into on their way out.
    #[must_use]
    pub fn new(bytes: Rc<dyn ReadAt>, room: Rc<RefCell<Vec<u8>>>) -> Self {
        Self { bytes, room, below: Below::default() }
    }
}

impl SourceBytes {
    /// The same over another module: what that throws is thrown on as it is.
    #[must_use]
    pub fn over(self, below: Below) -> Self {
        Self { below, ..self }
    }
}

#[wasm_bindgen]
impl SourceBytes {
    /// Its length in bytes.
    pub fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    /// Fills `into` from the front with the bytes from `offset` on, 256 KiB at most in
    /// one call; returns how many. Throws a `VmaError`.
    pub fn read(&self, offset: u64, into: &Uint8Array) -> Result<u32, JsValue> {
        let wanted = usize::try_from(into.length()).unwrap_or(0).min(READ_MAX);
        let mut room = self.room.borrow_mut();
        if room.len() < wanted {
            room.resize(wanted, 0);
        }
        let Some(buffer) = room.get_mut(..wanted) else { return Ok(0) };
        let read = self.bytes.read_at(offset, buffer).map_err(|error| self.below.thrown(&error))?;
        let count = u32::try_from(read).unwrap_or(0);
        into.subarray(0, count).copy_from(buffer.get(..read).unwrap_or(&[]));
        Ok(count)
    }

    /// The first gap with a byte in a range: where it starts and ends, and 0 for lost,
    /// 1 for in doubt, 2 for not yet known; `undefined` if there is none.
    pub fn gap(&self, start: u64, end: u64) -> Option<BigUint64Array> {
        self.bytes.gap(start..end).map(|gap| {
            let kind = match gap.kind {
                GapKind::Lost => 0,
                GapKind::InDoubt => 1,
                GapKind::NotYetKnown => 2,
            };
            array([gap.start, gap.end, kind].into_iter())
        })
    }

    /// The ranges of the backup's file that a read would ask for: where each starts
    /// and ends.
    pub fn trace(&self, start: u64, end: u64) -> BigUint64Array {
        let mut wanted = Vec::new();
        self.bytes.trace(start..end, &mut wanted);
        array(wanted.iter().flat_map(|range| [range.start, range.end]))
    }

    /// Works towards a range by so many bytes; returns whether a read of it is quick
    /// now. Throws a `VmaError`.
    pub fn approach(
        &self,
        start: u64,
        end: u64,
        #[wasm_bindgen(js_name = workMax)] work_max: u64,
    ) -> Result<bool, JsValue> {
        self.bytes.approach(start..end, work_max).map_err(|error| self.below.thrown(&error))
    }

    /// About how many bytes are decoded in vain to come to `offset` from `from`.
    pub fn detour(&self, from: u64, offset: u64) -> u64 {
        self.bytes.detour(from, offset)
    }
}

/// Numbers, none of which is rounded.
pub fn array(numbers: impl Iterator<Item = u64>) -> BigUint64Array {
    let numbers: Vec<u64> = numbers.collect();
    BigUint64Array::from(numbers.as_slice())
}
