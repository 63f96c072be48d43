//! What a picture of a disk is drawn from: the clusters of a range, counted by
//! kind in some hundreds of cells.
//!
//! Nothing is read: all of it is in the index, and in what the source tells of its
//! gaps. The index of a large disk has millions of entries, so counting is stepped.

use core::ops::Range;

use super::device_image::Image;
use super::grid::Grid;
use super::index::DeviceIndex;
use super::page::{Location, MixedPage, PAGE_CLUSTERS, Page};
use super::run::Origin;
use crate::archive::unit::{BLOCK_SIZE, BlockMask};
use crate::source::{Gap, GapKind, ReadAt};

/// What taking up a page costs, or asking a source for a gap, in entries.
const WORK_OF_A_LOOK: u64 = 16;

/// The clusters of one cell. Each counts once.
// Many fields: one for each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskCell {
    /// All blocks are stored.
    pub full: u64,
    /// Some blocks are stored, the others are zeros.
    pub partial: u64,
    /// All blocks are zeros, as the archive says.
    pub zero: u64,
    /// The archive should hold it, or a byte of it, and does not.
    pub lost: u64,
    /// Something speaks against a byte of it; only once the image is whole.
    pub doubt: u64,
    /// The scan has not found it yet.
    pub unseen: u64,
    /// Where its stored bytes lie in the archive, from the first to behind the last,
    /// whatever lies between.
    pub place: Option<Range<u64>>,
}

/// Counts the clusters of a range of a disk, by cell and by kind.
#[derive(Clone, Debug)]
pub struct DiskCells {
    grid: Grid,
    cells: Vec<DiskCell>,
    /// The next cluster to be counted.
    at: u64,
    work: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Full,
    Partial,
    Zero,
    Lost,
    Doubt,
    Unseen,
}

impl DiskCells {
    /// Will count these clusters in so many cells: at most
    /// [`CELLS_MAX`](super::grid::CELLS_MAX), and none without a cluster.
    #[must_use]
    pub fn new(clusters: Range<u64>, cells: usize) -> Self {
        let grid = Grid::new(clusters, cells);
        let cells = vec![DiskCell::default(); grid.count()];
        let at = grid.range().start;
        Self { grid, cells, at, work: 0 }
    }

    /// Counts on, until everything is counted or about `work_max` entries of the
    /// index were visited; returns whether it is done. Of an image that a scan still
    /// adds to, each cluster counts as it is when its turn comes.
    pub fn step(&mut self, image: &Image, work_max: u64) -> bool {
        let until = self.work.saturating_add(work_max);
        let whole = image.missing() == Origin::Lost;
        let missing = if whole { Kind::Lost } else { Kind::Unseen };
        let mut gaps = GapsKnown::new(image.source(), whole);
        let index = image.index();
        while self.at < self.grid.range().end && self.work < until {
            self.work = self.work.saturating_add(WORK_OF_A_LOOK);
            let number = u32::try_from(self.at / u64::from(PAGE_CLUSTERS));
            let next = number.ok().and_then(|number| index.pages_from(number).next());
            match next {
                None => self.add(missing, self.grid.range().end),
                Some((number, page)) => {
                    let first = u64::from(number).saturating_mul(u64::from(PAGE_CLUSTERS));
                    if first > self.at {
                        self.add(missing, first);
                    } else if let Page::Mixed(page) = page {
                        self.add_page(first, page, index, missing, &mut gaps);
                        let looks = core::mem::take(&mut gaps.looks);
                        self.work = self.work.saturating_add(looks * WORK_OF_A_LOOK);
                    } else {
                        self.add(Kind::Zero, first.saturating_add(u64::from(PAGE_CLUSTERS)));
                    }
                }
            }
        }
        self.at >= self.grid.range().end
    }

