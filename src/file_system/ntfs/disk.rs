//! The bytes of the volume, and those of an attribute in it.

use core::ops::Range;
use std::cell::RefCell;

use vma_source::{to_u64, to_usize};

use super::geometry::Geometry;
use super::lznt1;
use super::record::{Attribute, Form, kind};
use super::runs::{Place, Runs};
use crate::blocks::{Blocks, read_exact};
use crate::error::{Fault, FaultKind, Result};
use crate::reader::Places;

/// Flags of an attribute: how it is compressed, and what else was done to it.
const COMPRESSION: u16 = 0x00ff;
const LZNT1: u16 = 1;
const ENCRYPTED: u16 = 0x4000;
const SPARSE: u16 = 0x8000;

/// Bytes that are compressed together, at most. Windows takes 16 clusters of 4 KiB.
const UNIT_MAX: u64 = 4 << 20;

/// The stream of `$BadClus` that is a hole as large as the volume, and is not marked so.
const BAD: &[u8] = b"$\0B\0a\0d\0";

/// Runs that [`Disk::places`] looks at, at most.
const RUNS_LOOKED_AT: usize = 4096;

/// An attribute with all its parts together.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) kind: u32,
    /// In UTF-16.
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) value: Value,
}

/// The value of an attribute.
#[derive(Debug)]
pub(super) enum Value {
    /// It was in the record.
    Resident(Vec<u8>),
    /// It is in clusters.
    Mapped(Box<Mapped>),
}

/// A value in clusters.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) runs: Runs,
    /// What the clusters that are compressed together are two to the power of.
    unit: u8,
    allocated: u64,
    pub(super) size: u64,
    /// Bytes that were written; behind them are zeros.
    pub(super) initialized: u64,
    /// The unit that was unpacked last, by its number.
    unpacked: RefCell<Option<(u64, Vec<u8>)>>,
}

impl Stored {
    /// The attribute, as far as it is in one record: from its start on.
    ///
    /// # Errors
    ///
    /// Its start is elsewhere, or its run list is wrong.
    pub(super) fn begin(attribute: &Attribute<'_>, geometry: &Geometry) -> Result<Self> {
        let value = match attribute.form {
            Form::Resident(bytes) => Value::Resident(bytes.to_vec()),
            Form::Mapped(part) if part.first == 0 => {
                let mut runs = Runs::default();
                runs.append(part.pairs, part.end, geometry.clusters)?;
                let (unit, unpacked) = (part.unit, RefCell::default());
                let (allocated, size, initialized) = (part.allocated, part.size, part.initialized);
                let mapped = Mapped { runs, unit, allocated, size, initialized, unpacked };
                Value::Mapped(Box::new(mapped))
            }
            Form::Mapped(_) => return Err(Fault::corrupt("an attribute without its start")),
        };
        let (kind, name, flags) = (attribute.kind, attribute.name.to_vec(), attribute.flags);
        Ok(Self { kind, name, flags, value })
    }

    /// Adds the part of it that `attribute` is, which comes next.
    ///
    /// # Errors
    ///
    /// Another part comes next, or its run list is wrong.
    pub(super) fn go_on(&mut self, attribute: &Attribute<'_>, geometry: &Geometry) -> Result<()> {
        match (&mut self.value, attribute.form) {
            (Value::Mapped(mapped), Form::Mapped(part))
                if part.first == mapped.runs.clusters() && part.end > part.first =>
            {
                mapped.runs.append(part.pairs, part.end, geometry.clusters)
            }
            _ => Err(Fault::corrupt("parts of an attribute do not follow one another")),
        }
    }

    /// Whether the run list and the sizes of it agree.
    ///
    /// # Errors
    ///
    /// They do not.
    pub(super) fn check(&self, geometry: &Geometry) -> Result<()> {
        let Value::Mapped(mapped) = &self.value else { return Ok(()) };
        let listed = mapped.runs.clusters().checked_mul(geometry.cluster);
        if listed != Some(mapped.allocated)
            || mapped.size > mapped.allocated
            || mapped.initialized > mapped.size
        {
            return Err(Fault::corrupt("run list and size of an attribute"));
        }
        Ok(())
    }

    /// Bytes of the value.
    pub(super) fn size(&self) -> u64 {
        match &self.value {
            Value::Resident(bytes) => to_u64(bytes.len()),
            Value::Mapped(mapped) => mapped.size,
        }
    }

    /// What it takes in memory, in units of 16 bytes.
    pub(super) fn weight(&self) -> usize {
        match &self.value {
            Value::Resident(bytes) => bytes.len() / 16,
            Value::Mapped(mapped) => mapped.runs.count(),
        }
    }

    /// Whether some of it is not stored.
    pub(super) fn has_holes(&self) -> bool {
        matches!(&self.value, Value::Mapped(mapped) if mapped.runs.has_holes())
    }

    fn is_packed(&self) -> bool {
        self.kind == kind::DATA && self.flags & COMPRESSION != 0
    }

