//! Appliances and texts for other programs, held against those programs.

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

#[test]
fn drives_are_those_that_the_archive_holds() {
    let machine = machine(CONF);
    let drives: Vec<_> = machine.drives().iter().map(|d| (d.key.as_str(), d.role)).collect();
    let expected = [
        ("efidisk0", Role::EfiVariables),
        ("scsi0", Role::Disk(Bus::Scsi)),
        ("tpmstate0", Role::TpmState),
        ("virtio3", Role::Disk(Bus::Virtio)),
    ];
    assert_eq!(drives, expected);
    assert_eq!(machine.file_name(&machine.drives()[1], "vmdk"), "web-01-scsi0.vmdk");
}

#[test]
fn an_archive_without_a_config_is_a_machine_of_its_devices() {
    let builder = ArchiveBuilder::new()
        .disk(1, "drive-sata1", vec![1; 4096])
        .disk(2, "odd name", vec![1; 4096])
        .disk(3, "odd/name", vec![1; 4096]);
    let machine = Machine::new(open(builder.build().bytes).header());
    let drives: Vec<_> = machine.drives().iter().map(|d| (d.key.as_str(), d.role)).collect();
    let (sata, scsi) = (Role::Disk(Bus::Sata), Role::Disk(Bus::Scsi));
    assert_eq!(drives, [("sata1", sata), ("odd name", scsi), ("device3", scsi)]);
    assert_eq!(machine.name(), "vm");
    let domain = machine.libvirt(&options());
    assert!(domain.text.contains("<memory unit=\"MiB\">512</memory>"), "{}", domain.text);
    assert_eq!(left_out(&domain), [""; 0]);
}

#[test]
fn a_domain_says_what_the_config_says_and_lists_the_rest() {
    let domain = machine(CONF).libvirt(&options());
    for expected in [
        "<name>web-01</name>",
        "<vcpu>8</vcpu>",
        "<os firmware=\"efi\">",
        "<nvram>/srv/images/web-01-efidisk0.raw</nvram>",
        "<source file=\"/srv/images/web-01-scsi0.qcow2\"/>",
        "<target dev=\"sda\" bus=\"scsi\"/>",
        "<target dev=\"vda\" bus=\"virtio\"/>",
        "<boot order=\"1\"/>",
        "<mac address=\"BC:24:11:00:00:01\"/>",
        "<controller type=\"scsi\" model=\"virtio-scsi\"/>",
        "org.qemu.guest_agent.0",
    ] {
        assert!(domain.text.contains(expected), "{expected} is not in {}", domain.text);
    }
    let expected = [
        "efidisk0: efitype=4m,pre-enrolled-keys=1: left out",
        "ide2: local:iso/debian.iso: left out: not in the backup",
        "scsi0: iothread=1: left out",
        "scsi1: local-lvm:vm-100-disk-9: left out: not in the backup",
        "tpmstate0: version=v2.0: left out",
        "net0: firewall=1,tag=5: left out",
        "net1: 01:24:11:00:00:02: now another MAC address",
        "boot: net0: left out",
        "hostpci0: 01:00,pcie=1: left out",
        "cpu: x86-64-v2-AES: now the host's",
        "net0: vmbr0: now libvirt's network \"default\"",
        "net1: vmbr1: now libvirt's network \"default\"",
        "tpmstate0: its contents: now a new, empty TPM",
    ];
    assert_eq!(left_out(&domain), expected);
    let without = machine(CONF).libvirt(&Options { keeps_macs: false, ..options() });
    assert!(!without.text.contains("<mac "), "{}", without.text);
}

#[test]
fn libvirt_takes_domains_of_every_sort() {
    if !has("virt-xml-validate", &["--version"]) {
        return;
    }
    for conf in [
        CONF.to_owned(),
        CONF.replace("web-01", HOSTILE),
        CONF.replace("q35", "pc-i440fx-9.0").replace("ovmf", "seabios").replace("l26", "win10"),
        CONF.replace("virtio-scsi-single", "lsi").replace("virtio=", "odd="),
        CONF.replace("virtio3", "ide0").replace("scsi0", "sata0"),
        String::new(),
    ] {
        for format in DiskFormat::ALL {
            let options = Options { format, folder: String::new(), ..options() };
            let path = written(&machine(&conf).libvirt(&options).text, "xml");
            if format == DiskFormat::Raw || conf == CONF {
                run("virt-xml-validate", &[name_of(&path), "domain"]);
            }
            fs::remove_file(path).expect("was written");
        }
    }
}

