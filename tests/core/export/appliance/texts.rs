//! A machine in the words of libvirt and QEMU.

use super::*;

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
    let is_kept = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let name: String = HOSTILE.chars().map(|c| if is_kept(c) { c } else { '_' }).collect();
    let command = machine(&CONF.replace("web-01", HOSTILE)).qemu(&options()).text;
    let script = shell_function("$2", &command);
    assert_eq!(run("sh", &["-c", &script]).trim_end(), format!("guest={name}"));
}

#[test]
fn a_file_is_named_by_what_no_shell_acts_on() {
    let stem = Some("B\u{fc}ro, alt".to_owned());
    let text = machine(CONF).qemu(&Options { stem, ..options() }).text;
    for (drive, extension) in [("efidisk0", "raw"), ("scsi0", "qcow2"), ("virtio3", "qcow2")] {
        let file = format!("file=/srv/images/B_ro_ alt-drive-{drive}.{extension}\" ");
        assert!(text.contains(&file), "{text}");
    }
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
