//! A record of the master file table and the attributes in it: `MFT_RECORD` and
//! `ATTR_RECORD` of ntfs-3g's `layout.h`.

use vma_source::{le_u16, le_u32, le_u64, to_usize};

use super::fix_up::put_back;
use crate::error::{Fault, Result};

/// Which record, and how often it was used anew: 48 and 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference(pub(super) u64);

impl Reference {
    pub(super) fn number(self) -> u64 {
        self.0 & 0xffff_ffff_ffff
    }

    fn sequence(self) -> u64 {
        self.0 >> 48
    }
}

/// Kinds of attributes.
pub(super) mod kind {
    pub(in crate::ntfs) const STANDARD_INFORMATION: u32 = 0x10;
    pub(in crate::ntfs) const ATTRIBUTE_LIST: u32 = 0x20;
    pub(in crate::ntfs) const FILE_NAME: u32 = 0x30;
    pub(in crate::ntfs) const VOLUME_INFORMATION: u32 = 0x70;
    pub(in crate::ntfs) const DATA: u32 = 0x80;
    pub(in crate::ntfs) const INDEX_ROOT: u32 = 0x90;
    pub(in crate::ntfs) const INDEX_ALLOCATION: u32 = 0xa0;
    pub(in crate::ntfs) const BITMAP: u32 = 0xb0;
    pub(in crate::ntfs) const REPARSE_POINT: u32 = 0xc0;
    pub(super) const END: u32 = u32::MAX;
}

/// A record, with what was replaced in it put back.
#[derive(Debug)]
pub(super) struct Record {
    bytes: Vec<u8>,
    number: u64,
}

impl Record {
    /// Takes the bytes of the record of that number.
    ///
    /// # Errors
    ///
    /// They are none, or of another one.
    pub(super) fn parse(number: u64, mut bytes: Vec<u8>) -> Result<Self> {
        put_back(&mut bytes, b"FILE", &format!("record {number}"))?;
        // Before Windows XP, records had no number, and what was replaced stood there.
        let has_number = le_u16(&bytes, 4) >= 48;
        if has_number && u64::from(le_u32(&bytes, 44)) != number & u64::from(u32::MAX) {
            return Err(Fault::corrupt(format!("record {number}: of another number")));
        }
        let used = to_usize(le_u32(&bytes, 24).into());
        if used > bytes.len() {
            return Err(Fault::corrupt(format!("record {number}: bytes in use")));
        }
        bytes.truncate(used);
        Ok(Self { bytes, number })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn flags(&self) -> u16 {
        le_u16(&self.bytes, 22)
    }

    pub(super) fn is_in_use(&self) -> bool {
        self.flags() & 1 != 0
    }

    pub(super) fn is_directory(&self) -> bool {
        self.flags() & 2 != 0
    }

    /// Whether it holds an index of something else than names.
    pub(super) fn is_index(&self) -> bool {
        self.flags() & 8 != 0
    }

    /// Whether `reference` means this record as it is used now. A sequence of 0 is that
    /// of who does not care.
    pub(super) fn is_meant_by(&self, reference: Reference) -> bool {
        let own = u64::from(le_u16(&self.bytes, 16));
        reference.number() == self.number
            && (reference.sequence() == 0 || reference.sequence() == own)
    }

    /// Whether `reference` meant this record before it was given up, and nothing has it since:
    /// its sequence is counted on then, and leaves 0 out.
    pub(super) fn was_meant_by(&self, reference: Reference) -> bool {
        let own = u64::from(le_u16(&self.bytes, 16));
        let before = if own == 1 { u64::from(u16::MAX) } else { own.wrapping_sub(1) };
        !self.is_in_use() && reference.number() == self.number && reference.sequence() == before
    }

    /// What means this record now.
    pub(super) fn own_reference(&self) -> Reference {
        Reference(self.number | u64::from(le_u16(&self.bytes, 16)) << 48)
    }

    /// The record whose attributes go on in this one; `None` if it is a first one.
    pub(super) fn base(&self) -> Option<Reference> {
        Some(Reference(le_u64(&self.bytes, 32))).filter(|base| base.0 != 0)
    }

    /// The attributes in it.
    ///
    /// # Errors
    ///
    /// Their lengths contradict one another or the record's.
    pub(super) fn attributes(&self) -> Result<Vec<Attribute<'_>>> {
        let wrong = || Fault::corrupt(format!("record {}: attributes", self.number));
        let (mut at, mut all) = (usize::from(le_u16(&self.bytes, 20)), Vec::new());
        loop {
            let rest = self.bytes.get(at..).filter(|rest| rest.len() >= 4).ok_or_else(wrong)?;
            if le_u32(rest, 0) == kind::END {
                return Ok(all);
            }
            let length = to_usize(le_u32(rest, 4).into());
            let bytes = rest.get(..length).filter(|bytes| bytes.len() >= 24).ok_or_else(wrong)?;
            all.push(Attribute::parse(bytes).ok_or_else(wrong)?);
            at = at.checked_add(length).ok_or_else(wrong)?;
        }
    }
}

/// An attribute, or the part of it that is in one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) kind: u32,
    /// In UTF-16; empty for most.
    pub(super) name: &'a [u8],
    pub(super) flags: u16,
    /// Which one of its record.
    pub(super) instance: u16,
    pub(super) form: Form<'a>,
}

/// Where an attribute's value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form<'a> {
    /// In the record.
    Resident(&'a [u8]),
    /// In clusters.
    Mapped(Part<'a>),
}

/// Some clusters of an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    /// The first of them, counted in the attribute.
    pub(super) first: u64,
    /// The one behind the last of them.
    pub(super) end: u64,
    pub(super) pairs: &'a [u8],
    /// What the clusters that are compressed together are two to the power of; 0 if none.
    pub(super) unit: u8,
    /// Only of the first part: bytes of all clusters.
    pub(super) allocated: u64,
    /// Only of the first part: bytes of the value.
    pub(super) size: u64,
    /// Only of the first part: bytes of them that were written; the others are zeros.
    pub(super) initialized: u64,
}

impl<'a> Attribute<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let named = usize::from(*bytes.get(9)?).checked_mul(2)?;
        let name = bytes.get(usize::from(le_u16(bytes, 10))..)?.get(..named)?;
        let form = match bytes.get(8)? {
            0 => {
                let length = to_usize(le_u32(bytes, 16).into());
                Form::Resident(bytes.get(usize::from(le_u16(bytes, 20))..)?.get(..length)?)
            }
            1 if bytes.len() >= 64 => Form::Mapped(Part {
                first: le_u64(bytes, 16),
                // The last one of none is -1.
                end: le_u64(bytes, 24).wrapping_add(1),
                pairs: bytes.get(usize::from(le_u16(bytes, 32))..)?,
                unit: *bytes.get(34)?,
                allocated: le_u64(bytes, 40),
                size: le_u64(bytes, 48),
                initialized: le_u64(bytes, 56),
            }),
            _ => return None,
        };
        let (kind, flags, instance) = (le_u32(bytes, 0), le_u16(bytes, 12), le_u16(bytes, 14));
        Some(Self { kind, name, flags, instance, form })
    }
}