/// A script in which the command prints these of its words, a line each.
fn shell_function(words: &str, command: &str) -> String {
    let command = command.strip_prefix("qemu-system-x86_64").expect("is QEMU's");
    format!("words() {{ printf '%s\\n' \"{words}\"; }}\nwords{command}")
}

#[test]
fn a_command_line_is_one_command_whatever_the_names() {
    if !has("sh", &["-c", "true"]) {
        return;
    }
    for conf in [CONF.to_owned(), CONF.replace("web-01", HOSTILE)] {
        let command = machine(&conf).qemu(&options()).text;
        let script = shell_function("$@", &command);
        let words: Vec<_> = run("sh", &["-c", &script]).lines().map(str::to_owned).collect();
        let options = words.iter().step_by(2);
        assert!(options.clone().all(|option| option.starts_with('-')), "{words:?}");
        let count = |option: &str| words.iter().filter(|word| *word == option).count();
        assert_eq!((count("-netdev"), count("-drive"), count("-name")), (2, 4, 1), "{words:?}");
        assert!(command.lines().all(|line| !line.contains(char::is_control)), "{command}");
    }
    let name = format!("guest={}", HOSTILE.replace(',', ",,"));
    let name = name.replace(['\u{1b}', '\u{202e}', '\u{ffff}'], "_");
    let command = machine(&CONF.replace("web-01", HOSTILE)).qemu(&options()).text;
    let script = shell_function("$2", &command);
    assert_eq!(run("sh", &["-c", &script]).trim_end(), name);
}

#[test]
fn a_command_line_says_what_the_config_says_and_lists_the_rest() {
    let text = machine(CONF).qemu(&options());
    let expected = r"qemu-system-x86_64 \
  -name guest=web-01 \
  -machine q35,accel=kvm:tcg \
  -cpu max \
  -smp 8,sockets=2,cores=4,threads=1 \
  -m 4096 \
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
  -drive if=pflash,format=raw,file=/srv/images/web-01-efidisk0.raw \
  -device virtio-scsi-pci,id=scsihw0 \
  -drive if=none,id=drive-scsi0-0,format=qcow2,file=/srv/images/web-01-scsi0.qcow2 \
  -device scsi-hd,bus=scsihw0.0,scsi-id=0,drive=drive-scsi0-0,bootindex=1 \
  -drive if=none,id=drive-virtio3-1,format=qcow2,file=/srv/images/web-01-virtio3.qcow2 \
  -device virtio-blk-pci,drive=drive-virtio3-1 \
  -netdev user,id=net0 \
  -device virtio-net-pci,netdev=net0,mac=BC:24:11:00:00:01 \
  -netdev user,id=net1 \
  -device e1000,netdev=net1
";
    assert_eq!(text.text, expected);
    let left_out = left_out(&text);
    let replaced = "net0: vmbr0: now QEMU's own network, behind the host's address";
    assert!(left_out.iter().any(|line| line == replaced), "{left_out:?}");
    assert!(left_out.iter().any(|line| line == "agent: 1: left out"), "{left_out:?}");
}

struct Made {
    archive: Archive,
    scan: Scan,
}

impl Made {
    fn new(conf: &str) -> Self {
        let archive = open(disks(conf).build().bytes);
        let scan = finish(Scan::new(&archive));
        Self { archive, scan }
    }

    fn disk(&self, device: vma_inspector::archive::unit::DeviceId) -> Option<Disk> {
        let header = self.archive.header();
        let identity = Identity::new(header, header.device(device)?);
        Some(Disk::new(self.scan.image(device)?, identity))
    }

    fn ova(&self, compressed: bool) -> Ova {
        let disk = |device| self.disk(device);
        Ova::new(self.archive.header(), &options(), compressed, disk).expect("disks are small")
    }
}

/// A machine with a disk of 4 KiB for each key, and the lines of its command.
fn command_of(conf: &str, keys: &[String]) -> String {
    let mut builder = ArchiveBuilder::new().config("qemu-server.conf", conf);
    for (id, key) in (1..).zip(keys) {
        builder = builder.disk(id, format!("drive-{key}"), vec![1; 4096]);
    }
    Machine::new(open(builder.build().bytes).header()).qemu(&options()).text
}

