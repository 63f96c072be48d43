//! Run lists: where the clusters of an attribute lie, "mapping pairs" of the
//! documentation of Linux-NTFS.

use crate::error::{Fault, FaultKind, Result};

/// Runs of one attribute, at most: 16 MiB of them.
const RUNS_MAX: usize = 1 << 20;

/// Stands in [`Run::at`] for clusters that are not stored.
const HOLE: u64 = u64::MAX;

/// Clusters that lie one behind another.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The first, counted in the attribute.
    from: u64,
    /// Where it lies, counted in the volume, or [`HOLE`].
    at: u64,
}

/// Where bytes of an attribute lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// From this byte of the volume on.
    At(u64),
    /// Nowhere: a hole.
    Hole,
}

/// Where all clusters of an attribute lie, without gaps from the first on.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    clusters: u64,
}

impl Runs {
    /// Clusters that are told of.
    pub(super) fn clusters(&self) -> u64 {
        self.clusters
    }

    /// Runs, as what they take in memory goes by.
    pub(super) fn count(&self) -> usize {
        self.runs.len()
    }

    /// Whether some clusters are not stored.
    pub(super) fn has_holes(&self) -> bool {
        self.runs.iter().any(|run| run.at == HOLE)
    }

    /// Adds a list that goes up to cluster `end` of the attribute, on a volume of
    /// `volume` clusters.
    ///
    /// # Errors
    ///
    /// It ends before or behind `end`, or leads out of the volume.
    pub(super) fn append(&mut self, pairs: &[u8], end: u64, volume: u64) -> Result<()> {
        let mut rest = pairs;
        let mut at = 0_i64;
        while self.clusters < end {
            let (count, moved) = pair(&mut rest).ok_or_else(|| wrong("is no list"))?;
            let next = self.clusters.checked_add(count).filter(|&next| next <= end);
            let next = next.ok_or_else(|| wrong("goes on behind its end"))?;
            let place = match moved {
                None => HOLE,
                Some(moved) => {
                    at = at.checked_add(moved).ok_or_else(|| wrong("leads nowhere"))?;
                    let place = u64::try_from(at).ok();
                    let is_inside = |&place: &u64| {
                        place.checked_add(count).is_some_and(|behind| behind <= volume)
                    };
                    place.filter(is_inside).ok_or_else(|| wrong("leads out of the volume"))?
                }
            };
            if self.runs.len() >= RUNS_MAX {
                return Err(Fault::new(FaultKind::TooLarge, format!("{RUNS_MAX} runs")));
            }
            self.runs.push(Run { from: self.clusters, at: place });
            self.clusters = next;
        }
        if rest.first().is_some_and(|&head| head != 0) {
            return Err(wrong("goes on behind its end"));
        }
        Ok(())
    }

    /// Where the byte `offset` of the attribute lies, and how many follow it there;
    /// `None` behind the last.
    pub(super) fn piece(&self, offset: u64, cluster: u64) -> Option<(Place, u64)> {
        let number = offset.checked_div(cluster).filter(|&number| number < self.clusters)?;
        let behind = self.runs.partition_point(|run| run.from <= number);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let end = self.runs.get(behind).map_or(self.clusters, |next| next.from);
        let count = end.checked_mul(cluster)?.checked_sub(offset)?;
        let skipped = offset.checked_sub(run.from.checked_mul(cluster)?)?;
        let place = match run.at {
            HOLE => Place::Hole,
            at => Place::At(at.checked_mul(cluster)?.checked_add(skipped)?),
        };
        Some((place, count))
    }
}

/// A count of clusters, and how far from the last run they lie if they are stored.
fn pair(rest: &mut &[u8]) -> Option<(u64, Option<i64>)> {
    let (&head, behind) = rest.split_first()?;
    let (counted, moved) = (usize::from(head & 15), usize::from(head >> 4));
    if counted > 8 || moved > 8 {
        return None;
    }
    let (count, behind) = behind.split_at_checked(counted)?;
    let (offset, behind) = behind.split_at_checked(moved)?;
    *rest = behind;
    let count = u64::try_from(signed(count)).ok().filter(|&count| count > 0)?;
    Some((count, (moved > 0).then(|| signed(offset))))
}

