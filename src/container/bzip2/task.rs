//! A block of bzip2 that is decoded: here, or by whoever works ahead.

use super::bits::Bits;
use super::block::Block;
use super::header::{self, Next};
use crate::source::{Reader, Writer};

/// Bytes of contents that come of a task, at most. A block has 900,000 bytes and a few, and
/// as many as 46 MB where one byte stands in long rows: that is decoded where it is needed.
const CONTENTS_MAX: usize = 2 << 20;

/// A block that can be decoded anywhere.
#[derive(Debug)]
pub(in crate::container) struct Task {
    /// The bit of the first byte at which it starts, 0 to 7.
    pub(super) bit: u32,
    /// What stands from there on, up to where another block seems to start, or more.
    pub(super) bytes: Vec<u8>,
}

/// What came of it: nothing where it is no block, or is to be decoded where it is needed.
#[derive(Debug)]
pub(in crate::container) struct Done(pub(super) Option<Decoded>);

/// A block that was decoded.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) contents: Vec<u8>,
    /// The checksum in the file, and that of the contents.
    pub(super) crc: (u32, u32),
    /// Where it ends: a bit behind the first of the byte that it starts in.
    pub(super) end: usize,
}

impl Decoded {
    /// What `block`, which ends at bit `end`, comes to; `None` if that is more than `most`
    /// bytes.
    #[inline(never)]
    pub(super) fn of(mut block: Block, end: usize, most: usize) -> Option<Self> {
        let contents = block.write_all(most)?;
        let crc = (block.crc, header::crc_of(&contents));
        Some(Self { contents, crc, end })
    }
}

impl Task {
    /// Decodes it.
    pub(in crate::container) fn run(self) -> Done {
        let mut bits = Bits::new(&self.bytes, self.bit);
        Done(match header::next(&mut bits) {
            Ok(Next::Block(block)) => Decoded::of(block, bits.position(), CONTENTS_MAX),
            _ => None,
        })
    }

    /// Its bytes: those of the block, and the bit behind them.
    pub(in crate::container) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.push(u8::try_from(self.bit).unwrap_or(0));
        bytes
    }

    /// The task whose bytes these are.
    pub(in crate::container) fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        let bit = bytes.pop()?;
        Some(Self { bit: bit.into(), bytes })
    }
}

/// Bytes behind the contents: three numbers.
const NUMBERS: usize = 12;

impl Done {
    /// Its bytes: the contents, and behind them both checksums and where the block ends;
    /// none if nothing came of it.
    pub(in crate::container) fn into_bytes(self) -> Vec<u8> {
        let Some(Decoded { mut contents, crc, end }) = self.0 else { return Vec::new() };
        let Ok(end) = u32::try_from(end) else { return Vec::new() };
        let mut numbers = Writer::default();
        [crc.0, crc.1, end].iter().for_each(|&number| numbers.u32(number));
        contents.extend(numbers.into_bytes());
        contents
    }

    /// What was done, of which these are the bytes.
    pub(in crate::container) fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self(None));
        }
        let (contents, numbers) = bytes.split_last_chunk::<NUMBERS>()?;
        let (length, mut numbers) = (contents.len(), Reader::new(numbers));
        let crc = (numbers.u32()?, numbers.u32()?);
        let end = usize::try_from(numbers.u32()?).ok()?;
        bytes.truncate(length);
        Some(Self(Some(Decoded { contents: bytes, crc, end })))
    }
}
