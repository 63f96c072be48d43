//! A disk that is to become a file, before its format is chosen.

use std::rc::Rc;

use super::identity::Identity;
use super::refusal::Refusal;
use super::units::Units;
use crate::archive::unit::CLUSTER_SIZE;
use crate::image::DiskImage;
use crate::image::tap::{Tap, Tapped};

/// Bytes of a sector. Every format but raw counts a disk in them; a size that
/// is no multiple, which Proxmox does not make, is rounded up and ends in zeros.
pub(super) const SECTOR: u64 = 512;

/// A disk that is to become a file: its image, and which parts are stored.
#[derive(Clone)]
pub struct Disk {
    pub(super) image: Rc<dyn DiskImage>,
    /// The units of 64 KiB that hold stored bytes.
    pub(super) stored: Rc<Units>,
    pub(super) identity: Identity,
}

impl Disk {
    /// A disk with the bytes of `image`. Goes through what the image has to store
    /// once; every format is laid out from what that gave.
    #[must_use]
    pub fn new(image: impl DiskImage + 'static, identity: Identity) -> Self {
        let image: Rc<dyn DiskImage> = Rc::new(image);
        let stored = Rc::new(Units::of(&*image, CLUSTER_SIZE));
        Self { image, stored, identity }
    }

    /// The disk with `tap` on its image.
    #[must_use]
    pub fn tapped(&self, tap: Tap) -> Self {
        let image = Rc::new(Tapped::new(Rc::clone(&self.image), tap));
        Self { image, ..self.clone() }
    }

    /// The disk as one that is saved under `file_name`.
    #[must_use]
    pub fn named(&self, file_name: &str) -> Self {
        Self { identity: self.identity.clone().named(file_name), ..self.clone() }
    }

    /// Bytes of the image.
    pub(super) fn image_size(&self) -> u64 {
        self.image.size().unwrap_or_default()
    }

    /// Bytes of the disk in whole sectors, which must not be more than `max`.
    pub(super) fn size_within(&self, format: &'static str, max: u64) -> Result<u64, Refusal> {
        size_within(self.image_size(), format, max)
    }

    /// The units of `unit_size` bytes, a multiple of 64 KiB, that hold stored
    /// bytes.
    pub(super) fn units(&self, unit_size: u64) -> Units {
        self.stored.grouped(unit_size / CLUSTER_SIZE)
    }
}

/// `size` in whole sectors, which must not be more than `max`.
pub(super) fn size_within(size: u64, format: &'static str, max: u64) -> Result<u64, Refusal> {
    let size = size.checked_next_multiple_of(SECTOR).unwrap_or(size);
    Refusal::unless_disk_fits(format, size, max)?;
    Ok(size)
}
