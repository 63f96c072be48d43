//! What a restore does with a backup, by the steps that were seen when Proxmox's
//! own modules were run (`proxmox.md`, qemu-server 9.2.6).

use vma_inspector::machine::left_out::{ArchiveDevice, LeftOut};
use vma_inspector::proxmox::Verdict;
use vma_inspector::proxmox::backup_name::Problem;
use vma_inspector::proxmox::restore::{Death, Facts, Restore, command};
use vma_inspector::proxmox::restored::{Warning, warnings};
use vma_inspector::proxmox::unpacker::{Fact, PackedFile, Program, foretell};

const MAP: &str = "#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\n";

fn devices<'a>(names: &[&'a str]) -> Vec<ArchiveDevice<'a>> {
    names.iter().map(|name| ArchiveDevice { name, size: 1 << 30 }).collect()
}

/// The deaths of a plain archive that `vma` accepts.
fn deaths(config: Option<&str>, names: &[&str]) -> Vec<(&'static str, Option<String>)> {
    let restored = restore(config, names, &Verdict::Accepts);
    assert!(restored.is_decided);
    restored.deaths.iter().map(|death| (death.code(), death.message())).collect()
}

fn restore(config: Option<&str>, names: &[&str], extract: &Verdict) -> Restore {
    Restore::foretell(&Facts {
        name: None,
        config,
        devices: &devices(names),
        list: Some(&Verdict::Accepts),
        extract: Some(extract),
        unpacker: None,
        is_packed: false,
    })
}

#[test]
fn config_and_map_decide_before_the_data() {
    let no_map = Some("found no device mapping information for device 'drive-scsi0'".to_owned());
    let no_data = Some("archive does not contain data for drive 'scsi0'".to_owned());
    assert_eq!(deaths(Some(MAP), &["drive-scsi0"]), []);
    assert_eq!(deaths(Some(MAP), &["drive-scsi0", "vmstate"]), []);
    assert_eq!(
        deaths(None, &["drive-scsi0"]),
        [("no-config", Some("unable to read qemu-server.conf".to_owned()))]
    );
    assert_eq!(deaths(Some(MAP), &[]), [("no-data", no_data.clone())]);
    assert_eq!(deaths(Some("cores: 1\n"), &["drive-scsi0"]), [("no-mapping", no_map.clone())]);
    // CRLF, a blank in front, no last colon: as if the line were not there.
    for line in [MAP.replace('\n', "\r\n"), format!(" {MAP}"), MAP.replace("raw:", "raw")] {
        assert_eq!(deaths(Some(&line), &["drive-scsi0"]), [("no-mapping", no_map.clone())]);
    }
    // Which of several is named is chance.
    let restored = restore(Some(""), &["a", "b"], &Verdict::Accepts);
    let both = Death::NoMapping { devices: vec!["a".into(), "b".into()] };
    assert_eq!(restored.deaths, [both]);
    let odd = deaths(Some(MAP), &["drive-scsi0", "drive scsi1"]);
    assert_eq!(odd, [("device-name", None)]);
}

#[test]
fn name_header_data_and_unpacker_come_in_their_order() {
    let gz = b"\x1f\x8b\x08 and so on, on".to_vec();
    let garbage = Fact::Behind { first: b"garbage".to_vec(), only_zeros: false };
    let file = PackedFile { first: gz, facts: vec![garbage], is_known: true };
    let said = foretell(Program::Zcat, &file).unwrap();
    assert_eq!(said.exit, 2);
    let cut = Verdict::Fails("short vma extent (512 < 53760)".into());
    let facts = Facts {
        name: Some(Problem::Form),
        config: Some("cores: 1\n"),
        devices: &devices(&["drive-scsi0"]),
        list: Some(&Verdict::Accepts),
        extract: Some(&cut),
        unpacker: Some(&said),
        is_packed: true,
    };
    let codes = |facts: &Facts<'_>| -> Vec<_> {
        Restore::foretell(facts).deaths.iter().map(Death::code).collect()
    };
    assert_eq!(codes(&facts), ["name", "no-mapping", "data", "unpacker"]);
    let magic = Verdict::Fails("not a vma file - wrong magic number".into());
    let refused = Facts { list: Some(&magic), extract: Some(&magic), name: None, ..facts };
    assert_eq!(codes(&refused), ["header", "unpacker"]);
    // A warning's exit alone fails it.
    let (accepts, mapped) = (Verdict::Accepts, Some(MAP));
    let warned = Facts { extract: Some(&accepts), config: mapped, name: None, ..facts };
    assert_eq!(codes(&warned), ["unpacker"]);
    let unknown = Facts { unpacker: None, ..warned };
    assert!(codes(&unknown).is_empty() && !Restore::foretell(&unknown).is_decided);
    // The files of `vma extract` are none of a restore's.
    let file = Verdict::Fails("can't create file tmp-disk-a/b.raw: why".into());
    let restored = restore(Some(MAP), &["drive-scsi0"], &file);
    assert!(restored.deaths.is_empty() && !restored.is_decided);
}

