//! An input as a list of changes to an archive.
//!
//! The first byte says which checksums are made right in the end; then come
//! changes, each a code, a place of three bytes, a length, and bytes.

use archive_writer::{Archive, fix_extent_md5, fix_header_md5};

/// Bytes that the changed archive has at most.
const SIZE_MAX: usize = 512 << 10;

/// Bytes that are searched for extents at a time.
const PIECE: usize = 512;

/// Changes that are made at most.
const CHANGES_MAX: usize = 64;

/// Where the fields of the header are, so that short inputs reach them.
const FIELDS: [usize; 16] = [
    0,
    4,
    8,
    24,
    32,
    48,
    52,
    56,
    2044,
    2048,
    3068,
    3072,
    4096 + 32,
    4096 + 40,
    4096 + 64,
    4096 + 72,
];

/// Takes bytes from the front of an input.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Option<usize> {
        self.0.split_off_first().map(|&byte| usize::from(byte))
    }

    fn place(&mut self) -> Option<usize> {
        Some(self.byte()? | self.byte()? << 8 | self.byte()? << 16)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.byte()?.min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(bytes)
    }
}

/// `base`, changed as `data` says.
pub fn archive(base: &Archive, data: &[u8]) -> Vec<u8> {
    let mut input = Input(data);
    let flags = input.byte().unwrap_or(0);
    let mut bytes = base.bytes.clone();
    for _ in 0..CHANGES_MAX {
        if change(base, &mut bytes, &mut input).is_none() {
            break;
        }
        bytes.truncate(SIZE_MAX);
    }
    if flags & 1 == 1 {
        fix_extents(&mut bytes);
    }
    if flags & 2 == 2 && header_size(&bytes).is_some_and(|size| size <= bytes.len()) {
        fix_header_md5(&mut bytes);
    }
    bytes
}

fn change(base: &Archive, bytes: &mut Vec<u8>, input: &mut Input<'_>) -> Option<()> {
    let code = input.byte()?;
    let place = input.place()?;
    let at = place % (bytes.len() + 1);
    match code % 10 {
        0 => set(bytes, at, input.bytes()?),
        1 => set(bytes, FIELDS[place % FIELDS.len()] + place / 256 % 64, input.bytes()?),
        2 | 3 => {
            let extents = &base.layout.extents;
            let extent = extents[place % extents.len()].offset as usize;
            set(bytes, extent + place / 256 % 512, input.bytes()?);
        }
        4 => bytes.truncate(at),
        5 => drop(bytes.splice(at..at, input.bytes()?.iter().copied())),
        6 => {
            let end = bytes.len().min(at + input.byte()? * 256);
            bytes.drain(at..end);
        }
        7 => {
            let end = bytes.len().min(at + input.byte()? * 512);
            let copy = bytes[at..end].to_vec();
            bytes.extend(copy);
        }
        8 => bytes.extend_from_slice(&base.bytes),
        _ => {
            let mut other = base.bytes.clone();
            other[8] ^= 1;
            fix_header_md5(&mut other);
            for extent in &base.layout.extents {
                other[extent.offset as usize + 8] ^= 1;
                fix_extent_md5(&mut other, extent.offset);
            }
            bytes.extend(other);
        }
    }
    Some(())
}

fn set(bytes: &mut [u8], at: usize, new: &[u8]) {
    for (to, from) in bytes.iter_mut().skip(at).zip(new) {
        *to = *from;
    }
}

fn header_size(bytes: &[u8]) -> Option<usize> {
    let size = u32::from_be_bytes(*bytes.get(56..)?.first_chunk()?);
    usize::try_from(size).ok().filter(|&size| size >= 12_288)
}

/// Makes the checksum of everything that looks like an extent header right.
fn fix_extents(bytes: &mut [u8]) {
    // Most pieces hold no such letter, and `contains` is quick to say so.
    let starts: Vec<usize> = bytes
        .chunks(PIECE)
        .enumerate()
        .filter(|(_, piece)| piece.contains(&b'V'))
        .flat_map(|(number, piece)| (0..piece.len()).map(move |at| number * PIECE + at))
        .filter(|&at| at + 512 <= bytes.len() && bytes[at..].starts_with(b"VMAE"))
        .collect();
    for at in starts {
        fix_extent_md5(bytes, at as u64);
    }
}
