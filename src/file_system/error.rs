//! What ends the reading of one thing in a file system. Wrong bytes are worse than
//! none: what cannot be vouched for is a fault with a name, never zeros.

use core::fmt;

use vma_source::Error;

/// What is read of a file system, or why not.
pub type Result<Value> = core::result::Result<Value, Fault>;

/// Why something of a file system cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is the matter.
    pub kind: FaultKind,
    /// About what, in the file system's own terms: an inode's number, a field, a feature.
    pub about: String,
}

/// What is the matter. Each is told apart by a person: what is lost can be had from
/// another backup, what is not supported by another program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It lies in bytes that the disk below does not have.
    Lost,
    /// It can be read, and something speaks against its being right: as a saved disk may
    /// have what is in doubt or not, so who wants it reads from a source that does not
    /// tell of doubt.
    InDoubt,
    /// The work below has not come there yet; it may be had later.
    NotYetKnown,
    /// The file system contradicts itself here, or a checksum does not agree.
    Corrupt,
    /// It is stored in a way that is not read: a feature, a compression, an encryption.
    Unsupported,
    /// It would take more than is allowed: entries, depth, bytes of metadata.
    TooLarge,
    /// There is no such thing.
    NotFound,
    /// The source below cannot be read at all.
    Source(Error),
}

impl FaultKind {
    /// Stable, in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Lost => "file-lost",
            Self::InDoubt => "file-in-doubt",
            Self::NotYetKnown => "file-not-yet-known",
            Self::Corrupt => "file-corrupt",
            Self::Unsupported => "file-unsupported",
            Self::TooLarge => "file-too-large",
            Self::NotFound => "file-not-found",
            Self::Source(_) => "file-source",
        }
    }
}

impl Fault {
    /// A fault of `kind` about something.
    #[must_use]
    pub fn new(kind: FaultKind, about: impl Into<String>) -> Self {
        Self { kind, about: about.into() }
    }

    /// The file system contradicts itself.
    #[must_use]
    pub fn corrupt(about: impl Into<String>) -> Self {
        Self::new(FaultKind::Corrupt, about)
    }

    /// Something is stored in a way that is not read.
    #[must_use]
    pub fn unsupported(about: impl Into<String>) -> Self {
        Self::new(FaultKind::Unsupported, about)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let about = error.to_string();
        Self::new(FaultKind::Source(error), about)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.about)
    }
}

impl core::error::Error for Fault {}
