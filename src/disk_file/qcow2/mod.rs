//! QEMU's qcow2, versions 2 and 3, read only.
//!
//! `docs/interop/qcow2.rst` of QEMU. A table of the second level tells of each cluster
//! of a stretch of the disk where it is; the first one, which is kept, where these
//! tables are. Of them slices are kept as they are needed. Counts of references matter
//! to nobody who only reads.

mod entry;
mod header;
mod packed;
mod slices;

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use self::entry::{Entry, Place};
use self::header::Header;
pub use self::header::{CompressionType, Facts, Snapshot};
use self::packed::Unpacked;
use self::slices::{SLICE, Slices};
use super::Refusal;
use super::lost::Lost;
use crate::image::DiskImage;
use crate::source::{Error, Gap, GapKind, ReadAt, read_range, to_u64, to_usize};

/// Stretches that are passed for an answer that is given at once: [`ReadAt::gap`] and
/// [`ReadAt::trace`].
const PASSED_MAX: u32 = 1 << 10;

/// A disk in a qcow2 file.
pub(super) struct Qcow2 {
    source: Rc<dyn ReadAt>,
    header: Header,
    slices: Slices,
    unpacked: Unpacked,
    /// What was found to be lost when it was read.
    lost: RefCell<Lost>,
}

/// A stretch of the disk with one place.
struct Stretch {
    range: Range<u64>,
    place: Place,
}

/// Where the entry of a place on the disk is.
enum Told {
    /// In no table, up to here: it is zeros, or lost if there should be one.
    Nowhere { until: u64, place: Place },
    /// In this slice of a table, at this byte of it.
    In { slice: Range<u64>, at: usize },
}

impl Qcow2 {
    pub(super) fn open(source: Rc<dyn ReadAt>) -> Result<Self, Refusal> {
        let header = Header::read(&*source)?;
        let (slices, unpacked) = (Slices::default(), Unpacked::default());
        Ok(Self { source, header, slices, unpacked, lost: RefCell::default() })
    }

    pub(super) fn facts(&self) -> &Facts {
        &self.header.facts
    }

    pub(super) fn lost_bytes(&self) -> u64 {
        self.lost.borrow().bytes()
    }

    /// Where to find out about the byte at `offset`, which is before the disk's end.
    fn told(&self, offset: u64) -> Told {
        let facts = self.facts();
        let number = offset / facts.table_reach().max(1);
        let table = self.header.tables.get(to_usize(number)).copied().unwrap_or(0);
        let place = match self.source.size() {
            _ if table == 0 => Some(Place::Zero),
            // As QEMU says of it.
            _ if !table.is_multiple_of(facts.cluster_size) => Some(Place::Lost),
            Some(size) if table.saturating_add(facts.cluster_size) > size => Some(Place::Lost),
            _ => None,
        };
        if let Some(place) = place {
            let until = number.saturating_add(1).saturating_mul(facts.table_reach());
            return Told::Nowhere { until: until.min(facts.size), place };
        }
        let within = offset % facts.table_reach().max(1);
        let at = within.wrapping_shr(self.header.cluster_bits).saturating_mul(facts.entry_size());
        let start = table.saturating_add(at / SLICE * SLICE);
        let slice = start..start.saturating_add(SLICE.min(facts.cluster_size));
        Told::In { slice, at: to_usize(at % SLICE) }
    }

    /// The bytes of a slice; empty where they cannot be had.
    fn slice(&self, range: &Range<u64>) -> Result<Rc<[u8]>, Error> {
        if let Some(kept) = self.slices.get(range.start) {
            return Ok(kept);
        }
        let mut bytes = read_range(&*self.source, range.clone())?;
        if to_u64(bytes.len()) < range.end.saturating_sub(range.start) {
            bytes.clear();
        }
        Ok(self.slices.keep(range.start, bytes.into()))
    }

    /// The stretch from `offset` on, about up to `until`, or to the end of a slice; longer
    /// where that costs nothing. Without `may_read` nothing is read, and `None` is where
    /// that would be needed.
    fn stretch(&self, offset: u64, until: u64, may_read: bool) -> Result<Option<Stretch>, Error> {
        let facts = self.facts();
        let (slice, at) = match self.told(offset) {
            Told::Nowhere { until, place } => {
                return Ok(Some(Stretch { range: offset..until, place }));
            }
            Told::In { slice, at } => (slice, at),
        };
        let bytes = match self.slices.get(slice.start) {
            Some(kept) => kept,
            None if may_read => self.slice(&slice)?,
            None => return Ok(None),
        };
        let size = to_usize(facts.entry_size());
        let entries = bytes.get(at..).unwrap_or(&[]).chunks_exact(size);
        let cluster = offset / facts.cluster_size.max(1) * facts.cluster_size;
        if entries.len() == 0 {
            let left = to_usize(slice.end.saturating_sub(slice.start)).saturating_sub(at) / size;
            let end = cluster.saturating_add(to_u64(left).saturating_mul(facts.cluster_size));
            return Ok(Some(Stretch { range: offset..end.min(facts.size), place: Place::Lost }));
        }
        Ok(Some(self.joined(offset..until, cluster, entries)))
    }

