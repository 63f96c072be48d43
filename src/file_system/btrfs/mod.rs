//! Btrfs: "On-disk Format" of its documentation, and `include/uapi/linux/btrfs_tree.h`
//! of Linux. Little-endian.
//!
//! Every node and every sector that has a checksum is held against it; where there are
//! several copies on the device, the first that agrees counts.

mod blake2;
mod checksum;
mod chunks;
mod compression;
mod data;
mod directory;
mod extent;
mod inode;
mod node;
mod subvolumes;
mod superblock;
mod tree;
mod volume;

pub(crate) use self::volume::open;
