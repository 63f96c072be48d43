//! A libvirt domain.
//!
//! Source: libvirt's "Domain XML format"; `virt-xml-validate` checks it.

use super::description::{Options, Text};
use super::left_out::{CONTENTS, LeftOut, Reason};
use super::machine::{Bus, Drive, FIRMWARE_OF_4_MIB, Guest, Machine};
use super::xml::Xml;
use crate::export::disk::DiskFormat;
use crate::export::disk::DiskFormat::{Qcow2, Raw, Vdi, Vhd, Vhdx, Vmdk};

/// Where libvirt keeps disks.
const FOLDER: &str = "/var/lib/libvirt/images";

/// The network that every libvirt has.
const NETWORK: &str = "default";

pub(super) fn domain(machine: &Machine, options: &Options) -> Text {
    let mut left_out = machine.left_out.clone();
    let mut xml = Xml::new();
    xml.open("domain", &[("type", "kvm")]);
    xml.text("name", &[], &machine.name.replace('/', "_"));
    xml.text("memory", &[("unit", "MiB")], &machine.memory_mib.to_string());
    xml.text("vcpu", &[], &machine.cpus().to_string());
    system(&mut xml, machine, options);
    xml.open("features", &[]);
    xml.empty("acpi", &[]);
    xml.empty("apic", &[]);
    xml.close();
    xml.open("cpu", &[("mode", "host-passthrough")]);
    let (sockets, cores) = (machine.sockets.to_string(), machine.cores.to_string());
    xml.empty("topology", &[("sockets", &sockets), ("cores", &cores), ("threads", "1")]);
    xml.close();
    let offset = if machine.guest == Guest::Windows { "localtime" } else { "utc" };
    xml.empty("clock", &[("offset", offset)]);
    xml.open("devices", &[]);
    disks(&mut xml, machine, options, &mut left_out);
    xml.empty("controller", &[("type", "scsi"), ("model", scsi_model(machine))]);
    cards(&mut xml, machine, options, &mut left_out);
    others(&mut xml, machine, &mut left_out);
    Text { text: xml.done(), left_out }
}

fn others(xml: &mut Xml, machine: &Machine, left_out: &mut Vec<LeftOut>) {
    if let Some(tpm) = machine.tpm_state() {
        left_out.push(LeftOut::new(&tpm.key, CONTENTS, Reason::Replaced("a new, empty TPM")));
        xml.open("tpm", &[("model", "tpm-crb")]);
        xml.empty("backend", &[("type", "emulator"), ("version", "2.0")]);
        xml.close();
    }
    xml.empty("graphics", &[("type", "vnc"), ("autoport", "yes")]);
    xml.open("video", &[]);
    xml.empty("model", &[("type", "vga")]);
    xml.close();
    if machine.has_agent {
        xml.open("channel", &[("type", "unix")]);
        xml.empty("target", &[("type", "virtio"), ("name", "org.qemu.guest_agent.0")]);
        xml.close();
    }
}

fn system(xml: &mut Xml, machine: &Machine, options: &Options) {
    let variables = machine.efi_variables().filter(|_| machine.is_uefi);
    let firmware = machine.firmware();
    // libvirt chooses the newest, which takes no others' variables.
    let is_older = firmware.code != FIRMWARE_OF_4_MIB.code;
    let is_chosen = machine.is_uefi && !is_older;
    xml.open("os", if is_chosen { &[("firmware", "efi")] } else { &[] });
    let chipset = if machine.is_q35 { "q35" } else { "pc" };
    xml.text("type", &[("arch", "x86_64"), ("machine", chipset)], "hvm");
    if machine.is_uefi && is_older {
        xml.text("loader", &[("readonly", "yes"), ("type", "pflash")], firmware.code);
    }
    if let Some(drive) = variables {
        xml.text("nvram", &[], &machine.path(drive, options, folder_of(options), Raw));
    }
    xml.close();
}

