//! The index of disks that are mostly zeros: many clusters at once.

use vma_inspector::archive::unit::{ArchiveOffset, BlockMask, ClusterNumber};
use vma_inspector::image::index::{Cluster, DeviceIndex, Inserted};

fn insert(index: &mut DeviceIndex, cluster: u32, mask: u16) -> Inserted {
    let (at, none) = (ClusterNumber(cluster), BlockMask::ZERO);
    index.insert(at, ArchiveOffset(0), BlockMask(mask), none, 0).expect("it is within bounds")
}

#[test]
fn zeros_at_once_are_zeros_one_by_one() {
    let ranges = [(1_000, 1_050), (1_051, 1_051), (3, 3), (2_048, 4_095), (0, 2), (990, 1_000)];
    let mut index = DeviceIndex::default();
    let mut single = DeviceIndex::default();
    for (first, last) in ranges {
        let is_free = (first..=last).all(|n| single.cluster(ClusterNumber(n)) == Cluster::Missing);
        assert_eq!(index.insert_zeros(ClusterNumber(first), ClusterNumber(last)), is_free);
        for n in (first..=last).filter(|_| is_free) {
            insert(&mut single, n, 0);
        }
    }
    assert_eq!(insert(&mut index, 998, 1), insert(&mut single, 998, 1));
    assert_eq!(format!("{index:?}"), format!("{single:?}"));
    assert_eq!(index.counts().zero, 51 + 1 + 1 + 2_048 + 3);
    assert!(!index.insert_zeros(ClusterNumber(990), ClusterNumber(999)));
}
