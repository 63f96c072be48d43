//! How much is lost before a block where a frame is entered behind damage.
//!
//! A layer above may have told where in the contents a landmark has to stand. It
//! is looked for in what is decoded from the entry on: where it comes tells how
//! much lies in between. Its bytes may copy from before the loss, or from what
//! does, and that is known only if the length of the loss is. So lengths are
//! guessed, until one of them makes the landmark come out; what the landmark
//! then says counts, not the guess. That it may come from bytes that are not
//! known is no matter: it proves itself, and zeros are right for most of them.

use std::rc::Rc;

use vma_zstd::BLOCK_MAX;
use vma_zstd::header::{BlockHeader, BlockKind, FrameHeader};

use super::behind::{Behind, UNIT};
use super::decoder::Zstd;
use super::search::{Measure, Search};
use crate::container::input::Input;
use crate::container::loss::Found;
use crate::container::loss::before::Before;
use crate::container::sequential::decoder::Output;
use crate::source::{Error, to_u64};

/// Lengths that are guessed for one loss, at most.
const GUESSES_MAX: usize = 16;

/// Guesses in a row that may come to nothing; then there is one for each loss.
const VAIN_GUESSES_MAX: u32 = 64;

/// Bytes of the source from the damage to the entry that are gone through for
/// the headers of blocks, at most.
const WALK_MAX: u64 = 4 * 1024 * 1024;

impl Zstd {
    /// Starts to measure what is lost before the block of `frame` that starts
    /// here.
    pub(super) fn measure_from(
        &mut self,
        search: &mut Search,
        frame: FrameHeader,
        before: Rc<Before>,
        input: &mut Input,
    ) -> Result<Found, Error> {
        let entry = input.position();
        let mut guesses = match before.len() {
            0 => vec![0],
            _ => guesses(blocks_between(input, search.start, entry)?, before.measure.ahead()),
        };
        search.before = None;
        if self.vain_guesses >= VAIN_GUESSES_MAX {
            guesses.truncate(1);
        }
        guesses.reverse();
        let ahead = before.measure.clone();
        let measure = Box::new(Measure { frame, entry, before, guesses, ahead });
        Ok(self.guess(search, measure, input))
    }

    /// Starts on the next guess, or goes on without knowing the length.
    fn guess(
        &mut self,
        search: &mut Search,
        mut measure: Box<Measure>,
        input: &mut Input,
    ) -> Found {
        input.seek(measure.entry);
        if let Some(lost) = measure.guesses.pop() {
            let past = Behind { before: Rc::clone(&measure.before), lost };
            self.enter_blocks(measure.frame, Some(&past));
            measure.ahead = measure.before.measure.clone();
            search.measure = Some(measure);
            return Found::Nothing;
        }
        self.enter(measure.frame, None)
    }

    /// Decodes the next block behind the entry, to see whether the landmark
    /// stands in it.
    pub(super) fn measure(
        &mut self,
        search: &mut Search,
        mut measure: Box<Measure>,
        input: &mut Input,
        output: &mut Output<'_>,
    ) -> Result<Found, Error> {
        let header = input.peek(3)?.first_chunk::<3>().copied().and_then(BlockHeader::parse);
        let length = header.map_or(0, |header| header.length.saturating_add(3));
        let block = input.peek(length)?.get(3..length);
        let decoded =
            header.zip(block).and_then(|(header, block)| self.blocks.decode(&header, block).ok());
        let is_end = header.is_none_or(|header| header.is_last);
        let Some(bytes) = decoded else {
            measure.guesses.clear();
            return Ok(self.guess(search, measure, input));
        };
        output.tried = to_u64(bytes.len());
        let lost = measure.ahead.take(bytes);
        input.consume(length);
        if let Some(lost) = lost.flatten() {
            self.vain_guesses = 0;
            input.seek(measure.entry);
            let past = Behind { before: measure.before, lost };
            return Ok(self.enter(measure.frame, Some(past)));
        }
        if is_end {
            measure.guesses.clear();
        }
        if is_end || measure.ahead.is_past() {
            self.vain_guesses = self.vain_guesses.saturating_add(1);
            return Ok(self.guess(search, measure, input));
        }
        search.measure = Some(measure);
        Ok(Found::Nothing)
    }
}

/// The blocks between two places, by their headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Blocks {
    /// Bytes of contents of those that tell.
    told: usize,
    /// How many do not: the compressed ones.
    compressed: usize,
}

/// The blocks that stand from `start` to `end` of the source; `None` if the
/// headers do not lead there. Leaves `input` at `end`.
fn blocks_between(input: &mut Input, start: u64, end: u64) -> Result<Option<Blocks>, Error> {
    let mut blocks = Some(Blocks::default());
    if end.saturating_sub(start) > WALK_MAX {
        return Ok(None);
    }
    input.seek(start);
    while let Some(so_far) = blocks.filter(|_| input.position() < end) {
        let header = input.peek(3)?.first_chunk::<3>().copied().and_then(BlockHeader::parse);
        blocks = header.filter(|header| !header.is_last).map(|header| so_far.with(&header));
        let length = header.map_or(0, |header| header.length.saturating_add(3));
        input.skip(to_u64(length))?;
    }
    let is_there = input.position() == end;
    input.seek(end);
    Ok(blocks.filter(|_| is_there))
}

impl Blocks {
    fn with(self, header: &BlockHeader) -> Self {
        match header.kind {
            BlockKind::Compressed => Self { compressed: self.compressed.saturating_add(1), ..self },
            BlockKind::Raw | BlockKind::Repeated => {
                Self { told: self.told.saturating_add(header.size), ..self }
            }
        }
    }
}

/// Lengths that a loss of `blocks` may have, the likeliest first, up to
/// `longest`.
fn guesses(blocks: Option<Blocks>, longest: u64) -> Vec<u64> {
    let units_max = BLOCK_MAX / UNIT;
    let mut lengths: Vec<usize> = match blocks {
        Some(Blocks { told, compressed }) => (compressed..=compressed.saturating_mul(units_max))
            .rev()
            .map(|units| told.saturating_add(units.saturating_mul(UNIT)))
            .collect(),
        None => (1..=units_max.saturating_mul(2))
            .map(|blocks| blocks.saturating_mul(BLOCK_MAX))
            .chain((1..=GUESSES_MAX).map(|units| units.saturating_mul(UNIT)))
            .collect(),
    };
    lengths.retain(|&length| to_u64(length) <= longest);
    let mut seen = Vec::new();
    lengths.retain(|length| {
        let is_new = !seen.contains(length);
        seen.push(*length);
        is_new
    });
    lengths.truncate(GUESSES_MAX);
    lengths.into_iter().map(to_u64).collect()
}
