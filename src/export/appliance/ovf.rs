//! The descriptor of an appliance, in OVF 1.1.
//!
//! Source: DMTF's DSP0243 and its schema DSP8023; the hardware's names as
//! VMware and VirtualBox read them. The elements of an item are in the
//! schema's order, which is the alphabet's.

use super::description::{Options, Text};
use super::left_out::{CONTENTS, LeftOut, Reason};
use super::machine::{Bus, Card, Drive, Guest, Machine};
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

/// The network of a card that the config plugs into none.
const NETWORK: &str = "VM Network";

pub(super) fn descriptor(
    machine: &Machine,
    options: &Options,
    file_sizes: &[(DeviceId, u64)],
) -> Text {
    let mut left_out = machine.left_out.clone();
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
    xml.open("VirtualSystem", &[("ovf:id", &machine.name)]);
    xml.text("Info", &[], "A virtual machine");
    xml.text("Name", &[], &machine.name);
    operating_system(&mut xml, machine);
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
    let sized = machine.disks().filter_map(|(drive, bus)| Some((drive, bus, size_of(drive)?)));
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
        let capacity = file.drive.size.div_ceil(512).saturating_mul(512).to_string();
        let attributes = [
            ("ovf:capacity", capacity.as_str()),
            ("ovf:capacityAllocationUnits", "byte"),
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
    let mut names: Vec<&str> =
        machine.cards.iter().map(|card| card.bridge.as_deref().unwrap_or(NETWORK)).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        xml.open("Network", &[("ovf:name", name)]);
        xml.text("Description", &[], "A network of the VM, as Proxmox VE named it");
        xml.close();
    }
    xml.close();
}

/// The guest: its number of CIM's, and VMware's name for it.
fn operating_system(xml: &mut Xml, machine: &Machine) {
    let (cim, vmware) = match (machine.guest, machine.os_type.as_str()) {
        (Guest::Linux, _) => ("101", "otherLinux64Guest"),
        (Guest::Windows, "win7") => ("105", "windows7_64Guest"),
        (Guest::Windows, "win8") => ("102", "windows8_64Guest"),
        (Guest::Windows, "win10" | "win11") => ("102", "windows9_64Guest"),
        (Guest::Windows | Guest::Other, _) => ("102", "otherGuest64"),
    };
    xml.open("OperatingSystemSection", &[("ovf:id", cim), ("vmw:osType", vmware)]);
    xml.text("Info", &[], "The guest's operating system");
    xml.close();
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
    for bus in [Bus::Ide, Bus::Sata, Bus::Scsi] {
        let on_bus: Vec<_> = files.iter().filter(|file| bus_of(file.bus) == bus).collect();
        for (number, disks) in (0_u32..).zip(on_bus.chunks(disks_of_controller(bus))) {
            items.controller(machine, bus, number, disks);
        }
    }
    for card in &machine.cards {
        items.card(card, options, left_out);
    }
    let firmware = if machine.is_uefi { "efi" } else { "bios" };
    let config = [("ovf:required", "false"), ("vmw:key", "firmware"), ("vmw:value", firmware)];
    xml.empty("vmw:Config", &config);
    list_left_out(machine, files, left_out);
}

fn list_left_out(machine: &Machine, files: &[File<'_>], left_out: &mut Vec<LeftOut>) {
    for drive in machine.efi_variables().into_iter().chain(machine.tpm_state()) {
        left_out.push(LeftOut::new(&drive.key, CONTENTS, Reason::NoPlace));
    }
    if machine.is_q35 {
        left_out.push(LeftOut::new("machine", "q35", Reason::NoPlace));
    }
    if machine.has_agent {
        left_out.push(LeftOut::new("agent", "1", Reason::NoPlace));
    }
    for file in files {
        let by = match bus_of(file.bus) {
            Bus::Ide | Bus::Sata => continue,
            Bus::Scsi | Bus::Virtio => scsi_model(machine),
        };
        let hardware = if file.bus == Bus::Virtio { "virtio" } else { &machine.scsi_hardware };
        left_out.push(LeftOut::new(&file.drive.key, hardware, Reason::Replaced(by)));
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
        let network = card.bridge.as_deref().unwrap_or(NETWORK);
        let mut elements: Vec<_> = mac.map(|mac| ("Address", mac)).into_iter().collect();
        elements.extend([
            ("AutomaticAllocation", "true"),
            ("Connection", network),
            ("ElementName", &card.key),
            ("InstanceID", ""),
            ("ResourceSubType", model),
            ("ResourceType", "10"),
        ]);
        self.item(&elements);
    }

    fn controller(&mut self, machine: &Machine, bus: Bus, number: u32, disks: &[&File<'_>]) {
        let (name, kind, model) = match bus {
            Bus::Ide => ("IDE", "5", ""),
            Bus::Sata => ("SATA", "20", "AHCI"),
            Bus::Scsi | Bus::Virtio => ("SCSI", "6", scsi_model(machine)),
        };
        let (address, name) = (number.to_string(), format!("{name} controller {number}"));
        let mut elements = vec![
            ("Address", address.as_str()),
            ("ElementName", &name),
            ("InstanceID", ""),
            ("ResourceSubType", model),
            ("ResourceType", kind),
        ];
        elements.retain(|(name, value)| *name != "ResourceSubType" || !value.is_empty());
        let controller = self.item(&elements).to_string();
        // 7 is the SCSI controller's own.
        let places = (0_u32..).filter(|place| bus != Bus::Scsi || *place != 7);
        for (place, file) in places.zip(disks) {
            self.item(&[
                ("AddressOnParent", &place.to_string()),
                ("ElementName", &file.drive.key),
                ("HostResource", &format!("ovf:/disk/{}", file.disk_id())),
                ("InstanceID", ""),
                ("Parent", &controller),
                ("ResourceType", "17"),
            ]);
        }
    }
}

/// The bus that a disk has in the appliance, where virtio is not known.
fn bus_of(bus: Bus) -> Bus {
    if bus == Bus::Virtio { Bus::Scsi } else { bus }
}

fn disks_of_controller(bus: Bus) -> usize {
    match bus {
        Bus::Ide => 2,
        Bus::Sata => 30,
        Bus::Scsi | Bus::Virtio => 15,
    }
}

/// A SCSI controller for which the guest will have a driver.
fn scsi_model(machine: &Machine) -> &'static str {
    if machine.guest == Guest::Windows { "lsilogicsas" } else { "lsilogic" }
}

fn card_model(model: &str) -> &'static str {
    match model {
        "virtio" | "vmxnet3" => "VmxNet3",
        "e1000e" => "E1000e",
        "rtl8139" | "pcnet" => "PCNet32",
        _ => "E1000",
    }
}
