//! Disks, CD drives and their controllers.

use super::Domain;
use crate::export::appliance::drive::{Bus, Drive};
use crate::export::appliance::left_out::LeftOut;
use crate::export::appliance::machine::Arch;
use crate::export::appliance::text::is_word;
use crate::export::appliance::throttle::throttles;
use crate::export::disk::DiskFormat;
use crate::export::disk::DiskFormat::{Qcow2, Raw, Vdi, Vhd, Vhdx, Vmdk};

impl Domain<'_> {
    pub(super) fn disks(&mut self) {
        let machine = self.machine;
        if self.options.format == Vhdx && machine.disks().next().is_some() {
            let told = LeftOut::replaced("format", "vhdx", "qcow2, for libvirt reads no VHDX");
            let follows = "first convert each disk: “qemu-img convert -O qcow2 FROM.vhdx TO.qcow2”";
            self.left_out.push(told.so(follows).dangerous());
        }
        let (mut places, mut thread, mut scsi) = (Places::default(), 0_u32, 0_u32);
        for (drive, bus) in machine.disks() {
            let bus = self.bus_of(&drive.key, bus);
            let wants_thread = drive.line.flag("iothread") == Some(true);
            thread += u32::from(wants_thread);
            if wants_thread && bus == Bus::Scsi && !self.is_single() {
                self.replaced(&drive.key, "iothread=1", "no thread of its own, as in Proxmox VE");
            }
            let has_thread = wants_thread && (bus != Bus::Scsi || self.is_single());
            let thread = has_thread.then(|| thread.to_string());
            if bus == Bus::Scsi {
                self.controller(drive, scsi, thread.as_deref());
            }
            self.disk(drive, bus, &places.take(bus), thread.as_deref());
            if bus == Bus::Scsi && self.is_single() {
                self.address(scsi);
            }
            self.xml.close();
            if bus == Bus::Scsi {
                scsi += 1;
            }
        }
        for drive in &machine.optical {
            let bus = self.bus_of(&drive.key, drive.bus);
            let bus = if bus == Bus::Virtio { Bus::Scsi } else { bus };
            self.xml.open("disk", &[("type", "file"), ("device", "cdrom")]);
            self.xml.empty("target", &[("dev", &places.take(bus)), ("bus", bus_name(bus))]);
            self.xml.empty("readonly", &[]);
            self.boot(drive.boot);
            self.xml.close();
        }
    }

    /// A q35 and ARM's machines have no IDE.
    fn bus_of(&mut self, key: &str, bus: Bus) -> Bus {
        if bus == Bus::Ide && (self.machine.is_q35 || self.machine.arch == Arch::Aarch64) {
            self.replaced(key, "ide", "connected by SATA");
            return Bus::Sata;
        }
        bus
    }

    /// Whether each SCSI disk has a controller of its own.
    fn is_single(&self) -> bool {
        self.machine.scsi_hardware == "virtio-scsi-single"
    }

    /// That of SCSI disk number `number`, if it is the first one of it.
    fn controller(&mut self, drive: &Drive, number: u32, thread: Option<&str>) {
        let queues = drive.line.option("queues").filter(|queues| is_word(queues));
        if number > 0 && !self.is_single() {
            if let Some(queues) = queues {
                self.replaced(&drive.key, queues, "as many queues as its controller has");
            }
            return;
        }
        let model = match self.machine.scsi_hardware.as_str() {
            "lsi" => "lsilogic",
            "lsi53c810" => {
                self.replaced("scsihw", "lsi53c810", "lsilogic");
                "lsilogic"
            }
            "megasas" => "lsisas1078",
            "pvscsi" => "vmpvscsi",
            _ => "virtio-scsi",
        };
        let index = number.to_string();
        self.xml.open("controller", &[("type", "scsi"), ("index", &index), ("model", model)]);
        let mut driver: Vec<(&str, &str)> = Vec::new();
        driver.extend(queues.map(|queues| ("queues", queues)));
        driver.extend(thread.map(|thread| ("iothread", thread)));
        if model == "virtio-scsi" && !driver.is_empty() {
            self.xml.empty("driver", &driver);
        } else if let Some(queues) = queues {
            self.replaced(&drive.key, &format!("queues={queues}"), "one queue");
        }
        if model != "virtio-scsi" && thread.is_some() {
            self.replaced(&drive.key, "iothread=1", "no thread of its own");
        }
        self.xml.close();
    }

    fn address(&mut self, controller: u32) {
        let controller = controller.to_string();
        let address = [
            ("type", "drive"),
            ("controller", controller.as_str()),
            ("bus", "0"),
            ("target", "0"),
            ("unit", "0"),
        ];
        self.xml.empty("address", &address);
    }

    /// Opens the disk's element and leaves it open.
    fn disk(&mut self, drive: &Drive, bus: Bus, target: &str, thread: Option<&str>) {
        let (format, kind) = format_of(self.options.format);
        let path = self.machine.path(drive, self.options, self.folder(), format);
        let line = &drive.line;
        self.xml.open("disk", &[("type", "file"), ("device", "disk")]);
        self.driver(drive, bus, kind, thread);
        self.xml.empty("source", &[("file", &path)]);
        let mut attributes = vec![("dev", target), ("bus", bus_name(bus))];
        if line.flag("ssd") == Some(true) {
            match bus {
                Bus::Virtio => self.replaced(&drive.key, "ssd=1", "a disk that says nothing of it"),
                _ => attributes.push(("rotation_rate", "1")),
            }
        }
        self.xml.empty("target", &attributes);
        self.geometry(drive);
        self.throttles(drive);
        if line.flag("ro") == Some(true) {
            self.xml.empty("readonly", &[]);
        }
        if line.flag("snapshot") == Some(true) {
            self.xml.empty("transient", &[]);
        }
        if let Some(serial) = line.option("serial") {
            self.xml.text("serial", &[], serial);
        }
        if let Some(wwn) = line.option("wwn").and_then(|wwn| wwn.strip_prefix("0x")) {
            self.xml.text("wwn", &[], wwn);
        }
        for name in ["vendor", "product"] {
            if let Some(text) = line.option(name) {
                self.xml.text(name, &[], text);
            }
        }
        self.boot(drive.boot);
    }

    fn driver(&mut self, drive: &Drive, bus: Bus, kind: &str, thread: Option<&str>) {
        let line = &drive.line;
        let mut driver = vec![("name", "qemu"), ("type", kind)];
        let cache = line.option("cache").filter(|cache| is_word(cache));
        let aio = line.option("aio").filter(|aio| is_word(aio));
        // libvirt takes "native" only where the host caches nothing.
        let is_direct = matches!(cache, Some("none" | "directsync"));
        let cache = if aio == Some("native") && !is_direct { Some("none") } else { cache };
        driver.extend(cache.map(|cache| ("cache", cache)));
        driver.extend(aio.map(|aio| ("io", aio)));
        match line.option("discard") {
            Some("on") => driver.push(("discard", "unmap")),
            Some(_) => driver.push(("discard", "ignore")),
            None => {}
        }
        match (line.flag("detect_zeroes"), line.option("discard")) {
            (Some(true), Some("on")) => driver.push(("detect_zeroes", "unmap")),
            (Some(true), _) => driver.push(("detect_zeroes", "on")),
            (Some(false), _) => driver.push(("detect_zeroes", "off")),
            (None, _) => {}
        }
        for (option, attribute) in [("werror", "error_policy"), ("rerror", "rerror_policy")] {
            driver.extend(line.option(option).filter(|to| is_word(to)).map(|to| (attribute, to)));
        }
        match (bus, thread) {
            (Bus::Virtio, Some(thread)) => driver.push(("iothread", thread)),
            (Bus::Ide | Bus::Sata, Some(_)) => {
                self.replaced(&drive.key, "iothread=1", "no thread of its own");
            }
            _ => {}
        }
        match (bus, line.option("queues").filter(|queues| is_word(queues))) {
            (Bus::Virtio, Some(queues)) => driver.push(("queues", queues)),
            (Bus::Ide | Bus::Sata, Some(queues)) => {
                self.replaced(&drive.key, &format!("queues={queues}"), "one queue");
            }
            _ => {}
        }
        self.xml.empty("driver", &driver);
    }

    fn geometry(&mut self, drive: &Drive) {
        let number = |name| drive.line.option(name).filter(|number| is_word(number));
        let (cylinders, heads, sectors) = (number("cyls"), number("heads"), number("secs"));
        let (Some(cylinders), Some(heads), Some(sectors)) = (cylinders, heads, sectors) else {
            for name in ["cyls", "heads", "secs", "trans"] {
                if let Some(value) = number(name) {
                    self.replaced(&drive.key, &format!("{name}={value}"), "QEMU's own guess");
                }
            }
            return;
        };
        let mut geometry = vec![("cyls", cylinders), ("heads", heads), ("secs", sectors)];
        geometry.extend(number("trans").map(|translation| ("trans", translation)));
        self.xml.empty("geometry", &geometry);
    }

    fn throttles(&mut self, drive: &Drive) {
        let throttles = throttles(&drive.line);
        if throttles.is_empty() {
            return;
        }
        self.xml.open("iotune", &[]);
        for (throttle, value) in throttles {
            self.xml.text(throttle.libvirt, &[], &value.to_string());
        }
        self.xml.close();
    }
}

/// The disks' format, and its name for libvirt.
fn format_of(format: DiskFormat) -> (DiskFormat, &'static str) {
    match format {
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
