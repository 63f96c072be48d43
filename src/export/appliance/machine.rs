//! A VM as Proxmox VE would start it, in no other program's words.
//!
//! What is chosen by hand elsewhere is worked out here: defaults, which guest it
//! is, which drives are there. All else is asked of the [`Config`] by who writes
//! it in the words of another program.

use super::card::{Card, cards};
use super::description::Options;
use super::drive::{Bus, Drive, Optical, Role, drives, optical};
use super::left_out::{LeftOut, Reason};
use super::text::{clean, is_word, stem};
use crate::archive::unit::DeviceId;
use crate::export::backup::Backup;
use crate::export::disk::DiskFormat;
use crate::machine::config::{Config, Line};
use crate::machine::left_out::is_cloud_init;
use crate::machine::lines::{boolean, insert_sorted};
use crate::machine::qemu_server_conf;

/// Proxmox's default memory, MiB.
const MEMORY_MIB: u64 = 512;

/// The most memory that Proxmox VE gives a VM, MiB.
const MEMORY_MAX_MIB: u64 = 4_178_944;

/// Processors that QEMU's chipsets and libvirt take at most without more ado.
const CPUS_MAX: u32 = 255;

/// A VM, as far as it can be carried over, from an archive's
/// `qemu-server.conf` and its devices. Many fields: what is worked out of the
/// lines of that file.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(super) config: Config,
    pub(super) name: String,
    pub(super) guest: Guest,
    pub(super) os_type: String,
    pub(super) arch: Arch,
    pub(super) sockets: u32,
    pub(super) cores: u32,
    pub(super) memory_mib: u64,
    pub(super) is_uefi: bool,
    pub(super) is_q35: bool,
    pub(super) scsi_hardware: String,
    pub(super) agent: Option<AgentPort>,
    pub(super) drives: Vec<Drive>,
    pub(super) optical: Vec<Optical>,
    pub(super) cards: Vec<Card>,
    pub(super) left_out: Vec<LeftOut>,
}

/// What sort of processor it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arch {
    X86_64,
    Aarch64,
}

/// What the guest's agent talks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AgentPort {
    Virtio,
    Isa,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guest {
    Linux,
    /// Windows, and the number that Proxmox VE goes by: 5 for 2000 to 2003, 6
    /// for Vista and 2008, then that of its name.
    Windows(u8),
    Other,
}

