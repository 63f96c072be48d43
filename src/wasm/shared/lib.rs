//! What the modules have in common that the page, its Workers and Node see of the core.
//! Only in these crates JavaScript's types are named, and only there numbers are narrowed
//! to what it counts with.
//!
//! `core` is what a page loads at once: it opens, scans, judges. The others are loaded
//! when they are asked for: `export` when a file is to be made, `disks` to tell what is on
//! a disk, `files_unix`, `files_btrfs` and `files_others` when files of it are looked at. They have no
//! archive: they are told of the machine in plain data, and read disks by calls into the
//! first, so nothing is known twice.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod below;
mod doubt_taken;
mod fault;
mod js_source;
mod object;
mod room;
mod start;
mod vma_error;

pub use below::Below;
pub use doubt_taken::{DoubtTaken, doubt_of};
pub use fault::fault_thrown;
pub use js_source::{JsSource, SourceBytes, ranges};
pub use object::{Fields, from_number, list, number, pairs};
pub use room::{ImageBytesList, Room, image_bytes, put_into};
pub use start::report_panics;
pub use vma_error::vma_error;
