//! The header of a qcow2 file, its extensions, and the list of its snapshots.
//!
//! `docs/interop/qcow2.rst` of QEMU, "Header", "Header extensions" and "Snapshots". All
//! numbers are big-endian. Where the document leaves a case open, it is as QEMU 7.2 does.

use core::ops::Range;

use crate::disk_file::Refusal;
use crate::source::{ReadAt, be_u16, be_u32, be_u64, read_range, to_u64, to_usize};

/// `QCOW_MAX_L1_SIZE` of QEMU, bytes.
const L1_MAX: u64 = 32 << 20;
/// Bytes of the fixed part of version 3, without what came later.
const FIXED: usize = 104;
/// The same of version 2.
const FIXED_2: usize = 72;
/// Subclusters of a cluster.
pub(super) const SUBCLUSTERS: u64 = 32;
/// Snapshots that are named, and bytes of a name.
const SNAPSHOTS_MAX: u32 = 64;
const NAME_MAX: usize = 256;
/// A sector of QEMU, bytes: disks are whole ones.
const SECTOR: u64 = 512;

/// `incompatible_features`, by their bits.
const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const DATA_FILE: u64 = 1 << 2;
const COMPRESSION: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;
const KNOWN: u64 = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2;

/// Kinds of header extensions.
const FEATURE_NAMES: u32 = 0x6803_f857;
const DATA_FILE_NAME: u32 = 0x4441_5441;

/// What a qcow2 file says of itself. Many fields: the header has as many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// 2 or 3.
    pub version: u32,
    /// Bytes of a cluster: a power of two from 512 to 2 MiB.
    pub cluster_size: u64,
    /// Bytes of the disk.
    pub size: u64,
    /// How its compressed clusters are, if it has any.
    pub compression: CompressionType,
    /// Whether parts of a cluster are stored each by itself.
    pub has_subclusters: bool,
    /// It was not closed properly: its counts of references may be wrong, which no read
    /// depends on. What the guest was writing may be missing.
    pub is_dirty: bool,
    /// QEMU found it to be damaged, and did not write to it any more.
    pub is_marked_corrupt: bool,
    /// Snapshots in it, which are not what is read.
    pub snapshots: u32,
    /// The first of them, as far as they can be read.
    pub named: Vec<Snapshot>,
}

/// A snapshot inside a qcow2 file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name, or its id where it has none; cut where it is too long.
    pub name: String,
    /// When it was taken, in seconds since 1970.
    pub seconds: u32,
}

/// How clusters are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompressionType {
    /// Deflate without a header, RFC 1951.
    Deflate,
    /// Zstandard, RFC 8878.
    Zstd,
}

impl CompressionType {
    /// A stable name, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
        }
    }
}

/// What was read when it was opened.
pub(super) struct Header {
    pub(super) facts: Facts,
    pub(super) cluster_bits: u32,
    /// Offsets of the tables of the second level; 0 for none.
    pub(super) tables: Vec<u64>,
}

impl Header {
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self, Refusal> {
        let first = read_range(source, 0..to_u64(FIXED) + 8)?;
        let version = be_u32(fixed(&first, 8)?, 4);
        if !matches!(version, 2 | 3) {
            return Err(Refusal::Version(version));
        }
        let fixed = fixed(&first, if version == 2 { FIXED_2 } else { FIXED })?;
        let cluster_bits = be_u32(fixed, 20);
        if !(9..=21).contains(&cluster_bits) {
            return Err(Refusal::Corrupt("cluster_bits"));
        }
        let cluster_size = 1_u64.wrapping_shl(cluster_bits);
        let length = if version == 2 { FIXED_2 } else { to_usize(be_u32(fixed, 100).into()) };
        if (version == 3 && length < FIXED) || to_u64(length) > cluster_size {
            return Err(Refusal::Corrupt("header_length"));
        }
        let features = if version == 2 { 0 } else { be_u64(fixed, 72) };
        let extensions = read_range(source, to_u64(length)..cluster_size)?;
        refuse_what_is_elsewhere(source, fixed, features, &extensions)?;
        let compression = match first.get(FIXED).filter(|_| version == 3 && length > FIXED) {
            None | Some(0) => CompressionType::Deflate,
            Some(1) => CompressionType::Zstd,
            Some(&other) => return Err(Refusal::CompressionType(other)),
        };
        if (features & COMPRESSION != 0) != (compression != CompressionType::Deflate) {
            return Err(Refusal::Corrupt("compression_type"));
        }
        let has_subclusters = features & EXTENDED_L2 != 0;
        if has_subclusters && cluster_bits < 14 {
            return Err(Refusal::Corrupt("cluster_bits"));
        }
        let facts = Facts {
            version,
            cluster_size,
            size: be_u64(fixed, 24) / SECTOR * SECTOR,
            compression,
            has_subclusters,
            is_dirty: features & DIRTY != 0,
            is_marked_corrupt: features & CORRUPT != 0,
            snapshots: be_u32(fixed, 60),
            named: snapshots(source, be_u64(fixed, 64), be_u32(fixed, 60))?,
        };
        let tables = tables(source, fixed, &facts)?;
        Ok(Self { facts, cluster_bits, tables })
    }
}

impl Facts {
    /// Bytes of an entry of a table of the second level.
    pub(super) fn entry_size(&self) -> u64 {
        if self.has_subclusters { 16 } else { 8 }
    }