/// A number of up to eight bytes in two's complement; 0 of none.
fn signed(bytes: &[u8]) -> i64 {
    let fill = if bytes.last().is_some_and(|&high| high >= 0x80) { 0xff } else { 0 };
    let mut all = [fill; 8];
    for (to, from) in all.iter_mut().zip(bytes) {
        *to = *from;
    }
    i64::from_le_bytes(all)
}

fn wrong(what: &str) -> Fault {
    Fault::corrupt(format!("run list: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOLUME: u64 = 1 << 40;

    fn pieces(runs: &Runs) -> Vec<(Place, u64)> {
        let (mut all, mut at) = (Vec::new(), 0);
        while let Some((place, count)) = runs.piece(at, 1) {
            all.push((place, count));
            at += count;
        }
        all
    }

    /// The examples of the documentation of Linux-NTFS, "Concept: data runs".
    #[test]
    fn the_documented_examples_are_read() {
        // 21 18 34 56 00: 0x18 clusters at 0x5634.
        let mut runs = Runs::default();
        runs.append(&[0x21, 0x18, 0x34, 0x56, 0x00], 0x18, VOLUME).unwrap();
        assert_eq!(pieces(&runs), [(Place::At(0x5634), 0x18)]);
        // 31 38 73 25 34, 32 14 01 e5 11 02, 31 42 aa 00 03 00.
        let list = [
            0x31, 0x38, 0x73, 0x25, 0x34, 0x32, 0x14, 0x01, 0xe5, 0x11, 0x02, 0x31, 0x42, 0xaa,
            0x00, 0x03, 0x00,
        ];
        let mut runs = Runs::default();
        runs.append(&list, 0x38 + 0x114 + 0x42, VOLUME).unwrap();
        let places = [(0x34_2573, 0x38), (0x36_3758, 0x114), (0x39_3802, 0x42)];
        assert_eq!(pieces(&runs), places.map(|(at, count)| (Place::At(at), count)));
        // 11 30 60, 21 10 00 01, 11 20 e0: backwards; 11 30 20, 01 60, 11 10 30: a hole.
        let mut runs = Runs::default();
        runs.append(&[0x11, 0x30, 0x60, 0x21, 0x10, 0, 1, 0x11, 0x20, 0xe0, 0], 0x60, VOLUME)
            .unwrap();
        let places = [(Place::At(0x60), 0x30), (Place::At(0x160), 0x10), (Place::At(0x140), 0x20)];
        assert_eq!(pieces(&runs), places);
        let mut runs = Runs::default();
        runs.append(&[0x11, 0x30, 0x20, 0x01, 0x60, 0x11, 0x10, 0x30, 0], 0xa0, VOLUME).unwrap();
        let places = [(Place::At(0x20), 0x30), (Place::Hole, 0x60), (Place::At(0x50), 0x10)];
        assert_eq!(pieces(&runs), places);
    }

    #[test]
    fn a_list_that_is_not_as_long_as_it_should_be_is_corrupt() {
        let short = Runs::default().append(&[0x11, 0x30, 0x20, 0], 0x31, VOLUME);
        assert_eq!(short.unwrap_err().kind, FaultKind::Corrupt);
        let long = Runs::default().append(&[0x11, 0x30, 0x20, 0], 0x2f, VOLUME);
        assert_eq!(long.unwrap_err().kind, FaultKind::Corrupt);
        let more = Runs::default().append(&[0x11, 0x30, 0x20, 0x11, 1, 1], 0x30, VOLUME);
        assert_eq!(more.unwrap_err().kind, FaultKind::Corrupt);
        let out = Runs::default().append(&[0x11, 0x30, 0x20, 0], 0x30, 0x4f);
        assert_eq!(out.unwrap_err().kind, FaultKind::Corrupt);
        let before = Runs::default().append(&[0x11, 0x30, 0xe0, 0], 0x30, VOLUME);
        assert_eq!(before.unwrap_err().kind, FaultKind::Corrupt);
    }
}
