//! The formats that a disk can be a file of.

/// A format whose layout is known before any data is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFormat {
    /// The bytes of the disk, zeros included.
    Raw,
    /// QEMU's: version 3, clusters of 64 KiB.
    Qcow2,
    /// VMware's `monolithicSparse`.
    Vmdk,
    /// Virtual PC's, dynamic: up to 2040 GiB.
    Vhd,
    /// Hyper-V's, dynamic.
    Vhdx,
    /// VirtualBox's, dynamic.
    Vdi,
}

impl DiskFormat {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Raw, Self::Qcow2, Self::Vmdk, Self::Vhd, Self::Vhdx, Self::Vdi];

    /// Its stable name, in kebab-case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
            Self::Vdi => "vdi",
        }
    }

    /// The extension of its files, without the dot; it is the code as well.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.code()
    }
}

/// A compressed format, made from front to back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamFormat {
    /// qcow2 with clusters compressed by deflate.
    Qcow2Deflate,
    /// VMware's `streamOptimized`, which appliances take, compressed by
    /// deflate.
    VmdkStream,
    /// The same, in deflate's form for bytes that are left as they are: the
    /// size is known beforehand, and making it takes hardly any time.
    VmdkStreamStored,
}

impl StreamFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Qcow2Deflate, Self::VmdkStream, Self::VmdkStreamStored];

    /// Its stable name, in kebab-case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Qcow2Deflate => "qcow2-deflate",
            Self::VmdkStream => "vmdk-stream",
            Self::VmdkStreamStored => "vmdk-stream-stored",
        }
    }

    /// The extension of its files, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Qcow2Deflate => "qcow2",
            Self::VmdkStream | Self::VmdkStreamStored => "vmdk",
        }
    }
}
