//! What every fuzz target does with an input: shared by the targets and by the
//! test that replays the corpus.
//!
//! Inputs for archives are not archives but [changes](patch) to a small one, and
//! say whether checksums are made right again: what stands behind a checksum
//! is reached, and inputs stay small.

#![allow(dead_code, reason = "each target uses its own part")]

pub mod around;
pub mod disks;
pub mod files;
mod patch;
#[path = "../../support/seals.rs"]
mod seals;
mod sparse;
mod xml;

use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

use archive_writer::{ArchiveBuilder, Content, Device, Kind, Order};
use vma_inspector::archive::Archive;
use vma_inspector::archive::extent::ExtentHeader;
use vma_inspector::archive::header::Header;
use vma_inspector::archive::unit::{BlockMask, DeviceId};
use vma_inspector::container::{Contents, Options, open};
use vma_inspector::export::appliance::{Machine, Options as ApplianceOptions, Ova};
use vma_inspector::export::disk::{Disk, DiskFormat, DiskStream, Identity, StreamFormat};
use vma_inspector::image::{Fill, FilledImage, Image, Origin, Run};
use vma_inspector::machine::qemu_server_conf::QemuServerConf;
use vma_inspector::proxmox::Reading;
use vma_inspector::scan::Scan;
use vma_inspector::scan::kept;
use vma_inspector::source::{ReadAt, lost_until, read_range};

/// Bytes of the index of any archive that these inputs make.
const INDEX_MAX: usize = 1 << 20;

/// Bytes at the start of a run that are compared, at most: of most archives, and of
/// those whose input asks for more by its first byte.
const COMPARED_USUAL: u64 = 70_000;
const COMPARED_MAX: u64 = 1 << 20;

/// Bytes at the end of a longer run, which are compared as well.
const COMPARED_LAST: u64 = 5000;

/// What stands for bytes that are zero: as many as are compared.
static ZEROS: [u8; 1 << 20] = [0; 1 << 20];

/// What stands for bytes that are lost, from the start of an image on.
static LOST: LazyLock<Vec<u8>> =
    LazyLock::new(|| vma_inspector::image::LOST_PATTERN.repeat((1 << 16) + 1));

/// Bytes of a container's contents that are read, at most: of most inputs, and of those
/// that ask for more by their first byte, which stands for the magic number.
const CONTENTS_USUAL: u64 = 512 << 10;
const CONTENTS_MAX: u64 = 8 << 20;

/// Bytes of a file that is made from front to back, at most: of most archives, and of
/// those whose input asks for more by its first byte. Longer ones are given up.
const STREAM_USUAL: u64 = 2 << 20;
const STREAM_MAX: u64 = 64 << 20;

/// Steps of a scan, at most: none of these archives needs nearly as many.
const STEPS_MAX: usize = 100_000;

/// The archive that is changed: two disks, a vmstate, five extents.
static BASE: LazyLock<archive_writer::Archive> = LazyLock::new(|| base(7 * 65_536, 1 << 20));

/// One with smaller disks, for what takes its time with each byte of them.
static SMALL: LazyLock<archive_writer::Archive> = LazyLock::new(|| base(2 * 65_536, 65_536));

/// An archive with a disk and a vmstate of so many bytes.
fn base(disk: u64, vmstate: u64) -> archive_writer::Archive {
    let content = |seed: u64| {
        Content::from_fn(move |number| match number % 3 {
            0 => Some(vec![u8::try_from(seed + u64::from(number) % 200).unwrap_or(1); 4096]),
            1 => Some([vec![0; 8192], vec![7; 100]].concat()),
            _ => None,
        })
    };
    ArchiveBuilder::new()
        .uuid(*b"a-fuzzed-archive")
        .config("qemu-server.conf", "cores: 2\nscsi0: a:b,size=1M\nname: x\n")
        .config("qemu-server.fw", "[OPTIONS]\n")
        .device(Device::new(1, "drive-scsi0", disk, content(1)))
        .device(Device::new(2, "drive-efidisk0", 69_632, content(2)))
        .device(Device::vmstate(3, vmstate, 3, content(3)))
        .order(Order::Interleaved(2))
        .slots_per_extent(3)
        .build()
}

