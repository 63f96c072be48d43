//! The walk: from extent header to extent header, and past what is none. It
//! knows positions and headers, reads no data, and knows nothing of devices.

use core::ops::Range;
use std::rc::Rc;

use uuid::Uuid;

use super::broken::Broken;
use super::lookahead::Lookahead;
use super::piece::{
    Extent, ExtentEnd, Gap, Piece, Place, Stands, Why, data_start, end_by_count, end_by_masks,
};
use super::scouts::Scouting;
use super::search::{Sound, find_sound_extent, find_starts};
use super::successor::Successor;
use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH};
use crate::archive::finding::FindingKind;
use crate::archive::header::{self, HEADER_SIZE_MAX, Header};
use crate::archive::per_device::DeviceSet;
use crate::archive::unit::ArchiveOffset;
use crate::container::Contents;
use crate::source::{Error, ReadAt, Severity, gaps, to_u64};

/// Extent headers that one step looks at, at most.
const EXTENTS_PER_STEP: u32 = 4096;

/// Bytes that one step searches for a sound extent header, at most.
const SEARCH_PER_STEP: usize = 1 << 20;

/// Bytes without a sound extent header after which the search for one ends,
/// where nobody knows how much is to come: a small file can decode to zeros for
/// days.
const SEARCH_MAX: u64 = 8 << 30;

/// Bytes of the fixed part of an archive header.
const FIXED_LENGTH: usize = 12_288;

/// Extents that are followed behind an archive header that may be one, at most.
const CHAIN_MAX: u32 = 64;

/// A walk through the extents of an archive.
pub(super) struct Walk {
    contents: Rc<Contents>,
    lookahead: Lookahead,
    state: State,
    /// The last sound extent, until it is known where its data end.
    held: Option<Held>,
    /// Where the first extent can start at the earliest.
    earliest: u64,
    /// Bytes of the header of the archive; 0 if they are not known.
    header_size: u64,
    uuid: Uuid,
    /// Headers that this step has looked at.
    headers: u32,
    /// Bytes that this step has searched.
    searched: u64,
    /// What was come by and not yet taken.
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Held {
    at: u64,
    header: Rc<ExtentHeader>,
    /// Whether the container knows what comes after it.
    is_announced: bool,
}

#[derive(Debug)]
enum State {
    /// An extent header should start here.
    Expect(u64),
    /// It did not: looking for a sound one, from `cursor` on.
    Search {
        broken: Broken,
        cursor: u64,
    },
    /// The header of an archive was come by, whose first extent should be at
    /// `next`: whether to follow it is to be said.
    Archive {
        from: u64,
        next: u64,
        uuid: Uuid,
    },
    /// Following the extents of another archive, which began at `from`, to its
    /// end. The next should start at `at`.
    Foreign {
        from: u64,
        at: u64,
        uuid: Uuid,
    },
    /// The end was reached, and has yet to be told.
    Ended,
    Done,
}

impl Walk {
    /// A walk through `contents` that starts at the first extent of `header`.
    pub(super) fn new(contents: &Rc<Contents>, header: &Header) -> Self {
        let at = header.first_extent().0;
        contents.expect(Successor::first(header.uuid()).landmark(at));
        let source: Rc<dyn ReadAt> = Rc::<Contents>::clone(contents);
        Self {
            contents: Rc::clone(contents),
            lookahead: Lookahead::new(source),
            state: State::Expect(at),
            held: None,
            earliest: header.earliest_extent(),
            header_size: header.header_size.into(),
            uuid: header.uuid(),
            headers: 0,
            searched: 0,
            pieces: Vec::new(),
        }
    }

    /// A walk that is at its end.
    pub(super) fn ended(self) -> Self {
        Self { state: State::Done, ..self }
    }

    /// From now on steps end after one header, or a little work towards it.
    pub(super) fn take_short_steps(&mut self) {
        self.lookahead.take_short_steps();
    }

    /// From now on headers are read far ahead: where nothing wraps the archive.
    pub(super) fn scout(&mut self, scouting: Scouting) {
        if self.contents.container().is_none() {
            self.lookahead.scout(scouting);
        }
    }

    /// Everything before this was looked at.
    pub(super) fn position(&self) -> u64 {
        match &self.state {
            State::Expect(at) | State::Foreign { at, .. } | State::Archive { next: at, .. } => *at,
            State::Search { cursor, broken } => broken.at.max(*cursor),
            State::Ended | State::Done => self.lookahead.end(),
        }
    }

