//! A member of a RAID of Linux (md): `include/uapi/linux/raid/md_p.h`. Little-endian,
//! as all write it but big-endian machines in version 0.90.

use core::ops::Range;

use super::text::{label, uuid};
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, hex, le_u32, le_u64};

const MAGIC: u32 = 0xa92b_4efc;

/// Bytes of the fixed part of version 1, which the roles of the devices follow.
const LENGTH: usize = 256;
const ROLES_MAX: usize = 1920;

/// Where version 0.90 stands: in the last whole 64 KiB; and its bytes.
const OLD_UNIT: u64 = 64 << 10;
const OLD_LENGTH: usize = 4096;
const OLD_DISKS_MAX: usize = 27;

/// A member, as its superblock has it.
///
/// Many fields: each has a part in whether it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaidMember {
    /// What identifies the array, as `blkid` writes it.
    pub array: String,
    /// Its name, as its machine has it.
    pub name: Option<String>,
    /// The level; below 0 are those that have no number.
    pub level: i32,
    /// Of how many members it is.
    pub members: u32,
    /// What is read of the member: bytes of it, of which an array of level 1 has `size`.
    pub data: Range<u64>,
    /// Bytes of an array of level 1.
    pub size: u64,
    /// Which of the members it is, and its number among all devices; `None` for a spare
    /// or one that has failed.
    pub role: Option<u32>,
    /// Its number among the devices.
    pub number: u32,
    /// What each device, by its number, is to the array, as far as this one knows.
    pub roles: Vec<Option<u32>>,
    /// Counts what happened to the array.
    pub events: u64,
    /// Whether all of it can be read: it is filled, has no bytes that are known to be bad,
    /// and the array is not being made into another one.
    pub is_whole: bool,
    /// Up to where all members are the same, in bytes of the array.
    pub alike: u64,
    /// Where its bitmap stands on the member.
    pub bitmap: Option<u64>,
    /// Whether others are to be read before it.
    pub is_last_choice: bool,
    /// Whether its checksum agrees.
    pub agrees: bool,
}

/// The member that takes all of a source; `None` if it is none.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn raid_member(look: &Glimpse) -> Result<Option<RaidMember>, Error> {
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

pub(super) fn md(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let found = raid_member(look)?;
    Ok(found.map(|member| {
        let proof = if member.agrees { Proof::Agrees } else { Proof::Disagrees };
        Volume {
            detail: Some(format!("{}, × {}", member.level_name(), member.members)),
            size: Some(member.size),
            uuid: Some(member.array),
            label: member.name,
            ..Volume::new(Kind::MdRaid, proof)
        }
    }))
}

impl RaidMember {
    /// What the level is called.
    #[must_use]
    pub fn level_name(&self) -> String {
        if self.level < 0 { String::from("linear") } else { format!("RAID {}", self.level) }
    }
}

/// Bytes of so many sectors.
fn sectors(count: u64) -> u64 {
    count.saturating_mul(512)
}

fn signed(value: u32) -> i32 {
    i32::from_le_bytes(value.to_le_bytes())
}

