//! The search for a place to go on from behind damage: a member, or a block
//! inside of one at any bit.
//!
//! How many bytes are missing is not known, so every bit is looked at. A block
//! may look like one by chance: what is taken must go on like a stream, see
//! [`ENOUGH`]. And what is packed into a disk, such as an image or an archive,
//! is made of blocks itself, and often stands in stored blocks as it is: what
//! lies in one is passed over.

use super::bits::Bits;
use super::block::{Start, Starts, behind_stored};
use super::header::{MAGIC, Opening};
use super::inflate::{Inflate, Next};
use crate::container::input::Input;
use crate::container::loss::Loss;
use crate::source::Error;

/// Bytes of source that are read ahead to tell whether a place is one to go on
/// from. Two blocks of `gzip` take up to 160 KiB, four stored ones 256 KiB.
const AHEAD: usize = 512 * 1024;

/// Bytes of a member that are looked at to tell whether it is one, at least.
const PROBE: usize = 64 * 1024;

/// Bytes of contents of a member that are looked at, about.
const MEMBER_OUTPUT: usize = 256 * 1024;

/// Bytes behind a member's data: a checksum and a length.
pub(super) const TRAILER: usize = 8;

/// Bytes of source that one step searches.
const STEP: usize = 64 * 1024;

/// Evidence that makes a place one to go on from, in bits: in random data, one
/// place in 2^56 has as much. A search through 1 TB passes 2^43 places.
const ENOUGH: u32 = 56;

/// Bytes from any place inside a stored block to the header of the next one, at
/// most.
const STORED_MAX: usize = 64 * 1024 + 8;

/// Evidence of a block with codes of its own, in bits.
const CODED: u32 = 32;

/// Evidence of a stored block, in bits. What is stored can itself be full of
/// such lengths, so that it counts less than random data would allow.
const STORED: u32 = 16;

/// Evidence of an end that stands right before a member or the end of the
/// source.
const END: u32 = 24;

/// Bytes that are decoded in vain, for each byte that is searched, before
/// places are passed over unseen: enough for all data that was not made for it.
const EFFORT_MAX: u64 = 64;

/// Bytes that are decoded in vain in any case.
const EFFORT_LEAST: u64 = 64 * 1024 * 1024;

/// Bytes that are decoded in vain in one step, about.
const STEP_EFFORT: u64 = 1024 * 1024;

/// Bytes that could be decoded while the decoder is put to another place.
const PROBE_EFFORT: u64 = 4096;

/// Bytes of output of one place that are looked at: two of the longest blocks
/// that `gzip` makes.
const OUTPUT_MAX: usize = 16 * 1024 * 1024;

/// A search and how far it has come.
#[derive(Clone)]
pub(in crate::container) struct Search {
    /// Whether blocks are looked for, and not only members.
    blocks: bool,
    /// Bit of the next byte to look at next, 0 to 7.
    bit: usize,
    /// Where decoding stopped, in bytes of the source: what is found before it
    /// must decode beyond it.
    stopped: u64,
    searched: u64,
    decoded: u64,
}

/// What a step of a search came to.
pub(super) enum Place {
    /// Nothing yet.
    Nothing,
    /// The source ended.
    End,
    /// A member starts at the next byte.
    Member,
    /// A block starts with these bits and the next byte.
    Block(Bits),
}

impl Search {
    /// A search for members only.
    pub(super) fn for_members() -> Self {
        Self { blocks: false, bit: 0, stopped: 0, searched: 0, decoded: 0 }
    }

    /// A search for blocks as well, from a bit of the next byte on, where
    /// decoding stopped at byte `stopped` of the source.
    pub(super) fn for_blocks(bit: usize, stopped: u64) -> Self {
        Self { blocks: true, bit: bit.min(7), stopped, ..Self::for_members() }
    }

