//! A decoder and where it stands, or the search it is on.

use core::ops::Range;

use super::decoder::{Decoder, Output, Step};
use super::recent::Recent;
use crate::container::input::Input;
use crate::container::log::{End, Log};
use crate::container::loss::restart::Looked;
use crate::container::loss::text::starts_as_text;
use crate::container::loss::{Length, Stopped, Turn};
use crate::source::Error;

/// A decoder and where it stands.
pub(super) struct Cursor<D: Decoder> {
    pub(super) decoder: D,
    pub(super) input: Input,
    pub(super) contents: u64,
    /// Where in the contents it began.
    pub(super) began: u64,
    /// Bytes that a step may put out.
    pub(super) room_max: usize,
    /// The search, behind damage.
    stopped: Option<Stopped<D::Search>>,
    /// Where in the source what it decodes started.
    begun: u64,
    /// Whether the source starts as one that was copied as text; `None` as long as nobody
    /// has had to know.
    starts_as_text: Option<bool>,
    /// Whether the source was copied as text, so that bytes were put in all over it.
    is_text: bool,
}

/// What a step came to.
pub(super) enum Moved {
    /// It goes on, perhaps with more contents, perhaps behind a loss that is to
    /// be [settled](Cursor::settle) first.
    On,
    /// There is nothing more.
    End(End),
}

impl<D: Decoder> Cursor<D> {
    /// A decoder that stands at `contents`.
    pub(super) fn new(decoder: D, input: Input, contents: u64) -> Self {
        Self {
            decoder,
            input,
            contents,
            began: contents,
            room_max: usize::MAX,
            stopped: None,
            begun: 0,
            starts_as_text: None,
            is_text: false,
        }
    }

    /// Whether decoding has stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// The search it is on.
    pub(super) fn search_mut(&mut self) -> Option<&mut D::Search> {
        self.stopped.as_mut().and_then(Stopped::search_mut)
    }

    /// Bytes of contents before the place where decoding stopped that nothing
    /// proves; 0 where it goes on. All of a source that was copied as text: a block
    /// with bytes put in can come to its end and be wrong.
    pub(super) fn unproven(&self) -> u64 {
        if self.is_text {
            return self.contents;
        }
        self.stopped.as_ref().map_or(0, Stopped::unproven)
    }

    /// What is known of a loss that is to be settled, if there is one.
    pub(super) fn found(&self) -> Option<Length> {
        self.stopped.as_ref().and_then(Stopped::found)
    }

    /// Where in the source what was decoded last is no more what was packed, though
    /// nothing stopped it.
    pub(super) fn went_past(&self) -> Option<u64> {
        self.stopped.as_ref().and_then(Stopped::went_past)
    }

    /// Goes on behind a loss, of which `lost` bytes are known, and which takes up
    /// `extent` bytes of contents.
    pub(super) fn settle(&mut self, lost: Option<u64>, extent: u64, log: &mut Log) {
        if let Some(stopped) = self.stopped.take() {
            stopped.settle(self.contents, lost, log);
            self.contents = self.contents.saturating_add(extent);
        }
    }

    /// Bytes of output in a row that may be looked back at.
    pub(super) fn history(&self) -> usize {
        if self.is_stopped() { 0 } else { self.decoder.history() }
    }

    /// Takes a step, and takes up what it put out before `end`: what the
    /// frontier took back, a reader may put out.
    pub(super) fn step(
        &mut self,
        end: u64,
        recent: &mut Recent,
        log: &mut Log,
        unknown: &mut Vec<Range<usize>>,
        work: &mut u64,
    ) -> Result<Moved, Error> {
        let before = self.input.position();
        let room = recent.room(self.contents, D::ROOM);
        let room_max = self.room_max.min(room.len());
        let room = room.get_mut(..room_max).unwrap_or(&mut []);
        let mut output = Output { room, contents: self.contents, log, unknown, tried: 0 };
        let (count, moved) = self.advance(&mut output)?;
        let tried = output.tried;
        let left = usize::try_from(end.saturating_sub(self.contents)).unwrap_or(usize::MAX);
        recent.fill(count.min(left));
        let count = u64::try_from(count).unwrap_or(0);
        self.contents = self.contents.saturating_add(count);
        let read = self.input.position().saturating_sub(before);
        let bytes = count.saturating_add(read).saturating_add(tried);
        *work = work.saturating_add(bytes.saturating_mul(D::EFFORT));
        Ok(moved)
    }

    fn advance(&mut self, output: &mut Output<'_>) -> Result<(usize, Moved), Error> {
        let Some(stopped) = &mut self.stopped else {
            return Ok(match self.decoder.step(&mut self.input, output)? {
                Step::Data(count) => (count, Moved::On),
                Step::Disagrees(loss) => {
                    self.stopped = Some(Stopped::disagreeing(loss, self.begun));
                    (0, Moved::On)
                }
                Step::End(end) => (0, Moved::End(end)),
                Step::Stopped(loss, search) => {
                    self.stopped = Some(Stopped::new(loss, search, self.contents, self.begun));
                    (0, Moved::On)
                }
            });
        };
        let source = &**self.input.source();
        let starts_as_text = match self.starts_as_text {
            Some(known) => known,
            None => *self.starts_as_text.insert(starts_as_text(source)?),
        };
        if starts_as_text && let Some(is_text) = stopped.find_text(source)? {
            self.is_text |= is_text;
            return Ok((0, Moved::On));
        }
        match stopped.find_restart(&**self.input.source(), self.contents)? {
            Looked::Searching => return Ok((0, Moved::On)),
            Looked::At(start) => {
                self.begun = start;
                self.input.seek(start);
                self.decoder.start_again();
                return Ok((0, Moved::On));
            }
            Looked::Nowhere => {}
        }
        let (decoder, input, contents) = (&mut self.decoder, &mut self.input, self.contents);
        let (room, unknown, tried) = (&mut *output.room, &mut *output.unknown, &mut output.tried);
        let turn = stopped.step(contents, output.log, |search, loss, log| {
            let mut output = Output { room, contents, log, unknown, tried: 0 };
            let found = decoder.search(search, loss, input, &mut output)?;
            *tried = output.tried;
            Ok((found, input.position()))
        })?;
        Ok(match turn {
            Turn::Searching | Turn::Found => (0, Moved::On),
            Turn::Passed => {
                self.stopped = None;
                (0, Moved::On)
            }
            Turn::End(end) => (0, Moved::End(end)),
        })
    }
}
