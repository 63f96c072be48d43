//! What the page, the Worker and Node see of the core. Only here JavaScript's
//! types are named, and only here numbers are narrowed to what it counts with.
//!
//! There are two modules of it, each with a feature of its own. The first, `core`,
//! is what a page loads at once: it opens, scans, judges. The second, `export`, is
//! loaded when a file is to be made. It has no archive: it is told of the machine in
//! plain data, and reads disks by calls into the first, so nothing is known twice.

#[cfg(feature = "wasm-core")]
mod core;
mod doubt_taken;
#[cfg(feature = "wasm-export")]
mod export;
mod object;
mod room;
mod start;
mod vma_error;
