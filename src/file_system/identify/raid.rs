//! A member of a RAID of Linux (md): `include/uapi/linux/raid/md_p.h`. Little-endian,
//! as all write it but big-endian machines in version 0.90.

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, hex, le_u32, le_u64};

const MAGIC: u32 = 0xa92b_4efc;

/// Bytes of the fixed part of version 1, which the roles of the devices follow.
const LENGTH: usize = 256;
const ROLES_MAX: usize = 1920;

/// Where version 0.90 stands: in the last whole 64 KiB.
const OLD_UNIT: u64 = 64 << 10;

pub(super) fn md(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let size = look.size();
    // Version 1.2, 1.1 and 1.0.
    let at_end = size.saturating_sub(8 << 10) & !0xfff;
    for at in [4096, 0, at_end] {
        if size < u64::MAX || at < at_end {
            let found = version_1(look, at)?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    match (size & !(OLD_UNIT - 1)).checked_sub(OLD_UNIT) {
        Some(at) if size < u64::MAX => version_0(look, at),
        _ => Ok(None),
    }
}

fn version_1(look: &Glimpse, at: u64) -> Result<Option<Volume>, Error> {
    let Some(fixed) = look.bytes(at, LENGTH)? else { return Ok(None) };
    let roles = usize::try_from(le_u32(&fixed, 220)).unwrap_or(usize::MAX);
    let makes_sense = le_u32(&fixed, 0) == MAGIC
        && le_u32(&fixed, 4) == 1
        && le_u64(&fixed, 144) == at / 512
        && roles <= ROLES_MAX;
    if !makes_sense {
        return Ok(None);
    }
    let whole = look.bytes(at, LENGTH.saturating_add(roles.saturating_mul(2)))?;
    let agrees = whole.is_some_and(|whole| sum(&whole) == le_u32(&fixed, 216));
    Ok(Some(Volume {
        label: label(fixed.get(32..64).unwrap_or(&[])),
        uuid: uuid(&fixed, 16),
        detail: Some(detail(le_u32(&fixed, 72), le_u32(&fixed, 92))),
        size: Some(le_u64(&fixed, 80).saturating_mul(512)),
        ..Volume::new(Kind::MdRaid, if agrees { Proof::Agrees } else { Proof::Disagrees })
    }))
}

/// `calc_sb_1_csum` of `drivers/md/md.c`: words are added up, its own is not.
fn sum(superblock: &[u8]) -> u32 {
    let words = superblock.chunks(4).enumerate().filter(|(number, _)| *number != 216 / 4);
    let sum: u64 = words.map(|(_, word)| u64::from(le_u32(word, 0))).sum();
    let folded = (sum & 0xffff_ffff).wrapping_add(sum >> 32) & 0xffff_ffff;
    u32::try_from(folded).unwrap_or(0)
}

fn version_0(look: &Glimpse, at: u64) -> Result<Option<Volume>, Error> {
    let Some(fixed) = look.bytes(at, LENGTH)? else { return Ok(None) };
    let makes_sense = le_u32(&fixed, 0) == MAGIC
        && le_u32(&fixed, 4) == 0
        && le_u32(&fixed, 8) >= 90
        && le_u32(&fixed, 16) == 0;
    // The UUID's first word stands apart from the others.
    let id = [fixed.get(20..24), fixed.get(52..64)].map(|part| part.unwrap_or(&[])).concat();
    Ok(makes_sense.then(|| Volume {
        uuid: Some(hex(&id)),
        detail: Some(detail(le_u32(&fixed, 28), le_u32(&fixed, 40))),
        size: Some(u64::from(le_u32(&fixed, 32)).saturating_mul(1024)),
        ..Volume::new(Kind::MdRaid, Proof::Plausible)
    }))
}

/// The level, and of how many devices.
fn detail(level: u32, devices: u32) -> String {
    // Below 0 are levels that are none: -1 is one after the other.
    let level = i32::from_le_bytes(level.to_le_bytes());
    let name = if level < 0 { String::from("linear") } else { format!("RAID {level}") };
    format!("{name}, × {devices}")
}
