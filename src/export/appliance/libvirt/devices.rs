//! Network cards, graphics, ports and what else can be plugged in.

use super::Domain;
use crate::export::appliance::left_out::{CONTENTS, LeftOut, Reason, TPM_FOLLOWS};
use crate::export::appliance::machine::{AgentPort, Arch, entropy, keyboard};
use crate::export::appliance::text::{is_word, usb_ids};
use crate::machine::lines::times;

/// The network that every libvirt has.
const NETWORK: &str = "default";

/// What SPICE and its agent talk through.
const SPICE: &str = "com.redhat.spice.0";

impl Domain<'_> {
    pub(super) fn cards(&mut self) {
        let machine = self.machine;
        let mut networks: Vec<Option<&str>> = Vec::new();
        for card in &machine.cards {
            let network = card.network.as_deref();
            if !networks.contains(&network) {
                networks.push(network);
            }
            let is_first = networks.first() == Some(&network);
            self.say_network(&card.key, network, is_first || card.is_down);
            self.xml.open("interface", &[("type", "network")]);
            if let Some(mac) = card.mac.as_ref().filter(|_| self.options.keeps_macs) {
                self.xml.empty("mac", &[("address", mac)]);
            }
            self.xml.empty("source", &[("network", NETWORK)]);
            let model = match card.model.as_str() {
                known @ ("virtio" | "e1000" | "e1000e" | "rtl8139" | "vmxnet3" | "ne2k_pci") => {
                    known
                }
                other => {
                    self.replaced(&card.key, other, "an e1000");
                    "e1000"
                }
            };
            self.xml.empty("model", &[("type", model)]);
            if let Some(queues) = card.number("queues") {
                self.xml.empty("driver", &[("name", "vhost"), ("queues", queues)]);
            }
            if card.is_down || !is_first {
                self.xml.empty("link", &[("state", "down")]);
            }
            match card.number("mtu") {
                Some("1") => self.replaced(&card.key, "mtu=1", "the network's"),
                Some(mtu) => self.xml.empty("mtu", &[("size", mtu)]),
                None => {}
            }
            self.bandwidth(card.line.option("rate"));
            self.boot(card.boot);
            self.xml.close();
        }
    }

    fn say_network(&mut self, key: &str, network: Option<&str>, is_alone: bool) {
        let Some(network) = network else { return };
        let told = LeftOut::replaced(key, network, "libvirt's network \"default\"");
        self.left_out.push(match is_alone {
            true => told,
            false => told
                .so("its cable is pulled, so that networks that were apart are not joined")
                .dangerous(),
        });
    }

    fn bandwidth(&mut self, rate: Option<&str>) {
        // MiB a second there, KiB here.
        let rate = rate.and_then(|rate| times(rate, 1024)).filter(|rate| *rate > 0);
        let Some(average) = rate.map(|rate| rate.to_string()) else { return };
        self.xml.open("bandwidth", &[]);
        for direction in ["inbound", "outbound"] {
            self.xml.empty(direction, &[("average", &average)]);
        }
        self.xml.close();
    }

    pub(super) fn other_devices(&mut self) {
        self.ports();
        self.tpm();
        self.display();
        self.input();
        self.agent();
        self.usb();
        self.sound();
        self.watchdog();
        self.memory_devices();
        self.iommu();
    }

    fn ports(&mut self) {
        let machine = self.machine;
        for (key, number, is_of_host) in machine.serial_ports() {
            if is_of_host {
                let told = machine.config.value(key).unwrap_or_default();
                self.replaced(key, told, "a terminal of libvirt's: it was a port of the old host");
            }
            self.xml.open("serial", &[("type", "pty")]);
            self.xml.empty("target", &[("port", &number.to_string())]);
            self.xml.close();
        }
        for line in machine.config.numbered("parallel") {
            self.replaced(&line.key, &line.value, "a port without a device of the old host");
            self.xml.open("parallel", &[("type", "null")]);
            self.xml.empty("target", &[("port", &line.number.unwrap_or(0).to_string())]);
            self.xml.close();
        }
    }

    fn tpm(&mut self) {
        let Some(tpm) = self.machine.tpm_state() else { return };
        let told = LeftOut::replaced(&tpm.key, CONTENTS, "a new, empty TPM");
        self.left_out.push(told.so(TPM_FOLLOWS).dangerous());
        let is_newer = matches!(tpm.line.option("version"), Some("v2.0"));
        let (model, version) = if is_newer { ("tpm-crb", "2.0") } else { ("tpm-tis", "1.2") };
        let model = if self.machine.arch == Arch::Aarch64 { "tpm-tis" } else { model };
        self.xml.open("tpm", &[("model", model)]);
        self.xml.empty("backend", &[("type", "emulator"), ("version", version)]);
        self.xml.close();
    }

    /// Whether pictures go by SPICE.
    fn is_spice(&self) -> bool {
        self.machine.display().starts_with("qxl")
    }

    fn display(&mut self) {
        let machine = self.machine;
        let kind = machine.display();
        let memory = machine.config.option("vga", "memory").and_then(|mib| mib.parse::<u64>().ok());
        let memory = memory.filter(|mib| (1..=512).contains(mib));
        let memory = memory.map(|mib| (mib * 1024).to_string());
        let heads = kind.strip_prefix("qxl").filter(|heads| !heads.is_empty());
        let model = match kind {
            "std" => "vga",
            "cirrus" => "cirrus",
            "vmware" => "vmvga",
            "virtio" => "virtio",
            "virtio-gl" => {
                self.replaced("vga", kind, "a virtio card that does not compute in the host's");
                "virtio"
            }
            "none" | "serial0" | "serial1" | "serial2" | "serial3" => "none",
            _ if self.is_spice() => "qxl",
            other => {
                self.replaced("vga", other, "a standard card");
                "vga"
            }
        };
        self.xml.open("video", &[]);
        let mut attributes = vec![("type", model)];
        let takes_memory = matches!(model, "vga" | "cirrus" | "vmvga" | "qxl");
        match memory.as_deref() {
            Some(kib) if takes_memory => attributes.push(("vram", kib)),
            Some(_) => self.replaced("vga", "memory", "as much as the card takes"),
            None => {}
        }
        attributes.extend(heads.filter(|heads| is_word(heads)).map(|heads| ("heads", heads)));
        self.xml.empty("model", &attributes);
        self.xml.close();
        if model == "none" {
            for option in ["keyboard", "spice_enhancements"] {
                if let Some(value) = machine.config.value(option) {
                    self.left_out.push(LeftOut::new(option, value, Reason::NoPlace));
                }
            }
            return;
        }
        self.graphics();
    }

    fn graphics(&mut self) {
        let machine = self.machine;
        let kind = if self.is_spice() { "spice" } else { "vnc" };
        let mut graphics = vec![("type", kind), ("autoport", "yes")];
        graphics.extend(keyboard(machine).map(|layout| ("keymap", layout)));
        self.xml.open("graphics", &graphics);
        let enhancement = |name| machine.config.option("spice_enhancements", name);
        match enhancement("videostreaming").filter(|mode| is_word(mode)) {
            Some(mode) if self.is_spice() => self.xml.empty("streaming", &[("mode", mode)]),
            Some(mode) => self.replaced("spice_enhancements", mode, "nothing: there is no SPICE"),
            None => {}
        }
        self.xml.close();
        let shares = machine.flag_option("spice_enhancements", "foldersharing");
        if self.is_spice() {
            self.channel("spicevmc", SPICE);
            if shares {
                self.channel("spiceport", "org.spice-space.webdav.0");
            }
        } else {
            if shares {
                self.replaced(
                    "spice_enhancements",
                    "foldersharing=1",
                    "nothing: there is no SPICE",
                );
            }
            if machine.config.option("vga", "clipboard") == Some("vnc") {
                self.xml.open("channel", &[("type", "qemu-vdagent")]);
                self.xml.open("source", &[]);
                self.xml.empty("clipboard", &[("copypaste", "yes")]);
                self.xml.close();
                self.xml.empty("target", &[("type", "virtio"), ("name", SPICE)]);
                self.xml.close();
            }
        }
    }

    fn channel(&mut self, kind: &str, name: &str) {
        self.xml.open("channel", &[("type", kind)]);
        if kind == "spiceport" {
            self.xml.empty("source", &[("channel", name)]);
        }
        self.xml.empty("target", &[("type", "virtio"), ("name", name)]);
        self.xml.close();
    }

    fn input(&mut self) {
        if self.machine.is_on("tablet", true) {
            self.xml.empty("input", &[("type", "tablet"), ("bus", "usb")]);
        }
        if self.machine.arch == Arch::Aarch64 {
            self.xml.empty("input", &[("type", "keyboard"), ("bus", "usb")]);
        }
    }

    fn agent(&mut self) {
        match self.machine.agent {
            Some(AgentPort::Virtio) => self.channel("unix", "org.qemu.guest_agent.0"),
            Some(AgentPort::Isa) => {
                let by = "a channel of virtio's: libvirt talks to no agent through a serial port";
                self.replaced("agent", "type=isa", by);
                self.channel("unix", "org.qemu.guest_agent.0");
            }
            None => {}
        }
    }

    fn usb(&mut self) {
        for line in self.machine.config.numbered("usb") {
            let host = line.option("host").unwrap_or_default();
            if host == "spice" {
                self.xml.empty("redirdev", &[("bus", "usb"), ("type", "spicevmc")]);
            } else if let Some((vendor, product)) = usb_ids(host) {
                let kind = [("mode", "subsystem"), ("type", "usb"), ("managed", "yes")];
                self.xml.open("hostdev", &kind);
                self.xml.open("source", &[("startupPolicy", "optional")]);
                self.xml.empty("vendor", &[("id", &format!("0x{vendor}"))]);
                self.xml.empty("product", &[("id", &format!("0x{product}"))]);
                self.xml.close();
                self.xml.close();
            } else if !host.is_empty() {
                self.left_out.push(LeftOut::new(&line.key, host, Reason::OldHost));
            }
        }
    }

    fn sound(&mut self) {
        let Some(line) = self.machine.config.line("audio0") else { return };
        let model = match line.option("device") {
            Some("AC97") => "ac97",
            Some("intel-hda") => "ich6",
            _ => "ich9",
        };
        self.xml.empty("sound", &[("model", model)]);
        let is_heard = self.is_spice() && line.option("driver") != Some("none");
        if !is_heard && line.option("driver") != Some("none") {
            self.replaced("audio0", "driver=spice", "unheard: there is no SPICE");
        }
        let kind = if is_heard { "spice" } else { "none" };
        self.xml.empty("audio", &[("id", "1"), ("type", kind)]);
    }

    fn watchdog(&mut self) {
        let Some(line) = self.machine.config.line("watchdog") else { return };
        let model = if line.option("model") == Some("ib700") { "ib700" } else { "i6300esb" };
        let action = match line.option("action") {
            Some(known @ ("reset" | "shutdown" | "poweroff" | "pause" | "none")) => known,
            Some("debug") => {
                self.replaced("watchdog", "action=debug", "pause");
                "pause"
            }
            _ => "none",
        };
        self.xml.empty("watchdog", &[("model", model), ("action", action)]);
    }

    fn memory_devices(&mut self) {
        let machine = self.machine;
        let has_balloon = machine.config.number("balloon") != Some(0);
        let model = if has_balloon { "virtio" } else { "none" };
        self.xml.empty("memballoon", &[("model", model)]);
        if let Some(line) = machine.config.line("rng0") {
            let number = |name: &str, default| {
                line.option(name).filter(|number| is_word(number)).unwrap_or(default).to_owned()
            };
            let (bytes, period) = (number("max_bytes", "1024"), number("period", "1000"));
            self.xml.open("rng", &[("model", "virtio")]);
            if bytes != "0" {
                self.xml.empty("rate", &[("bytes", &bytes), ("period", &period)]);
            }
            let source = entropy(line.option("source"));
            self.xml.text("backend", &[("model", "random")], source);
            self.xml.close();
        }
        if let Some(line) = machine.config.line("ivshmem") {
            let name = line.option("name").filter(|name| is_word(name)).unwrap_or("vm");
            let size = line.option("size").filter(|size| is_word(size)).unwrap_or("1");
            self.xml.open("shmem", &[("name", &format!("pve-shm-{name}"))]);
            self.xml.empty("model", &[("type", "ivshmem-plain")]);
            self.xml.text("size", &[("unit", "M")], size);
            self.xml.close();
        }
    }

    fn iommu(&mut self) {
        let machine = self.machine;
        let bits = machine.config.option("machine", "aw-bits").filter(|bits| is_word(bits));
        let model = match machine.config.option("machine", "viommu") {
            Some("intel") if machine.is_q35 => "intel",
            Some("virtio") if machine.is_q35 => "virtio",
            Some(other) => return self.replaced("machine", other, "none: it needs a q35"),
            None => return bits.map_or((), |bits| self.replaced("machine", bits, "none")),
        };
        self.xml.open("iommu", &[("model", model)]);
        match (model, bits) {
            ("intel", Some(bits)) => self.xml.empty("driver", &[("aw_bits", bits)]),
            (_, Some(bits)) => self.replaced("machine", &format!("aw-bits={bits}"), "its own"),
            (_, None) => {}
        }
        self.xml.close();
    }
}
