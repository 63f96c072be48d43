//! The second stage: literals and sequences are put together in the window
//! (§ 3.1.1.4).

use crate::bits::{index32, word_at};
use crate::entropy::Sequence;
use crate::error::{Part, Undecodable};
use crate::literals;
use crate::window::SLACK;

pub use crate::window::Window;

/// The three repeated offsets (§ 3.1.1.5), the last one used first. 0 stands for one
/// that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offsets(pub [u32; 3]);

impl Offsets {
    /// Those that a frame starts with.
    pub const START: Self = Self([1, 4, 8]);

    /// Those in the middle of a frame of which nothing is known.
    pub const UNKNOWN: Self = Self([0; 3]);

    /// Whether all of them are known.
    #[must_use]
    pub fn are_known(self) -> bool {
        !self.0.contains(&0)
    }
}

/// What a block came to in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    /// How many bytes.
    pub count: usize,
    /// How far before its start it copies from, in bytes.
    pub furthest: usize,
}

const CORRUPT: Undecodable = Undecodable::Corrupt(Part::Execution);

/// Where in the buffer of a window a block goes, and what is there.
#[derive(Clone, Copy)]
struct Site {
    start: usize,
    older: usize,
    reach: usize,
    size: usize,
    end_max: usize,
}

/// Puts literals and `sequences` together behind what is in `window`, with the repeated
/// `offsets`. The literals are all of `literals` but the last [`literals::SLACK`] bytes.
/// All that is copied has to be there and known. The sequences are taken out of their
/// place while that goes on, and given back.
///
/// # Errors
///
/// Something is copied from before what is there, or more literals than there are, or
/// it comes to more than a block may. What came before that is [there](Window::last).
pub(crate) fn execute<I: Iterator<Item = Sequence>>(
    literals: &[u8],
    sequences: &mut Option<I>,
    window: &mut Window,
    offsets: &mut Offsets,
) -> Result<Executed, Undecodable> {
    window.make_room();
    let site = Site {
        start: window.at,
        older: window.older,
        reach: window.reach,
        size: window.size,
        end_max: window.at.saturating_add(window.block_max()),
    };
    let mut run = Run { at: site.start, taken: 0, lowest: site.start, furthest: 0 };
    let own = literals.get(..literals.len().saturating_sub(literals::SLACK)).unwrap_or(&[]);
    let is_sound = run.sequences(&mut window.buffer, &site, literals, sequences, offsets);
    let is_sound = is_sound.and_then(|()| run.rest(&mut window.buffer, &site, own));
    let count = run.at.wrapping_sub(site.start);
    window.take(count);
    let furthest = run.furthest.max(site.start.wrapping_sub(run.lowest));
    if is_sound.is_some() { Ok(Executed { count, furthest }) } else { Err(CORRUPT) }
}

/// How far the putting together has come.
#[derive(Clone, Copy)]
struct Run {
    /// Where in the buffer the next byte goes.
    at: usize,
    /// Literals that were taken.
    taken: usize,
    /// The first place in the lap that was copied from, if that is before the block.
    lowest: usize,
    /// How far before its start the block copied from the older lap.
    furthest: usize,
}

impl Run {
    #[inline(never)]
    fn sequences<I: Iterator<Item = Sequence>>(
        &mut self,
        buffer: &mut [u8],
        site: &Site,
        literals: &[u8],
        sequences: &mut Option<I>,
        offsets: &mut Offsets,
    ) -> Option<()> {
        let Site { size, end_max, .. } = *site;
        let Run { mut at, mut lowest, mut furthest, .. } = *self;
        let mut left = literals;
        let mut repeats = offsets.0;
        // By value, for a state in memory takes far longer.
        let mut coming = sequences.take()?;
        let sound = loop {
            let Some(sequence) = coming.next() else { break Some(()) };
            let literal_length = index32(sequence.literal_length);
            let match_length = index32(sequence.match_length);
            let offset = repeated(&mut repeats, sequence.offset_value, literal_length == 0);
            let offset = index32(offset);
            let start = at.wrapping_add(literal_length);
            let end = start.wrapping_add(match_length);
            // An offset of 0 is none.
            if end > end_max || offset.wrapping_sub(1) >= size {
                break None;
            }
            // One look at each for all that is written and read in pieces.
            let from = left.get(..literal_length.wrapping_add(literals::SLACK));
            let to = buffer.get_mut(at..end.wrapping_add(SLACK));
            let (Some(from), Some(to)) = (from, to) else { break None };
            let Some(()) = put_literals(to, from, literal_length) else { break None };
            left = left.get(literal_length..).unwrap_or(&[]);
            at = start;
            let copied = match start.checked_sub(offset) {
                Some(from) => {
                    lowest = lowest.min(from);
                    put_match(buffer, start, offset, match_length)
                }
                None => {
                    let before = offset.wrapping_sub(start.wrapping_sub(site.start));
                    furthest = furthest.max(before);
                    put_older(buffer, start, site, offset, match_length)
                }
            };
            let Some(()) = copied else { break None };
            at = end;
        };
        *sequences = Some(coming);
        let taken = literals.len().wrapping_sub(left.len());
        *self = Self { at, taken, lowest, furthest };
        *offsets = Offsets(repeats);
        sound
    }

