//! Disks with a partition table and file systems in it, as they are in an archive, opened
//! as the page opens them.

use std::fs;
use std::rc::Rc;

use archive_writer::{ArchiveBuilder, Device};
use vma_inspector::archive::Archive;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::Options;
use vma_inspector::file_system::open;
use vma_inspector::files::{Locating, Opening, Volume};
use vma_inspector::scan::Scan;
use vma_inspector::source::{Error, ReadAt};

use crate::made::Made;

/// Where the first partition starts, bytes.
pub const START: u64 = 1 << 20;

/// A disk with a GPT, of which the first partition holds the image of `made`.
pub fn disk_with(made: &Made) -> Vec<u8> {
    made.run(
        "size=$(stat -c %s $F); truncate -s $((size + 3 * 1048576)) disk.gpt; \
         printf 'label: gpt\\nstart=2048, size=%s\\n' $((size / 512)) | \
         sfdisk -q disk.gpt; dd if=$F of=disk.gpt bs=1M seek=1 conv=notrunc,sparse status=none",
    );
    fs::read(made.folder.join("disk.gpt")).expect("it was made")
}

/// The archive of a disk, packed by `zstd` if that is asked for.
pub fn archived(disk: Vec<u8>, made: &Made, is_packed: bool) -> Vec<u8> {
    let device = Device::from_bytes(1, "drive-scsi0", disk);
    let bytes = ArchiveBuilder::new().device(device).build().bytes;
    if !is_packed {
        return bytes;
    }
    fs::write(made.folder.join("a.vma"), &bytes).expect("written");
    made.run("zstd -q -3 -f a.vma -o a.vma.zst");
    fs::read(made.folder.join("a.vma.zst")).expect("it was made")
}

/// The first disk of an archive, scanned to its end.
pub fn scanned(bytes: Vec<u8>) -> Rc<dyn ReadAt> {
    scanned_source(Rc::new(bytes))
}

/// The same of an archive that is read from `source`.
pub fn scanned_source(source: Rc<dyn ReadAt>) -> Rc<dyn ReadAt> {
    let options =
        Options { cache_bytes: 1 << 20, checkpoint_bytes: 64 << 20, ..Options::default() };
    let archive = Archive::open(source, &options).expect("opens");
    let mut scan = Scan::new(&archive);
    while !scan.step().expect("steps").done {}
    Rc::new(scan.image(DeviceId::new(1).expect("an id")).expect("the disk is there"))
}

/// Opens a file system; returns how many times it had to wait, too.
pub fn opened(disk: Rc<dyn ReadAt>, area: usize, logical: Option<usize>) -> (Volume, u64) {
    let locating = Locating::new(vec![disk], area, logical);
    let (place, found) = patient(|| locating.attempt(), || locating.fetch(1 << 20));
    let opening = Opening::new(place, open);
    let (volume, opened) = patient(|| opening.attempt(), || opening.fetch(1 << 20));
    (volume, found + opened)
}

/// What comes of attempts, and before how many of them something had to be fetched.
fn patient<Made>(
    attempt: impl Fn() -> vma_inspector::file_system::Result<Option<Made>>,
    fetch: impl Fn() -> Result<bool, Error>,
) -> (Made, u64) {
    for waits in 0..10_000 {
        if let Some(made) = attempt().expect("it opens") {
            return (made, waits);
        }
        while !fetch().expect("reads") {}
    }
    panic!("it never opens")
}
