//! Every key and option that a config can have, in each target: what carries it,
//! or that it is listed. And what carries it is taken by the target itself.

use vma_inspector::machine::grammar::{KEYS, WHOLE};

use super::starts::{assert_libvirt_takes, assert_qemu_starts};
use super::*;

const TABLE: &str = include_str!("table.txt");

const BASE: &str = "\
name: t
memory: 2048
net0: virtio=BC:24:11:00:00:01,bridge=vmbr0
scsihw: virtio-scsi-pci
scsi0: local:vm-1-disk-0
virtio0: local:vm-1-disk-1
sata0: local:vm-1-disk-2
ide0: local:vm-1-disk-3
";

struct Row {
    id: &'static str,
    setting: String,
    expected: [&'static str; 3],
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<_> = line.split(" | ").collect();
            let [id, setting, libvirt, qemu, ovf] = fields[..] else { panic!("{line}") };
            let setting = format!("{}\n", setting.replace(" // ", "\n"));
            Row { id, setting, expected: [libvirt, qemu, ovf] }
        })
        .collect()
}

/// A machine with a device for each drive of its config.
pub fn machine_of(conf: &str) -> Machine {
    let mut builder = ArchiveBuilder::new().config("qemu-server.conf", conf);
    let mut keys: Vec<&str> = Vec::new();
    for line in conf.lines().filter(|line| !line.contains("none,media=cdrom")) {
        let Some((key, _)) = line.split_once(": ") else { continue };
        let bus = key.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_drive = ["ide", "sata", "scsi", "virtio", "efidisk", "tpmstate"].contains(&bus);
        if is_drive && bus != key && !keys.contains(&key) {
            keys.push(key);
        }
    }
    for (id, key) in (1..).zip(keys) {
        let size = if key == "efidisk0" { 540_672 } else { 4096 };
        let content = Content::of_kind(Kind::Sparse, 1);
        builder = builder.device(Device::new(id, format!("drive-{key}"), size, content));
    }
    Machine::new(open(builder.build().bytes).header())
}

pub fn texts(machine: &Machine) -> [Text; 3] {
    let sizes: Vec<_> = machine.drives().iter().map(|drive| (drive.device, drive.size)).collect();
    [
        machine.libvirt(&options()),
        machine.qemu(&options()),
        machine.ovf(&Options { format: DiskFormat::Vmdk, ..options() }, &sizes),
    ]
}

/// The key of the grammar that a row is about.
fn key_of(id: &str) -> (&str, &str) {
    let (name, option) = id.split_once('.').unwrap_or((id, WHOLE));
    (name, option)
}

#[test]
fn every_setting_is_carried_by_what_the_table_says_or_listed() {
    let base = texts(&machine_of(BASE));
    let mut wrong = Vec::new();
    for row in rows() {
        let conf = format!("{BASE}{}", row.setting);
        for ((text, without), expected) in
            texts(&machine_of(&conf)).iter().zip(&base).zip(row.expected)
        {
            let is_right = match expected.split_at(1) {
                ("~", code) => is_listed(&row, code, text),
                ("=", part) => text.text.contains(part),
                ("!", part) => without.text.contains(part) && !text.text.contains(part),
                _ => text.text.contains(expected) && !without.text.contains(expected),
            };
            if !is_right {
                let told = left_out(text);
                wrong.push(format!("{}: {expected}: {told:?}\n{}", row.id, text.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them: {}", wrong.len(), wrong.join("\n"));
}

/// Whether the row's setting is listed with this reason.
fn is_listed(row: &Row, code: &str, text: &Text) -> bool {
    let (name, option) = key_of(row.id);
    let name = if name == "cdrom" { "ide2" } else { name.trim_end_matches('N') };
    let values: Vec<_> =
        row.setting.lines().filter_map(|line| Some(line.split_once(": ")?.1)).collect();
    let of_key = text.left_out.iter().filter(|left_out| {
        let base = left_out.key.trim_end_matches(|c: char| c.is_ascii_digit());
        base == name
            || left_out.key == name
            || name == "scsi" && ["ide", "sata"].contains(&base)
            || name == "scsihw" && base == "scsi"
    });
    of_key.filter(|left_out| left_out.reason.code() == code).any(|left_out| {
        let told = &left_out.value;
        let is_whole = values.iter().any(|value| told == value || value.starts_with(told));
        is_whole || told.contains(option) || told == "its contents" || code == "replaced"
    })
}

#[test]
fn the_table_has_every_key_and_option_of_the_grammar() {
    let rows = rows();
    for key in KEYS {
        let name = match key.name {
            // The same options as those of SCSI.
            "ide" | "sata" | "virtio" => "scsi",
            "numa" if key.count > 0 => "numaN",
            name => name,
        };
        let options = if key.options.is_empty() { &[WHOLE] } else { key.options };
        for option in options {
            let id = if option.is_empty() { name.to_owned() } else { format!("{name}.{option}") };
            assert!(rows.iter().any(|row| row.id == id), "{id}");
        }
    }
}

/// On any bus, at any number: a setting changes what is made, or it is listed.
#[test]
fn no_setting_is_in_neither() {
    for Row { id, setting, .. } in rows() {
        let (name, option) = key_of(id);
        if name != "scsi" || matches!(option, "file" | "media" | "size") {
            continue;
        }
        let value = setting.lines().last().and_then(|line| line.split_once(": "));
        let (_, value) = value.expect("a setting");
        for key in ["ide0", "sata0", "scsi0", "virtio0", "scsi30", "sata5", "virtio15"] {
            let without = value.split(',').filter(|part| {
                !part.starts_with(&format!("{option}=")) && !part.starts_with("media=")
            });
            let without: Vec<_> = without.collect();
            let before = texts(&machine_of(&format!("{BASE}{key}: {}\n", without.join(","))));
            let after = texts(&machine_of(&format!("{BASE}{key}: {value}\n")));
            for (before, after) in before.iter().zip(&after) {
                let is_told = before.left_out != after.left_out;
                assert!(before.text != after.text || is_told, "{id} on {key}: {}", after.text);
            }
        }
    }
}

#[test]
fn a_setting_that_proxmox_does_not_know_is_listed_as_such() {
    let conf = format!("{BASE}net32: virtio\nfuture: 1\nscsi0: local:vm-1-disk-0,later=1\n");
    for text in texts(&machine_of(&conf)) {
        for told in ["net32: virtio", "future: 1", "scsi0: later=1"] {
            let told = format!("{told}: left out: Proxmox VE has no such setting");
            assert!(left_out(&text).contains(&told), "{told}: {:?}", left_out(&text));
        }
    }
}

#[test]
fn what_the_table_says_is_taken_by_libvirt() {
    let confs: Vec<_> = rows().iter().map(|row| format!("{BASE}{}", row.setting)).collect();
    assert_libvirt_takes(&confs);
}

#[test]
fn what_the_table_says_is_taken_by_qemu() {
    let rows = rows();
    let carried = rows.iter().filter(|row| !row.expected[1].starts_with('~'));
    let confs: Vec<_> = carried.map(|row| format!("{BASE}{}", row.setting)).collect();
    assert_qemu_starts(&confs);
}
