//! Why what several disks hold together is not put together.

/// Why a volume is not put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// These physical volumes or members are on none of the disks: where they were seen
    /// last, or what identifies them.
    Missing(Vec<String>),
    /// It lies in a way that is not read here.
    Kind(String),
    /// No copy of it is known to be up to date.
    NotUpToDate,
    /// What tells where its bytes lie is not known yet.
    NotYetKnown,
    /// What is written down of it makes no sense, or cannot be read.
    Corrupt,
}

impl Refusal {
    /// Stable, for the page.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Kind(_) => "kind",
            Self::NotUpToDate => "not-up-to-date",
            Self::NotYetKnown => "not-yet-known",
            Self::Corrupt => "corrupt",
        }
    }

    /// What it is about: a way to lie, or what is missing.
    #[must_use]
    pub fn about(&self) -> String {
        match self {
            Self::Missing(names) => names.join(", "),
            Self::Kind(kind) => kind.clone(),
            Self::NotUpToDate | Self::NotYetKnown | Self::Corrupt => String::new(),
        }
    }
}
