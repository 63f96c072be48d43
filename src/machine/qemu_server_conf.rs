//! `qemu-server.conf`: what Proxmox VE knows of a VM, as `key: value` lines.
//!
//! Source: the man page `qm.conf(5)`, and the `#qmdump#map:` lines that
//! `vzdump` appends.

/// The config under this name describes the VM.
pub const NAME: &str = "qemu-server.conf";

const BUSES: [&str; 6] = ["ide", "sata", "scsi", "virtio", "efidisk", "tpmstate"];

const MAP_PREFIX: &str = "#qmdump#map:";

/// What the config says of the VM. `None`: the line is not there, and
/// Proxmox's default holds. Values are as they stand, unchecked. Many fields: each
/// is a key of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QemuServerConf {
    /// The VM's name.
    pub name: Option<String>,
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
    /// Network cards, in the order of their lines.
    pub networks: Vec<Network>,
    /// Drives, in the order of their lines.
    pub disks: Vec<Disk>,
    /// The SCSI controller's model: `virtio-scsi-single`, …
    #[doc(alias = "scsihw")]
    pub scsi_hardware: Option<String>,
    /// The keys of what the VM starts from, the first one first.
    pub boot: Vec<String>,
    /// All other settings, in the order of their lines; of `machine` what
    /// stands behind the type.
    pub others: Vec<Setting>,
}

/// A line that is none of the others: `hostpci0: 01:00`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// What stands before the colon.
    pub key: String,
    /// What stands behind it.
    pub value: String,
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
    /// Its other options, as they stand: `firewall=1`.
    pub others: Vec<String>,
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
    /// Its size as stated: `32G`.
    pub size: Option<String>,
    /// Which device of the archive holds it, from its `#qmdump#map:` line.
    pub device: Option<MappedDevice>,
    /// Its other options, as they stand: `iothread=1`.
    pub others: Vec<String>,
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
        let mut conf = Self::default();
        let mut in_section = false;
        for line in text.lines() {
            let line = line.trim();
            if let Some(map) = line.strip_prefix(MAP_PREFIX) {
                conf.read_map(map);
            } else if line.starts_with('[') {
                in_section = true;
            } else if !in_section
                && !line.starts_with('#')
                && let Some((key, value)) = line.split_once(':')
            {
                conf.read_line(key.trim(), value.trim());
            }
        }
        conf
    }

    fn read_line(&mut self, key: &str, value: &str) {
        let text = || Some(value.to_owned());
        match key {
            "name" => self.name = text(),
            "ostype" => self.os_type = text(),
            "cores" => self.cores = value.parse().ok(),
            "sockets" => self.sockets = value.parse().ok(),
            "cpu" => self.cpu = text(),
            "memory" => self.memory_mib = first_of(value, "current").parse().ok(),
            "bios" => self.bios = text(),
            "machine" => {
                self.machine = Some(first_of(value, "type").to_owned());
                if let Some((_, value)) = value.split_once(',') {
                    self.others.push(Setting { key: key.to_owned(), value: value.to_owned() });
                }
            }
            "scsihw" => self.scsi_hardware = text(),
            "boot" if value.contains("order=") => {
                self.boot = first_of(value, "order").split(';').map(str::to_owned).collect();
            }
            "bootdisk" if self.boot.is_empty() => self.boot.push(value.to_owned()),
            _ => match split_number(key) {
                Some("net") => self.networks.push(Network::parse(key, value)),
                Some(bus) if BUSES.contains(&bus) => {
                    self.disks.push(Disk::parse(key, bus, value));
                }
                _ => self.others.push(Setting { key: key.to_owned(), value: value.to_owned() }),
            },
        }
    }

    /// Reads `<drive>:<device>:<storage>:<format>:`. Maps come behind all
    /// drives; one without its drive is passed over.
    fn read_map(&mut self, map: &str) {
        let mut fields = map.split(':');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        let (key, name, storage, format) = (next(), next(), next(), next());
        if let Some(disk) = self.disks.iter_mut().find(|disk| disk.key == key) {
            disk.device = Some(MappedDevice { name, storage, format });
        }
    }
}

impl Network {
    fn parse(key: &str, value: &str) -> Self {
        let mut network = Self { key: key.to_owned(), ..Self::default() };
        for (name, value) in options(value) {
            match name {
                "bridge" => network.bridge = Some(value.to_owned()),
                "tag" => network.vlan = Some(value.to_owned()),
                "macaddr" => network.mac = Some(value.to_owned()),
                "model" => network.model = value.to_owned(),
                _ if network.model.is_empty() => {
                    network.model = name.to_owned();
                    network.mac = (!value.is_empty()).then(|| value.to_owned());
                }
                _ => network.others.push(spelled(name, value)),
            }
        }
        network
    }
}

impl Disk {
    fn parse(key: &str, bus: &str, value: &str) -> Self {
        let option = |name| {
            let found = options(value).find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_owned())
        };
        Self {
            key: key.to_owned(),
            bus: bus.to_owned(),
            volume: first_of(value, "file").to_owned(),
            is_cdrom: option("media").is_some_and(|media| media == "cdrom"),
            size: option("size"),
            device: None,
            others: options(value)
                .skip(1)
                .filter(|(name, _)| !matches!(*name, "media" | "size" | "file"))
                .map(|(name, value)| spelled(name, value))
                .collect(),
        }
    }
}