    /// The stretch from the start of `wanted` on, of the units of these entries that go on
    /// with one another; the first entry is that of the cluster that begins at `cluster`.
    fn joined<'a>(
        &self,
        wanted: Range<u64>,
        cluster: u64,
        entries: impl Iterator<Item = &'a [u8]>,
    ) -> Stretch {
        let facts = self.facts();
        let offset = wanted.start;
        let mut found: Option<Stretch> = None;
        let is_enough = |found: &Option<Stretch>| {
            found.as_ref().is_some_and(|found| found.range.end >= wanted.end)
        };
        for (start, bytes) in (cluster..).step_by(to_usize(facts.cluster_size)).zip(entries) {
            if is_enough(&found) {
                break;
            }
            let entry = Entry::parse(bytes, facts);
            let unit = entry.unit(facts).max(1);
            let mut within = offset.saturating_sub(start) / unit * unit;
            while within < facts.cluster_size && !is_enough(&found) {
                let at = start.saturating_add(within);
                let end = at.saturating_add(unit).min(facts.size);
                let place = entry.place(within, facts);
                match &mut found {
                    None => {
                        let from = offset.max(at);
                        let place = place.further(from.saturating_sub(at));
                        found = Some(Stretch { range: from..end, place });
                    }
                    Some(stretch) if stretch.goes_on(&place) => stretch.range.end = end,
                    Some(_) => return found.unwrap_or_else(|| Stretch::nothing(offset)),
                }
                within = within.saturating_add(unit);
            }
        }
        found.unwrap_or_else(|| Stretch::nothing(offset))
    }

    /// The bytes of a compressed cluster; `None` if they cannot be had.
    fn cluster(&self, packed: &Range<u64>) -> Result<Option<Rc<[u8]>>, Error> {
        if let Some(kept) = self.unpacked.get(packed) {
            return Ok(kept);
        }
        let bytes = read_range(&*self.source, packed.clone())?;
        let size = to_usize(self.facts().cluster_size);
        let made: Option<Rc<[u8]>> = self.facts().compression.unpack(&bytes, size).map(Rc::from);
        self.unpacked.keep(packed.clone(), made.clone());
        Ok(made)
    }

    /// Reads from the start of a stretch; fewer bytes than there is room for where the
    /// stretch ends, none where they cannot be had.
    fn read(&self, stretch: &Stretch, buffer: &mut [u8]) -> Result<usize, Error> {
        let length = stretch.range.end.saturating_sub(stretch.range.start);
        let length = to_usize(length).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
        match &stretch.place {
            Place::Lost => Ok(0),
            Place::Zero => {
                buffer.fill(0);
                Ok(length)
            }
            Place::Stored(at) => self.source.read_at(*at, buffer),
            Place::Packed(packed) => {
                let Some(cluster) = self.cluster(packed)? else { return Ok(0) };
                let within = to_usize(stretch.range.start % self.facts().cluster_size.max(1));
                let bytes = cluster.get(within..).unwrap_or(&[]);
                buffer.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                Ok(length.min(bytes.len()))
            }
        }
    }

    /// A read of `stretch` gave `count` bytes and no more: from there on they are lost, to
    /// where the source has bytes again, unless more of it is yet to be known.
    fn lose(&self, stretch: &Stretch, count: usize) {
        let start = stretch.range.start.saturating_add(to_u64(count));
        let mut end = stretch.range.end;
        if let Place::Stored(at) = stretch.place {
            let from = at.saturating_add(to_u64(count));
            let gap = self.source.gap(from..from.saturating_add(1));
            match gap.filter(Gap::stops_reads) {
                Some(gap) if gap.kind == GapKind::NotYetKnown => return,
                Some(gap) => end = end.min(start.saturating_add(gap.end.saturating_sub(from))),
                None => {}
            }
        }
        self.lost.borrow_mut().add(start..end);
    }

    /// The first gap of the source with a byte of this stretch, where it is on the disk.
    fn gap_below(&self, stretch: &Stretch) -> Option<Gap> {
        match &stretch.place {
            Place::Zero => None,
            Place::Lost => {
                let Range { start, end } = stretch.range;
                Some(Gap { start, end, kind: GapKind::Lost })
            }
            Place::Packed(packed) => {
                let gap = self.source.gap(packed.clone())?;
                let Range { start, end } = stretch.range;
                Some(Gap { start, end, kind: gap.kind })
            }
            &Place::Stored(at) => {
                let Range { start, end } = stretch.range;
                let length = end.saturating_sub(start);
                let gap = self.source.gap(at..at.saturating_add(length))?;
                let here = |there: u64| start.saturating_add(there.saturating_sub(at)).min(end);
                Some(Gap { start: here(gap.start), end: here(gap.end), kind: gap.kind })
            }
        }
    }

    /// Where bytes of the disk are in the file, as far as that is known without reading.
    fn host(&self, offset: u64) -> u64 {
        let known = self.stretch(offset, offset, false).ok().flatten();
        match (known.map(|stretch| stretch.place), self.told(offset)) {
            (Some(Place::Stored(at)), _) => at,
            (Some(Place::Packed(packed)), _) => packed.start,
            (_, Told::In { slice, .. }) => slice.start,
            _ => 0,
        }
    }
}

