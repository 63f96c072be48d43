//! A VM, as far as it can be carried over.

use super::description::Options;
use super::left_out::{LeftOut, Reason};
use super::text::{clean, stem};
use crate::archive::header::Header;
use crate::archive::unit::DeviceId;
use crate::export::disk::DiskFormat;
use crate::export::file_name::safe_name;
use crate::machine::qemu_server_conf::{self, Network, QemuServerConf};

/// Proxmox's default memory, MiB.
const MEMORY_MIB: u64 = 512;

/// The most memory that Proxmox VE gives a VM, MiB.
const MEMORY_MAX_MIB: u64 = 4_178_944;

/// Processors that QEMU's chipsets and libvirt take at most without more ado.
const CPUS_MAX: u32 = 255;

/// A build of the UEFI firmware, as Proxmox VE and Debian have it.
pub(super) struct Firmware {
    /// Where Debian keeps it.
    pub(super) code: &'static str,
    /// Bytes of its variables.
    pub(super) variables: u64,
}

/// What `efitype=4m` stands for, the only one that newer systems have.
pub(super) const FIRMWARE_OF_4_MIB: Firmware =
    Firmware { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: 540_672 };

/// What `efitype=2m` stands for, and VMs that were made before that was to choose.
pub(super) const FIRMWARE_OF_2_MIB: Firmware =
    Firmware { code: "/usr/share/OVMF/OVMF_CODE.fd", variables: 131_072 };

/// A VM, as far as it can be carried over, from an archive's
/// `qemu-server.conf` and its devices. Many fields: each is a line of that file.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) name: String,
    pub(super) guest: Guest,
    pub(super) os_type: String,
    pub(super) sockets: u32,
    pub(super) cores: u32,
    pub(super) memory_mib: u64,
    pub(super) is_uefi: bool,
    pub(super) is_q35: bool,
    pub(super) scsi_hardware: String,
    pub(super) has_agent: bool,
    pub(super) drives: Vec<Drive>,
    pub(super) cards: Vec<Card>,
    pub(super) left_out: Vec<LeftOut>,
}

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guest {
    Linux,
    Windows,
    Other,
}

/// A network card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) key: String,
    pub(super) model: String,
    pub(super) mac: Option<String>,
    pub(super) bridge: Option<String>,
}

impl Machine {
    /// The VM that the config `qemu-server.conf` of `header` describes; without
    /// that config, Proxmox's defaults and the devices.
    #[must_use]
    pub fn new(header: &Header) -> Self {
        let config = header.configs().iter().find(|c| c.name == qemu_server_conf::NAME);
        let text = config.map(|config| String::from_utf8_lossy(&config.data)).unwrap_or_default();
        let conf = QemuServerConf::parse(&text);
        let mut left_out = Vec::new();
        let drives = drives(&conf, header, &mut left_out);
        let cards = conf.networks.iter().map(|network| card(network, &mut left_out)).collect();
        let is_agent = |value: &str| value.split(',').any(|v| v == "1" || v == "enabled=1");
        let has_agent = conf.others.iter().any(|s| s.key == "agent" && is_agent(&s.value));
        for key in conf.boot.iter().filter(|key| key.starts_with("net")) {
            left_out.push(LeftOut::new("boot", key, Reason::NoPlace));
        }
        for setting in conf.others.iter().filter(|s| s.key != "agent") {
            left_out.push(LeftOut::new(&setting.key, &setting.value, Reason::NoPlace));
        }
        if let Some(cpu) = conf.cpu.as_deref().filter(|cpu| *cpu != "host") {
            left_out.push(LeftOut::new("cpu", cpu, Reason::Replaced("the host's")));
        }
        let (sockets, cores) = processors(&conf, &mut left_out);
        let memory_mib = memory(&conf, &mut left_out);
        let os_type = conf.os_type.unwrap_or_default();
        let machine = conf.machine.unwrap_or_default();
        let is_q35 = machine.contains("q35");
        if is_q35 && machine != "q35" {
            left_out.push(LeftOut::new("machine", &machine, Reason::Replaced("the newest q35")));
        } else if !is_q35 && !matches!(machine.as_str(), "" | "pc") {
            left_out.push(LeftOut::new("machine", &machine, Reason::Replaced("the newest pc")));
        }
        Self {
            name: conf.name.filter(|name| !name.is_empty()).unwrap_or_else(|| "vm".to_owned()),
            guest: Guest::of(&os_type),
            os_type,
            sockets,
            cores,
            memory_mib,
            is_uefi: conf.bios.as_deref() == Some("ovmf"),
            is_q35,
            scsi_hardware: conf.scsi_hardware.unwrap_or_else(|| "lsi".to_owned()),
            has_agent,
            drives,
            cards,
            left_out,
        }
    }

