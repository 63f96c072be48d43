//! A volume: what was told of a file system, or of what wraps one.

/// A file system, or what wraps one.
///
/// Many fields: each is a fact that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub label: Option<String>,
    /// What identifies it, as `blkid` writes it.
    pub uuid: Option<String>,
    /// Bytes that it takes, by its own word.
    pub size: Option<u64>,
    /// Bytes in use, about: as of when it was written down last.
    pub used: Option<u64>,
    /// The folder under which it was mounted last.
    pub mounted: Option<String>,
    /// What else it says of itself, in its own terms: a cipher, a level, a version.
    pub detail: Option<String>,
    /// What speaks for it.
    pub proof: Proof,
    /// Whether bytes that say all this are in doubt.
    pub in_doubt: bool,
}

/// What speaks for a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// There is a checksum, and it does not agree.
    Disagrees,
    /// There is no checksum that is known; the fields make sense.
    Plausible,
    /// A checksum agrees.
    Agrees,
}

/// What a volume is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the name of what it stands for")]
pub enum Kind {
    LvmPhysical,
    MdRaid,
    Luks1,
    Luks2,
    BitLocker,
    Bcache,
    ZfsMember,
    Ext2,
    Ext3,
    Ext4,
    ExtJournal,
    Xfs,
    Btrfs,
    F2fs,
    Bcachefs,
    Swap,
    Hibernated,
    Fat12,
    Fat16,
    Fat32,
    ExFat,
    Ntfs,
    ReFs,
    Apfs,
    HfsPlus,
    Squashfs,
    Iso9660,
    Udf,
    Vmfs,
}

impl Kind {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LvmPhysical => "lvm",
            Self::MdRaid => "md-raid",
            Self::Luks1 => "luks1",
            Self::Luks2 => "luks2",
            Self::BitLocker => "bitlocker",
            Self::Bcache => "bcache",
            Self::ZfsMember => "zfs",
            Self::Ext2 => "ext2",
            Self::Ext3 => "ext3",
            Self::Ext4 => "ext4",
            Self::ExtJournal => "ext-journal",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::F2fs => "f2fs",
            Self::Bcachefs => "bcachefs",
            Self::Swap => "swap",
            Self::Hibernated => "hibernated",
            Self::Fat12 => "fat12",
            Self::Fat16 => "fat16",
            Self::Fat32 => "fat32",
            Self::ExFat => "exfat",
            Self::Ntfs => "ntfs",
            Self::ReFs => "refs",
            Self::Apfs => "apfs",
            Self::HfsPlus => "hfs-plus",
            Self::Squashfs => "squashfs",
            Self::Iso9660 => "iso9660",
            Self::Udf => "udf",
            Self::Vmfs => "vmfs",
        }
    }

    /// Whether it wraps something else: what seems to stand in it is left over, or is
    /// found once more inside.
    #[must_use]
    pub fn is_wrapping(self) -> bool {
        matches!(
            self,
            Self::LvmPhysical
                | Self::MdRaid
                | Self::Luks1
                | Self::Luks2
                | Self::BitLocker
                | Self::Bcache
                | Self::ZfsMember
        )
    }
}

impl Volume {
    /// One of which nothing is known but its kind and what speaks for it.
    pub(super) fn new(kind: Kind, proof: Proof) -> Self {
        Self {
            kind,
            label: None,
            uuid: None,
            size: None,
            used: None,
            mounted: None,
            detail: None,
            proof,
            in_doubt: false,
        }
    }
}