    /// Searches on, with `inflate` to decode what may be found; nothing of what
    /// it decoded stays in it.
    ///
    /// # Errors
    ///
    /// The source cannot be read. The same step can be tried again.
    pub(super) fn step(
        &mut self,
        loss: &mut Loss,
        input: &mut Input,
        inflate: &mut Inflate,
    ) -> Result<Place, Error> {
        let position = input.position();
        let bytes = input.peek(if self.blocks { AHEAD } else { STEP + MAGIC.len() })?;
        if bytes.is_empty() {
            return Ok(Place::End);
        }
        let end = STEP.min(bytes.len());
        let behind = end.saturating_add(MAGIC.len()).saturating_sub(1).min(bytes.len());
        let first = usize::from(self.bit > 0);
        let whole = bytes.get(first..behind).unwrap_or(&[]);
        let member = whole.windows(MAGIC.len()).position(|bytes| bytes == MAGIC);
        let member = member.map(|at| at.saturating_add(first));
        let until = member.unwrap_or(end).saturating_mul(8);
        let beyond = usize::try_from(self.stopped.saturating_sub(position));
        let beyond = beyond.unwrap_or(usize::MAX).saturating_mul(8);
        let decoded = self.decoded;
        let blocks = self.blocks.then(|| Starts::new(bytes, self.bit, until));
        for at in blocks.into_iter().flatten() {
            if !self.may_decode() {
                break;
            }
            if self.is_sound_block(bytes, at, beyond, inflate) {
                self.go_to(at, loss, input);
                return Ok(self.block(loss, input));
            }
            if self.decoded.saturating_sub(decoded) >= STEP_EFFORT {
                self.go_to(at.saturating_add(1), loss, input);
                return Ok(Place::Nothing);
            }
        }
        self.go_to(until, loss, input);
        if member.is_none() {
            return Ok(Place::Nothing);
        }
        if self.may_decode() && self.is_sound_member(input, inflate)? {
            return Ok(Place::Member);
        }
        // Of the first byte of a header, no bit starts a block.
        self.go_to(8, loss, input);
        Ok(Place::Nothing)
    }

    /// Goes to `at`, in bits from the next byte on.
    fn go_to(&mut self, at: usize, loss: &mut Loss, input: &mut Input) {
        let count = at / 8;
        loss.skip(count, input);
        self.searched = self.searched.saturating_add(u64::try_from(count).unwrap_or(0));
        self.bit = at % 8;
    }

    /// Consumes the byte that the block which was found starts in, unless it
    /// starts with that.
    fn block(&mut self, loss: &mut Loss, input: &mut Input) -> Place {
        let bits = Bits::of(input.available(), self.bit);
        self.go_to(self.bit.next_multiple_of(8), loss, input);
        Place::Block(bits)
    }

    fn may_decode(&self) -> bool {
        self.decoded <= self.searched.saturating_mul(EFFORT_MAX).saturating_add(EFFORT_LEAST)
    }

    /// Whether a block starts at `at` of `bytes`, in bits, as far as what
    /// follows tells, which must decode up to `beyond` at least.
    fn is_sound_block(
        &mut self,
        bytes: &[u8],
        at: usize,
        beyond: usize,
        inflate: &mut Inflate,
    ) -> bool {
        let mut chain = Chain::new(bytes, at, inflate);
        let shown = beyond.max(at.saturating_add(STORED_MAX * 8));
        let mut evidence = 0_u32;
        let is_sound = loop {
            let start = Start::at(bytes, chain.at);
            evidence = evidence.saturating_add(evidence_of(start));
            if evidence >= ENOUGH && chain.at >= shown {
                break true;
            }
            let inside = chain.at.saturating_add(1);
            let next = chain.next(inflate);
            if start != Start::Stored && holds_start(bytes, inside, chain.at) {
                break false;
            }
            match next {
                Next::Block(_) => {}
                Next::End => {
                    let is_end = is_end(chain.rest, bytes.len() < AHEAD);
                    break is_end && evidence.saturating_add(END) >= ENOUGH && chain.at > beyond;
                }
                Next::More => break evidence >= ENOUGH && inside > beyond,
                Next::Damage => break false,
            }
        };
        self.decoded = self.decoded.saturating_add(chain.decoded);
        inflate.restart();
        is_sound
    }

    /// Whether a member starts here whose data decodes, as far as a probe
    /// tells, which must go beyond the place where decoding stopped. Consumes
    /// nothing.
    fn is_sound_member(&mut self, input: &mut Input, inflate: &mut Inflate) -> Result<bool, Error> {
        let Opening::Member(header) = Opening::parse(input)? else { return Ok(false) };
        let beyond = self.stopped.saturating_sub(input.position());
        let beyond = usize::try_from(beyond).unwrap_or(usize::MAX).min(AHEAD);
        let least = header.length.saturating_add(beyond.max(PROBE)).saturating_add(TRAILER);
        let bytes = input.peek(least)?;
        let bytes = bytes.get(..least).unwrap_or(bytes);
        let mut rest = bytes.get(header.length..).unwrap_or(&[]);
        let mut count = 0_usize;
        inflate.restart();
        let next = loop {
            let one = inflate.probe(rest);
            rest = rest.get(one.consumed..).unwrap_or(&[]);
            count = count.saturating_add(one.count);
            let read = bytes.len().saturating_sub(rest.len());
            let goes_on = matches!(one.next, Next::More | Next::Block(_));
            let is_stuck = rest.is_empty() && one.count == 0;
            if !goes_on || is_stuck || (count >= MEMBER_OUTPUT && read >= beyond) {
                break one.next;
            }
        };
        inflate.restart();
        let read = bytes.len().saturating_sub(rest.len());
        let decoded = u64::try_from(read.saturating_add(count)).unwrap_or(u64::MAX);
        self.decoded = self.decoded.saturating_add(decoded).saturating_add(PROBE_EFFORT);
        let length = rest.get(4..).and_then(|rest| rest.first_chunk());
        let length = length.and_then(|length| usize::try_from(u32::from_le_bytes(*length)).ok());
        let is_sound = match next {
            Next::More | Next::Block(_) => count > 0,
            Next::End => read >= beyond && length == Some(count),
            Next::Damage => false,
        };
        Ok(is_sound && (!self.blocks || self.is_apart(input.peek(AHEAD)?, header.length, inflate)))
    }

