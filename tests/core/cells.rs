//! Pictures of disks and of the archive: every count held against one made from the
//! writer's own list of clusters.

use std::ops::Range;
use std::rc::Rc;

use archive_writer::{Archive, ArchiveBuilder, Content, Device, Kind, Order};
use vma_inspector::archive::unit::{ArchiveOffset, BlockMask, ClusterNumber};
use vma_inspector::image::Image;
use vma_inspector::image::cells::{DiskCell, DiskCells};
use vma_inspector::image::file_cells::{DEVICES_MAX, FileCell, FileCells, ROWS, RowCell};
use vma_inspector::image::index::DeviceIndex;
use vma_inspector::scan::Scan;

use crate::support::{id, open, scan};

const CLUSTER: u64 = 65_536;

/// Two disks, mixed up; the last cluster of the first is not whole.
fn builder(order: Order) -> ArchiveBuilder {
    let disk = |id, name, clusters: u64, seed| {
        Device::new(id, name, clusters * CLUSTER - 512, Content::of_kind(Kind::Mixed, seed))
    };
    ArchiveBuilder::new()
        .device(disk(1, "drive-scsi0", 1500, 5))
        .device(disk(2, "drive-scsi1", 300, 6))
        .slots_per_extent(9)
        .order(order)
}

fn counted(scan: &Scan, device: u8, clusters: Range<u64>, cells: usize) -> Vec<DiskCell> {
    let image = scan.image(id(device)).unwrap();
    let mut picture = DiskCells::new(clusters, cells);
    // As small steps as there are.
    while !picture.step(&image, 1) {}
    picture.cells().to_vec()
}

/// The cell of a place, found by trying: it starts at `length × i / n`.
fn cell(range: &Range<u64>, cells: u64, at: u64) -> Option<usize> {
    let length = range.end - range.start;
    let edge = |i: u64| range.start + length * i / cells;
    (0..cells).find(|&i| (edge(i)..edge(i + 1)).contains(&at)).map(|i| i as usize)
}

/// Of what kind a cluster is: of what the writer says of it, or what became of it.
type Judge<'a> = &'a dyn Fn(u64) -> Option<fn(&mut DiskCell) -> &mut u64>;

/// The picture as it has to be; where `judge` says nothing, a cluster is as written.
fn expected(
    archive: &Archive,
    device: u8,
    range: &Range<u64>,
    cells: usize,
    judge: Judge<'_>,
) -> Vec<DiskCell> {
    let cells = (cells as u64).min(range.end - range.start);
    let mut found = vec![DiskCell::default(); cells as usize];
    for number in range.clone() {
        let at = &mut found[cell(range, cells, number).unwrap()];
        let place = archive.layout.cluster(device, number as u32);
        let kind: fn(&mut DiskCell) -> &mut u64 = match place.map(|place| place.mask) {
            None => |cell| &mut cell.lost,
            Some(0) => |cell| &mut cell.zero,
            Some(0xffff) => |cell| &mut cell.full,
            Some(_) => |cell| &mut cell.partial,
        };
        *judge(number).unwrap_or(kind)(at) += 1;
        if let Some(place) = place.filter(|place| place.mask != 0) {
            let bytes = place.data..place.data + place.stored;
            let old = at.place.clone().unwrap_or(bytes.clone());
            at.place = Some(old.start.min(bytes.start)..old.end.max(bytes.end));
        }
    }
    found
}

const AS_WRITTEN: Judge<'static> = &|_| None;

#[test]
fn every_cluster_of_any_range_counts_once_in_its_cell_and_in_its_kind() {
    for order in [Order::InOrder, Order::Interleaved(3), Order::Shuffled(8)] {
        let archive = builder(order).build();
        let scan = scan(archive.bytes.clone());
        for range in [0..1500, 0..1, 1020..1030, 700..1499, 1499..1500] {
            for cells in [1, 7, 64, 1499, 4096] {
                let found = counted(&scan, 1, range.clone(), cells);
                assert_eq!(found, expected(&archive, 1, &range, cells, AS_WRITTEN), "{range:?}");
            }
        }
        let found = counted(&scan, 2, 0..300, 11);
        assert_eq!(found, expected(&archive, 2, &(0..300), 11, AS_WRITTEN));
    }
}

#[test]
fn clusters_that_were_left_out_are_lost_where_they_belong() {
    let mut clusters = builder(Order::InOrder).clusters();
    clusters.retain(|cluster| cluster.device != 1 || !(700..720).contains(&cluster.number));
    let archive = builder(Order::Custom(clusters)).build();
    let scan = scan(archive.bytes.clone());
    let found = counted(&scan, 1, 0..1500, 150);
    // Those that stand beside what was passed over are in doubt.
    let doubt = |number: u64| (found[number as usize / 10].doubt > 0).then_some(number);
    let lost: Vec<u64> = found.iter().map(|cell| cell.lost).collect();
    let mut wanted = vec![0; 150];
    wanted[70..72].fill(10);
    assert_eq!(lost, wanted);
    assert!((0..690).chain(730..1500).all(|number| doubt(number).is_none()));
}

