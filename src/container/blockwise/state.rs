//! The frontier, which passes every block once, and the reader, which goes to
//! those behind it.

use core::ops::Range;
use std::rc::Rc;

use super::ahead::Ahead;
use super::decoded::Decoded;
use super::ranges::Ranges;
use super::walk::{Block, Step, Unpacked, Walk};
use crate::container::checkpoint::{Checkpoint, Checkpoints, Why};
use crate::container::finding::{BlockChecksum, ContainerFindingKind};
use crate::container::log::{End, Log};
use crate::container::loss::holes::Holes;
use crate::container::loss::landmark::Landmark;
use crate::container::loss::measure::Measure;
use crate::container::loss::restart::Looked;
use crate::container::loss::{LOSSES_MAX, Length, Stopped, Turn, extent_of};
use crate::source::{Error, ReadAt};

/// Bytes of a block whose length is in doubt are given out in such pieces as
/// long as that does not have to be settled.
const SETTLE: u64 = 256 * 1024;

/// All of it: the two walks, what is known of the contents, and what is kept of
/// them. Many fields: each step works on nearly all of them.
pub(super) struct State<W: Walk> {
    pub(super) source: Rc<dyn ReadAt>,
    /// Has passed every block up to where it stands, from the first on.
    pub(super) frontier: Frontier<W>,
    pub(super) end: Option<End>,
    /// Finds blocks behind the frontier.
    pub(super) reader: W,
    /// Where blocks start: all of them, as long as the budget allows.
    pub(super) blocks: Checkpoints<W::Resume>,
    pub(super) decoded: Decoded,
    pub(super) cache_bytes: usize,
    /// The blocks that were decoded before, or could not be.
    pub(super) seen: Ranges,
    pub(super) holes: Holes,
    /// The contents of blocks whose checksums do not agree.
    pub(super) wrong: Holes,
    pub(super) losses: usize,
    pub(super) log: Log,
    /// What a layer above expects to find.
    pub(super) expected: Option<Landmark>,
    /// Bytes that were decoded to go on at all.
    pub(super) decoded_bytes: u64,
    /// Up to where every block was compared with its checksums, one by one.
    pub(super) verified: u64,
    /// The blocks that others decode, if anybody does.
    pub(super) ahead: Option<Ahead<W>>,
    /// Whether blocks are decoded only to be seen, each once.
    pub(super) is_comparing: bool,
}

/// The walk that sees every block first.
pub(super) struct Frontier<W: Walk> {
    pub(super) walk: W,
    /// The search, behind damage.
    stopped: Option<Stopped<W::Search>>,
    /// Whether the block that it stands at may have another length than it had.
    is_doubtful: bool,
    /// Where in the source the blocks start that it passed last and that their
    /// checksums deny.
    denied: Option<u64>,
    /// Where in the source what it walks through started.
    begun: u64,
    /// Whether it has come to no block since a loss, which may be one of no contents.
    is_behind_loss: bool,
}

impl<W: Walk> Frontier<W> {
    /// One that starts where `walk` stands.
    pub(super) fn new(walk: W) -> Self {
        Self {
            walk,
            stopped: None,
            is_doubtful: false,
            denied: None,
            begun: 0,
            is_behind_loss: false,
        }
    }

    /// The block it stands at, and from where on its contents are not to be
    /// given out before its length is settled.
    fn block(&self) -> Option<(Block<W::Resume>, u64)> {
        let block = self.walk.block()?;
        let certain = match self.is_doubtful {
            true => block.length.saturating_sub(block.length % SETTLE),
            false => u64::MAX,
        };
        Some((block, block.contents.saturating_add(certain)))
    }
}

/// Where the bytes at an offset are to be had.
pub(super) enum Place {
    /// Decoded already.
    Decoded,
    /// In the block the frontier stands at.
    AtFrontier,
    /// In the block the reader stands at.
    AtReader,
    /// In the first of the blocks that others decode.
    Ahead,
    /// Nowhere: lost.
    Lost,
    /// Nowhere: behind the end.
    End,
}

impl<W: Walk> State<W> {
    /// Takes one step towards the block at `at`; `None` if it takes more.
    pub(super) fn find(&mut self, at: u64) -> Result<Option<Place>, Error> {
        if self.decoded.at(at).is_some() {
            return Ok(Some(Place::Decoded));
        }
        if self.holes.at(at).is_some() {
            return Ok(Some(Place::Lost));
        }
        if at < self.frontier.walk.contents() {
            if Ahead::of(&mut self.ahead).is_some_and(|ahead| ahead.holds(at)) {
                return Ok(Some(Place::Ahead));
            }
            return self.find_behind(at);
        }
        if self.end.is_some() {
            return Ok(Some(Place::End));
        }
        if let Some((block, certain)) = self.frontier.block()
            && block.holds(at)
        {
            if at < certain {
                return Ok(Some(Place::AtFrontier));
            }
            self.settle_length(&block)?;
            return Ok(None);
        }
        self.step_frontier()?;
        Ok(None)
    }

