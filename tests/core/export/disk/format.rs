//! Every disk format, held against `qemu-img`.

use std::fs;
use std::rc::Rc;

use crate::export::disk::files;
use crate::export::disk::files::{
    Case, MIB, Recording, TIB, assert_any_cut_reads_the_same, assert_qemu_agrees, few_clusters,
    has_qemu_img, large_cases, made, run, small_cases, write, write_start,
};
use crate::programs::has;
use crate::support;
use crate::support::{finish, id, scan};
use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order, Random};
use vma_inspector::archive::Archive;
use vma_inspector::archive::unit::{ArchiveOffset, BlockMask, ClusterNumber};
use vma_inspector::export::disk::{
    Disk, DiskFile, DiskFormat, Identity, Refusal, StreamFormat, damage_map, lost_map,
};
use vma_inspector::image::index::DeviceIndex;
use vma_inspector::image::{Doubt, Fill, Image, Origin};
use vma_inspector::scan::Scan;
use vma_inspector::source::ReadAt;

pub fn driver(format: DiskFormat) -> &'static str {
    if format == DiskFormat::Vhd { "vpc" } else { format.code() }
}

fn whole(file: &DiskFile) -> Vec<u8> {
    let size = file.size().expect("known beforehand");
    let mut bytes = vec![0xaa; usize::try_from(size).expect("fits")];
    assert_eq!(file.read_at(0, &mut bytes).expect("reads") as u64, size);
    bytes
}

#[test]
fn qemu_reads_every_format_as_the_raw_disk() {
    if !has_qemu_img() {
        return;
    }
    for case in small_cases() {
        let raw = case.raw_file();
        for format in DiskFormat::ALL {
            let file = case.disk.file(format).expect("fits every format");
            let path = write(&file, case.name, format.extension());
            if format == DiskFormat::Raw {
                assert_eq!(file.size(), case.image.size(), "raw is as long as the disk");
                run(
                    "qemu-img",
                    &[
                        "compare",
                        "-f",
                        "raw",
                        "-F",
                        "raw",
                        path.to_str().expect("UTF-8"),
                        raw.to_str().expect("UTF-8"),
                    ],
                );
            } else {
                assert_qemu_agrees(&case, &path, &raw, driver(format));
            }
            fs::remove_file(path).expect("was written");
        }
        fs::remove_file(raw).expect("was written");
    }
}

/// The file, put together from pieces of the image in any order.
fn written_in_any_order(case: &Case, file: &DiskFile, random: &mut Random) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(file.size().expect("known")).expect("fits")];
    for part in file.own_parts() {
        let own = &mut bytes[part.start as usize..part.end as usize];
        assert_eq!(file.read_at(part.start, own).expect("reads"), own.len());
    }
    // What an archive stores: whole blocks, and not those of zeros.
    let mut stored: Vec<_> = case.image.runs(0..u64::MAX).collect();
    stored.retain(|run| matches!(run.origin, Origin::Stored(_)));
    for at in (1..stored.len()).rev() {
        stored.swap(at, random.below(at as u64 + 1) as usize);
    }
    for run in stored {
        for place in file.places(run.start.0..run.end()) {
            let length = (place.image.end - place.image.start) as usize;
            let into = &mut bytes[place.file as usize..place.file as usize + length];
            case.image.read_at(place.image.start, into).expect("reads");
        }
    }
    bytes
}

#[test]
fn a_file_can_be_written_in_any_order() {
    let mut random = Random::new(12);
    for case in small_cases() {
        for format in DiskFormat::ALL {
            let file = case.disk.file(format).expect("fits every format");
            let any_order = written_in_any_order(&case, &file, &mut random);
            assert!(any_order == whole(&file), "{}: {}", case.name, format.code());
        }
    }
}

#[test]
fn qemu_reads_disks_beyond_two_tib() {
    if !has_qemu_img() {
        return;
    }
    for case in large_cases() {
        let raw = case.raw_file();
        for format in [DiskFormat::Qcow2, DiskFormat::Vmdk, DiskFormat::Vhdx, DiskFormat::Vdi] {
            let file = case.disk.file(format).expect("fits");
            let path = write(&file, case.name, format.extension());
            assert_qemu_agrees(&case, &path, &raw, driver(format));
            fs::remove_file(path).expect("was written");
        }
        for format in StreamFormat::ALL {
            let bytes = made(&case.disk, format).expect("fits");
            let path = files::path_of(case.name, format.code());
            fs::write(&path, bytes).expect("writes");
            assert_qemu_agrees(&case, &path, &raw, format.extension());
            fs::remove_file(path).expect("was written");
        }
        fs::remove_file(raw).expect("was written");
    }
}

