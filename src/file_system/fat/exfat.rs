//! Opens exFAT: section 3 of its specification.

use std::rc::Rc;

use vma_source::{ReadAt, le_u16, le_u32, le_u64, to_u64, to_usize};

use super::clusters::{Clusters, Extent};
use super::table::{Table, Width};
use super::volume::{Fat, Form};
use crate::blocks::{Blocks, read_exact};
use crate::error::{Fault, Result};
use crate::reader::{FileSystem, Note};

/// Bytes of the first sector that are looked at.
const LENGTH: usize = 512;

/// Sectors of a boot region; the last repeats the checksum of those before.
const REGION: usize = 12;

/// Bits of `VolumeFlags`.
const SECOND_TABLE: u16 = 1;
const IS_DIRTY: u16 = 2;
const HAS_FAILED: u16 = 4;

/// Opens what is in `source`, by the first boot region whose checksum agrees.
///
/// # Errors
///
/// Neither's does, what they say makes no sense, or they cannot be had.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let mut sector = [0; LENGTH];
    read_exact(&**source, 0, &mut sector, "boot sector")?;
    let shift = sector.get(108).copied().filter(|shift| (9..=12).contains(shift));
    let size = 1_usize << shift.ok_or_else(|| Fault::corrupt("sector size"))?;
    let length = size.saturating_mul(REGION);
    let main = region(source, 0, length);
    let region = match main {
        Ok(region) => region,
        Err(fault) => region(source, to_u64(length), length).map_err(|_| fault)?,
    };
    let boot = Boot::parse(&region).ok_or_else(|| Fault::corrupt("boot sector"))?;
    boot.open(Blocks::new(Rc::clone(source)))
}

/// A boot region whose checksum agrees.
fn region(source: &Rc<dyn ReadAt>, at: u64, length: usize) -> Result<Vec<u8>> {
    let mut region = vec![0; length];
    read_exact(&**source, at, &mut region, "boot region")?;
    let summed = length / REGION * (REGION - 1);
    let bytes = region.get(..summed).unwrap_or(&[]).iter().enumerate();
    // Section 3.4: flags and the share in use are left out.
    let sum = bytes
        .filter(|(at, _)| !matches!(at, 106 | 107 | 112))
        .fold(0_u32, |sum, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()));
    let is_sound =
        region.get(summed..).unwrap_or(&[]).chunks_exact(4).all(|word| le_u32(word, 0) == sum);
    is_sound.then_some(region).ok_or_else(|| Fault::corrupt("checksum of the boot region"))
}

/// What the first sector says. The names are the specification's.
struct Boot {
    sector_size: u64,
    cluster_size: u64,
    fat_offset: u64,
    fat_length: u64,
    cluster_heap_offset: u64,
    cluster_count: u32,
    root: u32,
    flags: u16,
    fats: u64,
}

impl Boot {
    fn parse(sector: &[u8]) -> Option<Self> {
        let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
        let (sector_shift, cluster_shift) = (byte(108), byte(109));
        let sector_size = 1_u64.checked_shl(sector_shift.into())?;
        let makes_sense = sector.get(3..11) == Some(b"EXFAT   ".as_slice())
            && (9..=12).contains(&sector_shift)
            && cluster_shift <= 25_u8.checked_sub(sector_shift)?
            // The major version of the file system's revision.
            && byte(105) == 1
            && (1..=2).contains(&byte(110));
        let boot = Self {
            sector_size,
            cluster_size: sector_size << cluster_shift,
            fat_offset: le_u32(sector, 80).into(),
            fat_length: le_u32(sector, 84).into(),
            cluster_heap_offset: le_u32(sector, 88).into(),
            cluster_count: le_u32(sector, 92),
            root: le_u32(sector, 96),
            flags: le_u16(sector, 106),
            fats: byte(110).into(),
        };
        let sectors = le_u64(sector, 72);
        let heap = u64::from(boot.cluster_count).checked_mul(boot.cluster_size / sector_size)?;
        let numbers = u64::from(boot.cluster_count).checked_add(2)?.checked_mul(4)?;
        let fits = boot.cluster_heap_offset.checked_add(heap)? <= sectors
            && numbers <= boot.fat_length.checked_mul(sector_size)?
            && boot.cluster_count <= 0xffff_fff5;
        (makes_sense && fits && to_usize(sectors) > 0).then_some(boot)
    }

    fn open(self, blocks: Blocks) -> Result<Rc<dyn FileSystem>> {
        let bytes = |sectors: u64| sectors.saturating_mul(self.sector_size);
        let is_second = self.fats == 2 && self.flags & SECOND_TABLE != 0;
        let skipped = if is_second { self.fat_length } else { 0 };
        let table = Table {
            width: Width::ThirtyTwo,
            copies: vec![bytes(self.fat_offset.saturating_add(skipped))],
            clusters: self.cluster_count,
        };
        if !table.has(self.root) {
            return Err(Fault::corrupt("root directory"));
        }
        let is = |flag: u16, note: Note| (self.flags & flag != 0).then_some(note);
        let notes = [is(IS_DIRTY, Note::InUse), is(HAS_FAILED, Note::MarkedBroken)];
        let start = bytes(self.cluster_heap_offset);
        Ok(Rc::new(Fat {
            clusters: Clusters::new(blocks, table, start, self.cluster_size),
            form: Form::ExFat,
            root: Extent { first: self.root, length: None, is_contiguous: false },
            notes: notes.into_iter().flatten().collect(),
        }))
    }
}
