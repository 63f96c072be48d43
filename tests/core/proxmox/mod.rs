//! What Proxmox's own program says of an archive, foretold. The expected side
//! was observed with the program itself, on archives of the same layout.

mod backup_name;
mod devices;
mod extents;
mod extract;
mod header;
mod restore;
mod unpacker;

use std::rc::Rc;

use crate::programs;
use crate::support;
use archive_writer::{
    Archive, ArchiveBuilder, BLOCK, BlobBuffer, CLUSTER, Cluster, Content, Device, HeaderSize,
    Order, RawDevice, RawExtent, RawHeader, RawSlot,
};
use vma_inspector::container::Options;
use vma_inspector::proxmox::{Prediction, Reading, Verdict, predict_unopened};
use vma_inspector::scan::Scan;

const SCSI0_SIZE: usize = 8 << 20;
const SCSI1_SIZE: usize = (1 << 20) + 8192;
const HEADER: u32 = 13_824;

/// Where things stand in the archive's header.
const CONFIG_NAMES: u64 = 2044;
const CONFIG_DATA: u64 = 3068;
const DEVICES: u64 = 4096;

const CHECKSUM: &str = "wrong vma header chechsum";
const EXTENT_CHECKSUM: &str = "wrong vma extent header chechsum";
const POINTERS: &str = "vma contains invalid data pointers";
const BEYOND: &str = "got wrong block address - write beyond end";
const TOO_MANY: &str = "short vma extent - too many blocks";
const NO_BITMAP: &str = "aborts: rstate->bitmap";
const PAST_BITMAP: &str = "aborts: rstate->bitmap_size > idx";

/// A disk of so many bytes in which these clusters have so many blocks of data,
/// from their first.
fn disk(size: usize, stored: &[(usize, usize)]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    for &(cluster, blocks) in stored {
        bytes[cluster * CLUSTER..][..blocks * BLOCK].fill(0x5a);
    }
    bytes
}

/// The disks of the base archive: 54 blocks in the first 58 clusters, 25 in the
/// next 58, 13 in the last 29.
fn base_builder() -> ArchiveBuilder {
    let mut scsi0 =
        disk(SCSI0_SIZE, &[(0, 16), (1, 16), (2, 16), (3, 4), (42, 16), (43, 9), (100, 12)]);
    scsi0[SCSI0_SIZE - BLOCK..].fill(0x5a);
    let of = |device, numbers: std::ops::Range<u32>| {
        numbers.map(move |number| Cluster { device, number })
    };
    let order = of(1, 0..41).chain(of(2, 0..17)).chain(of(1, 41..128)).collect();
    ArchiveBuilder::new()
        .config("qemu-server.conf", [b'#'; 633])
        .disk(1, "drive-scsi0", scsi0)
        .disk(2, "drive-scsi1", disk(SCSI1_SIZE, &[(16, 2)]))
        .order(Order::Custom(order))
        .header_size(HeaderSize::Exact(HEADER))
}

fn base() -> Archive {
    let archive = base_builder().build();
    let extents: Vec<u64> = archive.layout.extents.iter().map(|extent| extent.offset).collect();
    assert_eq!(extents, [13_824, 235_520, 338_432]);
    assert_eq!(archive.bytes.len(), 392_192);
    assert_eq!(archive.layout.header.blob_buffer_size, 683);
    archive
}

/// The base archive, changed.
fn with(change: impl FnOnce(&mut Archive)) -> Vec<u8> {
    let mut archive = base();
    change(&mut archive);
    archive.bytes
}

/// The base archive with these bytes somewhere, in its header with the checksum
/// made right again, or in an extent's header.
fn patch(at: u64, bytes: &[u8]) -> Vec<u8> {
    with(|archive| {
        archive.patch(at, bytes);
    })
}

fn patch_header(at: u64, bytes: &[u8]) -> Vec<u8> {
    with(|archive| {
        archive.patch_header(at, bytes);
    })
}

fn patch_extent(extent: usize, at: u64, bytes: &[u8]) -> Vec<u8> {
    with(|archive| {
        archive.patch_extent(extent, at, bytes);
    })
}

/// The base archive, cut.
fn truncate(length: u64) -> Vec<u8> {
    with(|archive| {
        archive.truncate(length);
    })
}

fn header32(at: u64, value: u32) -> Vec<u8> {
    with(|archive| {
        archive.patch_header(at, &value.to_be_bytes());
    })
}

fn device_size(id: u64, size: u64) -> Vec<u8> {
    with(|archive| {
        archive.patch_header(DEVICES + 32 * id + 8, &size.to_be_bytes());
    })
}

/// The base archive with another first slot in its second extent; that slot
/// holds cluster 41 of device 1, which is zeros.
fn slot(device: u8, cluster: u32, mask: u16) -> Vec<u8> {
    let slot = RawSlot { mask, reserved: 0, device, cluster };
    with(|archive| {
        archive.patch_slot(1, 0, slot);
    })
}

fn block_count(extent: usize, count: u16) -> Vec<u8> {
    with(|archive| {
        archive.patch_extent(extent, 6, &count.to_be_bytes());
    })
}

/// The base archive with an extent behind the last that holds these slots and
/// as many blocks as their masks say.
fn extra(slots: &[RawSlot]) -> Vec<u8> {
    let mut extent = RawExtent::new(*b"archive-writer-0");
    extent.slots[..slots.len()].copy_from_slice(slots);
    let blocks: u32 = slots.iter().map(|slot| slot.mask.count_ones()).sum();
    extent.data = vec![0xaa; blocks as usize * BLOCK];
    with(|archive| archive.bytes.extend(extent.to_bytes()))
}

