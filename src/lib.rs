//! Reads, checks and takes apart Proxmox VE backups (`.vma`), natively and in
//! the browser.
//!
//! Everything is a [`ReadAt`](source::ReadAt): the file, the archive in it,
//! the image of one device in the archive. Each layer reads the one below at
//! any offset and knows no other. Long work, such as the [scan](scan::Scan),
//! is a value that is stepped: a bounded amount of work a call.
//!
//! ```
//! use std::fs::File;
//! use std::rc::Rc;
//! use vma_inspector::archive::Archive;
//! use vma_inspector::container::Options;
//! use vma_inspector::scan::Scan;
//! use vma_inspector::source::{FileSource, ReadAt};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/c-configs.vma.zst");
//! let file = FileSource::new(File::open(path)?)?;
//! let archive = Archive::open(Rc::new(file), &Options::default())?;
//! let mut scan = Scan::new(&archive);
//! while !scan.step()?.done {}
//! assert_eq!(scan.found().findings().groups().count(), 0);
//! for device in scan.header().devices() {
//!     let disk = scan.image(device.id).ok_or("no image")?;
//!     let mut sector = [0; 512];
//!     assert_eq!(disk.read_at(0, &mut sector)?, 512);
//! }
//! # Ok(())
//! # }
//! ```

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

pub mod archive;
pub mod container;
pub mod disk_contents;
pub mod disk_file;
pub mod export;
pub mod files;
pub mod foreign;
pub mod image;
pub mod machine;
pub mod partition;
pub mod passing;
pub mod proxmox;
pub mod scan;
pub mod tar;
pub mod zip;

pub use vma_file_system as file_system;
pub use vma_source as source;
