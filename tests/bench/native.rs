//! What the bench measures natively, timed inside the process:
//! `native read FILE` reads every byte once, `native scan FILE` reads and
//! checks every header with the core, `native extract FILE` also writes the raw
//! image of the last disk to `FILE.raw`, zeros as holes. Prints seconds.

#![allow(clippy::print_stdout, reason = "this is its output")]

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::rc::Rc;
use std::time::Instant;

use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::image::Origin;
use vma_inspector::scan::Scan;
use vma_inspector::source::{FileSource, ReadAt};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [what, path] = arguments.as_slice() else {
        return Err("usage: native read|scan|extract FILE".into());
    };
    let file = File::open(path)?;
    let started = Instant::now();
    match what.as_str() {
        "read" => read(file)?,
        "scan" => scan(file).map(|_| ())?,
        "extract" => extract(&scan(file)?, File::create(format!("{path}.raw"))?)?,
        _ => return Err("what is neither read, scan nor extract".into()),
    }
    println!("{}", started.elapsed().as_secs_f64());
    Ok(())
}

fn read(mut file: File) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 4 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}

fn extract(scan: &Scan, output: File) -> Result<(), Box<dyn Error>> {
    let device = scan.header().devices().last().ok_or("there is no disk")?;
    let image = scan.image(device.id).ok_or("there is no image")?;
    output.set_len(image.size().unwrap_or_default())?;
    let mut buffer = vec![0; 4 << 20];
    for run in image.runs(0..u64::MAX) {
        let Origin::Stored(_) = run.origin else { continue };
        let mut at = run.start.0;
        while at < run.end() {
            let length = usize::try_from(run.end() - at)?.min(buffer.len());
            let count = image.read_at(at, &mut buffer[..length])?;
            output.write_all_at(&buffer[..count], at)?;
            at += u64::try_from(count)?;
        }
    }
    Ok(())
}

fn scan(file: File) -> Result<Scan, Box<dyn Error>> {
    let archive = Archive::open(Rc::new(FileSource::new(file)?), &Options::default())?;
    let mut scan = Scan::new(&archive);
    while !scan.step()?.done {}
    if scan.found().findings().groups().next().is_some() {
        return Err("the archive of the bench has findings".into());
    }
    Ok(scan)
}