/// The `key=value` pairs of a value; one without `=` has an empty value.
fn options(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split(',').map(|option| option.split_once('=').unwrap_or((option, "")))
}

/// An option as it stood.
fn spelled(name: &str, value: &str) -> String {
    if value.is_empty() { name.to_owned() } else { format!("{name}={value}") }
}

/// The first option of a value, whose name may be left out.
fn first_of<'a>(value: &'a str, name: &str) -> &'a str {
    let first = value.split(',').next().unwrap_or_default();
    let named = first.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
    named.unwrap_or(first)
}

/// `net` of `net0`; `None` where there is no number.
fn split_number(key: &str) -> Option<&str> {
    let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
    (name.len() < key.len()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONF: &str = "#a note\n\
        bios: ovmf\n\
        boot: order=scsi0;ide2\n\
        cores: 4\n\
        cpu: x86-64-v2-AES\n\
        efidisk0: local-lvm:vm-100-disk-0,efitype=4m,size=528K\n\
        ide2: none,media=cdrom\n\
        machine: type=q35,viommu=intel\n\
        memory: current=4096\n\
        name: web: front\n\
        net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,tag=5\n\
        net1: model=e1000,macaddr=BC:24:11:00:00:02\n\
        ostype: l26\n\
        scsi0: file=local-lvm:vm-100-disk-1,size=32G\n\
        scsihw: virtio-scsi-single\n\
        sockets: two\n\
        #qmdump#map:efidisk0:drive-efidisk0:local-lvm:raw:\n\
        #qmdump#map:scsi0:drive-scsi0:local-lvm::\n\
        #qmdump#map:scsi9:drive-scsi9:local:raw:\n\
        [snap]\n\
        cores: 1\n\
        scsi1: local-lvm:other,size=1G\n";

    #[test]
    fn a_config_is_read_up_to_its_first_snapshot() {
        let conf = QemuServerConf::parse(CONF);
        assert_eq!(conf.name.as_deref(), Some("web: front"));
        assert_eq!((conf.cores, conf.sockets, conf.memory_mib), (Some(4), None, Some(4096)));
        assert_eq!(conf.bios.as_deref(), Some("ovmf"));
        assert_eq!(conf.machine.as_deref(), Some("q35"));
        let keys: Vec<_> = conf.disks.iter().map(|disk| disk.key.as_str()).collect();
        assert_eq!(keys, ["efidisk0", "ide2", "scsi0"]);
    }

    #[test]
    fn drives_know_which_device_of_the_archive_holds_them() {
        let conf = QemuServerConf::parse(CONF);
        let [efi, cdrom, disk] = conf.disks.as_slice() else { panic!("three drives") };
        assert_eq!(efi.size.as_deref(), Some("528K"));
        assert!(cdrom.is_cdrom && cdrom.device.is_none() && cdrom.volume == "none");
        assert_eq!(disk.volume, "local-lvm:vm-100-disk-1");
        let device = disk.device.clone().unwrap_or_default();
        assert_eq!((device.name.as_str(), device.format.as_str()), ("drive-scsi0", ""));
    }

    #[test]
    fn network_cards_are_read_in_both_spellings() {
        let conf = QemuServerConf::parse(CONF);
        let [first, second] = conf.networks.as_slice() else { panic!("two cards") };
        assert_eq!((first.model.as_str(), first.vlan.as_deref()), ("virtio", Some("5")));
        assert_eq!(first.mac.as_deref(), Some("BC:24:11:00:00:01"));
        assert_eq!(
            (second.model.as_str(), second.mac.as_deref()),
            ("e1000", Some("BC:24:11:00:00:02"))
        );
        assert_eq!(second.bridge, None);
    }

    #[test]
    fn what_has_no_place_of_its_own_is_kept_as_it_stands() {
        let conf = QemuServerConf::parse(CONF);
        assert_eq!(conf.scsi_hardware.as_deref(), Some("virtio-scsi-single"));
        assert_eq!(conf.boot, ["scsi0", "ide2"]);
        let machine = Setting { key: "machine".into(), value: "viommu=intel".into() };
        assert_eq!(conf.others, [machine]);
        let [efi, _, _] = conf.disks.as_slice() else { panic!("three drives") };
        assert_eq!(efi.others, ["efitype=4m"]);
        let others = conf.networks.first().map(|network| network.others.as_slice());
        assert_eq!(others, Some(&["firewall=1".to_owned()][..]));
        let conf = QemuServerConf::parse("hostpci0: 01:00,pcie=1\nbootdisk: ide0\nboot: cdn\n");
        let keys: Vec<_> = conf.others.iter().map(|setting| setting.key.as_str()).collect();
        assert_eq!(
            (keys.as_slice(), conf.boot.as_slice()),
            (&["hostpci0", "boot"][..], &["ide0".to_owned()][..])
        );
    }

    #[test]
    fn any_text_at_all_is_read_without_complaint() {
        for text in ["", ":", "net0:", "scsi0:", "#qmdump#map:", "[", "\0\u{202e}", "net0: ,,=,"] {
            let _ = QemuServerConf::parse(text);
        }
    }
}
