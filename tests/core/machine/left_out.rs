//! What a backup leaves out, by the facts of `proxmox.md` (qemu-server 9.2.6),
//! and the pattern of map lines, asked of Perl itself.

use std::process::Command;

use vma_inspector::machine::device_map::{self, MapLine, Why};
use vma_inspector::machine::left_out::{ArchiveDevice, LeftOut, is_cloud_init};
use vma_inspector::machine::lines::{boolean, bytes_of_size, is_drive, main_section, options};

const CONFIG: &str = "bios: seabios\n\
    boot: order=scsi0;ide2\n\
    efidisk0: local-lvm:vm-100-disk-9,size=4M\n\
    ide0: local:vm-100-cloudinit,media=cdrom,size=4M\n\
    ide2: local:iso/debian.iso,media=cdrom,size=600M\n\
    scsi0: cache=none,file=local-lvm:vm-100-disk-0,size=32G\n\
    scsi1: /dev/disk/by-id/ata-x,size=1863G\n\
    scsi2: ceph:vm-100-disk-2,backup=No,size=2T\n\
    scsi3: ceph:vm-100-disk-3,backup=1,size=1.5T\n\
    scsi31: ceph:vm-100-disk-31,size=1G\n \
    scsi4: ceph:indented,size=1G\n\
    tpmstate0: ceph:vm-100-disk-5,size=4M,version=v2.0\n\
    virtio0: ceph:old,size=1G\n\
    virtio0: ceph:new,backup=off\n\
    #qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\n\
    #qmdump#map:scsi1:drive-odd::raw:\n\
    [snap]\n\
    scsi9: ceph:vm-100-disk-2,size=2T\n";

fn compare(config: &str, names: &[&str]) -> LeftOut {
    let devices: Vec<_> = names.iter().map(|name| ArchiveDevice { name, size: 7 }).collect();
    LeftOut::compare(config, &devices)
}

#[test]
fn each_drive_is_in_the_backup_or_has_its_reason() {
    let names = ["drive-scsi0", "drive-odd", "drive-tpmstate0-backup", "drive-sata5", "vmstate"];
    let compared = compare(CONFIG, &names);
    let states: Vec<_> =
        compared.drives.iter().map(|drive| (drive.key.as_str(), drive.state.code())).collect();
    assert_eq!(
        states,
        [
            ("efidisk0", "efidisk-without-ovmf"),
            ("ide0", "cloud-init"),
            ("ide2", "cdrom"),
            ("scsi0", "in-backup"),
            ("scsi1", "in-backup"),
            ("scsi2", "excluded"),
            ("scsi3", "not-there"),
            ("tpmstate0", "in-backup"),
            ("virtio0", "excluded"),
        ]
    );
    let missed: Vec<_> = compared.missed().map(|drive| (drive.key.as_str(), drive.size)).collect();
    let three_halves = (1 << 40) + (1 << 39);
    let expected = [("scsi2", Some(2 << 40)), ("scsi3", Some(three_halves)), ("virtio0", None)];
    assert_eq!(missed, expected);
    let unnamed: Vec<_> = compared.unnamed.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(unnamed, ["drive-sata5"]);
    let volumes: Vec<_> = compared.drives.iter().map(|drive| drive.volume.as_str()).collect();
    assert_eq!(volumes.get(3), Some(&"local-lvm:vm-100-disk-0"));
    let passed: Vec<_> = compared.drives.iter().map(|drive| drive.is_passthrough).collect();
    assert_eq!(passed.iter().filter(|passed| **passed).count(), 1);
}

#[test]
fn an_efidisk_belongs_to_ovmf_and_a_map_counts_before_the_name() {
    let config = "bios: ovmf\nefidisk0: a:b\nscsi0: a:c\n#qmdump#map:scsi0:drive-gone::raw:\n";
    let compared = compare(config, &["drive-scsi0"]);
    let states: Vec<_> = compared.drives.iter().map(|drive| drive.state.code()).collect();
    assert_eq!(states, ["not-there", "not-there"]);
    let mapped: Vec<_> = compared.drives.iter().map(|drive| drive.is_mapped).collect();
    assert_eq!(mapped, [false, true]);
    assert_eq!(compared.unnamed.len(), 1);
    // `backup=0` on a drive that is there all the same.
    let compared = compare("scsi0: a:c,backup=0\n", &["drive-scsi0"]);
    assert_eq!(compared.drives.first().map(|drive| drive.state.code()), Some("in-backup"));
    assert_eq!(compare("", &["drive-scsi0"]).unnamed.len(), 1);
}

