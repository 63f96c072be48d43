//! Feeds the body of the same name: see `src/lib.rs`.

#![no_main]

#[path = "../src/lib.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::files::files(data));
