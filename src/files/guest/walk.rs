//! Finds files by their paths, and reads small ones.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::fact::{FACTS_MAX, Fact, FactKind, TEXT_MAX};
use crate::file_system::{
    Cursor, Entry, Fault, FaultKind, FileSystem, FileType, Name, Node, NodeId, Result, Stream,
};
use crate::source::{to_u64, to_usize};

/// Bytes of a file that are read, at most.
pub(super) const FILE_MAX: u64 = 64 << 10;

/// Entries of a directory that are looked at, at most.
const ENTRIES_MAX: usize = 10_000;

/// Entries of all directories that are kept, but for those of the latest.
const KEPT_MAX: usize = 20_000;

/// Symbolic links that are followed on the way to one file, at most: as many as Linux
/// follows (`path_resolution(7)`).
const LINKS_MAX: usize = 40;

/// Names on the way to one file, with those of links: a bound of our own.
const NAMES_MAX: usize = 400;

/// Files of one directory that are read, at most.
const FILES_MAX: usize = 16;

/// A directory.
#[derive(Debug)]
pub(super) struct Listed {
    entries: Vec<Entry>,
    /// Why some of it cannot be had.
    missing: Option<Fault>,
}

/// A way through the directories of one system.
pub(super) struct Walk<'a> {
    system: &'a dyn FileSystem,
    root: NodeId,
    ignores_case: bool,
    /// Directories that were listed.
    pub(super) listed: BTreeMap<NodeId, Rc<Listed>>,
    pub(super) facts: Vec<Fact>,
}

impl<'a> Walk<'a> {
    /// Below `root`, with what was listed before.
    pub(super) fn new(
        system: &'a dyn FileSystem,
        root: NodeId,
        listed: &BTreeMap<NodeId, Rc<Listed>>,
        ignores_case: bool,
    ) -> Self {
        Self { system, root, ignores_case, listed: listed.clone(), facts: Vec::new() }
    }

