//! What the findings are about, place by place.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::{Archive, finding};
use vma_inspector::archive::finding::Finding;
use vma_inspector::archive::place::{Place, places};
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// What the findings are about.
    #[wasm_bindgen(typescript_type = "Place[] | undefined")]
    pub type PlaceList;
}

#[wasm_bindgen]
impl Archive {
    /// What the findings are about, place by place; `undefined` if there are more
    /// than `max` findings.
    pub fn places(&self, max: u32) -> PlaceList {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let standing = self.scan().header().standing();
        let found = places(self.scan().found().findings(), standing, max);
        found.map_or(JsValue::UNDEFINED, |found| JsValue::from(list(&found, place))).into()
    }
}

fn place(place: &Place<'_>) -> Fields {
    Fields::default()
        .with("about", place.about.code())
        .with("severity", place.severity().name())
        .with("findings", listed(&place.findings))
        .with("signs", listed(&place.signs))
}

#[inline(never)]
fn listed(findings: &[&Finding]) -> Array {
    findings.iter().map(|each| JsValue::from(finding(each))).collect()
}