    /// Decodes the block that was found; returns whether its bytes are there
    /// now.
    pub(super) fn fetch(&mut self, place: Place) -> Result<bool, Error> {
        match place {
            Place::Decoded => Ok(true),
            Place::AtFrontier => self.decode(true),
            Place::AtReader => self.decode(false),
            Place::Ahead => self.take_ahead(),
            Place::Lost | Place::End => Ok(false),
        }
    }

    fn step_frontier(&mut self) -> Result<(), Error> {
        let contents = self.frontier.walk.contents();
        if let Some((block, _)) = self.frontier.block().filter(|_| self.frontier.is_doubtful) {
            return self.settle_length(&block);
        }
        self.compare_ahead();
        let Frontier { walk, stopped, denied, begun, .. } = &mut self.frontier;
        match stopped {
            Some(search) => match search.found() {
                Some(length) => self.settle(contents, length)?,
                None => {
                    match search.find_restart(&*self.source, contents)? {
                        Looked::Searching => return Ok(()),
                        Looked::At(start) => {
                            *begun = start;
                            walk.start_again(start);
                            return Ok(());
                        }
                        Looked::Nowhere => {}
                    }
                    let turn = search.step(contents, &mut self.log, |search, loss, _| {
                        let found = walk.search(search, loss)?;
                        Ok((found, walk.input().position()))
                    })?;
                    match turn {
                        Turn::Searching | Turn::Found => {}
                        Turn::Passed => *stopped = None,
                        Turn::End(end) => self.end = Some(end),
                    }
                }
            },
            None => match walk.step(&mut self.log)? {
                Step::On => {}
                Step::Stopped(loss, search) => {
                    let from = denied.take().unwrap_or(u64::MAX);
                    let loss = loss.unproven(0, from);
                    *stopped = Some(Stopped::new(loss, search, contents, *begun));
                }
                Step::End(end) => self.end = Some(end),
            },
        }
        if self.losses >= LOSSES_MAX {
            self.end = Some(End::Damaged);
        }
        self.take_up_block()
    }

    /// Notes the block that the frontier has come to, if it has come to one.
    fn take_up_block(&mut self) -> Result<(), Error> {
        let Some(block) = self.frontier.walk.block() else { return Ok(()) };
        let Block { contents, source, resume: state, is_mended, .. } = block;
        let is_behind_loss = core::mem::take(&mut self.frontier.is_behind_loss)
            || is_mended
            || contents.checked_sub(1).is_some_and(|last| self.holes.at(last).is_some());
        let must_stay = is_behind_loss || self.blocks.places().len() == 0;
        if must_stay || self.blocks.places().is_due(contents) {
            let why = if must_stay { Why::Pinned } else { Why::Due };
            self.blocks.push(Checkpoint { contents, source, bytes: 0, why }, state);
        }
        if W::DECODES {
            self.decoded_bytes = self.decoded_bytes.saturating_add(block.length);
            let unpacked = self.frontier.walk.decode(true)?;
            let agrees = self.check(&block, &unpacked);
            self.frontier.is_doubtful = !agrees;
            let denied = self.frontier.denied.unwrap_or(source);
            self.frontier.denied = (!agrees).then_some(denied);
        }
        Ok(())
    }

    /// A place to go on from behind the loss at `start` of the contents was
    /// found: finds out how much is lost, and goes on there.
    fn settle(&mut self, start: u64, length: Length) -> Result<(), Error> {
        let lost = match length {
            Length::Known(lost) => Some(lost),
            Length::Unknown => None,
            Length::ToMeasure => self.measure(start, self.frontier.walk.fork())?,
        };
        if let Some(stopped) = self.frontier.stopped.take() {
            stopped.settle(start, lost, &mut self.log);
        }
        self.frontier.is_behind_loss = true;
        self.frontier.walk.stand_at(start.saturating_add(extent_of(lost)));
        self.lose(start..self.frontier.walk.contents());
        Ok(())
    }

