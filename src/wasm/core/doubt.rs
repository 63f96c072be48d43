//! What can be read of a disk and is not vouched for.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::report::LostRanges;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::source::{GapKind, gaps};
use vma_wasm::{Fields, pairs};

#[wasm_bindgen]
impl Archive {
    /// The first `max` ranges of the image of a device that can be read and that
    /// something speaks against: a checksum of their block in the container, or
    /// damage behind them that may have begun before it showed. None as long as
    /// the scan is not finished.
    #[wasm_bindgen(js_name = doubtRanges)]
    pub fn doubt_ranges(&self, device: u8, max: u32) -> LostRanges {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let id = DeviceId::new(device).filter(|_| self.scan().found().is_done());
        let image = id.and_then(|id| self.scan().image(id));
        let (mut first, mut count, mut bytes) = (Vec::new(), 0, 0);
        let doubts = image.iter().flat_map(|image| gaps(image, 0..u64::MAX));
        let mut doubts = doubts.filter(|gap| gap.kind == GapKind::InDoubt).peekable();
        while let Some(mut gap) = doubts.next() {
            while let Some(next) = doubts.next_if(|next| next.start == gap.end) {
                gap.end = next.end;
            }
            count += 1;
            bytes += gap.end.saturating_sub(gap.start);
            if first.len() < max {
                first.push(gap.start..gap.end);
            }
        }
        let fields = Fields::default()
            .count("count", count)
            .count("bytes", bytes)
            .with("first", pairs(&first));
        JsValue::from(fields).into()
    }
}
