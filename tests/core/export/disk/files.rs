//! Disks as files, and the programs of others that read them.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::programs::has;
use crate::support::{finish, id, open};
use archive_writer::{Archive, ArchiveBuilder, Cluster, Content, Device, Kind, Order, Random};
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::export::disk::{Disk, DiskStream, Identity, StreamFormat};
use vma_inspector::image::{Image, Origin};
use vma_inspector::source::ReadAt;

pub const MIB: u64 = 1 << 20;
pub const TIB: u64 = 1 << 40;

/// A disk of an archive, and its image as the core gives it.
pub struct Case {
    pub name: &'static str,
    pub id: DeviceId,
    pub disk: Disk,
    pub image: Image,
    /// The image's bytes, worked out without the core; `None` for disks that
    /// are too large, or whose archive was damaged.
    pub bytes: Option<Vec<u8>>,
}

impl Case {
    pub fn of(name: &'static str, archive: Archive, bytes: Option<Vec<u8>>) -> Self {
        let mut all = Self::all_of(name, archive.bytes);
        let first = all.swap_remove(0);
        assert_eq!(first.id, id(1));
        Self { bytes, ..first }
    }

    /// Each disk of an archive.
    pub fn all_of(name: &'static str, archive: Vec<u8>) -> Vec<Self> {
        let archive = open(archive);
        let scan = finish(vma_inspector::scan::Scan::new(&archive));
        let header = archive.header();
        let cases = header.devices().iter().map(|device| {
            let image = scan.image(device.id).expect("is declared");
            let identity = Identity::new(header, device);
            let filled = image.clone().filled(vma_inspector::image::Fill::Zeros);
            Self { name, id: device.id, disk: Disk::new(filled, identity), image, bytes: None }
        });
        cases.collect()
    }

    fn new(name: &'static str, builder: &ArchiveBuilder) -> Self {
        Self::of(name, builder.build(), Some(builder.image(1)))
    }

    /// Bytes of the disk in whole sectors: what every format but raw has.
    pub fn virtual_size(&self) -> u64 {
        self.image.size().expect("known").next_multiple_of(512)
    }

    /// The raw disk in whole sectors, with holes.
    pub fn raw_file(&self) -> PathBuf {
        let path = path_of(self.name, "expected");
        let mut file = File::create(&path).expect("the folder is there");
        file.set_len(self.virtual_size()).expect("the file system takes files of this size");
        for run in self.image.runs(0..u64::MAX) {
            if let Origin::Stored(_) = run.origin {
                let mut at = run.start.0;
                while at < run.end() {
                    let mut bytes = vec![0; (run.end() - at).min(4 * MIB) as usize];
                    self.image.read_at(at, &mut bytes).expect("reads");
                    file.seek(SeekFrom::Start(at)).expect("seeks");
                    file.write_all(&bytes).expect("writes");
                    at += bytes.len() as u64;
                }
            }
        }
        if let Some(mut expected) = self.bytes.clone() {
            expected.resize(self.virtual_size() as usize, 0);
            assert!(fs::read(&path).expect("was written") == expected, "{}: image", self.name);
        }
        path
    }
}

fn disk(size: u64, kind: Kind) -> ArchiveBuilder {
    let content = Content::of_kind(kind, size);
    ArchiveBuilder::new().device(Device::new(1, "drive-scsi0", size, content))
}

/// A disk of `size` bytes of which only these clusters are in the archive.
pub fn few_clusters(size: u64, numbers: &[u32]) -> ArchiveBuilder {
    let clusters = numbers.iter().map(|&number| Cluster { device: 1, number });
    disk(size, Kind::Dense).order(Order::Custom(clusters.collect()))
}

/// Disks below a GiB, of every sort.
pub fn small_cases() -> Vec<Case> {
    let mixed = |size| disk(size, Kind::Mixed);
    let mut cut = mixed(20 * MIB).build();
    cut.truncate(cut.bytes.len() as u64 / 2 + 1000);
    vec![
        Case::new("empty", &disk(10 * MIB, Kind::Zero)),
        Case::new("dense", &disk(9 * MIB, Kind::Dense)),
        Case::new("sparse", &disk(200 * MIB, Kind::Sparse)),
        Case::new("efi", &disk(540_672, Kind::Mixed)),
        Case::new("tpm", &disk(4 * MIB, Kind::Dense)),
        Case::new("not-of-64-kib", &mixed(33 * MIB + 4096 * 3)),
        Case::new("not-of-4-kib", &mixed(5 * MIB + 512)),
        Case::new("not-of-a-sector", &mixed(3 * MIB + 1001)),
        Case::new("one-byte", &disk(1, Kind::Dense)),
        Case::new("shuffled", &mixed(40 * MIB).order(Order::Shuffled(4))),
        Case::of("missing", cut, None),
    ]
}

/// Disks beyond 2 TiB with a few clusters, the rest missing.
pub fn large_cases() -> Vec<Case> {
    [("of-3-tib", 3 * TIB + MIB), ("of-15-tib", 15 * TIB)]
        .map(|(name, size)| {
            let last = u32::try_from((size - 1) / 65_536).expect("cluster numbers have 32 bits");
            let numbers = [0, 1, 500_000, 32_768 * 1024 + 5, last - 1, last];
            Case::of(name, few_clusters(size, &numbers).build(), None)
        })
        .into()
}

/// A file for a test, in a folder of its own process.
pub fn path_of(name: &str, extension: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let thread = format!("{:?}", std::thread::current().id());
    let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
    folder.join(format!("{name}-{thread}.{extension}"))
}

/// Writes a file front to back; zeros become holes.
pub fn write(source: &dyn ReadAt, name: &str, extension: &str) -> PathBuf {
    write_start(source, u64::MAX, name, extension)
}