#[test]
fn a_format_that_is_too_small_refuses() {
    let disk_of = |size| {
        let case = Case::of("too-large", few_clusters(size, &[3]).build(), None);
        case.disk
    };
    let refusal = |size, format| disk_of(size).file(format).err();
    let max = 2040 << 30;
    assert_eq!(refusal(max, DiskFormat::Vhd), None);
    let size = max + 512;
    let refused = refusal(size, DiskFormat::Vhd).expect("is too large");
    assert_eq!(refused, Refusal::DiskTooLarge { format: "vhd", size, max });
    assert_eq!(refused.code(), "disk-too-large");
    let said = "vhd: disk size: expected at most 2190433320960 bytes, found 2190433321472";
    assert_eq!(refused.to_string(), said);
    assert_eq!(refusal(max + 1, DiskFormat::Vhd), Some(refused), "a size is rounded up first");
    assert_eq!(refusal(64 * TIB, DiskFormat::Vhdx), None);
    assert!(refusal(64 * TIB + 512, DiskFormat::Vhdx).is_some());
    assert!(refusal(65 * TIB, DiskFormat::Vmdk).is_some());
    assert!(disk_of(65 * TIB).stream(StreamFormat::VmdkStream).is_err());
    for format in [DiskFormat::Raw, DiskFormat::Qcow2, DiskFormat::Vdi] {
        assert_eq!(refusal(256 * TIB, format), None, "{format:?}");
    }
}

/// A dense disk that stands nowhere: for its metadata alone.
fn dense(clusters: u32) -> (Disk, Image) {
    let mut index = DeviceIndex::default();
    for number in 0..clusters {
        let offset = ArchiveOffset(u64::from(number) * 65_536);
        index
            .insert(ClusterNumber(number), offset, BlockMask::FULL, BlockMask::ZERO, 0)
            .expect("fits");
    }
    let size = u64::from(clusters) * 65_536;
    let image = Image::new(Rc::new(Nothing(size)), Rc::new(index), size, true);
    let archive = support::open(few_clusters(size, &[]).build().bytes);
    let device = archive.header().device(id(1)).expect("declared");
    (Disk::new(image.clone().filled(Fill::Zeros), Identity::new(archive.header(), device)), image)
}

struct Nothing(u64);

impl ReadAt for Nothing {
    fn size(&self) -> Option<u64> {
        Some(self.0)
    }

    fn read_at(&self, _: u64, buffer: &mut [u8]) -> Result<usize, vma_inspector::source::Error> {
        buffer.fill(0);
        Ok(buffer.len())
    }

    fn trace(&self, range: std::ops::Range<u64>, into: &mut Vec<std::ops::Range<u64>>) {
        into.push(range);
    }

    vma_inspector::source::every_byte_is_at_hand!();
}

#[test]
fn a_file_that_tables_cannot_address_is_refused() {
    let (disk, _) = dense((2 * TIB / 65_536) as u32);
    let refused = disk.file(DiskFormat::Vmdk).err().expect("is too large");
    assert_eq!(refused.code(), "file-too-large");
    let refused = disk.stream(StreamFormat::VmdkStream).err().expect("is too large");
    assert_eq!(refused.code(), "file-too-large");
}

#[test]
fn qemu_finds_the_refcounts_of_large_files_right() {
    if !has_qemu_img() {
        return;
    }
    let (disk, _) = dense(100 << 14);
    let file = disk.file(DiskFormat::Qcow2).expect("fits");
    // Of the 100 GiB only the metadata, which comes first.
    let path = write_start(&file, 32 * MIB, "dense-100-gib", "qcow2");
    let name = path.to_str().expect("UTF-8");
    let check = run("qemu-img", &["check", "-f", "qcow2", name]);
    assert!(check.contains("No errors were found"), "{check}");
    assert!(check.contains("1638400/1638400 = 100.00% allocated"), "{check}");
    fs::remove_file(path).expect("was written");
}

#[test]
fn any_way_of_cutting_the_reads_gives_the_same_file() {
    for case in small_cases().iter().filter(|case| case.image.size() < Some(50 * MIB)) {
        for format in DiskFormat::ALL {
            let file = case.disk.file(format).expect("fits");
            let what = format!("{} {}", case.name, format.code());
            assert_any_cut_reads_the_same(&file, &whole(&file), 17, &what);
        }
    }
}

