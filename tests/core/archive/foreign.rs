//! What is no backup of a virtual machine is told by its first bytes: files made
//! by tar, gzip, zstd and qemu-img themselves.

use std::path::PathBuf;
use std::rc::Rc;

use crate::dense::dense;
use crate::programs::run;
use vma_inspector::archive::Archive;
use vma_inspector::archive::foreign::Foreign;
use vma_inspector::container::{self, Container, Options};

fn recognise(bytes: Vec<u8>) -> Option<Foreign> {
    let contents = container::open(Rc::new(bytes), &Options::default()).expect("it is read");
    Foreign::recognise(&contents).expect("it is read")
}

/// A folder of its own, which goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vma-foreign-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(&path, content).expect("the folder was made");
        path.to_str().expect("its name is UTF-8").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_that_is_packed_twice_is_told_by_both() {
    let archive = dense().build().bytes;
    let Some(once) = run("zstd", &["-q", "-c"], &archive) else { return };
    assert_eq!(recognise(once.clone()), None);
    let Some(twice) = run("gzip", &["-c"], &once) else { return };
    let expected = Foreign::PackedTwice { outer: Container::Gzip, inner: Container::Zstd };
    assert_eq!(recognise(twice.clone()), Some(expected));
    // zstd stores what it cannot make smaller: the extents of this disk stand in there
    // as they are, and are no archive.
    assert!(once.windows(4).any(|bytes| bytes == b"VMAE"));
    let error = Archive::open(Rc::new(twice), &Options::default()).err().expect("none is opened");
    assert_eq!(error.code(), "not-a-vma");
}

#[test]
fn a_tar_archive_is_the_backup_of_a_container_if_its_configuration_is_in_it() {
    let folder = Folder::new("tar");
    folder.file("etc/vzdump/pct.conf", b"arch: amd64\n");
    folder.file("usr/letter.txt", b"Dear reader,\n");
    let here = folder.0.to_str().expect("its name is UTF-8");
    let tar = |what| run("tar", &["-C", here, "-cf", "-", what], &[]);
    let Some(whole) = tar("./etc") else { return };
    assert_eq!(recognise(whole.clone()), Some(Foreign::ContainerBackup));
    assert_eq!(tar("./usr").and_then(recognise), Some(Foreign::Tar));
    let Some(packed) = run("zstd", &["-q", "-c"], &whole) else { return };
    assert_eq!(recognise(packed), Some(Foreign::ContainerBackup));
}

#[test]
fn an_image_of_a_disk_is_told_and_anything_else_is_nothing_of_these() {
    let folder = Folder::new("qcow2");
    let path = folder.file("disk.qcow2", b"");
    if run("qemu-img", &["create", "-q", "-f", "qcow2", &path, "1M"], &[]).is_some() {
        let image = std::fs::read(&path).expect("it was made");
        assert_eq!(recognise(image), Some(Foreign::Qcow2));
    }
    for other in [&b""[..], b"Dear reader,\n", &dense().build().bytes] {
        assert_eq!(recognise(other.to_vec()), None);
    }
}
