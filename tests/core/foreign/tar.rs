//! Archives of tar, made by GNU tar.

use super::{Folder, opens, refused, refused_as};
use crate::dense::dense;
use crate::programs::run;
use vma_inspector::source::{Foreign, Member, Members};

fn member(name: &str, size: u64) -> Member {
    Member { name: name.into(), size }
}

#[test]
fn a_tar_archive_is_the_backup_of_a_container_if_its_configuration_is_in_it() {
    let folder = Folder::new("tar");
    folder.file("etc/vzdump/pct.conf", b"arch: amd64\n");
    folder.file("etc/vzdump/pct.fw", b"");
    folder.file("root/letter.txt", b"Dear reader,\n");
    let here = folder.path("");
    // As vzdump calls it (`PVE/VZDump/LXC.pm`), but for what needs root.
    let vzdump = ["--sparse", "--numeric-owner", "--acls", "--xattrs", "-C", &here];
    let what = ["./etc/vzdump/pct.conf", "./etc/vzdump/pct.fw", "./"];
    let arguments = [&["-cpf", "-"][..], &vzdump, &what].concat();
    let Some(whole) = run("tar", &arguments, &[]) else { return };
    assert_eq!(refused_as(&whole), Some(Foreign::ContainerBackup));
    for (program, name) in [("zstd", "zstd"), ("lzop", "lzop"), ("gzip", "gzip")] {
        let Some(packed) = run(program, &["-c"], &whole) else { return };
        assert_eq!(refused(packed), Some((Foreign::ContainerBackup, vec![name])));
    }
}

/// Disks in a tar archive as vzdump before 2.3 wrote it, with this option of tar.
fn old_backup(option: &str) -> Option<Vec<u8>> {
    let folder = Folder::new(&format!("old{option}"));
    folder.file("qemu-server.conf", b"virtio0: local:100/vm-100-disk-1.raw\n");
    let data: Vec<u8> = (1..=200_u8).cycle().take(100_000).collect();
    folder.file("vm-disk-virtio0.raw", &data);
    // Holes, with more pieces of data than one header tells of.
    let sparse = std::fs::File::create(folder.0.join("vm-disk-ide0.raw")).expect("can be made");
    for piece in 0..60 {
        std::os::unix::fs::FileExt::write_at(&sparse, &data[..4096], piece << 20).expect("written");
    }
    sparse.set_len(100 << 20).expect("can be made longer");
    let here = folder.path("");
    let what = ["qemu-server.conf", "vm-disk-virtio0.raw", "vm-disk-ide0.raw"];
    run("tar", &[&["-C", &here, option, "-S", "-cf", "-"][..], &what].concat(), &[])
}

#[test]
fn the_backup_of_a_vzdump_before_2_3_is_told_with_what_is_in_it() {
    let list = vec![
        member("qemu-server.conf", 37),
        member("vm-disk-virtio0.raw", 100_000),
        member("vm-disk-ide0.raw", 100 << 20),
    ];
    let expected = Foreign::OldBackup(Members { list, is_all: true });
    for option in ["--format=gnu", "--format=pax"] {
        let Some(tar) = old_backup(option) else { return };
        assert!(tar.len() < 1 << 20, "it is sparse");
        assert_eq!(refused_as(&tar), Some(expected.clone()), "{option}");
        let Some(packed) = run("gzip", &["-c"], &tar) else { return };
        assert_eq!(refused(packed), Some((expected.clone(), vec!["gzip"])), "{option}");
    }
}

#[test]
fn members_are_listed_by_their_long_names_and_up_to_a_number_of_them() {
    let folder = Folder::new("long");
    let long = format!("{}/{}.txt", "a".repeat(90), "b".repeat(200));
    folder.file(&long, b"Dear reader,\n");
    let here = folder.path("");
    for option in ["--format=gnu", "--format=pax"] {
        let Some(tar) = run("tar", &["-C", &here, option, "-cf", "-", &long], &[]) else { return };
        let list = vec![member(&long[..255], 13)];
        let expected = Foreign::Tar(Members { list, is_all: true });
        assert_eq!(refused_as(&tar), Some(expected), "{option}");
    }
    let names: Vec<String> = (0..70).map(|number| format!("file-{number:02}")).collect();
    names.iter().for_each(|name| drop(folder.file(name, name.as_bytes())));
    let mut arguments = vec!["-C", &here, "-cf", "-"];
    arguments.extend(names.iter().map(String::as_str));
    let Some(tar) = run("tar", &arguments, &[]) else { return };
    let list = names[..64].iter().map(|name| member(name, 7)).collect();
    assert_eq!(refused_as(&tar), Some(Foreign::Tar(Members { list, is_all: false })));
}

#[test]
fn a_member_of_more_than_8_gib_has_its_size_in_base_256() {
    let folder = Folder::new("large");
    std::fs::File::create(folder.0.join("large"))
        .and_then(|file| file.set_len(9 << 30))
        .expect("the file system has sparse files");
    let here = folder.path("");
    // Without `--sparse`, of which the first bytes are enough.
    let script = format!("tar -C '{here}' --format=gnu -cf - large | head -c 1048576");
    let Some(start) = run("sh", &["-c", &script], &[]) else { return };
    let list = vec![member("large", 9 << 30)];
    assert_eq!(refused_as(&start), Some(Foreign::Tar(Members { list, is_all: false })));
}

#[test]
fn an_archive_in_a_tar_archive_opens() {
    let folder = Folder::new("inside");
    folder.file("a.txt", b"Dear reader,\n");
    folder.file("vzdump-qemu-100.vma", &dense().build().bytes);
    let here = folder.path("");
    let what = ["a.txt", "vzdump-qemu-100.vma"];
    let tar = run("tar", &[&["-C", &here, "-cf", "-"][..], &what].concat(), &[]);
    if let Some(tar) = tar {
        assert!(opens(&tar));
    }
}

#[test]
fn what_has_no_checksum_is_no_header() {
    let folder = Folder::new("sum");
    folder.file("letter.txt", b"Dear reader,\n");
    let here = folder.path("");
    let Some(mut tar) = run("tar", &["-C", &here, "-cf", "-", "letter.txt"], &[]) else { return };
    assert!(matches!(refused_as(&tar), Some(Foreign::Tar(_))));
    tar[3] ^= 1;
    assert_eq!(refused_as(&tar), None);
}
