//! A member of a ZFS pool: "ZFS On-Disk Specification", chapter 1. The list of names and
//! values in a label is XDR (RFC 4506), big-endian.

use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, be_u32, be_u64, to_usize};

/// Where the list of a label stands, and the uberblocks; bytes of them that are read.
const LIST_AT: u64 = 16 << 10;
const LIST_LENGTH: usize = 16 << 10;
const UBERBLOCKS_AT: u64 = 128 << 10;
const UBERBLOCKS_LENGTH: usize = 64 << 10;

/// The start of an uberblock, of which one stands every KiB at the closest.
const UBERBLOCK: u64 = 0x00ba_b10c;

/// A value's kind in a list: a number, and a text.
const NUMBER: u32 = 8;
const TEXT: u32 = 9;

/// Pairs of a list that are looked at, at most.
const PAIRS_MAX: usize = 64;

pub(super) fn member(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(start) = look.bytes(LIST_AT, 12)? else { return Ok(None) };
    // XDR, from a machine of either order, version 0.
    if start.first() != Some(&1) || be_u32(&start, 4) != 0 {
        return Ok(None);
    }
    let Some(blocks) = look.bytes(UBERBLOCKS_AT, UBERBLOCKS_LENGTH)? else { return Ok(None) };
    let count = blocks
        .chunks_exact(1024)
        .filter(|block| [be_u64(block, 0), be_u64(block, 0).swap_bytes()].contains(&UBERBLOCK))
        .count();
    let Some(list) = look.bytes(LIST_AT, LIST_LENGTH)? else { return Ok(None) };
    let mut volume = Volume::new(Kind::ZfsMember, Proof::Plausible);
    for (name, kind, value) in pairs(list.get(12..).unwrap_or(&[])) {
        match (name, kind) {
            (b"name", TEXT) => volume.label = text(value),
            (b"pool_guid", NUMBER) => volume.uuid = Some(be_u64(value, 0).to_string()),
            _ => {}
        }
    }
    Ok((count > 0 && volume.uuid.is_some()).then_some(volume))
}

/// The pairs of a list: name, kind and value.
fn pairs(mut list: &[u8]) -> impl Iterator<Item = (&[u8], u32, &[u8])> {
    let pair = move || {
        let size = to_usize(be_u32(list, 0).into());
        let (pair, rest) = list.split_at_checked(size).filter(|_| size >= 12)?;
        list = rest;
        let length = to_usize(be_u32(pair, 8).into());
        let name = pair.get(12..)?.get(..length)?;
        let behind = pair.get(12_usize.checked_add(length.checked_next_multiple_of(4)?)?..)?;
        Some((name, be_u32(behind, 0), behind.get(8..)?))
    };
    core::iter::from_fn(pair).take(PAIRS_MAX)
}

/// A text behind its length.
fn text(value: &[u8]) -> Option<String> {
    let length = to_usize(be_u32(value, 0).into());
    Some(String::from_utf8_lossy(value.get(4..)?.get(..length)?).into_owned())
}