    /// The literals that no sequence takes.
    fn rest(&mut self, buffer: &mut [u8], site: &Site, literals: &[u8]) -> Option<()> {
        let rest = literals.get(self.taken..)?;
        let end = self.at.checked_add(rest.len()).filter(|&end| end <= site.end_max)?;
        buffer.get_mut(self.at..end)?.copy_from_slice(rest);
        self.at = end;
        Some(())
    }
}

/// The offset that `value` stands for (§ 3.1.1.5), and the next repeated ones. 0 if
/// there is no such offset, and if it is not known.
#[inline(always)]
pub(crate) fn repeated(offsets: &mut [u32; 3], value: u32, no_literals: bool) -> u32 {
    let [first, second, third] = *offsets;
    if value > 3 {
        let offset = value.wrapping_sub(3);
        *offsets = [offset, first, second];
        return offset;
    }
    let offset = match value.wrapping_add(u32::from(no_literals)) {
        1 => return first,
        2 => {
            *offsets = [second, first, third];
            return second;
        }
        3 => third,
        _ => first.saturating_sub(1),
    };
    *offsets = [offset, first, second];
    offset
}

/// Copies 16 bytes within `buffer`.
#[inline(always)]
fn copy_16(buffer: &mut [u8], from: usize, to: usize) -> Option<()> {
    let bytes = *buffer.get(from..)?.first_chunk::<16>()?;
    *buffer.get_mut(to..)?.first_chunk_mut::<16>()? = bytes;
    Some(())
}

/// Copies `count` literals, and some bytes more that count for nothing.
#[inline(always)]
pub(crate) fn put_literals(to: &mut [u8], from: &[u8], count: usize) -> Option<()> {
    *to.first_chunk_mut::<16>()? = *from.first_chunk::<16>()?;
    if count > 16 {
        put_more_literals(to.get_mut(16..)?, from.get(16..)?, count.wrapping_sub(16))?;
    }
    Some(())
}

#[inline(never)]
fn put_more_literals(to: &mut [u8], from: &[u8], count: usize) -> Option<()> {
    if count > 64 {
        to.get_mut(..count)?.copy_from_slice(from.get(..count)?);
        return Some(());
    }
    let mut done = 0_usize;
    while done < count {
        *to.get_mut(done..)?.first_chunk_mut::<16>()? = *from.get(done..)?.first_chunk::<16>()?;
        done = done.wrapping_add(16);
    }
    Some(())
}

/// Copies `count` bytes to `at` from `offset` bytes before, and up to 31 bytes more that
/// count for nothing.
#[inline(always)]
pub(crate) fn put_match(buffer: &mut [u8], at: usize, offset: usize, count: usize) -> Option<()> {
    let (past, to) = buffer.split_at_mut_checked(at)?;
    let from = past.len().checked_sub(offset)?;
    let Some(first) = past.get(from..)?.first_chunk::<16>() else {
        return put_close(buffer, at, offset, count);
    };
    *to.first_chunk_mut::<16>()? = *first;
    // Most are no longer, and which are longer than 16 cannot be foreseen.
    copy_16(buffer, from.wrapping_add(16), at.wrapping_add(16))?;
    if count > 32 {
        put_long(buffer, from, at, count)?;
    }
    Some(())
}

