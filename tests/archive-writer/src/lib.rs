//! Writes VMA archives for tests: sound ones as Proxmox writes them, unusual
//! ones that the format allows, and damaged ones.
//!
//! It is the oracle of the reader's tests, so it shares no code with the
//! reader: offsets, byte order, masks and checksums are written down here a
//! second time, from the format and not from the core.
//!
//! * [`ArchiveBuilder`] lays out a whole archive, in memory
//!   ([`ArchiveBuilder::build`]) or streamed ([`ArchiveBuilder::write_to`]).
//! * [`Layout`] tells where everything went.
//! * [`RawHeader`] and [`RawExtent`] are the records as they are stored, for
//!   archives that no builder would make.
//! * [`fix_header_md5`] and [`fix_extent_md5`] make a patched record sound
//!   again, so that a test damages one thing at a time.
//!
//! Wrong use panics: this is test code, and the panic is the failed test.

#![forbid(unsafe_code)]
#![warn(unreachable_pub)]

mod builder;
mod content;
mod layout;
mod md5;
mod random;
mod raw;

pub use builder::{Archive, ArchiveBuilder, Cluster, Device, HeaderSize, Order};
pub use content::{Content, Kind};
pub use layout::{ClusterPlace, ExtentPlace, HeaderPlace, Layout};
pub use md5::{extent_md5, fix_extent_md5, fix_header_md5, header_md5, md5};
pub use random::Random;
pub use raw::{BlobBuffer, RawDevice, RawExtent, RawHeader, RawSlot};

/// Bytes in a block, the unit that is stored or left out.
pub const BLOCK: usize = 4096;
/// Bytes in a cluster, the unit that a slot describes.
pub const CLUSTER: usize = 65_536;
/// Bytes of an extent's header.
pub const EXTENT_HEADER: usize = 512;
/// Slots in an extent's header.
pub const SLOTS: usize = 59;
/// Slots that Proxmox's writer fills at most.
pub const SLOTS_PROXMOX: usize = 58;
/// Bytes of the archive header that are always there, before the blobs.
pub const FIXED_HEADER: usize = 12_288;