/// The header of [`BASE`] and the header of its first extent: a hundred times as many
/// runs as with the clusters behind them, which no header's parser sees.
static HEADER: LazyLock<archive_writer::Archive> = LazyLock::new(|| {
    let mut base = BASE.clone();
    let first = base.layout.extents.first().expect("it has extents").offset;
    let first = usize::try_from(first).expect("it is in memory");
    base.bytes.truncate(first + archive_writer::EXTENT_HEADER);
    base.layout.extents.truncate(1);
    base
});

/// An archive header, as it is parsed without anything around it.
pub fn header(data: &[u8]) {
    let bytes = patch::archive(&HEADER, data);
    let parsed = Header::parse(&bytes);
    let Ok(header) = parsed else { return };
    assert!(header.devices().len() <= 255 && header.configs().len() <= 256);
    assert!(header.devices().is_sorted_by_key(|device| device.id.get()));
    assert!(header.devices().iter().all(|device| device.size > 0));
    assert!(header.configs().iter().all(|config| config.data.len() <= 65_535));
    for finding in header.findings() {
        assert!(!finding.to_string().is_empty());
    }
    let _ = header.total_clusters();
}

/// An extent header.
pub fn extent(data: &[u8]) {
    let mut bytes = [0; 512];
    for (to, from) in bytes.iter_mut().zip(data.get(1..).unwrap_or(&[])) {
        *to = *from;
    }
    if data.first().is_some_and(|flags| flags & 1 == 1) {
        bytes[..4].copy_from_slice(b"VMAE");
        archive_writer::fix_extent_md5(&mut bytes, 0);
    }
    let header = ExtentHeader::parse(&bytes);
    assert!(header.slots().len() <= 59 && header.masked_blocks() <= 59 * 16);
    assert_eq!(header.size(), 512 + u64::from(header.block_count()) * 4096);
    for slot in header.slots() {
        assert!(slot.offset() + 8 <= 512);
        let mask = slot.mask;
        assert_eq!(mask.first_stored(mask.stored_blocks()), mask);
        assert_eq!(mask.within(mask.without(mask)), BlockMask::ZERO);
        assert_eq!(mask.stored_before(16), mask.stored_blocks());
    }
    if data.first().is_some_and(|flags| flags & 1 == 1) {
        assert!(header.faults(header.uuid()).is_empty());
    }
}

/// A whole archive: opened, scanned, and every image read.
pub fn archive(data: &[u8]) {
    let bytes = Rc::new(patch::archive(&BASE, data));
    let Some((archive, mut scan, accepted)) = scanned(&bytes) else { return };
    let stored = stored(&archive, &bytes);
    let ids: Vec<DeviceId> = scan.header().devices().iter().map(|device| device.id).collect();
    let asks = data.first().is_some_and(|flags| flags >> 4 == 0xf);
    let compared = if asks { COMPARED_MAX } else { COMPARED_USUAL };
    for &id in &ids {
        assert_image(&*stored, &scan.image(id).expect("a device has an image"), compared);
    }
    for finding in scan.found().findings().iter() {
        assert!(!finding.to_string().is_empty());
    }
    if let Some(kept) = kept::to_bytes(&archive, &scan, accepted) {
        let again = kept::from_bytes(&archive, &kept).expect("what was kept is read");
        let again = Scan::resume(&archive, again);
        assert_eq!(kept::to_bytes(&archive, &again, accepted), Some(kept));
    }
    let size = data.iter().rev().take(8).fold(0, |size, &byte| size << 8 | u64::from(byte));
    for id in ids {
        if scan.assume_size(id, size) {
            let image = scan.image(id).expect("a device has an image");
            assert_eq!(image.size(), Some(size));
            assert_image(&*stored, &image, compared);
        }
    }
}

/// What an archive's offsets are offsets of: the bytes of its file or, where a change has
/// made it look like a container whose beginning is lost, what is unpacked from that.
fn stored(archive: &Archive, bytes: &Rc<Vec<u8>>) -> Rc<dyn ReadAt> {
    let contents = archive.contents();
    if contents.container().is_none() {
        Rc::<Vec<u8>>::clone(bytes)
    } else {
        Rc::clone(contents) as _
    }
}

