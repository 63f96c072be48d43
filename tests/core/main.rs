//! The core, layer by layer: what it makes of archives that are sound, damaged
//! or hostile, held against what others say of the same bytes.

mod archive;
mod cells;
mod container;
#[path = "../support/contents.rs"]
mod contents;
mod dense;
mod disk_contents;
mod export;
mod file_system;
mod foreign;
mod fuzz_corpus;
mod holes;
mod machine;
mod memory;
#[path = "../mutated/mod.rs"]
#[allow(dead_code, reason = "the comparison with wasm uses the rest")]
mod mutated;
mod mutations;
mod partition;
#[path = "../support/programs.rs"]
mod programs;
mod proxmox;
mod scan;
mod stacked;
#[path = "../support/mod.rs"]
mod support;
mod unreachable;
mod zeros;
