//! NTFS, as the documentation of Linux-NTFS and ntfs-3g's `layout.h` have it; compressed
//! files by [MS-XCA], reparse points by [MS-FSCC].
//!
//! What is read: clusters of up to 2 MiB, records of up to 4 KiB, files in any number of
//! pieces, sparse ones and those that are compressed file by file (LZNT1), streams, links.
//! What is not, and refused by its name: files that are encrypted (EFS), that a filter of
//! Windows keeps elsewhere or packs (WOF, deduplication, placeholders of a cloud).

mod attribute_list;
mod deleted;
mod disk;
mod file;
mod fix_up;
mod geometry;
mod index;
mod journal;
mod lznt1;
mod name;
mod record;
mod reparse;
mod runs;
mod system;
mod table;

pub(crate) use self::system::open;
