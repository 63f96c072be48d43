//! Reads extent headers with few reads, whatever lies between them.
//!
//! Where extents are large, each header is read by itself. Where they are
//! small, as in a stretch of zeros, one read of a whole window serves many.

use core::ops::Range;
use std::rc::Rc;

use uuid::Uuid;

use super::scouts::{SMALL_EXTENT, Scouting, Scouts};
use crate::archive::extent::{HEADER_LENGTH, HEADER_SIZE};
use crate::source::{Error, GapKind, ReadAt, lost_until, to_u64};

/// Bytes of a window.
const WINDOW: usize = 512 << 10;

/// Windows that are predicted ahead.
const WINDOWS_AHEAD: u64 = 4;

/// Headers that are predicted ahead, at most.
const HEADERS_AHEAD: u32 = 32;

/// Bytes that a step reads and decodes on its way to the next header, about:
/// a browser does that in a few milliseconds.
const APPROACH_PER_STEP: u64 = 8 << 20;

/// Bytes of contents that a step goes over before no further header is begun.
const CONTENTS_PER_STEP: u64 = 2 << 20;

/// The same where what was decoded must still be at hand after the step.
const SHORT_APPROACH: u64 = 2 << 20;

/// Headers of large extents that a step reads where none can be foretold.
const HEADERS_UNTOLD: u32 = 4;

/// A buffer over a source that moves forward with the scan.
///
/// Many fields: what is at hand, and what the choice of the next read goes by.
pub(crate) struct Lookahead {
    source: Rc<dyn ReadAt>,
    buffer: Vec<u8>,
    start: u64,
    mean_extent: Option<u64>,
    last_extent: u64,
    /// How many extents in a row had the same size.
    streak: u32,
    /// Headers that could be foretold when this step began.
    foretold: u32,
    /// Windows read in this step.
    windows: u64,
    short_steps: bool,
    /// Where the source was approached last.
    approached: u64,
    /// Bytes that were approached in this step.
    advanced: u64,
    /// Extents that are shorter on average are read through windows.
    small: u64,
    scouts: Option<Scouts>,
}

impl Lookahead {
    pub(crate) fn new(source: Rc<dyn ReadAt>) -> Self {
        let buffer = Vec::new();
        Self {
            source,
            buffer,
            start: 0,
            mean_extent: None,
            last_extent: 0,
            streak: 0,
            foretold: 0,
            windows: 0,
            short_steps: false,
            approached: 0,
            advanced: 0,
            small: SMALL_EXTENT,
            scouts: None,
        }
    }

    /// From now on headers are read far ahead, too, where each takes a read of its
    /// own: for a source of which any byte is as near as any other.
    pub(crate) fn scout(&mut self, scouting: Scouting) {
        self.small = scouting.small;
        self.scouts = Some(Scouts::new(scouting));
    }

    /// From now on steps end after one header, or a little work towards it.
    pub(crate) fn take_short_steps(&mut self) {
        self.short_steps = true;
    }

    /// Where the source ends, as far as is known.
    pub(crate) fn end(&self) -> u64 {
        self.source.size().unwrap_or_else(|| self.buffer_end())
    }

    /// Starts a step, whose reads may have been fetched before it: it goes on at the
    /// header at `at`, of an extent of archive `uuid`.
    pub(crate) fn begin_step(&mut self, at: u64, uuid: Uuid) {
        self.foretold = self.headers_ahead();
        self.windows = 0;
        self.advanced = 0;
        if self.short_steps || self.uses_windows() {
            return;
        }
        let (Some(mean), Some(scouts)) = (self.mean_extent, &mut self.scouts) else { return };
        if scouts.are_out() {
            scouts.go_on(&*self.source, uuid);
        } else if let Some(end) = self.source.size() {
            let is_alike = self.streak >= 2;
            let extent = if is_alike { self.last_extent } else { mean };
            scouts.send(at, extent.next_multiple_of(HEADER_SIZE), end);
        }
    }

