//! What ends the work: an error says where, in what part, and what. Something
//! wrong that the work can go on past is a finding instead.

use core::fmt;

use crate::foreign::Foreign;

/// Why the work could not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    part: Part,
    offset: Option<u64>,
    kind: ErrorKind,
}

/// What was being read when an error came up. Offsets count from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The file, or what stands for it.
    Source,
    /// What wraps the archive: zstd, lzop, gzip, bzip2.
    Container,
    /// The archive's header.
    Header,
    /// An extent header, or the search for one.
    Extent,
    /// The image of one device.
    Image,
}

impl Part {
    /// The part's name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Container => "container",
            Self::Header => "header",
            Self::Extent => "extent",
            Self::Image => "image",
        }
    }
}

/// What was wrong, with what was expected and found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The source holds no byte.
    Empty,
    /// The source cannot be read; the reason in its own words.
    SourceUnreadable(String),
    /// The source ends before the length it had when it was opened.
    SourceShrank,
    /// What was decoded once comes to something else when it is decoded again: the source
    /// gives other bytes than before, or a decoder is at fault.
    SourceDiffers,
    /// The first bytes are neither a VMA's nor a known container's.
    NotVma {
        /// The first four bytes; fewer are filled up with zeros.
        found: [u8; 4],
    },
    /// It is something else that is known.
    Foreign {
        /// What it is.
        found: Foreign,
        /// The names of the containers it is in, from the outside in.
        packed_by: Vec<&'static str>,
    },
    /// A container asks for something that is not read, such as a filter.
    ContainerFeature {
        /// What it asks for.
        feature: &'static str,
        /// The value that asks for it.
        found: u32,
    },
    /// A container needs more memory to look back than is allowed.
    ContainerWindow {
        /// Bytes it needs.
        needed: u64,
        /// Bytes that are allowed.
        allowed: u64,
    },
    /// The container is damaged here: the bytes from the error's offset on
    /// cannot be had, those from `until` on can.
    ContainerDamaged {
        /// Where good bytes resume, in decompressed bytes.
        until: u64,
    },
    /// A container is damaged, and nothing of an archive is found in what decodes.
    NothingSound {
        /// Bytes of contents that were looked at.
        searched: u64,
    },
    /// Not one byte comes out of a container: what it begins with is cut off, or damaged.
    NothingUnpacked {
        /// Whether the source just ends too early.
        is_cut: bool,
    },
    /// The source ends inside the fixed part of the header.
    HeaderCut {
        /// Bytes the fixed part has.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A version other than 1.
    VersionUnsupported {
        /// The version the header states.
        found: u32,
    },
    /// The header claims a size smaller than its fixed part, or larger than
    /// any that is read.
    HeaderSize {
        /// The size the header states.
        found: u32,
        /// Bytes that a header has at least.
        min: u32,
        /// Bytes that a header may have.
        max: u32,
    },
    /// Another extent header stands here than when the archive was scanned.
    ChangedSinceScan,
    /// The scan has not come to these bytes yet: they may be stored, zero or lost.
    NotYetKnown,
    /// The archive goes on beyond the last offset that can be indexed.
    ArchiveTooLarge {
        /// The first offset that cannot, in bytes.
        max: u64,
    },
    /// The index would need more memory than it may take.
    IndexTooLarge {
        /// Bytes that it may take.
        max: u64,
    },
}

impl Error {
    /// An error of `kind` in `part`, at `offset` bytes from its start.
    #[must_use]
    pub fn new(part: Part, offset: u64, kind: ErrorKind) -> Self {
        Self { part, offset: Some(offset), kind }
    }

    /// The source ends before its own length, at or behind `offset`.
    #[must_use]
    pub fn source_shrank(offset: u64) -> Self {
        Self::new(Part::Source, offset, ErrorKind::SourceShrank)
    }

    /// The source comes to something else than before, at or behind `offset`.
    #[must_use]
    pub fn source_differs(offset: u64) -> Self {
        Self::new(Part::Source, offset, ErrorKind::SourceDiffers)
    }