#[test]
fn of_a_cut_archive_what_is_behind_the_cut_is_lost_and_what_is_halved_too() {
    let content = Content::of_kind(Kind::Dense, 7);
    let device = Device::new(1, "drive-scsi0", 90 * CLUSTER, content);
    let archive = ArchiveBuilder::new().device(device).build();
    let mut bytes = archive.bytes.clone();
    let halved = archive.layout.cluster(1, 60).unwrap().data;
    bytes.truncate(halved as usize + 5000);
    let scan = scan(bytes);
    // All of the extent is in doubt that was cut.
    let cut = archive.layout.extent_of(1, 60).unwrap();
    let first = archive.layout.extents[cut].clusters[0].number;
    for (number, cell) in (0..).zip(counted(&scan, 1, 0..90, 90)) {
        let there = (cell.full, cell.doubt, cell.lost);
        let wanted = if number < first {
            (1, 0, 0)
        } else if number < 60 {
            (0, 1, 0)
        } else {
            (0, 0, 1)
        };
        assert_eq!(there, wanted, "{number}");
    }
    let size = halved + 5000;
    // One block of the halved cluster is there.
    let picture = file_cells(&scan, halved..size, 1);
    let row = RowCell { bytes: 4096, clusters: Some(60..61) };
    assert_eq!(picture.cells()[0].rows[0], row);
}

#[test]
fn what_is_in_doubt_is_told_once_the_scan_is_finished() {
    let archive = builder(Order::InOrder).build();
    let hit = &archive.layout.extents[50];
    let mut bytes = archive.bytes.clone();
    bytes.insert(hit.offset as usize + 600, 0x0d);
    let scan = scan(bytes);
    let is_hit = |number: u64| {
        hit.clusters.iter().any(|place| u64::from(place.number) == number && place.mask != 0)
    };
    let doubt: Judge<'_> = &|number| is_hit(number).then_some(|cell| &mut cell.doubt);
    let mut wanted = expected(&archive, 1, &(0..1500), 500, doubt);
    let mut found = counted(&scan, 1, 0..1500, 500);
    // Places behind the byte that was put in are one further on.
    for cell in found.iter_mut().chain(&mut wanted) {
        cell.place = None;
    }
    assert_eq!(found, wanted);
    assert!(found.iter().any(|cell| cell.doubt > 0));
}

#[test]
fn what_the_scan_has_not_come_to_is_not_seen_yet_and_not_lost() {
    let archive = builder(Order::InOrder).build();
    let mut scan = Scan::new(&open(archive.bytes.clone()));
    let all = |scan: &Scan| counted(scan, 1, 0..1500, 10).into_iter().map(|cell| cell.unseen).sum();
    let mut unseen: Vec<u64> = Vec::new();
    while !scan.step().unwrap().done {
        if scan.image(id(1)).is_some() {
            let found: u64 = all(&scan);
            assert!(counted(&scan, 1, 0..1500, 10).iter().all(|cell| cell.lost == 0));
            unseen.push(found);
        }
    }
    assert!(unseen.is_sorted_by(|before, after| before >= after), "{unseen:?}");
    assert_eq!(all(&scan), 0);
}

#[test]
fn a_disk_that_is_said_to_be_endless_is_counted_at_once() {
    let mut index = DeviceIndex::default();
    index
        .insert(ClusterNumber(u32::MAX), ArchiveOffset(7), BlockMask(1), BlockMask::ZERO, 0)
        .unwrap();
    let image = Image::new(Rc::new(Vec::new()), Rc::new(index), u64::MAX, true);
    let clusters = u64::MAX / CLUSTER;
    let mut picture = DiskCells::new(0..clusters, usize::MAX);
    while !picture.step(&image, u64::MAX) {}
    assert!(picture.work() < 20_000, "{}", picture.work());
    assert_eq!(picture.cells().len(), 4096);
    let sum = |count: fn(&DiskCell) -> u64| picture.cells().iter().map(count).sum::<u64>();
    assert_eq!((sum(|cell| cell.lost), sum(|cell| cell.partial)), (clusters - 1, 1));
}

/// A disk of which every cluster is stored, or every one of each second page.
fn large(clusters: u32, dense: bool) -> Image {
    let mut index = DeviceIndex::default();
    for number in 0..clusters {
        let mask = if dense || number / 1024 % 2 == 0 { BlockMask::FULL } else { BlockMask::ZERO };
        let offset = ArchiveOffset(u64::from(number) * CLUSTER);
        index.insert(ClusterNumber(number), offset, mask, BlockMask::ZERO, 0).unwrap();
    }
    Image::new(Rc::new(Vec::new()), Rc::new(index), u64::from(clusters) * CLUSTER, true)
}