    /// The clusters that are counted.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.grid.range()
    }

    /// What was counted: cell `i` of `n` over `length` clusters has those from
    /// `length × i / n`, rounded down, to `length × (i + 1) / n`.
    #[must_use]
    pub fn cells(&self) -> &[DiskCell] {
        &self.cells
    }

    /// Entries of the index that were visited so far, or what took as long.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Counts all clusters up to `until` as of one kind.
    fn add(&mut self, kind: Kind, until: u64) {
        let until = until.min(self.grid.range().end);
        for (cell, part) in self.grid.parts(self.at..until) {
            if let Some(cell) = self.cells.get_mut(cell) {
                cell.count(kind, part.end.saturating_sub(part.start));
            }
            self.work = self.work.saturating_add(1);
        }
        self.at = until;
    }

    fn add_page(
        &mut self,
        first: u64,
        page: &MixedPage,
        index: &DeviceIndex,
        missing: Kind,
        gaps: &mut GapsKnown<'_>,
    ) {
        let behind = first.saturating_add(u64::from(PAGE_CLUSTERS)).min(self.grid.range().end);
        let bit_of = |cluster: u64| u32::try_from(cluster.saturating_sub(first)).unwrap_or(0);
        let mut entries = page.entries.iter().skip(page.stored.count_below(bit_of(self.at)));
        let mut cut = index.cut_from(self.at).peekable();
        for (cell, part) in self.grid.parts(self.at..behind) {
            let Some(cell) = self.cells.get_mut(cell) else { continue };
            for bit in bit_of(part.start)..bit_of(part.end) {
                if !page.found.has(bit) {
                    cell.count(missing, 1);
                } else if !page.stored.has(bit) {
                    cell.count(Kind::Zero, 1);
                } else if let Some(location) = entries.next() {
                    let cluster = first.saturating_add(u64::from(bit));
                    while cut.next_if(|&cut| cut < cluster).is_some() {}
                    let is_cut = cut.peek() == Some(&cluster);
                    let range = bytes_of(*location);
                    let kind = if is_cut { Kind::Lost } else { gaps.kind(*location, &range) };
                    cell.count(kind, 1);
                    cell.place(&range);
                }
            }
        }
        self.work = self.work.saturating_add(behind.saturating_sub(self.at));
        self.at = behind;
    }
}

impl DiskCell {
    fn count(&mut self, kind: Kind, clusters: u64) {
        let count = match kind {
            Kind::Full => &mut self.full,
            Kind::Partial => &mut self.partial,
            Kind::Zero => &mut self.zero,
            Kind::Lost => &mut self.lost,
            Kind::Doubt => &mut self.doubt,
            Kind::Unseen => &mut self.unseen,
        };
        *count = count.saturating_add(clusters);
    }

    fn place(&mut self, range: &Range<u64>) {
        self.place = Some(match &self.place {
            None => range.clone(),
            Some(place) => place.start.min(range.start)..place.end.max(range.end),
        });
    }
}

/// Where the stored blocks of a cluster lie in the archive.
pub(super) fn bytes_of(location: Location) -> Range<u64> {
    let (start, blocks) = (location.offset().0, u64::from(location.mask().stored_blocks()));
    start..start.saturating_add(blocks.saturating_mul(BLOCK_SIZE))
}

/// What a source tells of its gaps, remembered from one question to the next: an
/// archive has few, and clusters that follow one another lie beside each other.
struct GapsKnown<'a> {
    source: &'a dyn ReadAt,
    /// Whether doubt counts: before the end of a scan nothing is known of it.
    tells_doubt: bool,
    /// No gap lies in it.
    clear: Range<u64>,
    gap: Option<Gap>,
    looks: u64,
}

impl<'a> GapsKnown<'a> {
    fn new(source: &'a dyn ReadAt, tells_doubt: bool) -> Self {
        Self { source, tells_doubt, clear: 0..0, gap: None, looks: 0 }
    }

    /// Of what kind a cluster is whose blocks lie at `range`.
    fn kind(&mut self, location: Location, range: &Range<u64>) -> Kind {
        match self.worst(range) {
            Some(GapKind::Lost) => Kind::Lost,
            Some(GapKind::NotYetKnown) => Kind::Unseen,
            Some(GapKind::InDoubt) if self.tells_doubt => Kind::Doubt,
            _ if location.mask() == BlockMask::FULL => Kind::Full,
            _ => Kind::Partial,
        }
    }

    /// The worst gap with a byte in `range`.
    fn worst(&mut self, range: &Range<u64>) -> Option<GapKind> {
        let (mut at, mut worst) = (range.start, None);
        while at < range.end {
            if self.clear.contains(&at) {
                at = self.clear.end;
            } else if let Some(gap) = self.gap.filter(|gap| gap.start <= at && at < gap.end) {
                worst = worst.max(Some(badness(gap.kind)));
                at = gap.end;
            } else {
                self.look(at..u64::MAX);
            }
        }
        worst.map(|(_, kind)| kind)
    }

    fn look(&mut self, range: Range<u64>) {
        self.looks = self.looks.saturating_add(1);
        let gap = self.source.gap(range.clone());
        match gap {
            Some(gap) if gap.start > range.start => self.clear = range.start..gap.start,
            // It has a byte in the range, as the contract says.
            Some(gap) => {
                self.gap = Some(Gap { end: gap.end.max(range.start.saturating_add(1)), ..gap });
                return;
            }
            None => self.clear = range,
        }
        self.gap = gap.or(self.gap);
    }
}

fn badness(kind: GapKind) -> (u8, GapKind) {
    match kind {
        GapKind::InDoubt => (1, kind),
        GapKind::NotYetKnown => (2, kind),
        GapKind::Lost => (3, kind),
    }
}
