//! The bytes of a logical volume, put together from those of physical volumes.

use core::cell::Cell;
use core::ops::Range;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::copies::Copies;
use super::lvm_group::{Group, GroupDisk, LogicalVolume, Segment, Weave};
use super::lvm_refusal::Refusal;
use super::lvm_thin::{self, Pool};
use super::raid_bitmap;
use crate::source::{Error, Glimpse, Mirrored, ReadAt, Spread, Window, le_u32, le_u64};

/// How deep volumes may lie in one another: LVM's lie three deep.
const DEPTH_MAX: usize = 6;

/// Pieces that all volumes are put together from, at most.
pub const PIECES_MAX: usize = 65_536;

/// Bytes of what dm-raid writes down on each leg (`struct dm_raid_superblock` in
/// `drivers/md/dm-raid.c`) up to what is read of it; its bitmap follows at 4096.
const LEG_LENGTH: usize = 64;
const LEG_BITMAP: u64 = 4096;

/// What came of an attempt: bytes, or why there are none. The outer error is the source's.
type Put<Value> = Result<Result<Value, Refusal>, Error>;

/// Puts together volume number `number` of all of a group, of which `disks` are those
/// physical volumes that are there, with their identifiers; hidden volumes and their legs
/// are found among the others. Takes from `left` as many pieces as it is made of, of
/// [`PIECES_MAX`] for all volumes together. Says of the mirrors in it what lacks of them.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn assemble(
    group: &Group,
    disks: &[(String, Rc<dyn ReadAt>)],
    number: usize,
    left: &Cell<usize>,
) -> Put<(Rc<dyn ReadAt>, Option<Copies>)> {
    let Some(volume) = group.volumes.get(number) else { return Ok(Err(Refusal::Corrupt)) };
    let volumes = group.volumes.iter().map(|volume| (volume.name.as_str(), volume)).collect();
    let assembly = Assembly { group, disks, volumes, left, copies: Cell::new(None) };
    let made = assembly.volume(volume, 0)?;
    Ok(made.map(|source| (source, assembly.copies.get())))
}

struct Assembly<'a> {
    group: &'a Group,
    disks: &'a [(String, Rc<dyn ReadAt>)],
    volumes: BTreeMap<&'a str, &'a LogicalVolume>,
    left: &'a Cell<usize>,
    /// Of the mirrors that were come by.
    copies: Cell<Option<Copies>>,
}

