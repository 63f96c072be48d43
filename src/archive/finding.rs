//! What is wrong with an archive, where the work went on all the same.

use core::fmt;

use uuid::Uuid;

use crate::archive::layout::{EXTENT_HEADER_SIZE, FIXED_SIZE};
use crate::archive::unit::{ArchiveOffset, BlockMask, ClusterNumber, DeviceId};
use crate::source::{Severity, hex};

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the archive; for clusters that are nowhere, `None`.
    pub offset: Option<ArchiveOffset>,
    /// The device it is about, if it is about one.
    pub device: Option<DeviceId>,
    /// The cluster it is about, or the first of several.
    pub cluster: Option<ClusterNumber>,
    /// What is wrong, with what was expected and found.
    pub kind: FindingKind,
}

/// What is wrong. Every kind has a stable code, a severity, and knows what was
/// expected and found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// There is no archive header. What is known of the archive is from its
    /// extents.
    HeaderLost {
        /// Where the first sound extent starts.
        until: ArchiveOffset,
    },
    /// Something stands in front of the archive header.
    BytesBeforeHeader {
        /// How many bytes.
        length: u64,
    },
    /// A field of the header is wrong; another value was taken in its place.
    HeaderFieldWrong {
        /// The field, as the specification names it.
        field: &'static str,
        /// How many bytes it has, at most 16.
        length: usize,
        /// Its bytes.
        found: [u8; 16],
        /// The bytes that were taken instead.
        taken: [u8; 16],
    },
    /// A device that the header, which cannot be believed or is lost, does
    /// not declare: it is called by its number, and its size is what the
    /// highest cluster says.
    DeviceByNumber,
    /// A device has clusters beyond the size that the header, which cannot be
    /// believed, states: its size is what the highest cluster says.
    DeviceSizeDoubtful {
        /// The stated size, bytes.
        stated: u64,
    },
    /// The header's MD5 is not that of its bytes.
    HeaderMd5Mismatch {
        /// The checksum that the header states.
        stated: [u8; 16],
        /// The checksum of the bytes that are there.
        computed: [u8; 16],
    },
    /// The archive ends inside its header.
    HeaderTruncated {
        /// Bytes that the header states.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The blob buffer does not lie between the fixed part and the header's end.
    BlobBufferOutOfBounds {
        /// Where the buffer starts, as stated.
        start: u32,
        /// Its size, as stated.
        size: u32,
        /// The header's size.
        header_size: u32,
    },
    /// A slot of the device table has a size or a name, but not both.
    DeviceIncomplete {
        /// The size the slot states, 0 if that is what is missing.
        size: u64,
    },
    /// The slot of device id 0, which is no device, is filled in.
    DeviceZeroDeclared,
    /// The name of a device cannot be read: its pointer leads out of the blob
    /// buffer.
    DeviceNameInvalid {
        /// The pointer, counted from the start of the blob buffer.
        pointer: u32,
    },
    /// The name or the data of a config cannot be read.
    ConfigPointerInvalid {
        /// The slot in the table of configs, 0 to 255.
        slot: u8,
        /// The pointer, counted from the start of the blob buffer.
        pointer: u32,
    },
    /// A pointer leads into the blob buffer, but not to the start of a blob in
    /// the chain.
    BlobPointerInsideBlob {
        /// The pointer, counted from the start of the blob buffer.
        pointer: u32,
    },
    /// A name does not end in NUL.
    NameUnterminated,
    /// An extent header does not start with `VMAE`.
    ExtentMagicWrong {
        /// The four bytes in its place.
        found: [u8; 4],
    },
    /// The reserved field of an extent header is not 0, which Proxmox refuses.
    ExtentReservedNonzero {
        /// The field.
        found: u16,
    },
    /// An extent header belongs to another archive.
    ExtentUuidMismatch {
        /// The archive's UUID.
        expected: Uuid,
        /// The extent's.
        found: Uuid,
    },
    /// The MD5 of an extent header is not that of its bytes.
    ExtentMd5Mismatch {
        /// The checksum that the extent header states.
        stated: [u8; 16],
        /// The checksum of the bytes that are there.
        computed: [u8; 16],
    },
    /// The archive ends inside an extent header.
    ExtentHeaderCut {
        /// Bytes of the header that are there.
        found: u64,
    },
    /// The data of an extent end before they should: the archive ends, or the
    /// next sound extent starts.
    ExtentCut {
        /// Bytes of data that the extent states.
        expected: u64,
        /// Bytes of data that are there.
        found: u64,
    },
    /// Bytes between two extents that belong to neither.
    BytesSkipped {
        /// How many.
        length: u64,
    },
    /// Bytes behind the last extent that belong to nothing.
    TrailingBytes {
        /// How many.
        length: u64,
    },
    /// Bytes of the archive that could not be decoded: the container is
    /// damaged there.
    ContentsLost {
        /// Where the archive can be read again.
        until: ArchiveOffset,
    },
    /// Nothing sound was found for so long that the rest was not looked at.
    SearchGivenUp,
    /// An archive header where an extent header should be: a second archive
    /// was appended. Only the first is read; of a second copy of the same one,
    /// clusters are taken that the first lacks.
    ArchiveHeaderAgain {
        /// The UUID of the second.
        uuid: Uuid,
        /// The UUID of the first.
        first: Uuid,
    },
    /// An extent's count of blocks is not the sum of its masks.
    BlockCountMismatch {
        /// Set bits in all masks.
        masks: u32,
        /// The extent's `block_count`.
        block_count: u32,
    },
    /// A cluster that was there before; the first copy counts.
    ClusterTwice,
    /// Clusters that stand nowhere in the archive.
    ClusterMissing {
        /// How many, from the finding's cluster on.
        count: u64,
    },
    /// A cluster number beyond the device's end.
    ClusterPastEnd {
        /// Clusters that the device has.
        clusters: u64,
    },
    /// Blocks are stored that lie beyond the device's end.
    BlockPastEnd {
        /// The cluster's mask.
        mask: BlockMask,
        /// The bits that it may have.
        allowed: BlockMask,
    },
    /// A slot names a device that the header does not declare.
    DeviceUndeclared,
    /// The reserved byte of a slot is not 0.
    SlotReservedNonzero {
        /// The byte.
        found: u8,
    },
    /// A cluster of the vmstate that does not follow the one before.
    VmstateOutOfOrder {
        /// The cluster number that should have come.
        expected: u64,
    },
}

