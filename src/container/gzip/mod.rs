//! gzip (RFC 1952): members, any number of them.
//!
//! Behind data that cannot be decoded, decoding goes on at the next block, at
//! whatever bit it starts, or at the next member. How many bytes are missing is
//! not known then. Of what follows, the bytes are lost that were copied from
//! the 32 KiB before that block, or copied from such copies.
//!
//! Bytes of the block that the damage lies in decode to something else, most
//! often up to the end of the block, and most often nothing tells but the
//! checksum at the end of the member. Where something does, the whole block is
//! taken back.

mod bits;
mod block;
mod header;
mod inflate;
mod proof;
mod resync;

use self::header::Opening;
use self::inflate::{Inflate, Next, Place as InflatePlace};
use self::resync::{Place as FoundPlace, Search, TRAILER, is_end};
use super::Options;
use super::finding::ContainerFindingKind;
use super::input::Input;
use super::log::{End, Verdict};
use super::loss::{Found, Length, Loss, cut};
use super::sequential::decoder::{Decoder, Output, Saved, Step as Turn};
use super::sequential::recent::Recent;
use crate::source::Error;
use crate::source::{Reader, Writer};

/// Bytes before the place where decoding stops that are searched again at most:
/// blocks whose start was taken for data of a damaged one.
const BACK_MAX: u64 = 256 * 1024;

/// Zeros that stand for the end of the source, as tapes and raw devices leave
/// them.
const ZEROS: usize = 512;

type Step = Turn<Search>;

/// Decodes gzip from front to back.
pub(super) struct Gzip {
    inflate: Inflate,
    /// Whether this is the first time through: checksums and lengths are
    /// checked then, and output is held back until it is likely to be right.
    checks: bool,
    place: Place,
    /// Of the member so far; `None` if part of it is lost or was not looked at.
    sums: Option<Sums>,
    members: u64,
    /// Where the member starts, in bytes of the source.
    start: u64,
    /// Where decoding stopped last, in bytes of the source; 0 if it never did.
    stopped: u64,
    /// What nothing proves of the last member: how many bytes of contents, and
    /// where they start in the source.
    unproven: (u64, u64),
}

/// Where in the format the decoder stands.
#[derive(Clone)]
enum Place {
    /// Before a member, or at the end.
    Between,
    /// In a member's data.
    Data,
    /// Behind a member's data.
    Trailer,
    /// At damage, once what is held back is given out.
    Stopping(Loss, Search),
}

/// What is added up over a member.
#[derive(Clone, Default)]
struct Sums {
    hash: crc32fast::Hasher,
    length: u64,
}

/// The decoder at a checkpoint.
pub(super) struct State {
    members: u64,
    inside: Option<InflatePlace>,
}

impl Gzip {
    fn open_member(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = input.position();
        if input.is_at_end()? {
            return Ok(Step::End(End::Complete));
        }
        match Opening::parse(input)? {
            Opening::Member(header) => {
                if let Some((expected, found)) = header.checksum
                    && expected != found
                {
                    let (expected, found) = (u32::from(expected), u32::from(found));
                    let kind = ContainerFindingKind::HeaderChecksumMismatch { expected, found };
                    output.log.find(start, output.contents, kind);
                }
                input.consume(header.length);
                self.inflate.restart();
                self.inflate.stand_at(input.position());
                self.sums = self.checks.then(Sums::default);
                (self.place, self.start) = (Place::Data, start);
            }
            Opening::Cut => return Ok(Step::End(cut(start, output.contents, output.log))),
            Opening::Unknown => {
                let behind_end = Loss::behind_end(start).unproven(self.unproven.0, self.unproven.1);
                let (loss, search) = match (self.members, self.stopped) {
                    (0, _) => (Loss::damage(start, "header"), Search::for_blocks(0, start)),
                    (_, 0) => (behind_end, Search::for_members()),
                    // The end may have been one of something packed into a disk.
                    _ => (behind_end, Search::for_blocks(0, start)),
                };
                return Ok(Step::Stopped(loss, search));
            }
        }
        Ok(Step::Data(0))
    }

