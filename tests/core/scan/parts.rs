//! The parts of a file in the wrong order.

use archive_writer::{ArchiveBuilder, Content, Device, Kind};
use vma_inspector::archive::header::Standing;

use crate::support::{claimed_of, codes, id, scan};

fn disks() -> ArchiveBuilder {
    let device =
        |id, name: &str, size, kind| Device::new(id, name, size, Content::of_kind(kind, id.into()));
    ArchiveBuilder::new()
        .config("qemu-server.conf", "name: fileserver\ncores: 2\n")
        .device(device(1, "drive-scsi0", 12 << 20, Kind::Dense))
        .device(device(2, "drive-efidisk0", 540_672, Kind::Mixed))
}

#[test]
fn a_header_that_stands_behind_the_extents_is_used() {
    let built = disks().build();
    for cut in [built.extent(2) as usize, built.extent(2) as usize + 70_000] {
        let swapped = [&built.bytes[cut..], &built.bytes[..cut]].concat();
        let scan = scan(swapped);
        let header = scan.header();
        assert_eq!(header.standing(), Standing::FurtherOn);
        let devices = header.devices().iter().map(|device| (device.name.as_str(), device.size));
        let expected = [("drive-scsi0", 12 << 20), ("drive-efidisk0", 540_672)];
        assert_eq!(devices.collect::<Vec<_>>(), expected);
        assert_eq!(header.configs().len(), 1);
        assert!(
            codes(&scan).contains(&"header-lost") && codes(&scan).contains(&"archive-header-again")
        );
        let mut lost = 0;
        for device in [1, 2] {
            let truth = disks().image(device);
            let (claimed, wrong) = claimed_of(&scan, device, &truth);
            assert_eq!(wrong, 0, "device {device}");
            assert_eq!(
                scan.image(id(device)).map(|image| image.lost_bytes(0..u64::MAX) > 0),
                Some(claimed < truth.len() as u64)
            );
            lost += truth.len() as u64 - claimed;
        }
        // What the cut goes through is in two pieces.
        assert!(lost <= 59 * 65_536, "{lost}");
        assert_eq!(lost == 0, cut == built.extent(2) as usize);
    }
}

#[test]
fn a_header_of_another_archive_is_not() {
    let built = disks().uuid([9; 16]).build();
    let cut = built.extent(2) as usize;
    let other = disks().build().bytes;
    let scan = scan([&built.bytes[cut..], &other].concat());
    assert_eq!(scan.header().standing(), Standing::Lost);
    assert_eq!(scan.header().configs().len(), 0);
}
