//! The writer checked against the format, by offsets worked out here.

use archive_writer::{
    ArchiveBuilder, BLOCK, CLUSTER, Cluster, Content, Device, HeaderSize, Kind, Order, RawSlot,
    extent_md5, header_md5, md5,
};

fn be32(bytes: &[u8], offset: usize) -> u32 {
    u32::from_be_bytes(bytes[offset..offset + 4].try_into().unwrap())
}

/// A disk of three clusters and a bit: full, zero, two blocks stored, a byte.
fn disk() -> Vec<u8> {
    let mut bytes = vec![0; 3 * CLUSTER + 4097];
    bytes[..CLUSTER].fill(0xaa);
    bytes[2 * CLUSTER] = 1;
    bytes[2 * CLUSTER + 15 * BLOCK + 4095] = 2;
    bytes[3 * CLUSTER + 4096] = 3;
    bytes
}

#[test]
fn md5_is_md5() {
    let expected = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128;
    assert_eq!(md5(b""), expected.to_be_bytes());
}

#[test]
fn an_archive_is_laid_out_as_the_format_says() {
    let builder = ArchiveBuilder::new().uuid([7; 16]).ctime(0x1234).config("a", b"data").disk(
        3,
        "drive-scsi0",
        disk(),
    );
    let archive = builder.build();
    let bytes = &archive.bytes;

    assert_eq!(&bytes[..8], b"VMA\0\0\0\0\x01");
    assert_eq!(&bytes[8..24], [7; 16]);
    assert_eq!(&bytes[24..32], 0x1234_u64.to_be_bytes());
    assert_eq!(&bytes[32..48], header_md5(bytes));
    assert_eq!(be32(bytes, 48), 12_288);
    // 1 unused, "a\0", "data", "drive-scsi0\0", each behind its length
    assert_eq!(be32(bytes, 52), 1 + 4 + 6 + 14);
    assert_eq!(be32(bytes, 56), 12_800);
    assert_eq!(be32(bytes, 2044), 1);
    assert_eq!(be32(bytes, 3068), 5);
    assert_eq!(be32(bytes, 4096 + 3 * 32), 11);
    assert_eq!(be32(bytes, 4096 + 3 * 32 + 12), 3 * 65_536 + 4097);
    assert_eq!(&bytes[12_288..12_299], b"\0\x02\0a\0\x04\0data");
    assert_eq!(&bytes[12_299..12_313], b"\x0c\0drive-scsi0\0");

    let extent = &bytes[12_800..];
    assert_eq!(&extent[..8], b"VMAE\0\0\0\x13");
    assert_eq!(&extent[8..24], [7; 16]);
    assert_eq!(&extent[24..40], extent_md5(extent));
    assert_eq!(&extent[40..48], [0xff, 0xff, 0, 3, 0, 0, 0, 0]);
    assert_eq!(&extent[48..56], [0, 0, 0, 3, 0, 0, 0, 1]);
    assert_eq!(&extent[56..64], [0x80, 0x01, 0, 3, 0, 0, 0, 2]);
    assert_eq!(&extent[64..72], [0x00, 0x02, 0, 3, 0, 0, 0, 3]);
    assert!(extent[72..512].iter().all(|byte| *byte == 0));
    assert_eq!(extent[512..512 + CLUSTER], [0xaa; CLUSTER]);
    assert_eq!(extent.len(), 512 + 19 * BLOCK);
    assert_eq!(archive.layout.archive_size, bytes.len() as u64);
}

