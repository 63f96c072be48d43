//! The descriptor of an appliance, in OVF 1.1.
//!
//! Source: DMTF's DSP0243 and its schema DSP8023; the hardware's names as
//! VMware and VirtualBox read them. The elements of an item are in the
//! schema's order, which is the alphabet's.
//!
//! Readers differ, so that what is written here is what suits all of them (C):
//!
//! * Proxmox VE (`PVE/GuestImport/OVF.pm`) starts from the disks in the order of
//!   their items. It names a disk by the kind of its controller and its address
//!   there, so that no two controllers of one kind may hold disks. Sizes it reads
//!   only as `byte * 2^n`, the guest from the CIM number.
//! * VirtualBox (`ovfreader.cpp`) fails at an item of a kind that it does not
//!   know, unless it is said not to be required. It takes each capacity for
//!   bytes, whatever the unit, and shows its progress by it alone.
//! * virt-v2v (`OVF.ml`) takes the disks in the order of their items, too.
//! * Whether a card is connected (`AutomaticAllocation`), VMware alone heeds.

use super::card::Card;
use super::description::{Options, Text};
use super::drive::{Bus, Drive, Optical};
use super::fate::{Target, lost};
use super::left_out::{CONTENTS, LeftOut, Reason, TPM_FOLLOWS};
use super::machine::{Arch, Guest, Machine};
use super::xml::Xml;
use crate::archive::unit::DeviceId;

const OVF: &str = "http://schemas.dmtf.org/ovf/envelope/1";
const RASD: &str =
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData";
const VSSD: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData";
const VMW: &str = "http://www.vmware.com/schema/ovf";
const FORMAT: &str = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";

/// VMware's hardware of 2016 (ESXi 6.5): the first that all the devices below
/// work with.
const HARDWARE: &str = "vmx-13";

/// Disks of one IDE controller, and the places of a SCSI one but for its own, 7.
const IDE_PLACES: usize = 2;
const SCSI_PLACES: usize = 15;

/// SATA disks that Proxmox VE knows, and places of VMware's controller.
const SATA_OF_PROXMOX: usize = 6;
const SATA_PLACES: usize = 30;

/// The network of a card that the config plugs into none.
const NETWORK: &str = "VM Network";

pub(super) fn descriptor(
    machine: &Machine,
    options: &Options,
    file_sizes: &[(DeviceId, u64)],
) -> Text {
    let mut left_out = lost(machine, Target::Ovf);
    let files = files(machine, file_sizes);
    let mut xml = Xml::new();
    let namespaces = [
        ("xmlns", OVF),
        ("xmlns:ovf", OVF),
        ("xmlns:rasd", RASD),
        ("xmlns:vssd", VSSD),
        ("xmlns:vmw", VMW),
    ];
    xml.open("Envelope", &namespaces);
    references(&mut xml, machine, &files);
    disk_section(&mut xml, &files);
    network_section(&mut xml, machine);
    say_what_differs(machine, &mut left_out);
    xml.open("VirtualSystem", &[("ovf:id", &machine.name)]);
    xml.text("Info", &[], "A virtual machine");
    xml.text("Name", &[], &machine.name);
    operating_system(&mut xml, machine);
    annotation(&mut xml, machine);
    hardware(&mut xml, machine, options, &files, &mut left_out);
    Text { text: xml.done(), left_out }
}

/// A disk that the appliance holds.
struct File<'a> {
    number: usize,
    drive: &'a Drive,
    bus: Bus,
    size: u64,
}

impl File<'_> {
    fn file_id(&self) -> String {
        format!("file{}", self.number)
    }

    fn disk_id(&self) -> String {
        format!("disk{}", self.number)
    }
}

fn files<'a>(machine: &'a Machine, file_sizes: &[(DeviceId, u64)]) -> Vec<File<'a>> {
    let size_of = |drive: &Drive| {
        file_sizes.iter().find(|(device, _)| *device == drive.device).map(|(_, size)| *size)
    };
    let disks = machine.disks_by_boot().into_iter();
    let sized = disks.filter_map(|(drive, bus)| Some((drive, bus, size_of(drive)?)));
    (1..).zip(sized).map(|(number, (drive, bus, size))| File { number, drive, bus, size }).collect()
}

