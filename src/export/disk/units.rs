//! Which units of a disk hold stored bytes: what every layout is computed from.
//!
//! A unit is a stretch of the disk of one length, aligned to it: a cluster, a
//! grain, a block, as the format calls it. Kept are runs of stored units, as
//! variable-length gaps and lengths: 2 to 4 bytes a run, whatever the disk's
//! size, where the index keeps 8 for every stored cluster.

use core::ops::Range;

use crate::image::DiskImage;

/// Every so many runs, the place among units and ranks is kept plainly.
const RUNS_PER_MARK: u64 = 64;

/// Stretches of an image that are asked for at once.
const STRETCHES_AT_ONCE: usize = 4096;

/// A set of units, in order. A stored unit's *rank* is how many come before it.
#[derive(Clone, Debug)]
pub(super) struct Units {
    marks: Vec<Mark>,
    encoded: Vec<u8>,
    runs: u64,
    last: UnitRun,
    end: u64,
}

/// Stored units that follow one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct UnitRun {
    /// The first one's number.
    pub(super) first: u64,
    /// The first one's rank.
    pub(super) rank: u64,
    /// How many they are; never 0 in a run that is handed out.
    pub(super) count: u64,
}

impl UnitRun {
    /// The number behind the last one's.
    pub(super) fn end(self) -> u64 {
        self.first + self.count
    }

    /// This run without what lies before unit `unit`.
    fn behind(self, unit: u64) -> Self {
        self.skip(unit.saturating_sub(self.first))
    }

    /// This run without its first `units` units.
    fn skip(self, units: u64) -> Self {
        Self { first: self.first + units, rank: self.rank + units, count: self.count - units }
    }
}

/// Where the decoding of runs can start.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Behind the last unit of the runs before.
    unit: u64,
    /// Stored units before.
    rank: u64,
    /// Where in `encoded` the next run starts.
    at: usize,
}

impl Units {
    /// The units of `unit_size` bytes that hold stored bytes of `image`. Takes
    /// time by the image's runs.
    pub(super) fn of(image: &dyn DiskImage, unit_size: u64) -> Self {
        let mut units = Self::none();
        let mut from = 0;
        loop {
            let stored = image.stored(from, STRETCHES_AT_ONCE);
            // Whatever is told, this comes to an end.
            let Some(last) = stored.last().filter(|last| last.end > from) else { return units };
            from = last.end;
            for stretch in stored {
                units.add(stretch.start / unit_size..stretch.end.div_ceil(unit_size));
            }
        }
    }

    /// The first `count` units, all of them.
    pub(super) fn all(count: u64) -> Self {
        let mut units = Self::none();
        units.add(0..count);
        units
    }

    /// Units `per` times as large, each of which holds one of these.
    pub(super) fn grouped(&self, per: u64) -> Self {
        let mut units = Self::none();
        for run in self.runs_from(0) {
            units.add(run.first / per..run.end().div_ceil(per));
        }
        units
    }

    fn none() -> Self {
        let last = UnitRun::default();
        Self { marks: Vec::new(), encoded: Vec::new(), runs: 0, last, end: 0 }
    }

    /// Adds `units`, which come behind or overlap the last ones added.
    fn add(&mut self, units: Range<u64>) {
        let first = units.start.max(self.last.end());
        let count = units.end.saturating_sub(first);
        if count == 0 {
            return;
        }
        if first == self.last.end() && self.last.count > 0 {
            self.last.count += count;
        } else {
            self.keep_last();
            self.last = UnitRun { first, rank: self.len(), count };
        }
    }

    /// Encodes the last run, which is complete.
    fn keep_last(&mut self) {
        if self.last.count == 0 {
            return;
        }
        if self.runs.is_multiple_of(RUNS_PER_MARK) {
            let at = self.encoded.len();
            self.marks.push(Mark { unit: self.end, rank: self.last.rank, at });
        }
        push_number(&mut self.encoded, self.last.first - self.end);
        push_number(&mut self.encoded, self.last.count);
        self.runs += 1;
        self.end = self.last.end();
    }

    /// How many units are stored.
    pub(super) fn len(&self) -> u64 {
        self.last.rank + self.last.count
    }

