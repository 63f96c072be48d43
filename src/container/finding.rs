//! What is wrong with a container although its bytes could be had.
//!
//! The verdict on a container is separate from the one on the archive in it:
//! a wrong checksum does not take away what was decoded.

use core::fmt;

use crate::source::Severity;

/// Findings that are kept with their offsets; more are only counted.
const FINDINGS_MAX: usize = 1000;

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

impl ContainerFinding {
    /// How much it matters: whether contents are lost, cannot be trusted, or
    /// neither.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.kind {
            ContainerFindingKind::TrailingZeros { .. } => Severity::Note,
            ContainerFindingKind::TrailingGarbage { .. }
            | ContainerFindingKind::EndMarkerMissing
            | ContainerFindingKind::HeaderChecksumMismatch { .. } => Severity::Warning,
            _ => Severity::Damage,
        }
    }

    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ContainerFindingKind::ZstdChecksumMismatch { .. } => "zstd-checksum-mismatch",
            ContainerFindingKind::ZstdContentSizeMismatch { .. } => "zstd-content-size-mismatch",
            ContainerFindingKind::GzipCrcMismatch { .. } => "gzip-crc-mismatch",
            ContainerFindingKind::GzipSizeMismatch { .. } => "gzip-size-mismatch",
            ContainerFindingKind::HeaderChecksumMismatch { .. } => "header-checksum-mismatch",
            ContainerFindingKind::BlockChecksumMismatch { .. } => "block-checksum-mismatch",
            ContainerFindingKind::Bzip2CrcMismatch { .. } => "bzip2-crc-mismatch",
            ContainerFindingKind::Damaged { .. } => "container-damaged",
            ContainerFindingKind::Cut => "container-cut",
            ContainerFindingKind::EndMarkerMissing => "end-marker-missing",
            ContainerFindingKind::TrailingGarbage { .. } => "trailing-garbage",
            ContainerFindingKind::TrailingZeros { .. } => "trailing-zeros",
        }
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

/// How many of the checksums of a container were checked so far, and what
/// came of it. Header checksums do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    /// Checksums that were compared with what was decoded.
    pub checked: u64,
    /// Those of them that matched.
    pub matched: u64,
    /// Frames, members or blocks that carry no checksum at all. If nothing
    /// was checked and this is not 0, the container has none.
    pub absent: u64,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With its own end: everything in it was there to be had.
    Complete,
    /// The source ended first.
    Cut,
    /// Nothing behind damage could be decoded.
    Damaged,
}

impl End {
    /// Its name, as the page gets it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Damaged => "damaged",
        }
    }
}

/// What is noted while a container is decoded.
#[derive(Debug, Default)]
pub(super) struct Log {
    findings: Vec<ContainerFinding>,
    left_out: u64,
    checksums: Checksums,
}

impl Log {
    /// Nothing wrong, and these checksums.
    pub(super) fn sound(checksums: Checksums) -> Self {
        Self { checksums, ..Self::default() }
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.left_out == 0
    }

    /// Notes something wrong at `offset` of the source, which tells on the
    /// contents at `contents_offset`.
    pub(super) fn find(&mut self, offset: u64, contents_offset: u64, kind: ContainerFindingKind) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(ContainerFinding { offset, contents_offset, kind });
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    /// The damage that was noted last has cost `lost` bytes.
    pub(super) fn learn(&mut self, lost: u64) {
        if let Some(ContainerFinding { kind, .. }) = self.findings.last_mut()
            && let ContainerFindingKind::Damaged { lost: unknown @ None, .. } = kind
        {
            *unknown = Some(lost);
        }
    }

    /// The place that was noted last decodes to another length than it had, which
    /// is [learnt](Self::learn).
    pub(super) fn doubt_length(&mut self) {
        let Some(last) = self.findings.last() else { return };
        let (offset, contents) = (last.offset, last.contents_offset);
        let reason = "length of a block";
        let kind = ContainerFindingKind::Damaged { reason, lost: None, resumes: true };
        self.find(offset, contents, kind);
    }

    /// Notes a checksum that was compared; returns whether it matched.
    pub(super) fn compare(&mut self, expected: u32, found: u32) -> bool {
        let matched = expected == found;
        self.checksums.checked = self.checksums.checked.saturating_add(1);
        self.checksums.matched = self.checksums.matched.saturating_add(u64::from(matched));
        matched
    }

    /// Notes a part that carries no checksum.
    pub(super) fn no_checksum(&mut self) {
        self.checksums.absent = self.checksums.absent.saturating_add(1);
    }

    /// The findings so far, in the order they came up.
    pub(super) fn findings(&self) -> &[ContainerFinding] {
        &self.findings
    }

    /// Findings that are counted and not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The checksums so far.
    pub(super) fn checksums(&self) -> Checksums {
        self.checksums
    }
}
