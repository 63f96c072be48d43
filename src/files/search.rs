//! Finds names below a folder.

use super::folders::Folders;
use super::listing::{Listed, listed};
use super::{Step, Volume};
use crate::file_system::{Batch, Cursor, FaultKind, FileType, Name, NodeId, Result};

/// Hits that are told, at most.
pub const HITS_MAX: usize = 10_000;

/// Entries that are looked at, at most.
pub const ENTRIES_MAX: u64 = 2_000_000;

/// Entries that one step looks at, about.
const ENTRIES_PER_STEP: usize = 2000;

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// From the folder that was searched, with its own name at the end.
    pub path: Vec<Name>,
    /// What it is.
    pub found: Listed,
}

/// A search by letters, through all folders below one, near ones first.
///
/// Many fields: where it is, what it has seen, and what it counts.
pub struct Search {
    letters: String,
    folders: Folders,
    /// The folder that is listed: which, its part, and entries of that that are done.
    open: Option<(usize, Batch, usize)>,
    hits: Vec<Hit>,
    hits_count: usize,
    entries: u64,
    listed: u64,
    faults: u64,
    is_cut: bool,
}

impl Search {
    /// All names below folder `root` that have `letters` in them, in capitals or not.
    #[must_use]
    pub fn new(root: NodeId, letters: &str) -> Self {
        Self {
            letters: letters.to_lowercase(),
            folders: Folders::new(root),
            open: None,
            hits: Vec::new(),
            hits_count: 0,
            entries: 0,
            listed: 0,
            faults: 0,
            is_cut: false,
        }
    }

    /// Looks at some more entries.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. Folders that cannot be listed are counted.
    pub fn step(&mut self, volume: &Volume) -> Result<Step> {
        for _ in 0..ENTRIES_PER_STEP {
            if self.hits_count >= HITS_MAX || self.entries >= ENTRIES_MAX {
                self.is_cut = true;
                return Ok(Step::Done);
            }
            let step = match &self.open {
                None => self.list(volume)?,
                Some(_) => self.look(volume)?,
            };
            if step != Step::GoesOn {
                return Ok(step);
            }
        }
        Ok(Step::GoesOn)
    }

    /// What was found since the last time.
    pub fn take_hits(&mut self) -> Vec<Hit> {
        core::mem::take(&mut self.hits)
    }

    /// Folders that were listed.
    #[must_use]
    pub fn folders(&self) -> u64 {
        self.listed
    }

    /// Entries that were looked at.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Folders that cannot be listed, or not to their end, and entries that may be some.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether there may be more than was looked at.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut || self.folders.is_cut()
    }

    /// Lists the next folder, from its beginning.
    fn list(&mut self, volume: &Volume) -> Result<Step> {
        let Some(number) = self.folders.next() else { return Ok(Step::Done) };
        let step = self.list_from(volume, number, Cursor::default())?;
        if step != Step::Wanting {
            self.folders.next_is_done();
            self.listed = self.listed.saturating_add(1);
        }
        Ok(step)
    }

    fn list_from(&mut self, volume: &Volume, number: usize, cursor: Cursor) -> Result<Step> {
        let Some(id) = self.folders.id(number) else { return Ok(Step::GoesOn) };
        match volume.attempt(|system| system.read_dir(id, cursor)) {
            Ok(None) => return Ok(Step::Wanting),
            Ok(Some(batch)) => {
                let is_short = batch.left_out > 0 || batch.missing.is_some();
                self.faults = self.faults.saturating_add(u64::from(is_short));
                // A cursor that does not go on would have no end.
                let is_stuck = batch.next == Some(cursor);
                let next = batch.next.filter(|_| !is_stuck);
                self.open = Some((number, Batch { next, ..batch }, 0));
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Err(_) => {
                self.faults = self.faults.saturating_add(1);
                self.open = None;
            }
        }
        Ok(Step::GoesOn)
    }

    /// Looks at the next entry of the folder that is listed.
    fn look(&mut self, volume: &Volume) -> Result<Step> {
        let Some((number, batch, done)) = &self.open else { return Ok(Step::GoesOn) };
        let (number, done) = (*number, *done);
        let Some(entry) = batch.entries.get(done).cloned() else {
            return match batch.next {
                Some(next) => self.list_from(volume, number, next),
                None => {
                    self.open = None;
                    Ok(Step::GoesOn)
                }
            };
        };
        let text = String::from_utf8_lossy(&entry.name.0).to_lowercase();
        let is_hit = text.contains(&self.letters);
        let mut is_folder = entry.file_type == Some(FileType::Directory);
        let (id, name) = (entry.id, entry.name.clone());
        if is_hit || entry.file_type.is_none() {
            let Some(found) = listed(volume, entry)? else { return Ok(Step::Wanting) };
            match &found.node {
                Ok(node) => is_folder = node.file_type == FileType::Directory,
                Err(_) => self.faults = self.faults.saturating_add(u64::from(!is_folder)),
            }
            if is_hit {
                let mut path = self.folders.path(number);
                path.push(name.clone());
                self.hits.push(Hit { path, found });
                self.hits_count = self.hits_count.saturating_add(1);
            }
        }
        if is_folder {
            self.folders.come_by(volume, number, (id, name));
        }
        self.entries = self.entries.saturating_add(1);
        if let Some((_, _, done)) = &mut self.open {
            *done = done.saturating_add(1);
        }
        Ok(Step::GoesOn)
    }
}
