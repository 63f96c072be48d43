//! The image of one device, rebuilt from the clusters in the archive.

pub mod index;
pub mod tap;

use core::ops::Range;
use std::rc::Rc;

use crate::archive::unit::{
    ArchiveOffset, BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, CLUSTER_SIZE, ClusterNumber,
    ImageOffset,
};
use crate::image::index::{Cluster, DeviceIndex};
use crate::image::tap::Tap;
use crate::source::Error;
use crate::source::ReadAt;

/// Stored bytes of the archive that lie no further apart than this are read in
/// one go: reading a little too much costs less than another read.
const JOIN_GAP: u64 = 64 << 10;

/// The longest read that serves several runs, bytes.
const READ_MAX: u64 = 4 << 20;

/// Runs of this length or more are read by themselves, right to where they
/// belong.
const LONG_RUN: u64 = 256 << 10;

/// The bytes of one device. Blocks that are zeros, as the archive says, read as
/// such, and lost ones as [`Fill`] says; [`Image::runs`] tells them apart.
#[derive(Clone)]
pub struct Image {
    source: Rc<dyn ReadAt>,
    index: Rc<DeviceIndex>,
    size: u64,
    lost_fill: Fill,
    tap: Option<Tap>,
}

/// What the bytes of an image that are lost read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// Zeros, as an unused part of a disk.
    #[default]
    Zeros,
    /// [`LOST_PATTERN`] over and over, counted from the start of the image, so
    /// that lost parts can be found in files and by `grep`.
    Pattern,
}

/// What [`Fill::Pattern`] repeats. Its length divides that of any sector.
pub const LOST_PATTERN: [u8; 16] = *b"VMA-DATA-IS-LOST";

impl Fill {
    /// Fills `buffer`, which stands at `offset` of the image.
    fn write(self, offset: u64, buffer: &mut [u8]) {
        match self {
            Self::Zeros => buffer.fill(0),
            Self::Pattern => {
                let skip = usize::try_from(offset % 16).unwrap_or(0);
                let pattern = LOST_PATTERN.iter().cycle().skip(skip);
                buffer.iter_mut().zip(pattern).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// A stretch of an image whose bytes have one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it starts in the image.
    pub start: ImageOffset,
    /// Its length in bytes; never 0.
    pub length: u64,
    /// Where its bytes come from.
    pub origin: Origin,
}

/// Where the bytes of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They stand in the archive from this offset on.
    Stored(ArchiveOffset),
    /// They are zeros, as the archive says.
    Zero,
    /// The archive should hold them and does not.
    Lost,
}

impl Run {
    /// Where it ends in the image, in bytes from the image's start.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start.0.saturating_add(self.length)
    }

    /// Whether `next` carries on where this one ends, in the image and in its
    /// origin.
    fn continues_in(&self, next: &Self) -> bool {
        let same = match (self.origin, next.origin) {
            (Origin::Stored(here), Origin::Stored(there)) => here.plus(self.length) == there,
            (here, there) => here == there,
        };
        same && self.end() == next.start.0
    }
}

impl Image {
    /// The image of `size` bytes whose clusters `index` finds in `source`.
    #[must_use]
    pub fn new(source: Rc<dyn ReadAt>, index: Rc<DeviceIndex>, size: u64) -> Self {
        Self { source, index, size, lost_fill: Fill::default(), tap: None }
    }

    /// The same image, whose lost bytes read as `fill` says.
    #[must_use]
    pub fn with_lost_fill(self, fill: Fill) -> Self {
        Self { lost_fill: fill, ..self }
    }

    /// Whether `origin` has bytes that an image of another format has to store:
    /// zeros need not be.
    pub(crate) fn is_stored(&self, origin: Origin) -> bool {
        match origin {
            Origin::Stored(_) => true,
            Origin::Zero => false,
            Origin::Lost => self.lost_fill != Fill::Zeros,
        }
    }

    /// The same image, of which `tap` gets to see what is read.
    #[must_use]
    pub fn tapped(self, tap: Tap) -> Self {
        Self { tap: Some(tap), ..self }
    }

