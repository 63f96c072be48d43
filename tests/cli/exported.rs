//! Disks that are copied while their backup is read for the first time, against what went
//! in, against `qemu-img`, and against what comes of going through the backup twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use archive_writer::{Archive, ArchiveBuilder, Content, Device, Kind, Order};

use super::{code, folder, program, run};

/// Sizes that end inside a cluster; disks whose extents are shared.
fn builder() -> ArchiveBuilder {
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", (6 << 20) + 512, Content::of_kind(Kind::Mixed, 1)))
        .device(Device::new(2, "drive-scsi1", 3 << 20, Content::of_kind(Kind::Dense, 2)))
        .device(Device::new(3, "drive-scsi2", 520 << 20, Content::of_kind(Kind::Sparse, 3)))
        .order(Order::Interleaved(5))
}

const DISKS: [(u8, &str); 3] = [(1, "scsi0"), (2, "scsi1"), (3, "scsi2")];

/// The programs that pack, each with its ending.
const PACKED: [(&str, &[&str]); 4] = [
    ("zst", &["zstd", "-q", "-c"]),
    ("gz", &["gzip", "-c"]),
    ("bz2", &["bzip2", "-c"]),
    ("lzo", &["lzop", "-c"]),
];

fn packed(archive: &Archive, into: &Path, ending: &str, by: &[&str]) -> PathBuf {
    let plain = into.join("b.vma");
    fs::write(&plain, &archive.bytes).unwrap();
    let made = Command::new(by[0]).args(&by[1..]).arg(&plain).output().expect("it packs");
    assert!(made.status.success(), "{by:?}");
    let path = into.join(format!("b.vma.{ending}"));
    fs::write(&path, made.stdout).unwrap();
    path
}

/// Makes a file of a disk, and gives the exit code.
fn export(backup: &Path, disk: &str, format: &str, to: &Path) -> i32 {
    let of = ["export", backup.to_str().unwrap(), "-d", disk, "-f", format];
    code(&run(&[&of[..], &["-o", to.to_str().unwrap()]].concat()))
}

/// The same through a pipe, for which the backup is read twice.
fn piped(backup: &Path, disk: &str, to: &Path) -> i32 {
    let of = ["export", backup.to_str().unwrap(), "-d", disk, "-f", "raw", "-o", "-"];
    let made = program().args(of).output().unwrap();
    fs::write(to, &made.stdout).unwrap();
    code(&made)
}

/// By `qemu-img` the qcow2 is in order, and holds the raw disk.
fn assert_same(raw: &Path, qcow2: &Path, about: &str) {
    let [raw, qcow2] = [raw, qcow2].map(|path| path.to_str().unwrap());
    qemu_img(&["check", "-f", "qcow2", qcow2], about);
    qemu_img(&["compare", "-f", "raw", "-F", "qcow2", raw, qcow2], about);
}

fn qemu_img(arguments: &[&str], about: &str) {
    let told = Command::new("qemu-img").args(arguments).output().expect("qemu-img runs");
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{about}: {}{said}", String::from_utf8_lossy(&told.stdout));
}

#[test]
fn a_disk_is_the_one_that_went_in_whatever_it_was_packed_by() {
    let folder = folder("in-passing");
    let builder = builder();
    let archive = builder.build();
    for (ending, by) in PACKED {
        let backup = packed(&archive, &folder, ending, by);
        // bzip2 takes its time.
        let disks = if ending == "bz2" { &DISKS[..1] } else { &DISKS[..] };
        for &(id, disk) in disks {
            let about = format!("{disk} of .{ending}");
            let (raw, qcow2) = (folder.join("d.raw"), folder.join("d.qcow2"));
            let _ = (fs::remove_file(&raw), fs::remove_file(&qcow2));
            // There is no configuration in it; that the disk is whole is another matter.
            assert_eq!(export(&backup, disk, "raw", &raw), 0, "{about}");
            assert!(fs::read(&raw).unwrap() == builder.image(id), "{about}: its bytes");
            assert_eq!(export(&backup, disk, "qcow2", &qcow2), 0, "{about}");
            assert_same(&raw, &qcow2, &about);
        }
    }
}

#[test]
fn what_was_copied_does_not_stand_where_anything_is_wrong_later() {
    let folder = folder("in-passing-wrong");
    let archive = builder().build();
    let sound = packed(&archive, &folder, "zst", PACKED[0].1);
    let whole = fs::read(&sound).unwrap();
    let damaged = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let path = folder.join(format!("{name}.vma.zst"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let half = whole.len() / 2;
    let backups = [
        damaged("cut", &|bytes| bytes.truncate(half)),
        damaged("hit", &|bytes| bytes[half] ^= 0x10),
        damaged("checksum", &|bytes| *bytes.last_mut().unwrap() ^= 1),
        damaged("more", &|bytes| bytes.extend([7; 5000])),
    ];
    for backup in backups {
        for (_, disk) in DISKS {
            let about = format!("{disk} of {}", backup.display());
            let (raw, twice, qcow2) = (folder.join("d"), folder.join("t"), folder.join("q"));
            for path in [&raw, &twice, &qcow2] {
                let _ = fs::remove_file(path);
            }
            let told = export(&backup, disk, "raw", &raw);
            assert_eq!(told, piped(&backup, disk, &twice), "{about}");
            assert!(fs::read(&raw).unwrap() == fs::read(&twice).unwrap(), "{about}");
            assert_eq!(told, export(&backup, disk, "qcow2", &qcow2), "{about}");
            assert_same(&raw, &qcow2, &about);
        }
    }
}

#[test]
fn a_disk_that_is_not_there_leaves_no_file() {
    let folder = folder("in-passing-none");
    let backup = packed(&builder().build(), &folder, "zst", PACKED[0].1);
    let path = folder.join("none.raw");
    assert_eq!(export(&backup, "scsi9", "raw", &path), 64);
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.to_string_lossy().contains("b.vma")), "{left:?}");
}

#[test]
fn standard_output_that_does_not_wait_is_waited_for() {
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::Stdio;

    let into = folder("not-waiting");
    let archive = builder().build();
    let path = into.join("b.vma");
    fs::write(&path, &archive.bytes).unwrap();
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    // As npm leaves a pipe that it hands on; it holds far less than the disk.
    theirs.set_nonblocking(true).unwrap();
    let options = ["export", path.to_str().unwrap(), "-d", "scsi1", "-f", "raw", "-o", "-"];
    let mut command = program();
    command.args(options).stdout(Stdio::from(OwnedFd::from(theirs)));
    let mut child = command.spawn().expect("it starts");
    // The command has the other end too.
    drop(command);
    let (mut bytes, mut piece) = (Vec::new(), [0; 1000]);
    while let Ok(count @ 1..) = ours.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
    }
    let ended = child.wait().expect("it ends").code();
    let out = into.join("at-once.raw");
    assert_eq!(ended, Some(export(&path, "scsi1", "raw", &out)));
    assert_eq!(bytes.len(), 3 << 20);
    assert!(bytes == fs::read(&out).unwrap());
}
