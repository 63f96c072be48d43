//! A command line of QEMU.
//!
//! Source: `qemu-system-x86_64(1)`, and what Proxmox VE itself starts.

use super::description::{Options, Text};
use super::left_out::{CONTENTS, LeftOut, Reason};
use super::machine::{Bus, Drive, Firmware, Guest, Machine};
use super::text::{harmless, shell_word};
use crate::export::disk::DiskFormat;

/// Disks that an LSI controller takes, as Proxmox VE fills it.
const LSI_DISKS: u32 = 7;

/// Devices that are put on the chipset's own bus of 32 slots, some of which it
/// has taken, and on each bridge behind it.
const SLOTS: u32 = 20;

pub(super) fn command(machine: &Machine, options: &Options) -> Text {
    let mut left_out = machine.left_out.clone();
    let mut command = Command::default();
    let name = harmless(&machine.name).replace('/', "_");
    command.add("-name", &format!("guest={name}"));
    let chipset = if machine.is_q35 { "q35" } else { "pc" };
    command.add("-machine", &format!("{chipset},accel=kvm:tcg"));
    command.add("-cpu", "max");
    let (cpus, sockets, cores) = (machine.cpus(), machine.sockets, machine.cores);
    command.add("-smp", &format!("{cpus},sockets={sockets},cores={cores},threads=1"));
    command.add("-m", &machine.memory_mib.to_string());
    if machine.guest == Guest::Windows {
        command.add("-rtc", "base=localtime");
    }
    firmware(&mut command, machine, options);
    controllers(&mut command, machine);
    for (number, (drive, bus)) in (0..).zip(machine.disks()) {
        let path = machine.path(drive, options, &options.folder, options.format);
        disk(&mut command, &Place { machine, drive, bus, number }, &path, options.format);
    }
    cards(&mut command, machine, options, &mut left_out);
    if let Some(tpm) = machine.tpm_state() {
        left_out.push(LeftOut::new(&tpm.key, CONTENTS, Reason::NoPlace));
    }
    if machine.has_agent {
        left_out.push(LeftOut::new("agent", "1", Reason::NoPlace));
    }
    Text { text: command.done(), left_out }
}

fn firmware(command: &mut Command, machine: &Machine, options: &Options) {
    if !machine.is_uefi {
        return;
    }
    let Firmware { code, variables } = machine.firmware();
    command.add("-drive", &format!("if=pflash,format=raw,readonly=on,file={code}"));
    if let Some(drive) = machine.efi_variables() {
        let path = machine.path(drive, options, &options.folder, DiskFormat::Raw);
        // Storage rounds up, and the firmware finds nothing in a longer flash.
        let size =
            if drive.size > variables { format!(",size={variables}") } else { String::new() };
        command.add("-drive", &format!("if=pflash,format=raw{size},file={}", harmless(&path)));
    }
}

fn controllers(command: &mut Command, machine: &Machine) {
    let has = |wanted| machine.disks().any(|(_, bus)| bus == wanted);
    let disks = machine.disks().filter(|(_, bus)| *bus == Bus::Scsi);
    let numbers = (0..).zip(disks).map(|(disk, _)| scsi_place(machine, disk).0);
    for number in 0..numbers.max().map_or(0, |last| last + 1) {
        let model = match machine.scsi_hardware.as_str() {
            "lsi" => "lsi53c895a",
            "lsi53c810" => "lsi53c810",
            "megasas" => "megasas",
            "pvscsi" => "pvscsi",
            _ => "virtio-scsi-pci",
        };
        command.add_on_bus(&format!("{model},id=scsihw{number}"));
    }
    if has(Bus::Sata) {
        command.add_on_bus("ich9-ahci,id=ahci0");
    }
}

/// The controller of SCSI disk number `disk`, and the disk's place there.
fn scsi_place(machine: &Machine, disk: u32) -> (u32, u32) {
    match machine.scsi_hardware.starts_with("lsi") {
        true => (disk / LSI_DISKS, disk % LSI_DISKS),
        false => (0, disk),
    }
}

