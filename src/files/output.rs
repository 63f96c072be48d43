//! What files are packed into: a tar or a zip archive.

use std::collections::BTreeSet;

use super::member::Member;
use crate::file_system::{Fault, FaultKind, Name, Result};
use crate::source::{to_u64, to_usize};
use crate::tar::{BLOCK, END, Entry, Kind, write};
use crate::zip::{self, Names, Zip, digest};

/// Which kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// With all that Unix knows.
    Tar,
    /// For Windows: names that it takes, and no hard links, devices or attributes.
    Zip,
}

/// An archive that is being made.
pub(super) enum Output {
    Tar,
    Zip(Box<Zip>),
}

/// The names that one folder has in it so far.
pub(super) enum Given {
    Tar(BTreeSet<u64>),
    Zip(Names),
}

impl Output {
    pub(super) fn new(form: Form) -> Self {
        match form {
            Form::Tar => Self::Tar,
            Form::Zip => Self::Zip(Box::default()),
        }
    }

    /// Of a folder that is come to.
    pub(super) fn names(&self) -> Given {
        match self {
            Self::Tar => Given::Tar(BTreeSet::new()),
            Self::Zip(_) => Given::Zip(Names::default()),
        }
    }

    /// Whether a file that has been written can be named again without its bytes.
    pub(super) fn has_links(&self) -> bool {
        matches!(self, Self::Tar)
    }

    /// Whether a file can be written without its holes.
    pub(super) fn has_holes(&self) -> bool {
        matches!(self, Self::Tar)
    }

    /// Whether what is of this kind can be written.
    ///
    /// # Errors
    ///
    /// It has no place in such an archive, or there is no more room in it.
    pub(super) fn takes(&self, kind: Kind) -> Result<()> {
        let Self::Zip(zip) = self else { return Ok(()) };
        if !zip.has_room() {
            return Err(Fault::new(FaultKind::TooLarge, "names in one archive"));
        }
        match kind {
            Kind::File | Kind::Directory | Kind::Link => Ok(()),
            _ => Err(Fault::unsupported("a device or pipe in a zip archive")),
        }
    }

    /// Writes what has no bytes, or a link.
    pub(super) fn put(&mut self, member: &Member, kind: Kind, target: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Tar => member.write(kind, target, into),
            Self::Zip(zip) => {
                member.with_zip_entry(kind, |entry| zip.whole(entry, target, into));
            }
        }
    }

    /// Writes a file of which all bytes are there.
    pub(super) fn whole(&mut self, member: &Member, bytes: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Tar => {
                member.write(Kind::File, b"", into);
                into.extend(bytes);
                fill_up(to_u64(bytes.len()), into);
            }
            Self::Zip(zip) => {
                member.with_zip_entry(Kind::File, |entry| zip.whole(entry, bytes, into));
            }
        }
    }

    /// Begins a file, whose bytes are added.
    pub(super) fn begin(&mut self, member: &Member, into: &mut Vec<u8>) {
        match self {
            Self::Tar => member.write(Kind::File, b"", into),
            Self::Zip(zip) => {
                let size = member.node.size;
                member.with_zip_entry(Kind::File, |entry| zip.begin(entry, size, into));
            }
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        match self {
            Self::Tar => into.extend(bytes),
            Self::Zip(zip) => zip.add(bytes, into),
        }
    }

    /// Behind the last byte of a file of which `size` bytes were added.
    pub(super) fn end(&mut self, size: u64, into: &mut Vec<u8>) {
        match self {
            Self::Tar => fill_up(size, into),
            Self::Zip(zip) => zip.end(into),
        }
    }

    /// Writes a text of our own at the top.
    pub(super) fn text(&mut self, name: &str, text: &str, into: &mut Vec<u8>) {
        match self {
            Self::Tar => {
                let size = to_u64(text.len());
                write(&Entry::of_file(name.as_bytes(), size), into);
                into.extend(text.as_bytes());
                fill_up(size, into);
            }
            Self::Zip(zip) => {
                let entry = zip::Entry {
                    path: name,
                    kind: zip::Kind::File,
                    mode: 0o644,
                    owner: None,
                    modified: 0,
                    is_local: true,
                    is_hidden: false,
                };
                zip.whole(&entry, text.as_bytes(), into);
            }
        }
    }

    /// Writes some of what stands at the end; returns whether all of it is there.
    pub(super) fn close(&mut self, into: &mut Vec<u8>) -> bool {
        match self {
            Self::Tar => {
                into.extend(END);
                true
            }
            Self::Zip(zip) => zip.close(into),
        }
    }
}

impl Given {
    /// The name that a thing gets in its folder; `None` if one stands there that would be
    /// taken for the same.
    pub(super) fn give(&mut self, name: &Name) -> Option<Vec<u8>> {
        match self {
            Self::Tar(names) => names.insert(digest(&name.0)).then(|| name.0.clone()),
            Self::Zip(names) => names.make(&name.0).map(String::into_bytes),
        }
    }
}

/// Fills a file of `size` bytes up to whole blocks.
fn fill_up(size: u64, into: &mut Vec<u8>) {
    let over = to_usize(size % BLOCK);
    let padding = if over == 0 { 0 } else { to_usize(BLOCK).saturating_sub(over) };
    into.resize(into.len().saturating_add(padding), 0);
}
