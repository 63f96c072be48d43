//! Opens FAT12, FAT16 and FAT32.

use std::rc::Rc;

use vma_source::{ReadAt, le_u16, le_u32};

use super::clusters::{Clusters, Extent};
use super::table::{Table, Width};
use super::volume::{Fat, Form};
use crate::blocks::Blocks;
use crate::error::{Fault, Result};
use crate::identify::{FatBoot, Kind};
use crate::reader::{FileSystem, Note};

/// Bytes of the first sector that are looked at.
const LENGTH: usize = 512;

/// Linux's mark in the first sector that it is mounted: `FAT_STATE_DIRTY`.
const IS_MOUNTED: u8 = 1;

/// Opens what is in `source`.
///
/// # Errors
///
/// The first sector makes no sense, or cannot be had.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let blocks = Blocks::new(Rc::clone(source));
    let mut sector = [0; LENGTH];
    blocks.read(0, &mut sector, "boot sector")?;
    let boot = FatBoot::parse(&sector).ok_or_else(|| Fault::corrupt("boot sector"))?;
    let bytes = |sectors: u64| sectors.saturating_mul(boot.sector_size);
    let width = match boot.kind() {
        Kind::Fat12 => Width::Twelve,
        Kind::Fat16 => Width::Sixteen,
        _ => Width::TwentyEight,
    };
    if boot.is_fat32 && le_u16(&sector, 42) != 0 {
        return Err(Fault::unsupported("version of FAT32"));
    }
    let table = Table { width, copies: copies(&boot, &sector), clusters: clusters(&boot, width)? };
    let fixed_root = bytes(boot.root_start());
    let start = bytes(boot.data_start());
    // In FAT32 no entry lies before the clusters.
    let fixed_root = if boot.is_fat32 { start } else { fixed_root };
    let first = if boot.is_fat32 { le_u32(&sector, 44) & 0x0fff_ffff } else { 0 };
    let notes = notes(&table, &blocks, &sector);
    Ok(Rc::new(Fat {
        clusters: Clusters::new(blocks, table, start, boot.cluster_size),
        form: Form::Old { fixed_root },
        root: Extent { first, length: None, is_contiguous: false },
        notes,
    }))
}

/// How many clusters there are, of those that the table has room for.
fn clusters(boot: &FatBoot, width: Width) -> Result<u32> {
    let bits = match width {
        Width::Twelve => 12,
        Width::Sixteen => 16,
        Width::TwentyEight | Width::ThirtyTwo => 32,
    };
    let table_bits = boot.fat_sectors.saturating_mul(boot.sector_size).saturating_mul(8);
    let room = (table_bits / bits).saturating_sub(2);
    let most = match width {
        Width::Twelve => 0x0ff5,
        Width::Sixteen => 0xfff5,
        Width::TwentyEight | Width::ThirtyTwo => 0x0fff_fff5,
    };
    let clusters = boot.clusters().min(room).min(most);
    u32::try_from(clusters).map_err(|_| Fault::corrupt("number of clusters"))
}

/// Where the copies of the table start. `BPB_ExtFlags` of FAT32 may say that but one of
/// them is kept up to date.
fn copies(boot: &FatBoot, sector: &[u8]) -> Vec<u64> {
    let flags = le_u16(sector, 40);
    let at = |copy: u64| {
        let sectors = boot.reserved.saturating_add(copy.saturating_mul(boot.fat_sectors));
        sectors.saturating_mul(boot.sector_size)
    };
    if boot.is_fat32 && flags & 0x80 != 0 {
        return vec![at(u64::from(flags & 0x0f).min(boot.fats.saturating_sub(1)))];
    }
    (0..boot.fats).map(at).collect()
}

/// Bits of the second number of the table, or Linux's in the first sector, say whether it
/// was unmounted, and whether a read or write failed.
fn notes(table: &Table, blocks: &Blocks, sector: &[u8]) -> Vec<Note> {
    let state = sector.get(if table.width == Width::TwentyEight { 65 } else { 37 });
    let (clean, sound) = match table.width {
        Width::Twelve => (0, 0),
        Width::Sixteen => (0x8000, 0x4000),
        Width::TwentyEight | Width::ThirtyTwo => (0x0800_0000, 0x0400_0000),
    };
    // What is lost of the table is told where it is needed.
    let second = table.entry(blocks, 1).unwrap_or(clean | sound);
    let is_mounted = state.is_some_and(|state| state & IS_MOUNTED != 0);
    let mut notes = Vec::new();
    if is_mounted || second & clean != clean {
        notes.push(Note::InUse);
    }
    if second & sound != sound {
        notes.push(Note::MarkedBroken);
    }
    notes
}
