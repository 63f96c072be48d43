//! Disks in formats of other programs.

pub mod files;
mod format;
