//! What a `qemu-server.conf` says of a VM, for a person to read.

use super::boot::boot_order;
use super::config::{Config, Line};
use super::device_map;

/// The config under this name describes the VM.
pub const NAME: &str = "qemu-server.conf";

/// What the config says of the VM. `None`: the line is not there, and
/// Proxmox's default holds. Values are as they stand, unchecked. Many fields: each
/// is a key of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QemuServerConf {
    /// The VM's name.
    pub name: Option<String>,
    /// Its notes, decoded; empty if there are none.
    pub notes: String,
    /// The guest's kind: `l26`, `win11`, …
    pub os_type: Option<String>,
    /// Cores of a socket.
    pub cores: Option<u32>,
    /// Sockets.
    pub sockets: Option<u32>,
    /// The CPU's type.
    pub cpu: Option<String>,
    /// Memory, MiB.
    pub memory_mib: Option<u64>,
    /// Firmware: `seabios` or `ovmf`.
    pub bios: Option<String>,
    /// The machine's type: `q35`, …
    pub machine: Option<String>,
    /// Network cards, the lowest number first.
    pub networks: Vec<Network>,
    /// Drives, in the order of their lines.
    pub disks: Vec<Disk>,
}

/// A network card: a `net0:` line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// `net0`, …
    pub key: String,
    /// `virtio`, `e1000`, …
    pub model: String,
    /// Its MAC address.
    pub mac: Option<String>,
    /// The bridge it is plugged into.
    pub bridge: Option<String>,
    /// Its VLAN tag.
    pub vlan: Option<String>,
    /// Whether its cable is pulled: `link_down=1`.
    pub is_down: bool,
}

/// A drive: a `scsi0:` line, or one of another bus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    /// `scsi0`, `efidisk0`, …
    pub key: String,
    /// The key without its number.
    pub bus: String,
    /// The volume, as the config names it.
    pub volume: String,
    /// Whether it is a CD-ROM drive.
    pub is_cdrom: bool,
    /// Whether it is the first disk that the machine starts from.
    pub boots: bool,
    /// Its size as stated: `32G`.
    pub size: Option<String>,
    /// Which device of the archive holds it, from its `#qmdump#map:` line.
    pub device: Option<MappedDevice>,
}

/// A `#qmdump#map:` line: which device of the archive holds a drive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedDevice {
    /// The device's name in the archive: `drive-scsi0`.
    pub name: String,
    /// The storage it lay on.
    pub storage: String,
    /// Its format there: `raw`, `qcow2`, or nothing.
    pub format: String,
}

impl QemuServerConf {
    /// Reads a config. Lines that are not understood are passed over, and so
    /// is everything from the first section (a snapshot's) on, except maps.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let config = Config::read(text);
        let value = |key| config.value(key).map(str::to_owned);
        let option = |key, name| config.option(key, name).map(str::to_owned);
        let drives = config.lines().iter().filter(|line| line.is_drive());
        let disks: Vec<&Line> = drives.clone().filter(|line| !line.is_optical()).collect();
        let order = boot_order(&config);
        let boots = order.iter().find(|key| disks.iter().any(|line| line.key == **key));
        Self {
            name: value("name"),
            notes: config.notes().to_owned(),
            os_type: value("ostype"),
            cores: config.number("cores"),
            sockets: config.number("sockets").or_else(|| config.number("smp")),
            cpu: option("cpu", "cputype"),
            memory_mib: option("memory", "current").and_then(|memory| memory.parse().ok()),
            bios: value("bios"),
            machine: option("machine", "type"),
            networks: config.numbered("net").into_iter().map(Network::of).collect(),
            disks: drives.map(|line| Disk::of(line, text, boots)).collect(),
        }
    }
}

impl Network {
    fn of(line: &Line) -> Self {
        let option = |name| line.option(name).map(str::to_owned);
        Self {
            key: line.key.clone(),
            model: option("model").unwrap_or_default(),
            mac: option("macaddr"),
            bridge: option("bridge"),
            vlan: option("tag"),
            is_down: line.flag("link_down") == Some(true),
        }
    }
}

impl Disk {
    fn of(line: &Line, text: &str, boots: Option<&String>) -> Self {
        let (maps, _) = device_map::read(text);
        let map = maps.iter().rev().find(|map| map.drive == line.key);
        Self {
            key: line.key.clone(),
            bus: line.name.clone(),
            volume: line.option("file").unwrap_or_default().to_owned(),
            is_cdrom: line.is_optical(),
            boots: boots == Some(&line.key),
            size: line.option("size").map(str::to_owned),
            device: map.map(|map| MappedDevice {
                name: map.device.to_owned(),
                storage: map.storage.to_owned(),
                format: map.format.to_owned(),
            }),
        }
    }
}