fn references(xml: &mut Xml, machine: &Machine, files: &[File<'_>]) {
    xml.open("References", &[]);
    for file in files {
        let name = machine.file_name(file.drive, "vmdk");
        let size = file.size.to_string();
        let id = file.file_id();
        xml.empty("File", &[("ovf:href", &name), ("ovf:id", &id), ("ovf:size", &size)]);
    }
    xml.close();
}

fn disk_section(xml: &mut Xml, files: &[File<'_>]) {
    xml.open("DiskSection", &[]);
    xml.text("Info", &[], "Virtual disks");
    for file in files {
        let capacity = file.drive.size.div_ceil(512).to_string();
        let attributes = [
            ("ovf:capacity", capacity.as_str()),
            ("ovf:capacityAllocationUnits", "byte * 2^9"),
            ("ovf:diskId", &file.disk_id()),
            ("ovf:fileRef", &file.file_id()),
            ("ovf:format", FORMAT),
        ];
        xml.empty("Disk", &attributes);
    }
    xml.close();
}

fn network_section(xml: &mut Xml, machine: &Machine) {
    xml.open("NetworkSection", &[]);
    xml.text("Info", &[], "Networks");
    let mut names: Vec<&str> = Vec::new();
    for card in &machine.cards {
        let name = card.network.as_deref().unwrap_or(NETWORK);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        xml.open("Network", &[("ovf:name", name)]);
        xml.text("Description", &[], "A network of the VM, as Proxmox VE named it");
        xml.close();
    }
    xml.close();
}

/// The guest: its number of CIM's, and VMware's name for it. Of Windows before 7
/// the config does not tell whether it has 64 bits; a machine of 64 runs both.
fn operating_system(xml: &mut Xml, machine: &Machine) {
    let (cim, vmware) = match machine.os_type.as_str() {
        "l24" => ("98", "other24xLinux64Guest"),
        "l26" => ("101", "otherLinux64Guest"),
        "w2k" => ("58", "win2000ServGuest"),
        "wxp" => ("71", "winXPPro64Guest"),
        "w2k3" => ("70", "winNetEnterprise64Guest"),
        "wvista" => ("74", "winVista64Guest"),
        "w2k8" => ("77", "winLonghorn64Guest"),
        "win7" => ("105", "windows7_64Guest"),
        "win8" => ("114", "windows8_64Guest"),
        "win10" => ("120", "windows9_64Guest"),
        // VMware's hardware of 2016 has no name for it.
        "win11" => ("122", "windows9_64Guest"),
        "solaris" => ("81", "solaris10_64Guest"),
        _ => ("102", "otherGuest64"),
    };
    xml.open("OperatingSystemSection", &[("ovf:id", cim), ("vmw:osType", vmware)]);
    xml.text("Info", &[], "The guest's operating system");
    xml.close();
}

/// The notes.
fn annotation(xml: &mut Xml, machine: &Machine) {
    let notes = machine.config.notes();
    if !notes.is_empty() {
        xml.open("AnnotationSection", &[("ovf:required", "false")]);
        xml.text("Info", &[], "Notes");
        xml.lines("Annotation", notes);
        xml.close();
    }
}

/// What the target's machines have otherwise, whatever is written here.
fn say_what_differs(machine: &Machine, left_out: &mut Vec<LeftOut>) {
    if machine.arch == Arch::Aarch64 {
        let told = LeftOut::replaced("arch", "aarch64", "a machine of x86-64");
        let follows = "an appliance names no processor: the guest does not start in it";
        left_out.push(told.so(follows).dangerous());
    } else {
        let cpu = machine.config.option("cpu", "cputype").unwrap_or("kvm64");
        left_out.push(LeftOut::replaced("cpu", cpu, "the host's"));
    }
    for card in machine.cards.iter().filter(|card| card.is_down) {
        let told = LeftOut::replaced(&card.key, "link_down=1", "not connected in VMware alone");
        let follows = "Proxmox VE, VirtualBox and others plug it in: pull it before the start";
        left_out.push(told.so(follows).dangerous());
    }
}

fn hardware(
    xml: &mut Xml,
    machine: &Machine,
    options: &Options,
    files: &[File<'_>],
    left_out: &mut Vec<LeftOut>,
) {
    xml.open("VirtualHardwareSection", &[]);
    xml.text("Info", &[], "Virtual hardware");
    xml.open("System", &[]);
    xml.text("vssd:ElementName", &[], "Virtual Hardware Family");
    xml.text("vssd:InstanceID", &[], "0");
    xml.text("vssd:VirtualSystemIdentifier", &[], &machine.name);
    xml.text("vssd:VirtualSystemType", &[], HARDWARE);
    xml.close();
    let mut items = Items { xml, next_id: 1 };
    items.cpus(machine);
    let memory = machine.memory_mib.to_string();
    items.item(&[
        ("AllocationUnits", "byte * 2^20"),
        ("ElementName", &format!("{memory} MiB of memory")),
        ("InstanceID", ""),
        ("ResourceType", "4"),
        ("VirtualQuantity", &memory),
    ]);
    items.storage(machine, files, left_out);
    for card in &machine.cards {
        items.card(card, options, left_out);
    }
    for (key, _, _) in machine.serial_ports() {
        items.serial_port(key);
    }
    let firmware = if machine.is_uefi { "efi" } else { "bios" };
    let config = [("ovf:required", "false"), ("vmw:key", "firmware"), ("vmw:value", firmware)];
    xml.empty("vmw:Config", &config);
    list_left_out(machine, files, left_out);
}

fn list_left_out(machine: &Machine, files: &[File<'_>], left_out: &mut Vec<LeftOut>) {
    if let Some(drive) = machine.efi_variables() {
        left_out.push(LeftOut::new(&drive.key, CONTENTS, Reason::NoPlace));
    }
    if let Some(drive) = machine.tpm_state() {
        let told = LeftOut::new(&drive.key, CONTENTS, Reason::NoPlace);
        left_out.push(told.so(TPM_FOLLOWS).dangerous());
    }
    if machine.is_q35 {
        left_out.push(LeftOut::new("machine", "q35", Reason::NoPlace));
    }
    for (key, _, is_of_host) in machine.serial_ports() {
        if is_of_host {
            let told = machine.config.value(key).unwrap_or_default();
            left_out.push(LeftOut::replaced(key, told, "a port with nothing plugged in"));
        }
    }
    for file in files {
        let by = match bus_of(file.bus) {
            Bus::Ide | Bus::Sata => continue,
            Bus::Scsi | Bus::Virtio => scsi_model(machine),
        };
        let hardware = if file.bus == Bus::Virtio { "virtio" } else { &machine.scsi_hardware };
        let told = LeftOut::replaced(&file.drive.key, hardware, by);
        left_out.push(match machine.guest {
            Guest::Linux => told
                .so("a Linux without the driver mptspi in its initrd finds no disk; \
                 then connect it by SATA"),
            Guest::Windows(_) => told.so(
                "a Windows whose driver LSI_SAS never ran stops with INACCESSIBLE_BOOT_DEVICE; \
                 then connect it by SATA",
            ),
            Guest::Other => told,
        });
    }
}

/// The items of the virtual hardware, numbered.
struct Items<'a> {
    xml: &'a mut Xml,
    next_id: u32,
}

impl Items<'_> {
    /// Adds an item and returns its number, which stands for an empty
    /// `InstanceID`.
    fn item(&mut self, elements: &[(&str, &str)]) -> u32 {
        self.xml.open("Item", &[]);
        let id = self.elements(elements);
        self.xml.close();
        id
    }

    fn elements(&mut self, elements: &[(&str, &str)]) -> u32 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        for (name, value) in elements {
            let number = id.to_string();
            let value = if *name == "InstanceID" { &number } else { *value };
            self.xml.text(&format!("rasd:{name}"), &[], value);
        }
        id
    }

    fn cpus(&mut self, machine: &Machine) {
        let cpus = machine.cpus().to_string();
        self.xml.open("Item", &[]);
        self.elements(&[
            ("AllocationUnits", "hertz * 10^6"),
            ("ElementName", &format!("{cpus} virtual CPUs")),
            ("InstanceID", ""),
            ("ResourceType", "3"),
            ("VirtualQuantity", &cpus),
        ]);
        let cores = machine.cores.to_string();
        self.xml.text("vmw:CoresPerSocket", &[("ovf:required", "false")], &cores);
        self.xml.close();
    }

    fn card(&mut self, card: &Card, options: &Options, left_out: &mut Vec<LeftOut>) {
        let model = card_model(&card.model);
        if !model.eq_ignore_ascii_case(&card.model) {
            left_out.push(LeftOut::new(&card.key, &card.model, Reason::Replaced(model)));
        }
        let mac = card.mac.as_deref().filter(|_| options.keeps_macs);
        let network = card.network.as_deref().unwrap_or(NETWORK);
        let is_connected = if card.is_down { "false" } else { "true" };
        let mut elements: Vec<_> = mac.map(|mac| ("Address", mac)).into_iter().collect();
        elements.extend([
            ("AutomaticAllocation", is_connected),
            ("Connection", network),
            ("ElementName", &card.key),
            ("InstanceID", ""),
            ("ResourceSubType", model),
            ("ResourceType", "10"),
        ]);
        self.item(&elements);
    }

    /// A port without which guests hang that have their terminal there.
    fn serial_port(&mut self, key: &str) {
        self.xml.open("Item", &[("ovf:required", "false")]);
        self.elements(&[
            ("AutomaticAllocation", "false"),
            ("ElementName", key),
            ("InstanceID", ""),
            ("ResourceType", "21"),
        ]);
        self.xml.close();
    }

    /// All controllers, then the disks in the order of the start, then the CD
    /// drives.
    fn storage(&mut self, machine: &Machine, files: &[File<'_>], left_out: &mut Vec<LeftOut>) {
        let places = places(machine, files, left_out);
        let mut controllers = [None; 3];
        for (kind, controller) in KINDS.into_iter().zip(&mut controllers) {
            if places.iter().any(|place| place.kind == kind) {
                *controller = Some(self.controller(machine, kind));
            }
        }
        let parent = |kind: Bus| {
            let found = KINDS.into_iter().zip(controllers).find(|(other, _)| *other == kind);
            found.and_then(|(_, id)| id).unwrap_or(0).to_string()
        };
        for place in &places {
            let (address, parent) = (place.address.to_string(), parent(place.kind));
            match &place.what {
                What::Disk(file) => {
                    self.item(&[
                        ("AddressOnParent", &address),
                        ("ElementName", &file.drive.key),
                        ("HostResource", &format!("ovf:/disk/{}", file.disk_id())),
                        ("InstanceID", ""),
                        ("Parent", &parent),
                        ("ResourceType", "17"),
                    ]);
                }
                What::Optical(drive) => {
                    self.xml.open("Item", &[("ovf:required", "false")]);
                    self.elements(&[
                        ("AddressOnParent", &address),
                        ("AutomaticAllocation", "false"),
                        ("ElementName", &drive.key),
                        ("InstanceID", ""),
                        ("Parent", &parent),
                        ("ResourceType", "15"),
                    ]);
                    self.xml.close();
                }
            }
        }
    }

    fn controller(&mut self, machine: &Machine, bus: Bus) -> u32 {
        let (name, kind, model) = match bus {
            Bus::Ide => ("IDE controller", "5", ""),
            Bus::Sata => ("SATA controller", "20", "AHCI"),
            Bus::Scsi | Bus::Virtio => ("SCSI controller", "6", scsi_model(machine)),
        };
        let mut elements = vec![
            ("Address", "0"),
            ("ElementName", name),
            ("InstanceID", ""),
            ("ResourceSubType", model),
            ("ResourceType", kind),
        ];
        elements.retain(|(name, value)| *name != "ResourceSubType" || !value.is_empty());
        self.item(&elements)
    }
}

/// Kinds of controllers, of which there is at most one each.
const KINDS: [Bus; 3] = [Bus::Ide, Bus::Sata, Bus::Scsi];

/// A drive, and where it is connected.
struct Place<'a> {
    what: What<'a>,
    kind: Bus,
    address: usize,
}

enum What<'a> {
    Disk(&'a File<'a>),
    Optical(&'a Optical),
}

/// Where each drive is connected: no two controllers of a kind, so what does not
/// fit goes to SATA.
fn places<'a>(
    machine: &'a Machine,
    files: &'a [File<'a>],
    left_out: &mut Vec<LeftOut>,
) -> Vec<Place<'a>> {
    let mut taken = [0_usize; 3];
    let mut place = |what: What<'a>| {
        let (bus, key) = match &what {
            What::Disk(file) => (bus_of(file.bus), &file.drive.key),
            What::Optical(drive) => (bus_of(drive.bus), &drive.key),
        };
        let [ide, sata, scsi] = &mut taken;
        let (kind, count) = match bus {
            Bus::Ide if *ide < IDE_PLACES => (Bus::Ide, ide),
            Bus::Scsi if *scsi < SCSI_PLACES => (Bus::Scsi, scsi),
            _ => (Bus::Sata, sata),
        };
        let number = *count;
        *count += 1;
        if kind != bus {
            let was = if bus == Bus::Ide { "ide" } else { "scsi" };
            left_out.push(LeftOut::replaced(key, was, "connected by SATA"));
        }
        if kind == Bus::Sata && number >= SATA_OF_PROXMOX {
            let told = LeftOut::replaced(key, "sata", "a disk that Proxmox VE does not import");
            let follows = if number < SATA_PLACES {
                "it has six places of SATA; import it by hand"
            } else {
                "VMware has no place for it either"
            };
            left_out.push(told.so(follows).dangerous());
        }
        // 7 is the SCSI controller's own.
        let address = if kind == Bus::Scsi && number >= 7 { number + 1 } else { number };
        Place { what, kind, address }
    };
    let disks = files.iter().map(What::Disk);
    disks.chain(machine.optical.iter().map(What::Optical)).map(&mut place).collect()
}

/// The bus that a disk has in the appliance, where virtio is not known.
fn bus_of(bus: Bus) -> Bus {
    if bus == Bus::Virtio { Bus::Scsi } else { bus }
}

/// A SCSI controller for which the guest will have a driver.
fn scsi_model(machine: &Machine) -> &'static str {
    if matches!(machine.guest, Guest::Windows(6..)) { "lsilogicsas" } else { "lsilogic" }
}

fn card_model(model: &str) -> &'static str {
    match model {
        "virtio" | "vmxnet3" => "VmxNet3",
        "e1000e" => "E1000e",
        "rtl8139" | "pcnet" => "PCNet32",
        _ => "E1000",
    }
}
