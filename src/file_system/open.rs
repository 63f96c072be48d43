//! Opens what is read.

use std::rc::Rc;

use vma_source::ReadAt;

use crate::btrfs;
use crate::error::{Fault, Result};
use crate::ext;
use crate::fat;
use crate::identify::Kind;
use crate::iso9660;
use crate::ntfs;
use crate::reader::FileSystem;
use crate::xfs;

/// Opens file systems: all that are read, or those of one family. A program that is loaded
/// for one family has the readers of no other in it.
pub type Open = fn(&Rc<dyn ReadAt>, Kind) -> Result<Rc<dyn FileSystem>>;

/// Opens the file system that `source` holds, by what [`identify`](crate::identify()) said.
///
/// # Errors
///
/// It is none that is read, or not in this form: then the fault says what stands against
/// it. Or what it needs is lost or corrupt.
pub fn open(source: &Rc<dyn ReadAt>, kind: Kind) -> Result<Rc<dyn FileSystem>> {
    match family(kind) {
        Some(Family::Unix) => open_unix(source, kind),
        Some(Family::Btrfs) => open_btrfs(source, kind),
        Some(Family::Others) | None => open_others(source, kind),
    }
}

/// File systems that one program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Those that [`open_unix`] opens.
    Unix,
    /// What [`open_btrfs`] opens.
    Btrfs,
    /// Those that [`open_others`] opens.
    Others,
}

impl Family {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unix => "unix",
            Self::Btrfs => "btrfs",
            Self::Others => "others",
        }
    }
}

/// The kinds that are read. Their places in this list are what one module of the page tells
/// another.
const READ: [Kind; 11] = [
    Kind::Ext2,
    Kind::Ext3,
    Kind::Ext4,
    Kind::Xfs,
    Kind::Btrfs,
    Kind::Fat12,
    Kind::Fat16,
    Kind::Fat32,
    Kind::ExFat,
    Kind::Ntfs,
    Kind::Iso9660,
];

/// The number of a kind among those that are read.
///
/// # Errors
///
/// It is not read.
pub fn number_of(kind: Kind) -> Result<u8> {
    let numbered = (0..).zip(READ).find(|(_, read)| *read == kind);
    numbered.map(|(number, _)| number).ok_or_else(|| Fault::unsupported(kind.code()))
}

/// The kind of this [number](number_of).
#[must_use]
pub fn kind_of(number: u8) -> Option<Kind> {
    READ.get(usize::from(number)).copied()
}

/// The family of a kind; `None` if it is not read.
#[must_use]
pub fn family(kind: Kind) -> Option<Family> {
    match kind {
        Kind::Ext2 | Kind::Ext3 | Kind::Ext4 | Kind::Xfs => Some(Family::Unix),
        Kind::Btrfs => Some(Family::Btrfs),
        Kind::Fat12 | Kind::Fat16 | Kind::Fat32 | Kind::ExFat | Kind::Ntfs | Kind::Iso9660 => {
            Some(Family::Others)
        }
        _ => None,
    }
}

/// As [`open`], of ext2, ext3, ext4 and XFS.
///
/// # Errors
///
/// As for [`open`].
pub fn open_unix(source: &Rc<dyn ReadAt>, kind: Kind) -> Result<Rc<dyn FileSystem>> {
    match kind {
        Kind::Ext2 | Kind::Ext3 | Kind::Ext4 => ext::open(source),
        Kind::Xfs => xfs::open(source),
        kind => Err(Fault::unsupported(kind.code())),
    }
}

/// As [`open`], of btrfs.
///
/// # Errors
///
/// As for [`open`].
pub fn open_btrfs(source: &Rc<dyn ReadAt>, kind: Kind) -> Result<Rc<dyn FileSystem>> {
    match kind {
        Kind::Btrfs => btrfs::open(source),
        kind => Err(Fault::unsupported(kind.code())),
    }
}

/// As [`open`], of NTFS, FAT, exFAT and ISO 9660.
///
/// # Errors
///
/// As for [`open`].
pub fn open_others(source: &Rc<dyn ReadAt>, kind: Kind) -> Result<Rc<dyn FileSystem>> {
    match kind {
        Kind::Fat12 | Kind::Fat16 | Kind::Fat32 => fat::open_fat(source),
        Kind::ExFat => fat::open_exfat(source),
        Kind::Ntfs => ntfs::open(source),
        Kind::Iso9660 => iso9660::open(source),
        kind => Err(Fault::unsupported(kind.code())),
    }
}
