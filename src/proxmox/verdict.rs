//! What the program does with an archive, one command at a time.

/// What the program does with an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It accepts it.
    Accepts,
    /// It stops with this message. In front of it stand `vma: ` and, where an
    /// extent is at fault, `verify failed - ` or `restore failed - `.
    Fails(String),
    /// It aborts, because this assertion does not hold.
    Aborts(&'static str),
    /// It reads memory that is not there, and crashes.
    Crashes,
}

impl Verdict {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Fails(_) => "fails",
            Self::Aborts(_) => "aborts",
            Self::Crashes => "crashes",
        }
    }

    /// What it prints: the message, or the assertion that does not hold.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Fails(message) => Some(message),
            Self::Aborts(assertion) => Some(assertion),
            Self::Accepts | Self::Crashes => None,
        }
    }
}
