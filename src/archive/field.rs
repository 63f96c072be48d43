//! What each byte of a header means: the fields of the format, as a table.
//!
//! Source of every offset: the VMA specification, sections "VMA Header" and "VMA Extent
//! Header". Offsets are in bytes, from the start of the header that a table is of.

use core::ops::Range;

use crate::archive::header::Header;
use crate::archive::layout::{EXTENT_HEADER_SIZE, FIXED_SIZE};
use crate::archive::standing::Standing;
use crate::source::{be_u32, le_u16, to_u64, to_usize};

/// A field of a header, as it stands in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name: stable, kebab-case.
    pub code: &'static str,
    /// How its bytes are read.
    pub form: Form,
    /// Where it starts, in bytes from the start of its header.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Of which entry of a table it is, from 0.
    pub number: Option<u64>,
}

/// How the bytes of a field are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Letters.
    Text,
    /// A number, big-endian.
    Number,
    /// A number, little-endian.
    LittleNumber,
    /// Seconds since 1970, big-endian.
    Time,
    /// The number of a device; 0 for none.
    Device,
    /// Sixteen bits, the lowest for the first block.
    Mask,
    /// A UUID.
    Uuid,
    /// Bytes that are no number: a checksum.
    Bytes,
    /// Bytes that mean nothing.
    Unused,
}

impl Form {
    /// Its stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::LittleNumber => "little-number",
            Self::Time => "time",
            Self::Device => "device",
            Self::Mask => "mask",
            Self::Uuid => "uuid",
            Self::Bytes => "bytes",
            Self::Unused => "unused",
        }
    }
}

/// A line of a table: a field that stands once, or once in each entry.
struct Line {
    code: &'static str,
    form: Form,
    start: u64,
    length: u64,
    /// Bytes of an entry, and how many there are; a field that stands once has one.
    stride: u64,
    count: u64,
}

const fn once(code: &'static str, form: Form, start: u64, length: u64) -> Line {
    Line { code, form, start, length, stride: length, count: 1 }
}

const fn each(code: &'static str, form: Form, start: u64, length: u64, stride: u64) -> Line {
    let count = if stride == SLOT { 59 } else { 256 };
    Line { code, form, start, length, stride, count }
}

const POINTER: u64 = 4;
const DEVICE: u64 = 32;
const SLOT: u64 = 8;
const CONFIG_NAMES: u64 = 2044;
const CONFIG_DATA: u64 = 3068;
const DEVICES: u64 = 4096;

/// The fixed part of the archive header.
const FIXED: [Line; 16] = [
    once("magic", Form::Text, 0, 4),
    once("version", Form::Number, 4, 4),
    once("uuid", Form::Uuid, 8, 16),
    once("ctime", Form::Time, 24, 8),
    once("md5sum", Form::Bytes, 32, 16),
    once("blob-buffer-offset", Form::Number, 48, 4),
    once("blob-buffer-size", Form::Number, 52, 4),
    once("header-size", Form::Number, 56, 4),
    once("reserved", Form::Unused, 60, 1984),
    each("config-name", Form::Number, CONFIG_NAMES, 4, POINTER),
    each("config-data", Form::Number, CONFIG_DATA, 4, POINTER),
    once("reserved", Form::Unused, 4092, 4),
    each("device-name", Form::Number, DEVICES, 4, DEVICE),
    each("device-reserved", Form::Unused, 4100, 4, DEVICE),
    each("device-size", Form::Number, 4104, 8, DEVICE),
    each("device-reserved", Form::Unused, 4112, 16, DEVICE),
];

/// An extent header.
const EXTENT: [Line; 9] = [
    once("extent-magic", Form::Text, 0, 4),
    once("extent-reserved", Form::Unused, 4, 2),
    once("block-count", Form::Number, 6, 2),
    once("extent-uuid", Form::Uuid, 8, 16),
    once("extent-md5sum", Form::Bytes, 24, 16),
    each("slot-mask", Form::Mask, 40, 2, SLOT),
    each("slot-reserved", Form::Unused, 42, 1, SLOT),
    each("slot-device", Form::Device, 43, 1, SLOT),
    each("slot-cluster", Form::Number, 44, 4, SLOT),
];

/// The field of an extent header that has the byte at `offset` of it; `None` behind it.
#[must_use]
pub fn of_extent(offset: u64) -> Option<Field> {
    in_table(&EXTENT, offset).filter(|_| offset < EXTENT_HEADER_SIZE)
}

/// The field of the archive header that has the byte at `offset` of it: of the fixed
/// part, of the blob buffer in `bytes`, which start with the header, or of what is left
/// between these. `None` behind the header.
#[must_use]
pub fn of_header(header: &Header, bytes: &[u8], offset: u64) -> Option<Field> {
    let end = u64::from(header.header_size());
    if offset < u64::from(FIXED_SIZE) {
        return in_table(&FIXED, offset);
    }
    let is_there = !matches!(header.standing(), Standing::Lost | Standing::FurtherOn);
    if offset >= end || !is_there {
        return None;
    }
    let start = u64::from(header.blob_buffer_offset());
    let behind = start.saturating_add(u64::from(header.blob_buffer_size())).min(end);
    if offset < start {
        return Some(padding(u64::from(FIXED_SIZE)..start.min(end)));
    }
    let buffer = bytes.get(to_usize(start)..to_usize(behind));
    let found = buffer.and_then(|buffer| in_blobs(bytes, buffer, start, offset));
    Some(found.unwrap_or_else(|| padding(behind.min(offset)..end)))
}