#[test]
fn the_layout_says_where_each_cluster_is() {
    let builder = ArchiveBuilder::new()
        .disk(1, "one", disk())
        .disk(200, "two", disk())
        .slots_per_extent(3)
        .holes([0, 2])
        .order(Order::Shuffled(5));
    let archive = builder.build();
    assert_eq!(archive.layout.clusters().count(), 8);
    for id in [1, 200] {
        let mut image = vec![0; 4 * CLUSTER];
        for number in 0..4 {
            let place = archive.layout.cluster(id, number).unwrap();
            assert!(place.slot != 0 && place.slot != 2);
            let mut stored = &archive.bytes[place.data as usize..][..place.stored as usize];
            for block in (0..16).filter(|block| place.mask >> block & 1 == 1) {
                let at = number as usize * CLUSTER + block * BLOCK;
                let (bytes, rest) = stored.split_at(BLOCK);
                image[at..at + BLOCK].copy_from_slice(bytes);
                stored = rest;
            }
        }
        image.truncate(disk().len());
        assert!(image == builder.image(id));
        assert!(image == disk());
    }
}

#[test]
fn a_vmstate_stays_in_order_when_the_rest_is_shuffled() {
    let archive = ArchiveBuilder::new()
        .device(Device::new(1, "disk", 40 << 16, Content::zero()))
        .device(Device::vmstate(2, 1 << 30, 30, Content::of_kind(Kind::Sparse, 1)))
        .order(Order::Shuffled(9))
        .build();
    let numbers: Vec<_> = archive
        .layout
        .clusters()
        .filter(|place| place.device == 2)
        .map(|place| place.number)
        .collect();
    assert_eq!(numbers, Vec::from_iter(0..30));
}

#[test]
fn interleaved_devices_take_turns() {
    let archive = ArchiveBuilder::new()
        .device(Device::new(1, "a", 3 << 16, Content::zero()))
        .device(Device::new(2, "b", 2 << 16, Content::zero()))
        .order(Order::Interleaved(1))
        .build();
    let order: Vec<_> =
        archive.layout.clusters().map(|place| (place.device, place.number)).collect();
    assert_eq!(order, [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2)]);
}

#[test]
fn a_custom_order_can_leave_out_and_repeat() {
    let cluster = |number| Cluster { device: 1, number };
    let archive = ArchiveBuilder::new()
        .disk(1, "a", disk())
        .order(Order::Custom(vec![cluster(2), cluster(2), cluster(99)]))
        .build();
    let masks: Vec<_> = archive.layout.clusters().map(|place| place.mask).collect();
    assert_eq!(masks, [0x8001, 0x8001, 0]);
}

#[test]
fn a_header_can_be_of_unusual_size_and_place() {
    let archive = ArchiveBuilder::new()
        .config("a", b"")
        .blob_buffer_offset(12_345)
        .header_size(HeaderSize::Exact(13_001))
        .reserved(0xff)
        .build();
    assert_eq!(be32(&archive.bytes, 48), 12_345);
    assert_eq!(be32(&archive.bytes, 56), 13_001);
    assert_eq!(&archive.bytes[13_001..13_005], b"VMAE");
    assert_eq!(archive.bytes[32..48], header_md5(&archive.bytes));
    assert_eq!(archive.bytes.len(), 13_001 + 512);
}

#[test]
fn a_patched_slot_is_sound_again() {
    let mut archive = ArchiveBuilder::new().disk(1, "a", disk()).build();
    let slot = RawSlot { mask: 0xffff, device: 9, cluster: 77, ..RawSlot::default() };
    archive.patch_slot(0, 58, slot);
    let extent = &archive.bytes[archive.extent(0) as usize..];
    assert_eq!(&extent[504..512], [0xff, 0xff, 0, 9, 0, 0, 0, 77]);
    assert_eq!(extent[24..40], extent_md5(extent));
}

#[test]
fn kinds_of_disks_are_what_they_say() {
    let stored = |kind| {
        let content = Content::of_kind(kind, 42);
        let device = Device::new(1, "a", 2000 << 16, content);
        let mut sink = std::io::sink();
        let layout = ArchiveBuilder::new().device(device).write_to(&mut sink);
        layout.unwrap().stored_bytes(1) * 1000 / (2000 << 16)
    };
    assert_eq!(stored(Kind::Dense), 1000);
    assert_eq!(stored(Kind::Zero), 0);
    assert!((600..950).contains(&stored(Kind::Mixed)));
    assert!((1..100).contains(&stored(Kind::Sparse)));
}
