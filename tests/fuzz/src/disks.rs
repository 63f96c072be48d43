//! A disk of any bytes here and there: what is told of it, and that it ends.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use vma_inspector::disk_contents::{Area, LOOKED_INTO_MAX, describe};
use vma_inspector::partition::PARTITIONS_MAX;
use vma_inspector::passing::{Held, Places};
use vma_inspector::source::{Error, ReadAt};

/// Reads of a disk, at most, through places that are kept.
const READS_MAX: u64 = 2000;

/// Zeros, and stretches of other bytes.
struct Sparse {
    size: u64,
    parts: Vec<(u64, Vec<u8>)>,
    reads: Cell<u64>,
}

impl ReadAt for Sparse {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.reads.set(self.reads.get() + 1);
        let count = self.size.saturating_sub(offset).min(buffer.len() as u64) as usize;
        let buffer = &mut buffer[..count];
        buffer.fill(0);
        for (start, bytes) in &self.parts {
            let from = offset.max(*start);
            let end = (offset + count as u64).min(start + bytes.len() as u64);
            if from < end {
                let here = (from - offset) as usize..(end - offset) as usize;
                let there = (from - start) as usize..(end - start) as usize;
                buffer[here].copy_from_slice(&bytes[there]);
            }
        }
        Ok(count)
    }

    vma_inspector::source::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

/// An input: the disk's size as a power of two, then stretches: where, in sectors, three
/// bytes; length, two bytes; bytes.
pub fn partition(data: &[u8]) {
    let Some((&power, mut rest)) = data.split_first() else { return };
    let size = (1_u64 << (power % 50)) + u64::from(power / 50) * 512;
    let mut parts = Vec::new();
    while let Some(([a, b, c, d, e], bytes)) = rest.split_first_chunk::<5>() {
        let sector = u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16;
        // The highest values count from the end.
        let at = match sector {
            0xff_0000.. => size.saturating_sub((0x100_0000 - sector) * 512),
            sector => sector * 512,
        };
        let length = (usize::from(*d) | usize::from(*e) << 8).min(bytes.len());
        parts.push((at, bytes[..length].to_vec()));
        rest = &bytes[length..];
    }
    let disk = Rc::new(Sparse { size, parts, reads: Cell::new(0) });
    let plain: Rc<dyn ReadAt> = Rc::<Sparse>::clone(&disk);
    let found = describe(&plain).expect("bytes in memory can be read");
    disk.reads.set(0);
    let held = Held::new(Rc::clone(&plain), Rc::<Places>::default());
    let held: Rc<dyn ReadAt> = Rc::new(held);
    assert_eq!(describe(&held).as_ref(), Ok(&found), "kept places read as the disk does");
    assert!(disk.reads.get() <= READS_MAX, "{} reads", disk.reads.get());
    assert!(found.is_complete() && found.layout.partitions.len() <= PARTITIONS_MAX);
    let all = || found.areas.iter().flat_map(|area| area.volumes.iter().chain([area]));
    assert!(all().filter(|area| area.found.is_some()).count() <= LOOKED_INTO_MAX);
    let name = |area: &Area| area.found.as_ref()?.volume.as_ref().map(|one| one.kind.code());
    assert!(all().filter_map(name).all(|code| !code.is_empty()));
}
