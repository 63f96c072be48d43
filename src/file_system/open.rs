//! Opens what is read.

use std::rc::Rc;

use vma_source::ReadAt;

use crate::btrfs;
use crate::error::{Fault, Result};
use crate::ext;
use crate::fat;
use crate::identify::{Kind, Volume};
use crate::iso9660;
use crate::ntfs;
use crate::reader::FileSystem;
use crate::xfs;

/// Opens the file system that `source` holds, by what [`identify`](crate::identify()) said.
///
/// # Errors
///
/// It is none that is read, or not in this form: then the fault says what stands against
/// it. Or what it needs is lost or corrupt.
pub fn open(source: &Rc<dyn ReadAt>, volume: &Volume) -> Result<Rc<dyn FileSystem>> {
    match volume.kind {
        Kind::Fat12 | Kind::Fat16 | Kind::Fat32 => fat::open_fat(source),
        Kind::ExFat => fat::open_exfat(source),
        Kind::Ntfs => ntfs::open(source),
        Kind::Btrfs => btrfs::open(source),
        Kind::Ext2 | Kind::Ext3 | Kind::Ext4 => ext::open(source),
        Kind::Xfs => xfs::open(source),
        Kind::Iso9660 => iso9660::open(source),
        kind => Err(Fault::unsupported(kind.code())),
    }
}
