//! FAT12, FAT16, FAT32 (Microsoft's "FAT32 File System Specification" 1.03) and exFAT
//! (its "exFAT file system specification"), which share what a table of clusters is.

mod chain;
mod clusters;
mod deleted;
mod entries;
mod exfat;
mod old;
mod sets;
mod short;
mod slots;
mod stored;
mod table;
mod volume;

pub(crate) use self::exfat::open as open_exfat;
pub(crate) use self::old::open as open_fat;
