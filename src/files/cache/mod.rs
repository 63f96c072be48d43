//! What of a disk was read, kept between it and its file systems.
//!
//! A file system asks for many small things near to one another, and cannot wait. So
//! what is not quick to be had is not read: it is not yet known, and wanted. Who asked
//! [fetches](Cache::fetch) it in steps, and asks again. What is announced is wanted as
//! well, though it were quick: who asked can [bring](Cache::wants) what lies near together
//! in the backup's file by one read.

mod announced;

use core::cell::RefCell;
use core::ops::Range;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::file_system::{Fault, FaultKind, Result};
use crate::source::{Error, Gap, GapKind, ReadAt, gaps, read_range, to_u64, to_usize};

/// Bytes of a block: a cluster, which an archive holds in one piece.
pub const BLOCK: u64 = 64 << 10;

/// Blocks that are kept as a rule: 32 MiB.
pub const BLOCKS_MAX: usize = 512;

/// Blocks that are kept for one piece of work that has to wait for them: 128 MiB. What
/// takes more ends as [`TooLarge`](FaultKind::TooLarge).
pub const HELD_MAX: usize = 2048;

/// Blocks that are read at once where one after the other is wanted.
const AHEAD_MAX: u64 = 64;

/// Bytes that may be decoded for each of them.
const AHEAD_WORK: u64 = 1 << 20;

/// Blocks of which as many as are asked for at once are read by one read, and kept. More
/// than that are a file's contents: they are read to where they belong, and not kept.
const TOGETHER_MAX: u64 = 4;

/// How often a block is read again in which a loss has shown only by reading.
const TRIES: usize = 3;

/// A disk, of which blocks are kept.
pub struct Cache {
    disk: Rc<dyn ReadAt>,
    state: RefCell<State>,
}

/// Many fields: what is kept, and what one piece of work has met.
#[derive(Default)]
struct State {
    /// Blocks with their numbers, in order.
    kept: Vec<(u64, Kept)>,
    /// Counts uses.
    clock: u64,
    wanted: BTreeSet<u64>,
    /// When the work began that goes on.
    began: u64,
    /// Blocks that were fetched for it.
    fetched: usize,
    /// Whether it met what the scan has not come to.
    met_unknown: bool,
    /// Whether it needs more than may be held.
    is_overrun: bool,
    /// Whether anything was ever wanted.
    is_slow: bool,
    /// What comes behind the last block that was fetched, and how many are read at once.
    ahead: (u64, u64),
    /// Reads of the lowest source that bring what was announced.
    reads: Vec<Range<u64>>,
}

/// Bytes of a block, with where in it they start.
type Piece = (usize, Vec<u8>);

/// A block: its bytes in pieces, between what is lost.
struct Kept {
    used: u64,
    pieces: Rc<[Piece]>,
}

/// What became of a block that was to be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is kept.
    Kept,
    /// It can be read, and is not kept.
    Quick,
    /// It has to be waited for.
    Slow,
}

impl Cache {
    /// Of `disk`, of which nothing is kept yet.
    #[must_use]
    pub fn new(disk: Rc<dyn ReadAt>) -> Self {
        Self { disk, state: RefCell::default() }
    }

    /// Does a piece of work on what is read through this; `None` if something is wanted
    /// for it: once that is [fetched](Self::fetch), it is to be done again. What a piece
    /// of work makes of what it could not read counts for nothing. What was fetched for
    /// it stays until it is done.
    ///
    /// # Errors
    ///
    /// Those of the work; [`NotYetKnown`](FaultKind::NotYetKnown) where the scan has not
    /// come to what it read; [`TooLarge`](FaultKind::TooLarge) if more was wanted than
    /// may be held.
    pub fn attempt<Made>(&self, work: impl FnOnce() -> Result<Made>) -> Result<Option<Made>> {
        let made = work();
        let mut state = self.state.borrow_mut();
        let is_broken = matches!(&made, Err(Fault { kind: FaultKind::Source(_), .. }));
        if !state.wanted.is_empty() && !is_broken {
            if !state.is_overrun && state.fetched < 2 * HELD_MAX {
                return Ok(None);
            }
            state.end();
            return Err(Fault::new(FaultKind::TooLarge, "what has to be unpacked for it"));
        }
        let met_unknown = state.met_unknown;
        state.end();
        if met_unknown && !is_broken {
            return Err(Fault::new(FaultKind::NotYetKnown, "the scan has not come there"));
        }
        made.map(Some)
    }

