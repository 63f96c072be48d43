//! Files with holes in a tar: as small as what is stored of them, and unpacked by other
//! programs with the same bytes, of which no more are stored than before.

use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use vma_inspector::file_system::Name;
use vma_inspector::files::{Chosen, Form};

use crate::made::Made;
use crate::packed::{everything, pack_as};
use crate::programs::has;
use crate::sample::bytes;
use crate::tree::of_folder;
use crate::truth::{at, image, truth};
use crate::volumes::{Waiting, waiting};
use crate::whole_disk::{archived, disk_with, scanned};

/// Holds two files against each other wherever one of them has something stored.
const SAME: &str = r#"
import os, sys
files = [os.open(path, os.O_RDONLY) for path in sys.argv[1:]]
size, other = (os.fstat(file).st_size for file in files)
assert size == other, (size, other)
for file in files:
    at = 0
    while at < size:
        try:
            at = os.lseek(file, at, os.SEEK_DATA)
        except OSError:
            break
        end = os.lseek(file, at, os.SEEK_HOLE)
        while at < end:
            count = min(1 << 20, end - at)
            assert os.pread(files[0], count, at) == os.pread(files[1], count, at), at
            at += count
"#;

/// How other programs unpack `a.tar` into a folder.
const UNPACK: [(&str, &str); 3] = [
    ("tar", "tar -x -S -f a.tar -C tar"),
    ("bsdtar", "bsdtar -x -S --no-xattrs -f a.tar -C bsdtar"),
    ("python3", "python3 -c 'import tarfile; tarfile.open(\"a.tar\").extractall(\"python3\")'"),
];

/// A tar of all that is in a file system; its length.
fn packed(made: &Made, system: &Waiting) -> u64 {
    let path = made.folder.join("a.tar");
    let missed = pack_as(Form::Tar, &system.volume, &everything(system), &path).expect("packs");
    let is_known = |about: &str| {
        about.contains("socket") || about.contains("its name") || about.contains("own")
    };
    assert!(missed.iter().all(|one| is_known(&one.fault.about)), "{missed:?}");
    fs::metadata(&path).expect("it was made").len()
}

/// Unpacks it by each program that is there; the folders.
fn unpacked(made: &Made) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (name, command) in UNPACK {
        if has(name, &["--version"]) {
            made.run(&format!("mkdir {name}; {command}"));
            folders.push(made.folder.join(name));
        }
    }
    folders
}

/// Bytes that a file takes on the disk.
fn stored(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").blocks() * 512
}

fn file_of(folder: &Path, name: &str, size: u64) -> File {
    let file = File::create(folder.join(name)).expect("a file is made");
    file.set_len(size).expect("its end is set");
    file
}

/// Files of up to 100 GiB, of which some 3 MiB are stored.
fn fill(folder: &Path) {
    fs::create_dir(folder.join("deep")).expect("a folder is made");
    let large = file_of(folder, "deep/100 GiB", 100 << 30);
    large.write_all_at(&bytes(1, 1 << 20), (37 << 30) + 12_345).expect("written");
    file_of(folder, "nothing", 9 << 30);
    let ends = file_of(folder, "starts and ends with bytes", 1);
    ends.write_all_at(&bytes(2, 5000), 0).expect("written");
    ends.write_all_at(&bytes(3, 5001), 20_000_000).expect("written");
    let many = file_of(folder, &"long ".repeat(50), 30_000_001);
    for part in 0..400 {
        many.write_all_at(&bytes(part, 4096), part * 65_536).expect("written");
    }
    let grown = file_of(folder, "Grüße", 1 << 20);
    grown.write_all_at(b"only at its start", 0).expect("written");
    // A name that is no UTF-8.
    let name = std::ffi::OsString::from_vec(b"no \xff text".to_vec());
    File::create(folder.join(name)).expect("made").set_len(700_000).expect("set");
}

/// The files in `folder`, from there on.
fn names(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: PathBuf| {
        fs::read_dir(folder).expect("a folder").map(|one| one.expect("one").path())
    };
    let all = list(folder.join("deep")).chain(list(folder.to_owned()));
    let files = all.filter(|path| path.is_file());
    files.map(|path| path.strip_prefix(folder).expect("it is in it").to_owned()).collect()
}

#[test]
fn a_file_of_100_gib_with_a_mib_in_it_makes_a_small_tar() {
    for (kind, is_packed) in [("ext4", false), ("ext4", true), ("ext2", false)] {
        let made = Made::new(&format!("sparse-{kind}-{is_packed}"), 64);
        fill(&made.source);
        made.run(&format!("mke2fs -q -t {kind} -b 4096 -d $S $F"));
        let system = waiting(scanned(archived(disk_with(&made), &made, is_packed)));
        let length = packed(&made, &system);
        assert!(length < 4 << 20, "{kind}: {length} bytes");
        fs::write(made.folder.join("same.py"), SAME).expect("written");
        let names = names(&made.source);
        assert_eq!(names.len(), 6);
        for folder in unpacked(&made) {
            for path in &names {
                let (from, to) = (made.source.join(path), folder.join(path));
                let status = std::process::Command::new("python3")
                    .arg(made.folder.join("same.py"))
                    .args([&from, &to])
                    .status();
                assert!(status.expect("it starts").success(), "{kind}: {}", to.display());
                let (before, after) = (stored(&from), stored(&to));
                assert!(after <= before + 8192, "{}: {before}, {after}", to.display());
            }
        }
    }
}

#[test]
fn holes_of_every_file_system_are_unpacked_as_they_read() {
    // Of each a file of megabytes of which some bytes are stored.
    let images = [
        ("ext3-linux", "hole"),
        ("xfs-sound", "plain/hole"),
        ("btrfs-linux", "plain/hole"),
        ("ntfs-windows", "hole"),
    ];
    for (name, hole) in images {
        let made = image(name);
        let system = waiting(Rc::new(disk_with(&made)));
        let (tree, _) = truth(name);
        let size = tree[hole.as_bytes()].size.expect("a file");
        let path = vec![Name(b"alone".to_vec())];
        let alone = [Chosen { id: at(&system, hole), path }];
        let missed = pack_as(Form::Tar, &system.volume, &alone, &made.folder.join("alone.tar"));
        assert_eq!(missed.expect("packs"), []);
        let length = fs::metadata(made.folder.join("alone.tar")).expect("it was made").len();
        assert!(size >= 3_000_000 && length < 140_000, "{name}: {length} of {size}");
        packed(&made, &system);
        for folder in unpacked(&made) {
            let found = of_folder(&folder);
            for (path, thing) in tree.iter().filter(|(_, one)| one.hash.is_some()) {
                let there = &found[path];
                assert_eq!((&there.hash, there.size), (&thing.hash, thing.size), "{folder:?}");
            }
            let kept = stored(&folder.join(hole));
            assert!(kept <= 128 << 10, "{}: {kept} bytes", folder.display());
        }
    }
}
