//! What a restore would do, and what the backup leaves out.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::thrown::thrown;
use vma_inspector::archive::header::Header;
use vma_inspector::container::Container;
use vma_inspector::machine::device_map;
use vma_inspector::machine::left_out::{ArchiveDevice, Drive, LeftOut, State};
use vma_inspector::machine::qemu_server_conf;
use vma_inspector::proxmox::backup_name::{BackupName, named_container};
use vma_inspector::proxmox::restore::{Facts, Restore, command};
use vma_inspector::proxmox::restored::{Warning, warnings};
use vma_inspector::proxmox::unpacker::{PackedFile, Program, foretell};
use vma_inspector::proxmox::unpacker_said::Said;
use vma_inspector::source::Error;
use vma_wasm::{Fields, list};

#[wasm_bindgen]
extern "C" {
    /// What a restore would do.
    #[wasm_bindgen(typescript_type = "ProxmoxRestore")]
    pub type ProxmoxRestore;
    /// What the backup leaves out.
    #[wasm_bindgen(typescript_type = "DrivesLeftOut | undefined")]
    pub type DrivesLeftOut;
}

#[wasm_bindgen]
impl Archive {
    /// What `qmrestore` would do with the file of this name, as far as is known.
    /// Throws a `VmaError`.
    #[wasm_bindgen(js_name = proxmoxRestore)]
    pub fn proxmox_restore(&self, name: &str) -> Result<ProxmoxRestore, JsValue> {
        let header = self.header();
        let container = self.contents().outermost().container();
        let program = named_container(name).unwrap_or(container).map(Program::of);
        let said = match program {
            Some(program) => self.unpacker_says(program).map_err(|error| thrown(&error))?,
            None => None,
        };
        let config = self.conf_text();
        let devices = archive_devices(header);
        let prediction = self.prediction();
        let restore = Restore::foretell(&Facts {
            name: BackupName::judge(name, container, header.ctime()).problem,
            config: config.as_deref(),
            devices: &devices,
            list: prediction.list.as_ref(),
            extract: prediction.extract.as_ref(),
            unpacker: said.as_ref(),
            is_packed: program.is_some(),
        });
        let text = config.unwrap_or_default();
        let left_out = LeftOut::compare(&text, &devices);
        let has_vmstate = devices.iter().any(|device| device.name == "vmstate");
        let unread = device_map::read(&text).1;
        let fields = restore_fields(&restore)
            .with("command", command(Some(name), None, None))
            .with("unpacker", unpacker(program, said.as_ref(), name))
            .with("warnings", list(warnings(&text, &left_out, has_vmstate), warning))
            .with("leftOut", left_out_fields(&left_out))
            .with(
                "unreadMaps",
                list(unread, |map| {
                    Fields::default().with("line", map.line).with("why", map.why.code())
                }),
            );
        Ok(JsValue::from(fields).into())
    }

    /// The drives of the config beside the devices of the archive, which its
    /// header tells; `undefined` where there is no config.
    #[wasm_bindgen(js_name = leftOut)]
    pub fn left_out(&self) -> DrivesLeftOut {
        let compare = |config: String| LeftOut::compare(&config, &archive_devices(self.header()));
        let left_out = self.conf_text().map(compare);
        let fields = left_out.map(|left_out| JsValue::from(left_out_fields(&left_out)));
        fields.unwrap_or(JsValue::UNDEFINED).into()
    }
}

#[inline(never)]
fn archive_devices(header: &Header) -> Vec<ArchiveDevice<'_>> {
    let devices = header.devices().iter();
    devices.map(|device| ArchiveDevice { name: &device.name, size: device.size }).collect()
}

impl Archive {
    /// What `program` says of the file, as far as is known.
    pub(super) fn unpacker_says(&self, program: Program) -> Result<Option<Said>, Error> {
        // Not every block of lzop is compared before the scan is done.
        let is_compared =
            self.is_scanned() || self.contents().outermost().container() != Some(Container::Lzop);
        let packed = PackedFile::of(self.contents().outermost(), self.file(), is_compared)?;
        Ok(foretell(program, &packed))
    }

    /// Whether what unpacks the file, which a restore runs first and whose warnings
    /// fail it too, gets through, as far as is known.
    pub(super) fn unpacks(&self) -> &'static str {
        let Some(container) = self.contents().outermost().container() else { return "not-packed" };
        match self.unpacker_says(Program::of(container)) {
            Ok(Some(said)) if said.is_ok() => "ok",
            Ok(Some(_)) => "fails",
            Ok(None) | Err(_) => "not-known",
        }
    }

    /// The text of `qemu-server.conf`.
    #[inline(never)]
    pub(super) fn conf_text(&self) -> Option<String> {
        let configs = self.header().configs();
        let conf = configs.iter().find(|config| config.name == qemu_server_conf::NAME);
        conf.map(|conf| String::from_utf8_lossy(&conf.data).into_owned())
    }
}

fn restore_fields(restore: &Restore) -> Fields {
    Fields::default()
        .with("decided", restore.is_decided)
        .with(
            "deaths",
            list(&restore.deaths, |death| {
                let message = death.message();
                Fields::default().with("code", death.code()).text("message", message.as_deref())
            }),
        )
        .with(
            "storages",
            list(&restore.storages, |storage| {
                let drives: Array = storage.drives.iter().map(JsValue::from).collect();
                Fields::default().with("name", storage.name.as_str()).with("drives", drives)
            }),
        )
}

fn unpacker(program: Option<Program>, said: Option<&Said>, name: &str) -> JsValue {
    let Some((program, said)) = program.zip(said) else { return JsValue::NULL };
    let lines = list(&said.lines, |line| {
        let text = line.printed(name);
        Fields::default().with("code", line.code()).text("text", text.as_deref())
    });
    Fields::default()
        .with("command", program.command().join(" "))
        .with("exit", said.exit)
        .with("exact", said.is_exact())
        .with("lines", lines)
        .into()
}

fn warning(warning: Warning) -> Fields {
    let fields = Fields::default().with("code", warning.code());
    let (subject, detail) = match warning {
        Warning::BecomesComment { drive, is_in_boot_order } => {
            (Some(drive), is_in_boot_order.then(|| "boot".into()))
        }
        Warning::KeepsOldVolume { drive, volume } => (Some(drive), Some(volume)),
        Warning::CdromStays { drive } | Warning::CloudInitMadeAnew { drive } => (Some(drive), None),
        Warning::LineDropped { key, option } => (Some(key), Some(option)),
        Warning::MachineTooOld { machine } => (Some(machine), None),
        Warning::SectionDropped { section } => (Some(section), None),
        Warning::EfiLeftOut | Warning::RamThrownAway => (None, None),
    };
    fields.text("subject", subject.as_deref()).text("detail", detail.as_deref())
}

#[inline(never)]
fn left_out_fields(left_out: &LeftOut) -> Fields {
    let unnamed = list(&left_out.unnamed, |device| {
        Fields::default().with("name", device.name.as_str()).count("size", device.size)
    });
    Fields::default().with("drives", list(&left_out.drives, drive)).with("unnamed", unnamed)
}

fn drive(drive: &Drive) -> Fields {
    let device = match &drive.state {
        State::InBackup { device } => Some(device.as_str()),
        _ => None,
    };
    Fields::default()
        .with("key", drive.key.as_str())
        .with("volume", drive.volume.as_str())
        .count_or_null("size", drive.size)
        .with("passthrough", drive.is_passthrough)
        .with("mapped", drive.is_mapped)
        .with("state", drive.state.code())
        .text("device", device)
}
