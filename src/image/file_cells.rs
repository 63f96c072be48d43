//! What a picture of the archive is drawn from: whose bytes stand where in it,
//! counted in some hundreds of cells.

use core::ops::Range;

use super::cells::bytes_of;
use super::grid::Grid;
use super::index::DeviceIndex;
use super::page::{Location, MixedPage, PAGE_CLUSTERS, Page};
use crate::archive::unit::{BLOCK_SIZE, BLOCKS_PER_CLUSTER, BlockMask, ClusterNumber, DeviceId};
use crate::source::{GapKind, ReadAt, sort_by_number, to_u64};

/// Devices that are told apart in a picture of the archive: those of which most is
/// stored.
pub const DEVICES_MAX: usize = 6;

/// Rows of a picture of the archive: one for each such device, and one for all others.
pub const ROWS: usize = DEVICES_MAX + 1;

/// What taking up a page costs, or asking a source for a gap, in entries.
const WORK_OF_A_LOOK: u64 = 16;

/// The bytes of one cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCell {
    /// What belongs to the devices of each row.
    pub rows: [RowCell; ROWS],
    /// Bytes that nobody can have.
    pub lost: u64,
    /// Bytes that something speaks against.
    pub doubt: u64,
}

/// The bytes of one cell that belong to one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCell {
    /// How many are there.
    pub bytes: u64,
    /// Of which clusters of the disk, from the lowest to behind the highest, whatever
    /// lies between. Of the last row it says nothing.
    pub clusters: Option<Range<u64>>,
}

/// Counts the bytes of a range of the archive, by cell and by device. What belongs
/// to none is headers, further copies of clusters, and what nobody knows.
#[derive(Clone, Debug)]
pub struct FileCells {
    grid: Grid,
    cells: Vec<FileCell>,
    /// Every device, with its row.
    devices: Vec<(DeviceId, usize)>,
    /// The device that is counted, and its next page.
    turn: usize,
    page: u32,
    /// Where the next gap is looked for.
    gap_at: u64,
    work: u64,
}

impl FileCells {
    /// Will count these bytes of the archive in so many cells, at most
    /// [`CELLS_MAX`](super::grid::CELLS_MAX). `stored`: of every device, how many of
    /// its blocks are stored.
    #[must_use]
    pub fn new(bytes: Range<u64>, cells: usize, stored: &[(DeviceId, u64)]) -> Self {
        let grid = Grid::new(bytes, cells);
        let mut order = stored.to_vec();
        sort_by_number(&mut order, |(id, _)| id.get().into());
        sort_by_number(&mut order, |(_, blocks)| u64::MAX.saturating_sub(*blocks));
        let mut own: Vec<DeviceId> = order.iter().take(DEVICES_MAX).map(|&(id, _)| id).collect();
        sort_by_number(&mut own, |id| id.get().into());
        let row = |id: DeviceId| own.iter().position(|&own| own == id).unwrap_or(DEVICES_MAX);
        Self {
            cells: vec![FileCell::default(); grid.count()],
            devices: order.iter().map(|&(id, _)| (id, row(id))).collect(),
            turn: 0,
            page: 0,
            gap_at: grid.range().start,
            work: 0,
            grid,
        }
    }

