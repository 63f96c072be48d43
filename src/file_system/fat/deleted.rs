//! Entries of directories that were deleted: a bit or a byte of them is changed then, and
//! the rest stays until something else is written there.

use std::rc::Rc;

use super::chain::Chain;
use super::clusters::Clusters;
use super::entries::{self, ATTRIBUTES, LABEL, LONG_NAME};
use super::sets::{self, SECONDARIES, SECONDARY};
use super::short::{DeletedName, short_name};
use super::slots::{Slot, Slots};
use crate::error::{Fault, FaultKind, Result};
use crate::reader::{Cursor, Deleted, DeletedBatch, Name};

/// Entries of a directory that are looked at in one call.
const SLOTS: u64 = 65_536;

/// The first byte of an entry of FAT that was deleted.
const DELETED: u8 = 0xe5;

/// What stands for the first letter of a name, which is gone.
const NO_LETTER: u8 = b'?';

/// The bit of an entry of exFAT that says that it is in use.
const IN_USE: u8 = 0x80;

/// Of a directory of FAT, from entry number `cursor` on.
///
/// # Errors
///
/// Not even the first can be had.
pub(super) fn of_entries(
    clusters: &Clusters,
    chain: Rc<Chain>,
    cursor: Cursor,
) -> Result<DeletedBatch> {
    let mut long = DeletedName::default();
    let slots = Slots::new(clusters, chain, entries::DIRECTORY_MAX, cursor.0);
    walk(slots, |(place, slot), _, things| {
        let [first, .., attributes, _] = slot.first_chunk::<13>().copied().unwrap_or_default();
        let attributes = attributes & ATTRIBUTES;
        match first {
            0 => return Ok(false),
            DELETED if attributes == LONG_NAME => {
                long.push(&slot);
                return Ok(true);
            }
            DELETED if attributes & LABEL == 0 => {
                let whole = long.take(&slot);
                let is_name_whole = whole.is_some();
                let mut cut = slot;
                if let Some(first) = cut.first_mut() {
                    *first = NO_LETTER;
                }
                let name = whole.or_else(|| short_name(&cut)).filter(Name::is_plain);
                let node = entries::parse(&slot, clusters).node(entries::id_of(place));
                let folders = Some(Vec::new());
                things.extend(name.map(|name| Deleted { name, is_name_whole, folders, node }));
            }
            _ => {}
        }
        long = DeletedName::default();
        Ok(true)
    })
}

/// Of a directory of exFAT, from entry number `cursor` on.
///
/// # Errors
///
/// Not even the first can be had.
pub(super) fn of_sets(
    clusters: &Clusters,
    chain: Rc<Chain>,
    cursor: Cursor,
) -> Result<DeletedBatch> {
    let slots = Slots::new(clusters, chain, sets::DIRECTORY_MAX, cursor.0);
    walk(slots, |(place, first), slots, things| {
        match sets::kind(&first) {
            0 => return Ok(false),
            kind if kind == sets::FILE & !IN_USE => {}
            _ => return Ok(true),
        }
        let count = first.get(1).copied().unwrap_or(0);
        let mut set = vec![in_use(first)];
        for _ in 0..count.min(*SECONDARIES.end()) {
            let number = slots.number();
            match slots.next()? {
                Some((_, slot)) if sets::kind(&slot) & SECONDARY == SECONDARY & !IN_USE => {
                    set.push(in_use(slot));
                }
                _ => {
                    slots.back_to(number);
                    break;
                }
            }
        }
        // Its checksum is of the set as it was.
        let found = sets::name(&set).filter(Name::is_plain).zip(sets::parse(&set).ok());
        things.extend(found.map(|(name, stored)| {
            let node = stored.node(sets::id_of(place, false));
            Deleted { name, is_name_whole: true, folders: Some(Vec::new()), node }
        }));
        Ok(true)
    })
}

fn in_use(mut slot: Slot) -> Slot {
    if let Some(kind) = slot.first_mut() {
        *kind |= IN_USE;
    }
    slot
}

/// Takes entry by entry, as long as there are some and `take` says so.
fn walk<'a>(
    mut slots: Slots<'a>,
    mut take: impl FnMut((u64, Slot), &mut Slots<'a>, &mut Vec<Deleted>) -> Result<bool>,
) -> Result<DeletedBatch> {
    let (mut batch, end) = (DeletedBatch::default(), slots.number().saturating_add(SLOTS));
    loop {
        let taken = match slots.next() {
            Ok(None) => return Ok(batch),
            Ok(Some(slot)) => take(slot, &mut slots, &mut batch.things),
            Err(fault) => Err(fault),
        };
        match taken {
            Ok(true) => {}
            Ok(false) => return Ok(batch),
            Err(fault) if is_of_below(&fault) || batch.things.is_empty() => return Err(fault),
            Err(fault) => {
                batch.missing = Some(fault);
                return Ok(batch);
            }
        }
        if slots.number() >= end {
            batch.next = Some(Cursor(slots.number()));
            return Ok(batch);
        }
    }
}

fn is_of_below(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Source(_) | FaultKind::NotYetKnown)
}
