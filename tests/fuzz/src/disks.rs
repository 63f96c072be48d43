//! A disk of any bytes here and there: what is told of it, and that it ends.

use std::rc::Rc;

use vma_inspector::disk_contents::{Area, LOOKED_INTO_MAX, describe};
use vma_inspector::partition::PARTITIONS_MAX;
use vma_inspector::passing::{Held, Places};
use vma_inspector::source::ReadAt;

use super::sparse::Sparse;

/// Reads of a disk, at most, through places that are kept.
const READS_MAX: u64 = 2000;

/// An input is a [disk](Sparse::of).
pub fn partition(data: &[u8]) {
    let Some(disk) = Sparse::of(data) else { return };
    let disk = Rc::new(disk);
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