#[test]
fn an_lsi_controller_has_seven_disks_and_a_next_one_the_rest() {
    let keys: Vec<_> = (0..9).map(|number| format!("scsi{number}")).collect();
    // Proxmox's default, which has no more than 8 places, one of them its own.
    let command = command_of("scsihw: lsi\n", &keys);
    assert_eq!(command.matches("lsi53c895a,id=scsihw").count(), 2, "{command}");
    for (number, place) in [(1, "scsihw0.0,scsi-id=0"), (7, "scsihw0.0,scsi-id=6")] {
        let device = format!("scsi-hd,bus={place},drive=drive-scsi{}-{}", number - 1, number - 1);
        assert!(command.contains(&device), "{device}: {command}");
    }
    assert!(command.contains("scsi-hd,bus=scsihw1.0,scsi-id=1,drive=drive-scsi8-8"), "{command}");
    let command = command_of("scsihw: virtio-scsi-pci\n", &keys);
    assert!(command.contains("scsi-hd,bus=scsihw0.0,scsi-id=8,drive=drive-scsi8-8"), "{command}");
    assert!(!command.contains("scsihw1"), "{command}");
}

#[test]
fn more_devices_than_a_bus_has_slots_are_put_behind_bridges() {
    let keys: Vec<_> = (0..16).map(|number| format!("virtio{number}")).collect();
    let cards = |count: u32| (0..count).map(|n| format!("net{n}: virtio\n")).collect::<String>();
    let few = command_of(&cards(3), &keys);
    assert!(!few.contains("bridge"), "{few}");
    let many = command_of(&cards(32), &keys);
    let lines: Vec<_> = many.lines().map(str::trim).collect();
    let at = |part: &str| lines.iter().position(|line| line.contains(part)).expect(part);
    // 31 slots are the most that a bus has, and the chipset takes some.
    for (bridge, next) in [("bridge1", "bridge2"), ("bridge2", "bridge3")] {
        let behind = lines.iter().filter(|line| line.contains(&format!("bus={bridge}")));
        assert!((1..=31).contains(&behind.count()), "{many}");
        assert!(at(&format!("pci-bridge,id={bridge},")) < at(&format!("bus={bridge}")), "{many}");
        assert!(many.contains(next) == (bridge == "bridge1"), "{many}");
    }
    let devices = lines.iter().filter(|line| line.starts_with("-device"));
    let own = devices.filter(|line| !line.contains("bus=")).count();
    assert!(own <= 24, "{own} on the chipset's own bus: {many}");
}

#[test]
fn the_firmware_is_the_one_that_the_variables_belong_to() {
    let with = |size: u64| {
        let variables = Device::new(1, "drive-efidisk0", size, Content::of_kind(Kind::Dense, 1));
        let builder = ArchiveBuilder::new().config("qemu-server.conf", CONF).device(variables);
        Machine::new(open(builder.build().bytes).header())
    };
    // Of the two firmwares that Debian's package "ovmf" has had, the sizes of
    // OVMF_VARS.fd and OVMF_VARS_4M.fd.
    let older = with(131_072);
    let command = older.qemu(&options()).text;
    assert!(command.contains("readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd"), "{command}");
    let domain = older.libvirt(&options()).text;
    assert!(domain.contains("/usr/share/OVMF/OVMF_CODE.fd</loader>"), "{domain}");
    assert!(!domain.contains("firmware=\"efi\""), "{domain}");
    if has("virt-xml-validate", &["--version"]) {
        let path = written(&domain, "xml");
        run("virt-xml-validate", &[name_of(&path), "domain"]);
        fs::remove_file(path).expect("was written");
    }
    for (size, flash) in [(540_672, "format=raw,file="), (4 << 20, "format=raw,size=540672,file=")]
    {
        let command = with(size).qemu(&options()).text;
        assert!(command.contains("readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"), "{command}");
        let variables = format!("if=pflash,{flash}/srv/images/web-01-efidisk0.raw");
        assert!(command.contains(&variables), "{command}");
    }
    assert_eq!(with(540_672).raw_devices().collect::<Vec<_>>(), [id(1)]);
    let without = Machine::new(open(disks("bios: seabios\n").build().bytes).header());
    assert_eq!(without.raw_devices().count(), 0);
}

#[test]
fn processors_and_memory_that_no_program_takes_are_less_and_told() {
    let conf = "cores: 4294967295\nmemory: 18446744073709551615\nsockets: 4294967295\n";
    let machine = machine(conf);
    let (domain, command) = (machine.libvirt(&options()), machine.qemu(&options()));
    assert!(domain.text.contains("<vcpu>255</vcpu>"), "{}", domain.text);
    assert!(command.text.contains("-m 4178944"), "{}", command.text);
    assert!(command.text.contains("-smp 255,sockets=1,cores=255,threads=1"), "{}", command.text);
    for text in [domain, command] {
        let told = "cores: 4294967295, in 4294967295 sockets: now 255 cores in one socket";
        assert!(left_out(&text).contains(&told.to_owned()), "{:?}", left_out(&text));
        let told = left_out(&text).iter().any(|told| told.starts_with("memory: 184"));
        assert!(told, "{:?}", left_out(&text));
    }
}

