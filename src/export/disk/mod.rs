//! A disk as a file of another format: raw, qcow2, VMDK, VHD, VHDX, VDI.
//!
//! A [`DiskFormat`] is laid out from the runs of the image before a byte of
//! data is read: the [`DiskFile`] knows its exact size, and any part of it can
//! be read at any time. A [`StreamFormat`] is compressed, so its size shows
//! only as it is made: a [`DiskStream`] is stepped from front to back.
//!
//! What the archive does not hold is not stored, but for raw. Lost parts read
//! as zeros; [`lost_map`](Disk::lost_map) tells which they are. Every id in a
//! file follows from the archive, so the same archive gives the same bytes.

mod bytes;
mod ddrescue_map;
mod deflate;
mod disk_file;
mod file_stream;
mod qcow2;
mod qcow2_stream;
mod raw;
mod read_through;
mod stored_units;
mod stream;
mod table;
mod units;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;
mod vmdk_stream;

use core::fmt;
use std::rc::Rc;

use md5::{Digest, Md5};
use uuid::{Builder, Uuid};

pub use self::ddrescue_map::{damage_map, lost_map, lost_ranges};
pub use self::disk_file::{DiskFile, Place};
pub use self::stream::{DiskStream, Progress};
use self::units::Units;
use crate::archive::header::{Device, Header};
use crate::archive::unit::{CLUSTER_SIZE, DeviceId};
use crate::export::file_name::safe_name;
use crate::image::FilledImage;
use crate::image::tap::Tap;
use crate::source::ReadAt;

/// Bytes of a sector. Every format but raw counts a disk in them; a size that
/// is no multiple, which Proxmox does not make, is rounded up and ends in zeros.
const SECTOR: u64 = 512;

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

    fn unless_disk_fits(format: &'static str, size: u64, max: u64) -> Result<(), Self> {
        if size > max { Err(Self::DiskTooLarge { format, size, max }) } else { Ok(()) }
    }

    fn unless_file_fits(format: &'static str, size: u64, max: u64) -> Result<(), Self> {
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

/// What the ids, names and dates in a file are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    archive: Uuid,
    device: DeviceId,
    ctime: i64,
    /// The device's name, fit for a file and in ASCII.
    name: String,
    is_ide: bool,
}

impl Identity {
    /// That of a device of an archive.
    #[must_use]
    pub fn new(header: &Header, device: &Device) -> Self {
        let ascii = |c: char| if c.is_ascii() { c } else { '_' };
        Self {
            archive: header.uuid(),
            device: device.id,
            ctime: header.ctime(),
            name: safe_name(&device.name).chars().map(ascii).collect(),
            is_ide: device.name.starts_with("drive-ide"),
        }
    }

    /// An id that follows from the archive's, the device's and its `purpose`.
    fn id(&self, purpose: &str) -> Uuid {
        let mut md5 = Md5::new();
        md5.update(self.archive);
        md5.update([self.device.get()]);
        md5.update(purpose);
        Builder::from_md5_bytes(md5.finalize().into()).into_uuid()
    }
}

/// A disk that is to become a file: its image, and which parts are stored.
#[derive(Clone)]
pub struct Disk {
    image: FilledImage,
    /// The units of 64 KiB that hold stored bytes.
    stored: Rc<Units>,
    identity: Identity,
}

impl Disk {
    /// A disk with the bytes of `image`. Goes through the image's runs once;
    /// every format is laid out from what that gave.
    #[must_use]
    pub fn new(image: FilledImage, identity: Identity) -> Self {
        let stored = Rc::new(Units::of(&image, CLUSTER_SIZE));
        Self { image, stored, identity }
    }

    /// The disk as a file of `format`.
    ///
    /// # Errors
    ///
    /// The format has no disks or files of this size.
    pub fn file(&self, format: DiskFormat) -> Result<DiskFile, Refusal> {
        match format {
            DiskFormat::Raw => Ok(raw::lay_out(self)),
            DiskFormat::Qcow2 => qcow2::lay_out(self),
            DiskFormat::Vmdk => vmdk::lay_out(self),
            DiskFormat::Vhd => vhd::lay_out(self),
            DiskFormat::Vhdx => vhdx::lay_out(self),
            DiskFormat::Vdi => vdi::lay_out(self),
        }
    }

    /// The disk as a file of `format`, given from front to back.
    ///
    /// # Errors
    ///
    /// The format has no disks or files of this size.
    pub fn file_stream(&self, format: DiskFormat) -> Result<Box<dyn DiskStream>, Refusal> {
        Ok(file_stream::FileStream::boxed(self.file(format)?))
    }

    /// The stored bytes of the disk, read from byte `from` on and given to
    /// nobody: for a [tap](crate::image::tap::Tap) on the image.
    #[must_use]
    pub fn read_through(&self, from: u64) -> Box<dyn DiskStream> {
        read_through::ReadThrough::boxed(self, from)
    }

    /// The disk with `tap` on its image.
    #[must_use]
    pub fn tapped(&self, tap: Tap) -> Self {
        Self { image: self.image.clone().tapped(tap), ..self.clone() }
    }

    /// The disk as a compressed file of `format`, to be made step by step.
    ///
    /// # Errors
    ///
    /// The format has no disks or files of this size.
    pub fn stream(&self, format: StreamFormat) -> Result<Box<dyn DiskStream>, Refusal> {
        match format {
            StreamFormat::Qcow2Deflate => qcow2_stream::Qcow2Stream::boxed(self),
            StreamFormat::VmdkStream => vmdk_stream::VmdkStream::boxed(self, false),
            StreamFormat::VmdkStreamStored => vmdk_stream::VmdkStream::boxed(self, true),
        }
    }

    /// What is missing of the disk, as far as is known, as a map for GNU
    /// ddrescue; `None` if nothing is. Damage of a container shows only when it
    /// is read: after saving, more may be known.
    #[must_use]
    pub fn lost_map(&self) -> Option<String> {
        let runs = || self.image.runs(0..u64::MAX);
        lost_ranges(runs()).next()?;
        Some(lost_map(runs(), self.image_size()))
    }

    /// Bytes of the image.
    fn image_size(&self) -> u64 {
        self.image.size().unwrap_or_default()
    }

    /// Bytes of the disk in whole sectors, which must not be more than `max`.
    fn size_within(&self, format: &'static str, max: u64) -> Result<u64, Refusal> {
        let size = self.image_size();
        let size = size.checked_next_multiple_of(SECTOR).unwrap_or(size);
        Refusal::unless_disk_fits(format, size, max)?;
        Ok(size)
    }

    /// The units of `unit_size` bytes, a multiple of 64 KiB, that hold stored
    /// bytes.
    fn units(&self, unit_size: u64) -> Units {
        self.stored.grouped(unit_size / CLUSTER_SIZE)
    }
}