    fn data(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = input.position();
        let bytes = input.peek(1)?;
        let is_at_end = bytes.is_empty();
        let inflated = self.inflate.inflate(bytes, start, output.room.len());
        input.consume(inflated.consumed);
        if let Some(sums) = &mut self.sums {
            sums.add(self.inflate.latest(inflated.count));
        }
        match inflated.next {
            // Without input, output may still come; nothing more is a cut.
            Next::More if is_at_end && inflated.count == 0 => {
                if self.inflate.held() == 0 {
                    return Ok(Step::End(cut(input.position(), output.contents, output.log)));
                }
                self.inflate.release();
            }
            Next::More | Next::Block(_) => {}
            Next::End if !self.checks || self.is_end(input)? => {
                self.inflate.release();
                self.place = Place::Trailer;
            }
            Next::End | Next::Damage => self.stop(input),
        }
        Ok(Step::Data(0))
    }

    /// Whether this may be the end of the member's data. What is damaged can
    /// decode to one that is none.
    fn is_end(&self, input: &mut Input) -> Result<bool, Error> {
        const BEHIND: usize = TRAILER + ZEROS;
        let rest = input.peek(BEHIND)?;
        let Some((trailer, behind)) = rest.split_first_chunk::<TRAILER>() else { return Ok(true) };
        let [crc, length] = parse_trailer(*trailer);
        let is_right = |sums: &Sums| sums.crc() == crc || sums.length_low() == length;
        Ok(self.sums.as_ref().is_some_and(is_right)
            || is_end(rest, rest.len() < BEHIND)
            || behind.iter().all(|&byte| byte == 0))
    }

    /// Gives up decoding here, and what is held back with it.
    fn stop(&mut self, input: &mut Input) {
        let end = input.position();
        let loss = Loss::damage(end, "deflate data");
        let last = end.saturating_mul(8);
        let first = end.saturating_sub(BACK_MAX).max(self.stopped).saturating_mul(8);
        // The block that starts there is the one that failed.
        let start = self.inflate.withdraw().map_or(last, |block| block.saturating_add(1));
        let start = start.max(first).min(last);
        self.stopped = self.stopped.max(end);
        input.seek(start / 8);
        let bit = usize::try_from(start % 8).unwrap_or(0);
        self.place = Place::Stopping(loss, Search::for_blocks(bit, end));
    }

    fn trailer(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = input.position();
        let Some(trailer) = input.peek(TRAILER)?.first_chunk::<TRAILER>().copied() else {
            return Ok(Step::End(cut(start, output.contents, output.log)));
        };
        input.consume(TRAILER);
        let [crc, length] = parse_trailer(trailer);
        let mut verdict = Verdict::NotCompared;
        if let Some(sums) = self.sums.take() {
            let is_right = sums.crc() == crc && sums.length_low() == length;
            verdict = if is_right { Verdict::Agrees } else { Verdict::Disagrees };
            let (expected, found) = (crc, sums.crc());
            if !output.log.compare(expected, found) {
                let kind = ContainerFindingKind::GzipCrcMismatch { expected, found };
                output.log.find(start, output.contents, kind);
            }
            let (expected, found) = (length, sums.length_low());
            if expected != found {
                let kind = ContainerFindingKind::GzipSizeMismatch { expected, found };
                output.log.find(start.saturating_add(4), output.contents, kind);
            }
        }
        self.unproven = match verdict {
            Verdict::Agrees => (0, u64::MAX),
            _ => self.inflate.unproven(),
        };
        output.log.cover(output.contents, verdict);
        self.members = self.members.saturating_add(1);
        self.place = Place::Between;
        if verdict == Verdict::Disagrees {
            // Deflate can decode on over the joint of two pieces.
            let loss = Loss::damage(start, "deflate data").unproven(0, self.start);
            return Ok(Step::Disagrees(loss));
        }
        Ok(Step::Data(0))
    }
}

