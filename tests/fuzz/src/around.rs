//! What is around an archive and is parsed as well: a file that may be none, the name
//! that it has, and what the page kept of a scan.

use std::rc::Rc;

use archive_writer::{ArchiveBuilder, Content, Device, md5};
use vma_inspector::archive::Archive;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::{Container, Options};
use vma_inspector::foreign;
use vma_inspector::proxmox::backup_name::{BackupName, ending_container, named_container};
use vma_inspector::proxmox::{predict_unopened, renamed};
use vma_inspector::scan::{Scan, kept};
use vma_inspector::source::ReadAt;

/// Bytes of the checkpoints that are taken, at most.
const CHECKPOINTS_MAX: usize = 4 << 20;

/// Steps of a scan, at most.
const STEPS_MAX: usize = 100_000;

/// Bytes of MD5 at the end of what was kept.
const MD5_SIZE: usize = 16;

fn options() -> Options {
    let (window_max, cache_bytes) = (8 << 20, 512 << 10);
    Options { window_max, checkpoint_bytes: CHECKPOINTS_MAX, cache_bytes, hint: None }
}

fn source(bytes: &Rc<Vec<u8>>) -> Rc<dyn ReadAt> {
    Rc::<Vec<u8>>::clone(bytes)
}

/// Any bytes, opened as the page opens a file, and scanned if they are an archive.
pub fn opening(data: &[u8]) {
    let bytes = Rc::new(data.to_vec());
    let source_of = source(&bytes);
    let found =
        [foreign::at_start(&source_of, u64::MAX), foreign::after_search(&source_of, u64::MAX)];
    assert!(found.iter().all(Result::is_ok), "bytes in memory can be read");
    let Ok(archive) = Archive::open(source(&bytes), &options()) else {
        let _ = predict_unopened(source(&bytes), &options());
        return;
    };
    let mut scan = Scan::new(&archive);
    for _ in 0..STEPS_MAX {
        if scan.step().expect("bytes in memory can be read").done {
            return;
        }
    }
    panic!("the scan does not end");
}

/// The name of a file, with the time of a header and the text of a config.
pub fn name(data: &[u8]) {
    let (time, rest) = data.split_at(data.len().min(8));
    let time = time.iter().fold(0_i64, |time, &byte| time << 8 | i64::from(byte));
    let text = String::from_utf8_lossy(rest);
    let (name, config) = text.split_once('\n').unwrap_or((&text, ""));
    let containers =
        [Container::Zstd, Container::Lzop, Container::Gzip, Container::Bzip2].map(Some);
    for container in containers.into_iter().chain([None]) {
        let judged = BackupName::judge(name, container, time);
        // The name that it gives is one that it takes, once a person filled in what is
        // not known, and judged again it stays.
        let again = BackupName::judge(&judged.right, container, time);
        assert_eq!(again.right, judged.right, "of {name:?}");
        if judged.problem.is_none() {
            assert_eq!(judged.right, name);
        }
    }
    let _ = (named_container(name), ending_container(name));
    for remark in renamed::remarks(name, time, config) {
        assert!(!remark.code().is_empty());
    }
}

/// An archive, what was kept of its scan, and its devices.
struct Kept {
    archive: Rc<Vec<u8>>,
    kept: Vec<u8>,
}

thread_local! {
    /// In zstd, of so many bytes that a checkpoint is kept; and as it is. Of the thread,
    /// so that no run copies the 10 MB.
    static KEPT: [Rc<Kept>; 2] = kept_scans();
}

fn kept_scans() -> [Rc<Kept>; 2] {
    let content = |clusters: u32| {
        Content::from_fn(move |number| match number % 37 {
            36 => None,
            35 => Some([vec![0; 8192], vec![7; 100]].concat()),
            _ => Some(vec![u8::try_from(number % clusters % 251).unwrap_or(0) + 1; 65_536]),
        })
    };
    let plain = ArchiveBuilder::new()
        .uuid(*b"a-kept-archive-1")
        .config("qemu-server.conf", "scsi0: a:b,size=10M\n")
        .device(Device::new(1, "drive-scsi0", 160 * 65_536, content(160)))
        .device(Device::new(2, "drive-efidisk0", 69_632, content(2)))
        .build()
        .bytes;
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let packed = ruzstd::encoding::compress_to_vec(plain.as_slice(), level);
    [packed, plain].map(|archive| {
        let archive = Rc::new(archive);
        let opened = Archive::open(source(&archive), &options()).expect("a sound archive");
        let mut scan = Scan::new(&opened);
        while !scan.step().expect("can be read").done {}
        let kept = kept::to_bytes(&opened, &scan, true).expect("a sound archive is kept");
        Rc::new(Kept { archive, kept })
    })
}

/// What was kept of a scan, changed, and its checksum made right again: it is refused,
/// or the disks can be read.
pub fn kept(data: &[u8]) {
    let Some((&first, changes)) = data.split_first() else { return };
    let base = KEPT.with(|kept| Rc::clone(&kept[usize::from(first & 1)]));
    let changed = changed(&base.kept, changes, first & 2 == 0);
    let opened = Archive::open(source(&base.archive), &options()).expect("it opened before");
    let Some(found) = kept::from_bytes(&opened, &changed) else { return };
    let scan = Scan::resume(&opened, found);
    let progress = opened.contents().progress();
    assert!(progress.checkpoint_bytes <= CHECKPOINTS_MAX, "{}", progress.checkpoint_bytes);
    assert!(scan.found().index_bytes() <= 64 * (changed.len() + 4096));
    let ids: Vec<DeviceId> = scan.header().devices().iter().map(|device| device.id).collect();
    for id in ids {
        let Some(image) = scan.image(id) else { continue };
        let size = image.size().expect("an image has a size");
        let mut buffer = vec![0; 70_000];
        // One place each, so that many inputs are run: to come there, much is decoded.
        let places = [0, size / 3, size.saturating_sub(70_000)];
        let at = places[usize::from(first >> 2) % places.len()];
        // What stands there was not kept, and may not be what it was.
        let _ = image.read_at(at, &mut buffer);
        let mut end = 0;
        for run in image.runs(0..u64::MAX).take(10_000) {
            assert_eq!(run.start.0, end, "a gap or an overlap");
            end = run.end();
        }
    }
}

/// `kept` with other bytes here and there: changes are a place of three bytes, a length,
/// and bytes.
fn changed(kept: &[u8], mut changes: &[u8], is_signed: bool) -> Vec<u8> {
    let mut bytes = kept[..kept.len() - MD5_SIZE].to_vec();
    while let Some(([a, b, c, length], rest)) = changes.split_first_chunk::<4>() {
        let place = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
        let at = place % bytes.len().max(1);
        let (new, rest) = rest.split_at(rest.len().min(usize::from(length & 31)));
        match length >> 5 {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, new.iter().copied())),
            _ => bytes.iter_mut().skip(at).zip(new).for_each(|(to, from)| *to = *from),
        }
        changes = rest;
    }
    let md5 = if is_signed { md5(&bytes) } else { [0; MD5_SIZE] };
    bytes.extend_from_slice(&md5);
    bytes
}
