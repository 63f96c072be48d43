//! What is on the disks of an archive, found out as a scan comes by. Who looks at them is
//! no matter of this layer: it keeps the places that a [`Looker`] asks for.
//!
//! In a container that is decoded from front to back, a place that lies behind would
//! have to be decoded again. So the places that are looked at are kept as they come by:
//! first the start of each disk, then what that leads to. Where file systems will be read
//! from once somebody opens them, a checkpoint is left.

mod held;

use core::ops::Range;
use std::rc::Rc;

use self::held::PLACE;
pub use self::held::{Held, Places};
use crate::archive::header::Header;
use crate::archive::per_device::PerDevice;
use crate::archive::unit::DeviceId;
use crate::container::Contents;
use crate::disk_contents::{DiskContents, describe};
use crate::image::Image;
use crate::scan::piece::{Observer, Piece, Taken};
use crate::scan::{Scan, Scanned};
use crate::source::{Error, Gap, ReadAt, gaps};

/// Bytes that are kept of all disks together before nothing more is taken in passing. What is
/// taken in one look, at most `PLACES_MAX` places, comes on top.
pub const KEPT_MAX: usize = 32 << 20;

/// Places before one that is sought, from which on a checkpoint serves it: those of the
/// extent that comes next, and of which the order may be another one.
const SOUGHT_AHEAD: u64 = 59 + 16;

/// Who looks at a disk.
pub trait Looker {
    /// What is told of a disk.
    type Found: Found;
    /// Why it cannot be looked at.
    type Error: From<Error>;

    /// Looks at a disk, of which those places can be read that came by. What else is
    /// asked for is wanted from then on, and not yet known.
    ///
    /// # Errors
    ///
    /// As for a read. That bytes are lost is no error.
    fn look(&self, disk: Held) -> Result<Self::Found, Self::Error>;
}

/// What is told of a disk.
pub trait Found {
    /// Whether all that was looked at was there to be read, or is lost: another look
    /// would tell nothing more.
    fn is_complete(&self) -> bool;
}

/// Looks by [`describe`], in this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Describer;

impl Looker for Describer {
    type Found = DiskContents;
    type Error = Error;

    fn look(&self, disk: Held) -> Result<DiskContents, Error> {
        let disk: Rc<dyn ReadAt> = Rc::new(disk);
        describe(&disk)
    }
}

impl Found for DiskContents {
    fn is_complete(&self) -> bool {
        Self::is_complete(self)
    }
}

/// The disks of an archive. As an [observer](Observer) it has `Looks` look at what a
/// scan comes by.
pub struct Passing<Looks: Looker> {
    contents: Rc<Contents>,
    looker: Looks,
    disks: PerDevice<Disk<Looks::Found>>,
}

/// One disk. The size is that of the header, where that can be believed.
struct Disk<Told> {
    size: Option<u64>,
    places: Rc<Places>,
    found: Option<Told>,
    /// Whether it was looked at since the scan is finished: nothing becomes otherwise
    /// any more.
    is_settled: bool,
}

impl<Looks: Looker> Passing<Looks> {
    /// The disks that `header` declares, of which `contents` holds the clusters.
    #[must_use]
    pub fn new(contents: Rc<Contents>, header: &Header, looker: Looks) -> Self {
        let is_known = header.is_proven();
        let disks = header.devices().iter().filter(|device| !device.is_vmstate());
        let disks = disks.map(|device| {
            let size = is_known.then_some(device.size);
            (device.id, Disk { size, ..Disk::default() })
        });
        let disks = disks.collect();
        Self { contents, looker, disks }
    }

    /// What is known of a disk by now; `None` if nothing is, or it is no disk.
    #[must_use]
    pub fn found(&self, device: DeviceId) -> Option<&Looks::Found> {
        self.disks.get(device)?.found.as_ref()
    }

    /// How often the disk was read, and how many bytes.
    #[must_use]
    pub fn read(&self, device: DeviceId) -> (u64, u64) {
        self.disks.get(device).map_or((0, 0), |disk| disk.places.read())
    }