/// The table of all kinds: a stable code in kebab-case, and how much it matters.
/// In the order in which they are listed.
macro_rules! kinds {
    ($($kind:ident => $code:literal, $severity:ident;)*) => {
        /// All codes, in the order in which the page lists them.
        pub const CODES: &[&str] = &[$($code),*];

        impl FindingKind {
            /// A stable name in kebab-case, to match on.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $code,)*
                }
            }

            /// How much it matters.
            #[must_use]
            pub fn severity(&self) -> Severity {
                match self {
                    $(Self::$kind { .. } => Severity::$severity,)*
                }
            }
        }
    };
}

kinds! {
    HeaderLost => "header-lost", Damage;
    BytesBeforeHeader => "bytes-before-header", Warning;
    HeaderFieldWrong => "header-field-wrong", Damage;
    HeaderTruncated => "header-truncated", Damage;
    HeaderMd5Mismatch => "header-md5-mismatch", Damage;
    BlobBufferOutOfBounds => "blob-buffer-out-of-bounds", Damage;
    ConfigPointerInvalid => "config-pointer-invalid", Damage;
    DeviceNameInvalid => "device-name-invalid", Damage;
    DeviceIncomplete => "device-incomplete", Damage;
    DeviceZeroDeclared => "device-zero-declared", Warning;
    DeviceByNumber => "device-by-number", Damage;
    DeviceSizeDoubtful => "device-size-doubtful", Damage;
    BlobPointerInsideBlob => "blob-pointer-inside-blob", Warning;
    NameUnterminated => "name-unterminated", Warning;
    ClusterMissing => "cluster-missing", Damage;
    ContentsLost => "contents-lost", Damage;
    ExtentCut => "extent-cut", Damage;
    ExtentHeaderCut => "extent-header-cut", Damage;
    ExtentMd5Mismatch => "extent-md5-mismatch", Damage;
    ExtentMagicWrong => "extent-magic-wrong", Damage;
    ExtentUuidMismatch => "extent-uuid-mismatch", Damage;
    ExtentReservedNonzero => "extent-reserved-nonzero", Warning;
    ArchiveHeaderAgain => "archive-header-again", Warning;
    BytesSkipped => "bytes-skipped", Damage;
    SearchGivenUp => "search-given-up", Damage;
    TrailingBytes => "trailing-bytes", Warning;
    BlockCountMismatch => "block-count-mismatch", Damage;
    ClusterTwice => "cluster-twice", Damage;
    ClusterPastEnd => "cluster-past-end", Damage;
    BlockPastEnd => "block-past-end", Warning;
    DeviceUndeclared => "device-undeclared", Damage;
    VmstateOutOfOrder => "vmstate-out-of-order", Damage;
    SlotReservedNonzero => "slot-reserved-nonzero", Note;
}

