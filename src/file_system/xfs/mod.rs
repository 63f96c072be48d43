//! XFS: "XFS Algorithms & Data Structures", and the kernel's `fs/xfs/libxfs/xfs_format.h`,
//! `xfs_da_format.h` and `xfs_log_format.h`. Big-endian, but for what is in the log.
//!
//! From the bottom up: `superblock`; `changes`, which the log has made of what is on the
//! disk; `disk`, which reads both; `inode`; `map`, which says where the blocks of a file
//! are; `contents`; `directory`, `link`, `attribute`; `log`, `transaction` and `replay`,
//! which find what is to be changed.

mod access_list;
mod attribute;
mod changes;
mod contents;
mod directory;
mod disk;
mod inode;
mod link;
mod log;
mod logged_inode;
mod map;
mod record;
mod replay;
mod superblock;
mod transaction;
mod volume;

pub(crate) use self::volume::open;