    fn may_have_holes(&self) -> bool {
        self.kind == kind::DATA && (self.flags & (SPARSE | COMPRESSION) != 0 || self.name == BAD)
    }

    /// Whether its bytes are what they are a file's contents of.
    fn refuse(&self) -> Result<()> {
        if self.kind != kind::DATA {
            return Ok(());
        }
        if self.flags & ENCRYPTED != 0 {
            return Err(Fault::unsupported("encrypted by Windows (EFS)"));
        }
        match self.flags & COMPRESSION {
            0 | LZNT1 => Ok(()),
            other => Err(Fault::unsupported(format!("compression {other:#x}"))),
        }
    }
}

/// Through what bytes are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// The cache: what describes files.
    Cache,
    /// None: files, which may be large.
    Nothing,
}

/// The volume.
pub(super) struct Disk {
    pub(super) blocks: Blocks,
    pub(super) geometry: Geometry,
}

impl Disk {
    /// Bytes of the volume, all of them.
    ///
    /// # Errors
    ///
    /// As [`read_exact`].
    pub(super) fn raw(
        &self,
        at: u64,
        buffer: &mut [u8],
        through: Through,
        what: &str,
    ) -> Result<()> {
        match through {
            Through::Cache => self.blocks.read(at, buffer, what),
            Through::Nothing => read_exact(self.blocks.source(), at, buffer, what),
        }
    }

    /// Fills `buffer` with bytes of a value, fewer only at its end.
    ///
    /// # Errors
    ///
    /// They cannot be had, or are stored in a way that is not read.
    pub(super) fn read(
        &self,
        stored: &Stored,
        offset: u64,
        buffer: &mut [u8],
        through: Through,
    ) -> Result<usize> {
        stored.refuse()?;
        let count = to_usize(stored.size().saturating_sub(offset)).min(buffer.len());
        let buffer = buffer.get_mut(..count).unwrap_or_default();
        match &stored.value {
            Value::Resident(bytes) => {
                let from = bytes.get(to_usize(offset)..).and_then(|bytes| bytes.get(..count));
                buffer.copy_from_slice(from.unwrap_or_default());
            }
            Value::Mapped(mapped) => {
                let written = to_usize(mapped.initialized.saturating_sub(offset)).min(count);
                if let Some((written, zeros)) = buffer.split_at_mut_checked(written) {
                    zeros.fill(0);
                    if stored.is_packed() {
                        self.read_packed(mapped, offset, written, through)?;
                    } else {
                        let may_have_holes = stored.may_have_holes();
                        self.read_plain(mapped, offset, written, through, may_have_holes)?;
                    }
                }
            }
        }
        Ok(count)
    }

