//! exFAT: Microsoft's "exFAT file system specification", section 3. Little-endian.

use super::text::label_utf16;
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, le_u16, le_u32, le_u64, to_usize};

const LENGTH: usize = 512;

/// Sectors of the boot region whose checksum the next one repeats.
const SUMMED_SECTORS: usize = 11;

/// Bytes of the root directory that are looked through for a label, at most.
const ROOT_MAX: u64 = 32 << 10;

/// The kind of the entry that is a label.
const LABEL_ENTRY: u8 = 0x83;

pub(super) fn exfat(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(sector) = look.bytes(0, LENGTH)? else { return Ok(None) };
    let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
    let (sector_shift, cluster_shift) = (byte(108), byte(109));
    let makes_sense = sector.get(3..11) == Some(b"EXFAT   ".as_slice())
        && sector.get(11..64).is_some_and(|zeros| zeros.iter().all(|&byte| byte == 0))
        && le_u16(&sector, 510) == 0xaa55
        && (9..=12).contains(&sector_shift)
        && cluster_shift <= 25_u8.saturating_sub(sector_shift);
    if !makes_sense {
        return Ok(None);
    }
    let sector_size = 1_u64 << sector_shift;
    let cluster_size = sector_size << cluster_shift;
    let region = look.bytes(0, to_usize(sector_size).saturating_mul(SUMMED_SECTORS + 1))?;
    let proof = region.map_or(Proof::Disagrees, |region| proof(&region, to_usize(sector_size)));
    let size = le_u64(&sector, 72).saturating_mul(sector_size);
    let heap = u64::from(le_u32(&sector, 88)).saturating_mul(sector_size);
    let heap_size = u64::from(le_u32(&sector, 92)).saturating_mul(cluster_size);
    let cluster = u64::from(le_u32(&sector, 96)).saturating_sub(2);
    let root = heap.saturating_add(cluster.saturating_mul(cluster_size));
    let root = look.bytes(root, to_usize(cluster_size.min(ROOT_MAX)))?;
    let number = le_u32(&sector, 100);
    // 0xff: not known.
    let percent = Some(u64::from(byte(112))).filter(|&percent| percent <= 100);
    Ok(Some(Volume {
        label: root.as_deref().and_then(root_label),
        uuid: Some(format!("{:04X}-{:04X}", number >> 16, number & 0xffff)),
        size: Some(size),
        used: percent.map(|percent| heap_size / 100 * percent),
        ..Volume::new(Kind::ExFat, proof)
    }))
}

/// Section 3.4: of the first sector, flags and the share in use are left out.
fn proof(region: &[u8], sector_size: usize) -> Proof {
    let summed = sector_size.saturating_mul(SUMMED_SECTORS);
    let bytes = region.get(..summed).unwrap_or(&[]).iter().enumerate();
    let sum = bytes
        .filter(|(at, _)| !matches!(at, 106 | 107 | 112))
        .fold(0_u32, |sum, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()));
    if le_u32(region, summed) == sum { Proof::Agrees } else { Proof::Disagrees }
}

fn root_label(root: &[u8]) -> Option<String> {
    let entries = root.chunks_exact(32).take_while(|entry| entry.first() != Some(&0));
    let mut labels = entries.filter(|entry| entry.first() == Some(&LABEL_ENTRY));
    let entry = labels.next()?;
    let length = usize::from(*entry.get(1)?).min(11).saturating_mul(2);
    label_utf16(entry.get(2..length.saturating_add(2))?)
}
