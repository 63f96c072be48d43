//! What the findings are about, place by place, and what a file is that is no backup.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::{Archive, finding, options};
use super::object::{Fields, list};
use super::source::{JsSource, Source};
use super::vma_error::thrown;
use crate::archive::finding::Finding;
use crate::archive::foreign::Foreign;
use crate::archive::place::{Place, places};
use crate::container::{self, Container};
use crate::source::ReadAt;

#[wasm_bindgen]
extern "C" {
    /// What the findings are about.
    #[wasm_bindgen(typescript_type = "Place[] | undefined")]
    pub type PlaceList;
    /// What a file is that is no backup of a virtual machine.
    #[wasm_bindgen(typescript_type = "ForeignFile | undefined")]
    pub type ForeignFile;
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

    /// What a source is that cannot be opened here, if its first bytes, and those
    /// of what is packed in it, tell. Throws a `VmaError`.
    pub fn foreign(
        source: Source,
        #[wasm_bindgen(js_name = largeWindow)] large_window: Option<bool>,
    ) -> Result<ForeignFile, JsValue> {
        let source: Rc<dyn ReadAt> = Rc::new(JsSource::new(source));
        let contents = container::open(source, &options(large_window)).map_err(|e| thrown(&e))?;
        let found = Foreign::recognise(&contents).map_err(|e| thrown(&e))?;
        Ok(found.map_or(JsValue::UNDEFINED, |found| foreign(found).into()).into())
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

fn foreign(found: Foreign) -> Fields {
    let (outer, inner) = match found {
        Foreign::PackedTwice { outer, inner } => (Some(outer), Some(inner)),
        _ => (None, None),
    };
    Fields::default()
        .with("kind", found.code())
        .text("outer", outer.map(Container::name))
        .text("inner", inner.map(Container::name))
}