impl FindingKind {
    /// What should have been there, in words or digits; `None` where the code
    /// says it all.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        Some(match self {
            Self::HeaderMd5Mismatch { stated, .. } | Self::ExtentMd5Mismatch { stated, .. } => {
                hex(stated)
            }
            Self::HeaderTruncated { expected, .. } => bytes(*expected),
            Self::BlobBufferOutOfBounds { header_size, .. } => {
                format!("from {} to {header_size}", FIXED_SIZE)
            }
            Self::DeviceIncomplete { .. } => "a name and a size".into(),
            Self::NameUnterminated => "NUL at the end".into(),
            Self::ExtentMagicWrong { .. } => hex(b"VMAE"),
            Self::ExtentReservedNonzero { .. } | Self::SlotReservedNonzero { .. } => "0".into(),
            Self::ExtentUuidMismatch { expected, .. } => expected.to_string(),
            Self::ExtentHeaderCut { .. } => {
                format!("{} bytes", EXTENT_HEADER_SIZE)
            }
            Self::ExtentCut { expected, .. } => format!("{expected} bytes of data"),
            Self::ArchiveHeaderAgain { .. } => "an extent header".into(),
            Self::HeaderFieldWrong { field, length, taken, .. } => {
                format!("{field} {}", hex(taken.get(..*length).unwrap_or(taken)))
            }
            Self::DeviceByNumber => "a device of the header".into(),
            Self::DeviceSizeDoubtful { stated } => format!("{stated} bytes, as stated"),
            Self::BlockCountMismatch { masks, .. } => format!("{masks} blocks, by the masks"),
            Self::ClusterPastEnd { clusters } => format!("less than {clusters}"),
            Self::BlockPastEnd { allowed, .. } => format!("mask within {:#06x}", allowed.0),
            Self::DeviceUndeclared => "a device of the header".into(),
            Self::VmstateOutOfOrder { expected } => format!("cluster {expected}"),
            _ => return None,
        })
    }

    /// What was there instead; `None` where the code says it all.
    #[must_use]
    pub fn found(&self) -> Option<String> {
        Some(match self {
            Self::HeaderMd5Mismatch { computed, .. } | Self::ExtentMd5Mismatch { computed, .. } => {
                hex(computed)
            }
            Self::HeaderTruncated { found, .. } | Self::ExtentHeaderCut { found } => bytes(*found),
            Self::BlobBufferOutOfBounds { start, size, .. } => {
                format!("{size} bytes from {start}")
            }
            Self::DeviceIncomplete { size: 0 } => "a name only".into(),
            Self::DeviceIncomplete { size } => format!("a size of {size} bytes only"),
            Self::DeviceNameInvalid { pointer } | Self::BlobPointerInsideBlob { pointer } => {
                format!("pointer {pointer:#x}")
            }
            Self::ConfigPointerInvalid { slot, pointer } => {
                format!("pointer {pointer:#x} in slot {slot}")
            }
            Self::ExtentMagicWrong { found } => hex(found),
            Self::ExtentReservedNonzero { found } => format!("{found:#06x}"),
            Self::SlotReservedNonzero { found } => format!("{found:#04x}"),
            Self::ExtentUuidMismatch { found, .. } => found.to_string(),
            Self::ExtentCut { found, .. } => format!("{found} bytes of data"),
            Self::BytesSkipped { length }
            | Self::TrailingBytes { length }
            | Self::BytesBeforeHeader { length } => bytes(*length),
            Self::ContentsLost { until } => format!("nothing up to {until}"),
            Self::ArchiveHeaderAgain { uuid, first } if uuid == first => {
                "a further copy of the same archive".into()
            }
            Self::ArchiveHeaderAgain { uuid, .. } => format!("the header of archive {uuid}"),
            Self::HeaderLost { until } => format!("no header before {until}"),
            Self::HeaderFieldWrong { length, found, .. } => {
                hex(found.get(..*length).unwrap_or(found))
            }
            Self::DeviceSizeDoubtful { .. } => "a cluster beyond".into(),
            Self::BlockCountMismatch { block_count, .. } => format!("block_count {block_count}"),
            Self::ClusterMissing { count } => format!("{count} missing"),
            Self::BlockPastEnd { mask, .. } => format!("mask {:#06x}", mask.0),
            _ => return None,
        })
    }
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".into() } else { format!("{count} bytes") }
}

impl Finding {
    /// How many clusters it is about, if it is about clusters.
    #[must_use]
    pub fn cluster_count(&self) -> Option<u64> {
        match self.kind {
            FindingKind::ClusterMissing { count } => Some(count),
            _ => self.cluster.map(|_| 1),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(offset) = self.offset {
            write!(f, "archive {offset}: ")?;
        }
        if let Some(device) = self.device {
            write!(f, "device {device}: ")?;
        }
        if let Some(cluster) = self.cluster {
            write!(f, "cluster {cluster}: ")?;
        }
        write!(f, "{}", self.kind.code())?;
        if let Some(expected) = self.kind.expected() {
            write!(f, ": expected {expected}")?;
        }
        match (self.kind.found(), self.kind.expected()) {
            (Some(found), Some(_)) => write!(f, ", found {found}"),
            (Some(found), None) => write!(f, ": {found}"),
            (None, _) => Ok(()),
        }
    }
}
