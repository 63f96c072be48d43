//! What both engines share about damage: the place where decoding stopped, the
//! search behind it, and what is said about it.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub(super) mod before;
pub(super) mod evidence;
pub(super) mod holes;
pub(super) mod landmark;
pub(super) mod measure;
pub(super) mod restart;
pub(super) mod text;
pub(super) mod twin;

use self::restart::{Looked, Restart};
use self::text::is_text_around;
use super::finding::ContainerFindingKind;
use super::input::Input;
use super::log::{End, Log};
use crate::source::{Error, ReadAt};

/// Losses in the source that are gone past; what follows yet another one is
/// given up.
pub(super) const LOSSES_MAX: usize = 65_536;

/// Bytes of contents that stand for a loss nobody knows the length of.
///
/// Longer than any extent of an archive, so that one whose data ran into the
/// damage ends inside the loss, and its reader searches on right behind it.
const STAND_IN: u64 = 4 * 1024 * 1024;

/// Bytes of contents that a loss takes up, or that stand for it.
pub(super) fn extent_of(lost: Option<u64>) -> u64 {
    lost.unwrap_or(STAND_IN)
}

/// A place where decoding stopped.
#[derive(Clone)]
pub(super) struct Loss {
    start: u64,
    cause: Cause,
    /// Whether all bytes so far are zeros.
    only_zeros: bool,
    /// Where the part starts that nothing proves: bytes of contents before the
    /// place where decoding stopped, and an offset in the source.
    unproven: (u64, u64),
}

/// What the decoder ran into.
#[derive(Clone, Copy)]
enum Cause {
    /// Something that cannot be decoded.
    Damage(&'static str),
    /// A part that is longer than the source: the source is cut off, or the
    /// length is wrong.
    Cut,
    /// Something behind the container's end.
    BehindEnd,
}

/// What a step of a search behind a [`Loss`] came to.
pub(super) enum Found {
    /// Nothing yet.
    Nothing,
    /// A place to go on from, which the decoder stands at now.
    Here(Length),
    /// The part that was lost, after all: nothing but its header is damaged.
    Mended,
    /// The end of the source.
    End,
}

/// How many bytes of contents are lost before a place to go on from.
#[derive(Clone, Copy)]
pub(super) enum Length {
    /// So many.
    Known(u64),
    /// Nobody can know.
    Unknown,
    /// What follows may tell: the engine is to measure it.
    ToMeasure,
}

/// A decoder that stopped, and its search for a place to go on from.
pub(super) struct Stopped<S> {
    loss: Loss,
    /// `None` where decoding can go on as it is, unless the container starts again.
    search: Option<S>,
    /// Whether the container starts again, which is looked at first; `None` once it
    /// was.
    restart: Option<Restart>,
    /// Where it starts again.
    restarted: Option<u64>,
    /// Whether it was looked at whether there is text around it.
    is_read_as_text: bool,
    /// What was found.
    found: Option<Length>,
}

/// What became of a step of a search.
pub(super) enum Turn {
    /// It goes on.
    Searching,
    /// Nothing is lost, and decoding goes on.
    Passed,
    /// A place to go on from was found; the loss is to be [settled](Stopped).
    Found,
    /// The contents end here.
    End(End),
}

impl<S> Stopped<S> {
    /// A search that starts now, where the contents have come to `contents`. What is
    /// decoded started at `begun` of the source; if it starts once more, then behind
    /// that.
    pub(super) fn new(loss: Loss, search: S, contents: u64, begun: u64) -> Self {
        let from = if contents == 0 { 0 } else { loss.unproven.1 };
        let restart = Restart::around(from.max(begun.saturating_add(1)), loss.start);
        Self::with(loss, Some(search), restart)
    }

    /// Decoding came to where `loss` is without stopping, and a checksum over all from
    /// its unproven part on does not agree: it may have gone past a place where the
    /// container starts again, behind `begun`.
    pub(super) fn disagreeing(loss: Loss, begun: u64) -> Self {
        let from = loss.unproven.1.max(begun.saturating_add(1));
        let restart = Restart::within(from..loss.start);
        Self::with(loss, None, restart)
    }

    fn with(loss: Loss, search: Option<S>, restart: Restart) -> Self {
        let restart = Some(restart);
        Self { loss, search, restart, restarted: None, is_read_as_text: false, found: None }
    }

    /// Looks whether `source` has [lines of text](is_text_around) where it stopped; `None` if
    /// that was looked at before.
    pub(super) fn find_text(&mut self, source: &dyn ReadAt) -> Result<Option<bool>, Error> {
        if self.is_read_as_text {
            return Ok(None);
        }
        let is_text = is_text_around(source, self.loss.start)?;
        self.is_read_as_text = true;
        Ok(Some(is_text))
    }

    /// Looks whether the container starts again, as where a download was begun anew
    /// behind what was there of the first one. The contents have come to `contents`.
    pub(super) fn find_restart(
        &mut self,
        source: &dyn ReadAt,
        contents: u64,
    ) -> Result<Looked, Error> {
        let Some(restart) = &mut self.restart else { return Ok(Looked::Nowhere) };
        let looked = restart.step(source)?;
        if let Looked::Searching = looked {
            return Ok(looked);
        }
        self.restart = None;
        if let Looked::At(at) = looked {
            // If nothing came of the first one, nothing is lost either.
            let length = if contents == 0 { Length::Known(0) } else { Length::ToMeasure };
            (self.found, self.restarted) = (Some(length), Some(at));
            if self.went_past().is_some() {
                self.loss.start = at;
            }
        }
        Ok(looked)
    }