    /// Whether something is wanted.
    #[must_use]
    pub fn is_wanting(&self) -> bool {
        !self.state.borrow().wanted.is_empty()
    }

    /// Whether anything ever had to be waited for.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.state.borrow().is_slow
    }

    /// About how many bytes have to be decoded to come to what is wanted.
    #[must_use]
    pub fn distance(&self) -> u64 {
        let (wanted, last) = {
            let state = self.state.borrow();
            (state.wanted.first().copied(), state.ahead.0)
        };
        let at = |block: u64| block.saturating_mul(BLOCK);
        wanted.map_or(0, |block| self.disk.detour(at(last), at(block)))
    }

    /// The work that something is wanted for is given up.
    pub fn give_up(&self) {
        self.state.borrow_mut().end();
    }

    /// Blocks that are kept.
    #[must_use]
    pub fn blocks_held(&self) -> usize {
        self.state.borrow().kept.len()
    }

    /// Ranges of the lowest source that [`fetch`](Self::fetch) will read: a hint, for who
    /// can have them brought before.
    #[must_use]
    pub fn wants(&self) -> Vec<Range<u64>> {
        self.state.borrow().reads.clone()
    }

    /// Works towards what is wanted by about `work_max` bytes. Returns whether nothing is
    /// wanted any more.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn fetch(&self, work_max: u64) -> core::result::Result<bool, Error> {
        let mut left = work_max.div_ceil(BLOCK);
        loop {
            let Some(block) = self.state.borrow().wanted.first().copied() else { break };
            if left == 0 || self.take(block, work_max)? == Taken::Slow {
                return Ok(false);
            }
            if self.is_slow() {
                return self.fetch_ahead(block);
            }
            left = left.saturating_sub(1);
            let mut state = self.state.borrow_mut();
            state.fetched = state.fetched.saturating_add(1);
        }
        self.state.borrow_mut().reads.clear();
        Ok(true)
    }

    /// Takes what comes behind `block`, as far as that was decoded on the way.
    fn fetch_ahead(&self, block: u64) -> core::result::Result<bool, Error> {
        let (next, count) = self.state.borrow().ahead;
        let is_next = next == block;
        let count = if is_next { count.saturating_mul(2).clamp(1, AHEAD_MAX) } else { 1 };
        let mut end = block.saturating_add(1);
        let until = block.saturating_add(count);
        while end < until && !self.range(end).is_empty() {
            let is_kept = self.state.borrow().has(end);
            if !is_kept && self.take(end, AHEAD_WORK)? != Taken::Kept {
                // Nobody has asked for it.
                self.state.borrow_mut().wanted.remove(&end);
                break;
            }
            end = end.saturating_add(1);
        }
        let mut state = self.state.borrow_mut();
        state.fetched = state.fetched.saturating_add(1);
        state.ahead = (end, count);
        Ok(state.wanted.is_empty())
    }

    /// Where a block lies.
    fn range(&self, block: u64) -> Range<u64> {
        let start = block.saturating_mul(BLOCK);
        let size = self.disk.size().unwrap_or(u64::MAX);
        start..start.saturating_add(BLOCK).min(size).max(start)
    }

    /// Keeps a block if it can be had by some `work_max` bytes of work; otherwise wants it.
    fn take(&self, block: u64, work_max: u64) -> core::result::Result<Taken, Error> {
        let range = self.range(block);
        if !self.disk.approach(range.clone(), work_max)? {
            let mut state = self.state.borrow_mut();
            state.wanted.insert(block);
            state.is_slow = true;
            return Ok(Taken::Slow);
        }
        let pieces = self.pieces(&range)?;
        let mut state = self.state.borrow_mut();
        state.wanted.remove(&block);
        let Some(pieces) = pieces else { return Ok(Taken::Quick) };
        state.keep(block, pieces.into());
        Ok(Taken::Kept)
    }

    /// The bytes of a block around what is lost; `None` where the scan has not come to
    /// all of it, or what is lost cannot be told.
    fn pieces(&self, range: &Range<u64>) -> core::result::Result<Option<Vec<Piece>>, Error> {
        'again: for _ in 0..TRIES {
            let holes: Vec<Gap> =
                gaps(&*self.disk, range.clone()).filter(Gap::stops_reads).collect();
            if holes.iter().any(|gap| gap.kind == GapKind::NotYetKnown) {
                return Ok(None);
            }
            let starts = [range.start].into_iter().chain(holes.iter().map(|gap| gap.end));
            let ends = holes.iter().map(|gap| gap.start).chain([range.end]);
            let mut pieces = Vec::new();
            for stretch in starts.zip(ends).map(|(start, end)| start..end) {
                if stretch.is_empty() {
                    continue;
                }
                let bytes = read_range(&*self.disk, stretch.clone())?;
                if to_u64(bytes.len()) != stretch.end.saturating_sub(stretch.start) {
                    continue 'again;
                }
                pieces.push((to_usize(stretch.start.saturating_sub(range.start)), bytes));
            }
            return Ok(Some(pieces));
        }
        Ok(None)
    }

    /// How many blocks from `block` on, `most` at most, are quick to be had, have no gap, and
    /// are not kept.
    fn quick(&self, block: u64, most: u64) -> core::result::Result<u64, Error> {
        let start = block.saturating_mul(BLOCK);
        let gap = self.disk.gap(start..start.saturating_add(most.saturating_mul(BLOCK)));
        let most = gap.map_or(most, |gap| gap.start.saturating_sub(start) / BLOCK);
        for count in 0..most {
            let next = block.saturating_add(count);
            if self.state.borrow().is_met(next) || !self.disk.approach(self.range(next), 0)? {
                return Ok(count);
            }
        }
        Ok(most)
    }

    /// Reads whole blocks into `room`, with one read of those that are not kept; returns how
    /// many bytes that were, if it was more than one block.
    fn read_blocks(&self, at: u64, room: &mut [u8]) -> core::result::Result<usize, Error> {
        let block = at / BLOCK;
        let whole = to_u64(room.len()) / BLOCK;
        // What has to be unpacked is to be had once.
        let most = if self.is_slow() { whole.min(TOGETHER_MAX) } else { whole };
        let count = if at.is_multiple_of(BLOCK) && most > 1 { self.quick(block, most)? } else { 0 };
        let room = room.get_mut(..to_usize(count.saturating_mul(BLOCK))).unwrap_or(&mut []);
        // What turns out to be lost is told block by block.
        if count < 2 || self.disk.read_at(at, room)? < room.len() {
            return Ok(0);
        }
        if count <= TOGETHER_MAX {
            let mut state = self.state.borrow_mut();
            for (block, bytes) in (block..).zip(room.chunks(to_usize(BLOCK))) {
                state.wanted.remove(&block);
                state.keep(block, [(0, bytes.to_vec())].into());
            }
        }
        Ok(room.len())
    }

    /// Reads from `at` on, all in one block; returns how many bytes there were.
    fn read_block(&self, at: u64, room: &mut [u8]) -> core::result::Result<usize, Error> {
        let (block, within) = (at / BLOCK, to_usize(at % BLOCK));
        if let Some(pieces) = self.state.borrow_mut().used(block) {
            return Ok(copy(&pieces, within, room));
        }
        if self.state.borrow().wanted.contains(&block) {
            return Ok(0);
        }
        match self.take(block, 0)? {
            Taken::Slow => Ok(0),
            Taken::Kept => {
                let pieces = self.state.borrow_mut().used(block);
                Ok(pieces.map_or(0, |pieces| copy(&pieces, within, room)))
            }
            Taken::Quick => {
                let count = self.disk.read_at(at, room)?;
                let stop = at.saturating_add(to_u64(count));
                let gap = self.disk.gap(stop..stop.saturating_add(1));
                if count < room.len() && gap.is_some_and(|gap| gap.kind == GapKind::NotYetKnown) {
                    self.state.borrow_mut().met_unknown = true;
                }
                Ok(count)
            }
        }
    }
}