#[test]
fn an_appliance_holds_descriptor_disks_and_manifest() {
    if !has("tar", &["--version"]) || !has("sha256sum", &["--version"]) {
        return;
    }
    let made = Made::new(CONF);
    for compressed in [true, false] {
        let mut ova = made.ova(compressed);
        let path = path_of("web-01", "ova");
        fs::write(&path, drain(&mut ova)).expect("writes");
        let size = fs::metadata(&path).expect("was written").len();
        assert_eq!(ova.size(), Some(size));
        let listed = run("tar", &["tvf", name_of(&path)]);
        let names: Vec<_> =
            listed.lines().filter_map(|line| line.split_whitespace().last()).collect();
        let expected = ["web-01.ovf", "web-01-scsi0.vmdk", "web-01-virtio3.vmdk", "web-01.mf"];
        assert_eq!(names, expected);
        assert!(listed.contains("2023-11-1"), "the archive's date: {listed}");

        let folder = path.with_extension("d");
        fs::create_dir_all(&folder).expect("creates");
        run("tar", &["xf", name_of(&path), "-C", name_of(&folder)]);
        let manifest = fs::read_to_string(folder.join("web-01.mf")).expect("is there");
        assert_eq!(manifest.lines().count(), 3);
        for (line, name) in manifest.lines().zip(expected) {
            let said = run("sha256sum", &[name_of(&folder.join(name))]);
            let hash = said.split_whitespace().next().expect("a hash");
            assert_eq!(line, format!("SHA256({name})= {hash}"));
        }
        if files::has_qemu_img() {
            for (device, name) in [(2, "web-01-scsi0.vmdk"), (4, "web-01-virtio3.vmdk")] {
                let builder = disks(CONF);
                let bytes = builder.image(device);
                let alone = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
                let case = Case::of("of-appliance", alone, Some(bytes));
                let raw = case.raw_file();
                assert_qemu_agrees(&case, &folder.join(name), &raw, "vmdk");
                fs::remove_file(raw).expect("was written");
            }
        }
        let ovf = fs::read_to_string(folder.join("web-01.ovf")).expect("is there");
        for name in &expected[1..3] {
            let length = fs::metadata(folder.join(name)).expect("is there").len();
            let file = format!("ovf:href=\"{name}\"");
            let line = ovf.lines().find(|line| line.contains(&file)).expect("is referenced");
            assert!(line.contains(&format!("ovf:size=\"{length}\"")), "{line}");
        }
        fs::remove_dir_all(folder).expect("was written");
        fs::remove_file(path).expect("was written");
    }
}

#[test]
fn files_in_an_appliance_have_the_names_that_its_descriptor_says_however_long() {
    if !has("tar", &["--version"]) {
        return;
    }
    let (name, key) = ("n".repeat(200), "k".repeat(31));
    let builder = ArchiveBuilder::new()
        .config("qemu-server.conf", format!("name: {name}\n"))
        .disk(1, format!("drive-{key}{key}"), vec![1; 4096])
        .disk(2, format!("drive-{key}{key}2"), vec![1; 4096]);
    let archive = open(builder.build().bytes);
    let scan = finish(Scan::new(&archive));
    let header = scan.header();
    let mut ova = Ova::new(header, &options(), true, |id| {
        Some(Disk::new(scan.image(id)?, Identity::new(header, header.device(id)?)))
    })
    .expect("small enough");
    let path = path_of("long", "ova");
    fs::write(&path, drain(&mut ova)).expect("writes");
    let listed = run("tar", &["tf", name_of(&path)]);
    let names: Vec<_> = listed.lines().collect();
    let [descriptor, first, second, manifest] = names.as_slice() else { panic!("{names:?}") };
    assert!(descriptor.ends_with(".ovf") && manifest.ends_with(".mf"), "{names:?}");
    assert_ne!(first, second);
    let text = ova.descriptor().text;
    let lines = run("tar", &["xOf", name_of(&path), manifest]);
    for name in [first, second] {
        assert!(text.contains(&format!("ovf:href=\"{name}\"")), "{name}: {text}");
        assert!(lines.contains(&format!("SHA256({name})= ")), "{name}: {lines}");
    }
    fs::remove_file(path).expect("was written");
}

