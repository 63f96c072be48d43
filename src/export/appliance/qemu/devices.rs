//! Network cards, graphics, ports and what else can be plugged in.

use super::{Command, boot_index};
use crate::export::appliance::left_out::{CONTENTS, LeftOut, Reason, TPM_FOLLOWS};
use crate::export::appliance::machine::{AgentPort, Arch, entropy};
use crate::export::appliance::text::{harmless, is_word, stem, usb_ids};

impl Command<'_> {
    pub(super) fn cards(&mut self) {
        let machine = self.machine;
        for (number, card) in (0_u32..).zip(&machine.cards) {
            let id = stem(&card.key);
            if card.is_down {
                // A hub with nothing else on it is a cable that is pulled.
                self.add("-netdev", &format!("hubport,id={id},hubid={number}"));
            } else {
                self.add("-netdev", &format!("user,id={id}"));
            }
            if let Some(network) = &card.network {
                let by = match card.is_down {
                    true => "plugged into nothing: its cable was pulled",
                    false => "QEMU's own network, behind the host's address",
                };
                self.replaced(&card.key, network, by);
            }
            let mac = card.mac.as_ref().filter(|_| self.options.keeps_macs);
            let mac = mac.map(|mac| format!(",mac={mac}")).unwrap_or_default();
            let model = match card.model.as_str() {
                "virtio" => "virtio-net-pci",
                known @ ("e1000" | "e1000e" | "rtl8139" | "vmxnet3" | "ne2k_pci" | "pcnet") => {
                    known
                }
                known @ ("i82551" | "i82557b" | "i82559er" | "e1000-82544gc") => known,
                known @ "e1000-82545em" => known,
                "e1000-82540em" => "e1000",
                other => {
                    self.replaced(&card.key, other, "an e1000");
                    "e1000"
                }
            };
            let mtu = match (card.number("mtu"), model) {
                (Some("1"), _) => {
                    self.replaced(&card.key, "mtu=1", "the network's");
                    String::new()
                }
                (Some(mtu), "virtio-net-pci") => format!(",host_mtu={mtu}"),
                (Some(mtu), _) => {
                    self.replaced(&card.key, &format!("mtu={mtu}"), "the network's");
                    String::new()
                }
                (None, _) => String::new(),
            };
            let boot = boot_index(card.boot);
            self.add_on_bus(&format!("{model},netdev={id}{mac}{mtu}{boot}"));
        }
    }

    pub(super) fn other_devices(&mut self) {
        self.display();
        self.ports();
        self.input_and_usb();
        self.channels();
        self.sound();
        self.watchdog();
        self.memory_devices();
        self.iommu();
        if let Some(tpm) = self.machine.tpm_state() {
            let told = LeftOut::new(&tpm.key, CONTENTS, Reason::NoPlace);
            self.left_out.push(told.so(TPM_FOLLOWS).dangerous());
        }
        let machine = self.machine;
        let has_id = machine.config.value("vmgenid").is_some_and(|id| id != "0");
        if has_id && machine.arch == Arch::X86_64 {
            self.add("-device", "vmgenid,guid=auto");
            let told = machine.config.value("vmgenid").unwrap_or_default();
            self.replaced("vmgenid", told, "a new one, as after a restore");
        }
    }

    fn display(&mut self) {
        let machine = self.machine;
        let kind = machine.display();
        let device = match kind {
            "std" if machine.arch == Arch::Aarch64 => "bochs-display",
            "std" => "VGA",
            "cirrus" => "cirrus-vga",
            "vmware" => "vmware-svga",
            "virtio" if machine.arch == Arch::Aarch64 => "virtio-gpu-pci",
            "virtio" => "virtio-vga",
            "virtio-gl" => {
                self.replaced("vga", kind, "a virtio card that does not compute in the host's");
                "virtio-vga"
            }
            "none" | "serial0" | "serial1" | "serial2" | "serial3" => {
                self.add("-vga", "none");
                return self.add("-display", "none");
            }
            _ if kind.starts_with("qxl") => {
                if kind != "qxl" {
                    self.replaced("vga", kind, "one qxl card");
                }
                "qxl-vga"
            }
            other => {
                self.replaced("vga", other, "a standard card");
                "VGA"
            }
        };
        let memory = machine.config.option("vga", "memory").filter(|mib| is_word(mib));
        let memory = match (memory, device) {
            (Some(mib), "VGA" | "cirrus-vga" | "vmware-svga") => format!(",vgamem_mb={mib}"),
            (Some(mib), "qxl-vga") => format!(",vram_size_mb={mib}"),
            (Some(mib), _) => {
                self.replaced("vga", &format!("memory={mib}"), "as much as the card takes");
                String::new()
            }
            (None, _) => String::new(),
        };
        self.add("-vga", "none");
        self.add_on_bus(&format!("{device}{memory}"));
    }

    fn ports(&mut self) {
        let machine = self.machine;
        for (key, number, is_of_host) in machine.serial_ports() {
            if is_of_host {
                let told = machine.config.value(key).unwrap_or_default();
                self.replaced(key, told, "a terminal: it was a port of the old host");
            }
            let is_screen = machine.display() == key;
            let kind = if is_screen { "stdio,signal=off" } else { "pty" };
            self.add("-chardev", &format!("{kind},id={key}"));
            match (machine.arch, number) {
                (Arch::X86_64, _) => {
                    self.add("-device", &format!("isa-serial,chardev={key},index={number}"));
                }
                (Arch::Aarch64, 0) => self.add("-serial", &format!("chardev:{key}")),
                (Arch::Aarch64, _) => {
                    self.add_on_bus(&format!("pci-serial,chardev={key}"));
                }
            }
        }
    }

    fn input_and_usb(&mut self) {
        let machine = self.machine;
        let has_tablet = machine.is_on("tablet", true) && machine.display() != "none";
        let is_arm = machine.arch == Arch::Aarch64;
        let sticks: Vec<String> = machine
            .config
            .numbered("usb")
            .into_iter()
            .filter_map(|line| {
                let host = line.option("host").unwrap_or_default();
                let ids = usb_ids(host);
                if ids.is_none() && !host.is_empty() {
                    let reason = if host == "spice" { Reason::NoPlace } else { Reason::OldHost };
                    self.left_out.push(LeftOut::new(&line.key, host, reason));
                }
                let (vendor, product) = ids?;
                Some(format!("usb-host,bus=usb.0,vendorid=0x{vendor},productid=0x{product}"))
            })
            .collect();
        if !(has_tablet || is_arm || !sticks.is_empty()) {
            return;
        }
        let controller = if sticks.is_empty() && !is_arm { "piix3-usb-uhci" } else { "qemu-xhci" };
        self.add_on_bus(&format!("{controller},id=usb"));
        if is_arm {
            self.add("-device", "usb-kbd,bus=usb.0");
        }
        if has_tablet {
            self.add("-device", "usb-tablet,bus=usb.0");
        }
        for stick in sticks {
            self.add("-device", &stick);
        }
    }

    /// What the guest's agents talk through.
    fn channels(&mut self) {
        let machine = self.machine;
        let has_clipboard = machine.config.option("vga", "clipboard") == Some("vnc");
        if has_clipboard || machine.agent == Some(AgentPort::Virtio) {
            self.add_on_bus("virtio-serial-pci,id=channels");
        }
        if let Some(port) = machine.agent {
            let socket = format!("{}-qga.sock", stem(&machine.name));
            self.add("-chardev", &format!("socket,id=qga0,path={socket},server=on,wait=off"));
            match (port, machine.arch) {
                (AgentPort::Isa, Arch::X86_64) => self.add("-device", "isa-serial,chardev=qga0"),
                (AgentPort::Isa, Arch::Aarch64) => self.add_on_bus("pci-serial,chardev=qga0"),
                (AgentPort::Virtio, _) => {
                    let name = "org.qemu.guest_agent.0";
                    let bus = "bus=channels.0";
                    self.add("-device", &format!("virtserialport,{bus},chardev=qga0,name={name}"));
                }
            }
        }
        if has_clipboard {
            self.add("-chardev", "qemu-vdagent,id=vdagent,name=vdagent,clipboard=on");
            let name = "com.redhat.spice.0";
            let bus = "bus=channels.0";
            self.add("-device", &format!("virtserialport,{bus},chardev=vdagent,name={name}"));
        }
    }

    fn sound(&mut self) {
        let Some(line) = self.machine.config.line("audio0") else { return };
        if line.option("driver") != Some("none") {
            self.replaced("audio0", "driver=spice", "unheard: there is no SPICE");
        }
        self.add("-audiodev", "none,id=audio0");
        let controller = match line.option("device") {
            Some("AC97") => return self.add_on_bus("AC97,audiodev=audio0"),
            Some("intel-hda") => "intel-hda",
            _ => "ich9-intel-hda",
        };
        self.add_on_bus(&format!("{controller},id=sound"));
        self.add("-device", "hda-duplex,bus=sound.0,audiodev=audio0");
    }

    fn watchdog(&mut self) {
        let Some(line) = self.machine.config.line("watchdog") else { return };
        match line.option("model") {
            Some("ib700") => self.add("-device", "ib700"),
            _ => self.add_on_bus("i6300esb"),
        }
        let action = line.option("action").filter(|action| is_word(action)).unwrap_or("none");
        self.add("-action", &format!("watchdog={action}"));
    }

    fn memory_devices(&mut self) {
        let machine = self.machine;
        match machine.config.number("balloon") {
            Some(0) => {}
            balloon => {
                if let Some(mib) = balloon {
                    let told = LeftOut::new("balloon", &mib.to_string(), Reason::NoPlace);
                    let follows = "“balloon” of QEMU's monitor gives the machine less memory";
                    self.left_out.push(told.so(follows));
                }
                self.add_on_bus("virtio-balloon-pci");
            }
        }
        if let Some(line) = machine.config.line("rng0") {
            let source = entropy(line.option("source"));
            self.add("-object", &format!("rng-random,id=rng0,filename={source}"));
            let number = |name: &str| line.option(name).filter(|number| is_word(number));
            let bytes = number("max_bytes").unwrap_or("1024");
            let period = number("period").unwrap_or("1000");
            let rate = format!(",max-bytes={bytes},period={period}");
            let rate = if bytes == "0" { String::new() } else { rate };
            self.add_on_bus(&format!("virtio-rng-pci,rng=rng0{rate}"));
        }
        if let Some(line) = machine.config.line("ivshmem") {
            let name = harmless(line.option("name").unwrap_or("vm"));
            let size = line.option("size").filter(|size| is_word(size)).unwrap_or("1");
            let path = format!("/dev/shm/pve-shm-{}", name.replace('/', "_"));
            let backend = format!("memory-backend-file,id=shared,share=on,size={size}M");
            self.add("-object", &format!("{backend},mem-path={path}"));
            self.add_on_bus("ivshmem-plain,memdev=shared");
        }
    }

    fn iommu(&mut self) {
        let machine = self.machine;
        let bits = machine.config.option("machine", "aw-bits").filter(|bits| is_word(bits));
        match (machine.config.option("machine", "viommu"), machine.is_q35) {
            (Some("intel"), true) => {
                let bits = bits.map(|bits| format!(",aw-bits={bits}")).unwrap_or_default();
                self.add("-device", &format!("intel-iommu,caching-mode=on{bits}"));
            }
            (Some("virtio"), true) => {
                self.add_on_bus("virtio-iommu-pci");
                if let Some(bits) = bits {
                    self.replaced("machine", &format!("aw-bits={bits}"), "its own");
                }
            }
            (Some(other), _) => self.replaced("machine", other, "none: it needs a q35"),
            (None, _) => {
                if let Some(bits) = bits {
                    self.replaced("machine", &format!("aw-bits={bits}"), "none");
                }
            }
        }
    }
}
