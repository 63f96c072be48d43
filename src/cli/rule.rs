//! From what is the case to one verdict. The rules stand in the page's
//! `words/rules/verdict.json` and nowhere else: the page and the terminal both go by them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::tone::Tone;

const RULES: &str = include_str!("../../www/words/rules/verdict.json");

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Judging {
    /// What the scan shows.
    Scan,
    /// What comes of everything.
    Answer,
}

/// What a rule comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// By which the words are chosen.
    pub(crate) step: String,
    /// How grave it is.
    pub(crate) tone: Tone,
}

fn rules(judging: Judging) -> &'static [Value] {
    static READ: OnceLock<Value> = OnceLock::new();
    let all = READ.get_or_init(|| serde_json::from_str(RULES).unwrap_or_default());
    let key = match judging {
        Judging::Scan => "scan",
        Judging::Answer => "answer",
    };
    all.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn needed(rule: &Value) -> impl Iterator<Item = &str> {
    rule.get("if").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The first rule of which everything is the case; the last one needs nothing. `facts` has
/// each thing that a rule of its kind names.
pub(crate) fn rule_for(judging: Judging, facts: &[(&'static str, bool)]) -> Rule {
    debug_assert!(are_all(judging, facts), "facts of {judging:?}");
    let is = |wanted: &str| facts.iter().any(|(name, is)| *name == wanted && *is);
    let found = rules(judging).iter().find(|rule| needed(rule).all(is));
    let text = |key| found.and_then(|rule| rule.get(key)).and_then(Value::as_str);
    let tone = match text("tone") {
        Some("good") => Tone::Good,
        Some("neutral") => Tone::Neutral,
        Some("warning") => Tone::Warning,
        _ => Tone::Damage,
    };
    Rule { step: text("step").unwrap_or_default().into(), tone }
}

/// Whether `facts` are those that the rules name, so that none is forgotten.
fn are_all(judging: Judging, facts: &[(&'static str, bool)]) -> bool {
    let named: BTreeSet<&str> = rules(judging).iter().flat_map(needed).collect();
    named == facts.iter().map(|(name, _)| *name).collect()
}
