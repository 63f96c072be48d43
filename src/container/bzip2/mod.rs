//! bzip2: streams of blocks that each decode by themselves, at any bit.
//!
//! The format is simple and settled, and crates for it give no access to
//! single blocks, so it is decoded here. Every block is a place to go on
//! from, and after a damaged block the next sound one is found by its magic
//! number. Damage costs the block that it hits, and the knowledge of where in
//! the contents those behind it belong: a block does not say how long it is.

mod bits;
mod block;
mod huffman;

use self::bits::Bits;
use self::block::{Block, Fault};
use super::Options;
use super::finding::{BlockChecksum, ContainerFindingKind, End};
use super::input::Input;
use super::loss::{Loss, cut};
use super::sequential::recent::Recent;
use super::sequential::{Decoder, Output, Saved, Step};
use crate::source::Error;
use crate::source::{Reader, Writer};

/// How a block starts: 48 bits, the digits of pi.
const BLOCK_MAGIC: u64 = 0x3141_5926_5359;

/// How the end of a stream starts: 48 bits, the digits of its square root.
const END_MAGIC: u64 = 0x1772_4538_5090;

/// Bits of both magic numbers.
const MAGIC_MASK: u64 = (1 << 48) - 1;

/// Bytes a block has in the source at most: 900 001 codes of 20 bits, and its
/// tables.
const BLOCK_BYTES_MAX: usize = 2_300_000;

/// Bytes that are read in a row to look for a magic number.
const SEARCH: usize = 64 * 1024;

/// Decodes bzip2 from front to back.
pub(super) struct Bzip2 {
    /// Whether checksums are checked.
    checks: bool,
    place: Place,
    /// The block that is being written out, with its checksum so far.
    block: Option<Written>,
    streams: u64,
}

/// A block that is being written out.
struct Written {
    block: Block,
    hash: crc32fast::Hasher,
    /// Where it starts in the source, and in the contents.
    start: u64,
    contents: u64,
}

/// Where in the format the decoder stands.
#[derive(Clone)]
enum Place {
    /// Before a stream, or at the end.
    Between,
    /// Before a block or the end of a stream.
    Block(Stream),
    /// Behind damage, looking for a block.
    Lost(Loss),
}

/// A stream that is being decoded.
#[derive(Clone, Copy)]
struct Stream {
    /// The bit of the next byte at which it goes on, 0 to 7.
    bit: u32,
    /// The checksum over all its blocks so far; `None` if some are not known.
    crc: Option<u32>,
}

/// The decoder at a checkpoint.
pub(super) struct State {
    bit: Option<u32>,
    streams: u64,
}

impl Bzip2 {
    fn open_stream(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = input.position();
        match input.peek(4)? {
            [] => return Ok(Step::End(End::Complete)),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => {
                input.consume(4);
                self.place = Place::Block(Stream { bit: 0, crc: Some(0) });
            }
            [b'B'] | [b'B', b'Z'] | [b'B', b'Z', b'h'] => return Ok(cut(start, output)),
            _ if self.streams > 0 => self.place = Place::Lost(Loss::behind_end(start)),
            _ => self.place = Place::Lost(Loss::damage(start, "header", None)),
        }
        Ok(Step::Data(0))
    }

    /// Decodes a block, or the end of a stream.
    fn open_block(
        &mut self,
        mut stream: Stream,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let start = input.position();
        let mut bits = Bits::new(input.peek(BLOCK_BYTES_MAX)?, stream.bit);
        match next(&mut bits) {
            Ok(Next::Block(block)) => {
                stream.crc = stream.crc.map(|crc| crc.rotate_left(1) ^ block.crc);
                stream.bit = consume(bits.position(), input);
                let (hash, contents) = (crc32fast::Hasher::new(), output.contents);
                self.block = Some(Written { block, hash, start, contents });
                self.place = Place::Block(stream);
                self.write_block(output)
            }
            Ok(Next::End(expected)) => {
                // What is left of the last byte is padding.
                consume(bits.position().next_multiple_of(8), input);
                if let Some(found) = stream.crc.filter(|&found| self.checks && found != expected) {
                    let kind = ContainerFindingKind::Bzip2CrcMismatch { expected, found };
                    output.log.find(start, output.contents, kind);
                }
                self.streams = self.streams.saturating_add(1);
                self.place = Place::Between;
                Ok(Step::Data(0))
            }
            Err(fault) => {
                self.place = Place::Lost(match fault {
                    Fault::Short => Loss::cut(start, None),
                    Fault::Senseless(reason) => Loss::damage(start, reason, None),
                });
                Ok(Step::Data(0))
            }
        }
    }

    fn write_block(&mut self, output: &mut Output<'_>) -> Result<Step, Error> {
        let Some(written) = self.block.as_mut() else { return Ok(Step::Data(0)) };
        let Written { block, hash, start, contents } = written;
        let count = block.write(output.room);
        if self.checks {
            update(hash, output.room.get(..count).unwrap_or(&[]));
        }
        if count < output.room.len() {
            let (expected, found) = (block.crc, hash.clone().finalize().reverse_bits());
            if self.checks && !output.log.compare(expected, found) {
                let of = BlockChecksum::Contents;
                let kind = ContainerFindingKind::BlockChecksumMismatch { expected, found, of };
                output.log.find(*start, *contents, kind);
            }
            let contents = *contents;
            self.block = None;
            if expected != found && self.checks {
                return Ok(Step::Doubted(count, contents));
            }
        }
        Ok(Step::Data(count))
    }

