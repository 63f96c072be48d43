//! Every key of a `qemu-server.conf`, and the options of those that have some.
//!
//! Source: the schema of qemu-server 9.2.6 (`PVE/QemuServer.pm` and the modules
//! beside it; C).

/// A key, or the keys of one name with a number behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name: `net` of `net0`.
    pub name: &'static str,
    /// How many there are with a number, from 0 on; 0 for one without.
    pub count: u16,
    /// The option that may stand there without its name.
    pub default: &'static str,
    /// Its options; none if the value is one whole.
    pub options: &'static [&'static str],
}

/// What stands in the place of an option's name where the value is one whole.
pub const WHOLE: &str = "";

const fn whole(name: &'static str) -> Key {
    Key { name, count: 0, default: "", options: &[] }
}

const fn several(name: &'static str, count: u16) -> Key {
    Key { name, count, default: "", options: &[] }
}

const fn of(name: &'static str, default: &'static str, options: &'static [&'static str]) -> Key {
    Key { name, count: 0, default, options }
}

const fn all(
    name: &'static str,
    count: u16,
    default: &'static str,
    options: &'static [&'static str],
) -> Key {
    Key { name, count, default, options }
}

/// Options of each drive that can hold a disk, whatever its bus.
const DRIVE: &[&str] = &[
    "file",
    "aio",
    "backup",
    "bps",
    "bps_max_length",
    "bps_rd",
    "bps_rd_max_length",
    "bps_wr",
    "bps_wr_max_length",
    "cache",
    "cyls",
    "detect_zeroes",
    "discard",
    "format",
    "heads",
    "import-from",
    "iops",
    "iops_max",
    "iops_max_length",
    "iops_rd",
    "iops_rd_max",
    "iops_rd_max_length",
    "iops_wr",
    "iops_wr_max",
    "iops_wr_max_length",
    "iothread",
    "mbps",
    "mbps_max",
    "mbps_rd",
    "mbps_rd_max",
    "mbps_wr",
    "mbps_wr_max",
    "media",
    "model",
    "product",
    "queues",
    "replicate",
    "rerror",
    "ro",
    "scsiblock",
    "secs",
    "serial",
    "shared",
    "size",
    "snapshot",
    "ssd",
    "trans",
    "vendor",
    "werror",
    "wwn",
];