    /// The stretches that make up `range` of the image, in order, without gap
    /// or overlap; what lies beyond the image's end is left out. Neighbours
    /// with one origin are joined. Stored bytes that are known not to be
    /// readable are [lost](Origin::Lost) as well.
    pub fn runs(&self, range: Range<u64>) -> impl Iterator<Item = Run> {
        let end = range.end.min(self.size);
        let pieces = Pieces { index: &self.index, at: range.start, end, cluster: None };
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

    /// Works towards the stored bytes of `range`, as
    /// [`ReadAt::approach`] does: a container may have to decode a long way to
    /// get there. Returns whether reading them is quick now.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn approach_range(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        let runs: Vec<Run> = self.runs(range).collect();
        for read in self.joined_reads(&runs) {
            match self.source.approach(read.start, work_max) {
                Ok(true) => {}
                Err(error) if self.is_known_damage(&error) => {}
                other => return other,
            }
        }
        Ok(true)
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
        for hole in self.source.lost(at..end) {
            push(at, hole.start, Origin::Stored(ArchiveOffset(at)));
            push(hole.start, hole.end, Origin::Lost);
            at = hole.end;
        }
        push(at, end, Origin::Stored(ArchiveOffset(at)));
        parts
    }

    fn read_known(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let end = offset.saturating_add(u64::try_from(buffer.len()).unwrap_or(u64::MAX));
        let (stored, rest): (Vec<Run>, Vec<Run>) =
            self.runs(offset..end).partition(|run| matches!(run.origin, Origin::Stored(_)));
        for run in rest {
            let fill = if run.origin == Origin::Lost { self.lost_fill } else { Fill::Zeros };
            fill.write(run.start.0, place_of(&run, offset, buffer));
        }
        let mut bytes = Vec::new();
        for read in self.joined_reads(&stored) {
            read.fetch(&*self.source, offset, buffer, &mut bytes)?;
        }
        Ok(())
    }

    /// The reads of the archive that bring the stored ones of `runs`. Short runs
    /// that lie close together are joined, unless something between them cannot
    /// be read.
    fn joined_reads(&self, runs: &[Run]) -> Vec<JoinedRead> {
        let stored = runs.iter().filter_map(|run| match run.origin {
            Origin::Stored(offset) => Some((offset, *run)),
            Origin::Zero | Origin::Lost => None,
        });
        let mut stored: Vec<(ArchiveOffset, Run)> = stored.collect();
        stored.sort_unstable_by_key(|(offset, _)| *offset);
        let mut reads: Vec<JoinedRead> = Vec::new();
        for (offset, run) in stored {
            let is_joined = |gap: Range<u64>| gap.is_empty() || self.source.lost(gap).is_empty();
            match reads.last_mut() {
                Some(read)
                    if read.can_take(offset, run.length) && is_joined(read.end..offset.0) =>
                {
                    read.take(offset, run);
                }
                _ => reads.push(JoinedRead::new(offset, run)),
            }
        }
        reads
    }

    /// Whether `error` tells of damage that is known from now on: the same
    /// read passes it by.
    fn is_known_damage(&self, error: &Error) -> bool {
        let known = |at: u64| !self.source.lost(at..at.saturating_add(1)).is_empty();
        error.damaged_from().is_some_and(known)
    }
}

impl ReadAt for Image {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left = self.size.saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
        loop {
            match self.read_known(offset, buffer) {
                Ok(()) => {
                    if let Some(tap) = &self.tap {
                        tap.pass(offset, buffer);
                    }
                    return Ok(length);
                }
                Err(error) if self.is_known_damage(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        let runs: Vec<Run> = self.runs(range).collect();
        for read in self.joined_reads(&runs) {
            self.source.trace(read.start..read.end, into);
        }
    }
}

/// A read of the archive that serves one run, or several.
struct JoinedRead {
    start: u64,
    end: u64,
    runs: Vec<(ArchiveOffset, Run)>,
}

impl JoinedRead {
    fn new(offset: ArchiveOffset, run: Run) -> Self {
        Self { start: offset.0, end: offset.plus(run.length).0, runs: vec![(offset, run)] }
    }

    fn can_take(&self, offset: ArchiveOffset, length: u64) -> bool {
        let end = offset.plus(length).0;
        let short = length < LONG_RUN && self.runs.iter().all(|(_, run)| run.length < LONG_RUN);
        let close = offset.0 <= self.end.saturating_add(JOIN_GAP);
        short && close && end.saturating_sub(self.start) <= READ_MAX
    }

    fn take(&mut self, offset: ArchiveOffset, run: Run) {
        self.end = self.end.max(offset.plus(run.length).0);
        self.runs.push((offset, run));
    }

    /// Brings the bytes of every run to its place in `buffer`, which starts at
    /// `image_start` in the image; by way of `bytes` if there are several.
    fn fetch(
        &self,
        source: &dyn ReadAt,
        image_start: u64,
        buffer: &mut [u8],
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if let [(_, run)] = self.runs.as_slice() {
            return read_whole(source, self.start, place_of(run, image_start, buffer));
        }
        let length = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(usize::MAX);
        bytes.resize(length, 0);
        read_whole(source, self.start, bytes)?;
        for (offset, run) in &self.runs {
            let to = place_of(run, image_start, buffer);
            let at = usize::try_from(offset.0.saturating_sub(self.start)).unwrap_or(usize::MAX);
            let from = bytes.get(at..).and_then(|rest| rest.get(..to.len()));
            to.copy_from_slice(from.unwrap_or(&[]));
        }
        Ok(())
    }
}

/// Fills `buffer`; that the source ends before is an error.
fn read_whole(source: &dyn ReadAt, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
    let count = source.read_at(offset, buffer)?;
    if count < buffer.len() {
        let there = u64::try_from(count).unwrap_or(u64::MAX);
        return Err(Error::source_shrank(offset.saturating_add(there)));
    }
    Ok(())
}

/// The part of `buffer`, which starts at `image_start` in the image, that
/// `run` fills.
fn place_of<'a>(run: &Run, image_start: u64, buffer: &'a mut [u8]) -> &'a mut [u8] {
    let start = usize::try_from(run.start.0.saturating_sub(image_start)).unwrap_or(usize::MAX);
    let length = usize::try_from(run.length).unwrap_or(usize::MAX);
    buffer.get_mut(start..).and_then(|rest| rest.get_mut(..length)).unwrap_or(&mut [])
}

/// The runs of an image as the index gives them, before neighbours are joined.
struct Pieces<'a> {
    index: &'a DeviceIndex,
    at: u64,
    end: u64,
    cluster: Option<StoredCluster>,
}

