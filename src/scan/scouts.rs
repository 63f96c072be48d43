//! Scouts: extent headers far ahead of the walk, many chains of them at once.
//!
//! Only a header tells where the next one is, so a walk waits for one small read
//! after another. A scout looks for a sound header further on, and follows the
//! chain from there: one round of reads brings a header of each chain. Nothing is
//! decided by what a scout reads. It is kept by its place, and a walk that comes
//! to that place need not read it again; one that never comes there does not see it.

use core::ops::{Range, RangeInclusive};
use std::collections::VecDeque;

use uuid::Uuid;

use super::piece::end_by_count;
use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH, HEADER_SIZE};
use crate::source::{ReadAt, to_u64};

/// Extents smaller than this on average are read through windows. A browser
/// reads some 400 KiB in the time that one more read costs.
pub(super) const SMALL_EXTENT: u64 = 256 << 10;

/// Bytes that are read at once to look for a header, or to go on where extents are
/// small.
const WINDOW: u64 = 256 << 10;

/// Windows in one round, at most.
const WINDOWS_PER_ROUND: usize = 16;

/// Bytes behind which no header is looked for any more: no extent is longer.
const SEARCH_MAX: u64 = 4 << 20;

/// Headers that are held at once, at most.
const HEADERS_MAX: usize = 12_288;

/// How headers are read ahead of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scouting {
    /// Chains that are followed at once, beside the walk's own.
    pub chains: u64,
    /// How many extents, about, from where one starts to where the next does.
    pub extents: RangeInclusive<u64>,
    /// Extents that are shorter on average, in bytes, are read many at once and not
    /// one by one.
    pub small: u64,
}

impl Default for Scouting {
    /// What serves a reader best for whom each read takes as long as some 400 KiB, and
    /// 16 of them together not much longer: with the walk's own, eight times as many.
    fn default() -> Self {
        Self { chains: 127, extents: 32..=96, small: SMALL_EXTENT }
    }
}

/// The scouts of a walk, those that are furthest back first.
pub(super) struct Scouts {
    scouting: Scouting,
    scouts: VecDeque<Scout>,
    /// Headers that they hold, all together.
    held: usize,
    /// Up to where the last one goes.
    end: u64,
}

struct Scout {
    /// Where it began to look, or the first header that it found.
    origin: u64,
    /// What it reads next starts here.
    at: u64,
    stage: Stage,
    /// Headers that it has read and that the walk has not come to, in order.
    headers: VecDeque<(u64, Box<Header>)>,
}

type Header = [u8; HEADER_LENGTH];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// A header may start just here.
    Guess,
    /// One starts somewhere from here on.
    Search,
    /// One starts here.
    Follow,
    /// The same, and the one behind it is likely to be near.
    FollowNear,
    /// None starts where one should.
    Lost,
    /// None was found.
    Nowhere,
}

impl Scouts {
    pub(super) fn new(scouting: Scouting) -> Self {
        Self { scouting, scouts: VecDeque::new(), held: 0, end: 0 }
    }

    /// Whether any are on their way.
    pub(super) fn are_out(&self) -> bool {
        !self.scouts.is_empty()
    }

    /// Whether the header at `at`, where the walk goes on, was read already.
    pub(super) fn have(&self, at: u64) -> bool {
        let mut headers = self.scouts.iter().flat_map(|scout| &scout.headers);
        headers.find(|header| header.0 >= at).is_some_and(|header| header.0 == at)
    }

    /// The header at `at`, if it was read already. The walk has come there: what
    /// was read before it is of no use any more.
    pub(super) fn take(&mut self, at: u64) -> Option<Box<Header>> {
        let mut found = None;
        while let Some(scout) = self.scouts.front_mut().filter(|_| found.is_none()) {
            while scout.headers.front().is_some_and(|header| header.0 <= at) {
                self.held = self.held.saturating_sub(1);
                let first = scout.headers.pop_front().filter(|header| header.0 == at);
                found = first.map(|(_, header)| header);
            }
            // The walk is as far as this one, or has come to what it will go on to.
            if !scout.headers.is_empty() || scout.at > at {
                break;
            }
            self.scouts.pop_front();
        }
        found
    }

    /// Sends them out ahead of a walk that stands at `at`, in an archive that ends at
    /// `end` and whose extents have `extent` bytes, about; not where few are to come.
    pub(super) fn send(&mut self, at: u64, extent: u64, end: u64) {
        let extent = extent.max(HEADER_SIZE);
        let each = end.saturating_sub(at).div_ceil(self.scouting.chains.saturating_add(1));
        // Where extents are alike the guess is right; where they are not, anything is.
        let stride = each
            .div_ceil(extent)
            .clamp(*self.scouting.extents.start(), *self.scouting.extents.end())
            .saturating_mul(extent);
        let starts = (1..=self.scouting.chains).map(|number| number.saturating_mul(stride));
        let starts = starts.map(|ahead| at.saturating_add(ahead)).take_while(|&start| start < end);
        let scout = |origin| {
            let headers = VecDeque::new();
            Scout { origin, at: origin, stage: Stage::Guess, headers }
        };
        self.scouts = starts.map(scout).collect();
        let behind = self.scouts.back().map(|last| last.origin.saturating_add(stride));
        self.end = behind.unwrap_or(at).min(end);
    }

