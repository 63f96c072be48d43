//! Directories of FAT: section 6 of the specification.

use std::rc::Rc;

use vma_source::{le_u16, le_u32};

use super::chain::Chain;
use super::clusters::{Clusters, Extent};
use super::short::{LongName, short_name};
use super::slots::{SLOT, Slot, Slots};
use super::stored::{Stored, dos_time};
use super::table::Width;
use crate::error::{Fault, Result};
use crate::node::NodeId;
use crate::reader::{Batch, Cursor, Entry, Name};

/// Bytes of a directory: numbers of its entries have 16 bits.
pub(super) const DIRECTORY_MAX: u64 = 65_536 * SLOT;

/// Entries that are given at once.
const BATCH_MAX: usize = 2048;

const READ_ONLY_TO_SYSTEM: u8 = 0x07;
const HIDDEN_OR_SYSTEM: u8 = 0x06;
pub(super) const LABEL: u8 = 0x08;
const DIRECTORY: u8 = 0x10;
pub(super) const LONG_NAME: u8 = READ_ONLY_TO_SYSTEM | LABEL;
pub(super) const ATTRIBUTES: u8 = 0x3f;

/// What an entry is.
enum Use {
    /// It and all behind it were never used.
    End,
    /// Deleted, a label, or one of the two that lead back.
    None,
    /// A part of a long name.
    LongName,
    /// A file or a directory.
    File,
}

fn use_of(slot: &Slot) -> Use {
    let (first, attributes) = (slot.first().copied(), slot.get(11).copied().unwrap_or(0));
    match first {
        Some(0) => Use::End,
        Some(0xe5 | b'.') | None => Use::None,
        _ if attributes & ATTRIBUTES == LONG_NAME => Use::LongName,
        _ if attributes & LABEL != 0 => Use::None,
        _ => Use::File,
    }
}

/// What stands for the file whose entry lies at `place` of the source.
pub(super) fn id_of(place: u64) -> NodeId {
    NodeId(place / SLOT)
}

/// Some entries, from number `cursor` on.
///
/// # Errors
///
/// Not even the first can be had, or the directory is too large.
pub(super) fn list(clusters: &Clusters, chain: Rc<Chain>, cursor: Cursor) -> Result<Batch> {
    let mut slots = Slots::new(clusters, chain, DIRECTORY_MAX, cursor.0);
    let (mut batch, mut long) = (Batch::default(), LongName::default());
    // Where a part of the list would begin: with the long name of its first entry.
    let mut begin = cursor.0;
    loop {
        let (place, slot) = match slots.next() {
            Ok(Some(slot)) => slot,
            Ok(None) => return Ok(batch),
            Err(fault) if batch.entries.is_empty() => return Err(fault),
            Err(_) => {
                // What was had is given; who goes on gets the fault.
                batch.next = Some(Cursor(begin));
                return Ok(batch);
            }
        };
        match use_of(&slot) {
            Use::End => return Ok(batch),
            Use::None => long.clear(),
            Use::LongName => {
                long.push(&slot);
                continue;
            }
            Use::File => push(&mut batch, &mut long, place, &slot, clusters),
        }
        begin = slots.number();
        if batch.entries.len() >= BATCH_MAX {
            batch.next = Some(Cursor(begin));
            return Ok(batch);
        }
    }
}

fn push(batch: &mut Batch, long: &mut LongName, place: u64, slot: &Slot, clusters: &Clusters) {
    let name = long.take(slot).or_else(|| short_name(slot)).filter(Name::is_plain);
    match name {
        Some(name) => {
            let file_type = Some(parse(slot, clusters).file_type());
            batch.entries.push(Entry { name, id: id_of(place), file_type });
        }
        None => batch.left_out = batch.left_out.saturating_add(1),
    }
}

/// What the entry says that `id` stands for.
///
/// # Errors
///
/// There is none, or it cannot be had.
pub(super) fn stored(clusters: &Clusters, fixed_root: u64, id: NodeId) -> Result<Stored> {
    let missing = || Fault::new(crate::FaultKind::NotFound, format!("entry {:#x}", id.0));
    let place = id.0.checked_mul(SLOT).ok_or_else(missing)?;
    let in_root = (fixed_root..clusters.start).contains(&place);
    if !in_root && clusters.cluster_at(place).is_none() {
        return Err(missing());
    }
    let mut slot = [0; 32];
    clusters.blocks.read(place, &mut slot, "entry of a directory")?;
    match use_of(&slot) {
        Use::File => Ok(parse(&slot, clusters)),
        Use::End | Use::None | Use::LongName => Err(missing()),
    }
}

/// What an entry says, be it in use or not.
pub(super) fn parse(slot: &Slot, clusters: &Clusters) -> Stored {
    let byte = |at: usize| slot.get(at).copied().unwrap_or(0);
    let half = |at: usize| le_u16(slot, at);
    let attributes = byte(11);
    let is_directory = attributes & DIRECTORY != 0;
    // The upper half is something else before FAT32.
    let upper = if clusters.table.width == Width::TwentyEight { half(20) & 0x0fff } else { 0 };
    let first = u32::from(upper) << 16 | u32::from(half(26));
    let size = u64::from(le_u32(slot, 28));
    let length = (!is_directory).then_some(size);
    Stored {
        is_directory,
        is_hidden: attributes & HIDDEN_OR_SYSTEM != 0,
        size: length.unwrap_or(0),
        valid: length.unwrap_or(0),
        extent: Extent { first, length, is_contiguous: false },
        created: dos_time(half(16), half(14), byte(13)),
        modified: dos_time(half(24), half(22), 0),
        accessed: dos_time(half(18), 0, 0),
    }
}