#[test]
fn an_appliance_tells_its_size_as_soon_as_it_can() {
    let made = Made::new(CONF);
    let mut ova = made.ova(false);
    assert_eq!(ova.size(), Some(ova.size_max()));
    let progress = ova.progress();
    let bytes = drain(&mut ova);
    assert_eq!(bytes.len() as u64, ova.size_max());
    assert_eq!(ova.progress().done, progress.total);

    let mut ova = made.ova(true);
    assert_eq!((ova.size(), ova.progress().done), (None, 0));
    let mut bytes = Vec::new();
    let mut last = ova.progress();
    while bytes.is_empty() {
        assert!(ova.next(&mut bytes).expect("reads"));
        let progress = ova.progress();
        assert!(progress.done >= last.done && progress.total == last.total, "{progress:?}");
        last = progress;
    }
    let size = ova.size().expect("known before the first byte is given");
    assert!(size <= ova.size_max());
    bytes.extend(drain(&mut ova));
    assert_eq!(bytes.len() as u64, size);
    assert_eq!(ova.progress().done, ova.progress().total);
    ova.restart();
    assert_eq!(ova.size(), Some(size), "what was measured stays known");
    assert!(drain(&mut ova) == bytes, "the same archive gives the same bytes");
}

#[test]
fn what_an_appliance_reads_it_names_beforehand() {
    let source = files::Recording::new(disks(CONF).build().bytes);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Default::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    let made = Made { archive, scan };
    let mut ova = made.ova(true);
    loop {
        let mut named = Vec::new();
        ova.trace(0, &mut named);
        source.reads.borrow_mut().clear();
        let went_on = ova.next(&mut Vec::new()).expect("reads");
        assert!(source.reads.borrow().iter().all(|read| named.contains(read)));
        if !went_on {
            break;
        }
    }
}

#[test]
fn a_disk_that_is_not_chosen_is_not_in_the_appliance() {
    let made = Made::new(CONF);
    let only = |device| made.disk(device).filter(|_| device == id(4));
    let ova = Ova::new(made.archive.header(), &options(), true, only).expect("disks are small");
    let text = ova.descriptor().text;
    assert!(text.contains("web-01-virtio3.vmdk") && !text.contains("scsi0"), "{text}");
    assert_eq!(ova.file_name(), "web-01.ova");
}

#[test]
fn a_descriptor_lists_what_it_does_not_say() {
    let made = Made::new(CONF);
    let listed = left_out(&made.ova(false).descriptor());
    for expected in [
        "scsi0: virtio-scsi-single: now lsilogic",
        "virtio3: virtio: now lsilogic",
        "net0: virtio: now VmxNet3",
        "efidisk0: its contents: left out",
        "tpmstate0: its contents: left out",
        "machine: q35: left out",
        "hostpci0: 01:00,pcie=1: left out",
    ] {
        assert!(listed.iter().any(|line| line == expected), "{expected}: {listed:?}");
    }
    let windows = CONF.replace("l26", "win11");
    let listed = left_out(&Made::new(&windows).ova(false).descriptor());
    assert!(listed.iter().any(|line| line == "virtio3: virtio: now lsilogicsas"), "{listed:?}");
}

#[test]
fn a_descriptor_is_xml_whatever_the_names() {
    if !has("xmllint", &["--version"]) {
        return;
    }
    for conf in [CONF.to_owned(), CONF.replace("web-01", HOSTILE).replace("vmbr0", "a<b>\"&")] {
        let descriptor = Made::new(&conf).ova(true).descriptor().text;
        let path = written(&descriptor, "ovf");
        run("xmllint", &["--noout", name_of(&path)]);
        let read = |what: &str| run("xmllint", &["--xpath", what, name_of(&path)]);
        let name = read("string(//*[local-name()='Name'])");
        let expected = if conf == CONF { "web-01" } else { HOSTILE };
        let expected = expected.replace(['\u{1b}', '\u{202e}', '\u{ffff}'], "_");
        assert_eq!(name.trim_end(), expected);
        assert_eq!(read("count(//*[local-name()='Item'])").trim_end(), "7");
        fs::remove_file(path).expect("was written");
    }
}

/// COT, Cisco's "Common OVF Tool", reads an OVF or OVA and says what is in it.
#[test]
#[ignore = "needs Python's package cot, which npm test does not install"]
fn an_independent_reader_finds_the_vm_in_the_appliance() {
    let mut ova = Made::new(CONF).ova(true);
    let path = path_of("web-01", "ova");
    fs::write(&path, drain(&mut ova)).expect("writes");
    let said = run("cot", &["info", "--verbose", name_of(&path)]);
    for expected in ["web-01-scsi0.vmdk", "web-01-virtio3.vmdk", "vmx-13", "vmbr1"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(said.contains("40 MiB"), "{said}");
    fs::remove_file(path).expect("was written");
}
