//! How much something that is wrong matters.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Unusual, and harmless.
    Note,
    /// Against the format, with nothing lost.
    Warning,
    /// Bytes are lost or cannot be trusted.
    Damage,
}

impl Severity {
    /// Its name, as the page gets it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Damage => "damage",
        }
    }
}