impl Assembly<'_> {
    fn volume(&self, volume: &LogicalVolume, depth: usize) -> Put<Rc<dyn ReadAt>> {
        if depth > DEPTH_MAX || volume.segments.is_empty() {
            return Ok(Err(Refusal::Corrupt));
        }
        // What is not read at all is said before what is missing of it.
        let is_other = |segment: &Segment| matches!(segment.weave, Weave::Other | Weave::Pool(..));
        if volume.segments.iter().any(is_other) {
            return Ok(Err(Refusal::Kind(volume.kind.clone())));
        }
        let mut whole = Spread::default();
        let mut missing: Vec<String> = Vec::new();
        for segment in &volume.segments {
            if !self.take(segment.on.len()) {
                return Ok(Err(Refusal::Corrupt));
            }
            let length = segment.range.end.saturating_sub(segment.range.start);
            match self.segment(volume, segment, length, depth)? {
                Ok((stripe, on)) => whole.push(segment.range.start, length, stripe, on),
                Err(Refusal::Missing(names)) => {
                    missing.extend(names);
                    missing.dedup();
                }
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        if !missing.is_empty() {
            return Ok(Err(Refusal::Missing(missing)));
        }
        let whole: Rc<dyn ReadAt> = Rc::new(whole);
        Ok(if whole.size() == Some(volume.size) { Ok(whole) } else { Err(Refusal::Corrupt) })
    }

    /// Counts pieces; returns whether there may be so many more.
    fn take(&self, count: usize) -> bool {
        let left = self.left.get().checked_sub(count.max(1));
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// What a segment lies on, and in stripes of how many bytes.
    fn segment(
        &self,
        volume: &LogicalVolume,
        segment: &Segment,
        length: u64,
        depth: usize,
    ) -> Put<(u64, Vec<Rc<dyn ReadAt>>)> {
        let (stripe, legs) = match &segment.weave {
            Weave::Other | Weave::Pool(..) => {
                return Ok(Err(Refusal::Kind(volume.kind.clone())));
            }
            Weave::Thin(device) => {
                let thin = self.thin(segment, *device, length, depth)?;
                return Ok(thin.map(|source| (0, vec![source])));
            }
            Weave::Striped(stripe) => {
                let mut below = Vec::new();
                let mut missing = Vec::new();
                let rows = length / u64::try_from(segment.on.len()).unwrap_or(1).max(1);
                for (name, at) in &segment.on {
                    match self.place(name, *at, rows, depth)? {
                        Ok(source) => below.push(source),
                        Err(Refusal::Missing(names)) => missing.extend(names),
                        Err(refusal) => return Ok(Err(refusal)),
                    }
                }
                let is_whole = missing.is_empty();
                return Ok(if is_whole {
                    Ok((*stripe, below))
                } else {
                    Err(Refusal::Missing(missing))
                });
            }
            Weave::Mirror(log, region) => {
                (0, self.mirror(segment, log.as_deref(), *region, length, depth)?)
            }
            Weave::Raid1 => (0, self.raid1(volume, segment, length, depth)?),
        };
        Ok(legs.map(|source| (stripe, vec![source])))
    }

    /// A thin volume of `size` bytes.
    fn thin(&self, segment: &Segment, device: u64, size: u64, depth: usize) -> Put<Rc<dyn ReadAt>> {
        let pool = segment.on.first().and_then(|(name, _)| self.named(name));
        let Some([Segment { weave: Weave::Pool(chunk, transaction), on, .. }]) =
            pool.map(|pool| pool.segments.as_slice())
        else {
            return Ok(Err(Refusal::Corrupt));
        };
        let [(metadata, _), (data, _)] = on.as_slice() else { return Ok(Err(Refusal::Corrupt)) };
        let metadata = self.place(metadata, 0, u64::MAX, depth.saturating_add(1))?;
        let data = self.place(data, 0, u64::MAX, depth.saturating_add(1))?;
        match (metadata, data) {
            (Ok(metadata), Ok(data)) => {
                let (chunk, transaction) = (*chunk, *transaction);
                let pool = Pool { metadata, data, chunk, transaction };
                // What is in many pieces leaves enough for all others.
                let half = self.left.get() / 2;
                let left = Cell::new(half);
                let made = lvm_thin::assemble(&pool, device, size, &left);
                let taken = half.saturating_sub(left.get());
                self.left.set(self.left.get().saturating_sub(taken));
                made
            }
            (Err(refusal), _) | (_, Err(refusal)) => Ok(Err(refusal)),
        }
    }

    /// `length` bytes from `at` on of a physical or a logical volume.
    fn place(&self, name: &str, at: u64, length: u64, depth: usize) -> Put<Rc<dyn ReadAt>> {
        let named = |disk: &&GroupDisk| disk.name == name;
        let (source, start) = if let Some(disk) = self.group.physical.iter().find(named) {
            let found = self.disks.iter().find(|(id, _)| *id == disk.id);
            // What was missing when the group was changed holds what was before.
            let Some((_, found)) = found.filter(|_| !disk.is_missing) else {
                let name = if disk.device.is_empty() { &disk.id } else { &disk.device };
                return Ok(Err(Refusal::Missing(vec![name.clone()])));
            };
            (Rc::clone(found), disk.start.saturating_add(at))
        } else {
            let Some(volume) = self.named(name) else { return Ok(Err(Refusal::Corrupt)) };
            match self.volume(volume, depth.saturating_add(1))? {
                Ok(source) => (source, at),
                Err(refusal) => return Ok(Err(refusal)),
            }
        };
        Ok(Ok(Rc::new(Window::new(source, start..start.saturating_add(length)))))
    }

    fn named(&self, name: &str) -> Option<&LogicalVolume> {
        self.volumes.get(name).copied()
    }

    /// A mirror of the device mapper: its first leg, and others where its log lets them.
    fn mirror(
        &self,
        segment: &Segment,
        log: Option<&str>,
        region: u64,
        length: u64,
        depth: usize,
    ) -> Put<Rc<dyn ReadAt>> {
        let mut legs = Vec::new();
        for (name, at) in &segment.on {
            match self.place(name, *at, length, depth)? {
                Ok(source) => legs.push(source),
                // All that is known is that the first is right.
                Err(refusal) if legs.is_empty() => return Ok(Err(refusal)),
                Err(_) => {}
            }
        }
        let mut differing = None;
        if let Some(log) = log.and_then(|name| self.named(name))
            && let Ok(log) = self.volume(log, depth.saturating_add(1))?
        {
            differing = raid_bitmap::of_mirror(&*log, region, length)?;
        }
        Ok(Ok(self.mirrored(legs, segment.on.len(), differing, length)))
    }

    /// A RAID 1: legs that are up to date by what dm-raid wrote down on each.
    fn raid1(
        &self,
        volume: &LogicalVolume,
        segment: &Segment,
        length: u64,
        depth: usize,
    ) -> Put<Rc<dyn ReadAt>> {
        let mut legs = Vec::new();
        let mut refused = None;
        for (position, pair) in (0_u32..).zip(segment.on.chunks_exact(2)) {
            let [(meta, _), (image, _)] = pair else { continue };
            let is_rebuilt = self.named(image).is_none_or(|image| image.is_rebuilt);
            let meta = self.place(meta, 0, u64::MAX, depth)?;
            let image = self.place(image, 0, length, depth)?;
            match (meta, image) {
                (Ok(meta), Ok(image)) if !is_rebuilt => {
                    legs.extend(Leg::read(meta, image, position)?);
                }
                (Err(refusal), _) | (_, Err(refusal)) => refused = Some(refusal),
                _ => {}
            }
        }
        let newest = legs.iter().map(|leg| leg.events).max();
        legs.retain(|leg| Some(leg.events) == newest);
        let failed = legs.iter().fold(0, |all, leg| all | leg.failed);
        legs.retain(|leg| {
            leg.is_filled && 1_u64.checked_shl(leg.position).unwrap_or(1) & failed == 0
        });
        let Some(first) = legs.first() else {
            return Ok(Err(refused.unwrap_or(Refusal::NotUpToDate)));
        };
        let is_alike = first.is_alike && !volume.is_unlike;
        let bitmap = raid_bitmap::of_md(&*first.meta, LEG_BITMAP, first.events, length)?;
        let differing = bitmap.filter(|_| is_alike);
        let images = legs.into_iter().map(|leg| leg.image).collect();
        Ok(Ok(self.mirrored(images, segment.on.len() / 2, differing, length)))
    }

    /// Copies of the same, of `all` that there should be: where they may differ, the first
    /// counts; `None` is everywhere.
    fn mirrored(
        &self,
        copies: Vec<Rc<dyn ReadAt>>,
        all: usize,
        differing: Option<Vec<Range<u64>>>,
        size: u64,
    ) -> Rc<dyn ReadAt> {
        let told = Copies::new(all, copies.len(), differing.as_deref(), size);
        self.copies.set(Copies::worse(self.copies.get(), Some(told)));
        let everywhere = 0..size;
        Rc::new(Mirrored::new(copies, differing.unwrap_or_else(|| vec![everywhere]), size))
    }
}

/// A leg of a RAID 1.
struct Leg {
    meta: Rc<dyn ReadAt>,
    image: Rc<dyn ReadAt>,
    position: u32,
    /// Counts what happened to the array.
    events: u64,
    /// A bit for each leg that has failed.
    failed: u64,
    /// Whether it was filled to its end.
    is_filled: bool,
    /// Whether all legs were made the same.
    is_alike: bool,
}

impl Leg {
    /// What is written down on a leg; `None` if that cannot be read, or is another one's.
    fn read(
        meta: Rc<dyn ReadAt>,
        image: Rc<dyn ReadAt>,
        position: u32,
    ) -> Result<Option<Self>, Error> {
        let look = Glimpse::new(&*meta);
        let Some(head) = look.bytes(0, LEG_LENGTH)? else { return Ok(None) };
        let is_own = head.starts_with(b"DmRd")
            && le_u32(&head, 12) == position
            && le_u32(&head, 48) == 1
            && !look.take_lacking().in_doubt;
        Ok(is_own.then(|| Self {
            position,
            events: le_u64(&head, 16),
            failed: le_u64(&head, 24),
            is_filled: le_u64(&head, 32) == u64::MAX,
            is_alike: le_u64(&head, 40) == u64::MAX,
            meta,
            image,
        }))
    }
}
