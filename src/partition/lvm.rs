//! A physical volume of LVM: its label, and what its metadata say of the volume group.
//!
//! The layout on disk is that of LVM2's `lib/format_text/layout.h` and
//! `lib/label/label.h`, little-endian; the metadata are a text.

use core::ops::Range;
use std::rc::Rc;

use super::lvm_text::{self, Value};
use crate::source::{Error, Gap, Glimpse, ReadAt, Window, le_u32, le_u64, to_u64, to_usize};

/// Bytes of a sector; a label stands in one of the first four.
const SECTOR: u64 = 512;
const LABEL_SECTORS: u64 = 4;

/// What LVM's checksums start from (`lib/misc/crc.h`, `INITIAL_CRC`).
const CRC_START: u32 = 0xf597_a6cf;

const AREA_MAGIC: &[u8] = b" LVM2 x[5A%r0N*>";

/// Bytes of metadata that are read, at most: LVM makes an area of 1 MiB.
const TEXT_MAX: u64 = 2 << 20;

/// Logical volumes that are listed, at most.
pub const VOLUMES_MAX: usize = 128;

/// Pieces of a logical volume that are followed, at most.
const SEGMENTS_MAX: usize = 4096;

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

/// A volume group, as one of its physical volumes tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many physical volumes it has.
    pub physical: usize,
    /// Its logical volumes, in the order of the metadata.
    pub volumes: Vec<LogicalVolume>,
    /// Whether it has more than are listed.
    pub has_more: bool,
}

/// A logical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalVolume {
    /// Its name, without the group's.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// How it is put together: "striped" for one that is linear.
    pub kind: String,
    /// Whether LVM hides it: it is a part of another one.
    pub is_hidden: bool,
    /// Where its bytes lie on this physical volume, in order, if all of them lie there
    /// one after the other; none otherwise.
    pub ranges: Vec<Range<u64>>,
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
            group = text.as_deref().and_then(|text| parse_group(text, id));
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

/// The group of a text, seen from the physical volume whose identifier is `id`.
fn parse_group(text: &[u8], id: &[u8]) -> Option<Group> {
    let top = lvm_text::parse(text)?;
    let (name, group) = top.iter().find_map(|(name, value)| Some((name, value.section()?)))?;
    let extent = group.number("extent_size")?.checked_mul(SECTOR)?;
    let physical = group.section("physical_volumes")?;
    let own = physical.iter().find(|(_, value)| {
        let section = value.section();
        let found = section.and_then(|section| section.text("id"));
        found.is_some_and(|found| found.as_bytes() == hyphened(id).as_bytes())
    });
    let here = own.and_then(|(name, value)| {
        Some((name.as_str(), value.section()?.number("pe_start")?.checked_mul(SECTOR)?))
    });
    let none = lvm_text::Section::default();
    let logical = group.section("logical_volumes").unwrap_or(&none);
    let volumes = logical
        .iter()
        .filter_map(|(name, value)| logical_volume(name, value.section()?, extent, here));
    Some(Group {
        name: name.clone(),
        physical: physical.iter().count(),
        volumes: volumes.take(VOLUMES_MAX).collect(),
        has_more: logical.iter().count() > VOLUMES_MAX,
    })
}

/// A logical volume; `here` is the physical volume's name, and where its extents start.
fn logical_volume(
    name: &str,
    volume: &lvm_text::Section,
    extent: u64,
    here: Option<(&str, u64)>,
) -> Option<LogicalVolume> {
    let (mut size, mut ranges, mut is_here) = (0_u64, Vec::new(), true);
    let mut kind = None;
    let segments = volume.iter().filter(|(name, _)| name.starts_with("segment"));
    for (_, segment) in segments.filter_map(|(name, value)| Some((name, value.section()?))) {
        if ranges.len() >= SEGMENTS_MAX {
            is_here = false;
            break;
        }
        let start = segment.number("start_extent")?.checked_mul(extent)?;
        let length = segment.number("extent_count")?.checked_mul(extent)?;
        kind = kind.or(segment.text("type"));
        // Segments stand in order; what does not is not put together here.
        is_here &= start == size;
        size = size.checked_add(length)?;
        let range = stripe(segment, extent, length, here);
        is_here &= range.is_some();
        ranges.extend(range);
    }
    let is_hidden = !volume.texts("status").any(|status| status == "VISIBLE");
    let kind = kind.unwrap_or_default().to_owned();
    let ranges = if is_here { ranges } else { Vec::new() };
    Some(LogicalVolume { name: name.to_owned(), size, kind, is_hidden, ranges })
}

