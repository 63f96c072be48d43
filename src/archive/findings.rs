//! Findings, by code.

use std::collections::BTreeMap;

use super::finding::{CODES, Finding};
use crate::source::Severity;

/// How many findings of one code are kept in full; all are counted. Bounds
/// the memory that a hostile archive can ask for: 33 codes, some 100 bytes a finding.
pub const KEPT_PER_CODE: usize = 100_000;

/// Findings by code: all of them counted, the first [`KEPT_PER_CODE`] of each
/// code kept.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    by_code: BTreeMap<&'static str, Group>,
}

/// The findings of one code.
#[derive(Clone, Debug)]
pub struct Group {
    severity: Severity,
    count: u64,
    kept: Vec<Finding>,
}

impl Group {
    /// How much the findings of this code matter.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Those that are kept, in the order in which they were found.
    #[must_use]
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        let group = self.by_code.entry(finding.kind.code()).or_insert_with(|| Group {
            severity: finding.kind.severity(),
            count: 0,
            kept: Vec::new(),
        });
        group.count = group.count.saturating_add(1);
        if group.kept.len() < KEPT_PER_CODE {
            group.kept.push(finding);
        }
    }

    /// Adds all of `others`.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Finding>) {
        for finding in others {
            self.push(finding);
        }
    }

    /// Takes all findings of one code away.
    pub fn remove(&mut self, code: &str) {
        self.by_code.remove(code);
    }

    /// How many there are of all codes.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.by_code.values().map(Group::count).sum()
    }

    /// The findings of one code, if there are any.
    #[must_use]
    pub fn group(&self, code: &str) -> Option<&Group> {
        self.by_code.get(code)
    }

    /// Every code that was found, in the order of [`CODES`], with its findings.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, &Group)> {
        CODES.iter().filter_map(|code| self.by_code.get_key_value(code)).map(|(c, g)| (*c, g))
    }

    /// All findings that are kept, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.groups().flat_map(|(_, group)| group.kept.iter())
    }
}
