//! A disk in a file of its own, as it comes out of a hypervisor or of this program: a
//! raw one, or QEMU's qcow2, read only.
//!
//! Whatever the file is, a [`DiskFile`] is a [`DiskImage`] over any source: it can be
//! looked into, and saved in another format. None of these formats has a checksum over
//! the data, so nothing is said of whether the bytes are right. What the file should
//! hold and does not is lost. What it has to have from elsewhere, such as a backing
//! file, is [refused](Refusal) by name: its bytes are not here, and never zeros.

mod lost;
mod qcow2;
mod raw;
mod refusal;
mod whole;

use core::ops::Range;
use std::rc::Rc;

use self::qcow2::Qcow2;
pub use self::qcow2::{CompressionType, Facts, Snapshot};
use self::raw::Raw;
pub use self::refusal::Refusal;
pub use self::whole::Whole;
use crate::image::DiskImage;
use crate::source::{Error, Gap, ReadAt};

/// A disk in a file of its own: a [`ReadAt`] of the disk, which stops before what is
/// lost. Clones share what they keep.
#[derive(Clone)]
pub struct DiskFile(Format);

#[derive(Clone)]
enum Format {
    Raw(Rc<Raw>),
    Qcow2(Rc<Qcow2>),
}

impl DiskFile {
    /// The file as a raw disk: each byte of it is one of the disk.
    #[must_use]
    pub fn raw(source: Rc<dyn ReadAt>) -> Self {
        Self(Format::Raw(Rc::new(Raw { source })))
    }

    /// The file as qcow2. Reads its header and its first table, 32 MiB at most.
    ///
    /// # Errors
    ///
    /// It is none that can be read by itself, or the source cannot be read.
    pub fn qcow2(source: Rc<dyn ReadAt>) -> Result<Self, Refusal> {
        Ok(Self(Format::Qcow2(Rc::new(Qcow2::open(source)?))))
    }

    /// What the header says; `None` of a raw disk.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match &self.0 {
            Format::Raw(_) => None,
            Format::Qcow2(image) => Some(image.facts()),
        }
    }

    /// Bytes of the disk that were found to be lost, as far as it was read: of a raw
    /// one, those that its source lacks.
    #[must_use]
    pub fn lost_bytes(&self) -> u64 {
        match &self.0 {
            Format::Raw(raw) => raw.lost_bytes(),
            Format::Qcow2(image) => image.lost_bytes(),
        }
    }

    fn image(&self) -> &dyn DiskImage {
        match &self.0 {
            Format::Raw(raw) => &**raw,
            Format::Qcow2(image) => &**image,
        }
    }
}

impl ReadAt for DiskFile {
    fn size(&self) -> Option<u64> {
        self.image().size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.image().read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.image().gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.image().trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        self.image().approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.image().detour(from, offset)
    }
}

impl DiskImage for DiskFile {
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        self.image().stored(from, max)
    }
}
