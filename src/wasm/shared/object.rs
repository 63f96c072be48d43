//! Values of the core as plain JavaScript objects.

use js_sys::{Array, Float64Array, Object, Reflect};
use wasm_bindgen::JsValue;

use core::ops::Range;

/// A plain object, built property by property.
#[derive(Default)]
pub struct Fields(Object);

impl Fields {
    /// Sets a property.
    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    /// Sets a property to a number.
    pub fn count(self, name: &str, value: u64) -> Self {
        self.with(name, number(value))
    }

    /// Sets a property to a text, or to `null`.
    pub fn text(self, name: &str, value: Option<&str>) -> Self {
        self.with(name, value.map_or(JsValue::NULL, JsValue::from_str))
    }

    /// Sets a property to a number, or to `null`.
    pub fn count_or_null(self, name: &str, value: Option<u64>) -> Self {
        self.with(name, value.map_or(JsValue::NULL, |value| number(value).into()))
    }
}

impl From<Fields> for JsValue {
    fn from(fields: Fields) -> Self {
        fields.0.into()
    }
}

/// An array of what `item` makes of each of `items`.
pub fn list<T>(items: impl IntoIterator<Item = T>, item: impl Fn(T) -> Fields) -> Array {
    items.into_iter().map(|value| JsValue::from(item(value))).collect()
}

/// Ranges as pairs of offset and length.
pub fn pairs(ranges: &[Range<u64>]) -> Float64Array {
    let numbers: Vec<f64> = ranges
        .iter()
        .flat_map(|range| [number(range.start), number(range.end.saturating_sub(range.start))])
        .collect();
    numbers.as_slice().into()
}

/// As JavaScript counts: exact up to 2^53, rounded above.
#[allow(clippy::as_conversions)]
pub fn number(value: u64) -> f64 {
    value as f64
}

/// A count from JavaScript; negative ones and fractions are cut off.
#[allow(clippy::as_conversions)]
pub fn from_number(value: f64) -> u64 {
    value as u64
}
