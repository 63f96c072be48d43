//! A file with all its attributes, also those that an attribute list leads to other
//! records for.

use vma_source::{le_u32, le_u64};

use super::attribute_list::list_of;
use super::disk::{Disk, Stored};
use super::record::{Attribute, Form, Record, Reference, kind};
use super::table::Table;
use crate::error::{Fault, FaultKind, Result};
use crate::node::Time;

/// Runs of all attributes of a file together, and bytes in records, in units of 16 bytes.
pub(super) const WEIGHT_MAX: usize = 1 << 20;

/// The namespace of names for DOS, which stand beside one that is none.
pub(super) const DOS: u8 = 2;

/// Flags of a file.
pub(super) const HIDDEN: u32 = 0x2;
pub(super) const SYSTEM: u32 = 0x4;

/// Records below this describe the file system itself.
pub(super) const FIRST_OF_USERS: u64 = 24;

/// Attributes of which the value is kept.
const KEPT: [u32; 6] = [
    kind::DATA,
    kind::INDEX_ROOT,
    kind::INDEX_ALLOCATION,
    kind::BITMAP,
    kind::REPARSE_POINT,
    kind::VOLUME_INFORMATION,
];

/// A file or a directory.
pub(super) struct File {
    pub(super) number: u64,
    pub(super) is_directory: bool,
    /// Whether it holds an index that is none of names, and has no contents.
    pub(super) is_index: bool,
    /// Names that it has; those for DOS are none.
    pub(super) names: u64,
    pub(super) standard: Standard,
    attributes: Vec<Stored>,
}

/// `$STANDARD_INFORMATION`.
#[derive(Clone, Copy, Default)]
pub(super) struct Standard {
    pub(super) created: Option<Time>,
    pub(super) modified: Option<Time>,
    pub(super) changed: Option<Time>,
    pub(super) accessed: Option<Time>,
    pub(super) flags: u32,
}

impl Standard {
    pub(super) fn parse(value: &[u8]) -> Self {
        let time = |at: usize| time(le_u64(value, at));
        Self {
            created: time(0),
            modified: time(8),
            changed: time(16),
            accessed: time(24),
            flags: le_u32(value, 32),
        }
    }
}

/// Units of 100 nanoseconds since 1601 began, in UTC; 0 where there is no time.
fn time(units: u64) -> Option<Time> {
    const PER_SECOND: u64 = 10_000_000;
    const FROM_1601_TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(units / PER_SECOND).ok()?.checked_sub(FROM_1601_TO_1970)?;
    let nanoseconds = u32::try_from((units % PER_SECOND).checked_mul(100)?).ok()?;
    (units > 0).then_some(Time { seconds, nanoseconds, is_local: false })
}

impl File {
    /// Gathers what `reference` means.
    ///
    /// # Errors
    ///
    /// It is not there any more, or what describes it cannot be had.
    pub(super) fn load(disk: &Disk, table: &Table, reference: Reference) -> Result<Self> {
        let number = reference.number();
        let about = |fault: Fault| Fault { about: format!("{number}: {}", fault.about), ..fault };
        let record = table.record(disk, number)?;
        if !record.is_in_use() || !record.is_meant_by(reference) {
            return Err(Fault::new(FaultKind::NotFound, format!("{number}: was deleted")));
        }
        if record.base().is_some() {
            return Err(Fault::corrupt(format!("{number}: is a part of another")));
        }
        Self::gather(disk, table, &record).map_err(about)
    }

    fn gather(disk: &Disk, table: &Table, record: &Record) -> Result<Self> {
        let mut file = Self {
            number: record.number(),
            is_directory: record.is_directory(),
            is_index: record.is_index(),
            names: 0,
            standard: Standard::default(),
            attributes: Vec::new(),
        };
        let attributes = record.attributes()?;
        match list_of(disk, &attributes)? {
            None => attributes.iter().try_for_each(|attribute| file.add(disk, attribute))?,
            Some(list) => {
                let mut other: Option<Record> = None;
                for entry in list {
                    if entry.holder.number() == record.number() {
                        file.add(disk, entry.find(&attributes)?)?;
                        continue;
                    }
                    let is_same = |record: &&Record| record.is_meant_by(entry.holder);
                    if other.as_ref().filter(is_same).is_none() {
                        other = Some(table.part(disk, entry.holder, record)?);
                    }
                    let there = other.as_ref().map(Record::attributes).transpose()?;
                    file.add(disk, entry.find(&there.unwrap_or_default())?)?;
                }
            }
        }
        file.attributes.iter().try_for_each(|stored| stored.check(&disk.geometry))?;
        Ok(file)
    }

    /// Adds an attribute, or the next part of one.
    fn add(&mut self, disk: &Disk, attribute: &Attribute<'_>) -> Result<()> {
        match (attribute.kind, attribute.form) {
            (kind::STANDARD_INFORMATION, Form::Resident(value)) => {
                self.standard = Standard::parse(value);
                return Ok(());
            }
            (kind::FILE_NAME, Form::Resident(value)) => {
                let is_own = value.get(65).is_some_and(|&namespace| namespace != DOS);
                self.names = self.names.saturating_add(u64::from(is_own));
                return Ok(());
            }
            _ if !KEPT.contains(&attribute.kind) => return Ok(()),
            _ => {}
        }
        let is_same =
            |stored: &&mut Stored| stored.kind == attribute.kind && stored.name == attribute.name;
        match self.attributes.iter_mut().find(is_same) {
            Some(stored) => stored.go_on(attribute, &disk.geometry)?,
            None => self.attributes.push(Stored::begin(attribute, &disk.geometry)?),
        }
        if self.weight() > WEIGHT_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "more runs than are held"));
        }
        Ok(())
    }

    /// What it takes in memory, in units of 16 bytes.
    pub(super) fn weight(&self) -> usize {
        let attributes = self.attributes.iter();
        attributes.fold(16, |sum: usize, stored| sum.saturating_add(stored.weight()))
    }

    /// The attribute of that kind and name.
    pub(super) fn find(&self, kind: u32, name: &[u8]) -> Option<&Stored> {
        self.attributes.iter().find(|stored| stored.kind == kind && stored.name == name)
    }

    /// Its streams beside its contents.
    pub(super) fn streams(&self) -> impl Iterator<Item = &Stored> {
        let all = self.attributes.iter();
        all.filter(|stored| stored.kind == kind::DATA && !stored.name.is_empty())
    }
}
