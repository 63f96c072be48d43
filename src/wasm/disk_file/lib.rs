//! The module that reads a disk in a file of its own, over bytes of the first one.

#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::disk_file::{self, Facts, Refusal, Snapshot, Whole};
use vma_inspector::source::ReadAt;
use vma_wasm::{Below, Fields, JsSource, list, number, vma_error};
use vma_wasm_bytes::{DiskBytes, SourceBytes};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[wasm_bindgen]
extern "C" {
    /// What a qcow2 file says of itself.
    #[wasm_bindgen(typescript_type = "Qcow2Facts | undefined")]
    pub type Qcow2Facts;
}

/// Prints a panic before the instance ends.
#[wasm_bindgen(start)]
fn start() {
    vma_wasm::report_panics();
}

/// A disk in a file of its own.
#[wasm_bindgen]
pub struct DiskFile {
    disk: disk_file::DiskFile,
    room: Rc<RefCell<Vec<u8>>>,
    below: Below,
}

#[wasm_bindgen]
impl DiskFile {
    /// The file as a raw disk.
    pub fn raw(file: vma_wasm::SourceBytes) -> DiskFile {
        let below = Below::default();
        let disk = disk_file::DiskFile::raw(Rc::new(JsSource::new(file, below.clone())));
        Self { disk, room: Rc::default(), below }
    }

    /// The file as qcow2. Throws a `VmaError` with the reason's code, if it is none that
    /// can be read by itself.
    pub fn qcow2(file: vma_wasm::SourceBytes) -> Result<DiskFile, JsValue> {
        let below = Below::default();
        let source: Rc<dyn ReadAt> = Rc::new(JsSource::new(file, below.clone()));
        let disk = disk_file::DiskFile::qcow2(source).map_err(|refusal| match &refusal {
            Refusal::Source(error) => below.thrown(error),
            other => vma_error(&other.to_string(), other.code(), "image", None),
        })?;
        Ok(Self { disk, room: Rc::default(), below })
    }

    /// What its header says; `undefined` of a raw disk.
    pub fn facts(&self) -> Qcow2Facts {
        let fields = self.disk.facts().map_or(JsValue::UNDEFINED, |found| facts(found).into());
        fields.into()
    }

    /// Its bytes; a read stops before what is lost.
    pub fn bytes(&self) -> SourceBytes {
        let bytes: Rc<dyn ReadAt> = Rc::new(self.disk.clone());
        SourceBytes::new(bytes, Rc::clone(&self.room)).over(self.below.clone())
    }

    /// The same for who makes files: what is lost reads as zeros.
    pub fn whole(&self) -> DiskBytes {
        let whole = Rc::new(Whole::new(self.disk.clone()));
        DiskBytes::new(whole, Rc::clone(&self.room)).over(self.below.clone())
    }

    /// Bytes of it that were found to be lost, as far as it was read.
    #[wasm_bindgen(js_name = lostBytes)]
    pub fn lost_bytes(&self) -> f64 {
        number(self.disk.lost_bytes())
    }
}

fn facts(found: &Facts) -> Fields {
    Fields::default()
        .with("version", found.version)
        .count("clusterSize", found.cluster_size)
        .with("compression", found.compression.code())
        .with("hasSubclusters", found.has_subclusters)
        .with("isDirty", found.is_dirty)
        .with("isMarkedCorrupt", found.is_marked_corrupt)
        .with("snapshots", found.snapshots)
        .with("named", list(&found.named, snapshot))
}

fn snapshot(found: &Snapshot) -> Fields {
    Fields::default().with("name", found.name.as_str()).with("seconds", found.seconds)
}
