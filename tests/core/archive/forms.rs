//! Every form of archive that the format allows: each opens without a finding,
//! and each device comes out as it went in.

use crate::support;
use crate::support::{codes, findings, id, image, scan};
use archive_writer::{ArchiveBuilder, Content, Device, HeaderSize, Kind, Order, Random};
use vma_inspector::image::{Origin, Run};
use vma_inspector::source::ReadAt;

fn disk(seed: u64, size: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = vec![0; size];
    for block in bytes.chunks_mut(4096) {
        match random.below(3) {
            0 => {}
            1 => random.fill(block),
            _ => block[0] = 1,
        }
    }
    bytes
}

fn two_disks() -> ArchiveBuilder {
    ArchiveBuilder::new()
        .config("qemu-server.conf", "cores: 2\n")
        .disk(1, "drive-scsi0", disk(1, 5 << 20))
        .disk(2, "drive-efidisk0", disk(2, 540_672))
}

fn assert_comes_out(builder: &ArchiveBuilder, devices: &[u8]) {
    let scan = scan(builder.build().bytes);
    assert_eq!(findings(&scan), []);
    for &device in devices {
        assert!(image(&scan, device) == builder.image(device), "device {device} differs");
    }
}

#[test]
fn an_archive_as_proxmox_writes_it_comes_out() {
    assert_comes_out(&two_disks(), &[1, 2]);
    let scan = scan(two_disks().build().bytes);
    assert_eq!(image(&scan, 2).len(), 540_672);
}

#[test]
fn shuffled_and_interleaved_clusters_come_out() {
    assert_comes_out(&two_disks().order(Order::Shuffled(7)).slots_per_extent(13), &[1, 2]);
    assert_comes_out(&two_disks().order(Order::Interleaved(1)), &[1, 2]);
}

#[test]
fn fifty_nine_slots_and_holes_between_slots_come_out() {
    assert_comes_out(&two_disks().slots_per_extent(59), &[1, 2]);
    assert_comes_out(&two_disks().holes([0, 1, 7, 58]).slots_per_extent(59), &[1, 2]);
    assert_comes_out(&two_disks().slots_per_extent(1), &[1, 2]);
}

#[test]
fn headers_of_unusual_shape_come_out() {
    assert_comes_out(&two_disks().header_size(HeaderSize::Tight), &[1, 2]);
    assert_comes_out(&two_disks().header_size(HeaderSize::Exact(100_001)), &[1, 2]);
    assert_comes_out(&two_disks().blob_buffer_offset(12_800).reserved(0x77), &[1, 2]);
}

#[test]
fn device_ids_with_gaps_come_out() {
    let builder = ArchiveBuilder::new()
        .disk(3, "drive-scsi0", disk(3, 200_000))
        .disk(200, "drive-scsi1", disk(4, 4096))
        .disk(255, "drive-scsi2", disk(5, 65_537));
    assert_comes_out(&builder.order(Order::Interleaved(1)), &[3, 200, 255]);
}

#[test]
fn two_hundred_and_fifty_four_devices_come_out() {
    let ids: Vec<u8> = (1..=254).collect();
    let builder = ids.iter().fold(ArchiveBuilder::new(), |builder, &n| {
        builder.disk(n, format!("drive-scsi{n}"), disk(n.into(), 70_000))
    });
    assert_comes_out(&builder.order(Order::Shuffled(1)), &ids);
}

#[test]
fn an_archive_without_disks_holds_its_config() {
    let builder = ArchiveBuilder::new().config("qemu-server.conf", "name: empty\n");
    let archive = support::open(builder.build().bytes);
    let config = &archive.header().configs()[0];
    assert_eq!(
        (config.name.as_str(), config.data.as_slice()),
        ("qemu-server.conf", &b"name: empty\n"[..])
    );
    assert_comes_out(&builder, &[]);
}

#[test]
fn a_vmstate_is_as_long_as_what_is_there() {
    for (declared, clusters) in [(1 << 20, 9), (1 << 20, 40)] {
        let content = Content::of_kind(Kind::Mixed, 5);
        let builder = ArchiveBuilder::new()
            .device(Device::vmstate(2, declared, clusters, content))
            .disk(1, "drive-scsi0", disk(6, 1 << 20))
            .order(Order::Shuffled(3));
        assert_comes_out(&builder, &[1, 2]);
    }
}