/// An archive, its finished scan, and whether Proxmox's program accepts it; `None` if
/// it cannot be opened.
fn scanned(bytes: &Rc<Vec<u8>>) -> Option<(Archive, Scan, bool)> {
    let source: Rc<dyn ReadAt> = Rc::<Vec<u8>>::clone(bytes);
    let archive = Archive::open(source, &Options::default()).ok()?;
    let (mut scan, mut reading) = (Scan::new(&archive), Reading::new(&archive));
    let mut before = scan.progress();
    for _ in 0..STEPS_MAX {
        let _ = scan.wants();
        let progress = scan.step_with(&mut reading).expect("bytes in memory can be read");
        assert!(progress.extents >= before.extents || progress.done, "{before:?} {progress:?}");
        before = progress;
        if progress.done {
            break;
        }
    }
    assert!(before.done, "the scan does not end");
    assert!(scan.found().index_bytes() <= INDEX_MAX);
    for device in scan.header().devices() {
        let figures = scan.found().device(device).expect("a device has figures");
        let sum = figures.stored_bytes + figures.zero_bytes + figures.missing_bytes;
        assert_eq!(sum, figures.image_size);
    }
    let accepts = reading.prediction().accepts();
    Some((archive, scan, accepts))
}

/// Runs follow one another and add up to the size, and of each the first `compared`
/// bytes and the last ones are what its origin says.
fn assert_image(stored: &dyn ReadAt, image: &Image, compared: u64) {
    let size = image.size().expect("an image has a size");
    let marked = image.clone().filled(Fill::Pattern);
    let mut at = 0;
    for run in image.runs(0..u64::MAX) {
        assert_eq!(run.start.0, at, "a gap or an overlap");
        assert!(run.length > 0);
        at = run.end();
        let first = run.length.min(compared);
        let last = run.length.saturating_sub(COMPARED_LAST).max(first);
        for part in [0..first, last..run.length] {
            assert_part(stored, &marked, &run, part);
        }
    }
    assert_eq!(at, size, "the runs do not add up to the size");
    let mut bytes = [1; 64];
    for start in [size.saturating_sub(9), size, u64::MAX - 3] {
        let count = marked.read_at(start, &mut bytes).expect("reads");
        assert_eq!(u64::try_from(count), Ok(size.saturating_sub(start).min(64)));
    }
    assert!(image.lost_bytes(0..u64::MAX) <= size);
}

/// The bytes of `part` of a run are what its origin says.
fn assert_part(stored: &dyn ReadAt, image: &FilledImage, run: &Run, part: Range<u64>) {
    let length = usize::try_from(part.end - part.start).expect("is bounded");
    let start = run.start.0 + part.start;
    let mut bytes = vec![0xaa; length];
    assert_eq!(image.read_at(start, &mut bytes).expect("reads"), length);
    match run.origin {
        Origin::Stored(from) => {
            let from = from.0 + part.start;
            let truth = read_range(stored, from..from + length as u64).expect("reads");
            assert!(bytes == truth);
        }
        Origin::Zero => assert!(bytes == ZEROS[..length]),
        Origin::Lost | Origin::NotYetKnown => {
            let phase = usize::try_from(start % 16).expect("is small");
            assert!(bytes == LOST[phase..][..length]);
        }
    }
}

/// A zstd file.
pub fn zstd(data: &[u8]) {
    container(&[0x28, 0xb5, 0x2f, 0xfd], data);
}

/// An lzop file.
pub fn lzop(data: &[u8]) {
    container(b"\x89LZO\0\r\n\x1a\n", data);
}

/// A gzip file.
pub fn gzip(data: &[u8]) {
    container(&[0x1f, 0x8b, 8], data);
}

/// A bzip2 file.
pub fn bzip2(data: &[u8]) {
    container(b"BZh", data);
}

