//! LUKS: "LUKS On-Disk Format Specification" 1.2.3, and "LUKS2 On-Disk Format
//! Specification" 1.1. Big-endian.

use sha2::{Digest, Sha256};

use super::text::label;
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, be_u16, be_u32, be_u64, to_usize};

const MAGIC: &[u8] = b"LUKS\xba\xbe";
const LENGTH: usize = 512;

/// Bytes of a LUKS2 header with its texts of which the checksum is computed, at most:
/// `cryptsetup` makes 16 KiB of them.
const SUMMED_MAX: u64 = 64 << 10;

/// Where a LUKS2 header's checksum stands, and the bytes of one by SHA-256.
const SUM_AT: usize = 448;
const SUM_ROOM: usize = 64;

pub(super) fn luks(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(header) = look.bytes(0, LENGTH)? else { return Ok(None) };
    if !header.starts_with(MAGIC) {
        return Ok(None);
    }
    let text =
        |at: usize, length: usize| label(header.get(at..at.saturating_add(length)).unwrap_or(&[]));
    match be_u16(&header, 6) {
        1 => {
            let cipher = [text(8, 32), text(40, 32)].into_iter().flatten();
            let detail = cipher.collect::<Vec<_>>().join("-");
            let is_plausible = be_u32(&header, 104) > 0 && !detail.is_empty();
            Ok(is_plausible.then(|| Volume {
                uuid: text(168, 40),
                detail: Some(detail),
                ..Volume::new(Kind::Luks1, Proof::Plausible)
            }))
        }
        2 => Ok(Some(Volume {
            label: text(24, 48),
            uuid: text(168, 40),
            ..Volume::new(Kind::Luks2, proof(look, &header)?)
        })),
        _ => Ok(None),
    }
}

/// The checksum of LUKS2 is over the header and the text behind it.
fn proof(look: &Glimpse, header: &[u8]) -> Result<Proof, Error> {
    let size = be_u64(header, 8);
    let is_sha256 = label(header.get(72..104).unwrap_or(&[])).is_some_and(|name| name == "sha256");
    if !is_sha256 || !(4096..=SUMMED_MAX).contains(&size) {
        return Ok(Proof::Plausible);
    }
    let Some(mut bytes) = look.bytes(0, to_usize(size))? else { return Ok(Proof::Disagrees) };
    let own = bytes.get_mut(SUM_AT..SUM_AT.saturating_add(SUM_ROOM));
    let stated = own.map(|own| {
        let stated = own.to_vec();
        own.fill(0);
        stated
    });
    let sum = Sha256::digest(&bytes);
    let agrees = stated.is_some_and(|stated| stated.starts_with(&sum));
    Ok(if agrees { Proof::Agrees } else { Proof::Disagrees })
}
