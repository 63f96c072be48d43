//! A command line of QEMU.
//!
//! Source: `qemu-system-x86_64(1)`, and what Proxmox VE itself starts.

use super::text::{clean, option_value, shell_word};
use super::{Bus, CONTENTS, Drive, Guest, LeftOut, Machine, Options, Reason, Text};
use crate::disk_format::DiskFormat;

/// Where Debian keeps the UEFI firmware whose variables take 528 KiB.
const FIRMWARE: &str = "/usr/share/OVMF/OVMF_CODE_4M.fd";

pub(super) fn command(machine: &Machine, options: &Options) -> Text {
    let mut left_out = machine.left_out.clone();
    let mut command = Command::default();
    command.add("-name", &format!("guest={}", value(&machine.name)));
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
    command.add("-drive", &format!("if=pflash,format=raw,readonly=on,file={FIRMWARE}"));
    if let Some(drive) = machine.efi_variables() {
        let path = machine.path(drive, options, &options.folder, DiskFormat::Raw);
        command.add("-drive", &format!("if=pflash,format=raw,file={}", value(&path)));
    }
}

fn controllers(command: &mut Command, machine: &Machine) {
    let has = |wanted| machine.disks().any(|(_, bus)| bus == wanted);
    if has(Bus::Scsi) {
        let model = match machine.scsi_hardware.as_str() {
            "lsi" => "lsi53c895a",
            "lsi53c810" => "lsi53c810",
            "megasas" => "megasas",
            "pvscsi" => "pvscsi",
            _ => "virtio-scsi-pci",
        };
        command.add("-device", &format!("{model},id=scsihw0"));
    }
    if has(Bus::Sata) {
        command.add("-device", "ich9-ahci,id=ahci0");
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
        command.add("-device", &format!("{model},netdev={}{mac}", identifier(&card.key)));
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
    command.add("-drive", &format!("if=none,id={id},format={format},file={}", value(path)));
    let same = place.machine.disks().filter(|(_, bus)| *bus == place.bus);
    let on_bus = (0_u32..).zip(same).find(|(_, (drive, _))| drive.device == place.drive.device);
    let on_bus = on_bus.map_or(0, |(number, _)| number);
    let device = match place.bus {
        Bus::Scsi => "scsi-hd,bus=scsihw0.0".to_owned(),
        Bus::Virtio => "virtio-blk-pci".to_owned(),
        Bus::Sata => format!("ide-hd,bus=ahci0.{on_bus}"),
        // The disks of a q35's own SATA are QEMU's IDE disks as well.
        Bus::Ide if place.machine.is_q35 => format!("ide-hd,bus=ide.{on_bus}"),
        Bus::Ide => format!("ide-hd,bus=ide.{},unit={}", on_bus / 2, on_bus % 2),
    };
    let boot = place.drive.boot.map(|order| format!(",bootindex={order}")).unwrap_or_default();
    command.add("-device", &format!("{device},drive={id}{boot}"));
}

/// `text` as the value of an option, still to be made a word.
fn value(text: &str) -> String {
    option_value(&clean(text))
}

/// `key` as an identifier: letters, digits and `-._`.
fn identifier(key: &str) -> String {
    super::text::stem(key)
}

/// A command, an option a line.
#[derive(Default)]
struct Command(String);

impl Command {
    fn add(&mut self, option: &str, value: &str) {
        self.0.push_str(" \\\n  ");
        self.0.push_str(option);
        self.0.push(' ');
        self.0.push_str(&shell_word(value));
    }

    fn done(self) -> String {
        format!("qemu-system-x86_64{}\n", self.0)
    }
}
