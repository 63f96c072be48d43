//! Paths in an archive of files.

use std::collections::BTreeMap;

use super::output::{Given, Output};
use crate::file_system::{Fault, Name, NodeId};

/// Something that is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Which.
    pub id: NodeId,
    /// What it is called in the archive, folder by folder; nothing for a folder whose
    /// contents stand at the top.
    pub path: Vec<Name>,
}

/// The path that something chosen gets; `None` if another one has that.
pub(super) fn top(
    output: &Output,
    folders: &mut BTreeMap<Vec<u8>, Given>,
    path: &[Name],
) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    for (depth, name) in (1..).zip(path) {
        let is_last = depth == path.len();
        let name = if is_last {
            let names = folders.entry(whole.clone()).or_insert_with(|| output.names());
            names.give(name)?
        } else {
            output.names().give(name)?
        };
        whole = below(&whole, &name);
    }
    Some(whole)
}

/// A name in a folder.
pub(super) fn below(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

/// What is told of a thing that has another name in the archive.
pub(super) fn renamed(name: &[u8]) -> Fault {
    let name = String::from_utf8_lossy(name);
    Fault::unsupported(format!("its name, which is {name} here"))
}

/// As it was chosen.
pub(super) fn joined(path: &[Name]) -> Vec<u8> {
    path.iter().map(|name| name.0.as_slice()).collect::<Vec<_>>().join(&b'/')
}
