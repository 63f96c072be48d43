//! Disks in formats of other programs.

mod blocks;
mod doubt;
pub mod files;
pub mod format;
mod gathered;
mod made_disks;
mod packages;
mod readers;
