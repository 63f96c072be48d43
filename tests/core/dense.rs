//! One dense disk, the findings of a scan of it, and what is lost of it.

use std::ops::Range;

use crate::support::{findings, image};
use archive_writer::{ArchiveBuilder, Random};
use vma_inspector::archive::finding::Finding;
use vma_inspector::scan::Scan;

pub const DENSE: usize = 200 * 65_536;

/// One dense disk: 200 clusters in four extents of 58, 58, 58 and 26.
pub fn dense() -> ArchiveBuilder {
    let mut bytes = vec![0; DENSE];
    Random::new(1).fill(&mut bytes);
    ArchiveBuilder::new().config("qemu-server.conf", "cores: 1\n").disk(1, "drive-scsi0", bytes)
}

/// The only finding of its code.
pub fn only(scan: &Scan, code: &str) -> Finding {
    let group = scan.found().findings().group(code).unwrap_or_else(|| {
        panic!("{code} is not among {:?}", findings(scan));
    });
    assert_eq!(group.count(), 1, "{:?}", group.kept());
    group.kept()[0].clone()
}

pub fn offset(finding: &Finding) -> u64 {
    finding.offset.expect("it has an offset").0
}

/// Asserts that the image is right but for these clusters, which are zeros.
pub fn assert_lost(scan: &Scan, lost: Range<usize>) {
    let mut expected = dense().image(1);
    expected[lost.start * 65_536..lost.end * 65_536].fill(0);
    assert!(image(scan, 1) == expected, "other bytes than those of clusters {lost:?} differ");
    let missing = only(scan, "cluster-missing");
    assert_eq!(missing.device.map(|d| d.get()), Some(1));
    assert_eq!(missing.cluster.map(|c| c.0 as usize), Some(lost.start));
    assert_eq!(missing.cluster_count(), Some(lost.len() as u64));
}

pub fn only_count(scan: &Scan, code: &str) -> u64 {
    scan.found().findings().group(code).map_or(0, |group| group.count())
}