/// The input is a file of its own, but for its magic number.
fn container(magic: &[u8], data: &[u8]) {
    let bytes = Rc::new([magic, data.get(magic.len()..).unwrap_or(&[])].concat());
    let asks = data.first().is_some_and(|first| first % 16 == 0);
    let most = if asks { CONTENTS_MAX } else { CONTENTS_USUAL };
    let once = contents(&bytes);
    let parts = read_around(&once, 70_001, most);
    let options = limits();
    assert!(once.progress().checkpoint_bytes <= options.checkpoint_bytes);
    for finding in once.findings() {
        assert!(!finding.to_string().is_empty());
    }
    // However it is read, the same bytes are the same, and the same are lost.
    assert!(read_around(&once, 3_001, most) == parts, "the second reading differs");
    assert!(read_around(&contents(&bytes), 12_289, most) == parts, "other cuts read differently");
}

fn limits() -> Options {
    Options { window_max: 8 << 20, checkpoint_bytes: 12 << 20, cache_bytes: 512 << 10, hint: None }
}

fn contents(bytes: &Rc<Vec<u8>>) -> Contents {
    let source: Rc<dyn ReadAt> = Rc::<Vec<u8>>::clone(bytes);
    open(source, &limits()).expect("bytes in memory can be read")
}

/// Everything up to `most`, in pieces of `length`: each stretch between lost ones
/// with its offset. `None` if something is not supported.
fn read_around(contents: &Contents, length: usize, most: u64) -> Option<Vec<(u64, Vec<u8>)>> {
    let mut parts = vec![(0, Vec::new())];
    let mut buffer = vec![0; length];
    let mut at = 0;
    while at < most {
        let left = usize::try_from(most - at).unwrap_or(usize::MAX);
        let room = buffer.get_mut(..length.min(left)).expect("is no longer");
        let Ok(count) = contents.read_at(at, room) else { return None };
        if count == 0
            && let Some(until) = lost_until(contents, at)
        {
            assert!(until > at, "a gap at {at:#x}");
            at = until;
            // Two losses side by side may be told as one.
            if parts.last().is_some_and(|(_, bytes)| bytes.is_empty()) {
                parts.pop();
            }
            parts.push((at, Vec::new()));
            continue;
        }
        let part = parts.last_mut().expect("there is one");
        part.1.extend_from_slice(buffer.get(..count).unwrap_or(&[]));
        at += count as u64;
        if count == 0 {
            break;
        }
    }
    Some(parts)
}

/// A writer of disks or appliances over a whole archive, which the last byte names: all
/// of them would be run a hundred times more rarely.
pub fn writers(data: &[u8]) {
    let asks = data.first().is_some_and(|flags| flags >> 4 == 0xf);
    let (base, longest) = if asks { (&BASE, STREAM_MAX) } else { (&SMALL, STREAM_USUAL) };
    let bytes = Rc::new(patch::archive(base, data));
    let Some((_, scan, _)) = scanned(&bytes) else { return };
    let fill = if data.len().is_multiple_of(2) { Fill::Zeros } else { Fill::Pattern };
    let disk = |id| {
        let device = scan.header().device(id)?;
        let image = scan.image(id)?;
        // A pattern is stored: of a huge disk, more of it than anyone waits for.
        let is_small = image.size().is_some_and(|size| size < longest);
        let image = image.filled(if is_small { fill } else { Fill::Zeros });
        Some(Disk::new(image, Identity::new(scan.header(), device)))
    };
    let last = usize::from(data.last().copied().unwrap_or(0));
    match last % (DiskFormat::ALL.len() + StreamFormat::ALL.len() + 2) {
        0 => assert_texts(&Machine::new(scan.header())),
        1 => {
            let repeats = last.is_multiple_of(2);
            if let Ok(mut ova) = Ova::new(scan.header(), &options(), repeats, disk) {
                assert_stream(&mut ova, longest);
            }
        }
        number => {
            for device in scan.header().devices() {
                let disk = disk(device.id).expect("a device has an image");
                assert_written(&disk, number - 2, longest);
            }
        }
    }
}

/// Writes `disk` in the format of that number, files first.
fn assert_written(disk: &Disk, number: usize, longest: u64) {
    if let Some(&format) = DiskFormat::ALL.get(number) {
        if let Ok(file) = disk.file(format) {
            assert_file(&file);
        }
    } else if let Ok(mut stream) = disk.stream(StreamFormat::ALL[number - DiskFormat::ALL.len()]) {
        assert_stream(&mut *stream, longest);
    }
}

