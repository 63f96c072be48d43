//! Disks made so that each format's edges are met: where a table ends, where a
//! block is cut, where nothing is.

use crate::export::disk::files::{Case, MIB, TIB, few_clusters};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Random};

const KIB: u64 = 1024;
const GIB: u64 = 1024 * MIB;

fn of_bytes(name: &'static str, bytes: Vec<u8>) -> Case {
    let archive = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
    Case::of(name, archive, Some(bytes))
}

/// Random bytes that nothing makes smaller.
fn noise(length: u64, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..length).map(|_| random.below(256) as u8).collect()
}

/// Zeros, and noise in these ranges.
fn noise_at(length: u64, ranges: &[(u64, u64)]) -> Vec<u8> {
    let mut bytes = vec![0; length as usize];
    for (seed, &(start, count)) in (1..).zip(ranges) {
        let start = start as usize;
        bytes[start..start + count as usize].copy_from_slice(&noise(count, seed));
    }
    bytes
}

/// Each 4 KiB is unlike all others, and none is like noise.
fn every_block_another(length: u64) -> Vec<u8> {
    let line = |block: u64| format!("block {block} of a disk in which no two are the same\n");
    let blocks = (0..length.div_ceil(4 * KIB))
        .flat_map(|block| line(block).into_bytes().into_iter().cycle().take(4096));
    blocks.take(length as usize).collect()
}

/// Disks of a few MiB, of which every byte is known.
pub fn small() -> Vec<Case> {
    vec![
        of_bytes("sector-of-zeros", vec![0; 512]),
        of_bytes("sector", noise(512, 1)),
        of_bytes("zeros-of-odd-size", vec![0; (3 * MIB + 512) as usize]),
        of_bytes("cluster", noise(64 * KIB, 2)),
        of_bytes("cluster-and-sector", noise(64 * KIB + 512, 3)),
        of_bytes("cluster-less-a-sector", noise(64 * KIB - 512, 4)),
        // A block of VDI has 1 MiB, one of VHD 2 MiB.
        of_bytes("mib-and-sector", noise(MIB + 512, 5)),
        of_bytes("two-mib-and-sector", noise(2 * MIB + 512, 6)),
        of_bytes("two-mib-less-a-sector", noise(2 * MIB - 512, 7)),
        of_bytes("every-block-another", every_block_another(6 * MIB + 7 * 512)),
        of_bytes("noise", noise(5 * MIB + 3 * 512, 8)),
        of_bytes("last-sector", noise_at(9 * MIB + 512, &[(9 * MIB, 512)])),
        of_bytes("first-sector", noise_at(9 * MIB + 512, &[(0, 512)])),
        // A table of grains of a VMDK has 512 of 64 KiB.
        of_bytes(
            "two-tables-of-grains",
            noise_at(32 * MIB + 512, &[(0, 4 * KIB), (32 * MIB - 64 * KIB, 64 * KIB + 512)]),
        ),
        // Sectors that are zeros between such that are not: the bitmaps of a VHD.
        of_bytes(
            "every-other-sector",
            noise_at(MIB, &(0..64).map(|at| (at * 1024, 512)).collect::<Vec<_>>()),
        ),
    ]
}

/// Disks that are too large for all of their bytes to be read: some clusters are there.
pub fn sparse() -> Vec<Case> {
    // An L2 table of a qcow2 has 8192 clusters, which are 512 MiB.
    let tables = few_clusters(GIB + 64 * KIB + 512, &[0, 8191, 8192, 16_383, 16_384]);
    // 32 MiB of a VHDX are a block, and a bitmap's place follows each 128 of them.
    let chunks = few_clusters(9 * GIB + 512, &[1, 511, 512, 65_535, 65_536, 131_072, 147_456]);
    let last = (2040 * GIB / (64 * KIB)) as u32 - 1;
    let vhd = few_clusters(2040 * GIB, &[0, 31, 32, 33_000_000, last]);
    let end = ((3 * TIB + MIB) / (64 * KIB)) as u32;
    let beyond = few_clusters(3 * TIB + MIB + 512, &[0, 32_767 * 1024, 33_554_432, end - 1, end]);
    vec![
        Case::of("tables-of-qcow2", tables.build(), None),
        Case::of("chunks-of-vhdx", chunks.build(), None),
        Case::of("largest-vhd", vhd.build(), None),
        Case::of("beyond-two-tib", beyond.build(), None),
    ]
}

/// A disk of 17 MiB as one in use is.
pub fn in_use() -> Case {
    let content = Content::of_kind(Kind::Mixed, 77);
    let device = Device::new(1, "drive-virtio0", 17 * MIB + 5 * 512, content);
    let builder = ArchiveBuilder::new().device(device);
    let bytes = builder.image(1);
    Case::of("in-use", builder.build(), Some(bytes))
}
