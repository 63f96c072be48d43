//! Names for what a source can be that holds no archive.

/// What is recognised, and is no backup of a virtual machine in the VMA format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// What comes out of a container is a container again.
    PackedAgain {
        /// The inner one's name.
        by: &'static str,
    },
    /// Zero bytes come out of a container.
    Nothing,
    /// The backup of an LXC container, or of an OpenVZ one, as vzdump makes it.
    ContainerBackup,
    /// The backup of a virtual machine of a vzdump before 2.3: a tar archive.
    OldBackup(Members),
    /// Any other tar archive.
    Tar(Members),
    /// Compressed by xz, in the `.xz` format.
    Xz,
    /// In the format before `.xz`, `.lzma`.
    Lzma,
    /// Compressed by lzip.
    Lzip,
    /// Compressed by lrzip.
    Lrzip,
    /// Compressed by lz4, in frames.
    Lz4,
    /// Compressed by lz4, in the format before there were frames.
    Lz4Legacy,
    /// A zlib stream, with no file format around it.
    Zlib,
    /// A zstd frame that copies from before its own start, and names no dictionary.
    ZstdPatch,
    /// A 7z archive.
    SevenZip,
    /// A zip archive.
    Zip,
    /// A RAR archive.
    Rar,
    /// Encrypted by OpenPGP.
    OpenPgp,
    /// Encrypted by age.
    Age,
    /// A LUKS volume.
    Luks,
    /// A disk image of QEMU's format.
    Qcow2,
    /// A disk of VMware's, or its descriptor.
    Vmdk,
    /// A disk of Hyper-V's.
    Vhdx,
    /// A disk of older Hyper-V's, and of Virtual PC's.
    Vhd,
    /// A disk of VirtualBox's.
    Vdi,
    /// An ISO 9660 image.
    Iso,
    /// An index of Proxmox Backup Server: the list of an archive's chunks.
    PbsIndex,
    /// A blob, or a chunk, of Proxmox Backup Server.
    PbsBlob,
    /// A file archive of Proxmox Backup Server.
    PbsArchive,
    /// A page of the web.
    Html,
    /// Text in UTF-16, as PowerShell writes what is redirected to a file.
    Utf16,
    /// What vzdump has logged.
    VzdumpLog,
    /// Any other text, such as the notes of a backup.
    Text,
    /// Zeros.
    Zeros {
        /// So many bytes were looked at from the start on.
        start: u64,
        /// And so many places behind those; none if there is nothing behind, or if
        /// that was not looked at.
        places: u64,
        /// Whether that was all there is.
        is_all: bool,
    },
}

/// What is in a tar archive, as far as its headers were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// The first of them, in order.
    pub list: Vec<Member>,
    /// Whether these are all.
    pub is_all: bool,
}

/// A member of a tar archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, cut where it is too long.
    pub name: String,
    /// Its size once it is unpacked, bytes.
    pub size: u64,
}

impl Foreign {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PackedAgain { .. } => "packed-again",
            Self::Nothing => "nothing",
            Self::ContainerBackup => "container-backup",
            Self::OldBackup(_) => "old-backup",
            Self::Tar(_) => "tar",
            Self::Xz => "xz",
            Self::Lzma => "lzma",
            Self::Lzip => "lzip",
            Self::Lrzip => "lrzip",
            Self::Lz4 => "lz4",
            Self::Lz4Legacy => "lz4-legacy",
            Self::Zlib => "zlib",
            Self::ZstdPatch => "zstd-patch",
            Self::SevenZip => "seven-zip",
            Self::Zip => "zip",
            Self::Rar => "rar",
            Self::OpenPgp => "open-pgp",
            Self::Age => "age",
            Self::Luks => "luks",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
            Self::Vhdx => "vhdx",
            Self::Vhd => "vhd",
            Self::Vdi => "vdi",
            Self::Iso => "iso",
            Self::PbsIndex => "pbs-index",
            Self::PbsBlob => "pbs-blob",
            Self::PbsArchive => "pbs-archive",
            Self::Html => "html",
            Self::Utf16 => "utf16",
            Self::VzdumpLog => "vzdump-log",
            Self::Text => "text",
            Self::Zeros { .. } => "zeros",
        }
    }

    /// What is in it, if it is a tar archive of which that is told.
    #[must_use]
    pub fn members(&self) -> Option<&Members> {
        match self {
            Self::OldBackup(members) | Self::Tar(members) => Some(members),
            _ => None,
        }
    }
}
