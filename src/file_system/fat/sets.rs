//! Directories of exFAT: sections 6 and 7 of its specification. A file is a set of
//! entries: the file's own, one for where its contents are, and its name in pieces.

use std::rc::Rc;

use vma_source::{le_u16, le_u32, le_u64};

use super::chain::Chain;
use super::clusters::{Clusters, Extent};
use super::slots::{SLOT, Slot, Slots};
use super::stored::{Stored, dos_time};
use crate::error::{Fault, FaultKind, Result};
use crate::names::wtf8;
use crate::node::{NodeId, Time};
use crate::reader::{Batch, Cursor, Entry, Name};

/// Bytes of a directory: section 7.4.8.
pub(super) const DIRECTORY_MAX: u64 = 256 << 20;

/// Entries that are given at once.
const BATCH_MAX: usize = 2048;

/// Sets that are gone through at once, whatever they are.
const LEFT_OUT_MAX: u64 = 65_536;

pub(super) const FILE: u8 = 0x85;
const STREAM: u8 = 0xc0;
const NAME: u8 = 0xc1;

/// Of the kind of an entry: in use, and not the first of a set.
pub(super) const SECONDARY: u8 = 0xc0;

/// Entries behind the first, at least and at most, by section 7.4.1.
pub(super) const SECONDARIES: core::ops::RangeInclusive<u8> = 2..=18;

const HIDDEN_OR_SYSTEM: u16 = 0x06;
const DIRECTORY: u16 = 0x10;

/// Flags of where contents are.
const IS_ALLOCATED: u8 = 1;
const NO_CHAIN: u8 = 2;

pub(super) fn kind(slot: &Slot) -> u8 {
    slot.first().copied().unwrap_or(0)
}

/// What stands for a file: where its first entry lies, and whether the directory's
/// clusters follow one another, so that those behind are found again.
pub(super) fn id_of(place: u64, is_contiguous: bool) -> NodeId {
    NodeId((place / SLOT) << 1 | u64::from(is_contiguous))
}

/// Some files of a directory, from entry number `cursor` on.
///
/// # Errors
///
/// Not even the first can be had, or the directory is too large.
pub(super) fn list(
    clusters: &Clusters,
    chain: Rc<Chain>,
    is_contiguous: bool,
    cursor: Cursor,
) -> Result<Batch> {
    let mut slots = Slots::new(clusters, chain, DIRECTORY_MAX, cursor.0);
    let mut batch = Batch::default();
    loop {
        let begin = slots.number();
        if batch.entries.len() >= BATCH_MAX || batch.left_out >= LEFT_OUT_MAX {
            batch.next = Some(Cursor(begin));
            return Ok(batch);
        }
        match step(&mut slots, &mut batch, is_contiguous) {
            Ok(true) => {}
            Ok(false) => return Ok(batch),
            Err(fault) if batch.entries.is_empty() => return Err(fault),
            Err(_) => {
                batch.next = Some(Cursor(begin));
                return Ok(batch);
            }
        }
    }
}

/// Takes the next set, or whatever stands there; `false` at the end.
fn step(slots: &mut Slots, batch: &mut Batch, is_contiguous: bool) -> Result<bool> {
    let Some((place, first)) = slots.next()? else { return Ok(false) };
    match kind(&first) {
        0 => return Ok(false),
        FILE => {}
        // The root's own: bitmap, table of letters, label; and what is not in use.
        _ => return Ok(true),
    }
    let count = first.get(1).copied().unwrap_or(0);
    let mut set = vec![first];
    for _ in 0..count.min(*SECONDARIES.end()) {
        let number = slots.number();
        match slots.next()? {
            Some((_, slot)) if kind(&slot) & SECONDARY == SECONDARY => set.push(slot),
            Some(_) => {
                slots.back_to(number);
                break;
            }
            None => break,
        }
    }
    let Some(name) = name(&set).filter(Name::is_plain) else {
        batch.left_out = batch.left_out.saturating_add(1);
        return Ok(true);
    };
    let file_type = parse(&set).ok().map(|stored| stored.file_type());
    batch.entries.push(Entry { name, id: id_of(place, is_contiguous), file_type });
    Ok(true)
}

