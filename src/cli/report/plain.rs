//! What a report may hold and show: what looks like a secret is left out, and what does
//! not show is written by its number.

use serde_json::Value;

use super::super::shown::is_hidden;

/// Stands for what is left out.
pub(crate) const MASK: &str = "********";

/// What looks like a secret wherever it stands. As the page's `shared/secrets.js` has it.
const TELLTALES: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "pass=",
    "secret",
    "token",
    "credential",
    "apikey",
    "api-key",
    "private",
];

/// `value` with the texts in it left out that look like a secret, unless `secrets` are
/// asked for.
pub(crate) fn masked(value: Value, secrets: bool) -> Value {
    match value {
        _ if secrets => value,
        Value::String(text) => Value::String(if is_telltale(&text) { MASK.into() } else { text }),
        Value::Array(all) => all.into_iter().map(|each| masked(each, false)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, one)| (key, masked(one, false))).collect())
        }
        other => other,
    }
}

fn is_telltale(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let names_person = lower
        .split("://")
        .skip(1)
        .any(|rest| rest.split('/').next().is_some_and(|host| host.contains('@')));
    names_person
        || TELLTALES.iter().any(|telltale| lower.contains(telltale))
        || text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// JSON with the same values in it, as a text that shows all that it says.
pub(crate) fn shown_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == '\n' || letter.is_ascii_graphic() || letter == ' ' || !is_hidden(letter) {
            shown.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            shown.push_str(&format!("\\u{unit:04x}"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        for secret in ["x,password=1", "https://root@host/iso", "API-KEY 1", "a\u{85}b"] {
            assert_eq!(masked(secret.into(), false), Value::from(MASK), "{secret}");
            assert_eq!(masked(secret.into(), true), Value::from(secret));
        }
        for harmless in ["local-lvm:vm-100-disk-0", "https://host/a@b", "web server"] {
            assert_eq!(masked(harmless.into(), false), Value::from(harmless));
        }
    }

    #[test]
    fn json_shows_all_that_it_says() {
        let json = serde_json::to_string("a\u{202e}b\u{9b}c\u{e0041}").unwrap();
        let shown = shown_json(&json);
        assert_eq!(shown, r#""a\u202eb\u009bc\udb40\udc41""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), "a\u{202e}b\u{9b}c\u{e0041}");
    }
}