    /// All of a value of at most `max` bytes.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); also if it has more.
    pub(super) fn all(&self, stored: &Stored, max: u64, what: &str) -> Result<Vec<u8>> {
        if stored.size() > max {
            return Err(Fault::new(FaultKind::TooLarge, format!("{what}: {}", stored.size())));
        }
        let mut bytes = vec![0; to_usize(stored.size())];
        let count = self.read(stored, 0, &mut bytes, Through::Cache)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    fn read_plain(
        &self,
        mapped: &Mapped,
        offset: u64,
        buffer: &mut [u8],
        through: Through,
        may_have_holes: bool,
    ) -> Result<()> {
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let piece = mapped.runs.piece(at, self.geometry.cluster);
            let (place, count) = piece.ok_or_else(|| Fault::corrupt("run list: ends early"))?;
            let count = to_usize(count).min(rest.len());
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            match place {
                Place::At(place) => self.raw(place, part, through, "contents")?,
                Place::Hole if may_have_holes => part.fill(0),
                Place::Hole => return Err(Fault::corrupt("run list: a hole")),
            }
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    fn read_packed(
        &self,
        mapped: &Mapped,
        offset: u64,
        buffer: &mut [u8],
        through: Through,
    ) -> Result<()> {
        let unit = self.geometry.cluster.checked_shl(mapped.unit.into()).unwrap_or(0);
        if mapped.unit == 0 || !(1..=UNIT_MAX).contains(&unit) {
            return Err(Fault::unsupported(format!("compression units of {unit} bytes")));
        }
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let number = at.checked_div(unit).unwrap_or(0);
            let start = number.saturating_mul(unit);
            let skip = at.saturating_sub(start);
            let count = to_usize(unit.saturating_sub(skip)).min(rest.len());
            let Some((part, behind)) = rest.split_at_mut_checked(count) else { break };
            match self.form(mapped, start..start.saturating_add(unit))? {
                UnitForm::Hole => part.fill(0),
                UnitForm::Plain => self.read_plain(mapped, at, part, through, false)?,
                UnitForm::Packed(length) => {
                    self.unpack(mapped, number, length, unit)?;
                    let unpacked = mapped.unpacked.borrow();
                    let unpacked = unpacked
                        .as_ref()
                        .and_then(|(_, bytes)| bytes.get(to_usize(skip)..)?.get(..count));
                    part.copy_from_slice(unpacked.unwrap_or_default());
                }
            }
            at = at.saturating_add(to_u64(count));
            rest = behind;
        }
        Ok(())
    }

    /// How a unit is stored, by how many of its clusters are.
    fn form(&self, mapped: &Mapped, range: Range<u64>) -> Result<UnitForm> {
        let (mut at, mut stored, mut has_hole) = (range.start, 0_u64, false);
        while at < range.end {
            let Some((place, count)) = mapped.runs.piece(at, self.geometry.cluster) else { break };
            let count = count.min(range.end.saturating_sub(at));
            match place {
                Place::Hole => has_hole = true,
                Place::At(_) if has_hole => {
                    return Err(Fault::corrupt("run list: a compressed unit with a hole inside"));
                }
                Place::At(_) => stored = stored.saturating_add(count),
            }
            at = at.saturating_add(count);
        }
        let wanted = range.end.min(mapped.size).saturating_sub(range.start);
        Ok(match stored {
            0 if has_hole => UnitForm::Hole,
            0 => return Err(Fault::corrupt("run list: ends early")),
            // The last unit may end with the run list instead of a hole.
            _ if !has_hole && stored >= wanted => UnitForm::Plain,
            _ => UnitForm::Packed(stored),
        })
    }

    /// Unpacks the unit of that number, of which `length` bytes are stored.
    fn unpack(&self, mapped: &Mapped, number: u64, length: u64, unit: u64) -> Result<()> {
        if matches!(&*mapped.unpacked.borrow(), Some((of, _)) if *of == number) {
            return Ok(());
        }
        let mut packed = vec![0; to_usize(length)];
        let start = number.saturating_mul(unit);
        self.read_plain(mapped, start, &mut packed, Through::Nothing, false)?;
        let mut bytes = vec![0; to_usize(unit)];
        lznt1::unpack(&packed, &mut bytes)
            .ok_or_else(|| Fault::corrupt(format!("compressed data at {start:#x}")))?;
        *mapped.unpacked.borrow_mut() = Some((number, bytes));
        Ok(())
    }

    /// Announces what stands at `offsets` of a value.
    pub(super) fn announce(&self, stored: &Stored, offsets: &mut dyn Iterator<Item = u64>) {
        let Value::Mapped(mapped) = &stored.value else { return };
        let place = |offset| match mapped.runs.piece(offset, self.geometry.cluster) {
            Some((Place::At(place), _)) => Some(place),
            _ => None,
        };
        self.blocks.announce(offsets.filter_map(place));
    }

    /// Where the bytes of `range` of a value lie, and where nothing of it is stored.
    ///
    /// # Errors
    ///
    /// The run list ends before.
    pub(super) fn places(&self, stored: &Stored, range: Range<u64>) -> Result<Places> {
        let mut places = Places::default();
        let Value::Mapped(mapped) = &stored.value else { return Ok(places) };
        let end = range.end.min(mapped.initialized);
        let unit = self.unit_of_zeros(stored, mapped);
        let mut at = range.start;
        for _ in 0..RUNS_LOOKED_AT {
            if at >= end {
                if stored.refuse().is_ok() {
                    places.add_hole(at..range.end.min(mapped.size));
                }
                return Ok(places);
            }
            let piece = mapped.runs.piece(at, self.geometry.cluster);
            let (place, count) = piece.ok_or_else(|| Fault::corrupt("run list: ends early"))?;
            let behind = at.saturating_add(count);
            let count = count.min(end.saturating_sub(at));
            match (place, unit) {
                (Place::At(place), _) => places.pieces.push(place..place.saturating_add(count)),
                (Place::Hole, Some(unit)) => {
                    let start = at.checked_next_multiple_of(unit).unwrap_or(behind);
                    let whole = behind.saturating_sub(behind.checked_rem(unit).unwrap_or(0));
                    if start < whole.min(end) {
                        places.add_hole(start..whole.min(end));
                    }
                }
                (Place::Hole, None) => {}
            }
            at = at.saturating_add(count);
        }
        places.next = (at < end).then_some(at);
        Ok(places)
    }

    /// Bytes of which so many together are zeros where no cluster of them is stored; `None`
    /// if it cannot be read as such, or may have no holes.
    fn unit_of_zeros(&self, stored: &Stored, mapped: &Mapped) -> Option<u64> {
        if stored.refuse().is_err() || !stored.may_have_holes() {
            return None;
        }
        let unit = if stored.is_packed() { mapped.unit } else { 0 };
        self.geometry.cluster.checked_shl(unit.into()).filter(|&unit| unit > 0)
    }
}

/// How a unit of clusters that are compressed together is stored.
enum UnitForm {
    /// Not: it is zeros.
    Hole,
    /// As it is.
    Plain,
    /// In so many bytes.
    Packed(u64),
}
