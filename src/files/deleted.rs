//! Finds what is still written of things that were deleted.

use super::folders::Folders;
use super::listing::Listed;
use super::search::{ENTRIES_MAX, HITS_MAX};
use super::{Step, Volume};
use crate::file_system::{
    Batch, Cursor, Deleted, DeletedBatch, DeletedIn, Entry, Fault, FaultKind, FileType, Name,
    Result,
};
use crate::source::to_u64;

/// Something that was deleted.
#[derive(Clone, Debug)]
pub struct DeletedHit {
    /// From the root, with its own name at the end.
    pub path: Vec<Name>,
    /// Whether its first letter is still there; `?` stands for it otherwise.
    pub is_name_whole: bool,
    /// Whether it is known in which folder it was; its name stands alone otherwise.
    pub is_path_known: bool,
    /// What was known of it. Nothing can be read of it.
    pub was: Listed,
}

/// What of a folder comes next.
#[derive(Clone, Copy)]
enum Part {
    /// What was deleted in it, from here on.
    Deleted(Cursor),
    /// The folders in it, from here on.
    Folders(Cursor),
}

/// A walk through all that was deleted, near the root first.
///
/// Many fields: where it is, what it has seen, and what it counts.
pub struct DeletedWalk {
    kept: Option<DeletedIn>,
    folders: Folders,
    part: Part,
    hits: Vec<DeletedHit>,
    hits_count: usize,
    entries: u64,
    looked_into: u64,
    faults: u64,
    is_cut: bool,
}

impl DeletedWalk {
    /// Through all of a file system.
    #[must_use]
    pub fn new(volume: &Volume) -> Self {
        let system = volume.system();
        Self {
            kept: system.deleted_in(),
            folders: Folders::new(system.root()),
            part: Part::Deleted(Cursor::default()),
            hits: Vec::new(),
            hits_count: 0,
            entries: 0,
            looked_into: 0,
            faults: 0,
            is_cut: false,
        }
    }

    /// Looks at some more.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. What cannot be told for another reason is counted.
    pub fn step(&mut self, volume: &Volume) -> Result<Step> {
        let Some(kept) = self.kept else { return Ok(Step::Done) };
        if self.hits_count >= HITS_MAX || self.entries >= ENTRIES_MAX {
            self.is_cut = true;
            return Ok(Step::Done);
        }
        let Some(number) = self.folders.next() else { return Ok(Step::Done) };
        let Some(id) = self.folders.id(number) else { return Ok(Step::Done) };
        match self.part {
            Part::Deleted(cursor) => {
                let asked = volume.attempt(|system| system.read_deleted(id, cursor));
                let Some(batch) = self.counted(asked)? else { return Ok(Step::Wanting) };
                let next = self.take(number, batch).filter(|&next| next != cursor);
                self.part = match (next, kept) {
                    (Some(next), _) => Part::Deleted(next),
                    (None, DeletedIn::EachDirectory) => Part::Folders(Cursor::default()),
                    (None, DeletedIn::Root) => return Ok(self.end_of_folder()),
                };
            }
            Part::Folders(cursor) => {
                let asked = volume.attempt(|system| system.read_dir(id, cursor));
                let Some(batch) = self.counted(asked)? else { return Ok(Step::Wanting) };
                match self.enter(volume, number, batch).filter(|&next| next != cursor) {
                    Some(next) => self.part = Part::Folders(next),
                    None => return Ok(self.end_of_folder()),
                }
            }
        }
        Ok(Step::GoesOn)
    }

    /// What was found since the last time.
    pub fn take_hits(&mut self) -> Vec<DeletedHit> {
        core::mem::take(&mut self.hits)
    }

    /// Folders that were looked into; one where all is told in one place.
    #[must_use]
    pub fn folders(&self) -> u64 {
        self.looked_into
    }

    /// Stretches of what tells of deleted things, and of folders, that cannot be had.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether there may be more than was looked at.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut || self.folders.is_cut()
    }

    /// What was asked for, or nothing of it where it cannot be had; `None` if something has
    /// to be fetched first.
    fn counted<Batch: Default>(&mut self, asked: Result<Option<Batch>>) -> Result<Option<Batch>> {
        match asked {
            Err(Fault { kind: FaultKind::Source(error), about }) => {
                Err(Fault { kind: FaultKind::Source(error), about })
            }
            Err(_) => {
                self.faults = self.faults.saturating_add(1);
                Ok(Some(Batch::default()))
            }
            asked => asked,
        }
    }

    fn take(&mut self, number: usize, batch: DeletedBatch) -> Option<Cursor> {
        let DeletedBatch { things, next, missing } = batch;
        self.faults = self.faults.saturating_add(u64::from(missing.is_some()));
        self.hits_count = self.hits_count.saturating_add(things.len());
        self.entries = self.entries.saturating_add(to_u64(things.len()));
        let above = self.folders.path(number);
        self.hits.extend(things.into_iter().map(|thing| hit_of(&above, thing)));
        next
    }

    fn enter(&mut self, volume: &Volume, number: usize, batch: Batch) -> Option<Cursor> {
        let is_short = batch.left_out > 0 || batch.missing.is_some();
        self.faults = self.faults.saturating_add(u64::from(is_short));
        self.entries = self.entries.saturating_add(to_u64(batch.entries.len()));
        for entry in batch.entries {
            if entry.file_type == Some(FileType::Directory) {
                self.folders.come_by(volume, number, (entry.id, entry.name));
            }
        }
        batch.next
    }

    fn end_of_folder(&mut self) -> Step {
        self.folders.next_is_done();
        self.looked_into = self.looked_into.saturating_add(1);
        self.part = Part::Deleted(Cursor::default());
        Step::GoesOn
    }
}

fn hit_of(above: &[Name], thing: Deleted) -> DeletedHit {
    let Deleted { name, is_name_whole, folders, node } = thing;
    let is_path_known = folders.is_some();
    let known = folders.map(|below| above.iter().cloned().chain(below));
    let path = known.into_iter().flatten().chain([name.clone()]).collect();
    let entry = Entry { name, id: node.id, file_type: Some(node.file_type) };
    let was = Listed { entry, node: Ok(node), target: None };
    DeletedHit { path, is_name_whole, is_path_known, was }
}
