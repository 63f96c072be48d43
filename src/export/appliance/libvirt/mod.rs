//! A libvirt domain.
//!
//! Source: libvirt's "Domain XML format"; `virt-xml-validate` checks it.

mod devices;
mod disks;
mod system;

use super::cpu::Cpu;
use super::description::{Options, Text};
use super::fate::{Target, lost};
use super::left_out::LeftOut;
use super::machine::Machine;
use super::xml::Xml;

/// Where libvirt keeps disks.
const FOLDER: &str = "/var/lib/libvirt/images";

/// A domain in the making.
struct Domain<'a> {
    xml: Xml,
    machine: &'a Machine,
    options: &'a Options,
    cpu: Cpu,
    left_out: Vec<LeftOut>,
}

pub(super) fn domain(machine: &Machine, options: &Options) -> Text {
    let mut left_out = lost(machine, Target::Libvirt);
    let cpu = Cpu::of(machine, &mut left_out);
    let mut domain = Domain { xml: Xml::new(), machine, options, cpu, left_out };
    let kind = if machine.is_on("kvm", true) { "kvm" } else { "qemu" };
    domain.xml.open("domain", &[("type", kind)]);
    domain.system();
    domain.xml.open("devices", &[]);
    domain.disks();
    domain.cards();
    domain.other_devices();
    Text { text: domain.xml.done(), left_out: domain.left_out }
}

impl Domain<'_> {
    fn folder(&self) -> &str {
        if self.options.folder.starts_with('/') { &self.options.folder } else { FOLDER }
    }

    fn replaced(&mut self, key: &str, value: &str, by: &'static str) {
        self.left_out.push(LeftOut::replaced(key, value, by));
    }

    /// `<boot order="1"/>`, where the machine starts from it.
    fn boot(&mut self, place: Option<u32>) {
        if let Some(order) = place {
            self.xml.empty("boot", &[("order", &order.to_string())]);
        }
    }
}
