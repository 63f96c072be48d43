//! A scan that is kept and taken again serves like the one it was.

use crate::support::{image, open, scan};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order, Random};
use vma_inspector::scan::Scan;
use vma_inspector::scan::kept::{from_bytes, to_bytes};

fn builder() -> ArchiveBuilder {
    let mixed = |seed| Content::of_kind(Kind::Mixed, seed);
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 300 << 20, Content::zero()))
        .device(Device::new(2, "drive-scsi1", 8 << 20, mixed(2)))
        .device(Device::vmstate(3, 1 << 20, 20, mixed(3)))
        .order(Order::Interleaved(7))
}

#[test]
fn a_kept_scan_gives_the_same_disks_and_figures() {
    let bytes = builder().build().bytes;
    let archive = open(bytes.clone());
    let first = scan(bytes);
    let kept = to_bytes(&archive, &first, true).expect("it can be kept");
    let again = from_bytes(&archive, &kept).expect("it can be taken");
    let again = Scan::resume(&archive, again);
    assert!(again.progress().done);
    assert_eq!(again.progress().clusters, first.progress().clusters);
    assert_eq!(again.found().extents(), first.found().extents());
    assert_eq!(again.found().index_bytes(), first.found().index_bytes());
    for device in archive.header().devices() {
        assert_eq!(again.found().device(device), first.found().device(device));
        let id = device.id.get();
        assert!(image(&again, id) == builder().image(id), "device {id}");
    }
}

#[test]
fn a_scan_with_findings_is_not_kept() {
    let mut archive = builder().build();
    let end = archive.bytes.len() as u64;
    archive.truncate(end - 1);
    let opened = open(archive.bytes.clone());
    assert_eq!(to_bytes(&opened, &scan(archive.bytes), true), None);
    assert_eq!(to_bytes(&opened, &Scan::new(&opened), true), None);
}

#[test]
fn a_kept_scan_that_is_changed_or_of_another_archive_is_refused() {
    let bytes = builder().build().bytes;
    let archive = open(bytes.clone());
    let kept = to_bytes(&archive, &scan(bytes), true).expect("it can be kept");
    let other = open(builder().ctime(1).build().bytes);
    assert!(from_bytes(&other, &kept).is_none());
    let mut random = Random::new(3);
    for _ in 0..300 {
        let mut changed = kept.clone();
        let at = random.below(kept.len() as u64) as usize;
        match random.below(2) {
            0 => changed[at] ^= 1 + random.below(255) as u8,
            _ => changed.truncate(at),
        }
        assert!(from_bytes(&archive, &changed).is_none(), "changed at {at}");
    }
}