/// A file has the size that it promises, in any way of reading it.
fn assert_file(file: &dyn ReadAt) {
    let size = file.size().expect("known beforehand");
    let mut bytes = vec![0xaa; 70_001];
    for start in [0, 1 << 16, size / 2, size.saturating_sub(70_000), size, u64::MAX - 9] {
        let count = file.read_at(start, &mut bytes).expect("reads");
        assert_eq!(count as u64, size.saturating_sub(start).min(70_001));
        let mut few = [0x55; 700];
        let again = file.read_at(start.saturating_add(100), &mut few).expect("reads");
        let known = bytes.get(100..count).unwrap_or(&[]);
        let both = again.min(known.len());
        assert!(few[..both] == known[..both], "a second read differs");
    }
}

/// A stream ends, within the size that it promises, and again the same.
fn assert_stream(stream: &mut dyn DiskStream, longest: u64) {
    let max = stream.size_max();
    let Some((first, length)) = drained(stream, longest) else { return };
    assert!(length <= max, "{length} of at most {max}");
    if let Some(size) = stream.size() {
        assert_eq!(length, size);
    }
    assert!(stream.progress().done <= stream.progress().total);
    let head = stream.head().map(<[u8]>::to_vec).unwrap_or_default();
    stream.restart();
    let promised = stream.size();
    let (second, length) = drained(stream, longest).expect("as short as before");
    assert_eq!(promised, Some(length));
    let headless = |bytes: &[u8]| bytes.get(head.len()..).unwrap_or(&[]).to_vec();
    assert!(headless(&first) == headless(&second), "the second pass differs");
}

/// The file, up to 4 MiB of it, and its length; `None` if it is longer than `longest`.
fn drained(stream: &mut dyn DiskStream, longest: u64) -> Option<(Vec<u8>, u64)> {
    let (mut kept, mut bytes, mut length) = (Vec::new(), Vec::new(), 0);
    loop {
        let went_on = stream.next(&mut bytes).expect("the archive is in memory");
        assert!(bytes.len() <= 8 << 20, "a step gives a bounded number of bytes");
        length += bytes.len() as u64;
        if kept.len() < 4 << 20 {
            kept.extend_from_slice(&bytes);
        }
        bytes.clear();
        if !went_on {
            return Some((kept, length));
        }
        if length > longest {
            return None;
        }
    }
}

fn options() -> ApplianceOptions {
    let (format, folder) = (DiskFormat::Qcow2, "/srv/".into());
    ApplianceOptions { keeps_macs: true, format, folder, stem: None }
}

/// A `qemu-server.conf`: parsed, and made into texts for other programs.
pub fn conf(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = QemuServerConf::parse(&text);
    let conf = data.get(..65_535).unwrap_or(data);
    let (name, conf) = conf.split_at(conf.len().min(usize::from(data.len() > 300) * 40));
    let device = |id, name: &[u8]| Device::new(id, name, 65_536, Content::of_kind(Kind::Zero, 1));
    let bytes = ArchiveBuilder::new()
        .config("qemu-server.conf", conf)
        .device(device(1, b"drive-scsi0"))
        .device(device(2, b"drive-efidisk0"))
        .device(device(3, name))
        .build()
        .bytes;
    let header = Header::parse(&bytes).expect("a sound header");
    assert_texts(&Machine::new(&header));
}

/// Texts are what they say they are, whatever stands in the archive.
fn assert_texts(machine: &Machine) {
    let options = options();
    let sizes: Vec<_> = machine.drives().iter().map(|drive| (drive.device, drive.size)).collect();
    let ovf = machine.ovf(&options, &sizes);
    let libvirt = machine.libvirt(&options);
    let qemu = machine.qemu(&options);
    xml::assert_well_formed(&ovf.text);
    xml::assert_well_formed(&libvirt.text);
    assert!(qemu.text.chars().all(|c| c == '\n' || !c.is_control()));
    let left_out = [&ovf, &libvirt, &qemu].into_iter().flat_map(|text| &text.left_out);
    assert!(left_out.clone().all(|left| !left.to_string().chars().any(char::is_control)));
    for drive in machine.drives() {
        let name = machine.file_name(drive, "raw");
        assert!(!name.contains(['/', '\\', '\0']) && !name.starts_with('.'), "{name:?}");
    }
}
