//! Tables of a disk format, made up as they are read: where each unit stands in
//! the file, and what else follows from that.

use std::rc::Rc;

use super::bytes::{to_u64, to_usize};
use super::units::Units;

/// A table of entries of one width, by slot.
///
/// The slot of a stored unit holds a number that follows from the unit's rank:
/// stored units stand in the file in the order of their ranks.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The units whose slots are in use.
    pub(super) units: Rc<Units>,
    /// Which slot belongs to which unit.
    pub(super) slots: Slots,
    /// How a number is stored.
    pub(super) entry: Entry,
    /// What an unused slot holds.
    pub(super) empty: u64,
    /// What the slot of the first stored unit holds.
    pub(super) first: u64,
    /// By how much each further one holds more.
    pub(super) step: u64,
}

/// Which slot of a table belongs to which unit.
#[derive(Clone, Debug)]
pub(super) enum Slots {
    /// Slot *n* to unit *n*.
    Units,
    /// As many pages as `groups` has stored groups, in order; a page has a
    /// slot for each of the `per` units of its group.
    Pages { per: u64, groups: Rc<Units> },
    /// Slot *n* to unit *n*, but for a slot of another kind, which stays
    /// unused, behind every `per` of them.
    Interleaved { per: u64 },
}

/// How a number is stored in a table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    Be16,
    Be32,
    Be64,
    Le32,
    Le64,
}

impl Table {
    /// Fills `buffer` with the bytes of the table from `offset` on.
    pub(super) fn fill(&self, offset: u64, buffer: &mut [u8]) {
        let width = self.entry.width();
        let (mut slot, end) = (offset / width, (offset + to_u64(buffer.len())).div_ceil(width));
        let mut bytes = Vec::with_capacity(to_usize((end - slot) * width));
        while slot < end {
            let (unit, count) = self.slots.stretch(slot, end - slot);
            match unit {
                Some(unit) => self.push_units(unit, unit + count, &mut bytes),
                None => self.push_empty(count, &mut bytes),
            }
            slot += count;
        }
        let from = bytes.iter().skip(to_usize(offset % width));
        for (to, from) in buffer.iter_mut().zip(from) {
            *to = *from;
        }
    }

    fn push_units(&self, start: u64, end: u64, bytes: &mut Vec<u8>) {
        let mut at = start;
        for run in self.units.runs_from(start).take_while(|run| run.first < end) {
            self.push_empty(run.first - at, bytes);
            at = run.end().min(end);
            for further in 0..at - run.first {
                self.entry.push(self.first + (run.rank + further) * self.step, bytes);
            }
        }
        self.push_empty(end - at, bytes);
    }

    fn push_empty(&self, count: u64, bytes: &mut Vec<u8>) {
        for _ in 0..count {
            self.entry.push(self.empty, bytes);
        }
    }
}

impl Slots {
    /// The unit that `slot` belongs to, and for how many slots from it on, at
    /// most `count`, the units follow one another.
    fn stretch(&self, slot: u64, count: u64) -> (Option<u64>, u64) {
        match self {
            Self::Units => (Some(slot), count),
            Self::Pages { per, groups } => {
                let (page, within) = (slot / per, slot % per);
                let unit = groups.runs_from_rank(page).next().map(|run| run.first * per + within);
                (unit, count.min(per - within))
            }
            Self::Interleaved { per } => {
                let (chunk, within) = (slot / (per + 1), slot % (per + 1));
                if within == *per {
                    return (None, 1);
                }
                (Some(chunk * per + within), count.min(per - within))
            }
        }
    }
}

impl Entry {
    /// Bytes of an entry.
    fn width(self) -> u64 {
        match self {
            Self::Be16 => 2,
            Self::Be32 | Self::Le32 => 4,
            Self::Be64 | Self::Le64 => 8,
        }
    }

    fn push(self, number: u64, bytes: &mut Vec<u8>) {
        let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
        match self {
            Self::Be16 => bytes.extend_from_slice(&[g, h]),
            Self::Be32 => bytes.extend_from_slice(&[e, f, g, h]),
            Self::Be64 => bytes.extend_from_slice(&[a, b, c, d, e, f, g, h]),
            Self::Le32 => bytes.extend_from_slice(&[h, g, f, e]),
            Self::Le64 => bytes.extend_from_slice(&[h, g, f, e, d, c, b, a]),
        }
    }
}
