//! A disk as a file of another format: raw, qcow2, VMDK, VHD, VHDX, VDI.
//!
//! A [`DiskFormat`] is laid out from the runs of the image before a byte of
//! data is read: the [`DiskFile`] knows its exact size, and any part of it can
//! be read at any time. A [`StreamFormat`] is compressed, so its size shows
//! only as it is made: a [`DiskStream`] is stepped from front to back.
//!
//! What the archive does not hold is not stored, but for raw. Lost parts read
//! as zeros; [`damage_map`] tells which they are. Every id in a
//! file follows from the archive, so the same archive gives the same bytes.

mod bytes;
mod ddrescue_map;
mod deflate;
mod deflate_codes;
mod disk_file;
mod file_stream;
mod format;
mod gathered;
mod identity;
mod qcow2;
mod qcow2_stream;
mod raw;
mod read_through;
mod refusal;
mod stored_disk;
mod stored_units;
mod stream;
mod table;
mod units;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;
mod vmdk_stream;

pub use self::ddrescue_map::{damage_map, lost_map, lost_ranges};
pub use self::disk_file::{DiskFile, Place};
pub use self::format::{DiskFormat, StreamFormat};
pub use self::gathered::{Gathered, Part};
pub use self::identity::Identity;
pub use self::refusal::Refusal;
pub use self::stored_disk::Disk;
pub use self::stream::{DiskStream, Progress};

/// The disk in each format.
impl Disk {
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
}