impl Machine {
    /// The VM that the config `qemu-server.conf` of `backup` describes; without
    /// that config, Proxmox's defaults and the devices.
    #[must_use]
    pub fn new<'a>(backup: impl Into<Backup<'a>>) -> Self {
        Self::of(backup.into())
    }

    fn of(backup: Backup<'_>) -> Self {
        let config = backup.configs.iter().find(|c| c.name == qemu_server_conf::NAME);
        let text = config.map(|config| String::from_utf8_lossy(&config.data)).unwrap_or_default();
        let config = Config::read(&text);
        let mut left_out = Vec::new();
        let arch = match config.value("arch") {
            Some("aarch64") => Arch::Aarch64,
            _ => Arch::X86_64,
        };
        let chipset = config.option("machine", "type").unwrap_or_default();
        let is_q35 = arch == Arch::X86_64 && chipset.contains("q35");
        say_chipset(chipset, arch, is_q35, &mut left_out);
        let drives = drives(&config, backup, &text);
        let optical = optical(&config, &drives);
        say_missing(&config, &drives, &mut left_out);
        let cards = cards(&config, &mut left_out);
        let (sockets, cores) = processors(&config, &mut left_out);
        let memory_mib = memory(&config, &mut left_out);
        let value = |key| config.value(key).unwrap_or_default().to_owned();
        let os_type = value("ostype");
        let name = Some(value("name")).filter(|name| !name.is_empty());
        let scsi_hardware = Some(value("scsihw")).filter(|model| !model.is_empty());
        Self {
            name: name.unwrap_or_else(|| "vm".to_owned()),
            guest: Guest::of(&os_type),
            os_type,
            arch,
            sockets,
            cores,
            memory_mib,
            // ARM's machines have no other firmware.
            is_uefi: value("bios") == "ovmf" || arch == Arch::Aarch64,
            is_q35,
            scsi_hardware: scsi_hardware.unwrap_or_else(|| "lsi".to_owned()),
            agent: agent(&config),
            drives,
            optical,
            cards,
            left_out,
            config,
        }
    }

    /// Its name, as it stands in the config.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its drives that the archive holds: by bus and number.
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

    /// Processors that are there when it starts; the others can be plugged in.
    pub(super) fn cpus_at_start(&self) -> u32 {
        let online = self.config.number("vcpus").filter(|online| *online > 0);
        online.map_or(self.cpus(), |online| online.min(self.cpus()))
    }

    /// A switch of the config, with Proxmox's default.
    pub(super) fn is_on(&self, key: &str, default: bool) -> bool {
        self.config.flag(key).unwrap_or(default)
    }

    /// An option that is a switch and off by default.
    pub(super) fn flag_option(&self, key: &str, name: &str) -> bool {
        self.config.option(key, name).and_then(boolean) == Some(true)
    }

    /// Whether its clock runs in local time.
    pub(super) fn is_local_time(&self) -> bool {
        self.is_on("localtime", matches!(self.guest, Guest::Windows(_)))
    }

    /// Whether Windows gets what Hyper-V would tell it, and no HPET.
    pub(super) fn has_hyperv(&self) -> bool {
        let is_told = |version| version >= 6 && (!self.is_uefi || version >= 8);
        self.arch == Arch::X86_64 && matches!(self.guest, Guest::Windows(v) if is_told(v))
    }

    /// The kind of its graphics card.
    pub(super) fn display(&self) -> &str {
        let default = match (self.arch, self.guest) {
            (Arch::Aarch64, _) => "virtio",
            (Arch::X86_64, Guest::Windows(0..=5)) => "cirrus",
            (Arch::X86_64, _) => "std",
        };
        self.config.option("vga", "type").unwrap_or(default)
    }

    /// The guest's disks, and what they are connected to.
    pub(super) fn disks(&self) -> impl Iterator<Item = (&Drive, Bus)> {
        self.drives.iter().filter_map(|drive| match drive.role {
            Role::Disk(bus) => Some((drive, bus)),
            Role::EfiVariables | Role::TpmState => None,
        })
    }

    /// The disks in the order in which the machine starts from them, all others
    /// behind.
    pub(super) fn disks_by_boot(&self) -> Vec<(&Drive, Bus)> {
        let mut disks = Vec::new();
        for disk in self.disks() {
            insert_sorted(&mut disks, disk, |(drive, _)| drive.boot.unwrap_or(u32::MAX));
        }
        disks
    }

    pub(super) fn efi_variables(&self) -> Option<&Drive> {
        self.drives.iter().find(|drive| drive.role == Role::EfiVariables)
    }

    pub(super) fn tpm_state(&self) -> Option<&Drive> {
        self.drives.iter().find(|drive| drive.role == Role::TpmState)
    }

    /// Whether all of a line is told already, because what it names is not there.
    pub(super) fn is_told(&self, line: &Line) -> bool {
        line.is_drive()
            && !self.has(line)
            && !self.optical.iter().any(|other| other.key == line.key)
    }

    fn has(&self, line: &Line) -> bool {
        self.drives.iter().any(|drive| drive.key == line.key)
    }

    /// The machine's UUID, if it is to be kept.
    pub(super) fn uuid(&self, options: &Options) -> Option<&str> {
        let uuid = self.config.option("smbios1", "uuid").filter(|_| options.keeps_macs)?;
        let is_hex = |part: &str| part.bytes().all(|digit| digit.is_ascii_hexdigit());
        let lengths = uuid.split('-').map(str::len);
        (lengths.eq([8, 4, 4, 4, 12]) && uuid.split('-').all(is_hex)).then_some(uuid)
    }

    /// What the machine says of itself to its guest: names of fields, and texts.
    pub(super) fn smbios(&self) -> Vec<(&'static str, String)> {
        let is_packed = self.flag_option("smbios1", "base64");
        let names = ["manufacturer", "product", "version", "serial", "sku", "family"];
        let value = |name| {
            let value = self.config.option("smbios1", name)?;
            let text = if is_packed { super::text::from_base64(value)? } else { value.to_owned() };
            Some((name, text))
        };
        names.into_iter().filter_map(value).collect()
    }

    /// Its serial ports: the key, and whether it is one of the old host's.
    pub(super) fn serial_ports(&self) -> Vec<(&str, u16, bool)> {
        let lines = self.config.numbered("serial").into_iter();
        lines
            .map(|line| (line.key.as_str(), line.number.unwrap_or(0), line.value != "socket"))
            .collect()
    }

    /// Nodes of memory: processors, as they stand, and MiB.
    pub(super) fn numa_nodes(&self) -> Vec<(String, u64)> {
        if !self.is_on("numa", false) {
            return Vec::new();
        }
        let stated = self.config.numbered("numa").into_iter().map(|line| {
            let cpus = line.option("cpus").filter(|cpus| {
                cpus.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b';'))
            })?;
            Some((cpus.replace(';', ","), line.option("memory")?.parse().ok()?))
        });
        let stated: Option<Vec<(String, u64)>> = stated.collect();
        match stated {
            Some(nodes) if !nodes.is_empty() => {
                let sum = nodes.iter().fold(0_u64, |sum, (_, mib)| sum.saturating_add(*mib));
                if sum == self.memory_mib { nodes } else { Vec::new() }
            }
            _ => self.node_of_each_socket(),
        }
    }

    fn node_of_each_socket(&self) -> Vec<(String, u64)> {
        let sockets = u64::from(self.sockets);
        if !self.memory_mib.is_multiple_of(sockets) {
            return Vec::new();
        }
        let node = |socket: u32| {
            let (first, last) = (socket * self.cores, (socket + 1) * self.cores - 1);
            let cpus = if first == last { first.to_string() } else { format!("{first}-{last}") };
            (cpus, self.memory_mib / sockets)
        };
        (0..self.sockets).map(node).collect()
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
            "w2k" | "wxp" | "w2k3" => Self::Windows(5),
            "wvista" | "w2k8" => Self::Windows(6),
            "win7" => Self::Windows(7),
            "win8" => Self::Windows(8),
            "win10" => Self::Windows(10),
            "win11" => Self::Windows(11),
            _ => Self::Other,
        }
    }
}

