//! The image of one device: which bytes stand where in the archive, and which
//! nowhere.

use core::ops::Range;
use std::rc::Rc;

use super::index::{Cluster, DeviceIndex};
use super::joined::{joined_reads, place_of};
use super::run::{Origin, Pieces, Run};
use crate::archive::unit::{ArchiveOffset, ClusterNumber, ImageOffset};
use crate::source::{Error, Gap, GapKind, ReadAt, gaps, to_u64, to_usize};

/// The bytes of one device. Blocks that are zeros, as the archive says, read as
/// such. What is lost is a [gap](ReadAt::gap), before which a read stops, and so
/// is what a scan that is under way has not found yet; see
/// [`filled`](Image::filled) for bytes in their place.
#[derive(Clone)]
pub struct Image {
    source: Rc<dyn ReadAt>,
    index: Rc<DeviceIndex>,
    size: u64,
    /// What a cluster is that the index does not know.
    missing: Origin,
}

impl Image {
    /// The image of `size` bytes whose clusters `index` finds in `source`.
    /// Unless the index is `whole`, what it does not know is not known yet.
    #[must_use]
    pub fn new(source: Rc<dyn ReadAt>, index: Rc<DeviceIndex>, size: u64, whole: bool) -> Self {
        let missing = if whole { Origin::Lost } else { Origin::NotYetKnown };
        Self { source, index, size, missing }
    }

    /// The same image, whose bytes are read by way of what `source` makes of theirs.
    pub(super) fn over(self, source: impl FnOnce(Rc<dyn ReadAt>) -> Rc<dyn ReadAt>) -> Self {
        Self { source: source(self.source), ..self }
    }

    /// Where its clusters are.
    pub(super) fn index(&self) -> &DeviceIndex {
        &self.index
    }

    /// The archive that it is put together from.
    pub(super) fn source(&self) -> &dyn ReadAt {
        &*self.source
    }

    /// What a cluster is that the index does not know.
    pub(super) fn missing(&self) -> Origin {
        self.missing
    }

    /// Where `cluster` is.
    pub(super) fn cluster(&self, cluster: ClusterNumber) -> Cluster {
        self.index.cluster(cluster)
    }

    /// The stretches that make up `range` of the image, in order, without gap
    /// or overlap; what lies beyond the image's end is left out. Neighbours
    /// with one origin are joined. Stored bytes that are known not to be
    /// readable are [lost](Origin::Lost) as well.
    pub fn runs(&self, range: Range<u64>) -> impl Iterator<Item = Run> {
        let end = range.end.min(self.size);
        let pieces = self.pieces(range.start..end);
        let mut pieces = pieces.flat_map(|run| self.without_holes(run)).peekable();
        core::iter::from_fn(move || {
            let mut run = pieces.next()?;
            while let Some(next) = pieces.next_if(|next| run.continues_in(next)) {
                run.length = run.length.saturating_add(next.length);
            }
            Some(run)
        })
    }

    /// How many bytes of `range` are lost, as far as is known.
    #[must_use]
    pub fn lost_bytes(&self, range: Range<u64>) -> u64 {
        let lost = self.runs(range).filter(|run| run.origin == Origin::Lost);
        lost.map(|run| run.length).fold(0, u64::saturating_add)
    }

    /// Where the archive's bytes end that the image needs: 0 if it needs none.
    #[must_use]
    pub fn archive_end(&self) -> u64 {
        self.index.stored().map(|(offset, length)| offset.plus(length).0).max().unwrap_or(0)
    }

    /// About how many bytes of the archive are decoded in vain, or again, when
    /// the image is read from front to back: many where the archive is in a
    /// container that is decoded from its start, and holds the clusters in
    /// another order. Stops to count at `enough`.
    #[must_use]
    pub fn detours(&self, enough: u64) -> u64 {
        let (mut from, mut sum) = (0_u64, 0_u64);
        for (offset, length) in self.index.stored() {
            let detour = self.source.detour(from, offset.0);
            sum = sum.saturating_add(detour);
            if sum >= enough {
                break;
            }
            // What is still in the cache leaves the decoder where it is.
            let stays = detour == 0 && offset.0 < from;
            let end = offset.plus(length).0;
            from = if stays { from.max(end) } else { end };
        }
        sum
    }