/// The checksum and the length, modulo 2^32, of a member.
fn parse_trailer([a, b, c, d, e, f, g, h]: [u8; TRAILER]) -> [u32; 2] {
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

impl Decoder for Gzip {
    type State = State;

    type Search = Search;

    const ROOM: usize = 64 * 1024;

    const INTERVAL: u64 = 4 * 1024 * 1024;

    const EFFORT: u64 = 3;

    fn new(_: &Options) -> Self {
        Self {
            inflate: Inflate::new(true),
            checks: true,
            place: Place::Between,
            sums: None,
            members: 0,
            start: 0,
            stopped: 0,
            unproven: (0, u64::MAX),
        }
    }

    fn unchecked(options: &Options) -> Self {
        Self::restore(&State { members: 0, inside: None }, options)
    }

    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let given = self.inflate.give(output.room, output.unknown);
        if given > 0 {
            return Ok(Step::Data(given));
        }
        let step = match self.place.clone() {
            Place::Between => self.open_member(input, output)?,
            Place::Data => self.data(input, output)?,
            Place::Trailer => self.trailer(input, output)?,
            Place::Stopping(loss, search) => {
                let (bytes, source) = self.inflate.unproven();
                return Ok(Step::Stopped(loss.unproven(bytes, source), search));
            }
        };
        Ok(match step {
            Step::Data(_) => Step::Data(self.inflate.give(output.room, output.unknown)),
            step => step,
        })
    }

    fn search(
        &mut self,
        search: &mut Search,
        loss: &mut Loss,
        input: &mut Input,
        _: &mut Output<'_>,
    ) -> Result<Found, Error> {
        self.place = match search.step(loss, input, &mut self.inflate)? {
            FoundPlace::End => return Ok(Found::End),
            FoundPlace::Nothing => return Ok(Found::Nothing),
            FoundPlace::Member => Place::Between,
            FoundPlace::Block(bits) => {
                self.inflate.resume(bits);
                self.inflate.stand_at(input.position());
                self.sums = None;
                Place::Data
            }
        };
        Ok(Found::Here(Length::ToMeasure))
    }

    fn unproven(&self) -> u64 {
        match self.place {
            Place::Between => 0,
            _ => self.inflate.unproven().0,
        }
    }

    fn distrust(&mut self) {
        // Nothing reaches beyond the start of a member.
        if matches!(self.place, Place::Data) {
            self.inflate.distrust();
        }
    }

    fn distrusts(&self) -> bool {
        self.inflate.distrusts()
    }

    fn start_again(&mut self) {
        (self.place, self.sums) = (Place::Between, None);
    }

    fn history(&self) -> usize {
        0
    }

    fn save(
        &mut self,
        input: &Input,
        _: &Recent,
        contents: u64,
        bytes_max: usize,
    ) -> Option<Saved<State>> {
        let inside = match &self.place {
            Place::Between => None,
            Place::Data => Some(self.inflate.place()?),
            Place::Trailer | Place::Stopping(..) => return None,
        };
        // What is held back is decoded already.
        let held = u64::try_from(self.inflate.held()).unwrap_or(0);
        let contents = contents.saturating_add(held);
        let bytes = inside.as_ref().map_or(0, InflatePlace::bytes);
        let state = State { members: self.members, inside };
        let source = input.position();
        (bytes <= bytes_max).then_some(Saved { contents, source, state, bytes })
    }

    fn is_apart(state: &State) -> bool {
        state.inside.is_none()
    }

    fn restore(state: &State, _: &Options) -> Self {
        let members = state.members;
        let (inflate, place) = match &state.inside {
            None => (Inflate::new(false), Place::Between),
            Some(place) => (Inflate::at(place), Place::Data),
        };
        Self {
            inflate,
            checks: false,
            place,
            sums: None,
            members,
            start: 0,
            stopped: 0,
            unproven: (0, u64::MAX),
        }
    }

    fn write_state(state: &State, bytes: &mut Writer) -> Option<()> {
        bytes.u64(state.members);
        bytes.u8(u8::from(state.inside.is_some()));
        state.inside.as_ref().map_or(Some(()), |place| place.write_to(bytes))
    }

    fn read_state(bytes: &mut Reader<'_>) -> Option<(State, usize)> {
        let members = bytes.u64()?;
        let inside = if bytes.u8()? == 0 { None } else { Some(InflatePlace::read_from(bytes)?) };
        let size = inside.as_ref().map_or(0, InflatePlace::bytes);
        Some((State { members, inside }, size))
    }
}

impl Sums {
    fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        self.hash.update(bytes);
    }

    fn crc(&self) -> u32 {
        self.hash.clone().finalize()
    }

    fn length_low(&self) -> u32 {
        u32::try_from(self.length & u64::from(u32::MAX)).unwrap_or(0)
    }
}
