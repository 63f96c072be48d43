//! A physical volume of LVM: its label, and what its metadata say of the volume group.
//!
//! The layout on disk is that of LVM2's `lib/format_text/layout.h` and
//! `lib/label/label.h`, little-endian; the metadata are a text.

use core::ops::Range;

pub use super::lvm_assemble::{PIECES_MAX, assemble};
pub use super::lvm_group::{Group, GroupDisk, LogicalVolume, VOLUMES_MAX};
pub use super::lvm_refusal::Refusal;
use crate::source::{Error, Glimpse, le_u32, le_u64, to_usize};

/// Bytes of a sector; a label stands in one of the first four.
const SECTOR: u64 = 512;
const LABEL_SECTORS: u64 = 4;

/// What LVM's checksums start from (`lib/misc/crc.h`, `INITIAL_CRC`).
const CRC_START: u32 = 0xf597_a6cf;

const AREA_MAGIC: &[u8] = b" LVM2 x[5A%r0N*>";

/// Bytes of metadata that are read, at most: LVM makes an area of 1 MiB.
const TEXT_MAX: u64 = 2 << 20;

/// A physical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhysicalVolume {
    /// Its identifier, with hyphens, as LVM writes it.
    pub uuid: String,
    /// Bytes that it takes.
    pub size: u64,
    /// Its volume group, if its metadata can be read and agree with their checksum.
    pub group: Option<Group>,
}

/// The physical volume that takes all of `source`; `None` if there is no label that
/// agrees with its checksum.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn physical_volume(look: &Glimpse) -> Result<Option<PhysicalVolume>, Error> {
    for number in 0..LABEL_SECTORS {
        let Some(sector) = look.bytes(number.saturating_mul(SECTOR), 512)? else { continue };
        let agrees = sector.starts_with(b"LABELONE")
            && le_u64(&sector, 8) == number
            && sector.get(24..32) == Some(b"LVM2 001".as_slice())
            && sector.get(20..).map(crc) == Some(le_u32(&sector, 16));
        if agrees {
            return parse(look, &sector).map(Some);
        }
    }
    Ok(None)
}

/// The volume of a label's sector.
fn parse(look: &Glimpse, sector: &[u8]) -> Result<PhysicalVolume, Error> {
    let start = to_usize(u64::from(le_u32(sector, 20)));
    let header = sector.get(start..).unwrap_or(&[]);
    let id = header.get(..32).unwrap_or(&[]);
    let size = le_u64(header, 32);
    // Two lists of areas, each ended by one at 0: of data, then of metadata.
    let mut areas = header.get(40..).unwrap_or(&[]).chunks_exact(16);
    let by_ref = areas.by_ref();
    let is_end = |area: &&[u8]| le_u64(area, 0) == 0;
    let _ = by_ref.find(is_end);
    let metadata: Vec<Range<u64>> = by_ref
        .take_while(|area| !is_end(area))
        .map(|area| le_u64(area, 0)..le_u64(area, 0).saturating_add(le_u64(area, 8)))
        .take(2)
        .collect();
    let mut group = None;
    for area in metadata {
        if group.is_none() {
            let text = text(look, &area)?;
            group = text.as_deref().and_then(Group::parse);
        }
    }
    Ok(PhysicalVolume { uuid: hyphened(id), size, group })
}

/// The text of a metadata area, which goes round in it.
fn text(look: &Glimpse, area: &Range<u64>) -> Result<Option<Vec<u8>>, Error> {
    let Some(header) = look.bytes(area.start, 512)? else { return Ok(None) };
    let agrees = header.get(4..20) == Some(AREA_MAGIC)
        && header.get(4..).map(crc) == Some(le_u32(&header, 0));
    let (offset, size) = (le_u64(&header, 40), le_u64(&header, 48));
    let room = area.end.saturating_sub(area.start).min(le_u64(&header, 32));
    // The low bit of the flags: it is to be passed over.
    let is_ignored = le_u32(&header, 60) & 1 != 0;
    if !agrees || is_ignored || size == 0 || size > TEXT_MAX || offset < SECTOR || offset > room {
        return Ok(None);
    }
    let ahead = size.min(room.saturating_sub(offset));
    let around = size.saturating_sub(ahead);
    if around > offset.saturating_sub(SECTOR) {
        return Ok(None);
    }
    let Some(mut text) = look.bytes(area.start.saturating_add(offset), to_usize(ahead))? else {
        return Ok(None);
    };
    if around > 0 {
        let rest = look.bytes(area.start.saturating_add(SECTOR), to_usize(around))?;
        let Some(rest) = rest else { return Ok(None) };
        text.extend(rest);
    }
    Ok((crc(&text) == le_u32(&header, 56)).then_some(text))
}

/// The checksum of LVM: CRC-32 from another start, and not turned over at its end.
fn crc(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(!CRC_START);
    hasher.update(bytes);
    !hasher.finalize()
}

/// An identifier in groups, as LVM writes it.
fn hyphened(id: &[u8]) -> String {
    let mut out = String::new();
    for (at, &letter) in id.iter().enumerate() {
        if [6, 10, 14, 18, 22, 26].contains(&at) {
            out.push('-');
        }
        out.push(if letter.is_ascii_graphic() { char::from(letter) } else { '?' });
    }
    out
}
