//! All disks of a machine, read through one cache; and what is on them.

use std::rc::Rc;

use super::cache::{BLOCK, Cache};
use crate::disk_contents::{DiskContents, describe_all};
use crate::file_system::{FaultKind, Result};
use crate::source::{Error, ReadAt, Spread, Window};

/// A cache over all of `disks`, and each of them read through it.
pub(super) fn cached(disks: Vec<Rc<dyn ReadAt>>) -> (Rc<Cache>, Vec<Rc<dyn ReadAt>>) {
    let only = if let [disk] = disks.as_slice() { Some(Rc::clone(disk)) } else { None };
    if let Some(disk) = only {
        let cache = Rc::new(Cache::new(disk));
        return (Rc::clone(&cache), vec![cache]);
    }
    // One behind the other, so that no block has bytes of two.
    let (mut all, mut ranges) = (Spread::default(), Vec::new());
    for disk in disks {
        let start = all.end().next_multiple_of(BLOCK);
        let size = disk.size().unwrap_or(0);
        all.push(start, size, 0, vec![disk]);
        ranges.push(start..start.saturating_add(size));
    }
    let cache = Rc::new(Cache::new(Rc::new(all)));
    let each = ranges.into_iter().map(|range| -> Rc<dyn ReadAt> {
        let cache: Rc<dyn ReadAt> = Rc::<Cache>::clone(&cache);
        Rc::new(Window::new(cache, range))
    });
    let each = each.collect();
    (cache, each)
}

/// Finds out what is on all disks of a machine, in as many attempts as it takes.
pub struct Survey {
    cache: Rc<Cache>,
    disks: Vec<Rc<dyn ReadAt>>,
}

impl Survey {
    /// Of `disks`, of which nothing is read yet.
    #[must_use]
    pub fn new(disks: Vec<Rc<dyn ReadAt>>) -> Self {
        let (cache, disks) = cached(disks);
        Self { cache, disks }
    }

    /// What [`describe_all`] finds out; `None` if something has to be fetched first. What
    /// the scan has not come to makes an answer incomplete.
    ///
    /// # Errors
    ///
    /// A disk cannot be read, or more has to be unpacked than may be held.
    pub fn attempt(&self) -> Result<Option<Vec<DiskContents>>> {
        let mut found = None;
        let attempt = self.cache.attempt(|| {
            found = Some(describe_all(&self.disks)?);
            Ok(())
        });
        match attempt {
            Ok(None) => Ok(None),
            Err(fault) if fault.kind != FaultKind::NotYetKnown => Err(fault),
            _ => Ok(found),
        }
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
}
