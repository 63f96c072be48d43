//! What two decoders agree on that started with opposite bytes in place of what
//! is not known: they put out the same byte where it does not derive from
//! those, and only there.

use core::ops::Range;

/// Bytes that are compared at once.
const PART: usize = 16;

/// How closely parts that differ are told from those that do not: telling them
/// all apart would take more memory than they are.
#[derive(Clone, Copy)]
pub(in crate::container) struct Grain {
    /// Whether all between the first and the last of 16 bytes goes with them.
    pub(in crate::container) by_parts: bool,
    /// Bytes up to which what is the same between two parts goes with them.
    pub(in crate::container) join: usize,
}

/// Adds the parts where `left` and `right` differ to `into`.
pub(in crate::container) fn differences(
    left: &[u8],
    right: &[u8],
    grain: Grain,
    into: &mut Vec<Range<usize>>,
) {
    if left == right {
        return;
    }
    let mut add = |from: usize, part: Range<usize>| match into.last_mut() {
        Some(before) if before.end.saturating_add(grain.join) >= from => before.end = part.end,
        _ => into.push(part),
    };
    let mut at = 0_usize;
    for (left, right) in left.chunks(PART).zip(right.chunks(PART)) {
        let pairs = || left.iter().zip(right).map(|(left, right)| left != right);
        let place = |index: usize| at.saturating_add(index);
        if left == right {
        } else if grain.by_parts {
            let first = pairs().position(|differs| differs).unwrap_or(0);
            let last = pairs().rposition(|differs| differs).unwrap_or(0);
            add(at, place(first)..place(last).saturating_add(1));
        } else {
            for (index, _) in pairs().enumerate().filter(|(_, differs)| *differs) {
                add(place(index), place(index)..place(index).saturating_add(1));
            }
        }
        at = at.saturating_add(left.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: &[usize], grain: Grain) -> Vec<Range<usize>> {
        let (left, mut right) = (vec![0; 100], vec![0; 100]);
        places.iter().for_each(|&place| right[place] = 1);
        let mut into = Vec::new();
        differences(&left, &right, grain, &mut into);
        into
    }

    #[test]
    fn parts_that_differ_are_told_apart_as_the_grain_says() {
        let fine = Grain { by_parts: false, join: 4 };
        assert_eq!(of(&[3, 8, 20], fine), [3..9, 20..21]);
        assert_eq!(of(&[], fine), []);
        let coarse = Grain { by_parts: true, join: 15 };
        assert_eq!(of(&[1, 14, 50], coarse), [1..15, 50..51]);
        assert_eq!(of(&[14, 17], coarse), core::slice::from_ref(&(14..18)));
    }
}
