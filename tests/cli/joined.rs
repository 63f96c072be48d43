//! Files of what lies on several disks: of LVM and md as Linux wrote them
//! (`tests/files/make/volumes.sh`), against what that script put into them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use archive_writer::{ArchiveBuilder, Device};

use super::{code, fixture, folder, program, run, said, sha256};

/// A backup of the first `count` disks of a fixture, each of `size` bytes.
fn backup(name: &str, size: usize, count: usize) -> PathBuf {
    let packed = fixture(&format!("{name}.zst"));
    let unpacked = Command::new("zstd").args(["-dc"]).arg(packed).output().expect("zstd runs");
    assert!(unpacked.status.success());
    let mut builder = ArchiveBuilder::new();
    for (at, disk) in unpacked.stdout.chunks(size).take(count).enumerate() {
        let id = u8::try_from(at + 1).unwrap();
        let name = format!("drive-scsi{at}");
        builder = builder.device(Device::from_bytes(id, name, disk.to_vec()));
    }
    let path = folder(&format!("{name}-{count}")).join("b.vma");
    fs::write(&path, builder.build().bytes).unwrap();
    path
}

/// The file `text` that the script put into the volume `name`.
fn text(name: &str) -> Vec<u8> {
    let format =
        format!("{name} %08.0f: all of this line but its number is the same as in the others");
    let made = Command::new("seq").args(["-f", &format, "520"]).output().expect("seq runs");
    assert!(made.status.success() && !made.stdout.is_empty());
    made.stdout
}

fn holds(backup: &str, area: &str, name: &str) {
    let listed = run(&["ls", "-0", backup, &format!("{area}:/")]);
    let names: Vec<_> = said(&listed).split_terminator('\0').map(str::to_owned).collect();
    assert_eq!((code(&listed), names.len()), (0, 4), "{area}: {names:?}");
    for wanted in ["lost+found", "longer", "name", "text"] {
        assert!(names.iter().any(|known| known == wanted), "{area}: {names:?}");
    }
    let given = run(&["cat", backup, &format!("{area}:/text")]);
    assert_eq!(code(&given), 0, "{area}");
    assert_eq!(sha256(&given.stdout), sha256(&text(name)), "{area}");
}

#[test]
fn files_of_logical_volumes_over_several_disks_are_those_that_went_in() {
    let path = backup("lvm-disks", 40 << 20, 3);
    let backup = path.to_str().unwrap();
    for name in ["spread", "striped", "mirrored", "old", "plain"] {
        holds(backup, &format!("scsi0:0.{name}"), name);
    }
    let listed = said(&run(&["ls", backup]));
    let line = |name: &str| listed.lines().find(|line| line.contains(name)).unwrap();
    assert!(line("0.spread").contains("on drive-scsi0, drive-scsi1, drive-scsi2"), "{listed}");
    assert!(line("0.raid5").contains("not put together"), "{listed}");
    let refused = run(&["ls", backup, "scsi0:0.raid5:/"]);
    assert!(code(&refused) != 0 && refused.stdout.is_empty());
    let tar = path.with_file_name("t.tar");
    let copied = run(&["cp", backup, "scsi0:0.spread:/", "-o", tar.to_str().unwrap()]);
    assert_eq!(code(&copied), 0);
    let arguments = ["-xOf", tar.to_str().unwrap(), "--wildcards", "*text"];
    let unpacked = Command::new("tar").args(arguments).output().expect("tar runs");
    assert_eq!(sha256(&unpacked.stdout), sha256(&text("spread")));
}

#[test]
fn files_of_an_array_are_had_by_its_name_with_all_legs_or_one() {
    let path = backup("md-disks", 10 << 20, 4);
    let both = path.to_str().unwrap();
    holds(both, "scsi0:0.any:1", "first");
    holds(both, "scsi2:0.any:2", "first");
    let alone = backup("md-disks", 10 << 20, 1);
    holds(alone.to_str().unwrap(), "scsi0:0.any:1", "first");
}

#[test]
fn a_disk_that_a_volume_lies_on_and_that_is_not_there_is_told() {
    let path = backup("lvm-disks", 40 << 20, 2);
    let folder = path.parent().unwrap().join("file");
    let mut asked = program();
    asked.args(["cp", path.to_str().unwrap(), "scsi0:0.spread:/text", "-o"]).arg(&folder);
    let given = asked.output().unwrap();
    assert_ne!(code(&given), 0);
    assert!(!given.stderr.is_empty() && !folder.exists());
}
