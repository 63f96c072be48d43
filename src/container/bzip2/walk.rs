//! Goes from block to block of a bzip2 file, and from stream to stream.

use std::rc::Rc;

use super::ahead::Ahead;
use super::bits::Bits;
use super::block::Fault;
use super::header::{self, BLOCK_BYTES_MAX, Next};
use super::resync::{SEARCH, Search, find_magic};
use super::task::Decoded;
use crate::container::ahead::{Done, Task, Workers};
use crate::container::blockwise::state::sum;
use crate::container::blockwise::walk::{Block, Step, Unpacked, Walk};
use crate::container::finding::{BlockChecksum, ContainerFindingKind};
use crate::container::input::Input;
use crate::container::log::{End, Log, Verdict};
use crate::container::loss::{Found, Length, Loss, cut};
use crate::source::{Error, ReadAt, Reader, Writer, to_u64};

/// A place in a bzip2 file, at a block or between two.
pub(in crate::container) struct Bzip2 {
    input: Input,
    contents: u64,
    place: Place,
    streams: u64,
    /// The blocks behind, if others decode them.
    ahead: Option<Ahead>,
}

/// What a walk stands at.
#[derive(Clone)]
enum Place {
    /// Before a stream, or at the end.
    Between,
    /// Before a block or the end of a stream.
    Next(Stream),
    /// At a block.
    Block(Rc<Held>),
}

/// A stream that is being decoded.
#[derive(Clone, Copy)]
struct Stream {
    /// The bit of the next byte at which it goes on, 0 to 7.
    bit: u32,
    /// The checksum over all its blocks so far; `None` if some are not known.
    crc: Option<u32>,
}

/// A block, which says how long it is by being decoded.
struct Held {
    bytes: Rc<Vec<u8>>,
    /// The checksum in the file, and that of the contents.
    crc: (u32, u32),
    /// Where it starts.
    bit: u32,
    /// Bytes of the source up to the one that what follows starts in.
    length: usize,
    behind: Stream,
}

/// What a walk needs to go on at a block.
#[derive(Clone, Copy)]
pub(in crate::container) struct Resume {
    /// The bit of the first byte; `None` before a stream.
    bit: Option<u32>,
    streams: u64,
}

impl Bzip2 {
    fn open_stream(&mut self, log: &mut Log) -> Result<Step<Search>, Error> {
        let start = self.input.position();
        match self.input.peek(4)? {
            [] => return Ok(Step::End(End::Complete)),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
                self.input.consume(4);
                self.place = Place::Next(Stream { bit: 0, crc: Some(0) });
            }
            [b'B'] | [b'B', b'Z'] | [b'B', b'Z', b'h'] => {
                return Ok(Step::End(cut(start, self.contents, log)));
            }
            _ if self.streams > 0 => return Ok(Step::Stopped(Loss::behind_end(start), Search)),
            _ => return Ok(Step::Stopped(Loss::damage(start, "header"), Search)),
        }
        Ok(Step::On)
    }

    /// Decodes a block, or the end of a stream.
    fn open_block(&mut self, stream: Stream, log: &mut Log) -> Result<Step<Search>, Error> {
        let start = self.input.position();
        let at = start.saturating_mul(8).saturating_add(stream.bit.into());
        if let Some(decoded) = self.take_ahead(at) {
            self.place = Place::Block(Rc::new(Held::new(decoded, stream)));
            return Ok(Step::On);
        }
        let mut bits = Bits::new(self.input.peek(BLOCK_BYTES_MAX)?, stream.bit);
        match header::next(&mut bits) {
            Ok(Next::Block(block)) => {
                let end = bits.position();
                let Some(decoded) = Decoded::of(block, end, usize::MAX) else {
                    return Ok(Step::On);
                };
                if let Some(ahead) = &mut self.ahead {
                    ahead.pass(at, &decoded);
                }
                self.place = Place::Block(Rc::new(Held::new(decoded, stream)));
            }
            Ok(Next::End(expected)) => {
                // What is left of the last byte is padding.
                let position = bits.position();
                self.input.consume(position.div_ceil(8));
                let verdict = match stream.crc {
                    Some(found) if found == expected => Verdict::Agrees,
                    Some(found) => {
                        let kind = ContainerFindingKind::Bzip2CrcMismatch { expected, found };
                        log.find(start, self.contents, kind);
                        Verdict::Disagrees
                    }
                    None => Verdict::NotCompared,
                };
                log.cover(self.contents, verdict);
                self.streams = self.streams.saturating_add(1);
                self.place = Place::Between;
            }
            Err(Fault::Short) => return Ok(Step::Stopped(Loss::cut(start), Search)),
            Err(Fault::Senseless(reason)) => {
                return Ok(Step::Stopped(Loss::damage(start, reason), Search));
            }
        }
        Ok(Step::On)
    }

    /// The block at bit `at` of the source, if others have decoded it.
    fn take_ahead(&mut self, at: u64) -> Option<Decoded> {
        self.ahead.as_mut()?.take(at, self.input.source())
    }

    fn pass(&mut self, held: &Held) {
        self.input.consume(held.length);
        self.contents = self.contents.saturating_add(to_u64(held.bytes.len()));
        self.place = Place::Next(held.behind);
    }
}