    /// The ranges of the lowest source that the next step will probably read.
    pub(super) fn wants(&self) -> Vec<Range<u64>> {
        let ranges = match &self.state {
            State::Expect(at) | State::Foreign { at, .. } | State::Archive { next: at, .. } => {
                self.lookahead.predict_headers(*at, HEADER_LENGTH)
            }
            State::Search { cursor, .. } => {
                self.lookahead.predict_windows(*cursor, SEARCH_PER_STEP)
            }
            State::Ended | State::Done => Vec::new(),
        };
        let mut wanted = Vec::new();
        for range in ranges {
            self.contents.trace(range, &mut wanted);
        }
        wanted
    }

    /// Begins a step: a bounded number of calls of [`Self::advance`].
    pub(super) fn begin_step(&mut self) {
        self.headers = 0;
        self.searched = 0;
        match self.state {
            State::Expect(at) => self.lookahead.begin_step(at, self.uuid),
            State::Foreign { at, uuid, .. } => self.lookahead.begin_step(at, uuid),
            _ => {}
        }
    }

    /// Looks at the next header, or does another bounded amount of work. Returns
    /// whether the step has room for more: once what was come by is
    /// [taken](Self::take_pieces), and behind an [archive](Piece::Archive) once
    /// it was told [how](Self::go_on) to go on.
    pub(super) fn advance(&mut self) -> Result<bool, Error> {
        match self.state {
            State::Expect(at) | State::Foreign { at, .. } => return self.follow(at),
            State::Search { cursor, .. } => return self.search_on(cursor),
            State::Ended => {
                self.pieces.push(Piece::End);
                self.state = State::Done;
            }
            State::Archive { .. } | State::Done => {}
        }
        Ok(false)
    }

    /// What was come by since the last call, also before an error.
    pub(super) fn take_pieces(&mut self) -> Vec<Piece> {
        core::mem::take(&mut self.pieces)
    }

    /// Tells the container what should stand behind the extent that is held, as
    /// far as `header` knows by now; `begun` tells of which devices the first cluster
    /// was there.
    pub(super) fn announce(&mut self, header: &Header, begun: impl FnOnce() -> DeviceSet) {
        let Some(held) = self.held.as_mut().filter(|held| !held.is_announced) else { return };
        held.is_announced = true;
        if self.contents.container().is_none() {
            return;
        }
        let end = end_by_count(held.at, &held.header);
        if end == end_by_masks(held.at, &held.header) {
            self.contents.expect(Successor::of(&held.header, header, begun).landmark(end));
        }
    }

    /// Goes on behind the header of an archive: with its extents, or `past` them.
    pub(super) fn go_on(&mut self, past: bool) {
        if let State::Archive { from, next, uuid } = self.state {
            self.earliest = next;
            self.state = match past {
                true => State::Foreign { from, at: next, uuid },
                false => State::Expect(next),
            };
        }
    }

    fn follow(&mut self, at: u64) -> Result<bool, Error> {
        let is_spent =
            self.headers >= EXTENTS_PER_STEP || self.lookahead.is_spent(self.headers, at);
        if is_spent || !self.lookahead.approach(at)? {
            return Ok(false);
        }
        self.headers += 1;
        match self.state {
            State::Foreign { from, uuid, .. } => self.expect_foreign(from, at, uuid)?,
            _ => self.expect_extent(at)?,
        }
        let follows = |state: &State| {
            matches!(state, State::Expect(_) | State::Foreign { .. } | State::Archive { .. })
        };
        Ok(follows(&self.state))
    }

    fn expect_extent(&mut self, at: u64) -> Result<(), Error> {
        let bytes = self.lookahead.header(at, HEADER_LENGTH)?.to_vec();
        // What is lost, some containers find out only when it is read.
        if let Some(until) = self.lookahead.lost_until(at) {
            self.note(at, Stands::Lost(until));
            let why = Why::Lost(FindingKind::ContentsLost { until: ArchiveOffset(until) });
            self.start_search(Broken::new(at, why));
            return Ok(());
        }
        if bytes.is_empty() && self.lookahead.end() == at {
            self.note(at, Stands::End);
            self.release(at, ExtentEnd::Proven);
            self.state = State::Ended;
            return Ok(());
        }
        let Some(header) = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse) else {
            self.note(at, Stands::Cut(to_u64(bytes.len())));
            let why = Why::Broken(extent::faults_of_cut_header(&bytes));
            self.start_search(Broken::new(at, why));
            return Ok(());
        };
        let header = Rc::new(header);
        let mut faults = header.faults(self.uuid);
        if faults.is_empty() {
            self.note(at, Stands::Header(Rc::clone(&header), faults));
            self.release(at, ExtentEnd::Proven);
            self.hold(at, header);
            return Ok(());
        }
        let is_archive = bytes.starts_with(&header::MAGIC);
        if is_archive && let Some(again) = self.archive_header(at)? {
            self.note(at, Stands::Archive(header, faults));
            self.begin_again(at, again, ExtentEnd::Proven);
            return Ok(());
        }
        self.note(at, Stands::Header(Rc::clone(&header), faults.clone()));
        if is_archive {
            let (uuid, first) = (header.uuid(), self.uuid);
            faults.insert(0, FindingKind::ArchiveHeaderAgain { uuid, first });
        }
        self.start_search(Broken::new(at, Why::Broken(faults)));
        Ok(())
    }

