//! What is not a device: memory, processor, firmware, clock.

use super::Command;
use crate::export::appliance::left_out::LeftOut;
use crate::export::appliance::machine::{Arch, Guest, keyboard};
use crate::export::appliance::text::{harmless, is_date};
use crate::export::disk::DiskFormat;

impl Command<'_> {
    pub(super) fn system(&mut self) {
        let machine = self.machine;
        let name = harmless(&machine.name).replace('/', "_");
        self.add("-name", &format!("guest={name}"));
        self.chipset();
        let cpu = self.processor();
        self.add("-cpu", &cpu);
        let (cpus, sockets, cores) = (machine.cpus(), machine.sockets, machine.cores);
        let online = machine.cpus_at_start();
        let max = if online < cpus { format!(",maxcpus={cpus}") } else { String::new() };
        self.add("-smp", &format!("{online},sockets={sockets},cores={cores},threads=1{max}"));
        self.add("-m", &machine.memory_mib.to_string());
        self.numa();
        self.identity();
        self.clock();
        if let Some(layout) = keyboard(machine) {
            self.add("-k", layout);
        }
        if machine.is_on("freeze", false) {
            self.switch("-S");
        }
        if !machine.is_on("reboot", true) {
            self.switch("-no-reboot");
        }
    }

    fn chipset(&mut self) {
        let machine = self.machine;
        let chipset = match (machine.arch, machine.is_q35) {
            (Arch::Aarch64, _) => "virt",
            (Arch::X86_64, true) => "q35",
            (Arch::X86_64, false) => "pc",
        };
        let accelerator = match (machine.is_on("kvm", true), self.needs_kvm()) {
            (false, _) => "tcg",
            (true, true) => "kvm",
            (true, false) => "kvm:tcg",
        };
        let mut options = format!("{chipset},accel={accelerator}");
        if !machine.is_on("acpi", true) {
            options.push_str(",acpi=off");
        }
        if !machine.is_on("allow-ksm", true) {
            options.push_str(",mem-merge=off");
        }
        if machine.has_hyperv() {
            options.push_str(",hpet=off");
        }
        self.add("-machine", &options);
        let prefix = if machine.is_q35 { "ICH9-LPC" } else { "PIIX4_PM" };
        for (name, field) in [("enable-s3", "disable_s3"), ("enable-s4", "disable_s4")] {
            let stated = machine.config.line("machine").and_then(|line| line.flag(name));
            match stated {
                Some(is_on) if machine.arch == Arch::X86_64 => {
                    self.add("-global", &format!("{prefix}.{field}={}", u8::from(!is_on)));
                }
                Some(_) => self.replaced("machine", name, "as ARM's machines are"),
                None => {}
            }
        }
    }

    /// Whether it has what QEMU ends at without KVM: an index of processors for
    /// Hyper-V, which most of the newer enlightenments hang on.
    fn needs_kvm(&self) -> bool {
        (self.machine.has_hyperv() || !self.cpu.hyperv.is_empty())
            && self.machine.is_on("kvm", true)
    }

    fn processor(&mut self) -> String {
        // Which is the host's, where there is KVM.
        let model = if self.cpu.model == "host" { "max" } else { &self.cpu.model };
        let mut cpu = model.to_owned();
        for (is_on, name) in &self.cpu.flags {
            // QEMU's own spelling of Linux's names.
            let name = name.replace('_', "-");
            cpu.push_str(&format!(",{name}={}", if *is_on { "on" } else { "off" }));
        }
        if self.machine.has_hyperv() {
            cpu.push_str(",hv-spinlocks=0x1fff,hv-vapic=on,hv-time=on");
            cpu.push_str(",hv-reset=on,hv-runtime=on");
            let is_newer = matches!(self.machine.guest, Guest::Windows(7..));
            if is_newer {
                cpu.push_str(",hv-relaxed=on");
            }
            if self.needs_kvm() {
                cpu.push_str(",hv-vpindex=on");
                if is_newer {
                    cpu.push_str(",hv-synic=on,hv-stimer=on,hv-ipi=on");
                }
            }
        }
        for name in self.cpu.hyperv.clone() {
            if self.needs_kvm() {
                cpu.push_str(&format!(",hv-{name}=on"));
            } else {
                self.replaced("cpu", name, "off, for want of KVM");
            }
        }
        if let Some(id) = &self.cpu.vendor_id {
            cpu.push_str(&format!(",hv-vendor-id={id}"));
        }
        if self.cpu.is_hidden {
            cpu.push_str(",kvm=off");
        }
        match self.cpu.phys_bits.as_deref() {
            Some("host") => cpu.push_str(",host-phys-bits=on"),
            Some(bits) => cpu.push_str(&format!(",phys-bits={bits}")),
            None => {}
        }
        if let Some(level) = &self.cpu.level {
            cpu.push_str(&format!(",level={level}"));
        }
        cpu
    }

    fn numa(&mut self) {
        let nodes = self.machine.numa_nodes();
        if nodes.is_empty() && self.machine.is_on("numa", false) {
            self.replaced("numa", "1", "one node: the nodes do not add up to the memory");
        }
        for (id, (cpus, mib)) in (0_u32..).zip(nodes) {
            self.add("-object", &format!("memory-backend-ram,id=ram-node{id},size={mib}M"));
            let cpus: String = cpus.split(',').map(|range| format!(",cpus={range}")).collect();
            self.add("-numa", &format!("node,nodeid={id}{cpus},memdev=ram-node{id}"));
        }
    }

    /// What the machine says of itself.
    fn identity(&mut self) {
        let machine = self.machine;
        if let Some(uuid) = machine.uuid(self.options) {
            self.add("-uuid", uuid);
        }
        let mut fields = String::new();
        for (name, value) in machine.smbios() {
            let plain = harmless(&value);
            if plain != value {
                self.replaced("smbios1", &value, "written without what a shell could act on");
            }
            fields.push_str(&format!(",{name}={plain}"));
        }
        if !fields.is_empty() {
            self.add("-smbios", &format!("type=1{fields}"));
        }
    }

    fn clock(&mut self) {
        let machine = self.machine;
        let start = machine.config.value("startdate").filter(|date| is_date(date));
        let base = if machine.is_local_time() { Some("localtime") } else { None };
        let mut clock = start.or(base).map(|base| format!("base={base}")).unwrap_or_default();
        if machine.is_on("tdf", false) {
            match machine.arch {
                Arch::X86_64 if clock.is_empty() => clock.push_str("base=utc,driftfix=slew"),
                Arch::X86_64 => clock.push_str(",driftfix=slew"),
                Arch::Aarch64 => self.replaced("tdf", "1", "as ARM's machines are"),
            }
        }
        if !clock.is_empty() {
            self.add("-rtc", &clock);
        }
    }

    pub(super) fn firmware(&mut self) {
        let machine = self.machine;
        if !machine.is_uefi {
            return;
        }
        let firmware = machine.firmware();
        self.add("-drive", &format!("if=pflash,format=raw,readonly=on,file={}", firmware.code));
        let Some(drive) = machine.efi_variables() else { return };
        let path = machine.path(drive, self.options, &self.options.folder, DiskFormat::Raw);
        // Storage rounds up, and the firmware finds nothing in a longer flash.
        let size = match drive.size > firmware.variables {
            true => format!(",size={}", firmware.variables),
            false => String::new(),
        };
        if drive.size < firmware.variables {
            let told = format!("{} bytes", drive.size);
            let told = LeftOut::replaced(&drive.key, &told, "a file to be filled");
            self.left_out.push(told.so(firmware.cut).dangerous());
        }
        self.add("-drive", &format!("if=pflash,format=raw{size},file={}", harmless(&path)));
    }
}
