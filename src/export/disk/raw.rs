//! raw: the bytes of the disk and nothing else.

use std::rc::Rc;

use super::disk_file::{Content, Data, DiskFile};
use super::stored_disk::Disk;
use super::units::Units;

/// The file of a disk: one unit, as long as the disk.
pub(super) fn lay_out(disk: &Disk) -> DiskFile {
    let size = disk.image_size();
    let data = Data { units: Rc::new(Units::all(1)), unit_size: size, lead: 0 };
    DiskFile::new(&disk.image).with(0, size, Content::Data(data))
}