impl Stretch {
    fn nothing(at: u64) -> Self {
        Self { range: at..at, place: Place::Lost }
    }

    /// Whether `next`, right behind it, goes on with it.
    fn goes_on(&self, next: &Place) -> bool {
        match (&self.place, next) {
            (Place::Zero, Place::Zero) | (Place::Lost, Place::Lost) => true,
            (Place::Stored(at), Place::Stored(next)) => {
                let length = self.range.end.saturating_sub(self.range.start);
                at.checked_add(length) == Some(*next)
            }
            _ => false,
        }
    }
}

impl ReadAt for Qcow2 {
    fn size(&self) -> Option<u64> {
        Some(self.facts().size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = to_usize(self.facts().size.saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..left) else { return Ok(0) };
        let end = offset.saturating_add(to_u64(left));
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(to_u64(done));
            let Some(stretch) = self.stretch(at, end, true)? else { break };
            let wanted = to_usize(stretch.range.end.saturating_sub(at)).min(rest.len());
            let count = self.read(&stretch, rest)?;
            done = done.saturating_add(count);
            if count < wanted || count == 0 {
                self.lose(&stretch, count);
                break;
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let mut found = self.lost.borrow().first(&range);
        let end = range.end.min(self.facts().size);
        let mut at = range.start;
        for _ in 0..PASSED_MAX {
            let end = found.map_or(end, |gap| gap.start.min(end));
            if at >= end {
                break;
            }
            let Ok(Some(stretch)) = self.stretch(at, end, false) else { break };
            if let Some(gap) = self.gap_below(&stretch).filter(|gap| gap.start < end) {
                found = Some(gap);
                break;
            }
            at = stretch.range.end.max(at.saturating_add(1));
        }
        found
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let end = range.end.min(self.facts().size);
        let mut at = range.start;
        for _ in 0..PASSED_MAX {
            if at >= end {
                break;
            }
            let Ok(Some(stretch)) = self.stretch(at, end, false) else {
                if let Told::In { slice, .. } = self.told(at) {
                    self.source.trace(slice, into);
                }
                break;
            };
            let length = stretch.range.end.min(end).saturating_sub(at);
            match &stretch.place {
                Place::Stored(from) => {
                    self.source.trace(*from..from.saturating_add(length), into);
                }
                Place::Packed(packed) => self.source.trace(packed.clone(), into),
                Place::Zero | Place::Lost => {}
            }
            at = stretch.range.end.max(at.saturating_add(1));
        }
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        if range.start >= self.facts().size {
            return Ok(true);
        }
        if let Told::In { slice, .. } = self.told(range.start)
            && self.slices.get(slice.start).is_none()
            && !self.source.approach(slice, work_max)?
        {
            return Ok(false);
        }
        let Some(stretch) = self.stretch(range.start, range.end, true)? else { return Ok(true) };
        let length = stretch.range.end.min(range.end).saturating_sub(range.start);
        match stretch.place {
            Place::Stored(at) => self.source.approach(at..at.saturating_add(length), work_max),
            Place::Packed(packed) => self.source.approach(packed, work_max),
            Place::Zero | Place::Lost => Ok(true),
        }
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.source.detour(self.host(from), self.host(offset))
    }
}

impl DiskImage for Qcow2 {
    /// What the tables say; where they cannot be read, that all is stored: reading it
    /// will tell.
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        let mut stored: Vec<Range<u64>> = Vec::new();
        let mut at = from;
        while at < self.facts().size {
            let Ok(Some(stretch)) = self.stretch(at, u64::MAX, true) else {
                stored.push(at..self.facts().size);
                break;
            };
            at = stretch.range.end.max(at.saturating_add(1));
            if matches!(stretch.place, Place::Zero | Place::Lost) {
                continue;
            }
            let is_full = stored.len() >= max;
            match stored.last_mut() {
                Some(last) if last.end == stretch.range.start => last.end = stretch.range.end,
                _ if is_full => break,
                _ => stored.push(stretch.range),
            }
        }
        stored
    }
}
