//! The second stage where not all is known: what is copied from unknown bytes is
//! unknown, and so is what a repeated offset copies that is not known.

use crate::bits::index32;
use crate::entropy::{Block, Sequence};
use crate::error::{Part, Undecodable};
use crate::execution::{Executed, Offsets, put_literals, put_match, repeated};
use crate::window::Window;

/// Puts `block` together behind what is in `window`, of which the past, some bytes or
/// some of the repeated `offsets` are unknown. Zeros stand for unknown bytes.
///
/// # Errors
///
/// As [`execute`](crate::execution::execute).
pub(crate) fn execute(
    block: &Block,
    window: &mut Window,
    offsets: &mut Offsets,
) -> Result<Executed, Undecodable> {
    window.make_room();
    let mut run = Run { start: window.at, at: window.at, taken: 0, furthest: 0 };
    let mut is_sound = true;
    for sequence in block.sequences() {
        is_sound = is_sound && run.sequence(block, window, offsets, *sequence).is_some();
    }
    is_sound = is_sound && run.literals(block, window, block.literals().len()).is_some();
    let count = run.at.wrapping_sub(run.start);
    window.take(count);
    if is_sound {
        Ok(Executed { count, furthest: run.furthest })
    } else {
        Err(Undecodable::Corrupt(Part::Execution))
    }
}

struct Run {
    start: usize,
    at: usize,
    taken: usize,
    furthest: usize,
}

impl Run {
    /// Puts the literals up to the `until`-th.
    fn literals(&mut self, block: &Block, window: &mut Window, until: usize) -> Option<()> {
        let count = until.checked_sub(self.taken).filter(|_| until <= block.literals().len())?;
        let end = self.end(window, count)?;
        let literals = block.literals_and_slack();
        let (from, to) = (literals.get(self.taken..)?, window.buffer.get_mut(self.at..)?);
        put_literals(to, from, count)?;
        if let Some(marks) = &mut window.marks {
            marks.set(self.at..end, false);
        }
        (self.at, self.taken) = (end, until);
        Some(())
    }

    /// Where `count` bytes end, if the block may have as many.
    fn end(&self, window: &Window, count: usize) -> Option<usize> {
        let end = self.at.checked_add(count)?;
        (end.wrapping_sub(self.start) <= window.block_max()).then_some(end)
    }

    fn sequence(
        &mut self,
        block: &Block,
        window: &mut Window,
        offsets: &mut Offsets,
        sequence: Sequence,
    ) -> Option<()> {
        let until = self.taken.checked_add(index32(sequence.literal_length))?;
        let count = index32(sequence.match_length);
        self.literals(block, window, until)?;
        let no_literals = sequence.literal_length == 0;
        let is_none = offsets.0[0] == 1 && no_literals && sequence.offset_value == 3;
        let offset = index32(repeated(&mut offsets.0, sequence.offset_value, no_literals));
        let end = self.end(window, count).filter(|_| !is_none && offset <= window.size)?;
        let written = self.at.wrapping_sub(self.start);
        let there = window.reach.saturating_add(written);
        let before = match offset {
            0 => count,
            _ => offset.saturating_sub(there).min(count),
        };
        if before > 0 && offset > 0 && !window.is_past_unknown {
            return None;
        }
        self.furthest = self.furthest.max(offset.saturating_sub(written));
        if before > 0 {
            let middle = self.at.wrapping_add(before);
            window.buffer.get_mut(self.at..middle)?.fill(0);
            if let Some(marks) = &mut window.marks {
                marks.set(self.at..middle, true);
            }
            self.at = middle;
        }
        window.copy(self.at, offset, end.wrapping_sub(self.at))?;
        self.at = end;
        Some(())
    }
}

impl Window {
    /// Copies `count` bytes, which are there, and their marks, to `at` from `offset`
    /// bytes before.
    fn copy(&mut self, at: usize, offset: usize, count: usize) -> Option<()> {
        let older = offset.saturating_sub(at).min(count);
        if older > 0 {
            let from = self.older.checked_sub(offset.wrapping_sub(at))?;
            let until = from.checked_add(older)?;
            self.buffer.get(from.max(at)..until)?;
            self.buffer.copy_within(from..until, at);
            if let Some(marks) = &mut self.marks {
                marks.copy(from, at, older);
            }
        }
        let (at, count) = (at.wrapping_add(older), count.wrapping_sub(older));
        if count > 0 {
            put_match(&mut self.buffer, at, offset, count)?;
            if let Some(marks) = &mut self.marks {
                marks.copy(at.wrapping_sub(offset), at, count);
            }
        }
        Some(())
    }
}