    /// Those who are under way, if it is by them that headers are read.
    fn scouts_out(&self) -> Option<&Scouts> {
        let is_theirs = !self.short_steps && !self.uses_windows();
        self.scouts.as_ref().filter(|scouts| is_theirs && scouts.are_out())
    }

    /// Whether as much was read in this step, with `headers` headers, as could
    /// be foretold: what comes next, at `at`, should be foretold anew. Or whether as
    /// much was decoded as a step should.
    pub(crate) fn is_spent(&self, headers: u32, at: u64) -> bool {
        if self.source.size().is_none() && self.advanced >= CONTENTS_PER_STEP {
            true
        } else if self.short_steps {
            headers > 0
        } else if self.uses_windows() {
            self.windows >= WINDOWS_AHEAD
        } else if let Some(scouts) = self.scouts_out() {
            headers > 0 && !scouts.have(at)
        } else {
            headers >= self.foretold.max(HEADERS_UNTOLD)
        }
    }

    /// Notes the size of an extent, to choose and predict further reads by.
    pub(crate) fn note_extent(&mut self, size: u64) {
        self.streak = if size == self.last_extent { self.streak.saturating_add(1) } else { 0 };
        self.last_extent = size;
        let mean = self.mean_extent.unwrap_or(size);
        self.mean_extent = Some((mean.saturating_mul(3).saturating_add(size)) / 4);
    }

    /// Works towards the bytes at `at`, by a bounded amount; whether they can
    /// be read quickly now.
    pub(crate) fn approach(&mut self, at: u64) -> Result<bool, Error> {
        let work_max = if self.short_steps { SHORT_APPROACH } else { APPROACH_PER_STEP };
        let there = self.source.approach(at..at, work_max)?;
        if there {
            let advanced = at.saturating_sub(self.approached);
            self.advanced = self.advanced.saturating_add(advanced);
            self.approached = at;
        }
        Ok(there)
    }

    /// The `length` bytes from `at` on, of an extent header; fewer only where
    /// the source ends or cannot be decoded.
    pub(crate) fn header(&mut self, at: u64, length: usize) -> Result<&[u8], Error> {
        let window = if self.uses_windows() { WINDOW.max(length) } else { length };
        if length == HEADER_LENGTH
            && !self.holds(at, length)
            && let Some(header) = self.scouts.as_mut().and_then(|scouts| scouts.take(at))
        {
            self.buffer.clear();
            self.buffer.extend_from_slice(&*header);
            self.start = at;
        }
        self.read(at, length, window)
    }

    /// Whether the `length` bytes from `at` on are at hand.
    fn holds(&self, at: u64, length: usize) -> bool {
        at >= self.start && at.saturating_add(to_u64(length)) <= self.buffer_end()
    }

