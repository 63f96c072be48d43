//! The writer's rules held against archives that Proxmox wrote.

use std::fs;
use std::path::Path;

use archive_writer::{ArchiveBuilder, BLOCK, Content, Device, HeaderSize, extent_md5, header_md5};

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    fs::read(folder.join(name)).expect("the golden archive can be read")
}

/// The bytes of a blob.
fn blob(archive: &[u8], pointer: usize) -> &[u8] {
    let at =
        12_288 + u32::from_be_bytes(archive[pointer..pointer + 4].try_into().unwrap()) as usize;
    let length = usize::from(archive[at]) | usize::from(archive[at + 1]) << 8;
    &archive[at + 2..at + 2 + length]
}

/// Walks the extents by the writer's rules and says how many there are.
fn check(archive: &[u8]) -> usize {
    assert_eq!(archive[32..48], header_md5(archive));
    let header_size = u32::from_be_bytes(archive[56..60].try_into().unwrap());
    let mut at = header_size as usize;
    let mut extents = 0;
    while at < archive.len() {
        let extent = &archive[at..];
        assert_eq!(&extent[..4], b"VMAE");
        assert_eq!(extent[8..24], archive[8..24]);
        assert_eq!(extent[24..40], extent_md5(extent));
        let blocks: u32 = extent[40..512]
            .chunks(8)
            .map(|slot| u32::from(u16::from_be_bytes([slot[0], slot[1]])).count_ones())
            .sum();
        assert_eq!(blocks, u32::from(u16::from_be_bytes([extent[6], extent[7]])));
        at += 512 + blocks as usize * BLOCK;
        extents += 1;
    }
    assert_eq!(at, archive.len());
    extents
}

#[test]
fn golden_archives_follow_the_writers_rules() {
    for (name, extents) in [("c-configs.vma", 1), ("d-zero.vma", 3), ("j-nodisk.vma", 1)] {
        assert_eq!(check(&golden(name)), extents, "{name}");
    }
}

/// Given what a golden archive says of itself, the writer makes it again,
/// byte for byte.
#[test]
fn the_writer_makes_the_golden_all_zero_archive() {
    let golden = golden("d-zero.vma");
    let name = |pointer| {
        let name = blob(&golden, pointer);
        name[..name.len() - 1].to_vec()
    };
    let archive = ArchiveBuilder::new()
        .uuid(golden[8..24].try_into().unwrap())
        .ctime(i64::from_be_bytes(golden[24..32].try_into().unwrap()))
        .config(name(2044), blob(&golden, 3068))
        .device(Device::new(1, name(4096 + 32), 8 << 20, Content::zero()))
        .header_size(HeaderSize::Exact(13_824))
        .build();
    assert!(archive.bytes == golden);
}