    fn note(&mut self, at: u64, stands: Stands) {
        let end = self.contents.size();
        self.pieces.push(Piece::Place(Place { at, stands, end }));
    }

    /// Keeps a sound extent until it is known where its data end.
    fn hold(&mut self, at: u64, header: Rc<ExtentHeader>) {
        self.lookahead.note_extent(header.size());
        self.state = State::Expect(end_by_count(at, &header));
        self.held = Some(Held { at, header, is_announced: false });
    }

    /// Lets go of the extent that is held, whose data end at `until`: not beyond,
    /// and before only if its own word says so.
    fn release(&mut self, until: u64, end: ExtentEnd) {
        let Some(Held { at, header, .. }) = self.held.take() else { return };
        let longest = end_by_count(at, &header).max(end_by_masks(at, &header));
        let data = data_start(at)..until.min(longest).max(data_start(at));
        let holes = gaps(&*self.contents, data.clone())
            .filter(|gap| gap.stops_reads())
            .map(|gap| gap.start..gap.end)
            .collect();
        self.pieces.push(Piece::Extent(Extent { at, header, data, holes, end }));
    }

    /// Starts to look for the next sound extent: behind the header of the one
    /// before, since its data may have been cut; or, if there was none and the
    /// archive's header cannot be trusted, from where a header may end at the
    /// earliest.
    fn start_search(&mut self, broken: Broken) {
        let cursor = match &self.held {
            Some(held) => data_start(held.at),
            None => self.earliest.min(broken.at),
        };
        self.state = State::Search { broken, cursor };
    }

    fn begin_again(&mut self, at: u64, again: Header, end: ExtentEnd) {
        self.release(at, end);
        let (next, uuid) = (again.first_extent().0, again.uuid());
        self.pieces.push(Piece::Archive { at, header: Box::new(again) });
        self.state = State::Archive { from: at, next, uuid };
    }

    /// Goes on to the next extent of another archive, or to its end.
    fn expect_foreign(&mut self, from: u64, at: u64, uuid: Uuid) -> Result<(), Error> {
        let bytes = self.lookahead.header(at, HEADER_LENGTH)?.to_vec();
        let is_lost = self.lookahead.lost_until(at).is_some();
        let foreign = |is_last| Piece::Gap(Gap { range: from..at, why: Why::Foreign, is_last });
        if bytes.is_empty() && !is_lost && self.lookahead.end() == at {
            self.pieces.push(foreign(true));
            self.state = State::Ended;
            return Ok(());
        }
        let header = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
        if let Some(header) = header.filter(|header| header.faults(uuid).is_empty()) {
            self.lookahead.note_extent(header.size());
            let at = end_by_count(at, &header);
            self.state = State::Foreign { from, at, uuid };
            return Ok(());
        }
        if bytes.starts_with(&header::MAGIC)
            && let Some(again) = self.archive_header(at)?
        {
            self.pieces.push(foreign(false));
            self.begin_again(at, again, ExtentEnd::Proven);
            return Ok(());
        }
        self.note(at, Stands::Astray);
        let broken = Broken::new(from, Why::Broken(Vec::new()));
        self.state = State::Search { broken, cursor: at };
        Ok(())
    }

    /// Where the header of a copy of the archive starts that ends at `end`, if one does.
    fn header_before(&mut self, end: u64) -> Result<Option<u64>, Error> {
        let Some(start) = end.checked_sub(self.header_size) else { return Ok(None) };
        let header = self.archive_header(start)?;
        Ok(header.filter(|header| header.first_extent().0 == end).map(|_| start))
    }

    /// The archive header at `at`, if a sound one stands there.
    fn archive_header(&mut self, at: u64) -> Result<Option<Header>, Error> {
        let fixed = self.lookahead.header(at, FIXED_LENGTH)?;
        let Ok(size) = Header::claimed_size(fixed) else { return Ok(None) };
        let size = usize::try_from(size.min(HEADER_SIZE_MAX)).unwrap_or(FIXED_LENGTH);
        Ok(Header::parse_sound(self.lookahead.header(at, size)?, at, at))
    }

