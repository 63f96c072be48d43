//! What derives from contents that turned out not to be what went in.
//!
//! Where bytes were put into a container or left out of it, what stands there can
//! decode all the same, and to something else. Only a layer above sees that. What
//! copies from there is no more right, however far behind it is.

use core::ops::Range;
use std::rc::Rc;

use super::cursor::{Cursor, Moved};
use super::decoder::Decoder;
use super::recent::Recent;
use super::state::State;
use crate::container::input::Input;
use crate::container::log::{Log, Verdict};
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

impl<D: Decoder> State<D> {
    /// Takes note that `wrong` is not what went in, and that what derives from it
    /// is in doubt. Does about `work_max` bytes of work; returns whether it is
    /// done.
    pub(super) fn distrust_step(
        &mut self,
        wrong: &Range<u64>,
        work_max: u64,
    ) -> Result<bool, Error> {
        let derived = self.derived.take().filter(|derived| derived.wrong == *wrong);
        let Some(mut derived) = derived.or_else(|| self.derive(wrong)) else { return Ok(true) };
        let start = self.work;
        while !self.follow(&mut derived)? {
            if self.work.saturating_sub(start) >= work_max {
                self.derived = Some(derived);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A decoder that stands at or before the end of `wrong`; `None` if nothing
    /// derives from it.
    fn derive(&mut self, wrong: &Range<u64>) -> Option<Derived<D>> {
        let covered = self.log.covered(self.reached.0);
        let covered = covered.into_iter().find(|covered| covered.range.contains(&wrong.end))?;
        if covered.verdict == Verdict::Agrees {
            return None;
        }
        // Two decoders at a time are enough.
        self.reader = None;
        let from = self.checkpoints.before(wrong.end);
        let (decoder, source, contents) = match from {
            Some(from) => (D::restore(&from.state, &self.options), from.source, from.contents),
            None => (D::unchecked(&self.options), 0, 0),
        };
        let input = Input::new(Rc::clone(&self.source), source);
        let cursor = Cursor::new(decoder, input, contents);
        let until = covered.range.end;
        Some(Derived { cursor, wrong: wrong.clone(), until, is_behind: false })
    }

    /// Goes on by a step; returns whether nothing derives from what is wrong any
    /// more.
    fn follow(&mut self, derived: &mut Derived<D>) -> Result<bool, Error> {
        let Derived { cursor, wrong, until, is_behind } = derived;
        if cursor.contents >= *until || cursor.is_stopped() {
            return Ok(true);
        }
        if !*is_behind && cursor.contents >= wrong.end {
            *is_behind = true;
            let count = cursor.contents.saturating_sub(wrong.start);
            if !cursor.decoder.distrust(usize::try_from(count).unwrap_or(usize::MAX)) {
                self.doubted.push(wrong.end..*until);
                return Ok(true);
            }
        }
        if *is_behind && !cursor.decoder.distrusts() {
            return Ok(true);
        }
        let start = cursor.contents;
        let room = if *is_behind { u64::MAX } else { wrong.end.saturating_sub(start) };
        cursor.room_max = usize::try_from(room).unwrap_or(usize::MAX);
        let (mut recent, mut log, mut unknown) = (Recent::new(0), Log::default(), Vec::new());
        let moved = cursor.step(u64::MAX, &mut recent, &mut log, &mut unknown, &mut self.work)?;
        if *is_behind {
            self.doubted.extend(start, &unknown);
        }
        Ok(matches!(moved, Moved::End(_)))
    }
}