fn cards(command: &mut Command, machine: &Machine, options: &Options, left_out: &mut Vec<LeftOut>) {
    for card in &machine.cards {
        if let Some(bridge) = &card.bridge {
            let reason = Reason::Replaced("QEMU's own network, behind the host's address");
            left_out.push(LeftOut::new(&card.key, bridge, reason));
        }
        command.add("-netdev", &format!("user,id={}", identifier(&card.key)));
        let mac = card.mac.as_ref().filter(|_| options.keeps_macs);
        let mac = mac.map(|mac| format!(",mac={mac}")).unwrap_or_default();
        let model = match card.model.as_str() {
            "virtio" => "virtio-net-pci",
            known @ ("e1000" | "e1000e" | "rtl8139" | "vmxnet3" | "ne2k_pci") => known,
            other => {
                left_out.push(LeftOut::new(&card.key, other, Reason::Replaced("an e1000")));
                "e1000"
            }
        };
        command.add_on_bus(&format!("{model},netdev={}{mac}", identifier(&card.key)));
    }
}

/// A disk among the others.
struct Place<'a> {
    machine: &'a Machine,
    drive: &'a Drive,
    bus: Bus,
    /// How many disks come before it, on any bus.
    number: u32,
}

fn disk(command: &mut Command, place: &Place<'_>, path: &str, format: DiskFormat) {
    let id = format!("drive-{}-{}", identifier(&place.drive.key), place.number);
    let format = if format == DiskFormat::Vhd { "vpc" } else { format.code() };
    command.add("-drive", &format!("if=none,id={id},format={format},file={}", harmless(path)));
    let same = place.machine.disks().filter(|(_, bus)| *bus == place.bus);
    let on_bus = (0_u32..).zip(same).find(|(_, (drive, _))| drive.device == place.drive.device);
    let on_bus = on_bus.map_or(0, |(number, _)| number);
    let device = match place.bus {
        Bus::Scsi => {
            let (controller, unit) = scsi_place(place.machine, on_bus);
            format!("scsi-hd,bus=scsihw{controller}.0,scsi-id={unit}")
        }
        Bus::Virtio => "virtio-blk-pci".to_owned(),
        Bus::Sata => format!("ide-hd,bus=ahci0.{on_bus}"),
        // The disks of a q35's own SATA are QEMU's IDE disks as well.
        Bus::Ide if place.machine.is_q35 => format!("ide-hd,bus=ide.{on_bus}"),
        Bus::Ide => format!("ide-hd,bus=ide.{},unit={}", on_bus / 2, on_bus % 2),
    };
    let boot = place.drive.boot.map(|order| format!(",bootindex={order}")).unwrap_or_default();
    let device = format!("{device},drive={id}{boot}");
    match place.bus {
        Bus::Virtio => command.add_on_bus(&device),
        _ => command.add("-device", &device),
    }
}

/// `key` as an identifier: letters, digits and `-._`.
fn identifier(key: &str) -> String {
    super::text::stem(key)
}

/// A command, an option a line.
#[derive(Default)]
struct Command {
    text: String,
    /// Devices on a bus of PCI so far.
    on_bus: u32,
}

impl Command {
    fn add(&mut self, option: &str, value: &str) {
        self.text.push_str(" \\\n  ");
        self.text.push_str(option);
        self.text.push(' ');
        self.text.push_str(&shell_word(value));
    }

    /// Adds a device of PCI, behind a bridge where the slots would not do.
    fn add_on_bus(&mut self, device: &str) {
        let bridge = self.on_bus / SLOTS;
        if bridge > 0 && self.on_bus.is_multiple_of(SLOTS) {
            self.add("-device", &format!("pci-bridge,id=bridge{bridge},chassis_nr={bridge}"));
        }
        self.on_bus += 1;
        match bridge {
            0 => self.add("-device", device),
            _ => self.add("-device", &format!("{device},bus=bridge{bridge}")),
        }
    }

    fn done(self) -> String {
        format!("qemu-system-x86_64{}\n", self.text)
    }
}