/// The name in a set; `None` where the set is none.
pub(super) fn name(set: &[Slot]) -> Option<Name> {
    let (first, rest) = set.split_first()?;
    let (stream, names) = rest.split_first()?;
    let count = first.get(1).copied()?;
    let is_whole =
        SECONDARIES.contains(&count) && rest.len() == usize::from(count) && kind(stream) == STREAM;
    if !is_whole {
        return None;
    }
    let length = usize::from(stream.get(3).copied()?);
    let pieces = names.iter().take_while(|slot| kind(slot) == NAME);
    let units: Vec<u16> =
        pieces.flat_map(|slot| (2..32).step_by(2).map(|at| le_u16(slot, at))).collect();
    let units = units.get(..length).filter(|units| !units.is_empty())?;
    // A zero is none of the letters of a name: section 7.7.3.
    (!units.contains(&0)).then(|| wtf8(units))
}

/// What a set says.
///
/// # Errors
///
/// It contradicts itself, or its checksum does not agree.
pub(super) fn parse(set: &[Slot]) -> Result<Stored> {
    let [first, stream, ..] = set else { return Err(Fault::corrupt("a set of entries")) };
    if le_u16(first, 2) != sum(set) {
        return Err(Fault::corrupt("the checksum of its entries"));
    }
    let byte = |at: usize| first.get(at).copied().unwrap_or(0);
    let flags = stream.get(1).copied().unwrap_or(0);
    let is_directory = le_u16(first, 4) & DIRECTORY != 0;
    let (valid, size) = (le_u64(stream, 8), le_u64(stream, 24));
    let is_allocated = flags & IS_ALLOCATED != 0;
    if valid > size || (size > 0 && !is_allocated) || (is_directory && size > DIRECTORY_MAX) {
        return Err(Fault::corrupt("the length of its contents"));
    }
    Ok(Stored {
        is_directory,
        is_hidden: le_u16(first, 4) & HIDDEN_OR_SYSTEM != 0,
        size,
        valid,
        extent: Extent {
            first: le_u32(stream, 20),
            length: Some(size),
            is_contiguous: flags & NO_CHAIN != 0,
        },
        created: time(first, 8, byte(20), byte(22)),
        modified: time(first, 12, byte(21), byte(23)),
        accessed: time(first, 16, 0, byte(24)),
    })
}

/// `EntrySetChecksum`, figure 2 of the specification: its own two bytes are left out.
fn sum(set: &[Slot]) -> u16 {
    let bytes = set.iter().flatten().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
    bytes.fold(0, |sum: u16, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()))
}

/// A time, with the quarters of an hour from UTC, where they are known: section 7.4.10.
fn time(slot: &Slot, at: usize, hundredths: u8, zone: u8) -> Option<Time> {
    let time = dos_time(le_u16(slot, at.saturating_add(2)), le_u16(slot, at), hundredths)?;
    if zone & 0x80 == 0 {
        return Some(time);
    }
    // Seven bits with a sign.
    let quarters = i64::from(zone & 0x3f).saturating_sub(i64::from(zone & 0x40));
    let seconds = time.seconds.checked_sub(quarters.checked_mul(900)?)?;
    Some(Time { seconds, is_local: false, ..time })
}

/// What the set says that `id` stands for.
///
/// # Errors
///
/// There is none, it contradicts itself, or it cannot be had.
pub(super) fn stored(clusters: &Clusters, id: NodeId) -> Result<Stored> {
    let missing = || Fault::new(FaultKind::NotFound, format!("entry {:#x}", id.0));
    let is_contiguous = id.0 & 1 == 1;
    let mut place = (id.0 >> 1).checked_mul(SLOT).ok_or_else(missing)?;
    let mut cluster = clusters.cluster_at(place).ok_or_else(missing)?;
    let (mut set, mut wanted) = (Vec::new(), 1);
    while set.len() < wanted {
        let mut slot: Slot = [0; 32];
        clusters.blocks.read(place, &mut slot, "entries of a directory")?;
        if set.is_empty() {
            if kind(&slot) != FILE {
                return Err(missing());
            }
            let count = slot.get(1).copied().unwrap_or(0).min(*SECONDARIES.end());
            wanted = usize::from(count).saturating_add(1);
        }
        set.push(slot);
        place = place.saturating_add(SLOT);
        if place >= clusters.place(cluster).saturating_add(clusters.size) && set.len() < wanted {
            cluster = clusters.following(cluster, is_contiguous)?;
            place = clusters.place(cluster);
        }
    }
    if name(&set).is_none() {
        return Err(Fault::corrupt("a set of entries"));
    }
    parse(&set)
}
