//! What a backup leaves out: the drives of its config beside the devices that
//! are in the archive.
//!
//! vzdump passes over CD and cloud-init drives in silence, over drives with
//! `backup=0`, and over an efidisk where the firmware is not OVMF; passthrough
//! drives (`/dev/disk/by-id`) it takes (qemu-server 9.2.6, R).

use super::device_map;
use super::lines::{boolean, bytes_of_size, drive_lines, option_value, value_of};

/// A device of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveDevice<'a> {
    /// Its name: `drive-scsi0`.
    pub name: &'a str,
    /// Bytes, as the header states.
    pub size: u64,
}

/// Config and devices, compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Each drive of the config, in the order of the lines.
    pub drives: Vec<Drive>,
    /// Devices that are there and that no drive of the config names. The saved
    /// RAM is none.
    pub unnamed: Vec<Unnamed>,
}

/// A drive of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// `scsi0`, `efidisk0`, …
    pub key: String,
    /// The volume, as the config names it.
    pub volume: String,
    /// Its size in bytes, where the config states one.
    pub size: Option<u64>,
    /// Whether it is a disk of the host and no volume: `/dev/disk/by-id/…`.
    pub is_passthrough: bool,
    /// Whether a map line says which device of the backup holds it.
    pub is_mapped: bool,
    /// Whether it is in the backup, and if not, why.
    pub state: State,
}

/// Whether a drive is in the backup, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there.
    InBackup {
        /// The name of the device that holds it.
        device: String,
    },
    /// It is not there: its line says `backup=0`.
    Excluded,
    /// It is not there, and nothing says why.
    NotThere,
    /// A CD drive, which is in no backup.
    Cdrom,
    /// A cloud-init drive, which is in no backup: a restore makes it anew.
    CloudInit,
    /// The variables of a firmware that the machine does not use.
    EfiWithoutOvmf,
}

impl State {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InBackup { .. } => "in-backup",
            Self::Excluded => "excluded",
            Self::NotThere => "not-there",
            Self::Cdrom => "cdrom",
            Self::CloudInit => "cloud-init",
            Self::EfiWithoutOvmf => "efidisk-without-ovmf",
        }
    }

    /// Whether a disk is missing that a person would look for.
    #[must_use]
    pub fn is_missed(&self) -> bool {
        matches!(self, Self::Excluded | Self::NotThere)
    }
}

/// A device that no drive of the config names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

impl LeftOut {
    /// Compares a `qemu-server.conf` with the devices of its archive.
    #[must_use]
    #[inline(never)]
    pub fn compare(config: &str, devices: &[ArchiveDevice<'_>]) -> Self {
        let (maps, _) = device_map::read(config);
        let is_ovmf = value_of(config, "bios").is_some_and(|bios| bios == "ovmf");
        let is_there = |name: &&str| devices.iter().any(|device| device.name == *name);
        let drives: Vec<Drive> = drive_lines(config)
            .into_iter()
            .map(|(key, value)| {
                let mapped = maps.iter().rev().find(|map| map.drive == key).map(|map| map.device);
                let usual = [format!("drive-{key}"), format!("drive-{key}-backup")];
                let usual = usual.iter().map(String::as_str);
                let device = match mapped {
                    Some(name) => Some(name).filter(is_there),
                    None => usual.into_iter().find(is_there),
                };
                Drive { is_mapped: mapped.is_some(), ..Drive::new(key, value, device, is_ovmf) }
            })
            .collect();
        let is_named = |name: &str| {
            let by_drive = drives
                .iter()
                .any(|drive| matches!(&drive.state, State::InBackup { device } if device == name));
            by_drive || name == "vmstate"
        };
        let unnamed = devices.iter().filter(|device| !is_named(device.name));
        let unnamed = unnamed
            .map(|device| Unnamed { name: device.name.to_owned(), size: device.size })
            .collect();
        Self { drives, unnamed }
    }

    /// The drives that a person would look for and that are not there.
    pub fn missed(&self) -> impl Iterator<Item = &Drive> {
        self.drives.iter().filter(|drive| drive.state.is_missed())
    }
}

impl Drive {
    fn new(key: &str, value: &str, device: Option<&str>, is_ovmf: bool) -> Self {
        let option = |name| option_value(value, name, false);
        let volume = option_value(value, "file", true).unwrap_or("");
        let is_excluded = option("backup").and_then(boolean) == Some(false);
        let state = match device {
            Some(device) => State::InBackup { device: device.to_owned() },
            None if is_cloud_init(volume) => State::CloudInit,
            None if option("media") == Some("cdrom") => State::Cdrom,
            None if is_excluded => State::Excluded,
            None if key == "efidisk0" && !is_ovmf => State::EfiWithoutOvmf,
            None => State::NotThere,
        };
        Self {
            key: key.to_owned(),
            volume: volume.to_owned(),
            size: option("size").and_then(bytes_of_size),
            is_passthrough: volume.starts_with('/'),
            is_mapped: false,
            state,
        }
    }
}

/// Whether a volume is that of a cloud-init drive: `local:vm-100-cloudinit`,
/// with or without the ending of a format (qemu-server 9.2.6, C).
#[must_use]
pub fn is_cloud_init(volume: &str) -> bool {
    let Some((_, last)) = volume.rsplit_once([':', '/']) else { return false };
    let ours = last.strip_prefix("vm-").and_then(|rest| rest.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let name = ours.filter(|(vmid, _)| is_number(vmid)).map_or(last, |(_, name)| name);
    let formats = ["", ".raw", ".qcow2", ".qed", ".vmdk", ".cloop", ".qcow"];
    name.strip_prefix("cloudinit").is_some_and(|ending| formats.contains(&ending))
}
