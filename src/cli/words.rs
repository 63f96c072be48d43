//! The sentences of the page, out of its own catalogue: what the terminal says is what the
//! page says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::numbers;
use super::shown::plainly;

/// The English catalogue of the page: a text for each key, or one for each plural form.
const CATALOGUE: &str = include_str!("../../www/words/en.json");

/// What a sentence names.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    /// Text, which may be out of a file.
    Text(String),
    /// A number; the one called `count` chooses the plural form.
    Number(u64),
}

impl From<&str> for Named {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Named {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Named {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

fn catalogue() -> &'static BTreeMap<String, Value> {
    static READ: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(CATALOGUE).unwrap_or_default())
}

/// Whether the catalogue has the key.
pub(crate) fn has(key: &str) -> bool {
    catalogue().contains_key(key)
}

/// A sentence that names nothing.
pub(crate) fn text(key: &str) -> String {
    with(key, &[])
}

/// A sentence, with what it names put in. A key that is not there shows as itself; a test
/// holds all of them against the catalogue.
pub(crate) fn with(key: &str, named: &[(&str, Named)]) -> String {
    let is_one = named.iter().any(|(name, value)| *name == "count" && is_one(value));
    let form = if is_one { "one" } else { "other" };
    let pattern = match catalogue().get(key) {
        Some(Value::String(pattern)) => pattern,
        Some(Value::Object(forms)) => match forms.get(form).or_else(|| forms.get("other")) {
            Some(Value::String(pattern)) => pattern,
            _ => return key.into(),
        },
        _ => return key.into(),
    };
    let mut said = String::new();
    let mut rest = pattern.as_str();
    while let Some((before, behind)) = rest.split_once('{') {
        said.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else { break };
        let value = named.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        said.push_str(&value.map(written).unwrap_or_default());
        rest = behind;
    }
    said.push_str(rest);
    said
}

fn is_one(value: &Named) -> bool {
    matches!(value, Named::Number(1))
}

fn written(value: &Named) -> String {
    match value {
        Named::Text(text) => plainly(text),
        Named::Number(number) => numbers::count(*number),
    }
}

/// A number of bytes.
pub(crate) fn size(bytes: u64) -> String {
    numbers::binary_size(bytes).unwrap_or_else(|| with("count.byte", &[("count", bytes.into())]))
}

/// A number of bytes, and all its digits.
pub(crate) fn exact_size(bytes: u64) -> String {
    if bytes < 1000 {
        return size(bytes);
    }
    let named = [("size", size(bytes).into()), ("bytes", numbers::count(bytes).into())];
    with("size.exact", &named)
}

/// Sentences one behind the other; empty ones are left out.
pub(crate) fn joined(sentences: &[String]) -> String {
    let said: Vec<&str> = sentences.iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plural_follows_the_count() {
        assert_eq!(with("count.disk", &[("count", 1.into())]), "1 disk");
        assert_eq!(with("count.disk", &[("count", 1200.into())]), "1,200 disks");
        assert_eq!(size(1), "1 byte");
        assert_eq!(exact_size(41_943_040), "40 MiB (41,943,040 bytes)");
    }

    #[test]
    fn what_a_sentence_names_can_do_no_harm() {
        let drive = "\u{1b}]0;x\u{7}{count}";
        let said = with("missed.not-there", &[("drive", drive.into())]);
        assert!(said.contains("⟨U+001B⟩]0;x⟨U+0007⟩{count}"), "{said}");
    }
}