    /// The runs of stored units from number `unit` on.
    pub(super) fn runs_from(&self, unit: u64) -> impl Iterator<Item = UnitRun> {
        let after = self.marks.partition_point(|mark| mark.unit <= unit);
        let runs = self.decode(after).skip_while(move |run| run.end() <= unit);
        runs.map(move |run| run.behind(unit))
    }

    /// The runs of stored units from rank `rank` on.
    pub(super) fn runs_from_rank(&self, rank: u64) -> impl Iterator<Item = UnitRun> {
        let after = self.marks.partition_point(|mark| mark.rank <= rank);
        let runs = self.decode(after).skip_while(move |run| run.rank + run.count <= rank);
        runs.map(move |run| run.skip(rank.saturating_sub(run.rank)))
    }

    /// The runs from the mark before number `after` on.
    fn decode(&self, after: usize) -> impl Iterator<Item = UnitRun> {
        let start = Mark { unit: 0, rank: 0, at: 0 };
        let mark = after.checked_sub(1).and_then(|mark| self.marks.get(mark)).unwrap_or(&start);
        let (mut unit, mut rank) = (mark.unit, mark.rank);
        let mut rest = self.encoded.get(mark.at..).unwrap_or(&[]);
        let kept = core::iter::from_fn(move || {
            let first = unit + take_number(&mut rest)?;
            let run = UnitRun { first, rank, count: take_number(&mut rest)? };
            (unit, rank) = (run.end(), rank + run.count);
            Some(run)
        });
        kept.chain((self.last.count > 0).then_some(self.last))
    }

    /// Bytes that the runs take.
    #[cfg(test)]
    fn bytes_held(&self) -> usize {
        self.encoded.capacity() + self.marks.capacity() * size_of::<Mark>()
    }
}

/// Appends a number, seven bits a byte, the lowest first.
fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(0x80 | u8::try_from(number & 0x7f).unwrap_or(0));
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or(0));
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(ranges: &[Range<u64>]) -> Units {
        let mut units = Units::none();
        ranges.iter().cloned().for_each(|range| units.add(range));
        units
    }

    fn run(first: u64, rank: u64, count: u64) -> UnitRun {
        UnitRun { first, rank, count }
    }

    #[test]
    fn touching_and_overlapping_units_are_one_run() {
        let units = units(&[3..5, 4..6, 6..7, 9..10]);
        let runs: Vec<_> = units.runs_from(0).collect();
        assert_eq!(runs, [run(3, 0, 4), run(9, 4, 1)]);
        assert_eq!(units.len(), 5);
        let groups: Vec<_> = units.grouped(4).runs_from(0).collect();
        assert_eq!(groups, [run(0, 0, 3)]);
    }

    #[test]
    fn runs_are_found_by_unit_and_by_rank() {
        let ranges: Vec<_> = (0..1000).map(|n| n * 1000..n * 1000 + n % 300 + 1).collect();
        let units = units(&ranges);
        let mut rank = 0;
        for range in &ranges {
            let count = range.end - range.start;
            let whole = run(range.start, rank, count);
            assert_eq!(units.runs_from(range.start).next(), Some(whole));
            assert_eq!(units.runs_from_rank(rank).next(), Some(whole));
            let last = run(range.end - 1, rank + count - 1, 1);
            assert_eq!(units.runs_from(range.end - 1).next(), Some(last));
            assert_eq!(units.runs_from_rank(rank + count - 1).next(), Some(last));
            rank += count;
        }
        assert_eq!(units.len(), rank);
        assert_eq!(units.runs_from(1_000_000).next(), None);
        assert_eq!(units.runs_from_rank(rank).next(), None);
        assert_eq!(units.runs_from(999_999).next(), None);
        assert_eq!(units.runs_from(500).next(), Some(run(1000, 1, 2)));
    }

    #[test]
    fn no_unit_at_all_is_no_run() {
        assert_eq!((Units::none().len(), Units::none().runs_from(0).next()), (0, None));
        assert_eq!(Units::all(0).runs_from_rank(0).next(), None);
    }

    #[test]
    fn what_is_held_follows_from_the_runs() {
        assert_eq!(Units::all(1 << 40).bytes_held(), 0);
        let scattered: Vec<_> = (0..1_000_000).map(|n| n * 1024..n * 1024 + 1).collect();
        let bytes = units(&scattered).bytes_held();
        assert!(bytes < 5 << 20, "{bytes} bytes for a million runs over 64 TiB");
    }
}