    /// `run`, parted where the source is known not to be readable.
    fn without_holes(&self, run: Run) -> Vec<Run> {
        let Origin::Stored(offset) = run.origin else { return vec![run] };
        let mut parts = Vec::new();
        let mut at = offset.0;
        let end = offset.plus(run.length).0;
        let mut push = |from: u64, until: u64, origin: Origin| {
            if until > from {
                let start = ImageOffset(run.start.0.saturating_add(from - offset.0));
                parts.push(Run { start, length: until - from, origin });
            }
        };
        for hole in gaps(&*self.source, at..end).filter(Gap::stops_reads) {
            push(at, hole.start, Origin::Stored(ArchiveOffset(at)));
            push(hole.start, hole.end, Origin::Lost);
            at = hole.end;
        }
        push(at, end, Origin::Stored(ArchiveOffset(at)));
        parts
    }

    fn pieces(&self, range: Range<u64>) -> Pieces<'_> {
        Pieces {
            index: &self.index,
            at: range.start,
            end: range.end,
            cluster: None,
            missing: self.missing,
        }
    }

    /// Reads what is known to be readable; returns whether all of it was.
    fn read_known(&self, offset: u64, buffer: &mut [u8]) -> Result<bool, Error> {
        let end = offset.saturating_add(to_u64(buffer.len()));
        let runs: Vec<Run> = self.runs(offset..end).collect();
        for run in runs.iter().filter(|run| run.origin == Origin::Zero) {
            place_of(run, offset, buffer).fill(0);
        }
        let mut bytes = Vec::new();
        for read in joined_reads(&*self.source, &runs) {
            if !read.fetch(&*self.source, offset, buffer, &mut bytes)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first gap of `run`.
    fn gap_of(&self, run: &Run) -> Option<Gap> {
        let (start, end) = (run.start.0, run.end());
        match run.origin {
            Origin::Zero => None,
            Origin::Lost => Some(Gap { start, end, kind: GapKind::Lost }),
            Origin::NotYetKnown => Some(Gap { start, end, kind: GapKind::NotYetKnown }),
            Origin::Stored(offset) => {
                let gap = gaps(&*self.source, offset.0..offset.plus(run.length).0).next()?;
                let at = |below: u64| start.saturating_add(below.saturating_sub(offset.0));
                Some(Gap { start: at(gap.start), end: at(gap.end), kind: gap.kind })
            }
        }
    }
}

impl ReadAt for Image {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = to_usize(self.size.saturating_sub(offset)).min(buffer.len());
        loop {
            let end = offset.saturating_add(to_u64(left));
            let stop = gaps(self, offset..end).find(Gap::stops_reads).map_or(end, |gap| gap.start);
            let length = to_usize(stop.saturating_sub(offset)).min(buffer.len());
            let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
            // Where the source turns out to be damaged, that is known now.
            if self.read_known(offset, buffer)? {
                return Ok(length);
            }
        }
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        let end = range.end.min(self.size);
        self.pieces(range.start..end).find_map(|run| self.gap_of(&run))
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let runs: Vec<Run> = self.runs(range).collect();
        for read in joined_reads(&*self.source, &runs) {
            self.source.trace(read.range(), into);
        }
    }

    /// Where the bytes of `range` lie scattered, the first of them in the archive
    /// counts: on the way to the next, a container may let go of what it decoded
    /// for the last, so that all of them are never at hand at once.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let runs: Vec<Run> =
            self.runs(range.start..range.end.max(range.start.saturating_add(1))).collect();
        let reads = joined_reads(&*self.source, &runs);
        reads.first().map_or(Ok(true), |read| self.source.approach(read.range(), work_max))
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        let place = |at: u64| {
            self.pieces(at..at.saturating_add(1).min(self.size)).find_map(|run| match run.origin {
                Origin::Stored(place) => Some(place.0),
                Origin::Zero | Origin::Lost | Origin::NotYetKnown => None,
            })
        };
        let from = place(from.saturating_sub(1)).map_or(0, |last| last.saturating_add(1));
        place(offset).map_or(0, |offset| self.source.detour(from, offset))
    }
}
