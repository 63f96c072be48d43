//! Files that were split, and dropped in any order.

use archive_writer::{ArchiveBuilder, Content, Device, Kind, Random};
use vma_inspector::archive::parts::order;
use vma_inspector::container::Joint;
use vma_inspector::source::ReadAt;

use crate::programs::run;

const PACKERS: [(&str, &[&str]); 6] = [
    ("cat", &[]),
    ("zstd", &["-q", "-c", "-3"]),
    ("lzop", &["-c"]),
    ("gzip", &["-c", "-1"]),
    ("gzip", &["-c", "-9"]),
    ("bzip2", &["-c", "-1"]),
];

fn archive() -> Vec<u8> {
    let device = |id: u8, kind| {
        Device::new(id, format!("drive-scsi{id}"), 6 << 20, Content::of_kind(kind, id.into()))
    };
    let builder =
        ArchiveBuilder::new().device(device(1, Kind::Mixed)).device(device(2, Kind::Dense));
    builder.build().bytes
}

/// `bytes` in parts of about `size` bytes, with their right order and any other.
fn split(bytes: &[u8], size: usize, random: &mut Random) -> (Vec<Vec<u8>>, Vec<usize>) {
    let parts: Vec<_> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
    let mut places: Vec<usize> = (0..parts.len()).collect();
    for last in (1..places.len()).rev() {
        places.swap(last, random.below(last as u64 + 1) as usize);
    }
    let mut shuffled = vec![Vec::new(); parts.len()];
    for (part, &place) in parts.into_iter().zip(&places) {
        shuffled[place] = part;
    }
    (shuffled, places)
}

#[test]
fn parts_are_put_in_the_order_that_the_archive_proves() {
    let plain = archive();
    let mut random = Random::new(7);
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain) else { return };
        for size in [packed.len() / 2 + 7, packed.len() / 4 - 11, 1_500_001] {
            let (parts, right) = split(&packed, size, &mut random);
            let sources: Vec<&dyn ReadAt> = parts.iter().map(|part| part as &dyn ReadAt).collect();
            // By the names they are in the order in which they came here.
            let named: Vec<usize> = (0..parts.len()).collect();
            let found = order(&sources, &named).expect("they can be read").expect("they are parts");
            let what = format!("{program} {arguments:?}, {} parts", parts.len());
            let pairs = found.parts.windows(2).zip(right.windows(2)).zip(&found.joints);
            for ((found, right), joint) in pairs {
                assert!(*joint != Joint::Contradicted, "{what}");
                assert!(*joint == Joint::Unknown || found == right, "{what}");
            }
            // Parts in which no extent starts look all alike: their names tell.
            let is_all = program != "cat" || size > 3 << 20;
            assert_eq!(is_all, found.joints.iter().all(|&joint| joint == Joint::Proven), "{what}");
            let again: Vec<_> = packed.chunks(size).map(<[u8]>::to_vec).collect();
            let sources: Vec<&dyn ReadAt> = again.iter().map(|part| part as &dyn ReadAt).collect();
            let found = order(&sources, &named).expect("they can be read").expect("they are parts");
            assert_eq!(found.parts, named, "{what}, named in order");
        }
    }
}

#[test]
fn bytes_of_anything_else_prove_no_joint() {
    let plain = archive();
    let mut random = Random::new(11);
    for (program, arguments) in PACKERS {
        let Some(packed) = run(program, arguments, &plain) else { return };
        for cut in [packed.len() / 3, packed.len() / 2 + 7, packed.len()] {
            let first = packed[..cut].to_vec();
            for size in [10, 700, 3_000, 20_000, 60_000, 300_000] {
                let mut stranger = vec![0; size];
                random.fill(&mut stranger);
                let sources: [&dyn ReadAt; 2] = [&first, &stranger];
                let found = order(&sources, &[0, 1]).expect("they can be read").expect("a start");
                let what = format!("{program} {arguments:?}, {cut} bytes and {size}");
                assert!(found.joints != [Joint::Proven], "{what}");
            }
        }
    }
}

/// A block of zstd that stands as it is goes on with any bytes at all, and what follows it
/// may be taken for another one.
#[test]
fn bytes_that_end_a_block_of_zstd_prove_no_joint() {
    let Some(packed) = run("zstd", &["-q", "-c", "-3"], &archive()) else { return };
    let cut = whole_block(&packed) + 3 + 1000;
    let mut stranger = vec![0; (128 << 10) - 1000];
    Random::new(13).fill(&mut stranger);
    let begun: u32 = 100_000 << 3;
    stranger.extend_from_slice(&begun.to_le_bytes()[..3]);
    stranger.extend_from_slice(b"not all of it");
    let first = packed[..cut].to_vec();
    let found = order(&[&first, &stranger], &[0, 1]).expect("they can be read").expect("a start");
    assert_eq!(found.joints, [Joint::Unknown]);
}

/// Where a block of 128 KiB starts that stands as it is, behind the first 4 MiB of what
/// zstd made out of a pipe: its frame header is of 6 bytes (RFC 8878, 3.1.1).
fn whole_block(packed: &[u8]) -> usize {
    let mut at = 6;
    loop {
        let header = u32::from_le_bytes([packed[at], packed[at + 1], packed[at + 2], 0]);
        let (kind, size) = (header >> 1 & 3, (header >> 3) as usize);
        if kind == 0 && size == 128 << 10 && at > 4 << 20 {
            return at;
        }
        at += 3 + if kind == 1 { 1 } else { size };
    }
}
