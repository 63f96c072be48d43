//! The order of the parts of a file that was split.

use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::archive::Archive;
use super::source::{JsSource, Source};
use super::thrown::thrown;
use vma_inspector::archive::parts::order;
use vma_inspector::container::Joint;
use vma_inspector::source::ReadAt;
use vma_wasm::Fields;

#[wasm_bindgen]
extern "C" {
    /// The order of parts.
    #[wasm_bindgen(typescript_type = "PartOrder | undefined")]
    pub type PartOrder;
    /// Sources, one a part.
    #[wasm_bindgen(typescript_type = "Source[]")]
    pub type Sources;
}

#[wasm_bindgen]
impl Archive {
    /// The order of the parts of a file that was split, as the archive in them proves
    /// it; where it does not, `named` counts, the order of their numbers by their names.
    /// `undefined` if they are no parts of one file. Throws a `VmaError`.
    #[wasm_bindgen(js_name = orderOfParts)]
    pub fn order_of_parts(parts: &Sources, named: &[u32]) -> Result<PartOrder, JsValue> {
        let parts = Array::from(parts.as_ref()).to_vec().into_iter();
        let parts: Vec<_> =
            parts.map(|part| JsSource::new(Source::unchecked_from_js(part))).collect();
        let mut sources: Vec<&dyn ReadAt> = Vec::new();
        for part in &parts {
            sources.push(part);
        }
        let number = |number: &u32| usize::try_from(*number).unwrap_or(usize::MAX);
        let named: Vec<usize> = named.iter().map(number).collect();
        let found = order(&sources, &named).map_err(|error| thrown(&error))?;
        let Some(found) = found else { return Ok(JsValue::UNDEFINED.into()) };
        let number = |number: &usize| JsValue::from(u32::try_from(*number).unwrap_or(u32::MAX));
        let joint = |joint: &Joint| {
            JsValue::from(match joint {
                Joint::Proven => "proven",
                Joint::Unknown => "unknown",
                Joint::Contradicted => "contradicted",
            })
        };
        let fields = Fields::default()
            .with("parts", found.parts.iter().map(number).collect::<Array>())
            .with("joints", found.joints.iter().map(joint).collect::<Array>());
        Ok(JsValue::from(fields).into())
    }
}
