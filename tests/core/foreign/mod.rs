//! What holds no archive is refused by name: files made by the programs themselves.

mod chance;
mod heads;
mod packed;
mod tar;
mod text;

use std::path::PathBuf;
use std::rc::Rc;

use vma_inspector::archive::Archive;
use vma_inspector::container::Options;
use vma_inspector::source::{ErrorKind, Foreign};

/// What a file is refused as, and what it is packed by; `None` if it opens, or is refused
/// without a name.
fn refused(bytes: Vec<u8>) -> Option<(Foreign, Vec<&'static str>)> {
    let error = Archive::open(Rc::new(bytes), &Options::default()).err()?;
    match error.kind() {
        ErrorKind::Foreign { found, packed_by } => Some((found.clone(), packed_by.clone())),
        _ => None,
    }
}

/// What a file is refused as that is packed by nothing.
fn refused_as(bytes: &[u8]) -> Option<Foreign> {
    refused(bytes.to_vec()).filter(|(_, packed_by)| packed_by.is_empty()).map(|(found, _)| found)
}

fn opens(bytes: &[u8]) -> bool {
    Archive::open(Rc::new(bytes.to_vec()), &Options::default()).is_ok()
}

/// Bytes that are written in hexadecimal.
fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("hex");
    digits.chunks(2).map(byte).collect()
}

/// A folder of its own, which goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vma-foreign-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("its name is UTF-8").to_owned()
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(&path, content).expect("the folder was made");
        self.path(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).expect("it was made")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