    /// What stands at a path, behind links. No link leads above the root. `None` if there
    /// is nothing.
    ///
    /// # Errors
    ///
    /// Those of the file system; what leads round in circles is corrupt.
    pub(super) fn find(&mut self, path: &str) -> Result<Option<Node>> {
        let mut trail = vec![self.system.node(self.root)?];
        let mut waiting: Vec<Vec<u8>> = parts(path.as_bytes());
        let (mut links, mut names) = (0_usize, 0_usize);
        while let Some(part) = waiting.pop() {
            names = names.saturating_add(1);
            if links > LINKS_MAX || names > NAMES_MAX {
                return Err(Fault::corrupt("links that lead to links"));
            }
            let Some(here) = trail.last().filter(|here| here.file_type == FileType::Directory)
            else {
                return Ok(None);
            };
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    trail.truncate(trail.len().saturating_sub(1).max(1));
                    continue;
                }
                _ => {}
            }
            let listed = self.list(here.id)?;
            let Some(entry) = listed.entries.iter().find(|entry| self.is(&entry.name, &part))
            else {
                return listed.missing.clone().map_or(Ok(None), Err);
            };
            let node = self.system.node(entry.id)?;
            if node.file_type != FileType::Link {
                trail.push(node);
                continue;
            }
            links = links.saturating_add(1);
            let target = self.system.read_link(node.id)?.0;
            if target.first() == Some(&b'/') {
                trail.truncate(1);
            }
            waiting.append(&mut parts(&target));
        }
        Ok(trail.pop())
    }

    /// Names of what is in the directory at a path, in order, with whether each is one
    /// itself as far as the directory says; none if there is no such directory.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find); also if a part of the directory cannot be had.
    pub(super) fn names(&mut self, path: &str) -> Result<Vec<(String, Option<FileType>)>> {
        let found = self.find(path)?;
        let Some(node) = found.filter(|node| node.file_type == FileType::Directory) else {
            return Ok(Vec::new());
        };
        let listed = self.list(node.id)?;
        if let Some(fault) = &listed.missing {
            return Err(fault.clone());
        }
        let name = |entry: &Entry| (text(&entry.name.0), entry.file_type);
        let mut names: Vec<_> = listed.entries.iter().map(name).collect();
        names.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(names)
    }

    /// The file at a path; `None` if there is none.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    pub(super) fn file(&mut self, path: &str) -> Result<Option<Node>> {
        Ok(self.find(path)?.filter(|node| node.file_type == FileType::File))
    }

    /// A small file, from its beginning, as text; empty if there is none.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find); also if some of it cannot be had.
    pub(super) fn text(&mut self, path: &str) -> Result<String> {
        let Some(node) = self.file(path)? else { return Ok(String::new()) };
        let bytes = self.bytes(node.id, 0, node.size.min(FILE_MAX))?;
        // A byte order mark is none of the text.
        Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
    }

    /// Some bytes of a file: fewer if it ends before.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(super) fn bytes(&self, id: NodeId, offset: u64, length: u64) -> Result<Vec<u8>> {
        let mut bytes = vec![0; to_usize(length.min(FILE_MAX))];
        let count = self.system.read_at(id, Stream::Contents, offset, &mut bytes)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    /// The texts of files in a directory whose names end so, each with its path.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub(super) fn texts(&mut self, path: &str, ending: &str) -> Result<Vec<(String, String)>> {
        let mut texts = Vec::new();
        let names = self.names(path)?;
        for (name, _) in names.iter().filter(|(name, _)| name.ends_with(ending)).take(FILES_MAX) {
            let path = format!("{path}/{name}");
            texts.push((self.text(&path)?, path));
        }
        Ok(texts)
    }

    /// Whether a fact of this kind was found before.
    pub(super) fn has(&self, kind: FactKind) -> bool {
        self.facts.iter().any(|fact| fact.kind == kind)
    }

    /// Tells a fact, unless it was told before or there are too many of its kind.
    pub(super) fn tell(
        &mut self,
        kind: FactKind,
        path: &str,
        words: &[&str],
        seconds: Option<i64>,
    ) {
        let words: Vec<String> = words.iter().map(|word| text(word.as_bytes())).collect();
        let same = self.facts.iter().filter(|fact| fact.kind == kind);
        let is_told = same.clone().any(|fact| fact.words == words && fact.seconds == seconds);
        if !is_told && same.count() < FACTS_MAX {
            self.facts.push(Fact {
                kind,
                words,
                seconds,
                path: format!("/{}", path.trim_start_matches('/')),
            });
        }
    }

    fn is(&self, name: &Name, part: &[u8]) -> bool {
        if self.ignores_case { name.0.eq_ignore_ascii_case(part) } else { name.0 == part }
    }

    fn list(&mut self, id: NodeId) -> Result<Rc<Listed>> {
        if let Some(listed) = self.listed.get(&id) {
            return Ok(Rc::clone(listed));
        }
        let mut listed = Listed { entries: Vec::new(), missing: None };
        let mut cursor = Cursor::default();
        loop {
            let batch = self.system.read_dir(id, cursor)?;
            listed.missing = listed.missing.or(batch.missing);
            listed.entries.extend(batch.entries);
            match batch.next.filter(|next| *next != cursor) {
                Some(_) if listed.entries.len() >= ENTRIES_MAX => {
                    let large = Fault::new(FaultKind::TooLarge, "a directory");
                    listed.missing.get_or_insert(large);
                    break;
                }
                Some(next) => cursor = next,
                None => break,
            }
        }
        let kept = self.listed.values().map(|listed| listed.entries.len());
        if kept.fold(0, usize::saturating_add) > KEPT_MAX {
            self.listed.clear();
        }
        let listed = Rc::new(listed);
        self.listed.insert(id, Rc::clone(&listed));
        Ok(listed)
    }
}

/// The names of a path, the first last.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|&byte| byte == b'/').rev().map(<[u8]>::to_vec).collect()
}

/// Bytes as a text that is not too long.
pub(super) fn text(bytes: &[u8]) -> String {
    let most = bytes.get(..bytes.len().min(4 * TEXT_MAX)).unwrap_or(bytes);
    String::from_utf8_lossy(most).trim().chars().take(TEXT_MAX).collect()
}

/// Where the last whole records of a file of `size` bytes stand that are read: offset and
/// length.
pub(super) fn tail(size: u64, record: usize) -> (u64, u64) {
    let record = to_u64(record);
    let length = size.min(FILE_MAX / record * record);
    (size.saturating_sub(length), length)
}
