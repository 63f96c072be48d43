//! What a format that is decoded from front to back has to do.

use core::ops::Range;

use super::recent::Recent;
use crate::container::Options;
use crate::container::ahead::Workers;
use crate::container::input::Input;
use crate::container::log::{End, Log};
use crate::container::loss::before::Before;
use crate::container::loss::{Found, Loss};
use crate::source::{Error, Reader, Writer};

/// What a step of a decoder came to.
pub(in crate::container) enum Step<S> {
    /// This many bytes were put out: 0 if the step only read.
    Data(usize),
    /// Decoding stopped; this is how to search for a place to go on from.
    Stopped(Loss, S),
    /// A checksum over all from the unproven part of this on does not agree, and
    /// nothing stopped decoding: what it would be told as if the container started
    /// again in there.
    Disagrees(Loss),
    /// There is nothing more.
    End(End),
}

/// Where a step of a decoder puts its output and its findings.
pub(in crate::container) struct Output<'a> {
    /// Room for contents, at least [`Decoder::ROOM`] bytes.
    pub(in crate::container) room: &'a mut [u8],
    /// Where the room starts in the contents, in bytes.
    pub(in crate::container) contents: u64,
    /// What is found on the way.
    pub(in crate::container) log: &'a mut Log,
    /// The parts of what is put out that nobody can know, in ascending order:
    /// bytes of `room`.
    pub(in crate::container) unknown: &'a mut Vec<Range<usize>>,
    /// Bytes that were decoded besides what is put out, to find something out.
    pub(in crate::container) tried: u64,
}

/// What a decoder needs to be put back to a place.
pub(in crate::container) struct Saved<S> {
    /// Offset in the contents.
    pub(in crate::container) contents: u64,
    /// Offset in the source to go on reading at.
    pub(in crate::container) source: u64,
    /// The decoder there.
    pub(in crate::container) state: S,
    /// Bytes of memory that `state` takes.
    pub(in crate::container) bytes: usize,
}

/// A format that is decoded from front to back.
pub(in crate::container) trait Decoder: Sized {
    /// What is kept to go on from a checkpoint.
    type State;

    /// A search for a place to go on from.
    type Search;

    /// Bytes of room that a step needs.
    const ROOM: usize;

    /// Bytes that a step may put out at once where it cannot put out less.
    const PIECE: usize = 1;

    /// Bytes of contents between two checkpoints at first.
    const INTERVAL: u64;

    /// How many times as long a byte takes as with the quickest decoder,
    /// about. What has to answer in between counts work by it.
    const EFFORT: u64;

    /// A decoder at the start of a container, which checks what it decodes.
    fn new(options: &Options) -> Self;

    /// A decoder at the start of a container that gives out what it decodes at
    /// once, and checks nothing.
    fn unchecked(options: &Options) -> Self {
        Self::new(options)
    }

    /// Goes on by a bounded amount of work: it consumes or puts out
    /// something, or it ends.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the container asks for something that is
    /// not supported. The same step can be tried again.
    fn step(
        &mut self,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step<Self::Search>, Error>;

    /// Looks for a place to go on from behind `loss`, by a bounded amount of
    /// work; stands there when it is found.
    ///
    /// # Errors
    ///
    /// The source cannot be read. The same step can be tried again.
    fn search(
        &mut self,
        search: &mut Self::Search,
        loss: &mut Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Found, Error>;

    /// Bytes of contents, the last ones, that nothing proves if the source ends
    /// here.
    fn unproven(&self) -> u64;

    /// Has `workers` work on what comes, if they can be of help.
    fn work_ahead(&mut self, _workers: Workers) {}

    /// From here on, takes everything that may be copied from for unknown.
    fn distrust(&mut self);

    /// Whether what comes may still derive from bytes that it
    /// [distrusts](Self::distrust).
    fn distrusts(&self) -> bool;

    /// Goes to where the container starts again, which is the next byte.
    fn start_again(&mut self);

    /// Bytes of output in a row that [`save`](Self::save) may look back at.
    fn history(&self) -> usize;

    /// What [`restore`](Self::restore) needs to go on from here, where the
    /// contents have come to `contents`. `None` if that is not possible here,
    /// or takes more than `bytes_max` bytes, or is not known yet: then a later
    /// call returns what goes on from here.
    fn save(
        &mut self,
        input: &Input,
        recent: &Recent,
        contents: u64,
        bytes_max: usize,
    ) -> Option<Saved<Self::State>>;

    /// Whether nothing from where `state` was saved on derives from what lies before.
    fn is_apart(state: &Self::State) -> bool;

    /// A decoder that goes on where `state` was saved and checks nothing: the
    /// one that saved it does.
    fn restore(state: &Self::State, options: &Options) -> Self;

    /// How many bytes of output before the damage a search has use for, as
    /// [`Before`]; `None` if it has none for that.
    fn wants_before(_search: &Self::Search) -> Option<usize> {
        None
    }

    /// Gives a search what it [wants](Self::wants_before).
    fn take_before(_search: &mut Self::Search, _before: Before) {}

    /// Appends `state` to what is kept of a container; `None` if it cannot be
    /// put down as bytes.
    fn write_state(_state: &Self::State, _bytes: &mut Writer) -> Option<()> {
        None
    }

    /// Takes what [`write_state`](Self::write_state) appended, with the bytes of
    /// memory that it takes.
    fn read_state(_bytes: &mut Reader<'_>) -> Option<(Self::State, usize)> {
        None
    }
}
