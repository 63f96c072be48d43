//! The few places of a disk that are looked at, kept from when they came by.

use core::cell::{Cell, RefCell};
use core::ops::{Range, RangeInclusive};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::source::{Error, Gap, GapKind, ReadAt, gaps, read_range, to_u64, to_usize};

/// Bytes of a place: a cluster, which an archive holds in one piece.
pub const PLACE: u64 = 64 << 10;

/// Places that are kept of a disk, at most.
pub const PLACES_MAX: usize = 320;

/// Places that are sought of a disk, at most.
const SOUGHT_MAX: usize = 4096;

/// Places of one disk: those that were read, and those that are wanted and could not
/// be had yet, or not without decoding what lies far away. Counted in units of
/// 64 KiB.
#[derive(Default)]
pub struct Places {
    kept: RefCell<BTreeMap<u64, Vec<u8>>>,
    wanted: RefCell<BTreeSet<u64>>,
    /// Those that will be asked for once the disk is opened: approached, and not read.
    sought: RefCell<BTreeSet<u64>>,
    /// Reads of the disk so far, and their bytes.
    read: Cell<(u64, u64)>,
}

impl Places {
    /// Those that are wanted.
    #[must_use]
    pub fn wanted(&self) -> Vec<u64> {
        self.wanted.borrow().iter().copied().collect()
    }

    /// Wants the place that it begins with.
    pub(super) fn want(&self, place: u64) {
        self.wanted.borrow_mut().insert(place);
    }

    /// Whether a place is wanted.
    pub(super) fn is_wanted(&self, place: u64) -> bool {
        self.wanted.borrow().contains(&place)
    }

    /// Whether one of `places` is wanted.
    pub(super) fn wants_any(&self, places: RangeInclusive<u64>) -> bool {
        self.wanted.borrow().range(places).next().is_some()
    }

    /// Whether one of `places` is sought, which it is no more then.
    pub(super) fn take_sought(&self, places: RangeInclusive<u64>) -> bool {
        let mut sought = self.sought.borrow_mut();
        let found = sought.range(places).next().copied();
        found.is_some_and(|place| sought.remove(&place))
    }

    /// Lets go of all bytes that are kept, and of all that is wanted.
    pub(super) fn clear(&self) {
        self.kept.take();
        self.wanted.take();
    }

    /// Reads of the disk so far, and their bytes.
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        self.read.get()
    }

    /// Bytes that are kept.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        self.kept.borrow().values().map(Vec::len).sum()
    }

    /// Reads the bytes of `range`, all in one place, into `buffer` if they are kept.
    fn copy(&self, place: u64, within: Range<usize>, buffer: &mut [u8]) -> Option<usize> {
        let kept = self.kept.borrow();
        let bytes = kept.get(&place)?;
        let bytes = bytes.get(within.start..within.end.min(bytes.len())).unwrap_or(&[]);
        buffer.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Some(bytes.len())
    }
}

/// A disk of which only those places are read that are kept, or quick to be had: the
/// others are not yet known, and wanted.
pub struct Held {
    disk: Rc<dyn ReadAt>,
    places: Rc<Places>,
}

impl Held {
    /// The disk, with what is kept of it.
    #[must_use]
    pub fn new(disk: Rc<dyn ReadAt>, places: Rc<Places>) -> Self {
        Self { disk, places }
    }

    /// Where a place ends.
    fn range(&self, place: u64) -> Range<u64> {
        let start = place.saturating_mul(PLACE);
        start..start.saturating_add(PLACE).min(self.disk.size().unwrap_or(u64::MAX))
    }

    /// Keeps a place if it can be read and is quick; otherwise wants it. Returns whether
    /// its bytes can be read now, as far as they are not lost.
    fn take(&self, place: u64) -> Result<bool, Error> {
        let range = self.range(place);
        let mut stops = gaps(&*self.disk, range.clone()).filter(Gap::stops_reads).peekable();
        let is_whole = stops.peek().is_none();
        let is_known = stops.all(|gap| gap.kind == GapKind::Lost);
        if !is_known || !self.disk.approach(range.clone(), 0)? {
            self.places.want(place);
            return Ok(false);
        }
        self.places.wanted.borrow_mut().remove(&place);
        if is_whole && self.places.kept.borrow().len() < PLACES_MAX {
            let bytes = read_range(&*self.disk, range.clone())?;
            self.note(to_u64(bytes.len()));
            // Less, if what is lost showed only now: then it is read as it is.
            if to_u64(bytes.len()) == range.end.saturating_sub(range.start) {
                self.places.kept.borrow_mut().insert(place, bytes);
            }
        }
        Ok(true)
    }

    fn note(&self, bytes: u64) {
        let (count, sum) = self.places.read.get();
        self.places.read.set((count.saturating_add(1), sum.saturating_add(bytes)));
    }
}

impl ReadAt for Held {
    fn size(&self) -> Option<u64> {
        self.disk.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = self.size().unwrap_or(u64::MAX).saturating_sub(offset);
        let length = to_usize(left).min(buffer.len());
        let mut done = 0_usize;
        while done < length {
            let at = offset.saturating_add(to_u64(done));
            let (place, within) = (at / PLACE, to_usize(at % PLACE));
            let count = length.saturating_sub(done).min(to_usize(PLACE).saturating_sub(within));
            let room = buffer.get_mut(done..done.saturating_add(count)).unwrap_or(&mut []);
            let here = within..within.saturating_add(count);
            let mut copied = self.places.copy(place, here.clone(), room);
            if copied.is_none() && self.take(place)? {
                copied = self.places.copy(place, here, room);
                if copied.is_none() {
                    let read = self.disk.read_at(at, room)?;
                    self.note(to_u64(read));
                    copied = Some(read);
                }
            }
            let copied = copied.unwrap_or(0);
            done = done.saturating_add(copied);
            if copied < count {
                break;
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let below = self.disk.gap(range.clone());
        let places = range.start / PLACE..range.end.div_ceil(PLACE);
        let wanted = (!places.is_empty())
            .then(|| self.places.wanted.borrow().range(places).next().copied())
            .flatten();
        let wanted = wanted.map(|place| {
            let Range { start, end } = self.range(place);
            Gap { start, end, kind: GapKind::NotYetKnown }
        });
        match (below, wanted) {
            (Some(below), Some(wanted)) if wanted.start < below.start => Some(wanted),
            // What is in doubt and cannot be had yet, cannot be had yet.
            (Some(below), Some(wanted)) if !below.stops_reads() && below.start < wanted.end => {
                Some(if below.start < wanted.start { below } else { wanted })
            }
            (below, wanted) => below.or(wanted),
        }
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.disk.trace(range, into);
    }

    /// What is approached before it came by is sought from then on.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let gap = self.disk.gap(range.start..range.start.saturating_add(1));
        if gap.is_none_or(|gap| gap.kind != GapKind::NotYetKnown) {
            return self.disk.approach(range, work_max);
        }
        let mut sought = self.places.sought.borrow_mut();
        if sought.len() < SOUGHT_MAX {
            sought.insert(range.start / PLACE);
        }
        Ok(false)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.disk.detour(from, offset)
    }
}
