//! What the page, the Worker and Node see of the core. Only here JavaScript's
//! types are named, and only here numbers are narrowed to what it counts with.
//!
//! There are three modules of it, each with a feature of its own. The first, `core`,
//! is what a page loads at once: it opens, scans, judges. `export` is loaded when a file
//! is to be made, `files` when a disk is looked into. They have no archive: they are told
//! of the machine in plain data, and read disks by calls into the first, so nothing is
//! known twice.

#[cfg(any(feature = "wasm-export", feature = "wasm-files"))]
mod below;
#[cfg(feature = "wasm-core")]
mod core;
#[cfg(any(feature = "wasm-core", feature = "wasm-export"))]
mod doubt_taken;
#[cfg(feature = "wasm-export")]
mod export;
#[cfg(feature = "wasm-files")]
mod files;
#[cfg(any(feature = "wasm-export", feature = "wasm-files"))]
mod js_source;
#[allow(dead_code, reason = "each module needs another part of it")]
mod object;
#[allow(dead_code, reason = "each module needs another part of it")]
mod room;
mod start;
mod vma_error;
