//! A volume group of LVM, as its metadata have it: the format of LVM2's
//! `lib/format_text/export.c`.

use core::ops::Range;

use super::lvm_text::{self, Section, Value};

/// Bytes in which LVM's metadata count.
const SECTOR: u64 = 512;

/// Logical volumes that are listed, at most.
pub const VOLUMES_MAX: usize = 128;

/// Volumes and disks of a group that are taken, at most, hidden ones as well.
const ALL_MAX: usize = 2048;

/// Pieces of a logical volume that are followed, at most.
const SEGMENTS_MAX: usize = 4096;

/// Disks and volumes that one lies on which are named, at most.
const NAMED_MAX: usize = 64;

/// A volume group, as one of its physical volumes tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub id: String,
    /// Counts its changes: of two physical volumes the one that knows more tells.
    pub changes: u64,
    /// Its physical volumes.
    pub physical: Vec<GroupDisk>,
    /// Its logical volumes, in the order of the metadata; those that LVM hides as well.
    pub volumes: Vec<LogicalVolume>,
}

/// A physical volume of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDisk {
    /// What the group calls it.
    pub(super) name: String,
    /// Its identifier, with hyphens.
    pub id: String,
    /// The device that it was seen at last: a hint.
    pub device: String,
    /// Where its extents start, bytes.
    pub(super) start: u64,
    /// Whether it was missing when the group was changed.
    pub(super) is_missing: bool,
}

/// A logical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalVolume {
    /// Its name, without the group's.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// How it is put together, in LVM's word: "striped" for one that is linear.
    pub kind: String,
    /// Whether LVM hides it: it is a part of another one.
    pub is_hidden: bool,
    /// Whether its copies were never made the same.
    pub(super) is_unlike: bool,
    /// Whether it is to be filled from the other copies.
    pub(super) is_rebuilt: bool,
    pub(super) segments: Vec<Segment>,
}

/// A stretch of a logical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its bytes in the volume.
    pub(super) range: Range<u64>,
    pub(super) weave: Weave,
    /// What it lies on, and from which byte there: physical or logical volumes.
    pub(super) on: Vec<(String, u64)>,
}

/// How the bytes of a stretch lie on what it lies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Weave {
    /// By turns: so many bytes of each.
    Striped(u64),
    /// All on each, in a mirror of the device mapper: with the volume that has its log,
    /// and bytes of a region.
    Mirror(Option<String>, u64),
    /// All on each, as md does: what tells of each, and its bytes, are neighbours.
    Raid1,
    /// In chunks of a pool of thin volumes, that knows it by this number.
    Thin(u64),
    /// Such a pool, on its metadata and its data: bytes of a chunk, and its last change.
    Pool(u64, u64),
    /// As is not read here.
    Other,
}

impl Group {
    /// The group of a text; `None` if it is none.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let top = lvm_text::parse(text)?;
        let (name, group) = top.iter().find_map(|(name, value)| Some((name, value.section()?)))?;
        let extent = group.number("extent_size")?.checked_mul(SECTOR)?;
        let sections = |name: &str| {
            let all = group.section(name).into_iter().flat_map(Section::iter);
            all.filter_map(|(name, value)| Some((name, value.section()?))).take(ALL_MAX)
        };
        let physical = sections("physical_volumes").filter_map(|(name, disk)| {
            Some(GroupDisk {
                name: name.clone(),
                id: disk.text("id")?.to_owned(),
                device: disk.text("device").unwrap_or_default().to_owned(),
                start: disk.number("pe_start")?.checked_mul(SECTOR)?,
                is_missing: disk.texts("flags").any(|flag| flag == "MISSING"),
            })
        });
        let mut volumes: Vec<LogicalVolume> = sections("logical_volumes")
            .filter_map(|(name, volume)| LogicalVolume::parse(name, volume, extent))
            .collect();
        // A snapshot says in a volume of its own which others have a part in it: that one
        // LVM hides, and shows the one that holds what was changed.
        for (own, volume) in sections("logical_volumes") {
            let segments = volume.iter().filter_map(|(_, value)| value.section());
            for (held, origin) in segments.filter_map(snapshot) {
                for volume in &mut volumes {
                    if volume.name == *own {
                        volume.is_hidden = true;
                    } else if volume.name == held {
                        volume.is_hidden = false;
                        volume.refuse("snapshot");
                    } else if Some(volume.name.as_str()) == origin {
                        volume.refuse("snapshot-merge");
                    }
                }
            }
        }
        Some(Self {
            name: name.clone(),
            id: group.text("id")?.to_owned(),
            changes: group.number("seqno")?,
            physical: physical.collect(),
            volumes,
        })
    }

    /// The logical volumes that LVM shows, with their numbers among all: those that are listed.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &LogicalVolume)> {
        let shown = self.volumes.iter().enumerate().filter(|(_, volume)| !volume.is_hidden);
        shown.take(VOLUMES_MAX)
    }

    /// The identifiers of the physical volumes that volume `number` lies on, as far as it
    /// says so itself.
    #[must_use]
    pub fn on(&self, number: usize) -> Vec<&str> {
        let (mut found, mut seen, mut at) = (Vec::new(), vec![number], 0);
        while let Some(&number) = seen.get(at).filter(|_| at < NAMED_MAX) {
            at = at.saturating_add(1);
            let Some(volume) = self.volumes.get(number) else { continue };
            let names = volume.segments.iter().flat_map(|segment| &segment.on).take(NAMED_MAX);
            for (name, _) in names {
                let physical = self.physical.iter().find(|disk| disk.name == *name);
                let inner = self.volumes.iter().position(|volume| volume.name == *name);
                found.extend(physical.map(|disk| disk.id.as_str()));
                seen.extend(inner.filter(|inner| physical.is_none() && !seen.contains(inner)));
            }
        }
        found
    }
}

