//! The superblock: "On-disk Format" of btrfs's documentation. Little-endian.

use vma_source::{ReadAt, array, le_u16, le_u32, le_u64};

use super::checksum::Checksum;
use crate::blocks::read_all;
use crate::error::{Fault, Result};

/// Where its copies stand, and their bytes.
const COPIES: [u64; 3] = [64 << 10, 64 << 20, 256 << 30];
const LENGTH: usize = 4096;

/// Where the chunks of the system stand in it, and how many bytes there are for them.
const CHUNKS_AT: usize = 0x32b;
const CHUNKS_MAX: usize = 2048;

/// Incompatible features: those that change nothing here, and those that are known and
/// refused by name.
const NO_HOLES: u64 = 1 << 9;
const METADATA_UUID: u64 = 1 << 10;
const KNOWN: u64 = 0x0fff | SIMPLE_QUOTA;
const SIMPLE_QUOTA: u64 = 1 << 16;
const REFUSED: [(u64, &str); 3] =
    [(1 << 12, "zoned"), (1 << 13, "extent-tree-v2"), (1 << 14, "raid-stripe-tree")];

/// Flags: it has errors; it is a dump of metadata, of two kinds.
const HAS_ERRORS: u64 = 1 << 2;
const IS_DUMP: u64 = 3 << 33;

/// Where a tree starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// Its top node, as a logical address.
    pub(super) logical: u64,
    pub(super) generation: u64,
    pub(super) level: u8,
}

/// What the superblock says. The names are the format's.
///
/// Many fields: each is one of the superblock's.
pub(super) struct Superblock {
    pub(super) checksum: Checksum,
    /// What every node repeats.
    pub(super) metadata_uuid: [u8; 16],
    pub(super) root: Root,
    pub(super) chunk_root: Root,
    pub(super) has_log: bool,
    pub(super) has_errors: bool,
    pub(super) has_no_holes: bool,
    pub(super) sector_size: u64,
    pub(super) node_size: usize,
    /// The number of the device that this is.
    pub(super) device: u64,
    /// Chunks that the tree of chunks lies in, packed.
    pub(super) system_chunks: Vec<u8>,
}

impl Superblock {
    /// Reads it: the first copy, unless that is damaged; then the newest of the others.
    ///
    /// # Errors
    ///
    /// No copy is sound, or it needs what is not read.
    pub(super) fn read(source: &dyn ReadAt) -> Result<Self> {
        let mut first_fault = None;
        let mut best: Option<Self> = None;
        for (number, at) in COPIES.into_iter().enumerate() {
            match Self::copy(source, at) {
                Ok(found) if number == 0 => return Ok(found),
                Ok(found) => {
                    let is_newer = |best: &Self| found.root.generation > best.root.generation;
                    if best.as_ref().is_none_or(is_newer) {
                        best = Some(found);
                    }
                }
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
        }
        let fault = first_fault.unwrap_or_else(|| Fault::corrupt("superblock"));
        best.ok_or(fault)
    }

    fn copy(source: &dyn ReadAt, at: u64) -> Result<Self> {
        let mut bytes = vec![0; LENGTH];
        read_all(source, at, &mut bytes, "superblock")?;
        let is_one = bytes.get(64..72) == Some(b"_BHRfS_M".as_slice()) && le_u64(&bytes, 48) == at;
        if !is_one {
            return Err(Fault::corrupt("superblock"));
        }
        let checksum = Checksum::new(le_u16(&bytes, 0xc4))?;
        let (stated, summed) = bytes.split_at_checked(32).unwrap_or((&[], &[]));
        if !checksum.agrees(summed, stated) {
            return Err(Fault::corrupt("checksum of the superblock"));
        }
        Self::parse(&bytes, checksum)
    }

    fn parse(bytes: &[u8], checksum: Checksum) -> Result<Self> {
        let flags = le_u64(bytes, 56);
        let features = le_u64(bytes, 0xbc);
        for (feature, name) in REFUSED {
            if features & feature != 0 {
                return Err(Fault::unsupported(name));
            }
        }
        if features & !KNOWN != 0 {
            return Err(Fault::unsupported(format!("features {:#x}", features & !KNOWN)));
        }
        if flags & IS_DUMP != 0 {
            return Err(Fault::unsupported("a dump of metadata"));
        }
        let (sector_size, node_size) = (le_u32(bytes, 0x90), le_u32(bytes, 0x94));
        let makes_sense = (4096..=65_536).contains(&sector_size)
            && sector_size.is_power_of_two()
            && (sector_size..=65_536).contains(&node_size)
            && node_size.is_power_of_two();
        let length = usize::try_from(le_u32(bytes, 0xa0)).unwrap_or(usize::MAX);
        let chunks = bytes.get(CHUNKS_AT..).and_then(|rest| rest.get(..length));
        let Some(chunks) = chunks.filter(|_| makes_sense && length <= CHUNKS_MAX) else {
            return Err(Fault::corrupt("superblock"));
        };
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let generation = le_u64(bytes, 72);
        let uuid_at = if features & METADATA_UUID != 0 { 0x23b } else { 32 };
        Ok(Self {
            checksum,
            metadata_uuid: array(bytes.get(uuid_at..).unwrap_or(&[])),
            root: Root { logical: le_u64(bytes, 80), generation, level: byte(0xc6) },
            chunk_root: Root {
                logical: le_u64(bytes, 88),
                generation: le_u64(bytes, 0xa4),
                level: byte(0xc7),
            },
            has_log: le_u64(bytes, 96) != 0,
            has_errors: flags & HAS_ERRORS != 0,
            has_no_holes: features & NO_HOLES != 0,
            sector_size: sector_size.into(),
            node_size: usize::try_from(node_size).unwrap_or(0),
            device: le_u64(bytes, 0xc9),
            system_chunks: chunks.to_vec(),
        })
    }
}
