//! ext2, ext3 and ext4: the kernel's `Documentation/filesystems/ext4`, and `jbd2` for
//! the journal. Little-endian, the journal big-endian.
//!
//! Where the file system has checksums over its metadata, each is compared. What the
//! journal holds of a file system that was in use stands over what was written in place.

mod ahead;
mod attributes;
mod contents;
mod directory;
mod disk;
mod extents;
mod indirect;
mod inode;
mod journal;
mod listing;
mod log;
mod overlay;
mod pieces;
mod recovery;
mod sums;
mod superblock;
mod tags;
mod volume;

pub(crate) use self::volume::open;
