//! Why a disk cannot be a file of some format.

use core::fmt;

/// Why a disk cannot be a file of some format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The format has no disks of this size.
    DiskTooLarge {
        /// The format's stable name.
        format: &'static str,
        /// Bytes of the disk.
        size: u64,
        /// Bytes of the largest disk.
        max: u64,
    },
    /// The format has no files of this size.
    FileTooLarge {
        /// The format's stable name.
        format: &'static str,
        /// Bytes of the file; of a compressed one, at most.
        size: u64,
        /// Bytes of the largest file.
        max: u64,
    },
}

impl Refusal {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DiskTooLarge { .. } => "disk-too-large",
            Self::FileTooLarge { .. } => "file-too-large",
        }
    }

    pub(super) fn unless_disk_fits(format: &'static str, size: u64, max: u64) -> Result<(), Self> {
        if size > max { Err(Self::DiskTooLarge { format, size, max }) } else { Ok(()) }
    }

    pub(super) fn unless_file_fits(format: &'static str, size: u64, max: u64) -> Result<(), Self> {
        if size > max { Err(Self::FileTooLarge { format, size, max }) } else { Ok(()) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (format, what, size, max) = match self {
            Self::DiskTooLarge { format, size, max } => (format, "disk", size, max),
            Self::FileTooLarge { format, size, max } => (format, "file", size, max),
        };
        write!(f, "{format}: {what} size: expected at most {max} bytes, found {size}")
    }
}

impl core::error::Error for Refusal {}
