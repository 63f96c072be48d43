//! What a file is that is no backup of a virtual machine, told by the first bytes
//! of it and of what is packed in it.

use crate::container::{Container, Contents};
use crate::source::{Error, read_range};

/// Bytes that are looked at.
const LOOKED_AT: u64 = 16 << 10;

/// Bytes of a record of a tar archive.
const TAR_RECORD: usize = 512;

/// Where the magic of a tar header stands (POSIX.1-1988, `ustar`).
const TAR_MAGIC_AT: usize = 257;

/// What vzdump puts into the tar archive of a container: its configuration.
const PCT_CONF: &[u8] = b"./etc/vzdump/pct.conf\0";

/// Something that is recognised, and is no VMA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A container with another in it.
    PackedTwice {
        /// What the file is.
        outer: Container,
        /// What comes out of it.
        inner: Container,
    },
    /// The backup of an LXC container, as vzdump makes it.
    ContainerBackup,
    /// Any other tar archive.
    Tar,
    /// A disk image of QEMU's format.
    Qcow2,
}

impl Foreign {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::PackedTwice { .. } => "packed-twice",
            Self::ContainerBackup => "container-backup",
            Self::Tar => "tar",
            Self::Qcow2 => "qcow2",
        }
    }

    /// What `contents` are by their first bytes, if that is one of these.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    #[inline(never)]
    pub fn recognise(contents: &Contents) -> Result<Option<Self>, Error> {
        let first = read_range(contents, 0..LOOKED_AT)?;
        if let (Some(outer), Some(inner)) = (contents.container(), Container::recognise(&first)) {
            return Ok(Some(Self::PackedTwice { outer, inner }));
        }
        let mut headers = first.chunks_exact(TAR_RECORD).filter(|record| is_tar_header(record));
        Ok(match first.get(..4) {
            Some(b"QFI\xfb") => Some(Self::Qcow2),
            _ if !first.get(..TAR_RECORD).is_some_and(is_tar_header) => None,
            _ if headers.any(|header| header.starts_with(PCT_CONF)) => Some(Self::ContainerBackup),
            _ => Some(Self::Tar),
        })
    }
}

fn is_tar_header(record: &[u8]) -> bool {
    record.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar"))
}
