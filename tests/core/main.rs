//! The core, layer by layer: what it makes of archives that are sound, damaged
//! or hostile, held against what others say of the same bytes.

mod archive;
mod container;
mod export;
mod fuzz_corpus;
mod memory;
#[path = "../mutated/mod.rs"]
#[allow(dead_code, reason = "the comparison with wasm uses the rest")]
mod mutated;
mod mutations;
#[path = "../container/support.rs"]
#[allow(dead_code, reason = "the container tests use the rest")]
mod packing;
mod proxmox;
mod scan;
#[path = "../support/mod.rs"]
mod support;
