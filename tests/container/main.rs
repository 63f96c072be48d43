//! Containers read through: against the programs that write them.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod ahead;
mod ahead_bzip2;
mod bzip2;
mod changing;
mod corpus;
mod golden;
mod gzip;
mod gzip_damage;
mod lzop;
mod plain;
#[path = "../support/programs.rs"]
mod programs;
mod ruzstd;
#[path = "../support/contents.rs"]
mod support;
mod zstd;
mod zstd_damage;