    /// Bytes of the disk that one table of the second level tells of.
    pub(super) fn table_reach(&self) -> u64 {
        // 2^21 squared at most.
        (self.cluster_size / self.entry_size()).saturating_mul(self.cluster_size)
    }
}

fn fixed(first: &[u8], length: usize) -> Result<&[u8], Refusal> {
    first.get(..length).ok_or(Refusal::Cut("header"))
}

/// Refuses what is encrypted or rests on other files, and what is not known.
fn refuse_what_is_elsewhere(
    source: &dyn ReadAt,
    fixed: &[u8],
    features: u64,
    extensions: &[u8],
) -> Result<(), Refusal> {
    let (backing, length) = (be_u64(fixed, 8), be_u32(fixed, 16));
    if backing != 0 {
        let end = backing.saturating_add(u64::from(length).min(1023));
        return Err(Refusal::BackingFile(text(&read_range(source, backing..end)?)));
    }
    if be_u32(fixed, 32) != 0 {
        return Err(Refusal::Encrypted(be_u32(fixed, 32)));
    }
    if features & DATA_FILE != 0 {
        let name = extension(extensions, DATA_FILE_NAME).map(text);
        return Err(Refusal::DataFile(name));
    }
    if features & !KNOWN == 0 {
        return Ok(());
    }
    let names = extension(extensions, FEATURE_NAMES).unwrap_or_default();
    let name_of = |bit: u8| {
        let (entries, _) = names.as_chunks::<48>();
        let found = entries.iter().find(|entry| entry.starts_with(&[0, bit]));
        found.map_or_else(|| format!("bit {bit}"), |entry| text(entry.get(2..).unwrap_or(&[])))
    };
    let unknown = (0..64).filter(|&bit| (features & !KNOWN).wrapping_shr(bit) & 1 != 0);
    Err(Refusal::Features(unknown.map(|bit| name_of(u8::try_from(bit).unwrap_or(63))).collect()))
}

/// The data of the first extension of this kind.
fn extension(mut bytes: &[u8], wanted: u32) -> Option<&[u8]> {
    loop {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let (kind, length) = (be_u32(head, 0), to_usize(be_u32(head, 4).into()));
        if kind == 0 {
            return None;
        }
        if kind == wanted {
            return rest.get(..length);
        }
        bytes = rest.get(length.checked_next_multiple_of(8)?..)?;
    }
}

/// The first table: offsets of those of the second level. None of these is named twice:
/// so what there is to be looked at follows from the size of the file, not of the disk.
fn tables(source: &dyn ReadAt, fixed: &[u8], facts: &Facts) -> Result<Vec<u64>, Refusal> {
    let needed = facts.size.div_ceil(facts.table_reach());
    let (stated, offset) = (u64::from(be_u32(fixed, 36)), be_u64(fixed, 40));
    if needed > L1_MAX / 8 {
        return Err(Refusal::TableTooLarge);
    }
    if stated < needed {
        return Err(Refusal::Corrupt("l1_size"));
    }
    if !offset.is_multiple_of(facts.cluster_size) {
        return Err(Refusal::Corrupt("l1_table_offset"));
    }
    let range = bytes_at(offset, needed.saturating_mul(8));
    let is_inside = source.size().is_none_or(|size| range.end <= size);
    let bytes = if is_inside { read_range(source, range)? } else { Vec::new() };
    let (entries, _) = bytes.as_chunks::<8>();
    if to_u64(entries.len()) < needed {
        return Err(Refusal::Cut("l1_table"));
    }
    let tables: Vec<u64> =
        entries.iter().map(|entry| u64::from_be_bytes(*entry) & OFFSET_MASK).collect();
    let mut sorted: Vec<u64> = tables.iter().copied().filter(|&table| table != 0).collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Refusal::Corrupt("l1_table"));
    }
    Ok(tables)
}

/// Bits 9 to 55 of an entry: an offset in the file.
pub(super) const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;

/// The first snapshots. A list that is cut or damaged ends early: no read depends on it.
fn snapshots(source: &dyn ReadAt, offset: u64, count: u32) -> Result<Vec<Snapshot>, Refusal> {
    let mut found = Vec::new();
    let mut at = offset;
    for _ in 0..count.min(SNAPSHOTS_MAX) {
        let head = read_range(source, bytes_at(at, 40))?;
        if head.len() < 40 {
            break;
        }
        let (id, name) = (be_u16(&head, 12), be_u16(&head, 14));
        let names = at.saturating_add(40).saturating_add(be_u32(&head, 36).into());
        let both = u64::from(id).saturating_add(name.into());
        let bytes = read_range(source, bytes_at(names, both))?;
        let Some((id, name)) = bytes.split_at_checked(id.into()) else { break };
        let name = if name.is_empty() { id } else { name };
        let name = text(name.get(..NAME_MAX).unwrap_or(name));
        found.push(Snapshot { name, seconds: be_u32(&head, 16) });
        let end = names.saturating_add(both);
        at = end.checked_next_multiple_of(8).unwrap_or(u64::MAX);
    }
    Ok(found)
}

/// The bytes from `offset` on, so many, or up to the last that can be numbered.
fn bytes_at(offset: u64, length: u64) -> Range<u64> {
    offset..offset.saturating_add(length)
}

/// Text of the file's, up to a zero.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or(bytes)).into_owned()
}