impl Held {
    /// A block of `stream`.
    fn new(Decoded { contents, crc, end }: Decoded, stream: Stream) -> Self {
        let bit = u32::try_from(end % 8).unwrap_or(0);
        let all = stream.crc.map(|all| all.rotate_left(1) ^ crc.0);
        let (length, behind) = (end / 8, Stream { bit, crc: all });
        Self { bytes: Rc::new(contents), crc, bit: stream.bit, length, behind }
    }
}

impl Bzip2 {
    /// Looks for a block, some bytes at a time.
    fn search_on(&mut self, _: &mut Search, loss: &mut Loss) -> Result<Found, Error> {
        let bytes = self.input.peek(SEARCH)?;
        let bytes = bytes.get(..SEARCH).unwrap_or(bytes);
        let is_last = bytes.len() < SEARCH;
        match find_magic(bytes, 0) {
            Some((skip, bit)) => {
                loss.skip(skip, &mut self.input);
                let mut bits = Bits::new(self.input.peek(BLOCK_BYTES_MAX)?, bit);
                if matches!(header::next(&mut bits), Ok(Next::Block(_))) {
                    self.place = Place::Next(Stream { bit, crc: None });
                    return Ok(Found::Here(Length::ToMeasure));
                }
                loss.skip(1, &mut self.input);
            }
            None if is_last => {
                let count = bytes.len();
                loss.skip(count, &mut self.input);
                return Ok(Found::End);
            }
            // A magic number that is cut off is looked at again.
            None => loss.skip(SEARCH - 8, &mut self.input),
        }
        Ok(Found::Nothing)
    }
}

impl Walk for Bzip2 {
    type Resume = Resume;

    type Search = Search;

    const DECODES: bool = true;

    const EFFORT: u64 = 20;

    fn new(source: Rc<dyn ReadAt>) -> Self {
        let input = Input::new(source, 0);
        Self { input, contents: 0, place: Place::Between, streams: 0, ahead: None }
    }

    fn fork(&self) -> Self {
        let input = Input::new(Rc::clone(self.input.source()), self.input.position());
        let (place, streams) = (self.place.clone(), self.streams);
        Self { input, contents: 0, place, streams, ahead: None }
    }

    fn go_to(&mut self, source: u64, contents: u64, resume: Resume) {
        self.input.seek(source);
        self.contents = contents;
        let stream = resume.bit.map(|bit| Stream { bit, crc: None });
        self.place = stream.map_or(Place::Between, Place::Next);
        self.streams = resume.streams;
    }

    fn start_again(&mut self, source: u64) {
        self.input.seek(source);
        self.place = Place::Between;
    }

    fn stand_at(&mut self, contents: u64) {
        self.contents = contents;
    }

    fn contents(&self) -> u64 {
        self.contents
    }

    fn parts(&self) -> u64 {
        self.streams
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn block(&self) -> Option<Block<Resume>> {
        let Place::Block(held) = &self.place else { return None };
        let resume = Resume { bit: Some(held.bit), streams: self.streams };
        let (contents, source) = (self.contents, self.input.position());
        Some(Block { contents, length: to_u64(held.bytes.len()), source, resume, is_mended: false })
    }

    fn decode(&mut self, _: bool) -> Result<Unpacked, Error> {
        let Place::Block(held) = &self.place else {
            return Ok(Unpacked { bytes: None, sums: Vec::new(), has_sums: true });
        };
        let sums = vec![sum(BlockChecksum::Contents, held.crc.0, held.crc.1)];
        Ok(Unpacked { bytes: Some(Rc::clone(&held.bytes)), sums, has_sums: true })
    }

    fn work_ahead(&mut self, workers: Workers) {
        let (read, bit) = match &self.place {
            Place::Between => (0, 0),
            Place::Next(stream) => (0, stream.bit),
            Place::Block(held) => (held.length, held.behind.bit),
        };
        let next = self.input.position().saturating_add(to_u64(read));
        let next = next.saturating_mul(8).saturating_add(bit.into());
        self.ahead = Some(Ahead::new(workers, next));
    }

    /// A block that it stands at is decoded already.
    fn task(&mut self, _: bool, _: bool) -> Option<Task> {
        None
    }

    fn unpacked(_: Done) -> Option<Unpacked> {
        None
    }

    fn step(&mut self, log: &mut Log) -> Result<Step<Search>, Error> {
        match self.place.clone() {
            Place::Between => self.open_stream(log),
            Place::Next(stream) => self.open_block(stream, log),
            Place::Block(held) => {
                // What it was read from may be gone: `fork` reads anew.
                self.input.peek(held.length)?;
                self.pass(&held);
                Ok(Step::On)
            }
        }
    }

    fn search(&mut self, search: &mut Search, loss: &mut Loss) -> Result<Found, Error> {
        self.search_on(search, loss)
    }

    fn write_resume(resume: &Resume, bytes: &mut Writer) {
        bytes.u32(resume.bit.unwrap_or(u32::MAX));
        bytes.u64(resume.streams);
    }

    fn read_resume(bytes: &mut Reader<'_>) -> Option<Resume> {
        let bit = Some(bytes.u32()?).filter(|&bit| bit != u32::MAX);
        Some(Resume { bit, streams: bytes.u64()? })
    }
}