fn say_chipset(chipset: &str, arch: Arch, is_q35: bool, left_out: &mut Vec<LeftOut>) {
    let by = match (arch, is_q35) {
        (Arch::Aarch64, _) if !matches!(chipset, "" | "virt") => "the newest virt",
        (Arch::X86_64, true) if chipset != "q35" => "the newest q35",
        (Arch::X86_64, false) if !matches!(chipset, "" | "pc") => "the newest pc",
        _ => return,
    };
    left_out.push(LeftOut::replaced("machine", chipset, by));
}

/// What the config names and the archive does not hold.
fn say_missing(config: &Config, drives: &[Drive], left_out: &mut Vec<LeftOut>) {
    for line in config.lines().iter().filter(|line| line.is_drive()) {
        let is_there = drives.iter().any(|drive| drive.key == line.key);
        let volume = line.option("file").unwrap_or_default();
        let is_optical = line.option("media") == Some("cdrom");
        if is_there || (is_optical && volume == "none") {
            continue;
        }
        let told = LeftOut::new(&line.key, volume, Reason::NotInArchive);
        left_out.push(match (is_cloud_init(volume), is_optical) {
            (true, _) => told.so("make a new one, or the guest waits for it and has no address"),
            (false, true) => told.so("the drive is there, and empty"),
            (false, false) => told,
        });
    }
}

fn agent(config: &Config) -> Option<AgentPort> {
    let is_on = config.option("agent", "enabled").and_then(boolean) == Some(true);
    let is_isa = config.option("agent", "type") == Some("isa");
    is_on.then_some(if is_isa { AgentPort::Isa } else { AgentPort::Virtio })
}

fn memory(config: &Config, left_out: &mut Vec<LeftOut>) -> u64 {
    let stated = config.option("memory", "current").and_then(|memory| memory.parse::<u64>().ok());
    let memory = stated.unwrap_or(MEMORY_MIB).max(1);
    if memory > MEMORY_MAX_MIB {
        let by = "4,178,944 MiB, the most that Proxmox VE gives";
        left_out.push(LeftOut::replaced("memory", &memory.to_string(), by));
    }
    memory.min(MEMORY_MAX_MIB)
}

/// Its sockets, and the cores of each.
fn processors(config: &Config, left_out: &mut Vec<LeftOut>) -> (u32, u32) {
    let sockets = config.number("sockets").or_else(|| config.number("smp"));
    let (sockets, cores) =
        (sockets.unwrap_or(1).max(1), config.number("cores").unwrap_or(1).max(1));
    if sockets.saturating_mul(cores) <= CPUS_MAX {
        return (sockets, cores);
    }
    let value = format!("{cores}, in {sockets} sockets");
    left_out.push(LeftOut::replaced("cores", &value, "255 cores in one socket"));
    (1, CPUS_MAX)
}

/// A keyboard's layout, as QEMU names it.
pub(super) fn keyboard(machine: &Machine) -> Option<&str> {
    machine.config.value("keyboard").filter(|layout| is_word(layout))
}

/// Where randomness comes from: one of the sources that Proxmox VE has.
pub(super) fn entropy(stated: Option<&str>) -> &str {
    const SOURCES: [&str; 3] = ["/dev/urandom", "/dev/random", "/dev/hwrng"];
    stated.filter(|source| SOURCES.contains(source)).unwrap_or("/dev/urandom")
}