/// The slot of the last cluster of the second disk, with another mask.
fn last_of_scsi1(mask: u16) -> Vec<u8> {
    with(|archive| {
        let place = *archive.layout.cluster(2, 16).expect("it is there");
        let more = mask.count_ones() as usize - 2;
        archive.patch_slot(0, place.slot, RawSlot { mask, reserved: 0, device: 2, cluster: 16 });
        archive.patch_extent(0, 6, &(54 + more as u16).to_be_bytes());
        archive.insert(place.data + place.stored, &vec![0xaa; more * BLOCK]);
    })
}

/// An archive with these two devices, changed in its header before it is written.
fn header(change: impl FnOnce(&mut RawHeader)) -> Vec<u8> {
    let mut raw = base_builder().raw_header();
    change(&mut raw);
    let mut bytes = raw.to_bytes();
    let archive = base();
    bytes.extend(&archive.bytes[HEADER as usize..]);
    bytes
}

/// The base archive with other names of config and second disk.
fn renamed(config: &[u8], scsi1: &[u8]) -> Vec<u8> {
    header(|raw| {
        let mut blobs = BlobBuffer::default();
        raw.config_names[0] = blobs.push_name(config);
        raw.config_data[0] = blobs.push(b"cores: 1\n");
        raw.devices[1].name = blobs.push_name(b"drive-scsi0");
        raw.devices[2].name = blobs.push_name(scsi1);
        raw.blobs = blobs.bytes;
    })
}

fn said(verdict: Option<&Verdict>) -> String {
    match verdict {
        None => "not known".into(),
        Some(Verdict::Accepts) => "ok".into(),
        Some(Verdict::Fails(message)) => message.clone(),
        Some(Verdict::Aborts(assertion)) => format!("aborts: {assertion}"),
        Some(Verdict::Crashes) => "crashes".into(),
    }
}

fn predict(bytes: Vec<u8>) -> Prediction {
    let source = Rc::new(bytes);
    match vma_inspector::archive::Archive::open(source.clone(), &Options::default()) {
        Ok(archive) => foretell(&archive).1.prediction(),
        Err(_) => predict_unopened(source, &Options::default()).expect("it can be read"),
    }
}

/// A finished scan, and the program that saw all that it came by.
fn foretell(archive: &vma_inspector::archive::Archive) -> (Scan, Reading) {
    let (mut scan, mut reading) = (Scan::new(archive), Reading::new(archive));
    while !scan.step_with(&mut reading).expect("the source can be read").done {}
    (scan, reading)
}

#[track_caller]
fn assert_says(case: &str, bytes: Vec<u8>, list: &str, verify: &str, extract: &str) {
    let prediction = predict(bytes);
    let said = [&prediction.list, &prediction.verify, &prediction.extract]
        .map(|verdict| said(verdict.as_ref()));
    assert_eq!(said, [list, verify, extract], "{case}");
}

/// Both verify and extract say this of an extent.
#[track_caller]
fn assert_stops(case: &str, bytes: Vec<u8>, message: &str) {
    assert_says(case, bytes, "ok", message, message);
}

/// All of them say this of the header.
#[track_caller]
fn assert_refuses(case: &str, bytes: Vec<u8>, message: &str) {
    assert_says(case, bytes, message, message, message);
}

#[track_caller]
fn assert_accepts(case: &str, bytes: Vec<u8>) {
    assert_says(case, bytes, "ok", "ok", "ok");
}

#[test]
fn a_sound_archive_is_accepted() {
    assert_accepts("base", base().bytes);
}

#[test]
fn nothing_is_foretold_of_what_was_not_reached() {
    let archive = support::open(base().bytes);
    let prediction = Reading::new(&archive).prediction();
    assert_eq!(
        prediction,
        Prediction { list: Some(Verdict::Accepts), verify: None, extract: None }
    );
}

#[test]
fn an_archive_that_would_not_be_accepted_is_not_kept_as_such() {
    let archive = support::open(renamed(b"a", b"x/y"));
    let (scan, reading) = foretell(&archive);
    assert_eq!(scan.found().findings().count(), 0);
    let accepted = reading.prediction().accepts();
    assert_eq!(vma_inspector::scan::kept::to_bytes(&archive, &scan, accepted), None);
}

#[test]
fn a_packed_archive_is_foretold_like_a_plain_one() {
    let mut dense = ArchiveBuilder::new().disk(1, "drive-scsi0", vec![7; 116 * CLUSTER]).build();
    dense.patch_extent(0, 6, &65_535_u16.to_be_bytes());
    let cases = [
        (base().bytes, "ok"),
        (block_count(2, 14), "short vma extent (53760 < 57856)"),
        (block_count(1, 65_535), "short vma extent (156672 < 268431872)"),
        (dense.bytes, "short vma extent (3867136 < 268431872)"),
        (with(|a| a.bytes.extend([0; 100])), "read short extent (100 bytes)"),
        (with(|a| a.bytes.extend([0; 512])), EXTENT_CHECKSUM),
    ];
    for program in ["zstd", "lzop", "gzip", "bzip2"] {
        for (bytes, expected) in &cases {
            let Some(packed) = programs::run(program, &["-c"], bytes) else { continue };
            assert_stops(program, packed, expected);
        }
        let Some(cut) = programs::run(program, &["-c"], &base().bytes[..13_000]) else { continue };
        assert_refuses(program, cut, "can't read vma header data - got EOF");
        let Some(text) = programs::run(program, &["-c"], &b"text".repeat(9999)) else { continue };
        assert_refuses(program, text, "not a vma file - wrong magic number");
    }
}
