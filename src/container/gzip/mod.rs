//! gzip (RFC 1952): members, any number of them.
//!
//! Behind data that cannot be decoded, the rest of its member is lost: a block
//! may copy from the 32 KiB before it, also at the byte-aligned marks of
//! `gzip --rsyncable` and `pigz`. Decoding goes on at the next member. What was
//! decoded between the damage and the place that fails can be wrong.

mod header;
mod inflate;

use self::header::{MAGIC, Opening};
use self::inflate::{Inflate, Next, Place as InflatePlace};
use super::Options;
use super::finding::{ContainerFindingKind, End};
use super::input::Input;
use super::loss::{Loss, cut};
use super::recent::Recent;
use super::stream::{Decoder, Output, Saved, Step};
use crate::error::Error;

/// Bytes of a member that are looked at to tell whether it is one.
const PROBE: usize = 64 * 1024;

/// Decodes gzip from front to back.
pub(super) struct Gzip {
    inflate: Inflate,
    /// Whether checksums and lengths are checked.
    checks: bool,
    place: Place,
    members: u64,
}

/// Where in the format the decoder stands.
#[derive(Clone)]
enum Place {
    /// Before a member, or at the end.
    Between,
    /// In a member's data.
    Data(Sums),
    /// Behind a member's data.
    Trailer(Sums),
    /// Behind damage, looking for a member.
    Lost(Loss),
}

/// What is added up over a member.
#[derive(Clone)]
struct Sums {
    hash: Option<crc32fast::Hasher>,
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
                let hash = self.checks.then(crc32fast::Hasher::new);
                self.place = Place::Data(Sums { hash, length: 0 });
            }
            Opening::Cut => return Ok(cut(start, output)),
            Opening::Unknown => {
                self.place = Place::Lost(match self.members {
                    0 => Loss::damage(start, "header", None),
                    _ => Loss::behind_end(start),
                });
            }
        }
        Ok(Step::Data(0))
    }

    fn data(
        &mut self,
        mut sums: Sums,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let bytes = input.peek(1)?;
        let is_at_end = bytes.is_empty();
        let inflated = self.inflate.inflate(bytes, output.room);
        input.consume(inflated.consumed);
        sums.add(output.room.get(..inflated.count).unwrap_or(&[]));
        self.place = match inflated.state {
            // Without input, output may still come; nothing more is a cut.
            Next::More if is_at_end && inflated.count == 0 => {
                return Ok(cut(input.position(), output));
            }
            Next::More => Place::Data(sums),
            Next::End => Place::Trailer(sums),
            Next::Damage => Place::Lost(Loss::damage(input.position(), "deflate data", None)),
        };
        Ok(Step::Data(inflated.count))
    }

    fn trailer(
        &mut self,
        sums: &Sums,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let start = input.position();
        let Some([a, b, c, d, e, f, g, h]) = input.peek(8)?.first_chunk::<8>().copied() else {
            return Ok(cut(start, output));
        };
        input.consume(8);
        if let Some(hash) = &sums.hash {
            let (expected, found) = (u32::from_le_bytes([a, b, c, d]), hash.clone().finalize());
            if !output.log.compare(expected, found) {
                let kind = ContainerFindingKind::GzipCrcMismatch { expected, found };
                output.log.find(start, output.contents, kind);
            }
        }
        let expected = u32::from_le_bytes([e, f, g, h]);
        let found = u32::try_from(sums.length & u64::from(u32::MAX)).unwrap_or(0);
        if expected != found {
            let kind = ContainerFindingKind::GzipSizeMismatch { expected, found };
            output.log.find(start.saturating_add(4), output.contents, kind);
        }
        self.members = self.members.saturating_add(1);
        self.place = Place::Between;
        Ok(Step::Data(0))
    }

    /// Looks for a member behind damage, a read of the source at a time.
    fn search(
        &mut self,
        mut loss: Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        if !loss.skip_to(&MAGIC, input)? {
            if input.is_at_end()? {
                return Ok(loss.give_up(input.position(), output));
            }
        } else if self.is_sound_member(input, output.room)? {
            self.place = Place::Between;
            return Ok(loss.resume(output));
        } else {
            loss.skip(1, input);
        }
        self.place = Place::Lost(loss);
        Ok(Step::Data(0))
    }

    /// Whether a member starts here whose data decodes, as far as a probe
    /// tells. Consumes nothing.
    fn is_sound_member(&mut self, input: &mut Input, room: &mut [u8]) -> Result<bool, Error> {
        let Opening::Member(header) = Opening::parse(input)? else { return Ok(false) };
        let data = input.peek(header.length.saturating_add(PROBE))?.get(header.length..);
        self.inflate.restart();
        let probed = self.inflate.inflate(data.unwrap_or(&[]), room);
        Ok(probed.state != Next::Damage && (probed.count > 0 || probed.state == Next::End))
    }
}

impl Decoder for Gzip {
    type State = State;

    const ROOM: usize = 64 * 1024;

    const INTERVAL: u64 = 4 * 1024 * 1024;

    const EFFORT: u64 = 3;

    fn new(_: &Options) -> Self {
        Self { inflate: Inflate::new(), checks: true, place: Place::Between, members: 0 }
    }

    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        match self.place.clone() {
            Place::Between => self.open_member(input, output),
            Place::Data(sums) => self.data(sums, input, output),
            Place::Trailer(sums) => self.trailer(&sums, input, output),
            Place::Lost(loss) => self.search(loss, input, output),
        }
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
            Place::Data(_) => Some(self.inflate.place()),
            Place::Trailer(_) | Place::Lost(_) => return None,
        };
        let bytes = inside.as_ref().map_or(0, InflatePlace::bytes);
        let state = State { members: self.members, inside };
        let source = input.position();
        (bytes <= bytes_max).then_some(Saved { contents, source, state, bytes })
    }

    fn restore(state: &State, _: &Options) -> Self {
        let members = state.members;
        let (inflate, place) = match &state.inside {
            None => (Inflate::new(), Place::Between),
            Some(place) => (Inflate::at(place), Place::Data(Sums { hash: None, length: 0 })),
        };
        Self { inflate, checks: false, place, members }
    }
}

impl Sums {
    fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
    }
}