#[test]
fn what_a_file_reads_it_names_beforehand() {
    let content = Content::of_kind(Kind::Mixed, 3);
    let builder = ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 40 * MIB, content))
        .order(Order::Shuffled(1));
    let source = Recording::new(builder.build().bytes);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Default::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    let image = scan.image(id(1)).expect("declared");
    let device = archive.header().device(id(1)).expect("declared");
    let disk = Disk::new(image.filled(Fill::Zeros), Identity::new(archive.header(), device));
    let mut random = Random::new(6);
    for format in DiskFormat::ALL {
        let file = disk.file(format).expect("fits");
        for _ in 0..50 {
            let size = file.size().expect("known");
            let start = random.below(size);
            let length = (1 + random.below(MIB)).min(size - start);
            let mut named = Vec::new();
            file.trace(start..start + length, &mut named);
            source.reads.borrow_mut().clear();
            file.read_at(start, &mut vec![0; length as usize]).expect("reads");
            assert_eq!(*source.reads.borrow(), named, "{format:?}");
            source.approached.borrow_mut().clear();
            assert!(file.approach(start..start + length, 1).expect("never fails"));
            // Of what lies apart only the first: reaching the next can undo it.
            let first: Vec<u64> = named.iter().take(1).map(|range| range.start).collect();
            assert_eq!(*source.approached.borrow(), first, "{format:?}");
        }
    }
    for format in StreamFormat::ALL {
        let mut stream = disk.stream(format).expect("fits");
        loop {
            let mut named = Vec::new();
            stream.trace(0, &mut named);
            source.approached.borrow_mut().clear();
            assert!(stream.approach(1).expect("never fails"));
            // Of what lies apart only the first: reaching the next can undo it.
            let first: Vec<u64> = named.iter().take(1).map(|range| range.start).collect();
            assert_eq!(*source.approached.borrow(), first, "{format:?}");
            source.reads.borrow_mut().clear();
            let went_on = stream.next(&mut Vec::new()).expect("reads");
            assert_eq!(*source.reads.borrow(), named, "{format:?}");
            if !went_on {
                break;
            }
        }
        assert_eq!(stream.progress().done, stream.progress().total);
    }
}

#[test]
fn the_same_archive_gives_the_same_bytes_and_another_other_ids() {
    let disk = |uuid: &[u8; 16]| {
        let content = Content::of_kind(Kind::Sparse, 1);
        let device = Device::new(1, "drive-ide0", 9 * MIB, content);
        Case::of("ids", ArchiveBuilder::new().uuid(*uuid).device(device).build(), None).disk
    };
    let [one, again, other] = [disk(&[1; 16]), disk(&[1; 16]), disk(&[2; 16])];
    for format in DiskFormat::ALL {
        let bytes = |disk: &Disk| whole(&disk.file(format).expect("fits"));
        assert!(bytes(&one) == bytes(&again), "{format:?}");
        let has_ids = !matches!(format, DiskFormat::Raw | DiskFormat::Qcow2);
        assert_eq!(bytes(&one) != bytes(&other), has_ids, "{format:?}");
    }
}

#[test]
fn vmdk_names_the_adapter_by_the_bus() {
    for (device, adapter) in [
        ("drive-ide0", "ddb.adapterType = \"ide\""),
        ("drive-sata1", "ddb.adapterType = \"lsilogic\""),
        ("drive-virtio0", "ddb.adapterType = \"lsilogic\""),
        ("evil\"\nname", "SPARSE \"evil__name.vmdk\""),
    ] {
        let builder = ArchiveBuilder::new().disk(1, device, vec![0; 1 << 20]);
        let disk = Case::of("adapter", builder.build(), None).disk;
        let file = whole(&disk.file(DiskFormat::Vmdk).expect("fits"));
        let descriptor = String::from_utf8_lossy(&file[512..10_752]).into_owned();
        assert!(descriptor.contains(adapter), "{descriptor}");
    }
}

#[test]
fn qemu_reads_compressed_files_as_the_raw_disk() {
    if !has_qemu_img() {
        return;
    }
    for case in small_cases() {
        let raw = case.raw_file();
        for format in StreamFormat::ALL {
            let path = files::path_of(case.name, format.code());
            fs::write(&path, made(&case.disk, format).expect("fits")).expect("writes");
            assert_qemu_agrees(&case, &path, &raw, format.extension());
            fs::remove_file(path).expect("was written");
        }
        fs::remove_file(raw).expect("was written");
    }
}

#[test]
fn a_second_pass_knows_the_size_and_needs_no_seeking() {
    for case in small_cases() {
        for format in StreamFormat::ALL {
            let what = format!("{} {}", case.name, format.code());
            let mut stream = case.disk.stream(format).expect("fits");
            let known = format == StreamFormat::VmdkStreamStored;
            assert_eq!(stream.size().is_some(), known, "{what}");
            let mut first = files::drain(&mut *stream);
            let head = stream.head().map(<[u8]>::to_vec);
            assert_eq!(head.is_some(), format == StreamFormat::Qcow2Deflate, "{what}");
            if let Some(head) = head {
                assert!(first[..head.len()].iter().all(|&byte| byte == 0), "{what}");
                first[..head.len()].copy_from_slice(&head);
            }
            assert_eq!(stream.size(), Some(first.len() as u64), "{what}");
            assert!(first.len() as u64 <= stream.size_max(), "{what}");
            if known {
                assert_eq!(first.len() as u64, stream.size_max(), "{what}");
            }
            stream.restart();
            assert_eq!(stream.size(), Some(first.len() as u64), "{what}");
            assert!(files::drain(&mut *stream) == first, "{what}");
            assert_eq!(stream.head(), None, "{what}");
        }
    }
}

