//! The list of a file's attributes, and in which records they are: `ATTR_LIST_ENTRY` of
//! ntfs-3g's `layout.h`. A file has one when one record is too small for all of them.

use vma_source::{le_u16, le_u32, le_u64};

use super::disk::{Disk, Stored};
use super::record::{Attribute, Record, Reference, kind};
use crate::error::{Fault, Result};

/// Bytes of an attribute list, at most: Windows makes none that is larger.
const LIST_MAX: u64 = 256 << 10;

/// An entry of an attribute list.
pub(super) struct Listed {
    kind: u32,
    is_named: bool,
    instance: u16,
    /// The record that it is in.
    pub(super) holder: Reference,
}

impl Listed {
    /// The attribute that is meant, among those of its record.
    pub(super) fn find<'a, 'b>(
        &self,
        attributes: &'a [Attribute<'b>],
    ) -> Result<&'a Attribute<'b>> {
        let is_it = |attribute: &&Attribute<'_>| {
            attribute.kind == self.kind && attribute.instance == self.instance
        };
        let missing = || Fault::corrupt("an attribute is not where the list has it");
        attributes.iter().find(is_it).ok_or_else(missing)
    }

    /// The part of a file's contents that is meant, and in which record; `None` if it is
    /// something else.
    pub(super) fn contents(&self) -> Option<Reference> {
        (self.kind == kind::DATA && !self.is_named).then_some(self.holder)
    }

    /// As [`find`](Self::find), in a record.
    pub(super) fn add_to(&self, stored: &mut Stored, holder: &Record, disk: &Disk) -> Result<()> {
        stored.go_on(self.find(&holder.attributes()?)?, &disk.geometry)
    }
}

/// The attribute list among the attributes of a record, if there is one.
pub(super) fn list_of(disk: &Disk, attributes: &[Attribute<'_>]) -> Result<Option<Vec<Listed>>> {
    let found = attributes.iter().find(|attribute| attribute.kind == kind::ATTRIBUTE_LIST);
    let Some(attribute) = found else { return Ok(None) };
    let stored = Stored::begin(attribute, &disk.geometry)?;
    stored.check(&disk.geometry)?;
    let bytes = disk.all(&stored, LIST_MAX, "attribute list")?;
    let (mut rest, mut all) = (bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let length = usize::from(le_u16(rest, 4));
        let entry = rest.split_at_checked(length).filter(|(entry, _)| entry.len() >= 26);
        let (entry, behind) = entry.ok_or_else(|| Fault::corrupt("attribute list"))?;
        all.push(Listed {
            kind: le_u32(entry, 0),
            is_named: entry.get(6).is_some_and(|&count| count > 0),
            instance: le_u16(entry, 24),
            holder: Reference(le_u64(entry, 16)),
        });
        rest = behind;
    }
    Ok(Some(all))
}
