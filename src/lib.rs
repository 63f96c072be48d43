//! Reads, checks and takes apart Proxmox VE backups (`.vma`), natively and in
//! the browser.
//!
//! Everything is a [`ReadAt`](read_at::ReadAt): the file, the archive in it,
//! the image of one device in the archive. Each layer reads the one below at
//! any offset and knows no other. Long work, such as the [scan](scan::Scan),
//! is a value that is stepped: a bounded amount of work a call.

#![forbid(unsafe_code)]
// Nothing that came from a file may end the program or change its value
// unseen. Tests may: there a panic is the failed test.
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

pub mod appliance;
pub mod archive;
pub mod backup_name;
mod blob_buffer;
pub mod container;
pub mod disk_format;
pub mod disk_hash;
pub mod error;
pub mod extent;
pub mod file_name;
pub mod finding;
pub mod header;
pub mod image;
pub mod index;
pub mod kept_scan;
mod little_endian;
mod lookahead;
pub mod proxmox;
pub mod qemu_server_conf;
pub mod read_at;
pub mod salvage;
pub mod scan;
pub mod statistics;
pub mod tap;
pub mod unit;
#[cfg(target_arch = "wasm32")]
mod wasm;
