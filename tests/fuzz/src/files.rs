//! The files of a disk of any bytes here and there: all of them are looked at, that ends,
//! and however a file is read, it is the same.

use std::collections::BTreeSet;
use std::rc::Rc;

use vma_inspector::file_system::{Cursor, FileSystem, FileType, NodeId, Stream, identify, open};
use vma_inspector::source::ReadAt;

use super::seals::{seal_btrfs, seal_exfat, seal_xfs};
use super::sparse::Sparse;

/// Things that a walk looks at, and reads of the disk that it may take.
const THINGS_MAX: usize = 200;
const READS_MAX: u64 = 60_000;
const BYTES_MAX: u64 = 512 << 20;

/// Bytes of a file that are compared, at most.
const COMPARED_MAX: usize = 100_000;

/// An input: whether checksums are made right, then a [disk](Sparse::of).
pub fn files(data: &[u8]) {
    let Some((&flags, data)) = data.split_first() else { return };
    let Some(mut disk) = Sparse::of(data) else { return };
    if flags & 1 == 1 {
        seal(&mut disk);
    }
    let disk = Rc::new(disk);
    let source: Rc<dyn ReadAt> = Rc::<Sparse>::clone(&disk);
    let volume = identify(&*source).expect("bytes in memory can be read").volume;
    let Some(Ok(system)) = volume.map(|volume| open(&source, volume.kind)) else { return };
    walk(&*system);
    let (reads, bytes) = (disk.reads.get(), disk.bytes.get());
    assert!(reads < READS_MAX && bytes < BYTES_MAX, "{reads} reads of {bytes} bytes");
}

/// Makes the checksums of each block right, where a superblock says which there are.
fn seal(disk: &mut Sparse) {
    let mut magic = [0; 8];
    let mut is = |at, text: &[u8]| {
        let count = disk.copy(at, &mut magic);
        magic[..count].starts_with(text)
    };
    let seal = if is(0, b"XFSB") {
        seal_xfs
    } else if is(3, b"EXFAT   ") {
        seal_exfat
    } else if is(0x1_0040, b"_BHRfS_M") {
        seal_btrfs
    } else {
        return;
    };
    for start in disk.blocks() {
        let (mut block, mut more) = (vec![0; 4096], Vec::new());
        if disk.copy(start, &mut block) < block.len() {
            continue;
        }
        seal(&block, start, &mut more);
        for (at, bytes) in more {
            disk.write(at, &bytes);
        }
    }
}

/// Looks at everything once, as far as it can be had.
fn walk(system: &dyn FileSystem) {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![system.root()]);
    let _ = system.notes();
    for volume in system.subvolumes().unwrap_or_default() {
        todo.push(volume.id);
    }
    while let Some(id) = todo.pop() {
        if !seen.insert(id) || seen.len() > THINGS_MAX {
            continue;
        }
        let Ok(node) = system.node(id) else { continue };
        let _ = (system.extended_attributes(id), system.read_link(id));
        let _ = system.places(id, Stream::Contents, 0..u64::MAX);
        for (name, _) in system.streams(id).unwrap_or_default().iter().take(4) {
            compare(system, id, Stream::Named(name));
        }
        for at in [node.size / 2, node.size.saturating_sub(100), u64::MAX - 9] {
            let _ = system.read_at(id, Stream::Contents, at, &mut [0; 5000]);
        }
        match node.file_type {
            FileType::Directory => {
                let _ = system.read_deleted(id, Cursor::default());
                list(system, id, &mut todo);
            }
            _ => compare(system, id, Stream::Contents),
        }
    }
}

fn list(system: &dyn FileSystem, id: NodeId, todo: &mut Vec<NodeId>) {
    let mut cursor = Cursor::default();
    for _ in 0..8 {
        let Ok(batch) = system.read_dir(id, cursor) else { return };
        assert!(batch.entries.len() <= 4096, "a list is bounded");
        assert!(batch.entries.iter().all(|entry| !entry.name.0.contains(&b'/')));
        todo.extend(batch.entries.iter().map(|entry| entry.id));
        match batch.next {
            Some(next) if next != cursor => cursor = next,
            _ => return,
        }
    }
}

/// The start of a file, read at once and in small pieces.
fn compare(system: &dyn FileSystem, id: NodeId, stream: Stream<'_>) {
    let mut whole = vec![0; COMPARED_MAX];
    let Ok(count) = system.read_at(id, stream, 0, &mut whole) else { return };
    let mut at = 0;
    let mut piece = [0; 7001];
    while at < count {
        let read = system.read_at(id, stream, at as u64, &mut piece).expect("it was read before");
        assert!(read > 0, "the end comes earlier than before");
        let both = read.min(count - at);
        assert!(piece[..both] == whole[at..at + both], "another cut reads otherwise, at {at}");
        at += read;
    }
}
