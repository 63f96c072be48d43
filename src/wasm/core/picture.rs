//! What pictures of a disk and of the archive are drawn from, counted in steps.

use core::ops::Range;

use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use vma_inspector::archive::unit::{CLUSTER_SIZE, DeviceId};
use vma_inspector::image::cells::{DiskCell, DiskCells};
use vma_inspector::image::file_cells::{FileCells, RowCell};
use vma_inspector::source::{ReadAt, Severity};
use vma_wasm::{Fields, from_number, number};

/// Entries of the index that are visited in one step: a few milliseconds.
const WORK_PER_STEP: u64 = 1 << 17;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("picture.ts");

#[wasm_bindgen]
extern "C" {
    /// What a picture of a disk is drawn from.
    #[wasm_bindgen(typescript_type = "DiskPicture")]
    pub type DiskPicture;
    /// What a picture of the archive is drawn from.
    #[wasm_bindgen(typescript_type = "FilePicture")]
    pub type FilePicture;
}

/// Counts the clusters of a disk by cell and by kind.
#[wasm_bindgen]
pub struct DiskCounting {
    device: u8,
    cells: DiskCells,
}

/// Counts the bytes of the archive by cell and by disk.
#[wasm_bindgen]
pub struct FileCounting(FileCells);

#[wasm_bindgen]
impl DiskCounting {
    /// Counts on; returns whether it is done. `archive`: that which it is of.
    pub fn step(&mut self, archive: &Archive) -> bool {
        let image = archive.image(self.device);
        image.is_none_or(|image| self.cells.step(&image, WORK_PER_STEP))
    }

    /// What was counted.
    pub fn picture(&self, archive: &Archive) -> DiskPicture {
        let size = archive.image(self.device).and_then(|image| image.size()).unwrap_or(0);
        let counts = self.cells.cells().iter().flat_map(
            |DiskCell { full, partial, zero, lost, doubt, unseen, .. }| {
                [*full, *partial, *zero, *lost, *doubt, *unseen]
            },
        );
        let counts: Vec<f64> = counts.map(number).collect();
        let places: Vec<f64> =
            self.cells.cells().iter().flat_map(|cell| bounds(cell.place.as_ref())).collect();
        let fields = Fields::default()
            .count("from", self.cells.range().start)
            .count("to", self.cells.range().end)
            .count("clusters", size.div_ceil(CLUSTER_SIZE))
            .count("size", size)
            .with("cells", count(self.cells.cells().len()))
            .with("counts", Float64Array::from(counts.as_slice()))
            .with("places", Float64Array::from(places.as_slice()));
        JsValue::from(fields).into()
    }
}

#[wasm_bindgen]
impl FileCounting {
    /// Counts on; returns whether it is done. `archive`: that which it is of.
    pub fn step(&mut self, archive: &Archive) -> bool {
        let found = archive.found();
        let index_of = |id: DeviceId| found.index(id).map(|index| &**index);
        self.0.step(index_of, &*archive.scan().doubted(), WORK_PER_STEP)
    }

    /// What was counted, and where the findings are.
    pub fn picture(&self, archive: &Archive) -> FilePicture {
        let cells = self.0.cells();
        let rows = self.0.devices().count().saturating_add(1);
        // The last row is that of all others, however many have one of their own.
        let shown = |cell: &[RowCell]| -> Vec<RowCell> {
            let own = cell.iter().take(rows.saturating_sub(1));
            own.chain(cell.last()).cloned().collect()
        };
        let rows: Vec<RowCell> = cells.iter().flat_map(|cell| shown(&cell.rows)).collect();
        let bytes: Vec<f64> = rows.iter().map(|row| number(row.bytes)).collect();
        let clusters: Vec<f64> =
            rows.iter().flat_map(|row| bounds(row.clusters.as_ref())).collect();
        let lost: Vec<f64> = cells.iter().map(|cell| number(cell.lost)).collect();
        let doubt: Vec<f64> = cells.iter().map(|cell| number(cell.doubt)).collect();
        let devices: Array = self.0.devices().map(|id| JsValue::from(id.get())).collect();
        let fields = Fields::default()
            .count("from", self.0.range().start)
            .count("to", self.0.range().end)
            .count("size", size_of(archive))
            .count("seen", seen_of(archive))
            .with("cells", count(cells.len()))
            .with("devices", devices)
            .with("bytes", Float64Array::from(bytes.as_slice()))
            .with("clusters", Float64Array::from(clusters.as_slice()))
            .with("lost", Float64Array::from(lost.as_slice()))
            .with("doubt", Float64Array::from(doubt.as_slice()))
            .with("findings", Uint8Array::from(self.findings(archive).as_slice()));
        JsValue::from(fields).into()
    }

    /// For each cell how bad the worst finding is that is kept.
    fn findings(&self, archive: &Archive) -> Vec<u8> {
        let mut worst = vec![0; self.0.cells().len()];
        let of_archive = archive.found().findings().iter();
        let of_archive = of_archive.map(|each| (each.offset, each.kind.severity()));
        for (offset, severity) in of_archive {
            let cell = offset.and_then(|offset| self.0.cell_of(offset.0));
            if let Some(mark) = cell.and_then(|cell| worst.get_mut(cell)) {
                *mark = badness(severity).max(*mark);
            }
        }
        worst
    }
}

#[wasm_bindgen]
impl Archive {
    /// Begins to count the clusters of a disk that lie between two, in so many cells;
    /// `undefined` for a device that is none.
    #[wasm_bindgen(js_name = countDisk)]
    pub fn count_disk(&self, device: u8, from: f64, to: f64, cells: u32) -> Option<DiskCounting> {
        let size = self.image(device)?.size()?;
        let range = cut(from, to, size.div_ceil(CLUSTER_SIZE));
        let cells = usize::try_from(cells).unwrap_or(usize::MAX);
        Some(DiskCounting { device, cells: DiskCells::new(range, cells) })
    }

    /// Begins to count the bytes of the archive that lie between two, in so many
    /// cells.
    #[wasm_bindgen(js_name = countFile)]
    pub fn count_file(&self, from: f64, to: f64, cells: u32) -> FileCounting {
        let indexes = self.found().indexes();
        let stored: Vec<_> =
            indexes.map(|(id, index)| (id, index.counts().stored_blocks)).collect();
        let cells = usize::try_from(cells).unwrap_or(usize::MAX);
        FileCounting(FileCells::new(cut(from, to, size_of(self)), cells, &stored))
    }
}

/// Bytes of the archive, as far as they are known.
fn size_of(archive: &Archive) -> u64 {
    archive.contents().size().unwrap_or_else(|| seen_of(archive))
}

/// How far the scan has come in the archive.
fn seen_of(archive: &Archive) -> u64 {
    let size = archive.contents().size();
    let seen = archive.scan().progress().offset.0;
    if archive.is_scanned() { size.unwrap_or(seen) } else { seen.min(size.unwrap_or(seen)) }
}

/// The range between two numbers, not beyond `end`.
fn cut(from: f64, to: f64, end: u64) -> Range<u64> {
    let to = from_number(to).min(end);
    from_number(from).min(to)..to
}

fn bounds(range: Option<&Range<u64>>) -> [f64; 2] {
    range.map_or([-1.0, -1.0], |range| [number(range.start), number(range.end)])
}

fn count(cells: usize) -> u32 {
    u32::try_from(cells).unwrap_or(u32::MAX)
}

fn badness(severity: Severity) -> u8 {
    match severity {
        Severity::Note => 1,
        Severity::Warning => 2,
        Severity::Damage => 3,
    }
}
