//! XFS: "XFS Filesystem Structure", chapter "Superblocks". Big-endian.

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::Crc32c;
use vma_source::{Error, Glimpse, be_u16, be_u32, be_u64, le_u32};

const LENGTH: usize = 512;

/// Where its checksum stands, in version 5, which is little-endian.
const CRC_AT: usize = 224;

pub(super) fn xfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(0, LENGTH)? else { return Ok(None) };
    let (sb_blocksize, sb_sectsize) = (be_u32(&superblock, 4), be_u16(&superblock, 102));
    let makes_sense = superblock.starts_with(b"XFSB")
        && (512..=65_536).contains(&sb_blocksize)
        && sb_blocksize.is_power_of_two()
        && (512..=32_768).contains(&sb_sectsize)
        && sb_sectsize.is_power_of_two()
        && be_u32(&superblock, 84) > 0
        && be_u32(&superblock, 88) > 0;
    if !makes_sense {
        return Ok(None);
    }
    let is_summed = be_u16(&superblock, 100) & 0xf == 5;
    let proof = if is_summed { proof(look, sb_sectsize.into())? } else { Proof::Plausible };
    let block_size = u64::from(sb_blocksize);
    let (sb_dblocks, sb_fdblocks) = (be_u64(&superblock, 8), be_u64(&superblock, 144));
    let used = sb_dblocks.checked_sub(sb_fdblocks);
    Ok(Some(Volume {
        label: label(superblock.get(108..120).unwrap_or(&[])),
        uuid: uuid(&superblock, 32),
        size: Some(sb_dblocks.saturating_mul(block_size)),
        used: used.map(|used| used.saturating_mul(block_size)),
        ..Volume::new(Kind::Xfs, proof)
    }))
}

/// The checksum is over the whole sector.
fn proof(look: &Glimpse, sector_size: usize) -> Result<Proof, Error> {
    let Some(mut sector) = look.bytes(0, sector_size)? else { return Ok(Proof::Disagrees) };
    let stated = le_u32(&sector, CRC_AT);
    if let Some(own) = sector.get_mut(CRC_AT..CRC_AT.saturating_add(4)) {
        own.fill(0);
    }
    Ok(if Crc32c::new().of(&sector) == stated { Proof::Agrees } else { Proof::Disagrees })
}
