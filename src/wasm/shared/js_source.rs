//! Bytes that the first module reads, as a source of this one.

use core::ops::Range;

use js_sys::BigUint64Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::below::Below;
use vma_inspector::source::{Error, Gap, GapKind, ReadAt};

#[wasm_bindgen]
extern "C" {
    /// A `SourceBytes` of the first module.
    #[wasm_bindgen(typescript_type = "SourceBytes")]
    pub type SourceBytes;

    #[wasm_bindgen(method)]
    fn size(this: &SourceBytes) -> Option<u64>;

    // A view of this module's memory: what is read is copied once.
    #[wasm_bindgen(method, catch)]
    fn read(this: &SourceBytes, offset: u64, into: &mut [u8]) -> Result<u32, JsValue>;

    #[wasm_bindgen(method)]
    fn gap(this: &SourceBytes, start: u64, end: u64) -> Option<BigUint64Array>;

    #[wasm_bindgen(method)]
    fn trace(this: &SourceBytes, start: u64, end: u64) -> BigUint64Array;

    #[wasm_bindgen(method, catch)]
    fn approach(this: &SourceBytes, start: u64, end: u64, work_max: u64) -> Result<bool, JsValue>;

    #[wasm_bindgen(method)]
    fn detour(this: &SourceBytes, from: u64, offset: u64) -> u64;

    #[wasm_bindgen(method)]
    fn free(this: &SourceBytes);
}

/// Bytes that another module reads. What it says of itself is passed on as it is.
pub struct JsSource {
    bytes: SourceBytes,
    below: Below,
}

impl JsSource {
    /// Those of `bytes`, which are freed with it; what it throws is kept in `below`.
    #[must_use]
    pub fn new(bytes: SourceBytes, below: Below) -> Self {
        Self { bytes, below }
    }
}

impl Drop for JsSource {
    fn drop(&mut self) {
        self.bytes.free();
    }
}

impl ReadAt for JsSource {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut done = 0;
        // One call gives so much at most.
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            let read = self.bytes.read(at, rest).map_err(|thrown| self.below.keep(at, thrown))?;
            match usize::try_from(read).unwrap_or(0) {
                0 => break,
                count => done = done.saturating_add(count),
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let found = self.bytes.gap(range.start, range.end)?.to_vec();
        let &[start, end, kind] = found.as_slice() else { return None };
        let kind = match kind {
            0 => GapKind::Lost,
            1 => GapKind::InDoubt,
            _ => GapKind::NotYetKnown,
        };
        Some(Gap { start, end, kind })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.extend(ranges(&self.bytes.trace(range.start, range.end)));
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let approached = self.bytes.approach(range.start, range.end, work_max);
        approached.map_err(|thrown| self.below.keep(range.start, thrown))
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.bytes.detour(from, offset)
    }
}

/// Pairs of start and end.
pub fn ranges(numbers: &BigUint64Array) -> Vec<Range<u64>> {
    let numbers = numbers.to_vec();
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs.iter().map(|&[start, end]| start..end).collect()
}
