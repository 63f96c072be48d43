//! Appliances and texts for other programs, held against those programs.

mod import;
mod ova;
mod shells;
mod starts;
mod table;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::export::disk::files;
use crate::export::disk::files::{Case, MIB, assert_qemu_agrees, drain, path_of, run};
use crate::programs::has;
use crate::support::{finish, id, open};
use archive_writer::{ArchiveBuilder, Content, Device, Kind};
use vma_inspector::archive::Archive;
use vma_inspector::export::appliance::{Bus, Machine, Options, Ova, Role, Text};
use vma_inspector::export::disk::{Disk, DiskFormat, DiskStream, Identity};
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

const CONF: &str = "\
agent: 1,fstrim_cloned_disks=1
bios: ovmf
boot: order=scsi0;ide2;net0
cores: 4
cpu: x86-64-v2-AES
efidisk0: local-lvm:vm-100-disk-0,efitype=4m,pre-enrolled-keys=1,size=528K
hostpci0: 01:00,pcie=1
ide2: local:iso/debian.iso,media=cdrom
machine: q35
memory: 4096
name: web-01
net0: virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,tag=5
net1: e1000=01:24:11:00:00:02,bridge=vmbr1
ostype: l26
scsi0: local-lvm:vm-100-disk-1,iothread=1,size=40M
scsi1: local-lvm:vm-100-disk-9,backup=0,size=1G
scsihw: virtio-scsi-single
sockets: 2
tpmstate0: local-lvm:vm-100-disk-3,size=4M,version=v2.0
virtio3: local-lvm:vm-100-disk-2,size=5M
#qmdump#map:efidisk0:drive-efidisk0:local-lvm:raw:
#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:
#qmdump#map:tpmstate0:drive-tpmstate0-backup:local-lvm:raw:
#qmdump#map:virtio3:drive-virtio3:local-lvm:raw:
";

/// A name that tries to be markup, shell, options and terminal control.
const HOSTILE: &str =
    "a\"'<b>&amp;]]><!--,format=raw;$(reboot)`reboot`\\ \u{1b}[201~\u{202e}\u{ffff}ü/../x";

fn disks(conf: &str) -> ArchiveBuilder {
    let disk = |id, name, size, kind| Device::new(id, name, size, Content::of_kind(kind, size));
    ArchiveBuilder::new()
        .config("qemu-server.conf", conf)
        .device(disk(1, "drive-efidisk0", 540_672, Kind::Mixed))
        .device(disk(2, "drive-scsi0", 40 * MIB, Kind::Mixed))
        .device(disk(3, "drive-tpmstate0-backup", 4 * MIB, Kind::Sparse))
        .device(disk(4, "drive-virtio3", 5 * MIB + 512, Kind::Dense))
        .device(Device::vmstate(9, MIB, 3, Content::of_kind(Kind::Dense, 1)))
}

fn machine(conf: &str) -> Machine {
    Machine::new(open(disks(conf).build().bytes).header())
}

fn options() -> Options {
    Options {
        keeps_macs: true,
        format: DiskFormat::Qcow2,
        folder: "/srv/images/".into(),
        stem: None,
    }
}

/// What was left out, as it is shown.
fn left_out(text: &Text) -> Vec<String> {
    text.left_out.iter().map(ToString::to_string).collect()
}

fn written(text: &str, extension: &str) -> PathBuf {
    let path = path_of("appliance", extension);
    fs::write(&path, text).expect("writes");
    path
}

fn name_of(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
