//! Which names Proxmox VE restores from. The expected side was observed with
//! its own modules (pve-storage 9.1.7, see `proxmox.md`), that of dates with
//! Perl's Time::Local, which it asks.

use std::process::Command;

use vma_inspector::container::Container;
use vma_inspector::proxmox::backup_name::{BackupName, Cost, Problem, TimeFrom};
use vma_inspector::proxmox::renamed::{Remark, remarks};

/// 2024-05-06 07:08:09 UTC.
const CTIME: i64 = 1_714_979_289;

const STEM: &str = "vzdump-qemu-100-2023_12_31-23_59_59";

fn judge(name: &str, container: Option<Container>) -> BackupName {
    BackupName::judge(name, container, CTIME)
}

fn container_of(name: &str) -> Option<Container> {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("zst") => Some(Container::Zstd),
        Some("lzo") => Some(Container::Lzop),
        Some("gz") => Some(Container::Gzip),
        Some("bz2") => Some(Container::Bzip2),
        _ => None,
    }
}

#[test]
fn anything_between_the_type_and_the_ending_is_restored() {
    for (name, is_standard) in [
        ("vzdump-qemu-100-2023_12_31-23_59_59.vma", true),
        ("vzdump-qemu-999999999-2023_12_31-23_59_59.vma.zst", true),
        ("vzdump-lxc-100-2023_12_31-23_59_59.vma.lzo", true),
        ("vzdump-openvz-100-2024_02_29-00_00_00.vma.gz", true),
        ("vzdump-qemu-100-2023_12_31-23_59_59.vma.bz2", true),
        ("vzdump-qemu-100-2023_11_02-01_02_03 (1).vma.zst", false),
        ("vzdump-qemu-web server.vma.gz", false),
        ("vzdump-qemu-99-2023_12_31-23_59_59.vma", false),
        ("vzdump-qemu-0100-2023_12_31-23_59_59.vma", false),
        ("vzdump-qemu-1000000000-2023_12_31-23_59_59.vma", false),
        // Not of the form, so that nobody looks at the date.
        ("vzdump-qemu-99-2023_13_31-23_59_59.vma", false),
        ("vzdump-qemu-100-2023_13_31-23_59_59-old.vma", false),
        ("vzdump-qemu-100-2023-13-31.vma", false),
        ("vzdump-qemu-ä.vma", false),
        ("vzdump-qemu-x.vma.zst.vma", false),
        ("vzdump-qemu-.vma.vma", false),
        ("vzdump-qemu--.vma", false),
    ] {
        let judged = judge(name, container_of(name));
        assert_eq!(judged.problem, None, "{name}");
        assert_eq!(judged.right, name);
        assert_eq!(judged.is_standard, is_standard, "{name}");
        assert_eq!(judged.costs(), if is_standard { &[][..] } else { &Cost::ALL[..] }, "{name}");
    }
}

#[test]
fn what_stands_around_the_form_is_refused() {
    for name in [
        "copy of vzdump-qemu-100-2023_12_31-23_59_59.vma",
        "._vzdump-qemu-100-2023_12_31-23_59_59.vma",
        "Vzdump-qemu-100-2023_12_31-23_59_59.vma",
        "vzdump-QEMU-100-2023_12_31-23_59_59.vma",
        "vzdump-qemu-100-2023_12_31-23_59_59.VMA",
        "vzdump-qemu-100-2023_12_31-23_59_59.vma (1)",
        "vzdump-qemu-100-2023_12_31-23_59_59.vma.part",
        "vzdump-qemu-100-2023_12_31-23_59_59.vma.zstd",
        "vzdump-qemu-100-2023_12_31-23_59_59.vma.zst.gz",
        "vzdump-qemu-100-2023_12_31-23_59_59",
        "vzdump-vm-100-2023_12_31-23_59_59.vma",
        "vzdump-qemu.vma",
        "vzdump-qemu-.vma",
        "vzdump-qemu-.vma.zst",
        "vzdump-qemu-a\nb.vma",
        "backup.vma",
        "",
    ] {
        let judged = judge(name, None);
        assert_eq!(judged.problem, Some(Problem::Form), "{name}");
        assert!(judged.costs().is_empty());
        // What is proposed instead is taken, but for a number that is missing.
        assert_eq!(judge(&judged.right, None).problem, None, "{}", judged.right);
    }
    assert_eq!(Problem::Form.message().as_deref(), Some("couldn't determine archive info from"));
    assert_eq!(judge(&format!("{STEM}.vma.zst.dat"), None).problem, Some(Problem::Unfinished));
    assert_eq!(judge(&format!("{STEM}.vma.dat"), None).right, format!("{STEM}.vma"));
}