#[test]
fn of_sixteen_million_clusters_each_is_visited_once_and_a_step_is_bounded() {
    const STEP: u64 = 1 << 17;
    // What is zeros costs next to nothing.
    for (clusters, dense, most) in [(1 << 24, true, 18 << 20), (1 << 22, false, 5 << 19)] {
        let image = large(clusters, dense);
        let mut picture = DiskCells::new(0..u64::from(clusters), 1000);
        let mut before = 0;
        while !picture.step(&image, STEP) {
            let work = picture.work() - before;
            assert!((STEP..STEP + 2048).contains(&work), "{work} in one step");
            before = picture.work();
        }
        assert!(picture.work() < most, "{}", picture.work());
        let full: u64 = picture.cells().iter().map(|cell| cell.full).sum();
        assert_eq!(full, if dense { 1 << 24 } else { 1 << 21 });
    }
}

fn file_cells(scan: &Scan, range: Range<u64>, cells: usize) -> FileCells {
    let stored: Vec<_> = (1..=20)
        .filter_map(|device| Some((id(device), scan.found().index(id(device))?)))
        .map(|(id, index)| (id, index.counts().stored_blocks))
        .collect();
    let mut picture = FileCells::new(range, cells, &stored);
    let index_of = |id| scan.found().index(id).map(|index| &**index);
    while !picture.step(index_of, &*scan.doubted(), 1) {}
    picture
}

/// Byte by byte of each cluster, into the cell that has it.
fn expected_file(
    archive: &Archive,
    range: &Range<u64>,
    cells: u64,
    row: &dyn Fn(u8) -> usize,
) -> Vec<FileCell> {
    let cells = cells.min(range.end - range.start);
    let edge = |i: u64| range.start + (range.end - range.start) * i / cells;
    let mut found = vec![FileCell::default(); cells as usize];
    for (at, cell) in (0..).zip(&mut found) {
        for place in archive.layout.clusters() {
            let end = edge(at + 1).min(place.data + place.stored);
            let bytes = end.saturating_sub(edge(at).max(place.data));
            if bytes > 0 {
                let number = u64::from(place.number);
                let RowCell { bytes: sum, clusters } = &mut cell.rows[row(place.device)];
                *sum += bytes;
                let old = clusters.clone().unwrap_or(number..number + 1);
                *clusters = Some(old.start.min(number)..old.end.max(number + 1));
            }
        }
    }
    found
}

#[test]
fn every_byte_of_the_archive_counts_for_the_disk_that_it_belongs_to() {
    for order in [Order::InOrder, Order::Interleaved(5), Order::Shuffled(3)] {
        let archive = builder(order).build();
        let size = archive.bytes.len() as u64;
        let scan = scan(archive.bytes.clone());
        for range in [0..size, 0..1, 20_000..200_000, size - 5000..size] {
            for cells in [1, 13, 400] {
                let picture = file_cells(&scan, range.clone(), cells);
                let row = |device: u8| usize::from(device) - 1;
                let wanted = expected_file(&archive, &range, cells as u64, &row);
                assert_eq!(picture.cells(), wanted, "{range:?}");
                assert_eq!(picture.devices().collect::<Vec<_>>(), [id(1), id(2)]);
            }
        }
    }
}

#[test]
fn the_disks_of_which_least_is_stored_share_the_last_row() {
    let mut builder = ArchiveBuilder::new();
    // Disk 3 and disk 5 are the smallest.
    for (number, clusters) in (1_u8..).zip([9, 8, 1, 7, 2, 12, 11, 10]) {
        let content = Content::of_kind(Kind::Dense, u64::from(number));
        let name = format!("drive-scsi{number}");
        builder = builder.device(Device::new(number, name, clusters * CLUSTER, content));
    }
    let archive = builder.build();
    let scan = scan(archive.bytes.clone());
    let size = archive.bytes.len() as u64;
    let picture = file_cells(&scan, 0..size, 50);
    let own: Vec<u8> = picture.devices().map(|id| id.get()).collect();
    assert_eq!(own, [1, 2, 4, 6, 7, 8]);
    let row = |device: u8| own.iter().position(|&own| own == device).unwrap_or(DEVICES_MAX);
    assert_eq!(picture.cells(), expected_file(&archive, &(0..size), 50, &row));
    assert_eq!(ROWS, DEVICES_MAX + 1);
}

#[test]
fn what_of_the_archive_is_in_doubt_is_told_where_it_stands() {
    let archive = builder(Order::InOrder).build();
    let hit = &archive.layout.extents[50];
    let mut bytes = archive.bytes.clone();
    bytes.insert(hit.offset as usize + 600, 0x0d);
    let size = bytes.len() as u64;
    let scan = scan(bytes);
    // As long as the header announces, wherever the byte is that was put in.
    let range = hit.offset + 512..hit.offset + hit.length;
    assert_eq!(file_cells(&scan, 0..size, 1).cells()[0].doubt, range.end - range.start);
    let picture = file_cells(&scan, range.clone(), 4);
    let doubts: Vec<u64> = picture.cells().iter().map(|cell| cell.doubt).collect();
    let length = range.end - range.start;
    let edge = |i: u64| length * i / 4;
    assert_eq!(doubts, (0..4).map(|i| edge(i + 1) - edge(i)).collect::<Vec<_>>());
    assert_eq!(picture.cell_of(range.start), Some(0));
    assert_eq!(picture.cell_of(range.end), None);
}
