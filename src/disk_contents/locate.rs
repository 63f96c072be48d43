//! The bytes of one area, or of what is put together of it, found again by its number.

use std::rc::Rc;

use super::joined::{Held, Member, parts};
use crate::file_system::{Identified, identify};
use crate::partition::{Layout, Scheme, Use, layout_in};
use crate::source::{Error, Glimpse, Lacking, ReadAt};

/// Bytes of a sector, of nearly every disk and of some.
const SECTOR: u64 = 512;
const WIDE: u64 = 4096;

/// Partitions that are looked into for how long sectors are.
const LOOKED_INTO: usize = 8;

/// An area, or what is put together.
pub struct Located {
    /// Its bytes.
    pub source: Rc<dyn ReadAt>,
    /// What it holds.
    pub found: Identified,
}

/// Area number `area` of the first of `disks`, as [`describe`](super::describe) lists them,
/// from 0; or number `inside` of its volumes, as [`describe_all`](super::describe_all)
/// lists them if the other disks of the machine follow, in any order. `None` if there is
/// none, or it is not put together. Only this one is looked into.
///
/// # Errors
///
/// A source cannot be read. That bytes are lost is no error.
pub fn locate(
    disks: &[Rc<dyn ReadAt>],
    area: usize,
    inside: Option<usize>,
) -> Result<Option<Located>, Error> {
    let Some(disk) = disks.first() else { return Ok(None) };
    let source = match inside {
        None => source(disk, &layout(disk)?, area),
        Some(number) => {
            let mut listed =
                parts(members(disks)?)?.into_iter().filter(|part| part.place() == (0, area));
            listed.nth(number).and_then(|part| part.source.ok()).map(|(source, _)| source)
        }
    };
    let Some(source) = source else { return Ok(None) };
    let found = identify(&*source)?;
    Ok(Some(Located { source, found }))
}

/// How a disk is parted. An MBR does not say how long the sectors are that it counts in: 512
/// bytes, unless nothing that is known starts where that leads, and something does where
/// sectors of 4096 bytes lead.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub(super) fn layout(disk: &Rc<dyn ReadAt>) -> Result<Layout, Error> {
    let plain = layout_in(&**disk, SECTOR)?;
    let end = plain.partitions.iter().map(|partition| partition.range.end).max().unwrap_or(0);
    let fits = end.saturating_mul(WIDE / SECTOR) <= disk.size().unwrap_or(0);
    if plain.scheme != Scheme::Mbr || end == 0 || !fits || holds_some(disk, &plain, true)? {
        return Ok(plain);
    }
    let wide = layout_in(&**disk, WIDE)?;
    Ok(if holds_some(disk, &wide, false)? { wide } else { plain })
}

/// Whether one of the first partitions holds something that is known, or may if `if_unseen`.
fn holds_some(disk: &Rc<dyn ReadAt>, layout: &Layout, if_unseen: bool) -> Result<bool, Error> {
    for area in 0..layout.partitions.len().min(LOOKED_INTO) {
        let Some(source) = source(disk, layout, area) else { continue };
        let found = identify(&*source)?;
        if found.volume.is_some() || (if_unseen && found.lacking != Lacking::default()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The bytes of an area.
fn source(disk: &Rc<dyn ReadAt>, layout: &Layout, area: usize) -> Option<Rc<dyn ReadAt>> {
    match layout.partitions.get(area) {
        Some(partition) if partition.purpose.use_of() == Some(Use::Extended) => None,
        Some(partition) => Some(Rc::new(partition.window(disk))),
        None if layout.partitions.is_empty() && area == 0 => Some(Rc::clone(disk)),
        None => None,
    }
}

/// The areas of all disks that hold a part of something.
fn members(disks: &[Rc<dyn ReadAt>]) -> Result<Vec<Member>, Error> {
    let mut members = Vec::new();
    for (number, disk) in disks.iter().enumerate() {
        let layout = layout(disk)?;
        for area in 0..layout.partitions.len().max(1) {
            let Some(source) = source(disk, &layout, area) else { continue };
            let held = Held::read(&Glimpse::new(&*source))?;
            members.extend(held.map(|held| Member { place: (number, area), source, held }));
        }
    }
    Ok(members)
}
