//! What the areas of all disks hold together: logical volumes, and arrays.

use core::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::array::{Members, Whole, array};
use crate::file_system::{RaidMember, raid_member};
use crate::partition::copies::Copies;
use crate::partition::lvm::{
    Group, PIECES_MAX, PhysicalVolume, Refusal, assemble, physical_volume,
};
use crate::source::{Error, Glimpse, ReadAt, sort_by_number, to_u64};

/// Which disk, and which of its areas.
pub(super) type Place = (usize, usize);

/// An area that holds a part of something.
pub(super) struct Member {
    pub(super) place: Place,
    pub(super) source: Rc<dyn ReadAt>,
    pub(super) held: Held,
}

/// What such an area holds.
pub(super) enum Held {
    Physical(PhysicalVolume),
    Raid(RaidMember),
}

impl Held {
    /// What an area holds by its own word; `None` if it is a part of nothing. What an array
    /// is made of may look like what is in the array.
    ///
    /// # Errors
    ///
    /// The source cannot be read. That bytes are lost is no error.
    pub(super) fn read(look: &Glimpse) -> Result<Option<Self>, Error> {
        let raid = raid_member(look)?;
        if raid.as_ref().is_some_and(|member| member.agrees) {
            return Ok(raid.map(Self::Raid));
        }
        let physical = physical_volume(look)?;
        Ok(physical.map(Self::Physical).or(raid.map(Self::Raid)))
    }

    /// Whether other areas may have a part in it.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::Physical(physical) => {
                physical.group.as_ref().is_none_or(|group| group.physical.len() > 1)
            }
            Self::Raid(_) => true,
        }
    }
}

/// What is put together.
///
/// Many fields: what is told of it, and its bytes.
pub(super) struct Part {
    /// The areas that it, or its group, lies on, in order.
    pub(super) places: Vec<Place>,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) size: u64,
    /// The disks that it lies on, in order.
    pub(super) disks: Vec<usize>,
    /// Whether areas beside the first may have a part in it.
    pub(super) is_shared: bool,
    pub(super) source: Result<Whole, Refusal>,
}

impl Part {
    /// The area that it is listed with.
    pub(super) fn place(&self) -> Place {
        self.places.first().copied().unwrap_or_default()
    }
}

/// An area, or an array, that is a physical volume.
struct Physical {
    places: Vec<Place>,
    source: Rc<dyn ReadAt>,
    volume: PhysicalVolume,
    is_shared: bool,
    /// Of the array that it is.
    copies: Option<Copies>,
}

/// All that is put together of `members`, which are in the order of their disks and
/// areas: in the order of their places, and of the volumes of each group.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub(super) fn parts(members: Vec<Member>) -> Result<Vec<Part>, Error> {
    let mut arrays: BTreeMap<String, (Vec<Place>, Members)> = BTreeMap::new();
    let (mut physical, mut parts) = (Vec::new(), Vec::new());
    for Member { place, source, held } in members {
        match held {
            Held::Raid(member) => {
                let (places, members) = arrays.entry(member.array.clone()).or_default();
                places.push(place);
                members.push((member, source));
            }
            Held::Physical(volume) => {
                let (places, is_shared, copies) = (vec![place], false, None);
                physical.push(Physical { places, source, volume, is_shared, copies });
            }
        }
    }
    for (id, (places, members)) in arrays {
        let source = array(&members)?;
        let inside = match &source {
            Ok((source, _)) => physical_volume(&Glimpse::new(&**source))?,
            Err(_) => None,
        };
        match (source, inside) {
            (Ok((source, copies)), Some(volume)) => {
                physical.push(Physical { places, source, volume, is_shared: true, copies });
            }
            (source, _) => parts.extend(array_part(&id, places, &members, source)),
        }
    }
    sort_by_number(&mut physical, |one: &Physical| {
        one.places.first().map_or(0, |place| number_of(*place))
    });
    parts.extend(groups(&physical)?);
    sort_by_number(&mut parts, |part: &Part| number_of(part.place()));
    Ok(parts)
}

/// In the order of these numbers places are told: by disk, and by area.
fn number_of((disk, area): Place) -> u64 {
    to_u64(disk) << 32 | to_u64(area)
}

fn array_part(
    id: &str,
    places: Vec<Place>,
    members: &Members,
    source: Result<Whole, Refusal>,
) -> Option<Part> {
    let (member, _) = members.first()?;
    Some(Part {
        name: member.name.clone().unwrap_or_else(|| id.to_owned()),
        kind: member.level_name(),
        size: member.size,
        disks: disks(places.iter()),
        places,
        is_shared: true,
        source,
    })
}

fn disks<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<usize> {
    let mut disks: Vec<usize> = places.map(|(disk, _)| *disk).collect();
    sort_by_number(&mut disks, |disk| to_u64(*disk));
    disks.dedup();
    disks
}

/// The logical volumes of all groups. Of the metadata of a group those count that have
/// seen most changes.
fn groups(physical: &[Physical]) -> Result<Vec<Part>, Error> {
    let mut newest: BTreeMap<&str, (&[Place], &Group)> = BTreeMap::new();
    for one in physical {
        let Some(group) = &one.volume.group else { continue };
        let known = newest.entry(&group.id).or_insert((&one.places, group));
        if known.1.changes < group.changes {
            *known = (&one.places, group);
        }
    }
    let (mut parts, left) = (Vec::new(), Cell::new(PIECES_MAX));
    for (told, group) in newest.into_values() {
        let chosen: Vec<_> =
            group.physical.iter().filter_map(|disk| chosen(physical, &disk.id)).collect();
        let sources: Vec<_> =
            chosen.iter().map(|one| (one.volume.uuid.clone(), Rc::clone(&one.source))).collect();
        let is_shared = group.physical.len() > 1 || chosen.iter().any(|one| one.is_shared);
        let mut places: Vec<_> = chosen.iter().flat_map(|one| &one.places).copied().collect();
        sort_by_number(&mut places, |place| number_of(*place));
        // None of the group's is there, but someone who knew of it.
        let places = if places.is_empty() { told.to_vec() } else { places };
        for (number, volume) in group.shown() {
            let on = group.on(number);
            let on = chosen.iter().filter(|one| on.contains(&one.volume.uuid.as_str()));
            let below = on.clone().fold(None, |below, one| Copies::worse(below, one.copies));
            let made = assemble(group, &sources, number, &left)?;
            parts.push(Part {
                places: places.clone(),
                name: volume.name.clone(),
                kind: volume.kind.clone(),
                size: volume.size,
                disks: disks(on.flat_map(|one| &one.places)),
                is_shared,
                source: made.map(|(source, own)| (source, Copies::worse(own, below))),
            });
        }
    }
    Ok(parts)
}

/// The physical volume with an identifier: of several, as of a disk and a copy of it, the
/// one whose metadata have seen most changes; none if two are alike.
fn chosen<'a>(physical: &'a [Physical], id: &str) -> Option<&'a Physical> {
    let changes = |one: &Physical| one.volume.group.as_ref().map(|group| group.changes);
    let all: Vec<_> = physical.iter().filter(|one| one.volume.uuid == id).collect();
    let most = all.iter().map(|one| changes(one)).max()?;
    let mut newest = all.into_iter().filter(|one| changes(one) == most);
    newest.next().filter(|_| newest.next().is_none())
}
