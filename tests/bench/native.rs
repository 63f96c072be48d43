//! What the bench measures natively, timed inside the process:
//! `native read FILE` reads every byte once, `native scan FILE` reads and
//! checks every header with the core. Prints seconds.

#![allow(clippy::print_stdout, reason = "this is its output")]

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::rc::Rc;
use std::time::Instant;

use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::read_at::FileSource;
use vma_inspector::scan::Scan;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [what, path] = arguments.as_slice() else {
        return Err("usage: native read|scan FILE".into());
    };
    let file = File::open(path)?;
    let started = Instant::now();
    match what.as_str() {
        "read" => read(file)?,
        "scan" => scan(file)?,
        _ => return Err("what is neither read nor scan".into()),
    }
    println!("{}", started.elapsed().as_secs_f64());
    Ok(())
}

fn read(mut file: File) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 4 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}

fn scan(file: File) -> Result<(), Box<dyn Error>> {
    let archive = Archive::open(Rc::new(FileSource::new(file)?), &Options::default())?;
    let mut scan = Scan::new(&archive);
    while !scan.step()?.done {}
    if scan.found().findings().groups().next().is_some() {
        return Err("the archive of the bench has findings".into());
    }
    Ok(())
}
