//! What is wrong with a container although its bytes could be had.
//!
//! The verdict on a container is separate from the one on the archive in it:
//! a wrong checksum does not take away what was decoded.

use core::fmt;

use crate::source::Severity;

/// Something wrong with a container that the work went on past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerFinding {
    /// Where it stands, in bytes from the start of the compressed source.
    pub offset: u64,
    /// Where it tells on the contents, in bytes from their start.
    pub contents_offset: u64,
    /// What was wrong.
    pub kind: ContainerFindingKind,
}

/// What a [`ContainerFinding`] found, with what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContainerFindingKind {
    /// The XXH64 of a zstd frame's contents, of which the low 32 bits are kept.
    ZstdChecksumMismatch {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of what was decoded.
        found: u32,
    },
    /// A zstd frame decodes to another length than its header states.
    ZstdContentSizeMismatch {
        /// Bytes the header states.
        expected: u64,
        /// Bytes it decodes to.
        found: u64,
    },
    /// The CRC-32 of a gzip member's contents.
    GzipCrcMismatch {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of what was decoded.
        found: u32,
    },
    /// A gzip member decodes to another length than it states, modulo 2^32.
    GzipSizeMismatch {
        /// The length in the file.
        expected: u32,
        /// The length of what was decoded.
        found: u32,
    },
    /// The checksum of a header: lzop's, or the optional one of gzip.
    HeaderChecksumMismatch {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of the header as it stands.
        found: u32,
    },
    /// A checksum of one block, which decodes all the same.
    BlockChecksumMismatch {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of the block as it is.
        found: u32,
        /// What the checksum is over.
        of: BlockChecksum,
    },
    /// The checksum over all blocks of a bzip2 stream.
    Bzip2CrcMismatch {
        /// The checksum in the file.
        expected: u32,
        /// The checksum of what was decoded.
        found: u32,
    },
    /// Data that cannot be decoded.
    Damaged {
        /// What the decoder ran into.
        reason: &'static str,
        /// Bytes of the contents that are lost; `None` where nobody can know.
        lost: Option<u64>,
        /// Whether the contents go on behind the damage.
        resumes: bool,
    },
    /// The source ends where the container goes on.
    Cut,
    /// The source ends between two blocks, without the mark that ends them.
    EndMarkerMissing,
    /// Bytes behind the container's end that are no part of it.
    TrailingGarbage {
        /// How many there are.
        bytes: u64,
    },
    /// Zeros behind the container's end. Tapes and raw devices leave them;
    /// nothing is lost.
    TrailingZeros {
        /// How many there are.
        bytes: u64,
    },
}

/// What a checksum of a block is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockChecksum {
    /// The block as it stands in the file.
    Compressed,
    /// What it decodes to.
    Contents,
}

/// What each kind of finding is called and how much it matters, in one table:
/// a kind that is missing here does not compile.
macro_rules! table {
    ($($kind:pat => $code:literal, $severity:ident;)+) => {
        const TABLE: &[(&str, Severity)] = &[$(($code, Severity::$severity)),+];

        impl ContainerFindingKind {
            fn entry(&self) -> (&'static str, Severity) {
                match self {
                    $($kind => ($code, Severity::$severity)),+
                }
            }
        }
    };
}

table! {
    Self::ZstdChecksumMismatch { .. } => "zstd-checksum-mismatch", Damage;
    Self::ZstdContentSizeMismatch { .. } => "zstd-content-size-mismatch", Damage;
    Self::GzipCrcMismatch { .. } => "gzip-crc-mismatch", Damage;
    Self::GzipSizeMismatch { .. } => "gzip-size-mismatch", Damage;
    Self::HeaderChecksumMismatch { .. } => "header-checksum-mismatch", Warning;
    Self::BlockChecksumMismatch { .. } => "block-checksum-mismatch", Damage;
    Self::Bzip2CrcMismatch { .. } => "bzip2-crc-mismatch", Damage;
    Self::Damaged { .. } => "container-damaged", Damage;
    Self::Cut => "container-cut", Damage;
    Self::EndMarkerMissing => "end-marker-missing", Warning;
    Self::TrailingGarbage { .. } => "trailing-garbage", Warning;
    Self::TrailingZeros { .. } => "trailing-zeros", Note;
}

/// The codes of all findings that a container can have, each with how much it
/// matters.
pub fn finding_codes() -> impl Iterator<Item = (&'static str, Severity)> {
    TABLE.iter().copied()
}

impl ContainerFinding {
    /// How much it matters: whether contents are lost, cannot be trusted, or
    /// neither.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.entry().1
    }

    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.entry().0
    }
}

impl fmt::Display for ContainerFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "container {:#x}: ", self.offset)?;
        match &self.kind {
            ContainerFindingKind::ZstdChecksumMismatch { expected, found } => {
                write!(f, "zstd checksum: expected {expected:#010x}, found {found:#010x}")
            }
            ContainerFindingKind::ZstdContentSizeMismatch { expected, found } => {
                write!(f, "zstd content size: expected {expected}, found {found}")
            }
            ContainerFindingKind::GzipCrcMismatch { expected, found } => {
                write!(f, "gzip crc-32: expected {expected:#010x}, found {found:#010x}")
            }
            ContainerFindingKind::GzipSizeMismatch { expected, found } => {
                write!(f, "gzip size: expected {expected}, found {found}")
            }
            ContainerFindingKind::HeaderChecksumMismatch { expected, found } => {
                write!(f, "header checksum: expected {expected:#010x}, found {found:#010x}")
            }
            ContainerFindingKind::BlockChecksumMismatch { expected, found, of } => {
                let of = match of {
                    BlockChecksum::Compressed => "compressed",
                    BlockChecksum::Contents => "contents",
                };
                write!(f, "block checksum ({of}): expected {expected:#010x}, found {found:#010x}")
            }
            ContainerFindingKind::Bzip2CrcMismatch { expected, found } => {
                write!(f, "bzip2 crc: expected {expected:#010x}, found {found:#010x}")
            }
            ContainerFindingKind::Damaged { reason, lost, resumes } => {
                write!(f, "cannot be decoded: {reason}; contents {:#x}", self.contents_offset)?;
                match (lost, resumes) {
                    (Some(lost), _) => write!(f, ": {lost} bytes lost"),
                    (None, true) => write!(f, ": an unknown number of bytes lost"),
                    (None, false) => write!(f, ": nothing that decodes behind it"),
                }
            }
            ContainerFindingKind::Cut => {
                write!(
                    f,
                    "the file ends inside the container; contents {:#x}",
                    self.contents_offset
                )
            }
            ContainerFindingKind::EndMarkerMissing => write!(f, "end marker: missing"),
            ContainerFindingKind::TrailingGarbage { bytes } => {
                write!(f, "{bytes} bytes behind the end of the container")
            }
            ContainerFindingKind::TrailingZeros { bytes } => {
                write!(f, "{bytes} zeros behind the end of the container")
            }
        }
    }
}