    /// The ranges that the next round reads, in order.
    pub(super) fn wants(&self, end: u64) -> Vec<Range<u64>> {
        self.round().into_iter().map(|(_, range)| range.start..range.end.min(end)).collect()
    }

    /// Those that have something to do in the next round, by their number, with
    /// what they read: each up to where the next one began.
    #[inline(never)]
    fn round(&self) -> Vec<(usize, Range<u64>)> {
        let ends = self.scouts.iter().skip(1).map(|next| next.origin);
        let ends = ends.chain([self.end]);
        let mut windows = 0;
        let room = self.held < HEADERS_MAX;
        let pairs = self.scouts.iter().zip(ends).enumerate().filter(move |_| room);
        let round = pairs.filter_map(|(number, (scout, end))| {
            let (is_on, length) = match scout.stage {
                Stage::Guess | Stage::Follow => (scout.at < end, HEADER_SIZE),
                Stage::Search | Stage::FollowNear => (scout.at < end, WINDOW),
                Stage::Lost | Stage::Nowhere => (false, 0),
            };
            windows += usize::from(is_on && length == WINDOW);
            let is_on = is_on && (length != WINDOW || windows <= WINDOWS_PER_ROUND);
            is_on.then(|| (number, scout.at..scout.at.saturating_add(length)))
        });
        round.collect()
    }

    /// One round: reads what [`Self::wants`] names.
    pub(super) fn go_on(&mut self, source: &dyn ReadAt, uuid: Uuid) {
        let mut buffer = Vec::new();
        for (number, range) in self.round() {
            let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
            buffer.resize(length, 0);
            // What cannot be read, the walk finds out itself.
            let read = source.read_at(range.start, &mut buffer).unwrap_or(0);
            let bytes = buffer.get(..read).unwrap_or(&[]);
            if let Some(scout) = self.scouts.get_mut(number) {
                let before = scout.headers.len();
                scout.take(bytes, uuid, self.scouting.small);
                self.held = self.held.saturating_add(scout.headers.len().saturating_sub(before));
            }
        }
        // The one before goes on in the place of one that found no header.
        self.scouts.retain(|scout| scout.stage != Stage::Nowhere);
    }
}

impl Scout {
    /// Takes the bytes that it wanted.
    fn take(&mut self, bytes: &[u8], uuid: Uuid, small: u64) {
        let start = self.at;
        let within = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
        let header = |at: u64| bytes.get(within(at)..).and_then(|rest| rest.first_chunk());
        if self.stage == Stage::Search {
            self.look(bytes, uuid);
        }
        if matches!(self.stage, Stage::Search | Stage::Nowhere) {
            return;
        }
        let mut last = None;
        while let Some(bytes) = header(self.at) {
            let Some(header) = sound(bytes, uuid) else {
                let is_guess = self.stage == Stage::Guess;
                self.stage = if is_guess { Stage::Search } else { Stage::Lost };
                return;
            };
            self.headers.push_back((self.at, Box::new(*bytes)));
            last = Some(header.size());
            self.at = end_by_count(self.at, &header);
            let is_near = header.size() < small;
            self.stage = if is_near { Stage::FollowNear } else { Stage::Follow };
        }
        // The end of the file, or something else than it was.
        if last.is_none() {
            self.stage = Stage::Lost;
        }
    }

    /// Looks for a sound header in `bytes`, which stand where it is; goes there, or
    /// on to where they end.
    fn look(&mut self, bytes: &[u8], uuid: Uuid) {
        let step = usize::try_from(HEADER_SIZE).unwrap_or(HEADER_LENGTH);
        let places = (0_u64..).zip(bytes.chunks_exact(step));
        let mut found = places.filter_map(|(number, bytes)| {
            let is = sound(bytes.first_chunk()?, uuid).is_some();
            is.then(|| self.at.saturating_add(number.saturating_mul(HEADER_SIZE)))
        });
        if let Some(at) = found.next() {
            (self.at, self.origin, self.stage) = (at, at, Stage::Follow);
            return;
        }
        let searched = self.at.saturating_sub(self.origin).saturating_add(WINDOW);
        let is_over = to_u64(bytes.len()) < WINDOW || searched >= SEARCH_MAX;
        self.at = self.at.saturating_add(WINDOW);
        self.stage = if is_over { Stage::Nowhere } else { Stage::Search };
    }
}

/// The header in `bytes`, if it is sound and of archive `uuid`.
fn sound(bytes: &[u8; HEADER_LENGTH], uuid: Uuid) -> Option<ExtentHeader> {
    let header = bytes.starts_with(&extent::MAGIC).then(|| ExtentHeader::parse(bytes))?;
    header.faults(uuid).is_empty().then_some(header)
}