    /// Whether the member whose data starts at `from` of `bytes` lies in no stored
    /// block of another one. The header of the next such block would stand in it
    /// soon: as the start of a block that is none of its own, or by shifting what
    /// follows.
    fn is_apart(&mut self, bytes: &[u8], from: usize, inflate: &mut Inflate) -> bool {
        let shown = from.saturating_add(STORED_MAX * 2).saturating_mul(8);
        let mut chain = Chain::new(bytes, from.saturating_mul(8), inflate);
        let is_apart = loop {
            let is_stored = Start::at(bytes, chain.at) == Start::Stored;
            let inside = chain.at.saturating_add(1);
            let next = chain.next(inflate);
            if !is_stored && holds_start(bytes, inside, chain.at.min(shown)) {
                break false;
            }
            match next {
                Next::Block(_) if chain.at < shown => {}
                Next::Block(_) | Next::More | Next::End => break true,
                Next::Damage => break false,
            }
        };
        self.decoded = self.decoded.saturating_add(chain.decoded);
        inflate.restart();
        is_apart
    }
}

/// Blocks that follow each other.
struct Chain<'a> {
    bytes: &'a [u8],
    /// Where the next one starts, in bits.
    at: usize,
    /// Behind the byte that it starts in, unless it starts with that.
    rest: &'a [u8],
    /// Bytes that were read and put out.
    decoded: u64,
}

impl<'a> Chain<'a> {
    /// Those from `at` of `bytes` on, in bits.
    fn new(bytes: &'a [u8], at: usize, inflate: &mut Inflate) -> Self {
        let rest = bytes.get(at / 8..).unwrap_or(&[]);
        let bits = Bits::of(rest, at % 8);
        inflate.start_probe(bits);
        let rest = rest.get(usize::from(bits.count > 0)..).unwrap_or(&[]);
        Self { bytes, at, rest, decoded: PROBE_EFFORT }
    }

    /// Decodes one; [`Next::More`] if it is longer than what is looked at.
    fn next(&mut self, inflate: &mut Inflate) -> Next {
        let mut output = 0_usize;
        loop {
            let one = inflate.probe(self.rest);
            self.rest = self.rest.get(one.consumed..).unwrap_or(&[]);
            output = output.saturating_add(one.count);
            let decoded = one.consumed.saturating_add(one.count);
            self.decoded = self.decoded.saturating_add(u64::try_from(decoded).unwrap_or(u64::MAX));
            let is_stuck = self.rest.is_empty() && one.count == 0;
            if one.next == Next::More && !is_stuck && output <= OUTPUT_MAX {
                continue;
            }
            let bits = if let Next::Block(bits) = one.next { usize::from(bits.count) } else { 0 };
            let read = self.bytes.len().saturating_sub(self.rest.len());
            self.at = read.saturating_mul(8).saturating_sub(bits);
            return one.next;
        }
    }
}

fn evidence_of(start: Start) -> u32 {
    match start {
        Start::Coded => CODED,
        Start::Stored => STORED,
        Start::Other => 0,
    }
}

/// Whether blocks start from `from` up to `until` of `bytes`, in bits. In the
/// data of a block they do so by chance, once in some thousand blocks; in what
/// is packed into a disk and lies in stored blocks, they are those.
fn holds_start(bytes: &[u8], from: usize, until: usize) -> bool {
    Starts::new(bytes, from, until).any(|at| is_start(bytes, at, CODED))
}

/// Whether there is enough evidence of a block that starts at `at`, and of those
/// that follow if it is stored.
fn is_start(bytes: &[u8], at: usize, enough: u32) -> bool {
    let (mut next, mut evidence) = (Some(at), 0_u32);
    while let Some(at) = next.filter(|_| evidence < enough) {
        let start = Start::at(bytes, at);
        evidence = evidence.saturating_add(evidence_of(start));
        next = behind_stored(bytes, at).filter(|_| start == Start::Stored);
    }
    evidence >= enough
}

/// Whether what follows a member's data is its trailer, as far as can be told
/// without its checksum: behind it another member starts, or the source ends,
/// if `rest` is all that is left of it.
pub(super) fn is_end(rest: &[u8], is_all: bool) -> bool {
    let behind = rest.get(TRAILER..);
    behind.is_some_and(|behind| behind.starts_with(&MAGIC) || (is_all && behind.is_empty()))
}