#[test]
fn the_host_needs_the_storages_of_maps_and_cloud_init() {
    let config = format!(
        "ide2: ceph:vm-100-cloudinit,media=cdrom\n\
         sata0: local:iso/x.iso,media=cdrom\n\
         virtio1: other:vm-100-cloudinit\n\
         {MAP}#qmdump#map:scsi1:drive-scsi1:::\n#qmdump#map:scsi2:drive-scsi2:local-lvm::\n"
    );
    let names = ["drive-scsi0", "drive-scsi1", "drive-scsi2"];
    let restored = restore(Some(&config), &names, &Verdict::Accepts);
    let storages: Vec<(&str, Vec<&str>)> = restored
        .storages
        .iter()
        .map(|storage| (storage.name.as_str(), storage.drives.iter().map(String::as_str).collect()))
        .collect();
    let expected =
        [("local-lvm", vec!["scsi0", "scsi2"]), ("local", vec!["scsi1"]), ("ceph", vec!["ide2"])];
    assert_eq!(storages, expected);
}

#[test]
fn a_command_holds_nothing_but_safe_characters() {
    let file = "vzdump-qemu-100-2023_11_02-01_02_03.vma.zst";
    assert_eq!(
        command(Some(file), Some("105"), Some("local-lvm")),
        format!("qmrestore {file} 105 --storage local-lvm")
    );
    for file in ["a b.vma", "$(x).vma", "a;b", "-x.vma", "../x", "", "a'b", "ä.vma", "a\nb"] {
        let placed = "qmrestore FILE VMID --storage STORAGE";
        assert_eq!(command(Some(file), Some("1;x"), Some("a b")), placed);
    }
}

#[test]
fn what_a_restored_config_has_otherwise_is_told() {
    let config = "boot: order=scsi2;scsi0\n\
        machine: viommu=intel,type=pc-q35-5.2+pve0,aw-bits=39\n\
        net0: virtio=BC:24:11:00:00:01,host-tunnel=1\n\
        virtiofs0: share\n\
        efidisk0: a:vm-1-disk-9\n\
        ide0: a:vm-1-cloudinit\n\
        ide2: none,media=cdrom\n\
        scsi0: a:vm-1-disk-0\n\
        scsi1: a:vm-1-disk-1\n\
        scsi2: a:vm-1-disk-2,backup=0\n\
        [before]\n\
        net1: virtio,host-tunnel=1\n";
    let left_out = LeftOut::compare(config, &devices(&["drive-scsi0"]));
    let warnings = warnings(config, &left_out, true);
    let codes: Vec<_> = warnings.iter().map(Warning::code).collect();
    assert_eq!(
        codes,
        [
            "efidisk-left-out",
            "cloud-init-made-anew",
            "cdrom-stays",
            "keeps-old-volume",
            "becomes-comment",
            "ram-thrown-away",
            "line-dropped",
            "line-dropped",
            "line-dropped",
            "machine-too-old",
            "section-dropped",
        ]
    );
    let comment = Warning::BecomesComment { drive: "scsi2".into(), is_in_boot_order: true };
    assert!(warnings.contains(&comment));
    let old = Warning::MachineTooOld { machine: "pc-q35-5.2+pve0".into() };
    assert!(warnings.contains(&old));
    for machine in ["q35", "pc-i440fx-6.0", "pc-q35-10.1", "virt"] {
        let config = format!("machine: {machine}\n");
        let left_out = LeftOut::default();
        assert!(vma_inspector::proxmox::restored::warnings(&config, &left_out, false).is_empty());
    }
}