/// All but the first 32 bytes of a match whose offset is at least 16.
#[inline(never)]
fn put_long(buffer: &mut [u8], from: usize, at: usize, count: usize) -> Option<()> {
    let offset = at.wrapping_sub(from);
    if count > 128 && offset >= count {
        let end = from.checked_add(count).filter(|_| at.saturating_add(count) <= buffer.len())?;
        buffer.copy_within(from..end, at);
        return Some(());
    }
    let mut done = 32_usize;
    while done < count {
        copy_16(buffer, from.wrapping_add(done), at.wrapping_add(done))?;
        done = done.wrapping_add(16);
    }
    Some(())
}

/// By what the lowest bytes are multiplied to repeat over eight, and how many of
/// these are whole repetitions, by how many bytes repeat.
const PATTERNS: [(u64, usize); 8] = [
    (0, 8),
    (0x0101_0101_0101_0101, 8),
    (0x0001_0001_0001_0001, 8),
    (0x0001_0000_0100_0001, 6),
    (0x0000_0001_0000_0001, 8),
    (0x0000_0100_0000_0001, 5),
    (0x0001_0000_0000_0001, 6),
    (0x0100_0000_0000_0001, 7),
];

/// A match that may start to copy what it has just put, after less than 16 bytes.
#[inline(never)]
fn put_close(buffer: &mut [u8], at: usize, offset: usize, count: usize) -> Option<()> {
    let from = at.wrapping_sub(offset);
    let mut done = 0_usize;
    if offset >= 8 {
        while done < count {
            let word = word_at(buffer, from.wrapping_add(done));
            put_word(buffer, at.wrapping_add(done), word)?;
            done = done.wrapping_add(8);
        }
        return Some(());
    }
    let (times, step) = *PATTERNS.get(offset)?;
    let word = word_at(buffer, from) & (1_u64 << (offset.wrapping_mul(8) & 63)).wrapping_sub(1);
    let word = word.wrapping_mul(times);
    while done < count {
        put_word(buffer, at.wrapping_add(done), word)?;
        done = done.wrapping_add(step);
    }
    Some(())
}

#[inline(always)]
fn put_word(buffer: &mut [u8], at: usize, word: u64) -> Option<()> {
    *buffer.get_mut(at..)?.first_chunk_mut::<8>()? = word.to_le_bytes();
    Some(())
}

/// A match that starts in the older lap, if that reaches as far back.
#[inline(never)]
fn put_older(buffer: &mut [u8], at: usize, site: &Site, offset: usize, count: usize) -> Option<()> {
    let back = offset.checked_sub(at)?;
    let from = site.older.checked_sub(back)?;
    if offset.wrapping_sub(at.wrapping_sub(site.start)) > site.reach {
        return None;
    }
    if count <= 16 && back >= 16 {
        return copy_16(buffer, from, at);
    }
    let part = back.min(count);
    buffer.get(from..from.checked_add(part)?)?;
    buffer.get(at..at.checked_add(part)?)?;
    buffer.copy_within(from..from.wrapping_add(part), at);
    match count.wrapping_sub(part) {
        0 => Some(()),
        rest => put_match(buffer, at.wrapping_add(part), offset, rest),
    }
}

/// What is copied in a piece may write so much too far: the room has it to spare.
const _: () = assert!(SLACK >= 32 && literals::SLACK >= 16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_repeat_whatever_their_offset_and_length() {
        for offset in 1..80 {
            for count in (3..70).chain([127, 128, 129, 300, 5000]) {
                let mut buffer: Vec<u8> = (0..80).map(|number| number * 3 + 1).collect();
                let mut expected = buffer.clone();
                for _ in 0..count {
                    expected.extend(expected.get(expected.len() - offset).copied());
                }
                buffer.resize(80 + count + SLACK, 0xaa);
                assert_eq!(put_match(&mut buffer, 80, offset, count), Some(()));
                assert_eq!(buffer.get(..80 + count), Some(&expected[..]), "{offset}, {count}");
            }
        }
    }

    #[test]
    fn repeated_offsets_move_to_the_front() {
        // § 3.1.1.5.
        let cases = [
            (10, false, 7, [7, 1, 4]),
            (1, false, 1, [1, 4, 8]),
            (2, false, 4, [4, 1, 8]),
            (3, false, 8, [8, 1, 4]),
            (1, true, 4, [4, 1, 8]),
            (2, true, 8, [8, 1, 4]),
            (3, true, 0, [0, 1, 4]),
        ];
        for (value, no_literals, offset, next) in cases {
            let mut offsets = Offsets::START.0;
            assert_eq!(repeated(&mut offsets, value, no_literals), offset);
            assert_eq!(offsets, next);
        }
    }
}