/// All of them.
pub const KEYS: &[Key] = &[
    whole("acpi"),
    whole("affinity"),
    of(
        "agent",
        "enabled",
        &["enabled", "freeze-fs", "freeze-fs-on-backup", "fstrim_cloned_disks", "type"],
    ),
    whole("allow-ksm"),
    of("amd-sev", "type", &["type", "allow-smt", "kernel-hashes", "no-debug", "no-key-sharing"]),
    whole("arch"),
    whole("args"),
    all("audio", 1, "", &["device", "driver"]),
    whole("autostart"),
    whole("balloon"),
    whole("bios"),
    of("boot", "legacy", &["legacy", "order"]),
    whole("bootdisk"),
    whole("cdrom"),
    of("cicustom", "", &["meta", "network", "user", "vendor"]),
    whole("cipassword"),
    whole("citype"),
    whole("ciupgrade"),
    whole("ciuser"),
    whole("cores"),
    of(
        "cpu",
        "cputype",
        &[
            "cputype",
            "flags",
            "guest-phys-bits",
            "hidden",
            "hv-vendor-id",
            "level",
            "nested-virt",
            "phys-bits",
            "reported-model",
        ],
    ),
    whole("cpulimit"),
    whole("cpuunits"),
    whole("description"),
    all(
        "efidisk",
        1,
        "file",
        &["file", "efitype", "format", "import-from", "ms-cert", "pre-enrolled-keys", "size"],
    ),
    whole("freeze"),
    whole("hookscript"),
    all(
        "hostpci",
        16,
        "host",
        &[
            "host",
            "device-id",
            "driver",
            "legacy-igd",
            "mapping",
            "mdev",
            "pcie",
            "rombar",
            "romfile",
            "sub-device-id",
            "sub-vendor-id",
            "vendor-id",
            "x-vga",
        ],
    ),
    whole("hotplug"),
    whole("hugepages"),
    all("ide", 4, "file", DRIVE),
    of("intel-tdx", "type", &["type", "attestation", "vsock-cid", "vsock-port"]),
    all("ipconfig", 32, "", &["gw", "gw6", "ip", "ip6"]),
    of("ivshmem", "", &["name", "size"]),
    whole("keephugepages"),
    whole("keyboard"),
    whole("kvm"),
    whole("localtime"),
    whole("lock"),
    of("machine", "type", &["type", "aw-bits", "enable-s3", "enable-s4", "viommu"]),
    of("memory", "current", &["current"]),
    of("meta", "", &["creation-qemu", "ctime"]),
    whole("migrate_downtime"),
    whole("migrate_speed"),
    whole("name"),
    whole("nameserver"),
    all(
        "net",
        32,
        "model",
        &[
            "model",
            "bridge",
            "firewall",
            "host-tunnel",
            "link_down",
            "macaddr",
            "mtu",
            "queues",
            "rate",
            "tag",
            "trunks",
        ],
    ),
    whole("numa"),
    all("numa", 8, "", &["cpus", "hostnodes", "memory", "policy"]),
    whole("onboot"),
    whole("ostype"),
    several("parallel", 3),
    whole("parent"),
    whole("protection"),
    whole("reboot"),
    all("rng", 1, "source", &["source", "max_bytes", "period"]),
    whole("running-nets-host-mtu"),
    whole("runningcpu"),
    whole("runningmachine"),
    all("sata", 6, "file", DRIVE),
    all("scsi", 31, "file", DRIVE),
    whole("scsihw"),
    whole("searchdomain"),
    several("serial", 4),
    whole("shares"),
    of(
        "smbios1",
        "",
        &["base64", "family", "manufacturer", "product", "serial", "sku", "uuid", "version"],
    ),
    whole("smp"),
    whole("snaptime"),
    whole("sockets"),
    of("spice_enhancements", "", &["foldersharing", "videostreaming"]),
    whole("sshkeys"),
    whole("startdate"),
    whole("startup"),
    whole("tablet"),
    whole("tags"),
    whole("tdf"),
    whole("template"),
    all("tpmstate", 1, "file", &["file", "format", "import-from", "size", "version"]),
    all("unused", 256, "file", &["file"]),
    all("usb", 14, "host", &["host", "mapping", "usb3"]),
    whole("vcpus"),
    of("vga", "type", &["type", "clipboard", "memory"]),
    all("virtio", 16, "file", DRIVE),
    all("virtiofs", 10, "dirid", &["dirid", "cache", "direct-io", "expose-acl", "expose-xattr"]),
    whole("vmgenid"),
    whole("vmstate"),
    whole("vmstatestorage"),
    of("watchdog", "model", &["model", "action"]),
];

/// Models of network cards, which may stand for `model` with the MAC address
/// behind them: `virtio=BC:24:11:00:00:01`.
pub const CARD_MODELS: &[&str] = &[
    "e1000",
    "e1000-82540em",
    "e1000-82544gc",
    "e1000-82545em",
    "e1000e",
    "i82551",
    "i82557b",
    "i82559er",
    "ne2k_isa",
    "ne2k_pci",
    "pcnet",
    "rtl8139",
    "virtio",
    "vmxnet3",
];

/// The key that a line starts with, and its number; `None` if there is no such
/// key.
#[must_use]
pub fn key_of(text: &str) -> Option<(&'static Key, Option<u16>)> {
    if let Some(key) = KEYS.iter().find(|key| key.count == 0 && key.name == text) {
        return Some((key, None));
    }
    let (name, number) = split_number(text)?;
    let key = KEYS.iter().find(|key| key.name == name && number < key.count)?;
    Some((key, Some(number)))
}

/// `net` and 0 of `net0`.
fn split_number(text: &str) -> Option<(&str, u16)> {
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_prefix(name)?;
    let is_plain = digits == "0" || !digits.starts_with('0');
    Some((name, digits.parse().ok().filter(|_| is_plain)?))
}