    /// The source cannot be read at `offset`.
    #[must_use]
    pub fn source_unreadable(offset: u64, reason: String) -> Self {
        Self::new(Part::Source, offset, ErrorKind::SourceUnreadable(reason))
    }

    /// What was being read.
    #[must_use]
    pub fn part(&self) -> Part {
        self.part
    }

    /// Bytes from the start of the part; `None` where there is no place.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// What was wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            ErrorKind::Empty => "source-empty",
            ErrorKind::SourceUnreadable(_) => "source-unreadable",
            ErrorKind::SourceShrank => "source-shrank",
            ErrorKind::SourceDiffers => "source-differs",
            ErrorKind::NotVma { .. } => "not-a-vma",
            ErrorKind::Foreign { .. } => "foreign-file",
            ErrorKind::ContainerFeature { .. } => "container-feature",
            ErrorKind::ContainerWindow { .. } => "container-window",
            ErrorKind::ContainerDamaged { .. } => "container-damaged",
            ErrorKind::NothingSound { .. } => "nothing-sound",
            ErrorKind::NothingUnpacked { is_cut: true } => "container-start-cut",
            ErrorKind::NothingUnpacked { is_cut: false } => "container-start-damaged",
            ErrorKind::HeaderCut { .. } => "header-cut",
            ErrorKind::VersionUnsupported { .. } => "version-unsupported",
            ErrorKind::HeaderSize { .. } => "header-size",
            ErrorKind::ChangedSinceScan => "changed-since-scan",
            ErrorKind::NotYetKnown => "not-yet-known",
            ErrorKind::ArchiveTooLarge { .. } => "archive-too-large",
            ErrorKind::IndexTooLarge { .. } => "index-too-large",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part.name())?;
        if let Some(offset) = self.offset {
            write!(f, " {offset:#x}")?;
        }
        match &self.kind {
            ErrorKind::Empty => write!(f, ": no bytes"),
            ErrorKind::SourceUnreadable(reason) => write!(f, ": cannot be read: {reason}"),
            ErrorKind::SourceShrank => write!(f, ": ends before the length it was opened with"),
            ErrorKind::SourceDiffers => write!(f, ": decodes to something else than before"),
            ErrorKind::NotVma { found: [a, b, c, d] } => {
                write!(f, ": magic: expected 56 4d 41 00, found {a:02x} {b:02x} {c:02x} {d:02x}")
            }
            ErrorKind::Foreign { found, packed_by } => {
                write!(f, ": no archive, but {}", found.code())?;
                packed_by.iter().rev().try_for_each(|name| write!(f, " in {name}"))
            }
            ErrorKind::ContainerFeature { feature, found } => {
                write!(f, ": {feature} {found:#x} is not read")
            }
            ErrorKind::ContainerWindow { needed, allowed } => {
                write!(f, ": needs a window of {needed} bytes, {allowed} are allowed")
            }
            ErrorKind::ContainerDamaged { until } => {
                write!(f, ": damaged, good bytes resume at {until:#x}")
            }
            ErrorKind::NothingSound { searched } => {
                write!(f, ": damaged, and nothing sound in {searched} bytes")
            }
            ErrorKind::HeaderCut { expected, found } => {
                write!(f, ": expected {expected} bytes, found {found}")
            }
            ErrorKind::VersionUnsupported { found } => {
                write!(f, ": version: expected 1, found {found}")
            }
            ErrorKind::HeaderSize { found, min, max } => {
                write!(f, ": header_size: expected {min} to {max}, found {found}")
            }
            ErrorKind::NothingUnpacked { is_cut: true } => {
                write!(f, ": ends before a byte of it can be unpacked")
            }
            ErrorKind::NothingUnpacked { is_cut: false } => {
                write!(f, ": not a byte of it can be unpacked")
            }
            ErrorKind::NotYetKnown => write!(f, ": the scan has not come there yet"),
            ErrorKind::ChangedSinceScan => write!(f, ": not the header that was scanned"),
            ErrorKind::ArchiveTooLarge { max } => write!(f, ": archive goes on beyond {max:#x}"),
            ErrorKind::IndexTooLarge { max } => {
                write!(f, ": index needs more than {max} bytes")
            }
        }
    }
}

impl core::error::Error for Error {}
