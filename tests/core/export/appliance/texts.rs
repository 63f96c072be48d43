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
    assert_eq!(drives, [("device3", scsi), ("odd name", scsi), ("sata1", sata)]);
    assert_eq!(machine.name(), "vm");
    let domain = machine.libvirt(&options());
    assert!(domain.text.contains("<memory unit=\"MiB\">512</memory>"), "{}", domain.text);
    assert_eq!(left_out(&domain), [""; 0]);
    // The default processor of Proxmox VE.
    assert!(domain.text.contains("<model fallback=\"allow\">kvm64</model>"), "{}", domain.text);
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
        "<controller type=\"scsi\" index=\"0\" model=\"virtio-scsi\">",
        "<driver iothread=\"1\"/>",
        "<feature policy=\"require\" name=\"aes\"/>",
        "org.qemu.guest_agent.0",
    ] {
        assert!(domain.text.contains(expected), "{expected} is not in {}", domain.text);
    }
    let expected = [
        "ide2: local:iso/debian.iso: left out: not in the backup; the drive is there, and empty",
        "scsi1: local-lvm:vm-100-disk-9: left out: not in the backup",
        "net1: 01:24:11:00:00:02: now another MAC address",
        "agent: fstrim_cloned_disks=1: left out: means something to Proxmox VE alone",
        "hostpci0: 01:00,pcie=1: left out: belongs to the old host; give the machine a \
         device of the new one by hand",
        "net0: firewall=1: left out; the rules of Proxmox VE's firewall protect it no more",
        "ide2: ide: now connected by SATA",
        "net0: vmbr0 VLAN 5: now libvirt's network \"default\"",
        "net1: vmbr1: now libvirt's network \"default\"; its cable is pulled, so that networks \
         that were apart are not joined",
        "tpmstate0: its contents: now a new, empty TPM; BitLocker and whatever else keeps its \
         keys there asks for a recovery key",
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
  -cpu qemu64,aes=on,popcnt=on,pni=on,sse4.1=on,sse4.2=on,ssse3=on \
  -smp 8,sockets=2,cores=4,threads=1 \
  -m 4096 \
  -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
  -drive if=pflash,format=raw,file=/srv/images/web-01-efidisk0.raw \
  -object iothread,id=thread-scsi0 \
  -device virtio-scsi-pci,id=scsihw0,iothread=thread-scsi0 \
  -drive if=none,id=drive-scsi0-0,format=qcow2,file=/srv/images/web-01-scsi0.qcow2 \
  -device scsi-hd,bus=scsihw0.0,scsi-id=0,drive=drive-scsi0-0,bootindex=1 \
  -drive if=none,id=drive-virtio3-1,format=qcow2,file=/srv/images/web-01-virtio3.qcow2 \
  -device virtio-blk-pci,drive=drive-virtio3-1 \
  -device ide-cd,bus=ide.0,bootindex=2 \
  -netdev user,id=net0 \
  -device virtio-net-pci,netdev=net0,mac=BC:24:11:00:00:01,bootindex=3 \
  -netdev user,id=net1 \
  -device e1000,netdev=net1 \
  -vga none \
  -device VGA \
  -device piix3-usb-uhci,id=usb \
  -device usb-tablet,bus=usb.0 \
  -device virtio-serial-pci,id=channels \
  -chardev socket,id=qga0,path=web-01-qga.sock,server=on,wait=off \
  -device virtserialport,bus=channels.0,chardev=qga0,name=org.qemu.guest_agent.0 \
  -device virtio-balloon-pci
";
    assert_eq!(text.text, expected);
    let left_out = left_out(&text);
    let replaced = "net0: vmbr0 VLAN 5: now QEMU's own network, behind the host's address";
    assert!(left_out.iter().any(|line| line == replaced), "{left_out:?}");
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
    let few = command_of(&cards(1), &keys);
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
fn the_firmware_is_the_one_that_the_config_says() {
    let with = |size: u64, conf: &str| {
        let variables = Device::new(1, "drive-efidisk0", size, Content::of_kind(Kind::Dense, 1));
        let builder = ArchiveBuilder::new().config("qemu-server.conf", conf).device(variables);
        Machine::new(open(builder.build().bytes).header())
    };
    // Of the two firmwares that Debian's package "ovmf" has had, the sizes of
    // OVMF_VARS.fd and OVMF_VARS_4M.fd. Without a word it is the older one.
    let (older, newer) = (CONF.replace("efitype=4m,", ""), CONF);
    for (conf, size, code, flash) in [
        (&*older, 131_072, "OVMF_CODE.fd", "format=raw,file="),
        (&older, 4 << 20, "OVMF_CODE.fd", "format=raw,size=131072,file="),
        (newer, 540_672, "OVMF_CODE_4M.fd", "format=raw,file="),
        (newer, 4 << 20, "OVMF_CODE_4M.fd", "format=raw,size=540672,file="),
    ] {
        let command = with(size, conf).qemu(&options()).text;
        assert!(command.contains(&format!("readonly=on,file=/usr/share/OVMF/{code}")), "{command}");
        let variables = format!("if=pflash,{flash}/srv/images/web-01-efidisk0.raw");
        assert!(command.contains(&variables), "{command}");
        let domain = with(size, conf).libvirt(&options());
        let is_chosen = domain.text.contains("firmware=\"efi\"");
        assert_eq!(is_chosen, code == "OVMF_CODE_4M.fd", "{}", domain.text);
        assert_eq!(domain.text.contains("OVMF_CODE.fd</loader>"), !is_chosen, "{}", domain.text);
        let cut = left_out(&domain).iter().any(|told| told.contains("truncate -s "));
        assert_eq!(cut, size == 4 << 20, "{:?}", left_out(&domain));
    }
    let short = with(65_536, CONF).qemu(&options());
    let told = short.left_out.iter().find(|told| told.key == "efidisk0").expect("is told");
    assert!(told.is_danger && told.to_string().contains("truncate -s 540672"), "{told}");
    assert_eq!(with(540_672, CONF).raw_devices().collect::<Vec<_>>(), [id(1)]);
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

/// What Proxmox VE gives Windows, by the names that QEMU itself has for it.
#[test]
fn windows_is_told_what_hyper_v_would_tell_it() {
    let flags = |conf: &str| {
        let command = super::table::machine_of(conf).qemu(&options()).text;
        let cpu = command.lines().find(|line| line.contains("-cpu ")).expect("has one").to_owned();
        let flags = cpu.split([',', ' ']).filter(|flag| flag.starts_with("hv-"));
        flags.map(str::to_owned).collect::<Vec<_>>()
    };
    let newer = "hv-spinlocks=0x1fff hv-vapic=on hv-time=on hv-reset=on hv-runtime=on \
                 hv-relaxed=on hv-vpindex=on hv-synic=on hv-stimer=on hv-ipi=on";
    let newer: Vec<_> = newer.split_whitespace().collect();
    assert_eq!(flags("ostype: win11\nbios: ovmf\n"), newer);
    let older =
        "hv-spinlocks=0x1fff hv-vapic=on hv-time=on hv-reset=on hv-runtime=on hv-vpindex=on";
    assert_eq!(flags("ostype: w2k8\n"), older.split_whitespace().collect::<Vec<_>>());
    assert_eq!(flags("ostype: win7\nbios: ovmf\n"), [""; 0], "Windows 7 hangs with OVMF then");
    assert_eq!(flags("ostype: wxp\n"), [""; 0]);
    assert_eq!(flags("ostype: l26\n"), [""; 0]);
    // QEMU ends without KVM where it shall give processors an index.
    assert!(!flags("ostype: win11\nkvm: off\n").contains(&"hv-vpindex=on".to_owned()));
    let machine = super::table::machine_of("ostype: win11\n");
    assert!(machine.qemu(&options()).text.contains("-machine pc,accel=kvm,hpet=off"));
    if has("qemu-system-x86_64", &["--version"]) {
        let help = run("qemu-system-x86_64", &["-device", "qemu64-x86_64-cpu,help"]);
        for flag in newer {
            let name = flag.split('=').next().expect("has a name");
            assert!(help.contains(&format!("  {name}=")), "{name}: {help}");
        }
    }
}

/// What each of these cases got wrong once.
#[test]
fn configs_that_were_misread_are_read() {
    let of = super::table::machine_of;
    // A cloud image hangs without its serial port.
    let cloud = of("serial0: socket\nvga: serial0\nide2: local:vm-1-cloudinit,media=cdrom\n");
    let domain = cloud.libvirt(&options());
    assert!(domain.text.contains("<serial type=\"pty\">"), "{}", domain.text);
    assert!(domain.text.contains("<model type=\"none\"/>"), "{}", domain.text);
    let command = cloud.qemu(&options()).text;
    assert!(command.contains("-chardev stdio,signal=off,id=serial0"), "{command}");

    // A firewall's two cards are not joined, in none of them.
    let firewall = "net0: virtio,bridge=vmbr0\nnet1: virtio,bridge=vmbr1\n\
                    net2: virtio,bridge=vmbr0,tag=9\nnet3: virtio,bridge=vmbr0\n";
    let [domain, command, ovf] = super::table::texts(&of(firewall));
    assert_eq!(domain.text.matches("<link state=\"down\"/>").count(), 2, "{}", domain.text);
    assert_eq!(domain.left_out.iter().filter(|told| told.is_danger).count(), 2);
    assert_eq!(command.text.matches("-netdev user,").count(), 4, "each is its own: {command:?}");
    assert_eq!(ovf.text.matches("<Network ").count(), 3, "{}", ovf.text);

    // A card of which the cable is pulled is a danger where it would be plugged in.
    let [domain, command, ovf] = super::table::texts(&of("net0: virtio,link_down=1\n"));
    assert!(domain.text.contains("<link state=\"down\"/>"), "{}", domain.text);
    assert!(!command.text.contains("-netdev user"), "{}", command.text);
    assert!(ovf.left_out.iter().any(|told| told.is_danger && told.key == "net0"));

    // Zeros are no address.
    let zeros = of("net0: virtio=00:00:00:00:00:00,bridge=vmbr0\n");
    for text in super::table::texts(&zeros) {
        assert!(!text.text.contains("00:00:00:00:00:00"), "{}", text.text);
        let told = "net0: 00:00:00:00:00:00: now another MAC address".to_owned();
        assert!(left_out(&text).contains(&told), "{:?}", left_out(&text));
    }

    // A TPM of which no version is said is one of 1.2.
    let [domain, _, _] = super::table::texts(&of("tpmstate0: local:vm-1-disk-1\n"));
    assert!(domain.text.contains("type=\"emulator\" version=\"1.2\""), "{}", domain.text);
    let told = domain.left_out.iter().find(|told| told.key == "tpmstate0").expect("is told");
    assert!(told.is_danger && told.to_string().contains("BitLocker"), "{told}");

    // scsi2 comes before scsi10.
    let many = of("scsi10: a:b\nscsi2: a:b\n");
    let keys: Vec<_> = many.drives().iter().map(|drive| drive.key.as_str()).collect();
    assert_eq!(keys, ["scsi2", "scsi10"]);
}

#[test]
fn machines_of_arm_are_machines_of_arm() {
    let conf = "arch: aarch64\nbios: ovmf\nmachine: virt\nide0: a:b\nserial0: socket\n\
                efidisk0: local:vm-1-disk-0,efitype=4m,pre-enrolled-keys=1\nagent: 1\n";
    let [domain, command, ovf] = super::table::texts(&super::table::machine_of(conf));
    assert!(domain.text.contains("<type arch=\"aarch64\" machine=\"virt\">"), "{}", domain.text);
    assert!(domain.text.contains(">cortex-a57</model>"), "{}", domain.text);
    assert!(command.text.starts_with("qemu-system-aarch64 "), "{}", command.text);
    assert!(command.text.contains("/usr/share/AAVMF/AAVMF_CODE.fd"), "{}", command.text);
    let told = ovf.left_out.iter().find(|told| told.key == "arch").expect("is told");
    assert!(told.is_danger, "{told}");
    super::starts::assert_qemu_starts(&[conf.to_owned()]);
    super::starts::assert_libvirt_takes(&[format!("name: t\n{conf}")]);
}

/// libvirt reads no VHDX: the text does not say that it does.
#[test]
fn disks_that_libvirt_does_not_read_have_to_be_converted() {
    let machine = machine(CONF);
    let of = |format| machine.libvirt(&Options { format, ..options() });
    let told = |text: &Text| text.left_out.iter().any(|told| told.to_string().contains("-O qcow2"));
    assert!(told(&of(DiskFormat::Vhdx)));
    assert!(!told(&of(DiskFormat::Qcow2)));
}

#[test]
fn the_uuid_is_kept_with_the_addresses_or_not_at_all() {
    let conf = "smbios1: uuid=11111111-2222-4333-8444-555555555555\n";
    let machine = super::table::machine_of(conf);
    for (keeps_macs, count) in [(true, 1), (false, 0)] {
        let options = Options { keeps_macs, ..options() };
        for text in [machine.libvirt(&options).text, machine.qemu(&options).text] {
            assert_eq!(text.matches("11111111-2222").count(), count, "{text}");
        }
    }
}