    /// The `length` bytes from `at` on; fewer only where the source ends or
    /// cannot be decoded. Where they are not at hand, `window` bytes or more
    /// are read.
    pub(crate) fn read(&mut self, at: u64, length: usize, window: usize) -> Result<&[u8], Error> {
        if !self.holds(at, length) {
            self.fill(at, length, window)?;
        }
        let from = usize::try_from(at.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let rest = self.buffer.get(from..).unwrap_or(&[]);
        Ok(rest.get(..length).unwrap_or(rest))
    }

    /// The ranges that [`Self::header`] will probably read for headers from
    /// `at` on.
    pub(crate) fn predict_headers(&self, at: u64, length: usize) -> Vec<Range<u64>> {
        if self.uses_windows() {
            return self.predict_windows(at, WINDOW);
        }
        if let Some(scouts) = self.scouts_out() {
            let own = at..at.saturating_add(to_u64(length)).min(self.end());
            let own = Some(own).filter(|own| !own.is_empty() && !scouts.have(at));
            return own.into_iter().chain(scouts.wants(self.end())).collect();
        }
        (0..u64::from(self.headers_ahead()))
            .map(|number| at.saturating_add(number.saturating_mul(self.last_extent)))
            .map(|start| start..start.saturating_add(to_u64(length)))
            .take_while(|range| self.source.size().is_none_or(|size| range.end <= size))
            .collect()
    }

    /// The ranges that reads through windows of `window` bytes will ask for
    /// next, when they go on at `at`.
    pub(crate) fn predict_windows(&self, at: u64, window: usize) -> Vec<Range<u64>> {
        let first = if self.continues_at(at, window) { self.buffer_end() } else { at };
        let window = to_u64(window);
        let size = self.source.size().unwrap_or(u64::MAX);
        (0..WINDOWS_AHEAD)
            .map(|number| first.saturating_add(number.saturating_mul(window)))
            .take_while(|&start| start < size)
            .map(|start| start..start.saturating_add(window).min(size))
            .collect()
    }

    /// How many headers can be foretold: none unless extents are alike.
    fn headers_ahead(&self) -> u32 {
        if self.streak < 2 { 0 } else { HEADERS_AHEAD.min(1 << self.streak.min(8)) }
    }

    /// Not while the source is being decoded: a window would run over damage
    /// before it is known what has to stand behind it, and a read is cheap there.
    fn uses_windows(&self) -> bool {
        let is_known = self.source.size().is_some();
        is_known && self.mean_extent.is_some_and(|mean| mean < self.small)
    }

    /// Whether a window behind the buffer's end is the next to read for `at`.
    fn continues_at(&self, at: u64, window: usize) -> bool {
        let reach = self.buffer_end().saturating_add(to_u64(window));
        !self.buffer.is_empty() && at >= self.start && at < reach
    }

    /// Makes the buffer cover `length` bytes from `at` on. Windows follow each
    /// other without gaps, so that they can be fetched before they are asked
    /// for.
    fn fill(&mut self, at: u64, length: usize, window: usize) -> Result<(), Error> {
        self.windows = self.windows.saturating_add(u64::from(window > length));
        if window > length && self.continues_at(at, window) {
            let behind = self.buffer_end().min(at).saturating_sub(self.start);
            let behind = usize::try_from(behind).unwrap_or(usize::MAX).min(self.buffer.len());
            self.buffer.drain(..behind);
            self.start = self.start.saturating_add(to_u64(behind));
            self.append(window)?;
            if at.saturating_add(to_u64(length)) <= self.buffer_end() || self.is_at_end() {
                return Ok(());
            }
        }
        self.buffer.clear();
        self.start = at;
        self.append(window)
    }

    /// Reads on behind the buffer's end, up to the next place that cannot be
    /// had.
    fn append(&mut self, window: usize) -> Result<(), Error> {
        let (from, kept) = (self.buffer_end(), self.buffer.len());
        // Where little is left between losses, room for all would cost more than the reads.
        let wanted = from..from.saturating_add(to_u64(window));
        let lost = self.source.gap(wanted).filter(|gap| gap.kind == GapKind::Lost);
        let ahead = lost.map(|gap| usize::try_from(gap.start.saturating_sub(from)));
        let count = ahead.and_then(Result::ok).unwrap_or(window).min(window);
        self.buffer.resize(kept.saturating_add(count), 0);
        let room = self.buffer.get_mut(kept..).unwrap_or(&mut []);
        let read = self.source.read_at(from, room);
        let count = *read.as_ref().unwrap_or(&0);
        self.buffer.truncate(kept.saturating_add(count));
        read.map(|_| ())
    }

    /// Where the source can be read again, if it cannot be at `at`.
    pub(crate) fn lost_until(&self, at: u64) -> Option<u64> {
        lost_until(&*self.source, at)
    }

    fn is_at_end(&self) -> bool {
        self.is_end(self.buffer_end())
    }

    /// Whether the source is known to have nothing at `at` and behind.
    pub(crate) fn is_end(&self, at: u64) -> bool {
        self.source.size().is_some_and(|size| at >= size)
    }

    fn buffer_end(&self) -> u64 {
        self.start.saturating_add(to_u64(self.buffer.len()))
    }
}