/// Of a snapshot: the volume that holds what was changed, and the origin if that is being
/// merged into it. Neither holds by itself what it stands for.
fn snapshot(segment: &Section) -> Option<(&str, Option<&str>)> {
    if segment.text("type") != Some("snapshot") {
        return None;
    }
    match segment.text("merging_store") {
        Some(held) => Some((held, segment.text("origin"))),
        None => Some((segment.text("cow_store")?, None)),
    }
}

impl LogicalVolume {
    /// What it holds is not read, whatever it lies on.
    fn refuse(&mut self, kind: &str) {
        kind.clone_into(&mut self.kind);
        for segment in &mut self.segments {
            segment.weave = Weave::Other;
        }
    }

    fn parse(name: &str, volume: &Section, extent: u64) -> Option<Self> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut kind = String::new();
        let all = volume.iter().filter(|(name, _)| name.starts_with("segment"));
        for (_, segment) in all.filter_map(|(name, value)| Some((name, value.section()?))) {
            let found = segment.text("type")?;
            // What is not linear tells more of it.
            if kind.is_empty() || kind == "striped" {
                found.clone_into(&mut kind);
            }
            let start = segment.number("start_extent")?.checked_mul(extent)?;
            let end = segment.number("extent_count")?.checked_mul(extent)?.checked_add(start)?;
            // Segments stand in order; what does not is not put together here.
            let is_next = segments.last().map_or(0, |last| last.range.end) == start;
            let is_known = is_next && segments.len() < SEGMENTS_MAX;
            let woven = is_known.then(|| weave(found, segment, extent)).flatten();
            let (weave, on) = woven.unwrap_or((Weave::Other, Vec::new()));
            segments.push(Segment { range: start..end, weave, on });
            if segments.len() > SEGMENTS_MAX {
                break;
            }
        }
        let has = |name: &str| volume.texts("status").any(|status| status == name);
        Some(Self {
            name: name.to_owned(),
            size: segments.last().map_or(0, |last| last.range.end),
            kind,
            is_hidden: !has("VISIBLE"),
            is_unlike: has("NOTSYNCED") || has("PVMOVE"),
            is_rebuilt: has("REBUILD"),
            segments,
        })
    }
}

/// How a segment of this type lies on others; `None` if that makes no sense.
fn weave(kind: &str, segment: &Section, extent: u64) -> Option<(Weave, Vec<(String, u64)>)> {
    match kind {
        "striped" => {
            let on = placed(segment.list("stripes")?, extent)?;
            // One stripe needs no length.
            let stripe = segment.number("stripe_size").unwrap_or(0).checked_mul(SECTOR)?;
            let is_whole = on.len() == 1 || stripe > 0;
            is_whole.then_some((Weave::Striped(stripe), on))
        }
        "mirror" => {
            let on = placed(segment.list("mirrors")?, extent)?;
            let log = segment.text("mirror_log").map(str::to_owned);
            let region = segment.number("region_size").unwrap_or(0).checked_mul(SECTOR)?;
            Some((Weave::Mirror(log, region), on))
        }
        "raid1" => {
            let names = segment.texts("raids").map(|name| (name.to_owned(), 0));
            Some((Weave::Raid1, names.collect()))
        }
        // What was never written is read from elsewhere.
        "thin" if segment.text("external_origin").is_some() => Some((Weave::Other, Vec::new())),
        "thin" => {
            let pool = segment.text("thin_pool")?.to_owned();
            Some((Weave::Thin(segment.number("device_id")?), vec![(pool, 0)]))
        }
        "thin-pool" => {
            let names = ["metadata", "pool"].map(|name| segment.text(name));
            let on = names.into_iter().map(|name| Some((name?.to_owned(), 0)));
            let chunk = segment.number("chunk_size")?.checked_mul(SECTOR)?;
            let pool = Weave::Pool(chunk, segment.number("transaction_id")?);
            Some((pool, on.collect::<Option<_>>()?))
        }
        _ => Some((Weave::Other, Vec::new())),
    }
}

/// Pairs of a name and a number of extents.
fn placed(list: &[Value], extent: u64) -> Option<Vec<(String, u64)>> {
    let (pairs, rest) = list.as_chunks::<2>();
    let place = |pair: &[Value; 2]| match pair {
        [Value::Text(on), Value::Number(at)] => Some((on.clone(), at.checked_mul(extent)?)),
        _ => None,
    };
    let on: Option<Vec<_>> = pairs.iter().map(place).collect();
    on.filter(|on| !on.is_empty() && rest.is_empty())
}
