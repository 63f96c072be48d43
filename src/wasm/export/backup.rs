//! An archive as this module knows it: what it is told of the machine, and disks that
//! it is given.

use js_sys::{Array, Function};
use uuid::Uuid;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::js_image::{DiskBytes, JsImage};
use vma_inspector::archive::header::{Config, Device};
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::export;
use vma_inspector::export::disk::{Disk, Identity};
use vma_inspector::image::Doubt;
use vma_wasm::Below;

#[wasm_bindgen]
extern "C" {
    /// What is told of the machine.
    #[wasm_bindgen(typescript_type = "BackupFacts")]
    pub type BackupFacts;
    /// What gives the disks.
    #[wasm_bindgen(typescript_type = "DiskOf")]
    pub type DiskOf;
    type ConfigFacts;
    type DeviceFacts;

    #[wasm_bindgen(method, getter)]
    fn uuid(this: &BackupFacts) -> Vec<u8>;
    #[wasm_bindgen(method, getter)]
    fn ctime(this: &BackupFacts) -> i64;
    #[wasm_bindgen(method, getter)]
    fn configs(this: &BackupFacts) -> Array;
    #[wasm_bindgen(method, getter)]
    fn devices(this: &BackupFacts) -> Array;

    #[wasm_bindgen(method, getter)]
    fn name(this: &ConfigFacts) -> String;
    #[wasm_bindgen(method, getter)]
    fn data(this: &ConfigFacts) -> Vec<u8>;

    #[wasm_bindgen(method, getter)]
    fn id(this: &DeviceFacts) -> u8;
    #[wasm_bindgen(method, getter)]
    fn name(this: &DeviceFacts) -> String;
    #[wasm_bindgen(method, getter)]
    fn size(this: &DeviceFacts) -> u64;
}

/// How a disk is going to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    pub(super) doubt: Doubt,
    /// Whether what is missing reads as a text that says so.
    pub(super) is_marked: bool,
    /// Whether for a file or a hash, from the start of the disk.
    pub(super) is_anew: bool,
}

/// An archive as it was when this was made: for one question, or one file.
#[wasm_bindgen]
pub struct Backup {
    uuid: Uuid,
    ctime: i64,
    configs: Vec<Config>,
    devices: Vec<Device>,
    disks: DiskOf,
    pub(super) below: Below,
}

#[wasm_bindgen]
impl Backup {
    /// What `facts` tell, with the disks that `disks` gives.
    #[wasm_bindgen(constructor)]
    pub fn new(facts: &BackupFacts, disks: DiskOf) -> Self {
        let config = |facts: JsValue| {
            let facts: ConfigFacts = facts.unchecked_into();
            Config { name: facts.name(), data: facts.data() }
        };
        let device = |facts: JsValue| {
            let facts: DeviceFacts = facts.unchecked_into();
            let id = DeviceId::new(facts.id())?;
            Some(Device { id, name: facts.name(), size: facts.size() })
        };
        Self {
            uuid: Uuid::from_slice(&facts.uuid()).unwrap_or_default(),
            ctime: facts.ctime(),
            configs: facts.configs().iter().map(config).collect(),
            devices: facts.devices().iter().filter_map(device).collect(),
            disks,
            below: Below::default(),
        }
    }
}

impl Backup {
    pub(super) fn facts(&self) -> export::Backup<'_> {
        export::Backup {
            uuid: self.uuid,
            ctime: self.ctime,
            configs: &self.configs,
            devices: &self.devices,
        }
    }

    /// A disk; `None` for a device that is none.
    pub(super) fn disk(
        &self,
        device: u8,
        reading: Reading,
    ) -> Result<Option<(DeviceId, Disk)>, JsValue> {
        let known = DeviceId::new(device).and_then(|id| self.facts().device(id));
        let Some(known) = known else { return Ok(None) };
        let doubt = match reading.doubt {
            Doubt::AsItIs => "as-it-is",
            Doubt::AsLost => "as-lost",
        };
        let disks: &Function = self.disks.unchecked_ref();
        let asked: [JsValue; 4] =
            [device.into(), doubt.into(), reading.is_marked.into(), reading.is_anew.into()];
        let given = disks.apply(&JsValue::UNDEFINED, &asked.iter().collect())?;
        if given.is_undefined() {
            return Ok(None);
        }
        let bytes: DiskBytes = given.unchecked_into();
        let image = JsImage::new(bytes, self.below.clone());
        Ok(Some((known.id, Disk::new(image, Identity::new(self.facts(), known)))))
    }

    pub(super) fn known_disk(
        &self,
        device: u8,
        reading: Reading,
    ) -> Result<(DeviceId, Disk), JsValue> {
        let found = self.disk(device, reading)?;
        found.ok_or_else(|| js_sys::Error::new("no such disk").into())
    }
}
