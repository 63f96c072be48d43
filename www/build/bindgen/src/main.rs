//! Makes the JavaScript module around the core's wasm: what the command
//! `wasm-bindgen --target web` does. The generator is a dependency of the
//! workspace, so `Cargo.lock` keeps it at the version that the core links.
//!
//! With `resettable`, the module has a function `__wbg_reset_state`, which puts a new
//! instance in the place of one that is broken; what the old one gave is refused then.

#![forbid(unsafe_code)]
#![warn(unreachable_pub)]

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [input, folder, name, resettable @ ..] = arguments.as_slice() else {
        return Err("usage: bindgen INPUT.wasm FOLDER NAME [resettable]".into());
    };
    Bindgen::new()
        .input_path(input)
        .out_name(name)
        .web(true)?
        .reset_state_function(resettable.first().is_some_and(|word| word == "resettable"))
        .typescript(true)
        // The module finds its wasm beside itself.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)?;
    Ok(())
}
