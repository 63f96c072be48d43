//! The extents of a file: which bytes of it lie where.

use vma_source::{le_u64, to_usize};

use super::compression::{COMPRESSED_MAX, Compression};
use super::node::Item;
use crate::error::{Fault, Result};

/// The kind of an extent's key.
pub(super) const EXTENT_DATA: u8 = 108;

/// Where the bytes of an inline extent start in its item.
const INLINE_AT: usize = 21;

/// What kind of extent it is.
const INLINE: u8 = 0;
const REGULAR: u8 = 1;
const PREALLOCATED: u8 = 2;

/// Where the bytes of an extent are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// In the item itself.
    Inline {
        compression: Option<Compression>,
        /// Bytes once they are unpacked.
        size: usize,
    },
    /// Nowhere: they are zeros.
    Zeros,
    /// At this logical address, from the first that counts.
    Plain { logical: u64 },
    /// In a compressed stretch, so many bytes into what it comes to.
    Packed { stretch: Stretch, into: u64 },
}

/// A compressed stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) logical: u64,
    /// Bytes on the device, and once they are unpacked; at most 128 KiB each.
    pub(super) packed: usize,
    pub(super) size: usize,
    pub(super) compression: Compression,
}

/// An extent of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Where it starts and ends in the file.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) place: Where,
}

impl Extent {
    /// Parses an item.
    ///
    /// # Errors
    ///
    /// It makes no sense, or says of something that is not read.
    pub(super) fn parse(item: &Item, sector: u64) -> Result<Self> {
        let bytes = item.bytes()?;
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let wrong = || Fault::corrupt(format!("extent of inode {}", item.key.object));
        let (ram_bytes, kind) = (le_u64(bytes, 8), byte(20));
        let compression = Compression::new(byte(16))?;
        if byte(17) != 0 || bytes.get(18..20) != Some(&[0, 0]) {
            return Err(Fault::unsupported("encryption"));
        }
        let start = item.key.offset;
        if kind == INLINE {
            let stored = bytes.len().checked_sub(INLINE_AT).ok_or_else(wrong)?;
            let size = to_usize(ram_bytes);
            let is_sound = start == 0
                && ram_bytes <= COMPRESSED_MAX
                && (compression.is_some() || size == stored);
            let place = Where::Inline { compression, size };
            // Zeros follow up to the end of the sector.
            let end = ram_bytes.checked_next_multiple_of(sector).ok_or_else(wrong)?;
            return is_sound.then_some(Self { start, end, place }).ok_or_else(wrong);
        }
        if bytes.len() < 53 || !matches!(kind, REGULAR | PREALLOCATED) {
            return Err(wrong());
        }
        let (disk_bytenr, disk_num_bytes) = (le_u64(bytes, 21), le_u64(bytes, 29));
        let (offset, num_bytes) = (le_u64(bytes, 37), le_u64(bytes, 45));
        let end = start.checked_add(num_bytes).filter(|&end| end > start).ok_or_else(wrong)?;
        let into_end = offset.checked_add(num_bytes).ok_or_else(wrong)?;
        let place = match compression {
            _ if kind == PREALLOCATED || disk_bytenr == 0 => Where::Zeros,
            None => {
                let logical =
                    disk_bytenr.checked_add(offset).filter(|_| into_end <= disk_num_bytes);
                Where::Plain { logical: logical.ok_or_else(wrong)? }
            }
            Some(compression) => {
                let is_small = disk_num_bytes <= COMPRESSED_MAX && ram_bytes <= COMPRESSED_MAX;
                if !is_small || into_end > ram_bytes {
                    return Err(wrong());
                }
                let (packed, size) = (to_usize(disk_num_bytes), to_usize(ram_bytes));
                let stretch = Stretch { logical: disk_bytenr, packed, size, compression };
                Where::Packed { stretch, into: offset }
            }
        };
        Ok(Self { start, end, place })
    }

    /// The bytes of an inline extent.
    ///
    /// # Errors
    ///
    /// They do not decode.
    pub(super) fn inline(
        item: &Item,
        compression: Option<Compression>,
        size: usize,
        sector: u64,
    ) -> Result<Vec<u8>> {
        let stored = item.bytes()?.get(INLINE_AT..).unwrap_or(&[]);
        match compression {
            None => Ok(stored.to_vec()),
            Some(compression) => compression.unpack(stored, size, to_usize(sector)),
        }
    }
}
