//! A frame that is being decoded.

use core::hash::Hasher;
use std::rc::Rc;

use twox_hash::XxHash64;
use vma_zstd::Past;
use vma_zstd::header::{FrameHeader, HEADER_MAX};

use super::behind::{Behind, UNIT};
use super::chain::{self, REACH};
use crate::container::input::Input;
use crate::container::loss::Loss;
use crate::container::loss::evidence::Evidence;
use crate::source::Error;

/// Bytes of contents that a byte of blocks stands for at most: a block of 4
/// bytes that repeats one byte 128 Ki times.
const EXPANSION_MAX: u64 = 32 * 1024;

/// A frame that is being decoded.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) header: FrameHeader,
    /// Bytes of contents put out, from where the frame was entered.
    pub(super) produced: u64,
    pub(super) hash: Option<XxHash64>,
    /// What lies before the place where it was entered.
    pub(super) past: Past,
    /// The same, if it was entered behind a loss of a known length, and as long
    /// as blocks look back there.
    pub(super) behind: Option<Rc<Behind>>,
    /// Bytes of contents up to the last place where a block should end, from
    /// the one before that, and from there on.
    pub(super) unit: usize,
    pub(super) rest: usize,
    /// What nothing proves of what was put out.
    pub(super) evidence: Evidence,
}

impl Frame {
    /// A frame of which nothing is put out and nothing is checked.
    pub(super) fn new(header: FrameHeader, past: Past) -> Self {
        Self {
            header,
            produced: 0,
            hash: None,
            past,
            behind: None,
            unit: 0,
            rest: 0,
            evidence: Evidence::default(),
        }
    }

    /// A frame that goes on behind damage.
    pub(super) fn entered(header: FrameHeader, behind: Option<Rc<Behind>>) -> Self {
        Self { behind, ..Self::new(header, Past::Unknown) }
    }

    /// Bytes of contents, the last ones, that nothing proves.
    pub(super) fn unproven(&self) -> u64 {
        self.evidence.unproven().map_or(0, |(start, _)| self.produced.saturating_sub(start))
    }

    /// Says of a loss at the end of what was put out how much of that nothing
    /// proves.
    pub(super) fn doubt(&self, loss: Loss) -> Loss {
        match self.evidence.unproven() {
            Some((start, source)) => loss.unproven(self.produced.saturating_sub(start), source),
            None => loss,
        }
    }

    /// Bytes of contents before, as far back as blocks may look.
    pub(super) fn reach(&self) -> u64 {
        let before = self.behind.as_ref().map_or(0, |behind| behind.reach());
        self.produced.saturating_add(before)
    }

    /// Bytes of contents, the last ones, that may be wrong if the next block
    /// cannot be decoded. Damage that hits its start may well reach back into the
    /// block before, which can decode all the same: if it stands as it is, say.
    /// And what follows a header that is damaged may be decoded as a block or
    /// two, but those will hardly end where blocks do.
    pub(super) fn doubtful(&self) -> usize {
        self.unit.saturating_add(self.rest)
    }

    pub(super) fn put_out(&mut self, bytes: &[u8]) {
        self.produced = self.produced.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
        if self.produced >= self.header.window {
            self.behind = None;
        }
        self.rest = self.rest.saturating_add(bytes.len());
        let is_unit = bytes.len().is_multiple_of(UNIT) || self.rest.is_multiple_of(UNIT);
        if is_unit && !bytes.is_empty() {
            (self.unit, self.rest) = (self.rest, 0);
        }
        if let Some(hash) = &mut self.hash {
            hash.write(bytes);
        }
    }

    /// What it takes to enter the rest of it somewhere. How much comes before is
    /// not known then, so neither is its length.
    pub(super) fn rest(&self) -> FrameHeader {
        FrameHeader { content_size_hint: None, ..self.header }
    }

    /// Whether more blocks follow the one that said to be the last.
    pub(super) fn goes_on(&self, input: &mut Input) -> Result<bool, Error> {
        let trailer = if self.header.has_checksum { 4 } else { 0 };
        let bytes = input.peek(trailer + HEADER_MAX)?;
        if bytes.get(trailer..).is_none_or(chain::is_end) {
            return Ok(false);
        }
        let chain =
            chain::follow(input.peek(REACH)?, self.header.has_checksum, chain::End::Anywhere);
        Ok(chain.is_some_and(|length| length > 0))
    }

    /// Bytes of contents still to come by the frame's own word, if that can
    /// be true of what is left of the source.
    pub(super) fn missing(&self, input: &Input) -> Option<u64> {
        let left = input.source().size()?.saturating_sub(input.position());
        let missing = self.header.content_size_hint?.checked_sub(self.produced)?;
        (missing <= left.saturating_mul(EXPANSION_MAX)).then_some(missing)
    }
}
