//! Records of the master file table that are not in use any more, and still say what they
//! were of. Where a record is used anew, what it said before is gone.

use std::collections::BTreeMap;

use vma_source::{le_u32, le_u64};

use super::disk::Disk;
use super::file::{DOS, FIRST_OF_USERS, HIDDEN, SYSTEM, Standard};
use super::index::{REPARSE_POINT, ROOT};
use super::name::wtf8_of;
use super::record::{Attribute, Form, Record, Reference, kind};
use super::table::Table;
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{Cursor, Deleted, DeletedBatch, Name};

/// Records that are looked at in one call.
const RECORDS: u64 = 1024;

/// Folders in one another that a path leads through, at most.
const DEPTH_MAX: usize = 256;

/// Some of them, from record number `cursor` on.
///
/// # Errors
///
/// The source below cannot be read.
pub(super) fn read(disk: &Disk, table: &Table, cursor: Cursor) -> Result<DeletedBatch> {
    let first = cursor.0.max(FIRST_OF_USERS);
    let (count, behind) = (table.count(disk), first.saturating_add(RECORDS));
    let mut search = Search { disk, table, paths: BTreeMap::new(), batch: DeletedBatch::default() };
    table.announce(disk, first..behind.min(count));
    for number in first..behind.min(count) {
        if let Err(fault) = search.look(number) {
            search.step_over(fault)?;
        }
    }
    search.batch.next = (behind < count).then_some(Cursor(behind));
    Ok(search.batch)
}

struct Search<'a> {
    disk: &'a Disk,
    table: &'a Table,
    /// From the root to the directory that a reference means; `None` where that is gone.
    paths: BTreeMap<u64, Option<Vec<Name>>>,
    batch: DeletedBatch,
}

impl Search<'_> {
    fn look(&mut self, number: u64) -> Result<()> {
        let record = self.table.record(self.disk, number)?;
        if record.is_in_use() || record.base().is_some() {
            return Ok(());
        }
        let attributes = record.attributes()?;
        let Some(named) = Named::of(&attributes) else { return Ok(()) };
        let folders = self.path(named.parent)?;
        let node = node(&record, &attributes, &named);
        let Named { name, .. } = named;
        self.batch.things.push(Deleted { name, is_name_whole: true, folders, node });
        Ok(())
    }

    /// What a record does not say, or says in contradiction, is nothing that was deleted.
    fn step_over(&mut self, fault: Fault) -> Result<()> {
        match fault.kind {
            FaultKind::Source(_) | FaultKind::NotYetKnown => return Err(fault),
            FaultKind::Lost | FaultKind::InDoubt => {
                self.batch.missing.get_or_insert(fault);
            }
            _ => {}
        }
        Ok(())
    }

    /// From the root to the directory that is meant, if it is still told.
    fn path(&mut self, directory: Reference) -> Result<Option<Vec<Name>>> {
        let (mut at, mut names, mut passed) = (directory, Vec::new(), Vec::new());
        let above = loop {
            if at.number() == ROOT {
                break Some(Vec::new());
            }
            if let Some(known) = self.paths.get(&at.0) {
                break known.clone();
            }
            let found = if passed.len() < DEPTH_MAX { self.directory(at)? } else { None };
            passed.push(at);
            let Some(named) = found else { break None };
            names.push(named.name);
            at = named.parent;
        };
        let whole = above.map(|above| above.into_iter().chain(names.into_iter().rev()).collect());
        self.paths.insert(directory.0, whole.clone());
        Ok(whole)
    }

    /// What a directory is called, and where it is; `None` where its record is of another
    /// one by now.
    fn directory(&mut self, reference: Reference) -> Result<Option<Named>> {
        let found = self.table.record(self.disk, reference.number());
        let found = found.and_then(|record| {
            // When a record is given up, it is counted on.
            let is_it = record.is_meant_by(reference) || record.was_meant_by(reference);
            let attributes = record.attributes()?;
            let named = Named::of(&attributes);
            Ok(named.filter(|_| is_it && record.is_directory() && record.base().is_none()))
        });
        found.or_else(|fault| self.step_over(fault).map(|()| None))
    }
}

/// `$FILE_NAME`.
struct Named {
    name: Name,
    parent: Reference,
    namespace: u8,
    size: u64,
    flags: u32,
}

impl Named {
    /// The name of a record; one for DOS only where there is no other.
    fn of(attributes: &[Attribute<'_>]) -> Option<Self> {
        let names = attributes.iter().filter_map(|attribute| match attribute.form {
            Form::Resident(value) if attribute.kind == kind::FILE_NAME => Self::parse(value),
            _ => None,
        });
        names.min_by_key(|named| named.namespace == DOS)
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let length = usize::from(*value.get(64)?).checked_mul(2)?;
        let name = wtf8_of(value.get(66..)?.get(..length)?);
        let (parent, size) = (Reference(le_u64(value, 0)), le_u64(value, 48));
        let (flags, namespace) = (le_u32(value, 56), *value.get(65)?);
        name.is_plain().then_some(Self { name, parent, namespace, size, flags })
    }
}

fn node(record: &Record, attributes: &[Attribute<'_>], named: &Named) -> Node {
    let standard = attributes.iter().find_map(|attribute| match attribute.form {
        Form::Resident(value) if attribute.kind == kind::STANDARD_INFORMATION => {
            Some(Standard::parse(value))
        }
        _ => None,
    });
    let standard = standard.unwrap_or_default();
    let sizes = attributes.iter().filter(|one| one.kind == kind::DATA && one.name.is_empty());
    let size = sizes.into_iter().find_map(|attribute| match attribute.form {
        Form::Resident(value) => u64::try_from(value.len()).ok(),
        Form::Mapped(part) => (part.first == 0).then_some(part.size),
    });
    let file_type = match named.flags {
        flags if flags & REPARSE_POINT != 0 => FileType::Other,
        _ if record.is_directory() => FileType::Directory,
        _ => FileType::File,
    };
    let is_file = file_type == FileType::File;
    Node {
        id: NodeId(record.own_reference().0),
        file_type,
        size: if is_file { size.unwrap_or(named.size) } else { 0 },
        links: None,
        attributes: None,
        modified: standard.modified,
        changed: standard.changed,
        accessed: standard.accessed,
        created: standard.created,
        device: None,
        is_hidden: standard.flags & (HIDDEN | SYSTEM) != 0,
    }
}
