//! Why a disk's file is not read.

use core::fmt;

use crate::source::Error;

/// Why a file that begins like qcow2 is not read as such. Field names are those of
/// `docs/interop/qcow2.rst` of QEMU.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The source cannot be read.
    Source(Error),
    /// The file ends inside of what its header names, or lost it: the part's name.
    Cut(&'static str),
    /// A field of the header has a value that none may have: its name.
    Corrupt(&'static str),
    /// A version other than 2 and 3.
    Version(u32),
    /// What is not in this file stands in another one: its name.
    BackingFile(String),
    /// The bytes of the disk stand in another file: its name, where it is told.
    DataFile(Option<String>),
    /// The bytes are encrypted: `crypt_method`.
    Encrypted(u32),
    /// Features that a reader has to know: by the names that the file gives them, or by
    /// their bits.
    Features(Vec<String>),
    /// A `compression_type` that is not known.
    CompressionType(u8),
    /// The first table has more than 32 MiB, which QEMU does not read either.
    TableTooLarge,
}

impl Refusal {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(error) => error.code(),
            Self::Cut(_) => "image-cut",
            Self::Corrupt(_) => "image-corrupt",
            Self::Version(_) => "image-version",
            Self::BackingFile(_) => "image-backing-file",
            Self::DataFile(_) => "image-data-file",
            Self::Encrypted(_) => "image-encrypted",
            Self::Features(_) => "image-features",
            Self::CompressionType(_) => "image-compression",
            Self::TableTooLarge => "image-too-large",
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Source(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Cut(part) => write!(f, "qcow2: the file ends before its {part}"),
            Self::Corrupt(field) => write!(f, "qcow2: {field} is not valid"),
            Self::Version(found) => write!(f, "qcow2: version {found}, expected 2 or 3"),
            Self::BackingFile(name) => write!(f, "qcow2: backing file {name:?}"),
            Self::DataFile(Some(name)) => write!(f, "qcow2: external data file {name:?}"),
            Self::DataFile(None) => write!(f, "qcow2: external data file"),
            Self::Encrypted(method) => write!(f, "qcow2: crypt_method {method}"),
            Self::Features(names) => {
                write!(f, "qcow2: incompatible features: {}", names.join(", "))
            }
            Self::CompressionType(found) => write!(f, "qcow2: compression_type {found}"),
            Self::TableTooLarge => write!(f, "qcow2: l1_size asks for more than 32 MiB"),
        }
    }
}
