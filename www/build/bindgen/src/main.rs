//! Makes the JavaScript module around the core's wasm: what the command
//! `wasm-bindgen --target web` does. The generator is a dependency of the
//! workspace, so `Cargo.lock` keeps it at the version that the core links.

#![forbid(unsafe_code)]
#![warn(unreachable_pub)]

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else {
        return Err("usage: bindgen INPUT.wasm FOLDER".into());
    };
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(true)
        // The module finds its wasm beside itself.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)?;
    Ok(())
}
