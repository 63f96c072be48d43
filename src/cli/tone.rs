//! A verdict: how grave it is, and its words.

/// How grave something is. Ordered from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All is well, as far as anybody can tell.
    Good,
    /// Nothing is said for or against it.
    Neutral,
    /// Something should be known.
    Warning,
    /// Something is lost, or cannot be trusted.
    Damage,
}

impl Tone {
    /// As the report has it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Neutral => "neutral",
            Self::Warning => "warning",
            Self::Damage => "damage",
        }
    }
}

/// A verdict in words.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn new(tone: Tone, title: String, text: String) -> Self {
        Self { tone, title, text }
    }
}
