//! Bytes that can be read at any offset.
//!
//! Everything in VMA Inspector is a [`ReadAt`]: a file, the container around an
//! archive, the archive, the image of one device, a part of that. Each layer
//! reads the one below and knows only that one. This crate is the seam between
//! them, and imports nothing of theirs.

#![forbid(unsafe_code)]

mod at_hand;
mod bytes;
mod crc32c;
mod error;
#[cfg(any(unix, target_os = "wasi"))]
mod file;
mod foreign;
mod glimpse;
mod memory;
mod mirrored;
mod order;
mod read_at;
mod severity;
mod spread;
mod window;
mod zeros;

pub use bytes::{
    Reader, Writer, array, be_u16, be_u32, be_u64, hex, le_u16, le_u32, le_u64, to_u64, to_usize,
};
pub use crc32c::Crc32c;
pub use error::{Error, ErrorKind, Part};
#[cfg(any(unix, target_os = "wasi"))]
pub use file::FileSource;
pub use foreign::{Foreign, Member, Members};
pub use glimpse::{Glimpse, Lacking};
pub use mirrored::Mirrored;
pub use order::{order_of, sort_by_number};
pub use read_at::{Gap, GapKind, ReadAt, gaps, has_all, lost_until, read_range};
pub use severity::Severity;
pub use spread::Spread;
pub use window::Window;
pub use zeros::Zeros;
