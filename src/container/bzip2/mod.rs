//! bzip2: streams of blocks that each decode by themselves, at any bit.
//!
//! The format is simple and settled, and crates for it give no access to
//! single blocks, so it is decoded here. Every block is a place to go on
//! from, and after a damaged block the next sound one is found by its magic
//! number. Damage costs the block that it hits, and the knowledge of where in
//! the contents those behind it belong: a block does not say how long it is.

mod ahead;
mod bits;
mod block;
mod header;
mod huffman;
mod resync;
mod task;
mod walk;

pub(super) use self::task::{Done, Task};
pub(super) use self::walk::Bzip2;
