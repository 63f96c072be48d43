//! NTFS: its boot sector, and the record of `$Volume`, as the documentation of Linux-NTFS
//! and `ntfs-3g`'s `layout.h` have them. Little-endian.

use super::text::label_utf16;
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, le_u16, le_u32, le_u64, to_u64, to_usize};

const LENGTH: usize = 512;

/// The number of the record that holds the label, and the attribute's.
const VOLUME_RECORD: u64 = 3;
const VOLUME_NAME: u32 = 0x60;
const END: u32 = u32::MAX;

/// Bytes of a record, at most: 4096 on disks of such sectors.
const RECORD_MAX: u64 = 4096;

/// Bytes after each of which two were replaced in a record.
const FIXED_UP: usize = 512;

pub(super) fn ntfs(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(sector) = look.bytes(0, LENGTH)? else { return Ok(None) };
    let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
    let sector_size = u64::from(le_u16(&sector, 11));
    // Above 128 it is an exponent, turned over.
    let per_cluster = match byte(13) {
        0 => None,
        count @ 1..=128 => Some(u64::from(count)),
        exponent => 1_u64.checked_shl(256_u32.saturating_sub(exponent.into())),
    };
    let cluster_size = per_cluster.and_then(|count| count.checked_mul(sector_size));
    let cluster_size = cluster_size.filter(|&size| size.is_power_of_two() && size <= 2 << 20);
    let makes_sense = sector.get(3..11) == Some(b"NTFS    ".as_slice())
        && (256..=4096).contains(&sector_size)
        && sector_size.is_power_of_two()
        && le_u64(&sector, 40) > 0
        && le_u64(&sector, 48) > 0;
    let Some(cluster_size) = cluster_size.filter(|_| makes_sense) else { return Ok(None) };
    let record_size = match byte(64) {
        count @ 0..=127 => u64::from(count).saturating_mul(cluster_size),
        exponent => 1_u64.checked_shl(256_u32.saturating_sub(exponent.into())).unwrap_or(0),
    };
    let table = le_u64(&sector, 48).saturating_mul(cluster_size);
    let record = table.saturating_add(VOLUME_RECORD.saturating_mul(record_size));
    let is_size = (512..=RECORD_MAX).contains(&record_size);
    let record = match is_size {
        true => look.bytes(record, to_usize(record_size))?,
        false => None,
    };
    let record = record.and_then(fixed_up);
    Ok(Some(Volume {
        label: record.as_deref().and_then(volume_name),
        uuid: Some(format!("{:016X}", le_u64(&sector, 72))),
        size: Some(le_u64(&sector, 40).saturating_mul(sector_size)),
        // A record that stands where it should is as good as a checksum.
        ..Volume::new(Kind::Ntfs, if record.is_some() { Proof::Agrees } else { Proof::Plausible })
    }))
}

/// A record with its replaced bytes put back; `None` if they are not what was put in
/// their place: then it is none, or was written in part.
fn fixed_up(mut record: Vec<u8>) -> Option<Vec<u8>> {
    let (offset, count) = (usize::from(le_u16(&record, 4)), usize::from(le_u16(&record, 6)));
    if !record.starts_with(b"FILE") || count == 0 {
        return None;
    }
    let own = record.get(offset..)?.get(..count.checked_mul(2)?)?.to_vec();
    let (mark, saved) = own.split_first_chunk::<2>()?;
    for (number, bytes) in (1..).zip(saved.chunks_exact(2)) {
        let end = FIXED_UP.checked_mul(number)?;
        let place = record.get_mut(end.checked_sub(2)?..end)?;
        if place != mark {
            return None;
        }
        place.copy_from_slice(bytes);
    }
    Some(record)
}

/// The resident attribute that is the label.
fn volume_name(record: &[u8]) -> Option<String> {
    let mut at = usize::from(le_u16(record, 20));
    loop {
        let attribute = record.get(at..)?;
        let (kind, length) = (le_u32(attribute, 0), to_usize(le_u32(attribute, 4).into()));
        if kind == END || length < 16 || to_u64(attribute.len()) < to_u64(length) {
            return None;
        }
        if kind == VOLUME_NAME && attribute.get(8) == Some(&0) {
            let (size, start) = (le_u32(attribute, 16), usize::from(le_u16(attribute, 20)));
            return label_utf16(attribute.get(start..)?.get(..to_usize(size.into()))?);
        }
        at = at.checked_add(length)?;
    }
}