fn disks(xml: &mut Xml, machine: &Machine, options: &Options, left_out: &mut Vec<LeftOut>) {
    let (format, driver) = format_of(options);
    let mut places = Places::default();
    for (drive, bus) in machine.disks() {
        // A q35 has no IDE.
        let bus = if bus == Bus::Ide && machine.is_q35 {
            left_out.push(LeftOut::new(&drive.key, "ide", Reason::Replaced("connected by SATA")));
            Bus::Sata
        } else {
            bus
        };
        xml.open("disk", &[("type", "file"), ("device", "disk")]);
        xml.empty("driver", &[("name", "qemu"), ("type", driver)]);
        xml.empty("source", &[("file", &machine.path(drive, options, folder_of(options), format))]);
        xml.empty("target", &[("dev", &places.take(bus)), ("bus", bus_name(bus))]);
        boot(xml, drive);
        xml.close();
    }
}

fn boot(xml: &mut Xml, drive: &Drive) {
    if let Some(order) = drive.boot {
        xml.empty("boot", &[("order", &order.to_string())]);
    }
}

fn cards(xml: &mut Xml, machine: &Machine, options: &Options, left_out: &mut Vec<LeftOut>) {
    for card in &machine.cards {
        if let Some(bridge) = &card.bridge {
            let reason = Reason::Replaced("libvirt's network \"default\"");
            left_out.push(LeftOut::new(&card.key, bridge, reason));
        }
        xml.open("interface", &[("type", "network")]);
        if let Some(mac) = card.mac.as_ref().filter(|_| options.keeps_macs) {
            xml.empty("mac", &[("address", mac)]);
        }
        xml.empty("source", &[("network", NETWORK)]);
        let model = match card.model.as_str() {
            known @ ("virtio" | "e1000" | "e1000e" | "rtl8139" | "vmxnet3" | "ne2k_pci") => known,
            other => {
                left_out.push(LeftOut::new(&card.key, other, Reason::Replaced("an e1000")));
                "e1000"
            }
        };
        xml.empty("model", &[("type", model)]);
        xml.close();
    }
}

fn folder_of(options: &Options) -> &str {
    if options.folder.starts_with('/') { &options.folder } else { FOLDER }
}

/// The disks' format, and its name for libvirt.
fn format_of(options: &Options) -> (DiskFormat, &'static str) {
    match options.format {
        Raw => (Raw, "raw"),
        Qcow2 | Vhdx => (Qcow2, "qcow2"),
        Vmdk => (Vmdk, "vmdk"),
        Vhd => (Vhd, "vpc"),
        Vdi => (Vdi, "vdi"),
    }
}

fn bus_name(bus: Bus) -> &'static str {
    match bus {
        Bus::Ide => "ide",
        Bus::Sata => "sata",
        Bus::Scsi => "scsi",
        Bus::Virtio => "virtio",
    }
}

fn scsi_model(machine: &Machine) -> &'static str {
    match machine.scsi_hardware.as_str() {
        "lsi" | "lsi53c810" => "lsilogic",
        "megasas" => "lsisas1078",
        "pvscsi" => "vmpvscsi",
        _ => "virtio-scsi",
    }
}

/// The names of disks that are taken: libvirt's `sda` is for SCSI and SATA.
#[derive(Default)]
struct Places {
    hd: u32,
    sd: u32,
    vd: u32,
}

impl Places {
    fn take(&mut self, bus: Bus) -> String {
        let (prefix, next) = match bus {
            Bus::Ide => ("hd", &mut self.hd),
            Bus::Sata | Bus::Scsi => ("sd", &mut self.sd),
            Bus::Virtio => ("vd", &mut self.vd),
        };
        let name = format!("{prefix}{}", letters(*next));
        *next += 1;
        name
    }
}

/// `a` to `z`, then `aa` and so on.
fn letters(number: u32) -> String {
    let letter = char::from_u32(u32::from('a') + number % 26).unwrap_or('a');
    let before = if number < 26 { String::new() } else { letters(number / 26 - 1) };
    format!("{before}{letter}")
}
