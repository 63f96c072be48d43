//! A file system of disks, found for the modules that read files.

use core::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::sources;
use vma_inspector::file_system::number_of;
use vma_inspector::files::Locating;
use vma_inspector::source::ReadAt;
use vma_wasm::{Below, fault_thrown, number};
use vma_wasm_bytes::SourceBytes;

/// Finds a file system, in as many attempts as it takes.
#[wasm_bindgen]
pub struct VolumeLocating {
    locating: Locating,
    room: Rc<RefCell<Vec<u8>>>,
    below: Below,
}

/// A file system that was found.
#[wasm_bindgen]
pub struct LocatedVolume {
    source: Rc<dyn ReadAt>,
    kind: u8,
    room: Rc<RefCell<Vec<u8>>>,
    below: Below,
}

#[wasm_bindgen]
impl VolumeLocating {
    /// Area number `area` of the first of `disks`, as `DiskContents` lists them, or its
    /// volume number `logical`, for which the other disks of the machine follow. Nothing is
    /// read yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(disks: Vec<vma_wasm::SourceBytes>, area: u32, logical: Option<u32>) -> Self {
        let below = Below::default();
        let index = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let locating = Locating::new(sources(disks, &below), index(area), logical.map(index));
        Self { locating, room: Rc::default(), below }
    }

    /// Finds it; `undefined` if something has to be fetched first. Throws a `VmaError`, with
    /// the code of the fault.
    pub fn attempt(&self) -> Result<Option<LocatedVolume>, JsValue> {
        let thrown = |fault| fault_thrown(&self.below, &fault);
        let Some(place) = self.locating.attempt().map_err(thrown)? else { return Ok(None) };
        let kind = number_of(place.kind).map_err(thrown)?;
        let (room, below) = (Rc::clone(&self.room), self.below.clone());
        Ok(Some(LocatedVolume { source: place.source, kind, room, below }))
    }

    /// Works by about so many bytes towards what is wanted; returns whether nothing is
    /// wanted any more. Throws a `VmaError`.
    pub fn fetch(&self, #[wasm_bindgen(js_name = workMax)] work_max: u64) -> Result<bool, JsValue> {
        self.locating.fetch(work_max).map_err(|error| self.below.thrown(&error))
    }

    /// About how many bytes have to be decoded to come to what is wanted.
    pub fn distance(&self) -> f64 {
        number(self.locating.distance())
    }
}

#[wasm_bindgen]
impl LocatedVolume {
    /// The number of its kind.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// Its bytes.
    pub fn bytes(&self) -> SourceBytes {
        let bytes = Rc::clone(&self.source);
        SourceBytes::new(bytes, Rc::clone(&self.room)).over(self.below.clone())
    }
}