    /// The archive header at `at`, if a sound one stands there, and the archive
    /// goes on beyond `beyond`, where the extent ends in which it stands: that was
    /// cut off, and the other follows. What ends with the extent is an archive in
    /// a file of the guest's.
    fn archive_begins(&mut self, at: u64, beyond: u64) -> Result<Option<Header>, Error> {
        let Some(header) = self.archive_header(at)? else { return Ok(None) };
        let mut next = header.first_extent().0;
        for _ in 0..CHAIN_MAX {
            let bytes = self.lookahead.header(next, HEADER_LENGTH)?;
            let extent = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
            let is_end = bytes.is_empty() && self.lookahead.is_end(next);
            let extent = extent.filter(|extent| extent.faults(header.uuid()).is_empty());
            match extent {
                _ if is_end => return Ok(Some(header)),
                Some(_) if next >= beyond => return Ok(Some(header)),
                Some(extent) => next = next.saturating_add(extent.size()),
                None => return Ok(None),
            }
        }
        Ok(Some(header))
    }

    /// Searches the next window, from `cursor` on, or passes over a loss. Returns whether
    /// the search goes on and the step has room for more of it.
    fn search_on(&mut self, cursor: u64) -> Result<bool, Error> {
        if !self.lookahead.approach(cursor.saturating_add(to_u64(SEARCH_PER_STEP)))? {
            return Ok(false);
        }
        self.search()?;
        let State::Search { cursor: reached, .. } = self.state else { return Ok(false) };
        // Each window is followed by one that begins within it; between many losses, where
        // they are short, that is nearly all of the work.
        let looked = reached.saturating_sub(cursor).saturating_add(to_u64(HEADER_LENGTH));
        self.searched = self.searched.saturating_add(looked);
        Ok(self.searched < to_u64(SEARCH_PER_STEP))
    }

    fn search(&mut self) -> Result<(), Error> {
        let State::Search { broken, cursor } = &self.state else { return Ok(()) };
        let (mut broken, cursor) = (broken.clone(), *cursor);
        if let Some(until) = self.lookahead.lost_until(cursor) {
            broken.note_loss();
            self.state = State::Search { broken, cursor: until };
            return Ok(());
        }
        let bytes = self.lookahead.read(cursor, SEARCH_PER_STEP / 2, SEARCH_PER_STEP)?;
        broken.note(cursor, bytes);
        let sound = find_sound_extent(bytes, self.uuid);
        let end = cursor.saturating_add(to_u64(bytes.len()));
        let before = sound.as_ref().map_or(bytes.len(), |sound| sound.at);
        let starts = find_starts(bytes.get(..before).unwrap_or(bytes));
        for start in starts {
            let at = cursor.saturating_add(to_u64(start));
            if at < broken.at
                && let Some(again) = self.archive_begins(at, broken.at)?
            {
                self.begin_again(at, again, ExtentEnd::Cut);
                return Ok(());
            }
        }
        if let Some(Sound { at, header }) = sound {
            let at = cursor.saturating_add(to_u64(at));
            self.settle(broken, at, false)?;
            self.hold(at, Rc::new(header));
        } else if self.lookahead.is_end(end) {
            self.settle(broken, self.lookahead.end(), true)?;
            self.state = State::Ended;
        } else if self.contents.size().is_none() && end.saturating_sub(broken.at) > SEARCH_MAX {
            self.settle(broken, end, true)?;
            let gap = Gap { range: end..end, why: Why::GivenUp, is_last: true };
            self.pieces.push(Piece::Gap(gap));
            self.state = State::Ended;
        } else {
            let searched = end.saturating_sub(to_u64(HEADER_LENGTH - 1)).max(cursor);
            let stuck = searched == cursor || self.lookahead.lost_until(end).is_some();
            self.state = State::Search { broken, cursor: if stuck { end } else { searched } };
        }
        Ok(())
    }

    /// Whether what was unpacked is not what was packed: its own zeros may have been
    /// pushed to the end then.
    fn is_unpacked_wrong(&self) -> bool {
        let findings = self.contents.all_findings();
        findings.iter().any(|(_, finding)| finding.severity() == Severity::Damage)
    }

    /// Tells what lay between the last sound extent and `until`, where the next
    /// one starts or the archive ends.
    fn settle(&mut self, broken: Broken, until: u64, is_last: bool) -> Result<(), Error> {
        let padded = is_last && broken.is_padding(until) && !self.is_unpacked_wrong();
        let by_masks =
            self.held.as_ref().is_some_and(|held| end_by_masks(held.at, &held.header) == until);
        let end = match () {
            () if by_masks => ExtentEnd::ByMasks,
            () if broken.is_lost() => ExtentEnd::Lost,
            () if broken.shows_its_place() || padded => ExtentEnd::Remnant,
            () if is_last => ExtentEnd::Open,
            () => ExtentEnd::Displaced(self.header_before(until)?.unwrap_or(until)),
        };
        self.release(if by_masks { until } else { until.min(broken.at) }, end);
        let range = broken.at..until;
        if !range.is_empty() && !by_masks {
            self.pieces.push(Piece::Gap(Gap { range, why: broken.why, is_last }));
        }
        Ok(())
    }
}
