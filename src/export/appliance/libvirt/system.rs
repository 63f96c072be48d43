//! What is not a device: memory, processor, firmware, clock.

use super::Domain;
use crate::export::appliance::firmware::OF_2_MIB;
use crate::export::appliance::left_out::LeftOut;
use crate::export::appliance::machine::{Arch, Guest};
use crate::export::appliance::text::{is_word, seconds_of};
use crate::export::disk::DiskFormat::Raw;
use crate::machine::lines::times;

impl Domain<'_> {
    pub(super) fn system(&mut self) {
        let machine = self.machine;
        self.xml.text("name", &[], &machine.name.replace('/', "_"));
        if let Some(uuid) = machine.uuid(self.options) {
            self.xml.text("uuid", &[], uuid);
        }
        if machine.arch == Arch::X86_64 && has_generation_id(self) {
            self.xml.empty("genid", &[]);
            let told = machine.config.value("vmgenid").unwrap_or_default();
            self.replaced("vmgenid", told, "a new one, as after a restore");
        }
        let notes = machine.config.notes();
        if !notes.is_empty() {
            self.xml.lines("description", notes);
        }
        self.guest();
        self.memory();
        self.processors();
        self.firmware();
        self.smbios();
        self.features();
        self.cpu();
        self.clock();
        if !machine.is_on("reboot", true) {
            self.xml.text("on_reboot", &[], "destroy");
        }
        self.sleep();
    }

    /// What virt-manager goes by.
    fn guest(&mut self) {
        let id = match self.machine.os_type.as_str() {
            "w2k" => "http://microsoft.com/win/2k",
            "wxp" => "http://microsoft.com/win/xp",
            "w2k3" => "http://microsoft.com/win/2k3",
            "w2k8" => "http://microsoft.com/win/2k8",
            "wvista" => "http://microsoft.com/win/vista",
            "win7" => "http://microsoft.com/win/7",
            "win8" => "http://microsoft.com/win/8",
            "win10" => "http://microsoft.com/win/10",
            "win11" => "http://microsoft.com/win/11",
            "l26" => "http://libosinfo.org/linux/2022",
            "solaris" => "http://oracle.com/solaris/11",
            _ => return,
        };
        self.xml.open("metadata", &[]);
        let namespace = "http://libosinfo.org/xmlns/libvirt/domain/1.0";
        self.xml.open("libosinfo:libosinfo", &[("xmlns:libosinfo", namespace)]);
        self.xml.empty("libosinfo:os", &[("id", id)]);
        self.xml.close();
        self.xml.close();
    }

    fn memory(&mut self) {
        let machine = self.machine;
        self.xml.text("memory", &[("unit", "MiB")], &machine.memory_mib.to_string());
        let balloon = machine.config.number("balloon").filter(|mib| *mib > 0);
        if let Some(mib) = balloon.filter(|mib| u64::from(*mib) < machine.memory_mib) {
            self.xml.text("currentMemory", &[("unit", "MiB")], &mib.to_string());
        }
        if !machine.is_on("allow-ksm", true) {
            self.xml.open("memoryBacking", &[]);
            self.xml.empty("nosharepages", &[]);
            self.xml.close();
        }
    }

    fn processors(&mut self) {
        let machine = self.machine;
        let (all, online) = (machine.cpus(), machine.cpus_at_start().to_string());
        let current = [("current", online.as_str())];
        let attributes = if machine.cpus_at_start() < all { &current[..] } else { &[] };
        self.xml.text("vcpu", attributes, &all.to_string());
        let wanted = machine.disks().filter(|(drive, _)| drive.line.flag("iothread") == Some(true));
        let threads = wanted.count();
        if threads > 0 {
            self.xml.text("iothreads", &[], &threads.to_string());
        }
        // Of each tenth of a second of one processor, in microseconds.
        let limit = machine.config.value("cpulimit").and_then(|limit| times(limit, 100_000));
        let limit = limit.filter(|limit| (1_000..=12_800_000).contains(limit));
        let units = machine.config.number("cpuunits").filter(|units| (1..=10_000).contains(units));
        if limit.is_some() || units.is_some() {
            self.xml.open("cputune", &[]);
            if let Some(units) = units {
                self.xml.text("shares", &[], &units.to_string());
            }
            if let Some(limit) = limit {
                self.xml.text("global_period", &[], "100000");
                self.xml.text("global_quota", &[], &limit.to_string());
            }
            self.xml.close();
        }
    }

    fn firmware(&mut self) {
        let machine = self.machine;
        let firmware = machine.firmware();
        let (arch, chipset) = match (machine.arch, machine.is_q35) {
            (Arch::Aarch64, _) => ("aarch64", "virt"),
            (Arch::X86_64, true) => ("x86_64", "q35"),
            (Arch::X86_64, false) => ("x86_64", "pc"),
        };
        // libvirt chooses the newest firmware, which takes no others' variables.
        let is_chosen = machine.is_uefi && firmware != OF_2_MIB;
        self.xml.open("os", if is_chosen { &[("firmware", "efi")] } else { &[] });
        self.xml.text("type", &[("arch", arch), ("machine", chipset)], "hvm");
        if machine.is_uefi && !is_chosen {
            let flash = [("readonly", "yes"), ("type", "pflash")];
            self.xml.text("loader", &flash, firmware.code);
        }
        if let Some(drive) = machine.efi_variables().filter(|_| machine.is_uefi) {
            let path = machine.path(drive, self.options, self.folder(), Raw);
            self.xml.text("nvram", &[], &path);
            if drive.size != firmware.variables {
                let size = format!("{} bytes", drive.size);
                let told = LeftOut::replaced(&drive.key, &size, "a file to be cut or filled");
                self.left_out.push(told.so(firmware.cut).dangerous());
            }
        }
        if !self.machine.smbios().is_empty() {
            self.xml.empty("smbios", &[("mode", "sysinfo")]);
        }
        self.xml.close();
    }

    fn smbios(&mut self) {
        let fields = self.machine.smbios();
        if fields.is_empty() {
            return;
        }
        self.xml.open("sysinfo", &[("type", "smbios")]);
        self.xml.open("system", &[]);
        for (name, value) in fields {
            self.xml.text("entry", &[("name", name)], &value);
        }
        self.xml.close();
        self.xml.close();
    }

    fn features(&mut self) {
        let machine = self.machine;
        self.xml.open("features", &[]);
        if machine.is_on("acpi", true) {
            self.xml.empty("acpi", &[]);
        }
        if machine.arch == Arch::X86_64 {
            self.xml.empty("apic", &[]);
        }
        let vendor_id = self.cpu.vendor_id.clone();
        if machine.has_hyperv() || vendor_id.is_some() || !self.cpu.hyperv.is_empty() {
            self.hyperv(vendor_id.as_deref());
        }
        if self.cpu.is_hidden {
            self.xml.open("kvm", &[]);
            self.xml.empty("hidden", &[("state", "on")]);
            self.xml.close();
        }
        self.xml.close();
    }

    fn hyperv(&mut self, vendor_id: Option<&str>) {
        self.xml.open("hyperv", &[("mode", "custom")]);
        if self.machine.has_hyperv() {
            let is_newer = matches!(self.machine.guest, Guest::Windows(7..));
            let newer = if is_newer { &["relaxed", "synic", "stimer", "ipi"][..] } else { &[] };
            self.xml.empty("spinlocks", &[("state", "on"), ("retries", "8191")]);
            for name in ["vapic", "vpindex", "runtime", "reset"].iter().chain(newer) {
                self.xml.empty(name, &[("state", "on")]);
            }
        }
        for name in self.cpu.hyperv.clone() {
            self.xml.empty(name, &[("state", "on")]);
        }
        if let Some(id) = vendor_id {
            self.xml.empty("vendor_id", &[("state", "on"), ("value", id)]);
        }
        self.xml.close();
    }

    fn cpu(&mut self) {
        let mode = match self.cpu.model.as_str() {
            "host" => "host-passthrough",
            "max" => "maximum",
            _ => "custom",
        };
        let exact = [("mode", mode), ("match", "exact"), ("check", "none")];
        self.xml.open("cpu", if mode == "custom" { &exact } else { &exact[..1] });
        if mode == "custom" {
            let model = self.cpu.model.clone();
            // libvirt has no versions of models.
            let version = model.rsplit_once("-v").filter(|(_, version)| {
                !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit())
            });
            let base = version.map_or(model.as_str(), |(base, _)| base);
            if base != model {
                self.replaced("cpu", &model, "the first version of the same model");
            }
            self.xml.text("model", &[("fallback", "allow")], base);
        }
        let (sockets, cores) = (self.machine.sockets.to_string(), self.machine.cores.to_string());
        self.xml.empty("topology", &[("sockets", &sockets), ("cores", &cores), ("threads", "1")]);
        match self.cpu.phys_bits.as_deref() {
            Some("host") => self.xml.empty("maxphysaddr", &[("mode", "passthrough")]),
            Some(bits) => self.xml.empty("maxphysaddr", &[("mode", "emulate"), ("bits", bits)]),
            None => {}
        }
        for (is_on, name) in &self.cpu.flags {
            let policy = if *is_on { "require" } else { "disable" };
            self.xml.empty("feature", &[("policy", policy), ("name", name)]);
        }
        self.numa();
        self.xml.close();
    }

    fn numa(&mut self) {
        let nodes = self.machine.numa_nodes();
        if nodes.is_empty() {
            if self.machine.is_on("numa", false) {
                self.replaced("numa", "1", "one node: the nodes do not add up to the memory");
            }
            return;
        }
        self.xml.open("numa", &[]);
        for (id, (cpus, mib)) in (0_u32..).zip(nodes) {
            let (id, mib) = (id.to_string(), mib.to_string());
            let cell = [("id", id.as_str()), ("cpus", &cpus), ("memory", &mib), ("unit", "MiB")];
            self.xml.empty("cell", &cell);
        }
        self.xml.close();
    }

    fn clock(&mut self) {
        let machine = self.machine;
        let start = machine.config.value("startdate").and_then(seconds_of);
        let offset = if machine.is_local_time() { "localtime" } else { "utc" };
        match start.map(|seconds| seconds.to_string()) {
            Some(start) => {
                self.xml.open("clock", &[("offset", "absolute"), ("start", &start)]);
            }
            None => self.xml.open("clock", &[("offset", offset)]),
        }
        if machine.arch == Arch::X86_64 {
            if machine.is_on("tdf", false) {
                self.xml.empty("timer", &[("name", "rtc"), ("tickpolicy", "catchup")]);
            }
            if machine.has_hyperv() {
                self.xml.empty("timer", &[("name", "hpet"), ("present", "no")]);
                self.xml.empty("timer", &[("name", "hypervclock"), ("present", "yes")]);
            }
        }
        self.xml.close();
    }

    /// Whether the guest may sleep.
    fn sleep(&mut self) {
        let state = |name| {
            let option = self.machine.config.line("machine").and_then(|line| line.flag(name));
            option.map(|is_on| if is_on { "yes" } else { "no" })
        };
        let (to_ram, to_disk) = (state("enable-s3"), state("enable-s4"));
        if to_ram.is_none() && to_disk.is_none() {
            return;
        }
        self.xml.open("pm", &[]);
        for (name, enabled) in [("suspend-to-mem", to_ram), ("suspend-to-disk", to_disk)] {
            if let Some(enabled) = enabled {
                self.xml.empty(name, &[("enabled", enabled)]);
            }
        }
        self.xml.close();
    }
}

fn has_generation_id(domain: &Domain<'_>) -> bool {
    domain.machine.config.value("vmgenid").is_some_and(|id| id != "0" && is_word(id))
}