#[test]
fn a_date_that_does_not_exist_is_worse_than_none() {
    for (time, message) in [
        ("2023_02_30-01_02_03", "Day '30' out of range 1..28"),
        ("2023_13_01-01_02_03", "Month '12' out of range 0..11"),
        ("2023_00_01-01_02_03", "Month '-1' out of range 0..11"),
    ] {
        let name = format!("vzdump-qemu-100-{time}.vma");
        let judged = judge(&name, None);
        let problem = judged.problem.expect("it is refused");
        assert_eq!((problem.code(), problem.message().as_deref()), ("date", Some(message)));
        assert_eq!(judged.right, "vzdump-qemu-100-2024_05_06-07_08_09.vma");
        assert_eq!(judged.time_from, TimeFrom::Header);
        // With anything behind it, nobody looks at it.
        assert_eq!(judge(&format!("vzdump-qemu-100-{time} (1).vma"), None).problem, None);
    }
}

/// What Perl's `timelocal` dies with, asked as pve-storage asks it; empty if it
/// does not. One line for each time.
fn perl(times: &[String]) -> Option<Vec<String>> {
    let script = r#"use Time::Local; for (@ARGV) {
        /^(\d{4})_(\d{2})_(\d{2})-(\d{2})_(\d{2})_(\d{2})$/ or die;
        eval { timelocal($6, $5, $4, $3, $2 - 1, $1) };
        my $e = $@; $e =~ s/ at .*//s; print "$e\n"; }"#;
    let output = Command::new("perl").arg("-e").arg(script).args(times).output();
    let output = output.ok().filter(|output| output.status.success());
    if output.is_none() {
        let is_wanted = std::env::var("VMA_TESTS_HAVE_PROGRAMS").as_deref() == Ok("1");
        assert!(!is_wanted, "there is no perl with Time::Local");
        eprintln!("skipped: there is no perl with Time::Local here");
    }
    Some(String::from_utf8(output?.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn dates_die_as_in_perl() {
    let mut times = Vec::new();
    for year in ["1970", "2023", "2024", "2100", "2000", "0000", "0099", "0100", "0900", "9999"] {
        for date in
            ["00_01", "13_01", "99_99", "01_00", "01_31", "01_32", "02_28", "02_29", "02_30"]
        {
            times.push(format!("{year}_{date}-00_00_00"));
        }
        for date in ["04_30", "04_31", "06_31", "09_31", "11_31", "12_31", "12_32"] {
            times.push(format!("{year}_{date}-12_00_00"));
        }
    }
    for time in ["23_59_59", "24_00_00", "00_60_00", "00_00_60", "99_99_99", "00_99_99"] {
        times.push(format!("2023_12_31-{time}"));
        times.push(format!("2023_12_32-{time}"));
    }
    let Some(expected) = perl(&times) else { return };
    assert_eq!(expected.len(), times.len());
    for (time, expected) in times.iter().zip(expected) {
        let judged = judge(&format!("vzdump-qemu-100-{time}.vma"), None);
        let message = judged.problem.and_then(Problem::message).unwrap_or_default();
        assert_eq!(message, expected, "{time}");
    }
}

#[test]
fn contents_against_the_ending_fail_but_for_gzip_under_zst() {
    use Container::{Bzip2, Gzip, Lzop, Zstd};
    let kinds = [None, Some(Zstd), Some(Lzop), Some(Gzip), Some(Bzip2)];
    let ending = |kind| match kind {
        None => ".vma",
        Some(Zstd) => ".vma.zst",
        Some(Lzop) => ".vma.lzo",
        Some(Gzip) => ".vma.gz",
        Some(Bzip2) => ".vma.bz2",
    };
    for named in kinds {
        for inside in kinds {
            for stem in [STEM, "vzdump-qemu-web (1)"] {
                let judged = judge(&format!("{stem}{}", ending(named)), inside);
                let fits = named == inside || (named, inside) == (Some(Zstd), Some(Gzip));
                let problem = (!fits).then_some(Problem::Container { named });
                assert_eq!(judged.problem, problem, "{named:?} {inside:?}");
                let right = if fits { ending(named) } else { ending(inside) };
                assert_eq!(judged.right, format!("{stem}{right}"));
            }
        }
    }
}

#[test]
fn what_a_name_does_not_tell_is_from_the_archive_or_left_open() {
    let from_header = "2024_05_06-07_08_09";
    for (name, right) in [
        ("backup.vma", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
        ("copy of vzdump-qemu-105.vma", format!("vzdump-qemu-105-{from_header}.vma")),
        (
            "copy of vzdump-qemu-100-2023_12_31-23_59_59.vma",
            "vzdump-qemu-100-2023_12_31-23_59_59.vma".into(),
        ),
        ("vzdump-qemu-", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
    ] {
        assert_eq!(judge(name, None).right, right, "{name}");
    }
    let nowhere = BackupName::judge("backup.vma", None, -1);
    assert_eq!(nowhere.right, "vzdump-qemu-<vmid>-YYYY_MM_DD-HH_MM_SS.vma");
    assert_eq!(nowhere.time_from, TimeFrom::Nowhere);
}

#[test]
fn a_renamed_old_backup_is_told() {
    let name = |time: &str| format!("vzdump-qemu-100-{time}.vma.zst");
    // The host's clock may stand between UTC - 12 and UTC + 14, and its job may
    // take a day to write the header.
    for (time, fits) in [
        ("2024_05_06-07_08_00", true),
        ("2024_05_06-21_08_00", true),
        ("2024_05_06-21_09_00", false),
        ("2024_05_05-19_08_30", true),
        ("2024_05_04-19_08_30", true),
        ("2024_05_04-19_08_00", false),
        ("2025_05_06-07_08_00", false),
        ("2023_05_06-07_08_00", false),
    ] {
        let remarks = remarks(&name(time), CTIME, "");
        assert_eq!(remarks.is_empty(), fits, "{time}");
        if let [Remark::Time { named, written, .. }] = remarks.as_slice() {
            assert_eq!((named.as_str(), written.as_str()), (time, "2024_05_06-07_08_09"));
        }
    }
    assert!(remarks("backup.vma", CTIME, "").is_empty());
}

#[test]
fn another_machine_s_backup_is_told() {
    let name = "vzdump-qemu-112-2024_05_06-07_08_00.vma";
    for (config, told) in [
        ("scsi0: local-lvm:vm-112-disk-0,size=8G\n", None),
        ("scsi0: cache=none,file=local:112/vm-112-disk-0.qcow2\n", None),
        ("scsi0: local-lvm:base-100-disk-0/vm-112-disk-0\n", None),
        ("scsi0: local-lvm:vm-105-disk-0,size=8G\n", Some(vec!["105"])),
        (
            "scsi0: a:vm-105-disk-0\nsata0: a:vm-105-disk-1\nide1: a:vm-9-cloudinit\n",
            Some(vec!["105", "9"]),
        ),
        ("scsi0: a:vm-105-disk-0\nscsi1: a:vm-112-disk-0\n", None),
        ("scsi0: /dev/disk/by-id/x\nide2: local:iso/vm-images.iso,media=cdrom\n", None),
        ("cores: 1\n[snap]\nscsi0: a:vm-105-disk-0\n", None),
        (" scsi0: a:vm-105-disk-0\n", None),
    ] {
        let told = told.map(|volumes: Vec<&str>| Remark::Vmid {
            named: "112".into(),
            volumes: volumes.into_iter().map(str::to_owned).collect(),
        });
        assert_eq!(remarks(name, CTIME, config), told.into_iter().collect::<Vec<_>>(), "{config}");
    }
}
