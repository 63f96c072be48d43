//! A disk of which something is changed, lost or in doubt, and whose reads are counted.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::source::{Error, Gap, GapKind, ReadAt};

/// Another source, with changes.
pub struct Spoilt {
    below: Rc<dyn ReadAt>,
    /// What stands in it instead, and where.
    pub patches: Vec<(u64, Vec<u8>)>,
    pub gaps: Vec<Gap>,
    pub reads: Cell<u64>,
    pub bytes: Cell<u64>,
}

impl Spoilt {
    /// Without a change.
    pub fn new(below: Rc<dyn ReadAt>) -> Self {
        Self {
            below,
            patches: Vec::new(),
            gaps: Vec::new(),
            reads: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    /// The same, as a source.
    pub fn of(below: Rc<dyn ReadAt>) -> Rc<dyn ReadAt> {
        Rc::new(Self::new(below))
    }

    /// With one gap.
    pub fn with_gap(below: &Rc<dyn ReadAt>, range: Range<u64>, kind: GapKind) -> Rc<dyn ReadAt> {
        let gaps = vec![Gap { start: range.start, end: range.end, kind }];
        Rc::new(Self { gaps, ..Self::new(Rc::clone(below)) })
    }

    /// With other bytes at one place.
    pub fn with_bytes(below: &Rc<dyn ReadAt>, at: u64, bytes: &[u8]) -> Rc<dyn ReadAt> {
        Rc::new(Self { patches: vec![(at, bytes.to_vec())], ..Self::new(Rc::clone(below)) })
    }
}

impl ReadAt for Spoilt {
    fn size(&self) -> Option<u64> {
        self.below.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.reads.set(self.reads.get() + 1);
        let end = offset.saturating_add(buffer.len() as u64);
        let stops = self.gaps.iter().filter(|gap| gap.stops_reads() && gap.end > offset);
        let end = stops.map(|gap| gap.start).fold(end, u64::min).max(offset);
        let count = self.below.read_at(offset, &mut buffer[..(end - offset) as usize])?;
        self.bytes.set(self.bytes.get() + count as u64);
        for (at, bytes) in &self.patches {
            for (place, byte) in (*at..).zip(bytes) {
                if let Some(into) = place.checked_sub(offset).filter(|&into| into < count as u64) {
                    buffer[into as usize] = *byte;
                }
            }
        }
        Ok(count)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let hit = |gap: &&Gap| gap.start < range.end && range.start < gap.end;
        self.gaps.iter().find(hit).copied()
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
