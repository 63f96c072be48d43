//! What the modules that read files have in common: they differ in the file systems that
//! they know, so that nobody loads the readers of all.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod damage;
mod deleted;
mod facts;
mod guest;
mod json;
mod locating;
mod save;
mod search;
mod shared;
mod volume;

pub use locating::VolumeLocating;
pub use volume::Volume;
