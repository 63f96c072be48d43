//! `qemu-server.conf` in words, as JSON.

use vma_inspector::archive::header::Header;
use vma_inspector::machine::qemu_server_conf::{self, MappedDevice, Network, QemuServerConf};
use vma_wasm::{Fields, list};

pub(super) fn summary(conf: &QemuServerConf, header: &Header) -> Fields {
    Fields::default()
        .text("name", conf.name.as_deref())
        .with("notes", conf.notes.as_str())
        .text("osType", conf.os_type.as_deref())
        .count_or_null("cores", conf.cores.map(u64::from))
        .count_or_null("sockets", conf.sockets.map(u64::from))
        .text("cpu", conf.cpu.as_deref())
        .count_or_null("memoryMib", conf.memory_mib)
        .text("bios", conf.bios.as_deref())
        .text("machine", conf.machine.as_deref())
        .with("networks", list(&conf.networks, network))
        .with("disks", list(&conf.disks, |conf| disk(conf, header)))
}

fn network(network: &Network) -> Fields {
    Fields::default()
        .with("key", network.key.as_str())
        .with("model", network.model.as_str())
        .text("mac", network.mac.as_deref())
        .text("bridge", network.bridge.as_deref())
        .text("vlan", network.vlan.as_deref())
        .with("down", network.is_down)
}

fn disk(disk: &qemu_server_conf::Disk, header: &Header) -> Fields {
    let mapped = disk.device.as_ref();
    let device = mapped.and_then(|m| header.devices().iter().find(|device| device.name == m.name));
    let stated = |text: fn(&MappedDevice) -> &str| mapped.map(text).filter(|text| !text.is_empty());
    Fields::default()
        .with("key", disk.key.as_str())
        .with("bus", disk.bus.as_str())
        .with("volume", disk.volume.as_str())
        .with("cdrom", disk.is_cdrom)
        .with("boots", disk.boots)
        .text("size", disk.size.as_deref())
        .text("deviceName", mapped.map(|m| m.name.as_str()))
        .count_or_null("deviceId", device.map(|device| device.id.get().into()))
        .text("storage", stated(|mapped| &mapped.storage))
        .text("format", stated(|mapped| &mapped.format))
}