    /// Where in the source what was decoded last is no more what was packed: the
    /// container starts again there, and decoding went on all the same.
    pub(super) fn went_past(&self) -> Option<u64> {
        self.restarted.filter(|_| self.search.is_none())
    }

    /// What the decoder knows of its search.
    pub(super) fn search_mut(&mut self) -> Option<&mut S> {
        self.search.as_mut()
    }

    /// Bytes of contents before the place where decoding stopped that nothing
    /// proves.
    pub(super) fn unproven(&self) -> u64 {
        self.loss.unproven_bytes()
    }

    /// What was found, if anything was.
    pub(super) fn found(&self) -> Option<Length> {
        self.found
    }

    /// Takes a step: `search` looks for a place, the contents have come to
    /// `contents`, and the source is at what `position` says afterwards.
    pub(super) fn step(
        &mut self,
        contents: u64,
        log: &mut Log,
        search: impl FnOnce(&mut S, &mut Loss, &mut Log) -> Result<(Found, u64), Error>,
    ) -> Result<Turn, Error> {
        let Some(state) = &mut self.search else { return Ok(Turn::Passed) };
        let (found, position) = search(state, &mut self.loss, log)?;
        Ok(match found {
            Found::Nothing => Turn::Searching,
            Found::Here(length) => {
                self.found = Some(length);
                Turn::Found
            }
            Found::Mended => {
                self.loss.tell(contents, Some(0), log);
                Turn::Passed
            }
            Found::End => Turn::End(self.loss.give_up(position, contents, log)),
        })
    }

    /// Tells that `lost` bytes are lost at `contents`, as far as that is known.
    pub(super) fn settle(self, contents: u64, lost: Option<u64>, log: &mut Log) {
        self.loss.tell(contents, lost, log);
    }
}

impl Loss {
    /// Damage at `start` of the source: `reason` names what cannot be decoded.
    pub(super) fn damage(start: u64, reason: &'static str) -> Self {
        Self::new(start, Cause::Damage(reason))
    }

    /// A part at `start` of the source that is longer than the source.
    pub(super) fn cut(start: u64) -> Self {
        Self::new(start, Cause::Cut)
    }

    /// Bytes at `start` of the source, behind an end of the container, that
    /// do not go on with it.
    pub(super) fn behind_end(start: u64) -> Self {
        Self { only_zeros: true, ..Self::new(start, Cause::BehindEnd) }
    }

    fn new(start: u64, cause: Cause) -> Self {
        Self { start, cause, only_zeros: false, unproven: (0, start) }
    }

    /// The same, where nothing proves the last `bytes` of contents, which start
    /// at `source`.
    pub(super) fn unproven(self, bytes: u64, source: u64) -> Self {
        Self { unproven: (bytes, source.min(self.start)), ..self }
    }

    /// Bytes of contents before the place where decoding stopped that nothing
    /// proves.
    pub(super) fn unproven_bytes(&self) -> u64 {
        self.unproven.0
    }

    /// Where in the source decoding stopped.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// Consumes up to the next `magic`, or up to the end of what was read;
    /// returns whether it was found.
    pub(super) fn skip_to(&mut self, magic: &[u8], input: &mut Input) -> Result<bool, Error> {
        let bytes = input.peek(magic.len())?;
        let found = bytes.windows(magic.len()).position(|bytes| bytes == magic);
        // What is cut off by the end of the read is looked at again.
        let tail = magic.len().saturating_sub(1);
        let none = match bytes.len() <= tail {
            true => bytes.len(),
            false => bytes.len().saturating_sub(tail),
        };
        self.skip(found.unwrap_or(none), input);
        Ok(found.is_some())
    }

    /// Consumes `count` bytes that were read.
    pub(super) fn skip(&mut self, count: usize, input: &mut Input) {
        let skipped = input.available().get(..count).unwrap_or(&[]);
        self.only_zeros = self.only_zeros && skipped.iter().all(|&byte| byte == 0);
        input.consume(count);
    }

    /// The contents go on behind the damage, `lost` bytes later.
    fn tell(&self, contents: u64, lost: Option<u64>, log: &mut Log) {
        let reason = match self.cause {
            Cause::Damage(reason) => reason,
            Cause::Cut => "length",
            Cause::BehindEnd => "what follows a complete part",
        };
        let kind = ContainerFindingKind::Damaged { reason, lost, resumes: true };
        log.find(self.start, contents, kind);
    }

    /// The source ended at `end`, and nothing to go on from was found.
    fn give_up(&self, end: u64, contents: u64, log: &mut Log) -> End {
        let bytes = end.saturating_sub(self.start);
        let (kind, end) = match self.cause {
            Cause::Damage(reason) => {
                let kind = ContainerFindingKind::Damaged { reason, lost: None, resumes: false };
                (kind, End::Damaged)
            }
            Cause::Cut => (ContainerFindingKind::Cut, End::Cut),
            Cause::BehindEnd if self.only_zeros => {
                (ContainerFindingKind::TrailingZeros { bytes }, End::Complete)
            }
            Cause::BehindEnd => (ContainerFindingKind::TrailingGarbage { bytes }, End::Complete),
        };
        log.find(self.start, contents, kind);
        end
    }
}

/// The source ends at `offset`, and the container does not.
pub(super) fn cut(offset: u64, contents: u64, log: &mut Log) -> End {
    log.find(offset, contents, ContainerFindingKind::Cut);
    End::Cut
}
