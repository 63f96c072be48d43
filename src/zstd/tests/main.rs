//! The decoder against the programs and crates of others, and against frames that
//! no encoder writes.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions)]

mod ahead;
mod bits;
mod data;
mod followed;
mod frame;
mod generated;
mod generator;
mod mutated;
mod naive;
mod program;
#[path = "../../../tests/support/programs.rs"]
mod programs;
mod resumed;
