//! What could not be carried over, and why.

use core::fmt;

use super::text::clean;

/// What is left out of a drive that is there as such.
pub(super) const CONTENTS: &str = "its contents";

/// A setting that could not be carried over, or not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The setting's key in the config; the device's name for a device that
    /// the config does not name.
    pub key: String,
    /// What it says, without characters that could deceive.
    pub value: String,
    /// Why it could not be carried over.
    pub reason: Reason,
}

/// Why a setting could not be carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing for it in what was made.
    NoPlace,
    /// It is something else now; what.
    Replaced(&'static str),
    /// The archive does not hold what it names.
    NotInArchive,
}

impl Reason {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPlace => "no-place",
            Self::Replaced(_) => "replaced",
            Self::NotInArchive => "not-in-archive",
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ", self.key, self.value)?;
        match self.reason {
            Reason::NoPlace => write!(f, "left out"),
            Reason::Replaced(by) => write!(f, "now {by}"),
            Reason::NotInArchive => write!(f, "left out: not in the backup"),
        }
    }
}

impl LeftOut {
    pub(super) fn new(key: &str, value: &str, reason: Reason) -> Self {
        Self { key: clean(key), value: clean(value), reason }
    }
}
