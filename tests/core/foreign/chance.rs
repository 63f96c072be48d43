//! Damage may put any bytes at the start of an archive: it opens all the same.

use super::{Folder, opens, refused, refused_as};
use crate::dense::dense;
use crate::programs::run;
use vma_inspector::foreign::magics;
use vma_inspector::source::Foreign;

/// The archives of Proxmox's own program, and what they are packed as, without the page's
/// sample: it starts as another does, and is longer than all of them together.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let files = std::fs::read_dir(folder).expect("there is one").map(|entry| {
        let path = entry.expect("can be listed").path();
        (path.file_name().expect("it has one").to_string_lossy().into_owned(), path)
    });
    let archives = files.filter(|(name, _)| name.contains(".vma") && !name.starts_with("sample"));
    archives.map(|(name, path)| (name, std::fs::read(path).expect("can be read"))).collect()
}

fn with(bytes: &[u8], at: usize, put: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at..at + put.len()].copy_from_slice(put);
    changed
}

#[test]
fn every_archive_opens_with_each_magic_number_over_its_first_bytes() {
    let archives = fixtures();
    assert!(archives.len() >= 6, "{}", archives.len());
    let (mut opened, mut tried) = (0, 0);
    for (name, bytes) in archives {
        assert!(opens(&bytes), "{name}");
        for (at, magic) in magics() {
            let changed = with(&bytes, at, magic);
            // Refused by a name is only what no search finds either, whatever stands there.
            let others: Vec<u8> = magic.iter().map(|byte| byte ^ 0x5a).collect();
            let is_refused = refused(changed.clone()).is_some();
            assert!(
                !is_refused || !opens(&with(&bytes, at, &others)),
                "{name} with {magic:02x?} at {at}"
            );
            // What has no extents is lost with the UUID in its header, and of a container
            // what was hit may not be found again: no other bytes there change that.
            let is_plain = name.ends_with(".vma");
            let is_sure = is_plain && (at + magic.len() <= 8 || !name.starts_with("j-"));
            let is_open = opens(&changed);
            assert!(is_open || !is_sure, "{name} with {magic:02x?}");
            (opened, tried) = (opened + u32::from(is_open), tried + 1);
        }
    }
    eprintln!("{opened} of {tried} open");
    assert!(opened * 10 > tried * 8, "{opened} of {tried}");
}

#[test]
fn an_archive_opens_with_the_whole_start_of_another_file_over_its_own() {
    let archive = dense().build().bytes;
    let packed = [
        (run("xz", &["-0", "-c"], &archive), Foreign::Xz),
        (run("lz4", &["-q", "-c"], &archive), Foreign::Lz4),
        (run("xz", &["-0", "--format=lzma", "-c"], &archive), Foreign::Lzma),
        (run("pigz", &["-z", "-c"], &archive), Foreign::Zlib),
    ];
    for (packed, kind) in packed {
        let Some(packed) = packed else { continue };
        assert_eq!(refused_as(&packed), Some(kind.clone()));
        // Up to the place where the first extent begins, at the end of the header.
        for length in [64, 4096, 12_288] {
            assert!(opens(&with(&archive, 0, &packed[..length])), "{kind:?}, {length} bytes");
        }
    }
    let folder = Folder::new("chance");
    let path = folder.path("disk.qcow2");
    if run("qemu-img", &["create", "-q", "-f", "qcow2", &path, "1M"], &[]).is_some() {
        let disk = folder.read("disk.qcow2");
        assert_eq!(refused_as(&disk), Some(Foreign::Qcow2));
        assert!(opens(&with(&archive, 0, &disk[..4096])));
    }
}