fn version_1(look: &Glimpse, at: u64) -> Result<Option<RaidMember>, Error> {
    let Some(fixed) = look.bytes(at, LENGTH)? else { return Ok(None) };
    let count = usize::try_from(le_u32(&fixed, 220)).unwrap_or(usize::MAX);
    let makes_sense = le_u32(&fixed, 0) == MAGIC
        && le_u32(&fixed, 4) == 1
        && le_u64(&fixed, 144) == at / 512
        && count <= ROLES_MAX;
    if !makes_sense {
        return Ok(None);
    }
    let whole = look.bytes(at, LENGTH.saturating_add(count.saturating_mul(2)))?;
    let agrees = whole.as_ref().is_some_and(|whole| sum(whole, 216) == le_u32(&fixed, 216));
    let whole = whole.unwrap_or_default();
    // From 0xfffd on they are names of what is no member.
    let role = |pair: &[u8; 2]| Some(u16::from_le_bytes(*pair)).filter(|role| *role < 0xfff0);
    let (pairs, _) = whole.get(LENGTH..).unwrap_or(&[]).as_chunks::<2>();
    let roles: Vec<_> = pairs.iter().map(|pair| role(pair).map(u32::from)).collect();
    let number = le_u32(&fixed, 160);
    let own = usize::try_from(number).ok().and_then(|number| roles.get(number)).copied();
    let features = le_u32(&fixed, 8);
    let start = sectors(le_u64(&fixed, 128));
    let alike = le_u64(&fixed, 208);
    let bitmap = i64::from(signed(le_u32(&fixed, 96))).saturating_mul(512);
    Ok(Some(RaidMember {
        array: uuid(&fixed, 16).unwrap_or_default(),
        name: label(fixed.get(32..64).unwrap_or(&[])),
        level: signed(le_u32(&fixed, 72)),
        members: le_u32(&fixed, 92),
        data: start..start.saturating_add(sectors(le_u64(&fixed, 136))),
        size: sectors(le_u64(&fixed, 80)),
        role: own.flatten(),
        number,
        roles,
        events: le_u64(&fixed, 200),
        // All features but a bitmap's (1) and those that say how bytes lie in other levels
        // or what a journal has in them stand for bytes that are elsewhere, or not there yet.
        is_whole: features & !(1 | 0x1000) == 0,
        alike: sectors(alike),
        bitmap: (features & 1 != 0).then(|| at.saturating_add_signed(bitmap)),
        is_last_choice: fixed.get(184).is_none_or(|flags| flags & 1 != 0),
        agrees,
    }))
}

/// `calc_sb_1_csum` of `drivers/md/md.c`, and that of version 0.90: words are added up,
/// the one at `own` is not.
fn sum(superblock: &[u8], own: usize) -> u32 {
    let words = superblock.chunks(4).enumerate().filter(|(number, _)| *number != own / 4);
    let sum: u64 = words.map(|(_, word)| u64::from(le_u32(word, 0))).sum();
    let folded = (sum & 0xffff_ffff).wrapping_add(sum >> 32) & 0xffff_ffff;
    u32::try_from(folded).unwrap_or(0)
}

fn version_0(look: &Glimpse, at: u64) -> Result<Option<RaidMember>, Error> {
    let Some(all) = look.bytes(at, OLD_LENGTH)? else { return Ok(None) };
    let makes_sense = le_u32(&all, 0) == MAGIC
        && le_u32(&all, 4) == 0
        && le_u32(&all, 8) >= 90
        && le_u32(&all, 16) == 0;
    if !makes_sense {
        return Ok(None);
    }
    // The UUID's first word stands apart from the others.
    let id = [all.get(20..24), all.get(52..64)].map(|part| part.unwrap_or(&[])).concat();
    // A device: its number, two of the machine's, its role, and a bit for each of failed,
    // active, in step with the others, removed; and ten bits on, to be read last.
    let device = |at: usize| {
        let state = le_u32(&all, at.saturating_add(16));
        let role = (state & 0b1111 == 0b0110).then(|| le_u32(&all, at.saturating_add(12)));
        (le_u32(&all, at), role, state & 1 << 9 != 0)
    };
    let (number, role, is_last_choice) = device(992 * 4);
    let disks = (0..OLD_DISKS_MAX).map(|disk| 512_usize.saturating_add(disk.saturating_mul(128)));
    let size = u64::from(le_u32(&all, 32)).saturating_mul(1024);
    let state = le_u32(&all, 132);
    Ok(Some(RaidMember {
        array: hex(&id),
        name: None,
        level: signed(le_u32(&all, 28)),
        members: le_u32(&all, 40),
        data: 0..at,
        size,
        role,
        number,
        roles: disks.map(|at| device(at).1).collect(),
        events: le_u64(&all, 156),
        // 91 is one that is being made into another.
        is_whole: le_u32(&all, 8) == 90,
        alike: if state & 1 != 0 { u64::MAX } else { 0 },
        bitmap: (state & 1 << 8 != 0).then(|| at.saturating_add(4096)),
        is_last_choice,
        agrees: sum(&all, 152) == le_u32(&all, 152),
    }))
}
