//! A file system's bytes, found among the disks of a machine.

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use super::cache::Cache;
use super::survey::cached;
use crate::disk_contents::locate;
use crate::file_system::{Fault, FaultKind, Kind, Result};
use crate::source::{Error, Gap, ReadAt};

/// Where a file system lies, and which it is.
pub struct Place {
    /// Its bytes, of which nothing is kept.
    pub source: Rc<dyn ReadAt>,
    /// What it is.
    pub kind: Kind,
}

/// Finds a file system by its number, in as many attempts as it takes.
pub struct Locating {
    cache: Rc<Cache>,
    disks: Vec<Rc<Disk>>,
    area: usize,
    inside: Option<usize>,
}

/// A disk, read through what is kept of it while it is searched, and as it is from then on:
/// what is kept for a file system is kept above.
struct Disk {
    kept: RefCell<Option<Rc<dyn ReadAt>>>,
    disk: Rc<dyn ReadAt>,
}

impl Locating {
    /// Of area number `area` of the first of `disks`, as `disk_contents::describe` lists
    /// them, from 0; or of number `inside` of its volumes, for which the other disks of the
    /// machine have to follow.
    #[must_use]
    pub fn new(disks: Vec<Rc<dyn ReadAt>>, area: usize, inside: Option<usize>) -> Self {
        let (cache, kept) = cached(disks.clone());
        let disk = |(kept, disk)| Rc::new(Disk { kept: RefCell::new(Some(kept)), disk });
        let disks = kept.into_iter().zip(disks).map(disk).collect();
        Self { cache, disks, area, inside }
    }

    /// Finds it; `None` if something has to be fetched first.
    ///
    /// # Errors
    ///
    /// There is none that is read, or what tells where it lies is lost, in doubt or corrupt.
    pub fn attempt(&self) -> Result<Option<Place>> {
        let disks = self.disks.iter().map(|disk| -> Rc<dyn ReadAt> { Rc::<Disk>::clone(disk) });
        let disks: Vec<_> = disks.collect();
        let found = self.cache.attempt(|| {
            let nothing = || Fault::new(FaultKind::NotFound, "a file system");
            let located = locate(&disks, self.area, self.inside)?.ok_or_else(nothing)?;
            let kind = located.found.volume.ok_or_else(nothing)?.kind;
            Ok(Place { source: located.source, kind })
        })?;
        if found.is_some() {
            for disk in &self.disks {
                disk.kept.replace(None);
            }
        }
        Ok(found)
    }

    /// Works by about `work_max` bytes towards what is wanted; returns whether nothing is
    /// wanted any more.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn fetch(&self, work_max: u64) -> core::result::Result<bool, Error> {
        self.cache.fetch(work_max)
    }

    /// About how many bytes have to be decoded to come to what is wanted.
    #[must_use]
    pub fn distance(&self) -> u64 {
        self.cache.distance()
    }
}

impl Disk {
    fn below(&self) -> Rc<dyn ReadAt> {
        let kept = self.kept.borrow();
        Rc::clone(kept.as_ref().unwrap_or(&self.disk))
    }
}

impl ReadAt for Disk {
    fn size(&self) -> Option<u64> {
        self.disk.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> core::result::Result<usize, Error> {
        self.below().read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.below().gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.below().trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> core::result::Result<bool, Error> {
        self.below().approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.below().detour(from, offset)
    }
}