    /// Its name, as it stands in the config.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its drives that the archive holds, by device.
    #[must_use]
    pub fn drives(&self) -> &[Drive] {
        &self.drives
    }

    /// The name under which a file of a drive is looked for, and under which it
    /// should be saved.
    #[must_use]
    pub fn file_name(&self, drive: &Drive, extension: &str) -> String {
        format!("{}-{}.{extension}", stem(&self.name), stem(&drive.key))
    }

    /// The devices whose files a text names as raw images, whatever the format of
    /// the others: the variables of the firmware, which takes nothing else.
    pub fn raw_devices(&self) -> impl Iterator<Item = DeviceId> {
        let variables = self.efi_variables().filter(|_| self.is_uefi);
        variables.into_iter().map(|drive| drive.device)
    }

    pub(super) fn cpus(&self) -> u32 {
        self.sockets.saturating_mul(self.cores)
    }

    /// The guest's disks, and what they are connected to.
    pub(super) fn disks(&self) -> impl Iterator<Item = (&Drive, Bus)> {
        self.drives.iter().filter_map(|drive| match drive.role {
            Role::Disk(bus) => Some((drive, bus)),
            Role::EfiVariables | Role::TpmState => None,
        })
    }

    pub(super) fn efi_variables(&self) -> Option<&Drive> {
        self.drives.iter().find(|drive| drive.role == Role::EfiVariables)
    }

    /// The UEFI firmware that its variables belong to.
    pub(super) fn firmware(&self) -> Firmware {
        match self.efi_variables() {
            Some(drive) if drive.size == FIRMWARE_OF_2_MIB.variables => FIRMWARE_OF_2_MIB,
            _ => FIRMWARE_OF_4_MIB,
        }
    }

    pub(super) fn tpm_state(&self) -> Option<&Drive> {
        self.drives.iter().find(|drive| drive.role == Role::TpmState)
    }

    /// Where in `folder` a text with `options` looks for the file of `drive`.
    pub(super) fn path(
        &self,
        drive: &Drive,
        options: &Options,
        folder: &str,
        format: DiskFormat,
    ) -> String {
        let extension = format.extension();
        let name = match &options.stem {
            Some(stem) => format!("{}-{}.{extension}", clean(stem), drive.device_name),
            None => self.file_name(drive, extension),
        };
        let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
        format!("{folder}{slash}{name}")
    }
}

impl Guest {
    fn of(os_type: &str) -> Self {
        match os_type {
            "l24" | "l26" => Self::Linux,
            _ if os_type.starts_with('w') => Self::Windows,
            _ => Self::Other,
        }
    }
}

impl Bus {
    fn of(key: &str) -> Option<Self> {
        match key.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "ide" => Some(Self::Ide),
            "sata" => Some(Self::Sata),
            "scsi" => Some(Self::Scsi),
            "virtio" => Some(Self::Virtio),
            _ => None,
        }
    }
}

