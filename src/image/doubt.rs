//! What is in doubt of an image: how much it is, and what it is taken for.

use core::ops::Range;
use std::rc::Rc;

use super::device_image::Image;
use super::index::Cluster;
use crate::archive::unit::{BlockMask, CLUSTER_SIZE, ClusterNumber};
use crate::source::{Error, Gap, GapKind, ReadAt, gaps, to_u64, to_usize};

/// What the bytes of an image that are [in doubt](GapKind::InDoubt) are taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Stored bytes: they read as they are.
    #[default]
    AsItIs,
    /// Lost ones: nobody has them.
    AsLost,
}

/// How much of an image is in doubt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoubtFigures {
    /// Bytes.
    pub bytes: u64,
    /// Clusters with such a byte of which every block is stored.
    pub full: u64,
    /// Clusters with such a byte of which some blocks are stored.
    pub partial: u64,
}

impl Image {
    /// The same image with what is in doubt taken for what `doubt` says. What is
    /// taken as lost is a [gap](ReadAt::gap) of that kind and a run of that
    /// [origin](super::Origin::Lost), as if the archive did not hold it.
    #[must_use]
    pub fn with_doubt(self, doubt: Doubt) -> Self {
        match doubt {
            Doubt::AsItIs => self,
            Doubt::AsLost => self.over(|source| Rc::new(Undoubted { source })),
        }
    }

    /// How much of it is in doubt, as far as is known without reading. Takes time
    /// by its runs.
    #[must_use]
    pub fn doubt_figures(&self) -> DoubtFigures {
        let mut found = DoubtFigures::default();
        let mut counted = 0;
        let doubts = gaps(self, 0..u64::MAX).filter(|gap| gap.kind == GapKind::InDoubt);
        for Gap { start, end, .. } in doubts {
            found.bytes = found.bytes.saturating_add(end.saturating_sub(start));
            let behind = end.div_ceil(CLUSTER_SIZE);
            for number in counted.max(start / CLUSTER_SIZE)..behind {
                match u32::try_from(number).map(|number| self.cluster(ClusterNumber(number))) {
                    Ok(Cluster::Stored { mask: BlockMask::FULL, .. }) => found.full += 1,
                    Ok(Cluster::Stored { .. }) => found.partial += 1,
                    Ok(Cluster::Missing | Cluster::Zero) | Err(_) => {}
                }
            }
            counted = behind;
        }
        found
    }
}

/// A source of which what is in doubt is lost.
struct Undoubted {
    source: Rc<dyn ReadAt>,
}

impl Undoubted {
    /// How many bytes of `range` stand before one that is in doubt. Behind the first
    /// gap of another kind there may be some: no read comes there.
    fn sure(&self, range: Range<u64>) -> usize {
        let doubt = self.source.gap(range.clone()).filter(|gap| gap.kind == GapKind::InDoubt);
        let end = doubt.map_or(range.end, |doubt| doubt.start);
        to_usize(end.saturating_sub(range.start))
    }
}

impl ReadAt for Undoubted {
    fn size(&self) -> Option<u64> {
        self.source.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let sure = self.sure(offset..offset.saturating_add(to_u64(buffer.len())));
        let Some(buffer) = buffer.get_mut(..sure) else { return Ok(0) };
        let count = self.source.read_at(offset, buffer)?;
        // What was read may show that it cannot be vouched for.
        Ok(self.sure(offset..offset.saturating_add(to_u64(count))))
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let gap = self.source.gap(range)?;
        let is_doubt = gap.kind == GapKind::InDoubt;
        Some(if is_doubt { Gap { kind: GapKind::Lost, ..gap } } else { gap })
    }

    crate::source::as_quick_as!(source);
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;

    /// A hundred bytes, each its own offset, of which those in a range are in doubt
    /// once something was read.
    struct Suspect {
        doubt: Range<u64>,
        is_known: Cell<bool>,
    }

    impl ReadAt for Suspect {
        fn size(&self) -> Option<u64> {
            Some(100)
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
            self.is_known.set(true);
            let bytes: Vec<u8> = (0..100).collect();
            bytes.read_at(offset, buffer)
        }

        fn gap(&self, range: Range<u64>) -> Option<Gap> {
            let Range { start, end } = self.doubt;
            let is_hit = start < range.end && range.start < end;
            let gap = Gap { start, end, kind: GapKind::InDoubt };
            (is_hit && self.is_known.get()).then_some(gap)
        }

        fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
            into.push(range);
        }

        fn approach(&self, _: Range<u64>, _: u64) -> Result<bool, Error> {
            Ok(true)
        }

        fn detour(&self, _: u64, _: u64) -> u64 {
            0
        }
    }

    #[test]
    fn a_read_stops_before_doubt_that_shows_while_it_reads() {
        let suspect = Suspect { doubt: 30..40, is_known: Cell::new(false) };
        let undoubted = Undoubted { source: Rc::new(suspect) };
        let mut buffer = [0; 60];
        assert_eq!(undoubted.gap(0..100), None);
        assert_eq!(undoubted.read_at(5, &mut buffer), Ok(25), "it shows on the way");
        assert_eq!(buffer.get(..25), (5..30).collect::<Vec<u8>>().get(..));
        let lost = Gap { start: 30, end: 40, kind: GapKind::Lost };
        assert_eq!(undoubted.gap(0..100), Some(lost));
        assert_eq!(undoubted.read_at(30, &mut buffer), Ok(0));
        assert_eq!(undoubted.read_at(39, &mut buffer), Ok(0));
        assert_eq!(undoubted.read_at(40, &mut buffer), Ok(60));
    }
}
