//! What stands on discs, and on images of them: ISO 9660 (ECMA-119) and UDF (ECMA-167).

use super::text::{label, label_utf16_big};
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, le_u16, le_u32};

/// Bytes of a sector, and where the descriptors start.
const SECTOR: u64 = 2048;
const DESCRIPTORS: u64 = 16;
const DESCRIPTORS_MAX: u64 = 16;

/// Where UDF's anchor stands, in sectors, and its tag and that of the descriptors.
const ANCHOR: u64 = 256;
const ANCHOR_TAG: u16 = 2;
const LOGICAL_VOLUME_TAG: u16 = 6;

pub(super) fn iso9660(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(descriptor) = look.bytes(DESCRIPTORS.saturating_mul(SECTOR), 2048)? else {
        return Ok(None);
    };
    let blocks = le_u32(&descriptor, 80);
    // ECMA-119, 8.4; numbers stand in both orders.
    let makes_sense = descriptor.get(..7) == Some(b"\x01CD001\x01".as_slice())
        && descriptor.get(84..88) == Some(blocks.to_be_bytes().as_slice())
        && blocks > 0;
    let block_size = u64::from(le_u16(&descriptor, 128));
    Ok(makes_sense.then(|| Volume {
        label: label(descriptor.get(40..72).unwrap_or(&[])),
        size: Some(u64::from(blocks).saturating_mul(block_size)),
        ..Volume::new(Kind::Iso9660, Proof::Plausible)
    }))
}

pub(super) fn udf(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let mut is_udf = false;
    for number in DESCRIPTORS..DESCRIPTORS.saturating_add(DESCRIPTORS_MAX) {
        let Some(start) = look.bytes(number.saturating_mul(SECTOR), 6)? else { break };
        // ECMA-167, 2/9.1: type 0, then which of them it is.
        match start.get(1..) {
            Some(b"NSR02" | b"NSR03") => is_udf = true,
            Some(b"BEA01" | b"BOOT2" | b"CD001" | b"TEA01") => {}
            _ => break,
        }
    }
    if !is_udf {
        return Ok(None);
    }
    // Of discs; a disk has smaller sectors.
    for sector in [SECTOR, 512, 4096] {
        if let Some(name) = logical_volume(look, sector)? {
            let label = name;
            return Ok(Some(Volume { label, ..Volume::new(Kind::Udf, Proof::Agrees) }));
        }
    }
    Ok(Some(Volume::new(Kind::Udf, Proof::Plausible)))
}

/// The name of the volume that the anchor leads to; `None` if there is no anchor.
fn logical_volume(look: &Glimpse, sector: u64) -> Result<Option<Option<String>>, Error> {
    let anchor = look.bytes(ANCHOR.saturating_mul(sector), 512)?;
    let Some(anchor) = anchor.filter(|anchor| is_tag(anchor, ANCHOR_TAG)) else { return Ok(None) };
    let first = u64::from(le_u32(&anchor, 20));
    for number in first..first.saturating_add(DESCRIPTORS_MAX) {
        let Some(descriptor) = look.bytes(number.saturating_mul(sector), 512)? else { break };
        if is_tag(&descriptor, LOGICAL_VOLUME_TAG) {
            return Ok(Some(dstring(descriptor.get(84..212).unwrap_or(&[]))));
        }
    }
    Ok(Some(None))
}

/// Whether a descriptor's tag is `wanted`, by its checksum too: ECMA-167, 3/7.2.
fn is_tag(descriptor: &[u8], wanted: u16) -> bool {
    let tag = descriptor.get(..16).unwrap_or(&[]).iter().enumerate();
    let sum = tag.filter(|(at, _)| *at != 4).fold(0_u8, |sum, (_, &byte)| sum.wrapping_add(byte));
    le_u16(descriptor, 0) == wanted && descriptor.get(4) == Some(&sum)
}

/// A text of OSTA's: its first byte says how wide letters are, its last how long it is.
fn dstring(bytes: &[u8]) -> Option<String> {
    let length = usize::from(*bytes.last()?);
    let text = bytes.get(1..length)?;
    match bytes.first()? {
        8 => label(text),
        16 => label_utf16_big(text),
        _ => None,
    }
}
