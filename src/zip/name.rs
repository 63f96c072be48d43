//! Names that every system takes, each once in its folder.

use std::collections::BTreeSet;

/// The stems of names that Windows keeps for devices, whatever follows the dot.
const KEPT: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Letters that no name may have on Windows, beside control characters.
const REFUSED: [char; 9] = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

/// Names that are tried if one stands there already.
const TRIES: u32 = 10_000;

/// The names that a folder has so far, large and small letters being the same.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<u64>);

impl Names {
    /// A name made of `name` that Windows takes too, and that none before it has; `None` if
    /// there are too many like it. Whether it is another one shows by comparing both.
    pub fn make(&mut self, name: &[u8]) -> Option<String> {
        let safe = safe(&String::from_utf8_lossy(name));
        (1..TRIES).find_map(|count| {
            let tried = if count == 1 { safe.clone() } else { numbered(&safe, count) };
            self.0.insert(digest(tried.to_lowercase().as_bytes())).then_some(tried)
        })
    }
}

/// What tells names apart (FNV-1a): two that have it in common are taken for one.
#[must_use]
pub fn digest(name: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    name.iter()
        .fold(start, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// A name that Windows takes, which leads nowhere else.
fn safe(name: &str) -> String {
    let refused = |letter: char| letter.is_control() || REFUSED.contains(&letter);
    let name: String = name.chars().map(|c| if refused(c) { '_' } else { c }).collect();
    let kept = name.trim_end_matches(['.', ' ']);
    let cut = name.chars().count().saturating_sub(kept.chars().count());
    let name = format!("{kept}{}", "_".repeat(cut));
    if name.is_empty() || is_kept_by_windows(&name) { format!("_{name}") } else { name }
}

/// The same with a number before its ending.
fn numbered(name: &str, count: u32) -> String {
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, ending)) => format!("{stem} ({count}).{ending}"),
        None => format!("{name} ({count})"),
    }
}

/// Whether Windows keeps a name for a device, whatever follows its first dot.
#[must_use]
pub fn is_kept_by_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    // It takes no notice of blanks there, and takes three superscripts for digits.
    let stem = stem.trim_end();
    let is_number = |rest: &str| {
        let mut digits = rest.chars();
        let first = digits.next();
        matches!(first, Some('1'..='9' | '\u{b9}' | '\u{b2}' | '\u{b3}')) && digits.next().is_none()
    };
    let numbered = |port: &str| stem.strip_prefix(port).is_some_and(is_number);
    KEPT.contains(&stem) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[&str]) -> Vec<String> {
        let mut folder = Names::default();
        names.iter().map(|name| folder.make(name.as_bytes()).expect("a name")).collect()
    }

    #[test]
    fn usual_names_stay_as_they_are() {
        let names = [".bashrc", "a b.txt", "Grüße.txt", "日本語", "-rf", "com10.txt", "x..y"];
        assert_eq!(made(&names), names);
    }

    #[test]
    fn what_windows_refuses_or_would_take_for_a_path_is_replaced() {
        let names = ["a:b", "..", "x\\..\\y", "nul.txt", "end. ", "tab\t", "a?*\"<>|", "COM\u{b9}"];
        let safe = ["a_b", "__", "x_.._y", "_nul.txt", "end__", "tab_", "a______", "_COM\u{b9}"];
        assert_eq!(made(&names), safe);
    }

    #[test]
    fn names_that_windows_takes_for_the_same_are_told_apart() {
        assert_eq!(
            made(&["Makefile", "makefile", "a.txt", "A.TXT", "A.txt", "b:", "b?"]),
            ["Makefile", "makefile (2)", "a.txt", "A (2).TXT", "A (3).txt", "b_", "b_ (2)"],
        );
    }
}
