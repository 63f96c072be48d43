//! The VM for other programs: as one file, and as texts.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backup::{Backup, Reading};
use super::stream::{Export, tapped};
use super::thrown::refused;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::export::appliance::{LeftOut, Machine, Options, Ova, Text};
use vma_inspector::export::disk::{Disk, DiskFormat, DiskStream, Refusal};
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// The VM for other programs.
    #[wasm_bindgen(typescript_type = "MachineTexts")]
    pub type MachineTexts;
    /// How large an appliance is.
    #[wasm_bindgen(typescript_type = "ApplianceFacts | undefined")]
    pub type ApplianceFacts;
}

#[wasm_bindgen]
impl Backup {
    /// The VM as one file for other programs, its disks compressed or not.
    /// Throws a `VmaError`.
    #[wasm_bindgen(js_name = exportAppliance)]
    pub fn export_appliance(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        compressed: bool,
        hashed: bool,
        doubt: Option<DoubtTaken>,
    ) -> Result<Export, JsValue> {
        let mut taps = Vec::new();
        let reading = Reading { doubt: doubt_of(doubt)?, is_anew: true, ..Reading::default() };
        let ova = self.appliance(keeps_macs, compressed, reading, |id, disk| {
            if hashed { tapped(id, &disk, &mut taps) } else { disk }
        })?;
        let stream = ova.map_err(|refusal| refused(&refusal))?;
        Ok(self.export(Box::new(stream), taps))
    }

    /// The name and size of that file; `undefined` if the VM has no disk in
    /// the backup or one that is too large.
    #[wasm_bindgen(js_name = applianceFacts)]
    pub fn appliance_facts(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        compressed: bool,
    ) -> Result<ApplianceFacts, JsValue> {
        let ova = self.appliance(keeps_macs, compressed, Reading::default(), |_, disk| disk)?;
        let facts = ova.ok().map(|ova| {
            Fields::default()
                .with("fileName", ova.file_name())
                .count("sizeMax", ova.size_max())
                .with("exact", ova.size().is_some())
                .with("devices", ids(ova.devices()))
                .with("leftOut", left_out(&ova.descriptor().left_out))
        });
        Ok(facts.map_or(JsValue::UNDEFINED, JsValue::from).into())
    }

    /// The VM as text for libvirt and QEMU, for disks in the format of this
    /// code that are saved under `stem` and their names.
    #[wasm_bindgen(js_name = machineTexts)]
    pub fn machine_texts(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        format: &str,
        stem: String,
    ) -> MachineTexts {
        let machine = Machine::new(self.facts());
        let format = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
        let format = format.unwrap_or(DiskFormat::Raw);
        let options = Options { keeps_macs, format, folder: String::new(), stem: Some(stem) };
        let fields = Fields::default()
            .with("libvirt", text(&machine.libvirt(&options)))
            .with("qemu", text(&machine.qemu(&options)))
            .with("rawDevices", ids(machine.raw_devices()));
        JsValue::from(fields).into()
    }
}

impl Backup {
    /// The appliance, or what a disk is refused for; the outer error is what was thrown
    /// where a disk was asked for.
    fn appliance(
        &self,
        keeps_macs: bool,
        compressed: bool,
        reading: Reading,
        mut with: impl FnMut(DeviceId, Disk) -> Disk,
    ) -> Result<Result<Ova, Refusal>, JsValue> {
        let options =
            Options { keeps_macs, format: DiskFormat::Vmdk, folder: String::new(), stem: None };
        let mut failed = None;
        let ova =
            Ova::new(self.facts(), &options, compressed, |id| match self.disk(id.get(), reading) {
                Ok(disk) => disk.map(|(id, disk)| with(id, disk)),
                Err(thrown) => {
                    failed = Some(thrown);
                    None
                }
            });
        failed.map_or(Ok(ova), Err)
    }
}

fn ids(devices: impl Iterator<Item = DeviceId>) -> Array {
    devices.map(|device| JsValue::from(device.get())).collect()
}

fn text(text: &Text) -> Fields {
    Fields::default().with("text", text.text.as_str()).with("leftOut", left_out(&text.left_out))
}

fn left_out(left_out: &[LeftOut]) -> Array {
    list(left_out, |left_out| {
        Fields::default()
            .with("key", left_out.key.as_str())
            .with("value", left_out.value.as_str())
            .with("code", left_out.reason.code())
            .with("danger", left_out.is_danger)
            .with("text", left_out.to_string())
    })
}