/// A stored cluster that is being taken apart into blocks.
#[derive(Clone, Copy)]
struct StoredCluster {
    start: u64,
    offset: ArchiveOffset,
    mask: BlockMask,
    lost: BlockMask,
}

impl Iterator for Pieces<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.at >= self.end {
            return None;
        }
        let (origin, until) = match self.cluster {
            Some(cluster) if self.at < cluster.start + CLUSTER_SIZE => cluster.blocks_at(self.at),
            _ => self.enter_cluster(),
        };
        let start = ImageOffset(self.at);
        self.at = until.min(self.end);
        Some(Run { start, length: self.at - start.0, origin })
    }
}

impl Pieces<'_> {
    /// The first piece of the cluster at `self.at`, and where it ends.
    fn enter_cluster(&mut self) -> (Origin, u64) {
        let Ok(number) = u32::try_from(self.at / CLUSTER_SIZE) else {
            return (Origin::Lost, self.end);
        };
        let start = u64::from(number) * CLUSTER_SIZE;
        let (cluster, count) = self.index.stretch(ClusterNumber(number));
        let until = start.saturating_add(count.saturating_mul(CLUSTER_SIZE));
        match cluster {
            Cluster::Missing => (Origin::Lost, until),
            Cluster::Zero => (Origin::Zero, until),
            Cluster::Stored { offset, mask } => {
                let lost = self.index.lost_blocks(ClusterNumber(number));
                let cluster = StoredCluster { start, offset, mask, lost };
                self.cluster = Some(cluster);
                cluster.blocks_at(self.at)
            }
        }
    }
}

impl StoredCluster {
    /// The origin of the bytes at `at`, and where the blocks of the same kind
    /// end.
    fn blocks_at(&self, at: u64) -> (Origin, u64) {
        let within = at - self.start;
        let first = u32::try_from(within / BLOCK_SIZE).unwrap_or(0);
        let kind = self.kind(first);
        let end = (first..BLOCKS_PER_CLUSTER).find(|&block| self.kind(block) != kind);
        let until = self.start + u64::from(end.unwrap_or(BLOCKS_PER_CLUSTER)) * BLOCK_SIZE;
        let origin = match kind {
            Kind::Stored => {
                let before = u64::from(self.mask.stored_before(first)) * BLOCK_SIZE;
                Origin::Stored(self.offset.plus(before + within % BLOCK_SIZE))
            }
            Kind::Zero => Origin::Zero,
            Kind::Lost => Origin::Lost,
        };
        (origin, until)
    }

    fn kind(&self, block: u32) -> Kind {
        if self.lost.is_stored(block) {
            Kind::Lost
        } else if self.mask.is_stored(block) {
            Kind::Stored
        } else {
            Kind::Zero
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Stored,
    Zero,
    Lost,
}
