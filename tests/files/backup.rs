//! An archive as a backup job leaves it, whose reads are counted.

use std::cell::RefCell;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use archive_writer::{ArchiveBuilder, CLUSTER, Cluster, Content, Device, Order, Random};
use vma_inspector::file_system::{Cursor, FileType, Name, NodeId};
use vma_inspector::files::{Chosen, Contents, Form, Listed, Listing, Pack, Step, Volume};
use vma_inspector::source::{Error, ReadAt, every_byte_is_at_hand};

use crate::made::Made;
use crate::whole_disk::{opened, scanned_source};

/// QEMU's job has several clusters in flight: so far apart two may be exchanged.
const IN_FLIGHT: usize = 16;

/// The archive of the image of `made`: from front to back, neighbours exchanged.
pub fn backup(made: &Made) -> Vec<u8> {
    let file = File::open(&made.path).expect("it was made");
    let size = file.metadata().expect("a file").len();
    let content = Content::from_fn(move |number| {
        let mut cluster = vec![0; CLUSTER];
        let at = u64::from(number) * CLUSTER as u64;
        let length = usize::try_from(size - at).expect("it fits").min(CLUSTER);
        file.read_exact_at(&mut cluster[..length], at).expect("it is read");
        Some(cluster)
    });
    let device = Device::new(1, "drive-scsi0", size, content);
    let mut clusters: Vec<_> =
        (0..device.declared_clusters()).map(|number| Cluster { device: 1, number }).collect();
    let mut random = Random::new(1);
    clusters.chunks_mut(IN_FLIGHT).for_each(|some| random.shuffle(some));
    ArchiveBuilder::new().device(device).order(Order::Custom(clusters)).build().bytes
}

/// A file whose reads are noted, but for those of what was brought before.
pub struct Counted {
    bytes: Vec<u8>,
    reads: RefCell<Vec<Range<u64>>>,
    brought: RefCell<Vec<Range<u64>>>,
}

/// What was read.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub reads: usize,
    pub bytes: u64,
    /// The same, without what was read before.
    pub distinct: u64,
}

impl Counted {
    pub fn new(bytes: Vec<u8>) -> Rc<Self> {
        Rc::new(Self { bytes, reads: RefCell::default(), brought: RefCell::default() })
    }

    /// Reads each of `ranges`, and keeps them until others are brought: as the page does with
    /// what is wanted.
    fn bring(&self, ranges: Vec<Range<u64>>) {
        self.reads.borrow_mut().extend_from_slice(&ranges);
        self.brought.replace(ranges);
    }

    /// What was read since the last time.
    pub fn take(&self) -> Counts {
        let mut ranges = self.reads.take();
        let (reads, bytes) =
            (ranges.len(), ranges.iter().map(|range| range.end - range.start).sum());
        ranges.sort_by_key(|range| range.start);
        let (mut distinct, mut end) = (0, 0);
        for range in ranges {
            distinct += range.end.saturating_sub(range.start.max(end));
            end = end.max(range.end);
        }
        Counts { reads, bytes, distinct }
    }
}

impl ReadAt for Counted {
    fn size(&self) -> Option<u64> {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.bytes.read_at(offset, buffer)?;
        let end = offset + count as u64;
        let has_it = |range: &Range<u64>| range.start <= offset && end <= range.end;
        if !self.brought.borrow().iter().any(has_it) {
            self.reads.borrow_mut().push(offset..end);
        }
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }

    every_byte_is_at_hand!();
}

/// The file system of an image in a backup, and the backup's file.
pub struct Opened {
    pub volume: Volume,
    pub file: Rc<Counted>,
}

pub fn in_backup(made: &Made) -> Opened {
    let file = Counted::new(backup(made));
    let source: Rc<dyn ReadAt> = Rc::<Counted>::clone(&file);
    let (volume, _) = opened(scanned_source(source), 0, None);
    file.take();
    Opened { volume, file }
}

/// Fetches what is wanted, of which the file's part is brought first.
pub fn fetch(Opened { volume, file }: &Opened) {
    file.bring(volume.wants());
    while !volume.fetch(1 << 20).expect("reads") {}
}

/// All of a folder, as the page lists it, part by part.
pub fn list(opened: &Opened, folder: NodeId) -> Vec<Listed> {
    let (mut all, mut cursor) = (Vec::new(), Cursor::default());
    loop {
        let mut listing = Listing::new(folder, cursor);
        while listing.step(&opened.volume).expect("reads") == Step::Wanting {
            fetch(opened);
        }
        assert!(listing.fault().is_none() && listing.left_out() == 0, "{:?}", listing.fault());
        all.extend_from_slice(listing.listed());
        match listing.next() {
            Some(next) => cursor = next,
            None => return all,
        }
    }
}

/// What stands under a name in a folder.
pub fn named(opened: &Opened, folder: NodeId, name: &str) -> NodeId {
    let all = list(opened, folder);
    all.iter().find(|one| one.entry.name.0 == name.as_bytes()).expect("it is there").entry.id
}

/// A tar archive of a folder. Returns the bytes of it, and the things that were left out.
pub fn pack(opened: &Opened, folder: NodeId) -> (u64, usize) {
    let chosen = Chosen { id: folder, path: vec![Name(b"many".to_vec())] };
    let mut pack = Pack::new(&[chosen], Form::Tar).expect("a plain path");
    let (mut written, mut bytes) = (0, Vec::new());
    loop {
        let step = pack.step(&opened.volume, &mut bytes).expect("reads");
        written += bytes.len() as u64;
        bytes.clear();
        match step {
            Step::Done => return (written, pack.missed().len()),
            Step::GoesOn => {}
            Step::Wanting => fetch(opened),
        }
    }
}

/// A file from front to back; returns its bytes.
pub fn read(opened: &Opened, id: NodeId) -> u64 {
    let node =
        opened.volume.attempt(|system| system.node(id)).expect("a node").expect("it is quick");
    assert_eq!(node.file_type, FileType::File);
    let (mut contents, mut read, mut bytes) = (Contents::new(id, node.size), 0, Vec::new());
    loop {
        let step = contents.step(&opened.volume, &mut bytes).expect("reads");
        read += bytes.len() as u64;
        bytes.clear();
        match step {
            Step::Done => return read,
            Step::GoesOn => {}
            Step::Wanting => fetch(opened),
        }
    }
}
