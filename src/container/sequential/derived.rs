//! What derives from contents that turned out not to be what went in.
//!
//! Where bytes were put into a container or left out of it, what stands there can
//! decode all the same, and to something else. Only a layer above sees that. What
//! copies from there is no more right, however far behind it is.

use core::ops::Range;

use super::cursor::{Cursor, Moved};
use super::decoder::Decoder;
use super::recent::Recent;
use crate::container::log::Log;
use crate::container::loss::holes::Holes;
use crate::source::Error;

/// A decoder on its way through what comes behind such contents.
pub(super) struct Derived<D: Decoder> {
    cursor: Cursor<D>,
    /// What is not what went in.
    wrong: Range<u64>,
    /// Where what may derive from it ends: with the frame or member.
    until: u64,
    /// Whether it has come to the end of what is wrong.
    is_behind: bool,
}

impl<D: Decoder> Derived<D> {
    /// What derives from `wrong`, up to `until`, by a decoder that stands at or
    /// before the end of `wrong`.
    pub(super) fn new(cursor: Cursor<D>, wrong: Range<u64>, until: u64) -> Self {
        Self { cursor, wrong, until, is_behind: false }
    }

    /// Whether it is about `wrong`.
    pub(super) fn is_of(&self, wrong: &Range<u64>) -> bool {
        self.wrong == *wrong
    }

    /// Goes on by a step, and puts into `doubted` what it finds; returns whether
    /// nothing derives from what is wrong any more.
    pub(super) fn step(&mut self, doubted: &mut Holes, work: &mut u64) -> Result<bool, Error> {
        let Self { cursor, wrong, until, is_behind } = self;
        if cursor.contents >= *until {
            return Ok(true);
        }
        if cursor.is_stopped() {
            // What lies behind a loss can derive from what lies before it.
            if !*is_behind || cursor.decoder.distrusts() {
                doubted.push(cursor.contents.max(wrong.end)..*until);
            }
            return Ok(true);
        }
        if !*is_behind && cursor.contents >= wrong.end {
            *is_behind = true;
            // What is copied from further back is found elsewhere now: more or fewer
            // bytes lie in between.
            cursor.decoder.distrust();
            doubted.push(wrong.end..cursor.contents);
        }
        if *is_behind && !cursor.decoder.distrusts() {
            return Ok(true);
        }
        let start = cursor.contents;
        let room = if *is_behind { u64::MAX } else { wrong.end.saturating_sub(start) };
        cursor.room_max = usize::try_from(room).unwrap_or(usize::MAX).max(D::PIECE);
        let (mut recent, mut log, mut unknown) = (Recent::new(0), Log::default(), Vec::new());
        let moved = cursor.step(u64::MAX, &mut recent, &mut log, &mut unknown, work)?;
        if *is_behind {
            doubted.extend(start, &unknown);
        }
        Ok(matches!(moved, Moved::End(_)))
    }
}