    /// The contents of `block`, at which the frontier stands, are not what they
    /// were. If it turns out that they were not as many bytes, they are lost.
    fn settle_length(&mut self, block: &Block<W::Resume>) -> Result<(), Error> {
        let mut behind = self.frontier.walk.fork();
        let mut ignored = Log::default();
        let is_passed = matches!(behind.step(&mut ignored)?, Step::On);
        behind.stand_at(0);
        let count = if is_passed { self.measure(block.contents, behind)? } else { None };
        self.frontier.is_doubtful = false;
        let Some(count) = count.filter(|&count| count != block.length) else { return Ok(()) };
        let reason = "length of a block";
        let kind = ContainerFindingKind::Damaged { reason, lost: Some(count), resumes: true };
        self.log.find(block.source, block.contents, kind);
        self.decoded.forget(block.contents);
        self.wrong.remove(&(block.contents..block.end()));
        self.frontier.walk.step(&mut self.log)?;
        let end = block.contents.saturating_add(count);
        self.frontier.is_behind_loss = true;
        self.frontier.walk.stand_at(end);
        self.lose(block.contents..end);
        Ok(())
    }

    /// Finds out how much is lost from `start` of the contents on: decodes what
    /// `walk` passes, which goes on behind it, up to the landmark.
    fn measure(&mut self, start: u64, mut walk: W) -> Result<Option<u64>, Error> {
        let Some(measure) = Measure::new(start, self.expected.as_ref()) else { return Ok(None) };
        let mut ignored = Log::default();
        let mut is_first = true;
        measure.run(|| {
            let is_there = core::mem::take(&mut is_first) && walk.block().is_some();
            if !is_there && !matches!(walk.step(&mut ignored)?, Step::On) {
                return Ok(None);
            }
            let Some(block) = walk.block() else { return Ok(Some(Rc::default())) };
            self.decoded_bytes = self.decoded_bytes.saturating_add(block.length);
            let unpacked = walk.decode(W::DECODES)?;
            if W::DECODES && !unpacked.agrees() {
                return Ok(None);
            }
            // One that cannot be decoded takes its place all the same.
            let length = usize::try_from(block.length).unwrap_or_default();
            Ok(Some(unpacked.bytes.unwrap_or_else(|| Rc::new(vec![0; length]))))
        })
    }

    fn find_behind(&mut self, at: u64) -> Result<Option<Place>, Error> {
        if let Some((start, &state)) = self.blocks.before(at) {
            // Damage may have been passed of which no byte of contents is lost: then a
            // reader with as many bytes may stand before it, and never gets past it.
            let is_before = self.reader.input().position() < start.source;
            if is_before || !(start.contents..=at).contains(&self.reader.contents()) {
                self.reader.go_to(start.source, start.contents, state);
            }
        }
        if self.reader.block().is_some_and(|block| block.holds(at)) {
            return Ok(Some(Place::AtReader));
        }
        let mut ignored = Log::default();
        if !matches!(self.reader.step(&mut ignored)?, Step::On) {
            let position = self.reader.input().position();
            self.reader = W::new(Rc::clone(&self.source));
            return Err(Error::source_differs(position));
        }
        Ok(None)
    }

    /// Decodes the block that the frontier or the reader stands at; returns
    /// whether that could be done. If not, its contents are lost.
    fn decode(&mut self, at_frontier: bool) -> Result<bool, Error> {
        let walk = if at_frontier { &mut self.frontier.walk } else { &mut self.reader };
        let Some(block) = walk.block() else { return Ok(false) };
        let unpacked = walk.decode(!self.seen.contains(block.contents))?;
        if !at_frontier && let Some(ahead) = Ahead::of(&mut self.ahead) {
            ahead.follow(&self.reader, &block);
        }
        self.hand_out();
        Ok(self.keep(&block, unpacked, at_frontier))
    }

    /// Takes the first of the blocks that others decode, as [`decode`](Self::decode) does.
    fn take_ahead(&mut self) -> Result<bool, Error> {
        self.hand_out();
        let Some(ahead) = Ahead::of(&mut self.ahead) else { return Ok(false) };
        let Some(at) = ahead.first() else { return Ok(false) };
        if let Some((block, unpacked)) = ahead.take() {
            return Ok(self.keep(&block, unpacked, false));
        }
        loop {
            if let Some(place) = self.find_behind(at)? {
                return self.fetch(place);
            }
        }
    }

    /// Has others decode what comes behind the block that is read.
    fn hand_out(&mut self) {
        if let Some(ahead) = Ahead::of(&mut self.ahead) {
            ahead.hand_out(self.frontier.walk.contents(), &self.seen, self.is_comparing);
        }
    }

    /// Has others compare the block that the frontier passes, if nobody has seen it.
    fn compare_ahead(&mut self) {
        if Ahead::of(&mut self.ahead).is_none() || self.frontier.stopped.is_some() {
            return;
        }
        let Some(block) = self.frontier.walk.block() else { return };
        while !self.seen.contains(block.contents)
            && let Some(ahead) = Ahead::of(&mut self.ahead)
            && !ahead.compare(&mut self.frontier.walk, block)
        {
            self.take_compared();
        }
    }

