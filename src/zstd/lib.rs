//! Zstandard (RFC 8878), block by block, with nothing hidden.
//!
//! A block is decoded in two stages that know nothing of each other:
//!
//! * [`entropy`] makes of a block's own bytes its literals and sequences, by
//!   [tables](entropy::Tables) that are plain values. It needs no window, so
//!   blocks whose tables are known can be worked on in any order.
//! * [`execution`] puts literals and sequences together in the window. It can
//!   follow what is not known: a frame that is entered in the middle has a past
//!   of unknown bytes, and what copies from there is unknown, byte by byte.
//!
//! [`BlockDecoder`] runs them in line, the second on the [sequences](entropy::Sequences)
//! that the first comes to one by one. [`header`] says what stands where a
//! frame or a block starts. Checksums, content sizes and what to do about damage
//! are the caller's.
//!
//! All lengths and offsets are in bytes. Memory follows from what was decoded and
//! never from what a header claims: up to the window, an eighth of it where
//! something is followed, and about 1 MiB for a block. Sections (§) are those of
//! RFC 8878 throughout.

#![forbid(unsafe_code)]
// Nothing that came from a file may end the program or change its value unseen.
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(test, allow(clippy::expect_used, reason = "a panic is a failed test"))]

pub mod ahead;
mod bits;
mod codes;
mod decoder;
pub mod entropy;
mod error;
pub mod execution;
mod follow;
mod frame;
mod fse;
pub mod header;
mod huffman;
mod literals;
mod marks;
mod sequences;
mod window;

pub use decoder::{BlockDecoder, Past, Place};
pub use error::{Part, Undecodable};
pub use frame::{Unpacked, unpack_frame};

/// Bytes that a block decodes to at most, unless the window is smaller
/// (§ 3.1.1.2.4).
pub const BLOCK_MAX: usize = 128 * 1024;