#[test]
fn a_stream_that_is_left_and_restarted_starts_over() {
    let cases = small_cases();
    let case = cases.iter().find(|case| case.name == "shuffled").expect("is there");
    for format in StreamFormat::ALL {
        let mut stream = case.disk.stream(format).expect("fits");
        for _ in 0..5 {
            stream.next(&mut Vec::new()).expect("reads");
        }
        stream.restart();
        let mut bytes = files::drain(&mut *stream);
        if let Some(head) = stream.head() {
            bytes[..head.len()].copy_from_slice(head);
        }
        assert!(bytes == made(&case.disk, format).expect("fits"), "{format:?}");
    }
}

/// The L1 table of a disk of 2 PiB, the largest that QEMU takes, has 32 MiB.
#[test]
fn the_table_of_the_largest_disk_comes_in_steps_too() {
    if !has_qemu_img() {
        return;
    }
    let size = 2048 * TIB;
    let case = Case::of("of-2-pib", few_clusters(size, &[0, 8191, 3_000_000_000]).build(), None);
    let bytes = made(&case.disk, StreamFormat::Qcow2Deflate).expect("fits");
    assert!(bytes.len() > 32 << 20, "{} bytes", bytes.len());
    let path = files::path_of(case.name, "qcow2");
    fs::write(&path, bytes).expect("writes");
    let name = path.to_str().expect("UTF-8");
    let info = run("qemu-img", &["info", "--output=json", "-f", "qcow2", name]);
    let info: serde_json::Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!(info["virtual-size"], size);
    run("qemu-img", &["check", "-f", "qcow2", name]);
    fs::remove_file(path).expect("was written");
}

/// More than a refcount block counts, nothing of it compressible.
#[test]
#[ignore = "writes a file of 2.3 GB; run it with --ignored"]
fn qemu_finds_the_refcounts_of_large_compressed_files_right() {
    if !has_qemu_img() {
        return;
    }
    let kinds = |number: u32| {
        let kind = if number % 40 < 2 { Kind::Mixed } else { Kind::Dense };
        Content::of_kind(kind, 5).cluster(number)
    };
    let device = Device::new(1, "drive-scsi0", 2300 * MIB, Content::from_fn(kinds));
    let case = Case::of("large", ArchiveBuilder::new().device(device).build(), None);
    let raw = case.raw_file();
    let bytes = made(&case.disk, StreamFormat::Qcow2Deflate).expect("fits");
    assert!(bytes.len() as u64 > 2200 * MIB);
    let path = files::path_of(case.name, "qcow2");
    fs::write(&path, bytes).expect("writes");
    assert_qemu_agrees(&case, &path, &raw, "qcow2");
    for path in [path, raw] {
        fs::remove_file(path).expect("was written");
    }
}

#[test]
fn what_is_missing_is_mapped_for_ddrescue() {
    let builder = few_clusters(10 * 65_536 + 100, &[0, 1, 4, 9]);
    let case = Case::of("map", builder.build(), None);
    let map = lost_map(case.image.runs(0..u64::MAX), case.image.size().expect("known"));
    let lines: Vec<_> = map.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
    assert_eq!(
        lines,
        [
            "0x00000000  0x00020000  +",
            "0x00020000  0x00020000  -",
            "0x00040000  0x00010000  +",
            "0x00050000  0x00040000  -",
            "0x00090000  0x00010000  +",
            "0x000A0000  0x00000064  -",
        ]
    );
    if has("ddrescuelog", &["--version"]) {
        let path = files::path_of("lost", "map");
        fs::write(&path, &map).expect("writes");
        let said = run("ddrescuelog", &["--show-status", path.to_str().expect("UTF-8")]);
        assert!(said.contains("rescued:   262144 B,  in      3 area(s)"), "{said}");
        assert!(said.contains("bad-sector:   393316 B,  in      3 area(s)"), "{said}");
        fs::remove_file(path).expect("was written");
    }
}

#[test]
fn a_disk_of_which_nothing_is_missing_has_no_map() {
    let builder = ArchiveBuilder::new().disk(1, "drive-scsi0", vec![7; 100_000]);
    let case = Case::of("whole", builder.build(), None);
    assert_eq!(damage_map(&case.image, Doubt::AsItIs), None);
    let map = lost_map(case.image.runs(0..u64::MAX), 100_000);
    assert!(map.ends_with("0x00000000  0x000186A0  +\n"), "{map}");
    assert_eq!(scan(builder.build().bytes).found().findings().count(), 0);
}