fn in_table(table: &[Line], offset: u64) -> Option<Field> {
    table.iter().find_map(|line| {
        let within = offset.checked_sub(line.start)?;
        let (number, rest) = (within.checked_div(line.stride)?, within.checked_rem(line.stride)?);
        (number < line.count && rest < line.length).then(|| Field {
            code: line.code,
            form: line.form,
            start: offset.saturating_sub(rest),
            length: line.length,
            number: (line.count > 1).then_some(number),
        })
    })
}

fn padding(range: Range<u64>) -> Field {
    let length = range.end.saturating_sub(range.start);
    Field { code: "padding", form: Form::Unused, start: range.start, length, number: None }
}

/// Walks the chain of blobs up to the one that has the byte at `offset` of the header.
fn in_blobs(bytes: &[u8], buffer: &[u8], start: u64, offset: u64) -> Option<Field> {
    if offset == start {
        let form = Form::Unused;
        return Some(Field { code: "blob-unused", form, start, length: 1, number: None });
    }
    let mut at = 1_usize;
    loop {
        let length = to_u64(usize::from(le_u16(buffer.get(at..)?.get(..2)?, 0)));
        let data = start.saturating_add(to_u64(at)).saturating_add(2);
        let end = data.saturating_add(length);
        if offset < data {
            let (code, form) = ("blob-length", Form::LittleNumber);
            let start = data.saturating_sub(2);
            return Some(Field { code, form, start, length: 2, number: None });
        }
        if offset < end {
            let (code, number) = user_of(bytes, to_u64(at));
            return Some(Field { code, form: Form::Text, start: data, length, number });
        }
        at = to_usize(end.saturating_sub(start));
    }
}

/// What points to the blob at `pointer` of the buffer, and the number of its entry.
fn user_of(bytes: &[u8], pointer: u64) -> (&'static str, Option<u64>) {
    let users = [
        ("config-name-blob", CONFIG_NAMES, POINTER),
        ("config-data-blob", CONFIG_DATA, POINTER),
        ("device-name-blob", DEVICES, DEVICE),
    ];
    let points = |start: u64, stride: u64, number: u64| {
        let at = to_usize(start.saturating_add(number.saturating_mul(stride)));
        let there = bytes.get(at..).and_then(|rest| rest.get(..4));
        there.is_some_and(|there| u64::from(be_u32(there, 0)) == pointer)
    };
    let found = users.into_iter().find_map(|(code, start, stride)| {
        (0..256).find(|&number| points(start, stride, number)).map(|number| (code, Some(number)))
    });
    found.unwrap_or(("blob", None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers_each_byte_once(table: &[Line], length: u64) {
        for offset in 0..length {
            let holding = table.iter().filter(|line| {
                (0..line.count).any(|number| {
                    let start = line.start + number * line.stride;
                    (start..start + line.length).contains(&offset)
                })
            });
            assert_eq!(holding.count(), 1, "byte {offset}");
        }
    }

    #[test]
    fn every_byte_of_a_header_is_in_one_field() {
        covers_each_byte_once(&FIXED, 12_288);
        covers_each_byte_once(&EXTENT, 512);
        assert!(in_table(&FIXED, 12_288).is_none());
        assert!(of_extent(512).is_none());
    }

    #[test]
    fn entries_of_tables_are_numbered() {
        let last = of_extent(511).unwrap();
        assert_eq!((last.code, last.start, last.number), ("slot-cluster", 508, Some(58)));
        let first = of_extent(40).unwrap();
        assert_eq!((first.code, first.length, first.number), ("slot-mask", 2, Some(0)));
        let size = in_table(&FIXED, 4096 + 32 * 9 + 15).unwrap();
        assert_eq!((size.code, size.start, size.number), ("device-size", 4392, Some(9)));
    }

    #[test]
    fn a_blob_is_told_by_who_points_to_it() {
        let mut bytes = vec![0; 12_288];
        bytes[2044 + 8..2044 + 12].copy_from_slice(&1_u32.to_be_bytes());
        bytes[4096 + 3 * 32..4096 + 3 * 32 + 4].copy_from_slice(&6_u32.to_be_bytes());
        // Byte 0 is unused; then "ab\0", "xy\0" and one byte that nobody points to.
        bytes.extend([0, 3, 0, b'a', b'b', 0, 3, 0, b'x', b'y', 0, 1, 0, b'z', 9]);
        let buffer = bytes.get(12_288..).unwrap();
        let found = |offset: u64| {
            let field = in_blobs(&bytes, buffer, 12_288, 12_288 + offset)?;
            Some((field.code, field.start - 12_288, field.length, field.number))
        };
        assert_eq!(found(0), Some(("blob-unused", 0, 1, None)));
        assert_eq!(found(2), Some(("blob-length", 1, 2, None)));
        assert_eq!(found(5), Some(("config-name-blob", 3, 3, Some(2))));
        assert_eq!(found(8), Some(("device-name-blob", 8, 3, Some(3))));
        assert_eq!(found(13), Some(("blob", 13, 1, None)));
        assert_eq!(found(14), None, "a length that overruns the buffer ends the chain");
    }
}
