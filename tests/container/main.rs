//! Containers read through: against the programs that write them.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod gzip;
mod lzop;
mod support;
mod zstd;