#[test]
fn lines_follow_proxmox_s_grammar() {
    for (text, value) in [
        ("1", Some(true)),
        ("on", Some(true)),
        ("yes", Some(true)),
        ("true", Some(true)),
        ("0", Some(false)),
        ("off", Some(false)),
        ("no", Some(false)),
        ("false", Some(false)),
        ("2", None),
        ("", None),
    ] {
        assert_eq!(boolean(text), value, "{text}");
    }
    for (text, bytes) in [
        ("528K", Some(540_672)),
        ("32G", Some(32 << 30)),
        ("2T", Some(2 << 40)),
        ("4M", Some(4 << 20)),
        ("1234", Some(1234)),
        ("0.5K", Some(512)),
        ("G", None),
        ("", None),
        ("-1G", None),
        ("1 G", None),
        ("1P", None),
        ("32GG", None),
        ("99999999999T", None),
    ] {
        assert_eq!(bytes_of_size(text), bytes, "{text}");
    }
    for key in ["ide3", "sata5", "scsi30", "virtio15", "efidisk0", "tpmstate0"] {
        assert!(is_drive(key), "{key}");
    }
    for key in
        ["ide4", "scsi31", "tpmstate1", "scsi", "scsi00", "net0", "scsi+1", "scsi256", "unused0"]
    {
        assert!(!is_drive(key), "{key}");
    }
    let lines = main_section("a: 1\nb:2\n#c: 3\n d: 4\na:  5 \r\ne:\n[x]\nf: 6\n");
    assert_eq!(lines, [("b", "2"), ("a", "5")]);
    let found: Vec<_> = options("cache=none,file=a:b,,c", "file").collect();
    assert_eq!(found, [("cache", "none"), ("file", "a:b"), ("file", "c")]);
}

#[test]
fn cloud_init_drives_are_told_by_their_volume() {
    for volume in [
        "local:vm-100-cloudinit",
        "a:100/vm-100-cloudinit.qcow2",
        "a:cloudinit",
        "a:b/cloudinit.raw",
    ] {
        assert!(is_cloud_init(volume), "{volume}");
    }
    for volume in
        ["none", "cloudinit", "local:iso/cloudinit.iso", "a:vm-x-cloudinit", "a:vm-1-cloudinit2"]
    {
        assert!(!is_cloud_init(volume), "{volume}");
    }
}

const MAP_LINES: [&str; 20] = [
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:",
    "#qmdump#map:scsi0:drive-scsi0:::",
    "#qmdump#map:scsi0:drive-scsi0::",
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw",
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\r",
    " #qmdump#map:scsi0:drive-scsi0:local-lvm:raw:",
    "\u{feff}#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:",
    "##qmdump#map:scsi0:drive-scsi0:local-lvm:raw:",
    "#qmdump#map: scsi0:drive-scsi0:local-lvm:raw:",
    "#qmdump#map:scsi0:drive scsi0:local-lvm:raw:",
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw: ",
    "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:x",
    "#qmdump#map:scsi0:a:b:c:d:e:",
    "#qmdump#map::drive-scsi0:local-lvm:raw:",
    "#qmdump#map:scsi0::local-lvm:raw:",
    "#qmdump#map:a::::::",
    "#qmdump#map::::::",
    "#qmdump#map:",
    "#qmdump#map:scsi0:drive-\u{e4}:lo\u{2003}cal:raw:",
    "#QMDUMP#map:scsi0:drive-scsi0:local-lvm:raw:",
];

#[test]
fn map_lines_are_read_as_perl_reads_them() {
    let script = r#"for (@ARGV) { my $line = "$_\n";
        print join("|", $line =~ m/^\#qmdump\#map:(\S+):(\S+):(\S*):(\S*):$/), "\n"; }"#;
    let output = Command::new("perl").arg("-e").arg(script).args(MAP_LINES).output();
    let Ok(output) = output else {
        assert!(std::env::var("VMA_TESTS_HAVE_PROGRAMS").as_deref() != Ok("1"), "no perl");
        eprintln!("skipped: there is no perl here");
        return;
    };
    let expected = String::from_utf8(output.stdout).unwrap();
    assert_eq!(expected.lines().count(), MAP_LINES.len());
    for (line, expected) in MAP_LINES.into_iter().zip(expected.lines()) {
        let read = MapLine::parse(line)
            .map(|map| format!("{}|{}|{}|{}", map.drive, map.device, map.storage, map.format));
        assert_eq!(read.unwrap_or_default(), expected, "{line:?}");
    }
}

#[test]
fn a_map_line_that_is_not_read_has_its_reason() {
    for (line, why) in [
        (MAP_LINES[3], Why::LastColon),
        (MAP_LINES[4], Why::CarriageReturn),
        (MAP_LINES[5], Why::NotAtStart),
        (MAP_LINES[8], Why::Blank),
        (MAP_LINES[13], Why::Fields),
    ] {
        let text = format!("cores: 1\n{line}\n[snap]\n{}\n", MAP_LINES[0]);
        let (maps, unread) = device_map::read(&text);
        assert_eq!((maps.len(), unread.len()), (1, 1), "{line}");
        assert_eq!(unread.first().map(|unread| (unread.line, unread.why)), Some((line, why)));
    }
}