/// Where the bytes of a segment lie that is in one piece on this physical volume.
fn stripe(
    segment: &lvm_text::Section,
    extent: u64,
    length: u64,
    here: Option<(&str, u64)>,
) -> Option<Range<u64>> {
    let is_linear = segment.text("type")? == "striped" && segment.number("stripe_count")? == 1;
    let (name, first) = here?;
    let [Value::Text(on), Value::Number(at)] = segment.list("stripes")? else { return None };
    let start = at.checked_mul(extent)?.checked_add(first)?;
    (is_linear && on == name).then(|| start..start.saturating_add(length))
}

/// A logical volume of which all pieces lie on one physical volume, as a source.
pub struct LinearVolume {
    /// Each piece, with where it starts in the volume.
    pieces: Vec<(u64, Window)>,
    size: u64,
}

impl LinearVolume {
    /// The bytes of `volume` on `physical`; `None` if they do not all lie there.
    #[must_use]
    pub fn new(physical: &Rc<dyn ReadAt>, volume: &LogicalVolume) -> Option<Self> {
        let mut size = 0_u64;
        let mut pieces = Vec::new();
        for range in &volume.ranges {
            pieces.push((size, Window::new(Rc::clone(physical), range.clone())));
            size = size.saturating_add(range.end.saturating_sub(range.start));
        }
        (!pieces.is_empty()).then_some(Self { pieces, size })
    }

    /// The piece in which `offset` lies: where it starts and ends, and it.
    fn piece(&self, offset: u64) -> Option<(Range<u64>, &Window)> {
        let next = self.pieces.partition_point(|(start, _)| *start <= offset);
        let (start, window) = self.pieces.get(next.checked_sub(1)?)?;
        let end = self.pieces.get(next).map_or(self.size, |(start, _)| *start);
        (offset < end).then_some((*start..end, window))
    }

    /// The parts of `range`, each with its piece's start and the range in it.
    fn parts(&self, range: Range<u64>) -> impl Iterator<Item = (u64, Range<u64>, &Window)> {
        let mut at = range.start;
        core::iter::from_fn(move || {
            let (piece, window) = (at < range.end).then(|| self.piece(at)).flatten()?;
            let end = piece.end.min(range.end);
            let within = at.saturating_sub(piece.start)..end.saturating_sub(piece.start);
            at = end;
            Some((piece.start, within, window))
        })
    }
}

impl ReadAt for LinearVolume {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut done = 0_usize;
        let end = offset.saturating_add(to_u64(buffer.len()));
        for (_, within, window) in self.parts(offset..end) {
            let length = to_usize(within.end.saturating_sub(within.start));
            let room = buffer.get_mut(done..done.saturating_add(length)).unwrap_or(&mut []);
            let count = window.read_at(within.start, room)?;
            done = done.saturating_add(count);
            if count < length {
                break;
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.parts(range).find_map(|(start, within, window)| {
            let gap = window.gap(within)?;
            let at = |offset: u64| offset.saturating_add(start);
            Some(Gap { start: at(gap.start), end: at(gap.end), kind: gap.kind })
        })
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for (_, within, window) in self.parts(range) {
            window.trace(within, into);
        }
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let end = range.end.max(range.start.saturating_add(1));
        let first = self.parts(range.start..end).next();
        first.map_or(Ok(true), |(_, within, window)| window.approach(within, work_max))
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        match (self.piece(from), self.piece(offset)) {
            (Some((here, window)), Some((there, _))) if here.start == there.start => {
                window.detour(from.saturating_sub(here.start), offset.saturating_sub(here.start))
            }
            (_, Some((there, window))) => window.detour(0, offset.saturating_sub(there.start)),
            _ => 0,
        }
    }
}