/// Copies from `within` a block on; returns how many bytes are there.
fn copy(pieces: &[Piece], within: usize, room: &mut [u8]) -> usize {
    let found = pieces.iter().find_map(|(start, bytes)| {
        bytes.get(within.checked_sub(*start)?..).filter(|rest| !rest.is_empty())
    });
    let bytes = found.unwrap_or(&[]);
    let count = bytes.len().min(room.len());
    room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    count
}

impl State {
    /// Where a block stands among those that are kept, or would.
    fn place(&self, block: u64) -> core::result::Result<usize, usize> {
        self.kept.binary_search_by_key(&block, |(number, _)| *number)
    }

    fn has(&self, block: u64) -> bool {
        self.place(block).is_ok()
    }

    /// Whether it is kept, or wanted.
    fn is_met(&self, block: u64) -> bool {
        self.has(block) || self.wanted.contains(&block)
    }

    /// The bytes of a block that is kept, which is used now.
    fn used(&mut self, block: u64) -> Option<Rc<[Piece]>> {
        self.clock = self.clock.saturating_add(1);
        let place = self.place(block).ok()?;
        let (_, kept) = self.kept.get_mut(place)?;
        kept.used = self.clock;
        Some(Rc::clone(&kept.pieces))
    }

    fn keep(&mut self, block: u64, pieces: Rc<[Piece]>) {
        let has_waited = self.is_slow && (self.fetched > 0 || !self.wanted.is_empty());
        self.shrink(if has_waited { HELD_MAX } else { BLOCKS_MAX }.saturating_sub(1));
        self.clock = self.clock.saturating_add(1);
        let kept = Kept { used: self.clock, pieces };
        match self.place(block) {
            Ok(place) => drop(self.kept.get_mut(place).map(|known| known.1 = kept)),
            Err(place) => self.kept.insert(place, (block, kept)),
        }
    }

