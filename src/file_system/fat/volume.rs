//! The face of FAT and exFAT as a [`FileSystem`].

use core::ops::Range;
use std::rc::Rc;

use vma_source::to_usize;

use super::chain::Chain;
use super::clusters::{Clusters, Extent, places};
use super::stored::Stored;
use super::{deleted, entries, sets};
use crate::error::{Fault, FaultKind, Result};
use crate::node::{Node, NodeId};
use crate::reader::{
    Batch, Cursor, DeletedBatch, DeletedIn, ExtendedAttribute, FileSystem, Name, Note, Places,
    Stream,
};

/// What stands for the root directory: the boot sector is no entry.
const ROOT: NodeId = NodeId(0);

/// How directories are written.
pub(super) enum Form {
    /// As DOS wrote them. The root of FAT12 and FAT16 lies before the clusters, from
    /// `fixed_root` on up to them; FAT32 has none such: then both are the same place.
    Old { fixed_root: u64 },
    /// As sets of entries.
    ExFat,
}

/// A volume of FAT or exFAT.
pub(super) struct Fat {
    pub(super) clusters: Clusters,
    pub(super) form: Form,
    /// The root directory's clusters; no matter where it is fixed.
    pub(super) root: Extent,
    pub(super) notes: Vec<Note>,
}

impl Fat {
    fn stored(&self, id: NodeId) -> Result<Stored> {
        match self.form {
            _ if id == ROOT => Ok(Stored::root(self.root)),
            Form::Old { fixed_root } => entries::stored(&self.clusters, fixed_root, id),
            Form::ExFat => sets::stored(&self.clusters, id),
        }
    }

    /// The entries of a directory, and whether its clusters follow one another.
    fn directory(&self, id: NodeId) -> Result<(Rc<Chain>, bool)> {
        let stored = self.stored(id)?;
        if !stored.is_directory {
            return Err(Fault::new(FaultKind::NotFound, "entries of a file"));
        }
        let chain = match self.form {
            Form::Old { fixed_root } if id == ROOT && fixed_root < self.clusters.start => {
                let length = self.clusters.start.saturating_sub(fixed_root);
                Rc::new(Chain::piece(fixed_root, length))
            }
            Form::Old { .. } => self.clusters.chain(stored.extent, entries::DIRECTORY_MAX)?,
            Form::ExFat => self.clusters.chain(stored.extent, sets::DIRECTORY_MAX)?,
        };
        Ok((chain, stored.extent.is_contiguous))
    }

    fn file(&self, id: NodeId, stream: Stream<'_>) -> Result<(Stored, Rc<Chain>)> {
        let stored = self.stored(id)?;
        if stored.is_directory || stream != Stream::Contents {
            return Err(Fault::new(FaultKind::NotFound, "such contents"));
        }
        // Behind what was written nothing is read, be it there or not.
        let length = Some(stored.valid);
        let extent = Extent { length, ..stored.extent };
        let chain = self.clusters.chain(extent, 0)?;
        Ok((stored, chain))
    }
}

impl FileSystem for Fat {
    fn root(&self) -> NodeId {
        ROOT
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.clone()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        Ok(self.stored(id)?.node(id))
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        let (chain, is_contiguous) = self.directory(id)?;
        match self.form {
            Form::Old { .. } => entries::list(&self.clusters, chain, cursor),
            Form::ExFat => sets::list(&self.clusters, chain, is_contiguous, cursor),
        }
    }

    fn deleted_in(&self) -> Option<DeletedIn> {
        Some(DeletedIn::EachDirectory)
    }

    fn read_deleted(&self, id: NodeId, cursor: Cursor) -> Result<DeletedBatch> {
        let (chain, _) = self.directory(id)?;
        match self.form {
            Form::Old { .. } => deleted::of_entries(&self.clusters, chain, cursor),
            Form::ExFat => deleted::of_sets(&self.clusters, chain, cursor),
        }
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let (stored, chain) = self.file(id, stream)?;
        let count = to_usize(stored.size.saturating_sub(offset)).min(buffer.len());
        let written = to_usize(stored.valid.saturating_sub(offset)).min(count);
        let buffer = buffer.get_mut(..count).unwrap_or(&mut []);
        if let Some((data, zeros)) = buffer.split_at_mut_checked(written) {
            self.clusters.read(&chain, offset, data)?;
            zeros.fill(0);
        }
        Ok(count)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        let (stored, chain) = self.file(id, stream)?;
        let mut places = places(&chain, range.start..range.end.min(stored.valid))?;
        if places.next.is_none() {
            places.add_hole(range.start.max(stored.valid)..range.end.min(stored.size));
        }
        Ok(places)
    }

    fn read_link(&self, _: NodeId) -> Result<Name> {
        Err(Fault::new(FaultKind::NotFound, "link"))
    }

    fn extended_attributes(&self, _: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        Ok(Some(Vec::new()))
    }

    fn streams(&self, _: NodeId) -> Result<Vec<(Name, u64)>> {
        Ok(Vec::new())
    }
}