    /// Takes note of the first block that others compared, where all of it is as it should
    /// be; any other is looked at again in its turn, and found wrong there. Returns whether
    /// there was one.
    fn take_compared(&mut self) -> bool {
        let compared = Ahead::of(&mut self.ahead).and_then(Ahead::compared);
        if let Some((block, Some(unpacked))) = &compared
            && unpacked.bytes.is_some()
            && unpacked.agrees()
            && !self.seen.contains(block.contents)
        {
            self.check(block, unpacked);
        }
        compared.is_some()
    }

    /// Keeps what a block was unpacked to, and notes what is wrong with it.
    fn keep(&mut self, block: &Block<W::Resume>, unpacked: Unpacked, at_frontier: bool) -> bool {
        if !self.seen.contains(block.contents) {
            self.check(block, &unpacked);
        }
        let Some(bytes) = unpacked.bytes else {
            self.lose(block.contents..block.end());
            return false;
        };
        let certain = self.frontier.block().filter(|_| at_frontier && self.frontier.is_doubtful);
        let certain = certain.and_then(|(_, end)| usize::try_from(end - block.contents).ok());
        let bytes = match certain.and_then(|certain| bytes.get(..certain)) {
            Some(certain) => Rc::new(certain.to_vec()),
            None => bytes,
        };
        self.decoded.push(block.contents, bytes);
        true
    }

    /// Compares the checksums of a block that is decoded for the first time, or
    /// cannot be decoded; returns whether all of them agree.
    fn check(&mut self, block: &Block<W::Resume>, unpacked: &Unpacked) -> bool {
        let range = block.contents..block.end();
        self.seen.insert(range.clone());
        if !unpacked.has_sums {
            self.log.no_checksum();
        }
        for &super::walk::Sum { of, expected, found } in &unpacked.sums {
            if !self.log.compare(expected, found) {
                let kind = ContainerFindingKind::BlockChecksumMismatch { expected, found, of };
                self.log.find(block.source, block.contents, kind);
            }
        }
        if unpacked.bytes.is_none() {
            let lost = Some(block.length);
            let kind = ContainerFindingKind::Damaged { reason: "block", lost, resumes: true };
            self.log.find(block.source, block.contents, kind);
        }
        if !unpacked.agrees() {
            self.wrong.push(range);
        }
        unpacked.agrees()
    }

    /// Takes a step towards having seen every block; returns whether there are
    /// more to take. The frontier goes to the end first, so that it is known how
    /// much there is to see.
    pub(super) fn verify_next(&mut self) -> Result<bool, Error> {
        if self.end.is_none() {
            return self.find(u64::MAX).map(|_| true);
        }
        self.verify_passed()
    }

    /// Takes a step towards having seen every block that the frontier has passed; returns
    /// whether there are more to take.
    pub(super) fn verify_passed(&mut self) -> Result<bool, Error> {
        while self.take_compared() {}
        self.verified = self.seen.behind(self.verified);
        if self.verified >= self.frontier.walk.contents() {
            return Ok(false);
        }
        if let Some(hole) = self.holes.at(self.verified) {
            self.verified = hole.end;
        } else if let Some(place) = self.find(self.verified)? {
            self.fetch(place)?;
            let kept = self.decoded.at(self.verified).map(|kept| kept.end);
            let lost = self.holes.at(self.verified).map(|hole| hole.end);
            let behind = kept.or(lost).unwrap_or(u64::MAX);
            self.decoded_bytes =
                self.decoded_bytes.saturating_add(behind.saturating_sub(self.verified));
            self.verified = behind;
        }
        Ok(true)
    }

    fn lose(&mut self, hole: Range<u64>) {
        self.losses = self.losses.saturating_add(1);
        self.holes.push(hole);
    }

    /// Bytes that were read and decoded, times [`Walk::EFFORT`].
    pub(super) fn work(&self) -> u64 {
        let read = self.frontier.walk.input().position();
        let read = read.saturating_add(self.reader.input().position());
        read.saturating_add(self.decoded_bytes).saturating_mul(W::EFFORT)
    }
}

impl Unpacked {
    /// Whether every checksum that was added up agrees.
    fn agrees(&self) -> bool {
        self.sums.iter().all(|sum| sum.expected == sum.found)
    }
}

/// A checksum of what a block decodes to, or of the block as it stands.
pub(in crate::container) fn sum(of: BlockChecksum, expected: u32, found: u32) -> super::walk::Sum {
    super::walk::Sum { of, expected, found }
}
