//! Chunks: where on the device a logical address lies.

use std::collections::BTreeMap;

use vma_source::{le_u16, le_u64, to_usize};

use super::node::{KEY, Key};
use crate::error::{Fault, Result};

/// The kind of a chunk's key.
pub(super) const CHUNK_ITEM: u8 = 228;

/// Bytes of a chunk before its stripes, and of a stripe.
const FIXED: usize = 48;
const STRIPE: usize = 32;

/// Chunks that are kept: of 1 GiB each as a rule, so up to 256 TiB; 32 MiB of memory.
const CHUNKS_MAX: usize = 1 << 18;

/// Kinds that spread their bytes over several stripes.
const SPREAD: [(u64, &str); 4] =
    [(1 << 3, "raid0"), (1 << 6, "raid10"), (1 << 7, "raid5"), (1 << 8, "raid6")];

/// Where a stretch of logical addresses lies.
struct Chunk {
    length: u64,
    /// Each copy that is on this device.
    places: Vec<u64>,
    /// Why it cannot be read, if so.
    refused: Option<&'static str>,
}

/// All chunks, by their logical address.
#[derive(Default)]
pub(super) struct Chunks(BTreeMap<u64, Chunk>);

/// Where bytes lie.
pub(super) struct Mapped {
    /// Each copy on this device; at least one.
    pub(super) places: Vec<u64>,
    /// How many of them lie in one piece.
    pub(super) length: u64,
}

impl Chunks {
    /// Those that the superblock holds: keys and chunks, one after the other.
    ///
    /// # Errors
    ///
    /// One of them is cut short.
    pub(super) fn of_system(mut packed: &[u8], device: u64) -> Result<Self> {
        let mut chunks = Self::default();
        while !packed.is_empty() {
            let (key, rest) = packed
                .split_at_checked(KEY)
                .ok_or_else(|| Fault::corrupt("chunks of the superblock"))?;
            let key = Key::parse(key, 0);
            let stripes = usize::from(le_u16(rest, 44));
            let length = FIXED.saturating_add(stripes.saturating_mul(STRIPE));
            let (chunk, behind) = rest
                .split_at_checked(length)
                .ok_or_else(|| Fault::corrupt("chunks of the superblock"))?;
            chunks.add(&key, chunk, device)?;
            packed = behind;
        }
        Ok(chunks)
    }

    /// Adds the chunk of an item.
    ///
    /// # Errors
    ///
    /// It makes no sense, or there are too many.
    pub(super) fn add(&mut self, key: &Key, bytes: &[u8], device: u64) -> Result<()> {
        let wrong = || Fault::corrupt(format!("chunk at {:#x}", key.offset));
        let (length, kind) = (le_u64(bytes, 0), le_u64(bytes, 24));
        let count = usize::from(le_u16(bytes, 44));
        let stripes = bytes.get(FIXED..).unwrap_or(&[]);
        let is_whole = key.kind == CHUNK_ITEM
            && length > 0
            && key.offset.checked_add(length).is_some()
            && count > 0
            && stripes.len() == count.saturating_mul(STRIPE);
        if !is_whole || self.0.len() >= CHUNKS_MAX {
            return Err(wrong());
        }
        let here = stripes.chunks_exact(STRIPE).filter(|stripe| le_u64(stripe, 0) == device);
        let places: Vec<u64> = here.map(|stripe| le_u64(stripe, 8)).collect();
        if places.iter().any(|place| place.checked_add(length).is_none()) {
            return Err(wrong());
        }
        // One stripe alone is not spread.
        let spread = SPREAD.into_iter().find(|(bit, _)| kind & bit != 0 && count > 1);
        let elsewhere = places.is_empty().then_some("another device of the file system");
        let refused = spread.map(|(_, name)| name).or(elsewhere);
        self.0.insert(key.offset, Chunk { length, places, refused });
        Ok(())
    }

    /// Where `logical` lies.
    ///
    /// # Errors
    ///
    /// In no chunk, or in one that is not read.
    pub(super) fn map(&self, logical: u64) -> Result<Mapped> {
        let found = self.0.range(..=logical).next_back();
        let found = found.and_then(|(start, chunk)| {
            let into = logical.checked_sub(*start)?;
            let length = chunk.length.checked_sub(into).filter(|&length| length > 0)?;
            Some((chunk, into, length))
        });
        let Some((chunk, into, length)) = found else {
            return Err(Fault::corrupt(format!("no chunk for {logical:#x}")));
        };
        if let Some(name) = chunk.refused {
            return Err(Fault::unsupported(name));
        }
        let places = chunk.places.iter().map(|place| place.saturating_add(into)).collect();
        Ok(Mapped { places, length })
    }
}

/// Bytes that are one piece of `wanted`, as a length of memory.
pub(super) fn piece(mapped: &Mapped, wanted: usize) -> usize {
    wanted.min(to_usize(mapped.length))
}
