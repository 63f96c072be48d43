//! Makes the JavaScript module around the core's wasm.

fn main() {}