    /// Lets go of what was used longest ago.
    fn shrink(&mut self, most: usize) {
        while self.kept.len() > most {
            let ages = self.kept.iter().map(|(_, kept)| kept.used).enumerate();
            let Some((place, used)) = ages.min_by_key(|(_, used)| *used) else { return };
            self.kept.remove(place);
            self.is_overrun |= used > self.began && most > BLOCKS_MAX;
        }
    }

    /// The work is done, or given up.
    fn end(&mut self) {
        self.began = self.clock;
        (self.fetched, self.met_unknown, self.is_overrun) = (0, false, false);
        self.wanted.clear();
        self.reads.clear();
        self.shrink(BLOCKS_MAX);
    }
}

impl ReadAt for Cache {
    fn size(&self) -> Option<u64> {
        self.disk.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> core::result::Result<usize, Error> {
        let left = self.size().unwrap_or(u64::MAX).saturating_sub(offset);
        let length = to_usize(left).min(buffer.len());
        let mut done = 0_usize;
        while done < length {
            let at = offset.saturating_add(to_u64(done));
            let count = self.read_blocks(at, buffer.get_mut(done..length).unwrap_or(&mut []))?;
            done = done.saturating_add(count);
            if count > 0 {
                continue;
            }
            let here = to_usize(BLOCK - at % BLOCK).min(length.saturating_sub(done));
            let room = buffer.get_mut(done..done.saturating_add(here)).unwrap_or(&mut []);
            let count = self.read_block(at, room)?;
            done = done.saturating_add(count);
            if count < here {
                break;
            }
        }
        Ok(done)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let below = self.disk.gap(range.clone());
        let blocks = range.start / BLOCK..range.end.div_ceil(BLOCK);
        let wanted = (!blocks.is_empty())
            .then(|| self.state.borrow().wanted.range(blocks).next().copied())
            .flatten();
        let wanted = wanted.map(|block| {
            let Range { start, end } = self.range(block);
            Gap { start, end, kind: GapKind::NotYetKnown }
        });
        match (below, wanted) {
            (Some(below), Some(wanted)) if wanted.start < below.start => Some(wanted),
            // What is in doubt and cannot be had yet, cannot be had yet.
            (Some(below), Some(wanted)) if !below.stops_reads() && below.end > wanted.start => {
                Some(if below.start < wanted.start { below } else { wanted })
            }
            (below, wanted) => below.or(wanted),
        }
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        // Whole blocks are read, and those beside one another together.
        let end = range.end.min(self.disk.size().unwrap_or(u64::MAX)).div_ceil(BLOCK);
        let mut run: Option<Range<u64>> = None;
        for block in range.start / BLOCK..end.max(range.start / BLOCK) {
            let (is_kept, Range { start, end }) =
                (self.state.borrow().has(block), self.range(block));
            if is_kept {
                run.take().into_iter().for_each(|run| self.disk.trace(run, into));
            } else {
                run = Some(run.map_or(start, |run| run.start)..end);
            }
        }
        run.into_iter().for_each(|run| self.disk.trace(run, into));
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> core::result::Result<bool, Error> {
        let blocks = range.start / BLOCK..range.end.div_ceil(BLOCK).max(range.start / BLOCK + 1);
        let all = blocks.end.saturating_sub(blocks.start) <= to_u64(HELD_MAX);
        if all && blocks.into_iter().all(|block| self.state.borrow().has(block)) {
            return Ok(true);
        }
        self.disk.approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.disk.detour(from, offset)
    }

    fn announce(&self, ranges: &[Range<u64>]) {
        self.want_together(ranges);
    }
}
