//! Reads, checks and takes apart Proxmox VE backups (`.vma`), natively and in
//! the browser.
//!
//! Everything is a [`ReadAt`](read_at::ReadAt): the file, the archive in it,
//! the image of one device in the archive. Each layer reads the one below at
//! any offset and knows no other. Long work, such as the [scan](scan::Scan),
//! is a value that is stepped: a bounded amount of work a call.

#![forbid(unsafe_code)]

pub mod container;
pub mod error;
pub mod read_at;
pub mod unit;