    /// Counts on, until everything is counted or about `work_max` entries of the
    /// indexes were visited; returns whether it is done. `source` is the archive.
    pub fn step<'a>(
        &mut self,
        index_of: impl Fn(DeviceId) -> Option<&'a DeviceIndex>,
        source: &dyn ReadAt,
        work_max: u64,
    ) -> bool {
        let until = self.work.saturating_add(work_max);
        while let Some(&(id, row)) = self.devices.get(self.turn) {
            let Some(index) = index_of(id) else {
                self.next_device();
                continue;
            };
            for (number, page) in index.pages_from(self.page) {
                if self.work >= until {
                    self.page = number;
                    return false;
                }
                self.work = self.work.saturating_add(WORK_OF_A_LOOK);
                if let Page::Mixed(page) = page {
                    self.add_page(row, number, page, index);
                }
            }
            self.next_device();
        }
        self.add_gaps(source, until)
    }

    /// The bytes of the archive that are counted.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.grid.range()
    }

    /// What was counted: cell `i` of `n` over `length` bytes has those from
    /// `length × i / n`, rounded down, to `length × (i + 1) / n`.
    #[must_use]
    pub fn cells(&self) -> &[FileCell] {
        &self.cells
    }

    /// The devices that have a row of their own, in the order of the rows.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        let mut own: Vec<_> = self.devices.iter().filter(|(_, row)| *row < DEVICES_MAX).collect();
        sort_by_number(&mut own, |(_, row)| to_u64(*row));
        own.into_iter().map(|&(id, _)| id)
    }

    /// Entries of the indexes that were visited so far, or what took as long.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// The cell of a place in the archive.
    #[must_use]
    pub fn cell_of(&self, offset: u64) -> Option<usize> {
        let place = offset..offset.saturating_add(1);
        self.grid.parts(place).next().map(|(cell, _)| cell)
    }

    fn next_device(&mut self) {
        self.turn = self.turn.saturating_add(1);
        self.page = 0;
    }

    fn add_page(&mut self, row: usize, number: u32, page: &MixedPage, index: &DeviceIndex) {
        let first = number.saturating_mul(PAGE_CLUSTERS);
        let stored = (0..PAGE_CLUSTERS).filter(|&bit| page.stored.has(bit));
        let mut cut = index.cut_from(u64::from(first)).peekable();
        for (bit, location) in stored.zip(&page.entries) {
            let cluster = first.saturating_add(bit);
            while cut.next_if(|&cut| cut < u64::from(cluster)).is_some() {}
            if cut.peek() == Some(&u64::from(cluster)) {
                let lost = index.lost_blocks(ClusterNumber(cluster));
                self.add_cut(row, cluster, *location, lost);
            } else {
                self.add(row, cluster, bytes_of(*location));
            }
        }
        self.work = self.work.saturating_add(u64::from(PAGE_CLUSTERS));
    }

    /// Of a cluster that was cut, those blocks that are there.
    fn add_cut(&mut self, row: usize, cluster: u32, location: Location, lost: BlockMask) {
        let mask = location.mask();
        let there = mask.without(lost);
        for block in (0..BLOCKS_PER_CLUSTER).filter(|&block| there.is_stored(block)) {
            let before = u64::from(mask.stored_before(block)).saturating_mul(BLOCK_SIZE);
            let start = location.offset().plus(before).0;
            self.add(row, cluster, start..start.saturating_add(BLOCK_SIZE));
        }
    }

    fn add(&mut self, row: usize, cluster: u32, bytes: Range<u64>) {
        let cluster = u64::from(cluster);
        for (cell, part) in self.grid.parts(bytes) {
            self.work = self.work.saturating_add(1);
            let row = self.cells.get_mut(cell).and_then(|cell| cell.rows.get_mut(row));
            let Some(RowCell { bytes, clusters }) = row else { continue };
            *bytes = bytes.saturating_add(part.end.saturating_sub(part.start));
            let behind = cluster.saturating_add(1);
            *clusters = Some(match clusters {
                None => cluster..behind,
                Some(old) => old.start.min(cluster)..old.end.max(behind),
            });
        }
    }

    fn add_gaps(&mut self, source: &dyn ReadAt, until: u64) -> bool {
        let end = self.grid.range().end;
        while self.gap_at < end {
            if self.work >= until {
                return false;
            }
            self.work = self.work.saturating_add(WORK_OF_A_LOOK);
            let Some(gap) = source.gap(self.gap_at..end) else {
                self.gap_at = end;
                break;
            };
            for (cell, part) in self.grid.parts(gap.start.max(self.gap_at)..gap.end) {
                self.work = self.work.saturating_add(1);
                let Some(cell) = self.cells.get_mut(cell) else { continue };
                let count = match gap.kind {
                    GapKind::Lost => &mut cell.lost,
                    GapKind::InDoubt => &mut cell.doubt,
                    GapKind::NotYetKnown => continue,
                };
                *count = count.saturating_add(part.end.saturating_sub(part.start));
            }
            self.gap_at = gap.end.max(self.gap_at.saturating_add(1));
        }
        true
    }
}
