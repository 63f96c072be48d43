//! Zstandard (RFC 8878): frames and skippable frames, any number of them.
//!
//! The blocks of a frame are decoded by a [crate of its own](vma_zstd); the frames
//! around them, their checksums and lengths, and what to do about damage are here.
//!
//! Behind a block that cannot be decoded, decoding goes on at the next block
//! that needs no tables of those that are lost, and that can be found: see
//! [`resync`]. What copies from before it is unknown, and so is what copies from
//! that: the crate follows it, byte by byte. How much is lost in between is
//! unknown, too, unless something that has to stand behind it tells: see
//! [`measure`]. Then what comes before the loss is still there to be copied. The
//! checksum of such a frame is of no use any more. In short frames that say how
//! long they are, decoding goes on at the next frame only. What was decoded
//! between the damage and the block that fails can be wrong; the checksum that
//! would tell is at the end of the frame.

mod behind;
mod chain;
mod decoder;
mod frame;
mod kept;
mod measure;
mod pending;
mod resync;
mod search;
#[cfg_attr(target_family = "wasm", path = "walk_of_none.rs")]
mod walk;

pub(super) use self::decoder::Zstd;