/// The drives that the archive holds, by device; adds to `left_out` the others
/// of the config.
fn drives(conf: &QemuServerConf, header: &Header, left_out: &mut Vec<LeftOut>) -> Vec<Drive> {
    let mut drives = Vec::new();
    for device in header.devices().iter().filter(|device| !device.is_vmstate()) {
        let is_its = |disk: &&qemu_server_conf::Disk| match &disk.device {
            Some(mapped) => mapped.name == device.name,
            None => device.name.strip_prefix("drive-") == Some(&disk.key),
        };
        let disk = conf.disks.iter().find(is_its);
        let bare = device.name.strip_prefix("drive-").unwrap_or(&device.name);
        let key = disk.map_or(bare, |disk| &disk.key).to_owned();
        let is_taken = drives.iter().any(|drive: &Drive| stem(&drive.key) == stem(&key));
        let key = if is_taken { format!("device{}", device.id) } else { key };
        let role = if key.starts_with("efidisk") {
            Role::EfiVariables
        } else if key.starts_with("tpmstate") {
            Role::TpmState
        } else {
            Role::Disk(Bus::of(&key).unwrap_or(Bus::Scsi))
        };
        let boot = (1..).zip(&conf.boot).find(|(_, boot)| **boot == key).map(|(order, _)| order);
        let device_name = safe_name(&device.name);
        drives.push(Drive { key, device: device.id, device_name, size: device.size, role, boot });
    }
    for disk in &conf.disks {
        if !drives.iter().any(|drive| drive.key == disk.key) {
            left_out.push(LeftOut::new(&disk.key, &disk.volume, Reason::NotInArchive));
        } else if !disk.others.is_empty() {
            left_out.push(LeftOut::new(&disk.key, &disk.others.join(","), Reason::NoPlace));
        }
    }
    drives
}

fn memory(conf: &QemuServerConf, left_out: &mut Vec<LeftOut>) -> u64 {
    let memory = conf.memory_mib.unwrap_or(MEMORY_MIB).max(1);
    if memory > MEMORY_MAX_MIB {
        let reason = Reason::Replaced("4,178,944 MiB, the most that Proxmox VE gives");
        left_out.push(LeftOut::new("memory", &memory.to_string(), reason));
    }
    memory.min(MEMORY_MAX_MIB)
}

/// Its sockets, and the cores of each.
fn processors(conf: &QemuServerConf, left_out: &mut Vec<LeftOut>) -> (u32, u32) {
    let (sockets, cores) = (conf.sockets.unwrap_or(1).max(1), conf.cores.unwrap_or(1).max(1));
    if sockets.saturating_mul(cores) <= CPUS_MAX {
        return (sockets, cores);
    }
    let value = format!("{cores}, in {sockets} sockets");
    left_out.push(LeftOut::new("cores", &value, Reason::Replaced("255 cores in one socket")));
    (1, CPUS_MAX)
}

fn card(network: &Network, left_out: &mut Vec<LeftOut>) -> Card {
    let tag = network.vlan.as_ref().map(|vlan| format!("tag={vlan}"));
    let others: Vec<String> = network.others.iter().cloned().chain(tag).collect();
    if !others.is_empty() {
        left_out.push(LeftOut::new(&network.key, &others.join(","), Reason::NoPlace));
    }
    let is_mac = |mac: &&String| {
        let hex = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
        // The lowest bit of the first byte marks an address of many.
        let is_of_one = mac.as_bytes().get(1).is_some_and(|digit| b"02468aceACE".contains(digit));
        mac.split(':').count() == 6 && mac.split(':').all(hex) && is_of_one
    };
    let mac = network.mac.as_ref();
    if let Some(odd) = mac.filter(|mac| !is_mac(mac)) {
        left_out.push(LeftOut::new(&network.key, odd, Reason::Replaced("another MAC address")));
    }
    Card {
        key: network.key.clone(),
        model: network.model.clone(),
        mac: mac.filter(is_mac).cloned(),
        bridge: network.bridge.clone(),
    }
}
