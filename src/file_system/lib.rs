//! File systems: which one a stretch of a disk holds, told from its magic numbers
//! ([`identify()`]), and the files in it.
//!
//! Stands on [`vma_source::ReadAt`] and knows nothing of archives: the source may be a
//! partition of a disk in a backup, a logical volume, or a plain file.

#![forbid(unsafe_code)]
// Nothing that came from a file may end the program or change its value
// unseen. Tests may: there a panic is the failed test.
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod blocks;
mod btrfs;
mod calendar;
mod error;
mod ext;
mod fat;
mod identify;
mod iso9660;
mod names;
mod node;
mod ntfs;
mod open;
mod reader;
mod xfs;

pub use self::error::{Fault, FaultKind, Result};
pub use self::identify::{Identified, Kind, Proof, RaidMember, Volume, identify, raid_member};
pub use self::node::{Attributes, FileType, Node, NodeId, Time};
pub use self::open::{
    Family, Open, family, kind_of, number_of, open, open_btrfs, open_others, open_unix,
};
pub use self::reader::{
    Batch, Cursor, Deleted, DeletedBatch, DeletedIn, Entry, ExtendedAttribute, FileSystem, Name,
    Note, Places, Stream, Subvolume,
};
