//! ext2, ext3 and ext4: the kernel's `Documentation/filesystems/ext4/super.rst`.
//! Little-endian.

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::Crc32c;
use vma_source::{Error, Glimpse, le_u16, le_u32};

/// Where the superblock stands, and its bytes.
const AT: u64 = 1024;
const LENGTH: usize = 1024;

/// The largest `s_log_block_size`: 64 KiB.
const LOG_BLOCK_MAX: u32 = 6;

const COMPAT_HAS_JOURNAL: u32 = 0x4;
const INCOMPAT_JOURNAL_DEV: u32 = 0x8;
const INCOMPAT_64BIT: u32 = 0x80;
const RO_COMPAT_METADATA_CSUM: u32 = 0x400;

/// Features that ext3 has; with any other it is ext4 (libblkid's `ext.c`).
const EXT3_INCOMPAT: u32 = 0x2 | 0x4 | 0x10;
const EXT3_RO_COMPAT: u32 = 0x1 | 0x2 | 0x4;

pub(super) fn ext(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(AT, LENGTH)? else { return Ok(None) };
    Ok(parse(&superblock))
}

fn parse(superblock: &[u8]) -> Option<Volume> {
    let word = |at: usize| le_u32(superblock, at);
    let s_log_block_size = word(0x18);
    let makes_sense = le_u16(superblock, 0x38) == 0xef53
        && s_log_block_size <= LOG_BLOCK_MAX
        && word(0x20) > 0
        && word(0x14) <= 1
        && word(0x4) > 0;
    if !makes_sense {
        return None;
    }
    let (s_feature_compat, s_feature_incompat) = (word(0x5c), word(0x60));
    let s_feature_ro_compat = word(0x64);
    let is_ext3 =
        s_feature_incompat & !EXT3_INCOMPAT == 0 && s_feature_ro_compat & !EXT3_RO_COMPAT == 0;
    let kind = match s_feature_compat & COMPAT_HAS_JOURNAL != 0 {
        _ if s_feature_incompat & INCOMPAT_JOURNAL_DEV != 0 => Kind::ExtJournal,
        _ if !is_ext3 => Kind::Ext4,
        true => Kind::Ext3,
        false => Kind::Ext2,
    };
    let proof = match s_feature_ro_compat & RO_COMPAT_METADATA_CSUM != 0 {
        false => Proof::Plausible,
        true => {
            let summed = superblock.get(..0x3fc).unwrap_or(&[]);
            let agrees = Crc32c::new().on_from(u32::MAX, summed) == word(0x3fc);
            if agrees { Proof::Agrees } else { Proof::Disagrees }
        }
    };
    let has_64bit = s_feature_incompat & INCOMPAT_64BIT != 0;
    let blocks = |low: usize, high: usize| {
        let high = if has_64bit { u64::from(word(high)) } else { 0 };
        high << 32 | u64::from(word(low))
    };
    let block_size = 1024_u64 << s_log_block_size;
    let (all, free) = (blocks(0x4, 0x150), blocks(0xc, 0x158));
    Some(Volume {
        label: label(superblock.get(0x78..0x88).unwrap_or(&[])),
        uuid: uuid(superblock, 0x68),
        size: Some(all.saturating_mul(block_size)),
        used: all.checked_sub(free).map(|used| used.saturating_mul(block_size)),
        mounted: label(superblock.get(0x88..0xc8).unwrap_or(&[])),
        ..Volume::new(kind, proof)
    })
}
