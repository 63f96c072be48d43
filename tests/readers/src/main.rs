//! Reads a disk out of a file through the libraries of others.
//!
//! Each line of the input is LIBRARY, FILE and ranges START+LENGTH, with tabs between
//! them. Each is answered by a line: the size of the disk in bytes, and the SHA-256 of
//! those ranges, one behind the other; or what went wrong.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use imago::{DenyImplicitOpenGate, FormatAccess, FormatDriverBuilder, StorageOpenOptions};
use sha2::{Digest, Sha256};

type Answer<T> = Result<T, Box<dyn Error>>;

/// Any of the libraries, once it has a disk open.
trait Disk {
    fn size(&self) -> u64;
    fn read(&mut self, offset: u64, into: &mut [u8]) -> Answer<()>;
}

/// The most of them are a file that is sought and read.
struct Sought<T> {
    reader: T,
    size: u64,
}

impl<T: Read + Seek> Disk for Sought<T> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&mut self, offset: u64, into: &mut [u8]) -> Answer<()> {
        self.reader.seek(SeekFrom::Start(offset))?;
        Ok(self.reader.read_exact(into)?)
    }
}

struct Imago(FormatAccess<imago::file::File>);

impl Disk for Imago {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read(&mut self, offset: u64, into: &mut [u8]) -> Answer<()> {
        Ok(self.0.read(into, offset)?)
    }
}

fn opened(library: &str, path: &Path) -> Answer<Box<dyn Disk>> {
    Ok(match library {
        "imago" => {
            let options = StorageOpenOptions::new().filename(path);
            let file = <imago::file::File as imago::Storage>::open(options)?;
            let builder = imago::qcow2::Qcow2::<imago::file::File>::builder(file);
            Box::new(Imago(FormatAccess::new(builder.open(DenyImplicitOpenGate::default())?)))
        }
        "vdi" => {
            let mut reader = vdi::VdiDisk::open(Box::new(File::open(path)?))?;
            let size = reader.seek(SeekFrom::End(0))?;
            Box::new(Sought { reader, size })
        }
        "vhd" => {
            let reader = vhd::VhdReader::open(path)?;
            let size = reader.virtual_disk_size();
            Box::new(Sought { reader, size })
        }
        "vhdx-core" => {
            let reader = vhdx::VhdxReader::open(path)?;
            let size = reader.virtual_disk_size();
            Box::new(Sought { reader, size })
        }
        "vmdk-core" => {
            let reader = vmdk::VmdkReader::open(File::open(path)?)?;
            let size = reader.virtual_disk_size();
            Box::new(Sought { reader, size })
        }
        other => return Err(format!("no such library: {other}").into()),
    })
}

/// What is said to a line: the size of the disk and the SHA-256 of the ranges.
fn answer(line: &str) -> Answer<String> {
    let mut words = line.split('\t');
    let library = words.next().ok_or("which library?")?;
    let path = words.next().ok_or("which file?")?;
    let mut disk = opened(library, Path::new(path))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for range in words {
        let (start, length) = range.split_once('+').ok_or("START+LENGTH")?;
        let mut at: u64 = start.parse()?;
        let end = at + length.parse::<u64>()?;
        while at < end {
            let count = usize::try_from((end - at).min(1 << 20))?;
            disk.read(at, &mut buffer[..count])?;
            digest.update(&buffer[..count]);
            at += u64::try_from(count)?;
        }
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{} {hex}", disk.size()))
}

fn main() -> Answer<()> {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lines() {
        let said = answer(&line?).unwrap_or_else(|error| format!("failed: {error}"));
        writeln!(out, "{}", said.replace('\n', " "))?;
    }
    Ok(())
}
