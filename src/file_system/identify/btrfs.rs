//! Btrfs: the "On-disk Format" page of its documentation, "Superblock". Little-endian.

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::Crc32c;
use vma_source::{Error, Glimpse, le_u16, le_u32, le_u64};

/// Where the first superblock stands, and its bytes.
const AT: u64 = 64 << 10;
const LENGTH: usize = 4096;

pub(super) fn btrfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(superblock) = look.bytes(AT, LENGTH)? else { return Ok(None) };
    let makes_sense = superblock.get(64..72) == Some(b"_BHRfS_M".as_slice())
        && le_u64(&superblock, 48) == AT
        && le_u32(&superblock, 144).is_power_of_two();
    if !makes_sense {
        return Ok(None);
    }
    // Of the kinds of checksum, 0 is CRC-32C; the others are not computed here.
    let proof = match le_u16(&superblock, 196) {
        0 if Crc32c::new().of(superblock.get(32..).unwrap_or(&[])) == le_u32(&superblock, 0) => {
            Proof::Agrees
        }
        0 => Proof::Disagrees,
        _ => Proof::Plausible,
    };
    let devices = le_u64(&superblock, 136);
    Ok(Some(Volume {
        label: label(superblock.get(299..555).unwrap_or(&[])),
        uuid: uuid(&superblock, 32),
        size: Some(le_u64(&superblock, 112)),
        used: Some(le_u64(&superblock, 120)),
        detail: (devices > 1).then(|| format!("× {devices}")),
        ..Volume::new(Kind::Btrfs, proof)
    }))
}
