//! What decoders share about damage: the search for a place to go on from,
//! and what is said about it.

pub(super) mod before;
pub(super) mod holes;
pub(super) mod landmark;

use super::finding::{ContainerFindingKind, End};
use super::input::Input;
use super::sequential::{Output, Step, UNKNOWN_LOSS};
use crate::source::Error;

/// A place where decoding stopped, and the search behind it.
#[derive(Clone)]
pub(super) struct Loss {
    start: u64,
    cause: Cause,
    /// Bytes of contents that are lost, where the container tells.
    missing: Option<u64>,
    /// Whether all bytes so far are zeros.
    only_zeros: bool,
}

/// What the decoder ran into.
#[derive(Clone, Copy)]
enum Cause {
    /// Something that cannot be decoded.
    Damage(&'static str),
    /// A part that is longer than the source: the source is cut off, or the
    /// length is wrong.
    Cut,
    /// Something behind the container's end.
    BehindEnd,
}

impl Loss {
    /// Damage at `start` of the source: `reason` names what cannot be
    /// decoded, `missing` how much contents stood there.
    pub(super) fn damage(start: u64, reason: &'static str, missing: Option<u64>) -> Self {
        Self { start, cause: Cause::Damage(reason), missing, only_zeros: false }
    }

    /// A part at `start` of the source that is longer than the source;
    /// `missing` as for [damage](Self::damage).
    pub(super) fn cut(start: u64, missing: Option<u64>) -> Self {
        Self { start, cause: Cause::Cut, missing, only_zeros: false }
    }

    /// Bytes at `start` of the source, behind an end of the container, that
    /// do not go on with it.
    pub(super) fn behind_end(start: u64) -> Self {
        Self { start, cause: Cause::BehindEnd, missing: None, only_zeros: true }
    }

    /// Consumes up to the next `magic`, or up to the end of what was read;
    /// returns whether it was found.
    pub(super) fn skip_to(&mut self, magic: &[u8], input: &mut Input) -> Result<bool, Error> {
        let bytes = input.peek(magic.len())?;
        let found = bytes.windows(magic.len()).position(|bytes| bytes == magic);
        // What is cut off by the end of the read is looked at again.
        let tail = magic.len().saturating_sub(1);
        let none = match bytes.len() <= tail {
            true => bytes.len(),
            false => bytes.len().saturating_sub(tail),
        };
        self.skip(found.unwrap_or(none), input);
        Ok(found.is_some())
    }

    /// Consumes `count` bytes that were read.
    pub(super) fn skip(&mut self, count: usize, input: &mut Input) {
        let skipped = input.available().get(..count).unwrap_or(&[]);
        self.only_zeros = self.only_zeros && skipped.iter().all(|&byte| byte == 0);
        input.consume(count);
    }

    /// The contents go on behind the damage.
    pub(super) fn resume(self, output: &mut Output<'_>) -> Step {
        let reason = match self.cause {
            Cause::Damage(reason) => reason,
            Cause::Cut => "length",
            Cause::BehindEnd => "what follows a complete part",
        };
        let kind = ContainerFindingKind::Damaged { reason, lost: self.missing, resumes: true };
        output.log.find(self.start, output.contents, kind);
        Step::Lost(self.missing.unwrap_or(UNKNOWN_LOSS))
    }

    /// The contents go on somewhere behind the damage, and what the container
    /// tells of how much is lost is not about that place.
    pub(super) fn resume_somewhere(mut self, output: &mut Output<'_>) -> Step {
        self.missing = None;
        self.resume(output)
    }

    /// The contents go on somewhere behind the damage, and `lost` bytes of them
    /// are lost before.
    pub(super) fn resume_after(mut self, lost: u64, output: &mut Output<'_>) -> Step {
        self.missing = Some(lost);
        self.resume(output)
    }

    /// The source ended at `end`, and nothing to go on from was found.
    pub(super) fn give_up(self, end: u64, output: &mut Output<'_>) -> Step {
        let bytes = end.saturating_sub(self.start);
        let (kind, end) = match self.cause {
            Cause::Damage(reason) => {
                let kind = ContainerFindingKind::Damaged { reason, lost: None, resumes: false };
                (kind, End::Damaged)
            }
            Cause::Cut => (ContainerFindingKind::Cut, End::Cut),
            Cause::BehindEnd if self.only_zeros => {
                (ContainerFindingKind::TrailingZeros { bytes }, End::Complete)
            }
            Cause::BehindEnd => (ContainerFindingKind::TrailingGarbage { bytes }, End::Complete),
        };
        output.log.find(self.start, output.contents, kind);
        Step::End(end)
    }
}

/// The source ends at `offset`, and the container does not.
pub(super) fn cut(offset: u64, output: &mut Output<'_>) -> Step {
    output.log.find(offset, output.contents, ContainerFindingKind::Cut);
    Step::End(End::Cut)
}
