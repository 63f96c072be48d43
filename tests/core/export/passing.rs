//! What passes while a disk is read: its hash on the way, and the disk itself
//! while the archive is scanned.

use crate::support::{finish, id, open};
use archive_writer::{ArchiveBuilder, CLUSTER, Content, Device, Kind, Order};
use sha2::{Digest, Sha256};
use vma_inspector::export::disk::{Disk, DiskFormat, DiskStream, Identity, StreamFormat};
use vma_inspector::export::disk_hash::DiskHash;
use vma_inspector::image::tap::Tap;
use vma_inspector::image::{DiskImage, Fill};
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

/// A disk that ends inside a cluster, with zeros at its end and in between.
fn archive(order: Order) -> ArchiveBuilder {
    let size = 40 * (1 << 20) + 4096 * 3;
    let mixed = Content::of_kind(Kind::Mixed, 7);
    let content = Content::from_fn(move |number| match number {
        200..=300 | 600.. => None,
        _ => mixed.cluster(number),
    });
    ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", size, content))
        .device(Device::new(2, "drive-scsi1", 3 << 20, Content::of_kind(Kind::Dense, 8)))
        .order(order)
}

/// Runs a stream to its end and hashes what passes; the file it gave, the hash.
fn run(mut stream: Box<dyn DiskStream>, tap: &Tap, hash: &mut DiskHash, size: u64) -> Vec<u8> {
    let mut file = Vec::new();
    while stream.next(&mut file).expect("reads") {
        for passed in tap.take() {
            while !hash.zeros_to(passed.offset, 1 << 20) {}
            assert!(hash.pass(passed.offset, &passed.bytes));
        }
    }
    while !hash.zeros_to(size, 1 << 20) {}
    file
}

#[test]
fn every_format_passes_the_whole_disk_in_order() {
    for order in [Order::InOrder, Order::Interleaved(20), Order::Shuffled(3)] {
        let builder = archive(order);
        let expected = sha256(&builder.image(1));
        let archive = open(builder.build().bytes);
        let scan = finish(Scan::new(&archive));
        let image = scan.image(id(1)).expect("declared");
        let size = image.size().expect("known");
        let device = archive.header().device(id(1)).expect("declared");
        let disk = Disk::new(
            image.filled(vma_inspector::image::Fill::Zeros),
            Identity::new(archive.header(), device),
        );
        let tap = Tap::default();
        let tapped = disk.tapped(tap.clone());
        for format in DiskFormat::ALL {
            let mut hash = DiskHash::new();
            let stream = tapped.file_stream(format).expect("fits");
            let file = run(stream, &tap, &mut hash, size);
            assert_eq!((hash.at(), hash.hex()), (size, expected.clone()), "{format:?}");
            let plain = disk.file(format).expect("fits");
            let mut bytes = vec![0; file.len()];
            assert_eq!(plain.size(), Some(file.len() as u64), "{format:?}");
            plain.read_at(0, &mut bytes).expect("reads");
            assert!(file == bytes, "{format:?}: the stream gives the file");
        }
        for format in StreamFormat::ALL {
            let mut hash = DiskHash::new();
            run(tapped.stream(format).expect("fits"), &tap, &mut hash, size);
            assert_eq!((hash.at(), hash.hex()), (size, expected.clone()), "{format:?}");
        }
        let mut hash = DiskHash::new();
        assert!(run(tapped.read_through(0), &tap, &mut hash, size).is_empty());
        assert_eq!(hash.hex(), expected);
    }
}

#[test]
fn a_hash_that_was_left_behind_goes_on_where_it_stood() {
    let builder = archive(Order::InOrder);
    let bytes = builder.image(1);
    let archive = open(builder.build().bytes);
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("declared");
    let device = archive.header().device(id(1)).expect("declared");
    let tap = Tap::default();
    let disk = Disk::new(
        image.filled(vma_inspector::image::Fill::Zeros),
        Identity::new(archive.header(), device),
    )
    .tapped(tap.clone());
    for at in [0, 1, 65_535, 65_536, 13 << 20, 16 << 20, 38 << 20, bytes.len()] {
        let mut hash = DiskHash::new();
        assert!(hash.pass(0, &bytes[..at]));
        run(disk.read_through(at as u64), &tap, &mut hash, bytes.len() as u64);
        assert_eq!(hash.hex(), sha256(&bytes), "from {at} on");
    }
}

#[test]
fn a_disk_comes_out_in_the_pass_that_scans() {
    for order in [Order::InOrder, Order::Interleaved(7), Order::Shuffled(5)] {
        let builder = archive(order);
        let archive = open(builder.build().bytes);
        let mut scan = Scan::new(&archive);
        scan.watch(id(1));
        assert!(!scan.found().index(id(1)).expect("declared").is_zero(0..1), "nothing yet");
        let mut written = vec![0; builder.image(1).len().next_multiple_of(CLUSTER)];
        let mut times = vec![0; written.len() / CLUSTER];
        loop {
            let done = scan.step().expect("reads").done;
            for (device, cluster) in scan.take_placed() {
                assert_eq!(device, id(1), "only what is watched");
                let image =
                    scan.image(device).expect("declared").filled(vma_inspector::image::Fill::Zeros);
                let start = cluster.0 as usize * CLUSTER;
                let part = &mut written[start..start + CLUSTER];
                image.read_at(start as u64, part).expect("reads");
                times[cluster.0 as usize] += 1;
            }
            if done {
                break;
            }
        }
        written.truncate(builder.image(1).len());
        assert!(written == builder.image(1));
        assert!(times.iter().all(|&times| times <= 1), "each cluster once");
        let index = scan.found().index(id(1)).expect("declared");
        let clusters = (written.len() as u64).div_ceil(CLUSTER as u64);
        assert!(index.is_zero(200..301) && index.is_zero(600..clusters), "as they were made");
        assert!(!index.is_zero(600..clusters + 1), "none there");
        let first = written.iter().position(|&byte| byte != 0).expect("not all zeros") / CLUSTER;
        assert!(!index.is_zero(first as u64..first as u64 + 1), "has data");
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_has_to_be_stored_of_a_disk_is_told_in_any_pieces() {
    let mut bytes = vec![0; 4 * 65_536];
    let stored = [0..4096, 12_288..16_384, 65_536..131_072, 258_048..262_144];
    for range in &stored {
        bytes[range.clone()].fill(7);
    }
    let archive = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes).build();
    let opened = open(archive.bytes);
    let scan = finish(Scan::new(&opened));
    let image = |fill| scan.image(id(1)).expect("declared").filled(fill);
    let stored = stored.map(|range| range.start as u64..range.end as u64);
    for max in 1..6 {
        let (image, mut told, mut from) = (image(Fill::Zeros), Vec::new(), 0);
        loop {
            let some = image.stored(from, max);
            assert!(some.len() <= max);
            let Some(last) = some.last() else { break };
            from = last.end;
            told.extend(some);
        }
        assert_eq!(told, stored, "{max} at once");
    }
    let within = image(Fill::Zeros).stored(2048, 1);
    assert_eq!(within.first(), Some(&(2048..4096)), "from within one");
}