/// Writes `end` bytes of a file; the rest is a hole.
pub fn write_start(source: &dyn ReadAt, end: u64, name: &str, extension: &str) -> PathBuf {
    let path = path_of(name, extension);
    let mut file = File::create(&path).expect("the folder is there");
    let size = source.size().expect("known beforehand");
    file.set_len(size).expect("the file system takes files of this size");
    let mut buffer = vec![0; 4 << 20];
    let mut at = 0;
    while at < size.min(end) {
        let count = source.read_at(at, &mut buffer).expect("reads");
        assert!(count > 0, "{name}.{extension}: ends at {at} of {size}");
        let bytes = &buffer[..count];
        if bytes.iter().any(|&byte| byte != 0) {
            file.seek(SeekFrom::Start(at)).expect("seeks");
            file.write_all(bytes).expect("writes");
        }
        at += count as u64;
    }
    path
}

/// Runs a stream to its end.
pub fn drain(stream: &mut dyn DiskStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        let went_on = stream.next(&mut bytes).expect("reads");
        assert!(bytes.len() - before <= 4 << 20, "a step gives a bounded number of bytes");
        if !went_on {
            assert_eq!(bytes.len(), before, "nothing comes behind the end");
            return bytes;
        }
    }
}

/// A stream's file, as it is written where one can seek.
pub fn made(
    disk: &Disk,
    format: StreamFormat,
) -> Result<Vec<u8>, vma_inspector::export::disk::Refusal> {
    let mut stream = disk.stream(format)?;
    let mut bytes = drain(&mut *stream);
    if let Some(head) = stream.head() {
        bytes[..head.len()].copy_from_slice(head);
    }
    Ok(bytes)
}

/// What a program prints; panics with its words if it fails.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

pub fn has_qemu_img() -> bool {
    has("qemu-img", &["--version"])
}

/// Holds a file against the raw disk with `qemu-img`: its size, its inner
/// consistency where qemu-img checks that, and every byte.
pub fn assert_qemu_agrees(case: &Case, file: &Path, raw: &Path, driver: &str) {
    let name = file.to_str().expect("UTF-8");
    let info = run("qemu-img", &["info", "--output=json", "-f", driver, name]);
    let info: serde_json::Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!(info["virtual-size"], case.virtual_size(), "{name}: virtual size");
    let raw = raw.to_str().expect("UTF-8");
    // Of a VMDK qemu-img looks at every grain, of a VHDX at every byte.
    let is_too_large = case.virtual_size() > TIB;
    if is_too_large && ["vmdk", "vhdx"].contains(&driver) {
        return assert_pieces_agree(case, driver, name, raw);
    }
    if ["qcow2", "vdi", "vhdx", "vmdk"].contains(&driver) {
        let check = run("qemu-img", &["check", "--output=json", "-f", driver, name]);
        let check: serde_json::Value = serde_json::from_str(&check).expect("JSON");
        for key in ["check-errors", "leaks", "corruptions"] {
            assert!(check.get(key).is_none_or(|count| *count == 0), "{name}: {check}");
        }
    }
    run("qemu-img", &["compare", "-f", driver, "-F", "raw", name, raw]);
}

/// Holds what is stored of a disk, and 64 KiB before and behind each such part,
/// against the raw disk.
fn assert_pieces_agree(case: &Case, driver: &str, name: &str, raw: &str) {
    for run_of_image in case.image.runs(0..u64::MAX) {
        if let Origin::Stored(_) = run_of_image.origin {
            let start = run_of_image.start.0.saturating_sub(65_536);
            let size = (run_of_image.end() + 65_536).min(case.virtual_size()) - start;
            let piece = |rest: String| format!("driver=raw,offset={start},size={size},{rest}");
            let file = piece(format!("file.driver={driver},file.file.filename={name}"));
            let raw = piece(format!("file.filename={raw}"));
            run("qemu-img", &["compare", "--image-opts", &file, &raw]);
        }
    }
}

/// Reads `source` in random pieces and holds them against its bytes.
pub fn assert_any_cut_reads_the_same(source: &dyn ReadAt, whole: &[u8], seed: u64, what: &str) {
    let mut random = Random::new(seed);
    let size = whole.len() as u64;
    assert_eq!(source.size(), Some(size), "{what}");
    for round in 0..400 {
        let longest = [3, 100, 5_000, 3 << 20][round % 4];
        let start = random.below(size + 10);
        let mut bytes = vec![0xaa; random.below(longest) as usize];
        let count = source.read_at(start, &mut bytes).expect("reads");
        let expected = whole.get(start as usize..).unwrap_or(&[]);
        let expected = &expected[..expected.len().min(bytes.len())];
        assert!(bytes[..count] == *expected, "{what}: seed {seed}: {start} + {}", bytes.len());
    }
}

/// Remembers what was read, and what was worked towards.
pub struct Recording {
    pub bytes: Vec<u8>,
    pub reads: RefCell<Vec<Range<u64>>>,
    pub approached: RefCell<Vec<u64>>,
}

impl Recording {
    pub fn new(bytes: Vec<u8>) -> Rc<Self> {
        Rc::new(Self { bytes, reads: Default::default(), approached: Default::default() })
    }
}

impl ReadAt for Recording {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(
        &self,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize, vma_inspector::source::Error> {
        let count = self.bytes.read_at(offset, buffer)?;
        self.reads.borrow_mut().push(offset..offset + count as u64);
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    fn approach(&self, range: Range<u64>, _: u64) -> Result<bool, vma_inspector::source::Error> {
        self.approached.borrow_mut().push(range.start);
        Ok(true)
    }

    fn gap(&self, _: std::ops::Range<u64>) -> Option<vma_inspector::source::Gap> {
        None
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}
