//! The drives of a machine.

use super::text::stem;
use crate::archive::unit::DeviceId;
use crate::export::backup::Backup;
use crate::export::file_name::safe_name;
use crate::machine::boot::boot_order;
use crate::machine::config::{Config, Line};
use crate::machine::device_map;
use crate::machine::left_out::is_cloud_init;
use crate::machine::lines::insert_sorted;

/// A device of the archive, as the VM has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// `scsi0`, `efidisk0`, …; for a device that the config does not name, made
    /// from the device's name.
    pub key: String,
    /// Which device of the archive it is.
    pub device: DeviceId,
    /// The device's name, safe to save under.
    pub device_name: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it is for.
    pub role: Role,
    /// Its place, from 1 on, among what the VM starts from.
    pub(super) boot: Option<u32>,
    /// What the config says of it.
    pub(super) line: Line,
}

/// What a drive is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A disk of the guest.
    Disk(Bus),
    /// The variables of the UEFI firmware.
    EfiVariables,
    /// The state of the TPM.
    TpmState,
}

/// What a disk is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bus {
    /// IDE.
    Ide,
    /// SATA.
    Sata,
    /// SCSI.
    Scsi,
    /// virtio, without SCSI.
    Virtio,
}

/// A CD-ROM drive, which is empty: its medium is in no backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Optical {
    pub(super) key: String,
    pub(super) bus: Bus,
    pub(super) boot: Option<u32>,
}

impl Bus {
    /// That of a drive with this key.
    fn of(key: &str) -> Option<Self> {
        [("ide", Self::Ide), ("sata", Self::Sata), ("scsi", Self::Scsi), ("virtio", Self::Virtio)]
            .into_iter()
            .find_map(|(name, bus)| key.starts_with(name).then_some(bus))
    }
}

/// The place of `key` in the order, from 1 on.
pub(super) fn boot_place(config: &Config, key: &str) -> Option<u32> {
    (1..).zip(boot_order(config)).find(|(_, other)| other == key).map(|(place, _)| place)
}

pub(super) fn optical(config: &Config, drives: &[Drive]) -> Vec<Optical> {
    let lines = config.lines().iter().filter(|line| line.is_optical());
    let lines = lines.filter(|line| !is_cloud_init(line.option("file").unwrap_or_default()));
    let lines = lines.filter(|line| !drives.iter().any(|drive| drive.key == line.key));
    let mut optical = Vec::new();
    for line in lines {
        let Some(bus) = Bus::of(&line.key) else { continue };
        let boot = boot_place(config, &line.key);
        let drive = Optical { key: line.key.clone(), bus, boot };
        insert_sorted(&mut optical, drive, |drive| by_number(&drive.key));
    }
    optical
}

pub(super) fn drives(config: &Config, backup: Backup<'_>, text: &str) -> Vec<Drive> {
    let (maps, _) = device_map::read(text);
    let mut drives: Vec<Drive> = Vec::new();
    for device in backup.devices.iter().filter(|device| !device.is_vmstate()) {
        let is_its = |line: &&Line| match maps.iter().rev().find(|map| map.drive == line.key) {
            Some(map) => map.device == device.name,
            None => device.name.strip_prefix("drive-") == Some(&line.key),
        };
        let line = config.lines().iter().filter(|line| line.is_drive()).find(is_its);
        let bare = device.name.strip_prefix("drive-").unwrap_or(&device.name);
        let key = line.map_or(bare, |line| &line.key).to_owned();
        let is_taken = drives.iter().any(|drive: &Drive| stem(&drive.key) == stem(&key));
        let key = if is_taken { format!("device{}", device.id) } else { key };
        let role = if key.starts_with("efidisk") {
            Role::EfiVariables
        } else if key.starts_with("tpmstate") {
            Role::TpmState
        } else {
            Role::Disk(Bus::of(&key).unwrap_or(Bus::Scsi))
        };
        let drive = Drive {
            boot: boot_place(config, &key),
            key,
            device: device.id,
            device_name: safe_name(&device.name),
            size: device.size,
            role,
            line: line.cloned().unwrap_or_default(),
        };
        insert_sorted(&mut drives, drive, |drive| by_number(&drive.key));
    }
    drives
}

/// To sort by: `scsi2` before `scsi10`.
fn by_number(key: &str) -> (String, u64) {
    let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = key.strip_prefix(name).and_then(|digits| digits.parse().ok());
    (name.to_owned(), number.unwrap_or(0))
}