    /// Looks for a block behind damage, some bytes at a time.
    fn search(
        &mut self,
        mut loss: Loss,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Step, Error> {
        let bytes = input.peek(SEARCH)?;
        let bytes = bytes.get(..SEARCH).unwrap_or(bytes);
        let is_last = bytes.len() < SEARCH;
        match find_magic(bytes) {
            Some((skip, bit)) => {
                loss.skip(skip, input);
                let mut bits = Bits::new(input.peek(BLOCK_BYTES_MAX)?, bit);
                if matches!(next(&mut bits), Ok(Next::Block(_))) {
                    self.place = Place::Block(Stream { bit, crc: None });
                    return Ok(loss.resume(output));
                }
                loss.skip(1, input);
            }
            None if is_last => {
                let count = bytes.len();
                loss.skip(count, input);
                return Ok(loss.give_up(input.position(), output));
            }
            // A magic number that is cut off is looked at again.
            None => loss.skip(SEARCH - 8, input),
        }
        self.place = Place::Lost(loss);
        Ok(Step::Data(0))
    }
}

impl Decoder for Bzip2 {
    type State = State;

    const ROOM: usize = 64 * 1024;

    const INTERVAL: u64 = 1;

    const EFFORT: u64 = 20;

    fn new(_: &Options) -> Self {
        Self { checks: true, place: Place::Between, block: None, streams: 0 }
    }

    fn step(&mut self, input: &mut Input, output: &mut Output<'_>) -> Result<Step, Error> {
        if self.block.is_some() {
            return self.write_block(output);
        }
        match self.place.clone() {
            Place::Between => self.open_stream(input, output),
            Place::Block(stream) => self.open_block(stream, input, output),
            Place::Lost(loss) => self.search(loss, input, output),
        }
    }

    fn check(&mut self) {
        self.checks = true;
    }

    fn history(&self) -> usize {
        0
    }

    fn save(&mut self, input: &Input, _: &Recent, contents: u64, _: usize) -> Option<Saved<State>> {
        let bit = match &self.place {
            Place::Between => None,
            Place::Block(stream) => Some(stream.bit),
            Place::Lost(_) => return None,
        };
        let state = State { bit, streams: self.streams };
        let source = input.position();
        self.block.is_none().then_some(Saved { contents, source, state, bytes: 0 })
    }

    fn restore(state: &State, _: &Options) -> Self {
        let stream = state.bit.map(|bit| Stream { bit, crc: None });
        let place = stream.map_or(Place::Between, Place::Block);
        Self { checks: false, place, block: None, streams: state.streams }
    }

    fn write_state(state: &State, bytes: &mut Writer) -> Option<()> {
        bytes.u32(state.bit.unwrap_or(u32::MAX));
        bytes.u64(state.streams);
        Some(())
    }

    fn read_state(bytes: &mut Reader<'_>) -> Option<(State, usize)> {
        let bit = Some(bytes.u32()?).filter(|&bit| bit != u32::MAX);
        Some((State { bit, streams: bytes.u64()? }, 0))
    }
}

/// What comes next in a stream.
enum Next {
    Block(Block),
    /// The end, with the checksum over all blocks.
    End(u32),
}

fn next(bits: &mut Bits<'_>) -> Result<Next, Fault> {
    let magic = (u64::from(bits.take(24)?) << 24) | u64::from(bits.take(24)?);
    match magic {
        BLOCK_MAGIC => Block::decode(bits).map(Next::Block),
        END_MAGIC => Ok(Next::End(bits.take(32)?)),
        _ => Err(Fault::Senseless("magic number of a block")),
    }
}

/// Consumes whole bytes up to `bits` bits; returns the bits left over.
fn consume(bits: usize, input: &mut Input) -> u32 {
    input.consume(bits / 8);
    u32::try_from(bits % 8).unwrap_or(0)
}

/// Where the first magic number of a block starts that `bytes` hold whole: a
/// byte, and a bit of it.
fn find_magic(bytes: &[u8]) -> Option<(usize, u32)> {
    let mut held = 0_u64;
    for (place, &byte) in bytes.iter().enumerate() {
        held = (held << 8) | u64::from(byte);
        for spare in (0..8_u32).rev() {
            if (held >> spare) & MAGIC_MASK != BLOCK_MAGIC {
                continue;
            }
            // The magic number's last bit is followed by `spare` bits.
            let end = (place + 1) * 8 - usize::try_from(spare).unwrap_or(0);
            if let Some(start) = end.checked_sub(48) {
                return Some((start / 8, u32::try_from(start % 8).unwrap_or(0)));
            }
        }
    }
    None
}

/// Adds `bytes` to a CRC of bzip2, which takes the bits of each byte in the
/// other order than the common CRC-32.
fn update(hash: &mut crc32fast::Hasher, bytes: &[u8]) {
    let mut turned = [0; 1024];
    for bytes in bytes.chunks(turned.len()) {
        let turned = turned.get_mut(..bytes.len()).unwrap_or(&mut []);
        for (turned, byte) in turned.iter_mut().zip(bytes) {
            *turned = byte.reverse_bits();
        }
        hash.update(turned);
    }
}
