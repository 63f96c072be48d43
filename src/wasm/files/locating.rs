//! A file system's bytes, as another module finds them.

use core::cell::OnceCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use vma_inspector::file_system::{Fault, FaultKind, Open, Result, kind_of};
use vma_inspector::files::{Opening, Place, Volume};
use vma_inspector::source::Error;
use vma_wasm::{Below, JsSource, SourceBytes, from_number};

#[wasm_bindgen]
extern "C" {
    /// A `VolumeLocating` of the module that tells what is on disks.
    #[wasm_bindgen(typescript_type = "VolumeLocating")]
    pub type VolumeLocating;

    /// What it has found.
    #[wasm_bindgen(typescript_type = "LocatedVolume")]
    type LocatedVolume;

    #[wasm_bindgen(method, catch)]
    fn attempt(this: &VolumeLocating) -> core::result::Result<Option<LocatedVolume>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &VolumeLocating, work_max: u64) -> core::result::Result<bool, JsValue>;

    #[wasm_bindgen(method)]
    fn distance(this: &VolumeLocating) -> f64;

    #[wasm_bindgen(method)]
    fn free(this: &VolumeLocating);

    #[wasm_bindgen(method)]
    fn kind(this: &LocatedVolume) -> u8;

    #[wasm_bindgen(method)]
    fn bytes(this: &LocatedVolume) -> SourceBytes;

    #[wasm_bindgen(method)]
    fn free(this: &LocatedVolume);
}

/// The way to an open file system: it is found, and then opened.
pub(super) struct Way {
    locating: VolumeLocating,
    opening: OnceCell<Opening>,
    open: Open,
    below: Below,
}

impl Way {
    pub(super) fn new(locating: VolumeLocating, open: Open, below: Below) -> Self {
        Self { locating, opening: OnceCell::new(), open, below }
    }

    /// Opens it; `None` if something has to be fetched first.
    pub(super) fn attempt(&self) -> Result<Option<Volume>> {
        if let Some(opening) = self.opening.get() {
            return opening.attempt();
        }
        let located = self.locating.attempt().map_err(|thrown| self.below.keep(0, thrown))?;
        let Some(located) = located else { return Ok(None) };
        let (kind, bytes) = (located.kind(), located.bytes());
        located.free();
        let source = JsSource::new(bytes, self.below.clone());
        let none = || Fault::new(FaultKind::NotFound, "a file system");
        let place =
            Place { source: std::rc::Rc::new(source), kind: kind_of(kind).ok_or_else(none)? };
        self.opening.get_or_init(|| Opening::new(place, self.open)).attempt()
    }

    /// Works by about `work_max` bytes towards what is wanted; returns whether nothing is
    /// wanted any more.
    pub(super) fn fetch(&self, work_max: u64) -> core::result::Result<bool, Error> {
        match self.opening.get() {
            Some(opening) => opening.fetch(work_max),
            None => self.locating.fetch(work_max).map_err(|thrown| self.below.keep(0, thrown)),
        }
    }

    /// About how many bytes have to be decoded to come to what is wanted.
    pub(super) fn distance(&self) -> u64 {
        self.opening.get().map_or_else(|| from_number(self.locating.distance()), Opening::distance)
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.locating.free();
    }
}
