//! What a save of files leaves out, and why.

use crate::file_system::{Fault, FaultKind};

/// What is told of at most; the rest is counted.
const TOLD_MAX: usize = 10_000;

/// What the text is called that stands last in an archive of files.
const NAME: &str = "VMA-INSPECTOR-LEFT-OUT.txt";

/// Something that is left out, or has not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Its path, with the replacement character where it is no UTF-8.
    pub path: String,
    /// Why.
    pub fault: Fault,
}

/// All of that of one save.
#[derive(Default)]
pub(super) struct LeftOut {
    told: Vec<Missed>,
    more: u64,
}

impl LeftOut {
    pub(super) fn add(&mut self, path: &[u8], fault: Fault) {
        if self.told.len() >= TOLD_MAX {
            self.more = self.more.saturating_add(1);
            return;
        }
        self.told.push(Missed { path: String::from_utf8_lossy(path).into_owned(), fault });
    }

    pub(super) fn told(&self) -> &[Missed] {
        &self.told
    }

    /// Things that are left out beside those that are told.
    pub(super) fn more(&self) -> u64 {
        self.more
    }

    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// As a text, a line each: the path, what is the matter, and about what.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("left out, or not whole:\n\n");
        for Missed { path, fault } in &self.told {
            let line: String = format!("{path}\t{fault}");
            text.extend(line.chars().map(|c| if c.is_control() && c != '\t' { '?' } else { c }));
            text.push('\n');
        }
        if self.more > 0 {
            text.push_str(&format!("and {} more\n", self.more));
        }
        text
    }
}

/// What it is called among `others` at the top.
pub(super) fn name_among(others: &[Vec<u8>]) -> String {
    let mut name = String::from(NAME);
    while others.iter().any(|other| other.as_slice() == name.as_bytes()) {
        name.insert(0, '_');
    }
    name
}

/// The fault, with what it is about.
pub(super) fn about(what: &str, fault: Fault) -> Fault {
    match fault.kind {
        FaultKind::Source(_) => fault,
        kind => Fault { kind, about: format!("{what}: {}", fault.about) },
    }
}
