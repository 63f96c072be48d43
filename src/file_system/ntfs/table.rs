//! The master file table: `$MFT`, a file that is described by its own first record.

use vma_source::to_u64;

use super::attribute_list::list_of;
use super::disk::{Disk, Stored, Through, Value};
use super::record::{Attribute, Record, Reference, kind};
use crate::error::{Fault, FaultKind, Result};

/// Records that `$MFTMirr` has copies of.
const MIRRORED: u64 = 4;

/// The table.
pub(super) struct Table {
    contents: Stored,
    /// Why it is not known where its later parts lie, if it is not.
    cut: Option<Fault>,
}

impl Table {
    /// Finds all of it. Its later parts are told of by records in those before; where one
    /// of them cannot be had, the records up to there still can.
    ///
    /// # Errors
    ///
    /// Its first record cannot be had.
    pub(super) fn open(disk: &Disk) -> Result<Self> {
        let at = disk.geometry.table;
        let record = sound(disk, at, 0).or_else(|fault| mirrored(disk, 0, fault))?;
        let attributes = record.attributes()?;
        let is_contents = |kind: u32, name: &[u8]| kind == kind::DATA && name.is_empty();
        let found = attributes.iter().find(|one| is_contents(one.kind, one.name));
        let missing = || Fault::corrupt("$MFT: no contents");
        let contents = Stored::begin(found.ok_or_else(missing)?, &disk.geometry)?;
        let mut table = Self { contents, cut: None };
        table.cut = table.go_on(disk, &record, &attributes).err();
        Ok(table)
    }

    /// Adds its later parts.
    fn go_on(&mut self, disk: &Disk, record: &Record, attributes: &[Attribute<'_>]) -> Result<()> {
        for listed in list_of(disk, attributes)?.unwrap_or_default() {
            if let Some(holder) = listed.contents().filter(|holder| holder.number() != 0) {
                let part = self.part(disk, holder, record)?;
                listed.add_to(&mut self.contents, &part, disk)?;
            }
        }
        Ok(())
    }

    /// The record of that number.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be had; of the first ones, the copy neither.
    pub(super) fn record(&self, disk: &Disk, number: u64) -> Result<Record> {
        let found = self.own_record(disk, number);
        if number < MIRRORED {
            return found.or_else(|fault| mirrored(disk, number, fault));
        }
        found
    }

    /// Records that there are, in use or not.
    pub(super) fn count(&self, disk: &Disk) -> u64 {
        let Value::Mapped(mapped) = &self.contents.value else { return 0 };
        mapped.initialized.checked_div(to_u64(disk.geometry.record)).unwrap_or(0)
    }

    /// Announces the records of these numbers.
    pub(super) fn announce(&self, disk: &Disk, numbers: impl Iterator<Item = u64>) {
        disk.announce(&self.contents, &mut numbers.filter_map(|one| disk.geometry.offset_of(one)));
    }

    fn own_record(&self, disk: &Disk, number: u64) -> Result<Record> {
        let missing = || Fault::new(FaultKind::NotFound, format!("record {number}"));
        let Value::Mapped(mapped) = &self.contents.value else { return Err(missing()) };
        let offset = disk.geometry.offset_of(number);
        let end = number.checked_add(1).and_then(|next| disk.geometry.offset_of(next));
        let is_there = end.is_some_and(|end| end <= mapped.initialized);
        let offset = offset.filter(|_| is_there).ok_or_else(missing)?;
        let known = mapped.runs.clusters().saturating_mul(disk.geometry.cluster);
        if let Some(cut) = self.cut.as_ref().filter(|_| end.is_some_and(|end| end > known)) {
            return Err(Fault { about: format!("record {number}: {}", cut.about), ..cut.clone() });
        }
        let mut bytes = vec![0; disk.geometry.record];
        let about =
            |fault: Fault| Fault { about: format!("record {number}: {}", fault.about), ..fault };
        disk.read(&self.contents, offset, &mut bytes, Through::Cache).map_err(about)?;
        Record::parse(number, bytes)
    }

    /// The record `holder`, that goes on with `base`.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); also if it is none of `base`.
    pub(super) fn part(&self, disk: &Disk, holder: Reference, base: &Record) -> Result<Record> {
        let part = self.record(disk, holder.number())?;
        let is_of_base = part.base().is_some_and(|reference| base.is_meant_by(reference));
        if !part.is_in_use() || !part.is_meant_by(holder) || !is_of_base {
            let about = format!("record {}: is no part of {}", holder.number(), base.number());
            return Err(Fault::corrupt(about));
        }
        Ok(part)
    }
}

/// The record of that number that stands at `at` in the volume.
fn sound(disk: &Disk, at: u64, number: u64) -> Result<Record> {
    let mut bytes = vec![0; disk.geometry.record];
    disk.raw(at, &mut bytes, Through::Cache, &format!("record {number}"))?;
    Record::parse(number, bytes)
}

/// The copy of a record that `fault` stands against; the same fault if there is none.
fn mirrored(disk: &Disk, number: u64, fault: Fault) -> Result<Record> {
    if matches!(fault.kind, FaultKind::NotYetKnown | FaultKind::Source(_)) {
        return Err(fault);
    }
    let offset = disk.geometry.offset_of(number);
    let at = offset.and_then(|offset| disk.geometry.mirror.checked_add(offset));
    at.and_then(|at| sound(disk, at, number).ok()).ok_or(fault)
}
