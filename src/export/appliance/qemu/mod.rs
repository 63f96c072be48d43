//! A command line of QEMU.
//!
//! Source: `qemu-system-x86_64(1)` and `qemu-system-aarch64(1)`, and what Proxmox
//! VE itself starts. Every option is known to QEMU 7.2 and all that follow.

mod devices;
mod disks;
mod system;

use super::cpu::Cpu;
use super::description::{Options, Text};
use super::fate::{Target, lost};
use super::left_out::LeftOut;
use super::machine::{Arch, Machine};
use super::text::shell_word;

/// Devices that are put on the chipset's own bus of 32 slots, some of which it
/// has taken, and on each bridge behind it.
const SLOTS: u32 = 20;

/// A command in the making, an option a line.
struct Command<'a> {
    text: String,
    /// Devices on a bus of PCI so far.
    on_bus: u32,
    machine: &'a Machine,
    options: &'a Options,
    cpu: Cpu,
    left_out: Vec<LeftOut>,
}

pub(super) fn command(machine: &Machine, options: &Options) -> Text {
    let mut left_out = lost(machine, Target::Qemu);
    let cpu = Cpu::of(machine, &mut left_out);
    let text = String::new();
    let mut command = Command { text, on_bus: 0, machine, options, cpu, left_out };
    command.system();
    command.firmware();
    command.disks();
    command.cards();
    command.other_devices();
    let program = match machine.arch {
        Arch::X86_64 => "qemu-system-x86_64",
        Arch::Aarch64 => "qemu-system-aarch64",
    };
    Text { text: format!("{program}{}\n", command.text), left_out: command.left_out }
}

impl Command<'_> {
    fn add(&mut self, option: &str, value: &str) {
        self.text.push_str(" \\\n  ");
        self.text.push_str(option);
        self.text.push(' ');
        self.text.push_str(&shell_word(value));
    }

    /// Adds an option that has no value.
    fn switch(&mut self, option: &str) {
        self.text.push_str(" \\\n  ");
        self.text.push_str(option);
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

    fn replaced(&mut self, key: &str, value: &str, by: &'static str) {
        self.left_out.push(LeftOut::replaced(key, value, by));
    }
}

/// `,bootindex=1`, where the machine starts from it.
fn boot_index(place: Option<u32>) -> String {
    place.map(|order| format!(",bootindex={order}")).unwrap_or_default()
}
