//! A config, read as Proxmox VE reads it.
//!
//! What is expected is what qemu-server 9.2.6 made of these lines.

use vma_inspector::machine::config::Config;
use vma_inspector::machine::qemu_server_conf::QemuServerConf;

fn value(text: &str, key: &str, option: &str) -> Option<String> {
    Config::read(text).option(key, option).map(str::to_owned)
}

#[test]
fn options_are_read_in_any_order_with_and_without_the_default_ones_name() {
    for (text, key, option, expected) in [
        ("machine: q35", "machine", "type", "q35"),
        ("machine: viommu=intel,type=q35", "machine", "type", "q35"),
        ("machine: viommu=intel,q35", "machine", "type", "q35"),
        ("boot: legacy=cdn,order=scsi0;net0", "boot", "order", "scsi0;net0"),
        ("boot: cdn", "boot", "legacy", "cdn"),
        ("scsi0: cache=none,file=local:vm-1-disk-0", "scsi0", "file", "local:vm-1-disk-0"),
        ("scsi0: cache=none,local:vm-1-disk-0", "scsi0", "file", "local:vm-1-disk-0"),
        ("memory: 2048", "memory", "current", "2048"),
        ("memory: current=2048", "memory", "current", "2048"),
        ("cpu: flags=+aes,cputype=host", "cpu", "cputype", "host"),
        ("vga: memory=32,qxl", "vga", "type", "qxl"),
        ("agent: type=isa,enabled=yes", "agent", "type", "isa"),
        ("net0: bridge=vmbr0,virtio=BC:24:11:00:00:01", "net0", "macaddr", "BC:24:11:00:00:01"),
        ("net0: bridge=vmbr0,model=e1000", "net0", "model", "e1000"),
        ("net0: e1000e", "net0", "model", "e1000e"),
        ("watchdog: action=reset,ib700", "watchdog", "model", "ib700"),
        ("tpmstate0: version=v2.0,file=local:vm-1-disk-2", "tpmstate0", "version", "v2.0"),
        ("cdrom: local:iso/a.iso", "ide2", "media", "cdrom"),
    ] {
        assert_eq!(value(text, key, option).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn booleans_have_four_spellings_each() {
    for (text, expected) in [
        ("1", Some(true)),
        ("on", Some(true)),
        ("Yes", Some(true)),
        ("true", Some(true)),
        ("0", Some(false)),
        ("off", Some(false)),
        ("no", Some(false)),
        ("FALSE", Some(false)),
        ("2", None),
    ] {
        assert_eq!(Config::read(&format!("acpi: {text}")).flag("acpi"), expected, "{text}");
        let agent = Config::read(&format!("agent: enabled={text}"));
        let flag = agent.line("agent").and_then(|line| line.flag("enabled"));
        assert_eq!(flag, expected, "{text}");
    }
}

#[test]
fn of_two_lines_with_one_key_the_last_holds_and_sections_are_not_read() {
    let text = "memory: 512\ncores: 1\nmemory: 1024\n cores: 9\n[PENDING]\nmemory: 4\n";
    let config = Config::read(text);
    assert_eq!(config.option("memory", "current"), Some("1024"));
    assert_eq!(config.number("cores"), Some(1), "a line that begins with a blank is none");
    assert_eq!(config.lines().len(), 2);
}

#[test]
fn keys_that_do_not_exist_are_no_drives_and_cards() {
    let conf = QemuServerConf::parse("scsi31: a:b\nnet32: virtio\ntpmstate1: a:b\nide00: a:b\n");
    assert!(conf.disks.is_empty() && conf.networks.is_empty(), "{conf:?}");
    let conf = QemuServerConf::parse("scsi30: a:b\nnet31: virtio\nnet2: e1000,link_down=1\n");
    let keys: Vec<_> = conf.networks.iter().map(|card| (&*card.key, card.is_down)).collect();
    assert_eq!(keys, [("net2", true), ("net31", false)]);
    assert_eq!(conf.disks.len(), 1);
}

#[test]
fn drives_know_which_device_of_the_archive_holds_them() {
    let conf = QemuServerConf::parse(
        "scsi0: local:vm-1-disk-0,size=32G\nide2: none,media=cdrom\nsockets: two\nsmp: 4\n\
         #qmdump#map:scsi0:drive-scsi0:local-lvm::\n\
         #qmdump#map:ide2:drive-ide2:local:raw: \n",
    );
    let [disk, optical] = conf.disks.as_slice() else { panic!("{conf:?}") };
    let device = disk.device.clone().expect("is mapped");
    let mapped = (&*device.name, &*device.storage, &*device.format);
    assert_eq!(mapped, ("drive-scsi0", "local-lvm", ""));
    assert!(optical.is_cdrom && optical.device.is_none(), "a map line ends with its colon");
    assert_eq!((disk.size.as_deref(), conf.sockets), (Some("32G"), Some(4)));
}

/// As Proxmox writes them: `%` and two digits for controls, for all beyond ASCII,
/// for `:` and for `%`.
#[test]
fn notes_are_decoded_and_map_lines_are_none() {
    let text = "#<b>Erst</b> 101%3A 50%25%0A\n#gr%C3%BCn %e2%82\n#qmdump#map:scsi0:d:l::\nname: a\n\
                [snap]\n#of a snapshot\n";
    let conf = QemuServerConf::parse(text);
    assert_eq!(conf.notes, "<b>Erst</b> 101: 50%\n\ngrün \u{fffd}");
    assert_eq!(QemuServerConf::parse("description: a%3Ab\n").notes, "a:b");
    assert_eq!(QemuServerConf::parse("name: a\n").notes, "");
}

#[test]
fn any_text_at_all_is_read_without_complaint() {
    for text in ["", ":", "net0:", "scsi0:", "#qmdump#map:", "[", "\0\u{202e}", "net0: ,,=,", "#%"]
    {
        let _ = QemuServerConf::parse(text);
    }
}

/// `qm.conf(5)`: `order` alone counts where it is stated; before it there were letters
/// (`c` for the disk that `bootdisk` names, `d` for CD drives, `n` for the network).
#[test]
fn the_disk_that_a_machine_starts_from_is_the_first_of_its_order() {
    let drives = "ide2: none,media=cdrom\nscsi0: a:b,size=1G\nscsi1: a:c,size=1G\n";
    for (stated, boots) in [
        ("boot: order=scsi1;scsi0", Some("scsi1")),
        ("boot: order=ide2;net0;scsi0", Some("scsi0")),
        ("boot: order=ide2;net0", None),
        ("boot: order=virtio7;scsi1", Some("scsi1")),
        ("boot: cdn\nbootdisk: scsi1", Some("scsi1")),
        ("bootdisk: scsi0", Some("scsi0")),
        ("boot: n\nbootdisk: scsi0", None),
        ("cores: 1", None),
    ] {
        let conf = QemuServerConf::parse(&format!("{stated}\n{drives}"));
        let found: Vec<&str> =
            conf.disks.iter().filter(|disk| disk.boots).map(|disk| disk.key.as_str()).collect();
        assert_eq!(found, Vec::from_iter(boots), "{stated}");
    }
}
