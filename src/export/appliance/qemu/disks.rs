//! Disks, CD drives and their controllers.

use super::{Command, boot_index};
use crate::export::appliance::drive::{Bus, Drive};
use crate::export::appliance::machine::{Arch, Machine};
use crate::export::appliance::text::{harmless, is_word, stem};
use crate::export::appliance::throttle::throttles;
use crate::export::disk::DiskFormat;

/// Disks that an LSI controller takes, as Proxmox VE fills it.
const LSI_DISKS: u32 = 7;

/// Places that a SATA controller has.
const SATA_PLACES: u32 = 6;

/// A disk among the others.
struct Place {
    bus: Bus,
    /// How many disks come before it, on any bus.
    number: u32,
    /// How many come before it on its own.
    on_bus: u32,
}

impl Command<'_> {
    pub(super) fn disks(&mut self) {
        let machine = self.machine;
        let bus_of = |bus| match bus {
            Bus::Ide if machine.arch == Arch::Aarch64 => Bus::Sata,
            bus => bus,
        };
        self.controllers(bus_of);
        let mut taken = [0_u32; 4];
        let mut next = |bus: Bus| {
            let place = match bus {
                Bus::Ide => &mut taken[0],
                Bus::Sata => &mut taken[1],
                Bus::Scsi => &mut taken[2],
                Bus::Virtio => &mut taken[3],
            };
            *place += 1;
            *place - 1
        };
        for (number, (drive, bus)) in (0..).zip(machine.disks()) {
            if bus != bus_of(bus) {
                self.replaced(&drive.key, "ide", "connected by SATA");
            }
            let bus = bus_of(bus);
            self.disk(drive, &Place { bus, number, on_bus: next(bus) });
        }
        for drive in &machine.optical {
            let bus = bus_of(drive.bus);
            let bus = if bus == Bus::Virtio { Bus::Scsi } else { bus };
            let place = Place { bus, number: 0, on_bus: next(bus) };
            let device = match bus {
                Bus::Scsi => "scsi-cd",
                _ => "ide-cd",
            };
            let at = address(machine, &place);
            let boot = boot_index(drive.boot);
            self.add("-device", &format!("{device},{at}{boot}"));
        }
    }

    fn controllers(&mut self, bus_of: impl Fn(Bus) -> Bus) {
        let machine = self.machine;
        let on = |wanted: Bus| {
            let disks = machine.disks().filter(|(_, bus)| bus_of(*bus) == wanted).count();
            let optical =
                machine.optical.iter().filter(|drive| bus_of(drive.bus) == wanted).count();
            u32::try_from(disks + optical).unwrap_or(u32::MAX)
        };
        let queues = |number: u32| {
            let disks = machine.disks().filter(|(_, bus)| *bus == Bus::Scsi);
            let drive = disks.zip(0..).find(|(_, other)| *other == number)?.0.0;
            Some((drive, drive.line.option("queues").filter(|queues| is_word(queues))))
        };
        let model = match machine.scsi_hardware.as_str() {
            "lsi" => "lsi53c895a",
            "lsi53c810" => "lsi53c810",
            "megasas" => "megasas",
            "pvscsi" => "pvscsi",
            _ => "virtio-scsi-pci",
        };
        let numbers = match on(Bus::Scsi) {
            0 => 0,
            disks => scsi_place(machine, disks - 1).0 + 1,
        };
        for number in 0..numbers {
            let mut options = format!("{model},id=scsihw{number}");
            if let Some((drive, queues)) = queues(number) {
                let is_virtio = model == "virtio-scsi-pci";
                if let Some(queues) = queues {
                    match is_virtio {
                        true => options.push_str(&format!(",num_queues={queues}")),
                        false => self.replaced(&drive.key, queues, "one queue"),
                    }
                }
                if is_single(machine) && drive.line.flag("iothread") == Some(true) {
                    self.add("-object", &format!("iothread,id=thread-scsi{number}"));
                    options.push_str(&format!(",iothread=thread-scsi{number}"));
                }
            }
            self.add_on_bus(&options);
        }
        for number in 0..on(Bus::Sata).div_ceil(SATA_PLACES) {
            self.add_on_bus(&format!("ich9-ahci,id=ahci{number}"));
        }
    }

    fn disk(&mut self, drive: &Drive, place: &Place) {
        let id = format!("drive-{}-{}", stem(&drive.key), place.number);
        let (format, options) = (self.options.format, self.options);
        let path = self.machine.path(drive, options, &options.folder, format);
        let kind = if format == DiskFormat::Vhd { "vpc" } else { format.code() };
        let how = self.how(drive, place.bus);
        self.add("-drive", &format!("if=none,id={id},format={kind}{how},file={}", harmless(&path)));
        let what = self.what(drive, place);
        let boot = boot_index(drive.boot);
        match place.bus {
            Bus::Virtio => self.add_on_bus(&format!("virtio-blk-pci,drive={id}{boot}{what}")),
            Bus::Scsi => {
                let at = address(self.machine, place);
                self.add("-device", &format!("scsi-hd,{at},drive={id}{boot}{what}"));
            }
            Bus::Ide | Bus::Sata => {
                let at = address(self.machine, place);
                self.add("-device", &format!("ide-hd,{at},drive={id}{boot}{what}"));
            }
        }
    }

    /// How the host handles a disk.
    fn how(&mut self, drive: &Drive, bus: Bus) -> String {
        let line = &drive.line;
        let word = |name| line.option(name).filter(|value| is_word(value));
        let mut how = String::new();
        let (cache, aio) = (word("cache"), word("aio"));
        let is_direct = matches!(cache, Some("none" | "directsync"));
        let cache = if aio == Some("native") && !is_direct { Some("none") } else { cache };
        let mut push = |name: &str, value: &str| how.push_str(&format!(",{name}={value}"));
        if let Some(cache) = cache {
            push("cache", cache);
        }
        if let Some(aio) = aio {
            push("aio", aio);
        }
        if let Some(discard) = word("discard") {
            push("discard", if discard == "on" { "unmap" } else { "ignore" });
        }
        match line.flag("detect_zeroes") {
            Some(true) if word("discard") == Some("on") => push("detect-zeroes", "unmap"),
            Some(is_on) => push("detect-zeroes", if is_on { "on" } else { "off" }),
            None => {}
        }
        for name in ["rerror", "werror"] {
            if let Some(action) = word(name) {
                push(name, action);
            }
        }
        if line.flag("snapshot") == Some(true) {
            push("snapshot", "on");
        }
        for (throttle, value) in throttles(line) {
            push(&format!("throttling.{}", throttle.qemu), &value.to_string());
        }
        if line.flag("ro") == Some(true) {
            match bus {
                Bus::Virtio | Bus::Scsi => push("readonly", "on"),
                Bus::Ide | Bus::Sata => {
                    self.replaced(
                        &drive.key,
                        "ro=1",
                        "writable: QEMU has no such disk of this bus",
                    );
                }
            }
        }
        how
    }

    /// What the guest sees of a disk.
    fn what(&mut self, drive: &Drive, place: &Place) -> String {
        let line = &drive.line;
        let mut what = String::new();
        if let Some(serial) = line.option("serial") {
            what.push_str(&format!(",serial={}", harmless(serial)));
        }
        if line.flag("ssd") == Some(true) {
            match place.bus {
                Bus::Virtio => self.replaced(&drive.key, "ssd=1", "a disk that says nothing of it"),
                _ => what.push_str(",rotation_rate=1"),
            }
        }
        for (name, buses) in [
            ("wwn", &[Bus::Ide, Bus::Sata, Bus::Scsi][..]),
            ("model", &[Bus::Ide, Bus::Sata]),
            ("vendor", &[Bus::Scsi]),
            ("product", &[Bus::Scsi]),
        ] {
            let Some(value) = line.option(name) else { continue };
            match buses.contains(&place.bus) {
                true => what.push_str(&format!(",{name}={}", harmless(value))),
                false => self.replaced(&drive.key, &format!("{name}={value}"), "QEMU's own"),
            }
        }
        let queues = line.option("queues").filter(|queues| is_word(queues));
        let wants_thread = line.flag("iothread") == Some(true);
        match place.bus {
            Bus::Virtio => {
                if let Some(queues) = queues {
                    what.push_str(&format!(",num-queues={queues}"));
                }
                if wants_thread {
                    let thread = format!("thread-{}", stem(&drive.key));
                    self.add("-object", &format!("iothread,id={thread}"));
                    what.push_str(&format!(",iothread={thread}"));
                }
            }
            Bus::Scsi if is_single(self.machine) => {}
            _ => {
                let has_own = place.bus == Bus::Scsi && place.on_bus == 0;
                if let Some(queues) = queues.filter(|_| !has_own) {
                    let by = "as many queues as its controller has";
                    self.replaced(&drive.key, &format!("queues={queues}"), by);
                }
                if wants_thread {
                    self.replaced(&drive.key, "iothread=1", "no thread of its own");
                }
            }
        }
        what
    }
}

/// Whether each SCSI disk has a controller of its own.
fn is_single(machine: &Machine) -> bool {
    machine.scsi_hardware == "virtio-scsi-single"
}

/// The controller of SCSI disk number `disk`, and the disk's place there.
fn scsi_place(machine: &Machine, disk: u32) -> (u32, u32) {
    if is_single(machine) {
        return (disk, 0);
    }
    match machine.scsi_hardware.starts_with("lsi") {
        true => (disk / LSI_DISKS, disk % LSI_DISKS),
        false => (0, disk),
    }
}

fn address(machine: &Machine, place: &Place) -> String {
    let at = place.on_bus;
    match place.bus {
        Bus::Scsi => {
            let (controller, unit) = scsi_place(machine, at);
            format!("bus=scsihw{controller}.0,scsi-id={unit}")
        }
        Bus::Sata => format!("bus=ahci{}.{}", at / SATA_PLACES, at % SATA_PLACES),
        // The disks of a q35's own SATA are QEMU's IDE disks as well.
        Bus::Ide if machine.is_q35 => format!("bus=ide.{at}"),
        Bus::Ide => format!("bus=ide.{},unit={}", at / 2, at % 2),
        Bus::Virtio => String::new(),
    }
}