    /// Bytes that are kept.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        self.disks.values().map(|disk| disk.places.bytes_held()).sum()
    }

    /// Looks at a disk once more, as far as `scan` has come, and works by about
    /// `work_max` bytes towards what is still wanted. Returns whether nothing is left
    /// to be done now.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn step(
        &mut self,
        scan: &Scan,
        device: DeviceId,
        work_max: u64,
    ) -> Result<bool, Looks::Error> {
        let is_disk = scan.header().device(device).is_some_and(|device| !device.is_vmstate());
        let Some(image) = scan.image(device).filter(|_| is_disk) else { return Ok(true) };
        if !scan.found().is_done() {
            // Until then only what comes by: the decoder stands where the scan needs it.
            return Ok(true);
        }
        // Whether anything speaks against what was read while the scan went on.
        let is_wrong = scan.found().findings().count() > 0
            || gaps(&*self.contents, 0..u64::MAX).next().is_some();
        let disk = self.disks.get_or_default(device);
        if !disk.is_settled {
            // What was found wrong since, a place may have been read too early for.
            if is_wrong {
                disk.places.clear();
            }
            disk.found = None;
            disk.is_settled = true;
        }
        if disk.found.as_ref().is_some_and(Found::is_complete) {
            return Ok(true);
        }
        let wanted = disk.places.wanted();
        for &place in &wanted {
            let start = place.saturating_mul(PLACE);
            if !image.approach(start..start.saturating_add(PLACE), work_max)? {
                return Ok(false);
            }
            // Read at once: the way to the next may lead away from it.
            let mut byte = [0];
            Held::new(Rc::new(image.clone()), Rc::clone(&disk.places)).read_at(start, &mut byte)?;
        }
        disk.look(&self.looker, image)?;
        let is_complete = disk.found.as_ref().is_some_and(Found::is_complete);
        if is_complete {
            disk.places.clear();
        }
        // What was read for this look and is wanted again will not be had by another one.
        let still_wanted = disk.places.wanted();
        let is_stuck = still_wanted.iter().all(|place| wanted.contains(place));
        Ok(is_complete || is_stuck)
    }

    /// Forgets what was found: something else is known of the disk than before.
    pub fn forget(&mut self, device: DeviceId) {
        self.disks.insert(device, Disk::default());
    }

    /// The image of a disk while it is scanned.
    fn image(&self, device: DeviceId, found: &Scanned, at: u64) -> Option<Image> {
        let size = self.disks.get(device)?.size?;
        let index = found.index(device)?;
        let near = Near { contents: Rc::<Contents>::clone(&self.contents), at };
        Some(Image::new(Rc::new(near), Rc::clone(index), size, false))
    }
}

impl<Told> Default for Disk<Told> {
    /// One of which the start is wanted.
    fn default() -> Self {
        let places = Rc::<Places>::default();
        places.want(0);
        Self { size: None, places, found: None, is_settled: false }
    }
}

impl<Told: Found> Disk<Told> {
    fn look<Looks: Looker<Found = Told>>(
        &mut self,
        looker: &Looks,
        image: Image,
    ) -> Result<(), Looks::Error> {
        let disk = Held::new(Rc::new(image), Rc::clone(&self.places));
        self.found = Some(looker.look(disk)?);
        Ok(())
    }
}

/// The contents of a container that was decoded up to some place: what lies elsewhere is
/// approached by nobody, so that the pass goes on where it stands.
struct Near {
    contents: Rc<dyn ReadAt>,
    at: u64,
}

impl ReadAt for Near {
    fn size(&self) -> Option<u64> {
        self.contents.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.contents.read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.contents.gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.contents.trace(range, into);
    }

    fn approach(&self, range: Range<u64>, _: u64) -> Result<bool, Error> {
        Ok(self.contents.detour(self.at, range.start) == 0)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.contents.detour(from, offset)
    }
}

impl<Looks: Looker> Observer for Passing<Looks> {
    fn see(&mut self, piece: &Piece, taken: &[Taken], found: &Scanned) {
        let Piece::Extent(extent) = piece else { return };
        let (mut came_by, mut is_sought) = (Vec::new(), false);
        let mut taken = taken;
        for run in extent.header.runs() {
            let (of_run, behind) = taken.split_at_checked(run.len()).unwrap_or((taken, &[]));
            taken = behind;
            let ([first, ..], [.., last]) = (run, run) else { continue };
            let disk = self.disks.get(first.device).filter(|_| !came_by.contains(&first.device));
            let places = u64::from(first.cluster.0)..=u64::from(last.cluster.0);
            let behind = places.end().saturating_add(1);
            let ahead = behind..=behind.saturating_add(SOUGHT_AHEAD);
            is_sought |= disk.is_some_and(|disk| disk.places.take_sought(ahead));
            let Some(disk) = disk.filter(|disk| disk.places.wants_any(places)) else { continue };
            let is_there = |taken: &Taken| matches!(taken, Taken::Stored | Taken::Zero);
            let mut there = run.iter().zip(of_run).filter(|(_, taken)| is_there(taken));
            if there.any(|(slot, _)| disk.places.is_wanted(slot.cluster.0.into())) {
                came_by.push(first.device);
            }
        }
        if is_sought {
            self.contents.seek();
        }
        for device in came_by {
            let has_room = self.bytes_held() < KEPT_MAX;
            let image = self.image(device, found, extent.data.end).filter(|_| has_room);
            let Some(image) = image else { continue };
            let Some(disk) = self.disks.get_mut(device) else { continue };
            // An error of the file comes up again in the scan itself, or when the disk
            // is looked at after it.
            let _ = disk.look(&self.looker, image);
        }
    }
}
