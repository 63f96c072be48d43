//! Bytes and disks of one module, as another one reads them: what each module that has
//! any hands out.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod disk_bytes;
mod source_bytes;

pub use disk_bytes::DiskBytes;
pub use source_bytes::SourceBytes;
