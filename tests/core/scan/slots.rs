//! What is wrong in the slots of a sound extent header.

use crate::dense::{assert_lost, dense, offset, only};
use crate::support;
use crate::support::{codes, findings, image, scan};
use archive_writer::{Archive, ArchiveBuilder, Cluster, Order, Random, RawSlot};
use vma_inspector::archive::finding::FindingKind;

fn with_slot(slot: RawSlot) -> (Archive, u64) {
    let mut archive = dense().build();
    archive.patch_slot(1, 0, slot);
    let at = archive.extent(1) + 40;
    (archive, at)
}

const SLOT: RawSlot = RawSlot { mask: 0xffff, reserved: 0, device: 1, cluster: 58 };

#[test]
fn a_cluster_past_the_end_is_found() {
    for cluster in [200, u32::MAX] {
        let (archive, at) = with_slot(RawSlot { cluster, ..SLOT });
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), ["cluster-missing", "cluster-past-end"]);
        let finding = only(&scan, "cluster-past-end");
        assert_eq!((offset(&finding), finding.cluster.map(|c| c.0)), (at, Some(cluster)));
        assert_eq!(finding.kind, FindingKind::ClusterPastEnd { clusters: 200 });
        assert_lost(&scan, 58..59);
    }
}

#[test]
fn an_undeclared_device_is_found_and_its_bytes_counted() {
    let (archive, at) = with_slot(RawSlot { device: 9, ..SLOT });
    let scan = scan(archive.bytes);
    let finding = only(&scan, "device-undeclared");
    assert_eq!((offset(&finding), finding.device.map(|d| d.get())), (at, Some(9)));
    let undeclared: Vec<_> = scan.found().undeclared().collect();
    assert_eq!(undeclared.len(), 1);
    assert_eq!((undeclared[0].1.clusters, undeclared[0].1.stored_blocks), (1, 16));
    assert_lost(&scan, 58..59);
}

#[test]
fn a_slot_emptied_by_damage_shows_as_a_missing_cluster_and_a_wrong_count() {
    let (archive, at) = with_slot(RawSlot { device: 0, mask: 0, ..SLOT });
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["cluster-missing", "block-count-mismatch"]);
    assert_eq!(offset(&only(&scan, "block-count-mismatch")), at - 40 + 6);
}

#[test]
fn a_cluster_twice_is_found_and_its_first_copy_counts() {
    let clusters = (0..200).chain([7]).map(|number| Cluster { device: 1, number });
    let builder = dense().order(Order::Custom(clusters.collect()));
    let mut archive = builder.build();
    let second = *archive.layout.clusters().last().expect("the second copy");
    archive.flip(second.data);
    let scan = scan(archive.bytes.clone());
    assert_eq!(codes(&scan), ["cluster-twice"]);
    let finding = only(&scan, "cluster-twice");
    assert_eq!(offset(&finding), archive.extent(3) + 40 + 8 * second.slot as u64);
    assert_eq!(finding.cluster.map(|c| c.0), Some(7));
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn clusters_left_out_are_found_as_ranges() {
    let clusters = (0..200).filter(|n| !(3..6).contains(n) && *n != 150);
    let clusters = clusters.map(|number| Cluster { device: 1, number }).collect();
    let scan = scan(dense().order(Order::Custom(clusters)).build().bytes);
    assert_eq!(codes(&scan), ["cluster-missing"]);
    let found: Vec<_> =
        findings(&scan).iter().map(|f| (f.cluster.map(|c| c.0), f.cluster_count())).collect();
    assert_eq!(found, [(Some(3), Some(3)), (Some(150), Some(1))]);
    let device = support::open(dense().build().bytes).header().devices()[0].clone();
    let figures = scan.found().device(&device).expect("declared");
    assert_eq!((figures.missing_clusters, figures.missing_bytes), (4, 4 * 65_536));
}

#[test]
fn blocks_past_the_end_are_found_unless_the_mask_is_full() {
    let mut bytes = vec![1; 65_536 + 8192];
    Random::new(4).fill(&mut bytes);
    let whole = bytes.clone();
    let build = || ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
    for (mask, stored, expected) in [(0x0007_u16, 3, vec!["block-past-end"]), (0xffff, 16, vec![])]
    {
        let mut archive = build();
        archive.bytes.extend(vec![0x55; (stored - 2) * 4096]);
        archive.patch_slot(0, 1, RawSlot { mask, reserved: 0, device: 1, cluster: 1 });
        archive.patch_extent(0, 6, &(16 + stored as u16).to_be_bytes());
        let scan = scan(archive.bytes);
        assert_eq!(codes(&scan), expected);
        assert!(image(&scan, 1) == whole);
    }
}

#[test]
fn a_reserved_byte_in_a_slot_is_a_note() {
    let (archive, at) = with_slot(RawSlot { reserved: 0x5a, ..SLOT });
    let scan = scan(archive.bytes);
    assert_eq!(codes(&scan), ["slot-reserved-nonzero"]);
    assert_eq!(offset(&only(&scan, "slot-reserved-nonzero")), at);
    assert!(image(&scan, 1) == dense().image(1));
}

#[test]
fn a_vmstate_that_is_out_of_order_is_found() {
    let content = archive_writer::Content::of_kind(archive_writer::Kind::Dense, 5);
    let clusters = [0, 2, 1].map(|number| Cluster { device: 2, number }).to_vec();
    let builder = ArchiveBuilder::new()
        .device(archive_writer::Device::vmstate(2, 1 << 20, 3, content))
        .order(Order::Custom(clusters));
    let scan = scan(builder.build().bytes);
    let found: Vec<_> =
        findings(&scan).into_iter().map(|f| (f.cluster.map(|c| c.0), f.kind)).collect();
    let out = |expected| FindingKind::VmstateOutOfOrder { expected };
    assert_eq!(found, [(Some(2), out(1)), (Some(1), out(3))]);
}