#[test]
fn figures_of_devices_and_extents_are_those_of_the_layout() {
    let builder = two_disks().order(Order::Interleaved(3));
    let archive = builder.build();
    let scan = scan(archive.bytes.clone());
    let extents = scan.found().extents();
    assert_eq!(extents.count, archive.layout.extents.len() as u64);
    assert_eq!(extents.clusters, archive.layout.clusters().count() as u64);
    assert_eq!(extents.header_bytes, 512 * extents.count);
    let stored = [1, 2].map(|id| archive.layout.stored_bytes(id));
    assert_eq!(extents.data_bytes, stored.iter().sum::<u64>());
    let order: Vec<u8> = archive.layout.clusters().map(|cluster| cluster.device).collect();
    let switches = order.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(extents.device_switches, switches as u64);
    assert_eq!((extents.clusters_out_of_order, extents.broken, extents.skipped_bytes), (0, 0, 0));
    for device in support::open(archive.bytes.clone()).header().devices() {
        let figures = scan.found().device(device).expect("declared");
        let masks = |wanted: fn(u16) -> bool| {
            let all = archive.layout.clusters().filter(|c| c.device == device.id.get());
            all.filter(|c| wanted(c.mask)).count() as u64
        };
        assert_eq!(figures.counts.zero, masks(|mask| mask == 0));
        assert_eq!(figures.counts.full, masks(|mask| mask == 0xffff));
        assert_eq!(figures.counts.partial, masks(|mask| mask != 0 && mask != 0xffff));
        assert_eq!(figures.stored_bytes, archive.layout.stored_bytes(device.id.get()));
        assert_eq!(figures.stored_bytes + figures.zero_bytes, device.size);
        assert_eq!((figures.missing_bytes, figures.missing_clusters), (0, 0));
    }
}

#[test]
fn reads_at_any_offset_and_length_give_the_same_bytes() {
    let builder = two_disks().order(Order::Shuffled(11));
    let scan = scan(builder.build().bytes);
    let seed = 42;
    let mut random = Random::new(seed);
    for device in [1, 2] {
        let whole = builder.image(device);
        let image = scan.image(id(device)).expect("declared");
        for _ in 0..2_000 {
            let start = random.below(whole.len() as u64 + 10);
            let length = random.below(200_000) as usize;
            let mut bytes = vec![0xaa; length];
            let count = image.read_at(start, &mut bytes).expect("reads");
            let expected = whole.get(start as usize..).unwrap_or(&[]);
            let expected = &expected[..expected.len().min(length)];
            assert!(bytes[..count] == *expected, "seed {seed}: {start} + {length}");
        }
    }
}

#[test]
fn runs_add_up_and_never_overlap() {
    let mut archive = two_disks().order(Order::Shuffled(11)).build();
    let length = archive.bytes.len() as u64;
    archive.truncate(length * 2 / 3);
    let scan = scan(archive.bytes);
    let image = scan.image(id(1)).expect("declared");
    let mut random = Random::new(9);
    for _ in 0..500 {
        let start = random.below(5 << 20);
        let end = start + random.below(1 << 20);
        let runs: Vec<Run> = image.runs(start..end).collect();
        let mut at = start;
        for run in &runs {
            assert_eq!(run.start.0, at);
            assert!(run.length > 0);
            at = run.end();
        }
        assert_eq!(at, end.min(5 << 20).max(start));
        let joined = runs.windows(2).all(|pair| match (pair[0].origin, pair[1].origin) {
            (Origin::Stored(a), Origin::Stored(b)) => a.plus(pair[0].length) != b,
            (a, b) => a != b,
        });
        assert!(joined, "neighbours of one origin are one run");
    }
    assert!(codes(&scan).contains(&"cluster-missing"));
}

#[test]
fn runs_tell_where_every_stored_byte_is() {
    let archive = two_disks().order(Order::Shuffled(5)).build();
    let scan = scan(archive.bytes.clone());
    let whole = two_disks().image(1);
    for run in scan.image(id(1)).expect("declared").runs(0..u64::MAX) {
        let bytes = &whole[run.start.0 as usize..run.end() as usize];
        match run.origin {
            Origin::Stored(offset) => {
                assert!(archive.bytes[offset.0 as usize..].starts_with(bytes));
            }
            Origin::Zero => assert!(bytes.iter().all(|&byte| byte == 0)),
            Origin::Lost | Origin::NotYetKnown => panic!("nothing is lost"),
        }
    }
}
