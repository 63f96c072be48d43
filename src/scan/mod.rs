//! The scan: reads every extent header, checks it, and finds out where each
//! cluster of each device is. It reads no data.
//!
//! A scan is stepped: each call does a bounded amount of work, so that a caller
//! can show progress, fetch bytes in between, or stop. A walk goes from header
//! to header and gives [pieces](piece::Piece); a catalogue takes them.

mod again;
mod broken;
mod catalogue;
mod comparing;
mod doubted;
pub mod kept;
mod lookahead;
mod passed_over;
pub mod piece;
mod reread;
mod scanned;
mod scouts;
mod search;
pub mod statistics;
mod stored;
mod successor;
mod walk;
mod watched;
mod zeros;

use core::ops::Range;
use std::rc::Rc;

use self::again::{Copy, Differing, There};
use self::catalogue::{Catalogue, Role};
use self::comparing::Comparing;
use self::doubted::Doubted;
use self::piece::{Observer, Piece};
use self::reread::Reread;
pub use self::scanned::Scanned;
pub use self::scouts::Scouting;
use self::statistics::image_size;
use self::walk::Walk;
use self::watched::Watched;
use crate::archive::Archive;
use crate::archive::header::Header;
use crate::archive::unit::{ArchiveOffset, BlockMask, ClusterNumber, DeviceId};
use crate::container::Contents;
use crate::image::{DoubtFigures, Image};
use crate::source::{Error, GapKind, ReadAt, gaps};

/// A scan in progress, or a finished one.
pub struct Scan {
    contents: Rc<Contents>,
    /// Where an earlier scan is relied on: what images are read from.
    reread: Option<Rc<Reread>>,
    walk: Walk,
    catalogue: Catalogue,
    watched: Watched,
    behind: Behind,
}

/// What is done behind the walk, before anything is called sound.
enum Behind {
    Nothing,
    /// What the walk only stepped over is compared with its checksums.
    Checksums(Comparing),
    /// What derives from contents that went astray is followed.
    Astray(std::vec::IntoIter<Range<u64>>),
    /// Of clusters that stand more than once, the best copy is chosen; copies that
    /// seem equally good are to be compared.
    Choice(std::vec::IntoIter<Copy>, Vec<[Range<u64>; 2]>),
    /// Copies of clusters are compared with each other.
    Copies(Differing),
}

/// Bytes that are decoded in a step to follow what went astray, about.
const WORK_PER_STEP: u64 = 16 << 20;

/// Copies that a step looks at, and that it takes in place of others: the bytes of
/// those may have to be read at once.
const CHOICES_PER_STEP: usize = 4096;
const REPLACED_PER_STEP: u32 = 64;

/// How far a scan has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether it is finished.
    pub done: bool,
    /// Everything before this was looked at.
    pub offset: ArchiveOffset,
    /// Sound extents so far.
    pub extents: u64,
    /// Clusters found so far, of all devices.
    pub clusters: u64,
    /// Findings so far.
    pub findings: u64,
    /// Bytes of contents that were compared with their checksums behind the walk,
    /// and how many there are; `None` before.
    pub compared: Option<(u64, u64)>,
}

impl Scan {
    /// A scan of `archive` that has read nothing yet.
    #[must_use]
    pub fn new(archive: &Archive) -> Self {
        let header = archive.header();
        Self {
            contents: Rc::clone(archive.contents()),
            reread: None,
            walk: Walk::new(archive.contents(), header),
            catalogue: Catalogue::new(header),
            watched: Watched::default(),
            behind: Behind::Nothing,
        }
    }

    /// A finished scan of `archive` that was [kept]: what it found is taken as it
    /// is. Before anything of an extent is read its header is compared with the one
    /// that the scan saw; where it is another, reads fail with
    /// [`ChangedSinceScan`](crate::source::ErrorKind::ChangedSinceScan).
    #[must_use]
    pub fn resume(archive: &Archive, kept: Scanned) -> Self {
        let unread = Self::new(archive);
        let (headers, uuid) = (kept.headers.clone(), archive.header().uuid());
        let contents = Rc::<Contents>::clone(&unread.contents);
        let reread = Some(Rc::new(Reread::new(contents, uuid, headers)));
        let catalogue = Catalogue::finished(archive.header(), kept);
        Self { walk: unread.walk.ended(), catalogue, reread, ..unread }
    }

    /// From now on reads headers far ahead, many at once, where nothing wraps the
    /// archive: for a reader who can fetch what it [wants](Self::wants) together. What
    /// is found does not depend on it.
    pub fn scout(&mut self, scouting: Scouting) {
        self.walk.scout(scouting);
    }

    /// Whether it relies on an earlier scan.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.reread.is_some()
    }

    /// Whether nothing that was read since speaks against it: of a scan that was
    /// kept, that the file is as it was then. What nobody has read is not known.
    #[must_use]
    pub fn holds(&self) -> bool {
        let Some(reread) = &self.reread else { return true };
        !reread.has_changed() && self.contents.all_findings().is_empty()
    }

    /// From now on notes which clusters of `device` it finds, to be
    /// [taken](Self::take_placed) after every step: for who wants to save a
    /// disk in the same pass. Steps are short enough then for what was decoded
    /// in one to be at hand after it.
    pub fn watch(&mut self, device: DeviceId) {
        self.watched.watch(device);
        self.walk.take_short_steps();
    }

    /// Notes no more of what it finds of `device`.
    pub fn unwatch(&mut self, device: DeviceId) {
        self.watched.unwatch(device);
    }

    /// The clusters of watched devices that were found since the last call, the
    /// first copy of each; those without a stored block are left out.
    pub fn take_placed(&mut self) -> Vec<(DeviceId, ClusterNumber)> {
        self.watched.take()
    }

    /// Does a bounded amount of work.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the index outgrows a bound. What was
    /// found before stays.
    pub fn step(&mut self) -> Result<Progress, Error> {
        self.step_with(&mut ())
    }

    /// Does a bounded amount of work, and shows `observer` all that it comes by.
    ///
    /// # Errors
    ///
    /// As [`Self::step`].
    pub fn step_with(&mut self, observer: &mut dyn Observer) -> Result<Progress, Error> {
        if !matches!(self.behind, Behind::Nothing) {
            self.compare()?;
            return Ok(self.progress());
        }
        self.walk.begin_step();
        loop {
            let at = self.walk.position();
            let advanced = self.walk.advance();
            for piece in self.walk.take_pieces() {
                self.take(&piece, observer)?;
            }
            self.walk.announce(self.catalogue.header(), || self.catalogue.begun());
            let goes_on = advanced?;
            self.catalogue.bound_index(at)?;
            if !goes_on {
                return Ok(self.progress());
            }
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let found = self.catalogue.found();
        Progress {
            done: found.done,
            offset: ArchiveOffset(self.walk.position()),
            extents: found.extents.count,
            clusters: found.devices.values().map(|index| index.counts().found()).sum(),
            findings: found.findings.count(),
            compared: match &self.behind {
                Behind::Nothing | Behind::Astray(_) | Behind::Choice(..) => None,
                Behind::Checksums(comparing) => {
                    let progress = comparing.progress();
                    Some((progress.done_bytes, progress.total_bytes))
                }
                Behind::Copies(differing) => Some(differing.progress()),
            },
        }
    }

    /// The ranges of the lowest source that the next step will probably read.
    #[must_use]
    pub fn wants(&self) -> Vec<Range<u64>> {
        match &self.behind {
            Behind::Nothing => self.walk.wants(),
            Behind::Choice(..) | Behind::Astray(_) => Vec::new(),
            Behind::Checksums(comparing) => comparing.wants(&self.contents),
            Behind::Copies(differing) => differing.wants(),
        }
    }

    /// What was found so far.
    #[must_use]
    pub fn found(&self) -> &Scanned {
        self.catalogue.found()
    }

    /// What the archive says of itself, with what the extents have shown where
    /// the header is lost or cannot be believed.
    #[must_use]
    pub fn header(&self) -> &Rc<Header> {
        self.catalogue.header()
    }

    /// Takes a person's word for the size of a device, in bytes, as
    /// [`Archive::assume_size`] does; what is missing of it is counted anew.
    /// Returns whether it was taken.
    pub fn assume_size(&mut self, device: DeviceId, bytes: u64) -> bool {
        self.catalogue.assume_size(device, bytes)
    }

    /// The image of a device, with the clusters that were found so far; `None`
    /// for a device that the header does not declare.
    #[must_use]
    pub fn image(&self, id: DeviceId) -> Option<Image> {
        let device = self.header().device(id)?;
        let found = self.found();
        let index = found.devices.get(id)?;
        let size = image_size(device, index);
        Some(Image::new(self.doubted(), Rc::clone(index), size, found.done))
    }

    /// The bytes of the archive, with what speaks against them.
    #[must_use]
    pub fn doubted(&self) -> Rc<dyn ReadAt> {
        let contents: Rc<dyn ReadAt> = match &self.reread {
            Some(reread) => Rc::<Reread>::clone(reread),
            None => Rc::<Contents>::clone(&self.contents),
        };
        let doubts = &self.found().doubts;
        if doubts.is_empty() {
            return contents;
        }
        Rc::new(Doubted::new(contents, Rc::clone(doubts)))
    }

    /// How much of the image of a device can be read and has something that speaks
    /// against it; nothing as long as the scan is not finished.
    #[must_use]
    pub fn doubt_figures(&self, id: DeviceId) -> DoubtFigures {
        let found = self.found();
        // The image is gone through only where there is something to find.
        let is_any = !found.doubts.is_empty()
            || gaps(&*self.contents, 0..u64::MAX).any(|gap| gap.kind == GapKind::InDoubt);
        let image = self.image(id).filter(|_| found.done && is_any);
        image.map(|image| image.doubt_figures()).unwrap_or_default()
    }

    /// Does some of what is done behind the walk; the scan is finished once nothing
    /// is left.
    fn compare(&mut self) -> Result<(), Error> {
        self.behind = match core::mem::replace(&mut self.behind, Behind::Nothing) {
            Behind::Nothing => Behind::Nothing,
            Behind::Checksums(mut comparing) => {
                let done = comparing.step(&self.contents);
                if !matches!(done, Ok(true)) {
                    self.behind = Behind::Checksums(comparing);
                    return done.map(|_| ());
                }
                self.catalogue.lose(&comparing.newly_lost(&self.contents));
                let astray = self.catalogue.take_astray();
                // Elsewhere nothing derives from what stands before.
                let is_of_use = self.contents.decodes_in_order();
                Behind::Astray(if is_of_use { astray } else { Vec::new() }.into_iter())
            }
            Behind::Astray(mut astray) => {
                let done = match astray.as_slice().first() {
                    None => {
                        let copies = self.catalogue.take_again().into_iter();
                        self.behind = Behind::Choice(copies, Vec::new());
                        return Ok(());
                    }
                    Some(wrong) => self.contents.distrust_step(wrong, WORK_PER_STEP),
                };
                if matches!(done, Ok(true)) {
                    astray.next();
                }
                self.behind = Behind::Astray(astray);
                return done.map(|_| ());
            }
            Behind::Choice(mut copies, mut pairs) => {
                self.choose(&mut copies, &mut pairs)?;
                match copies.as_slice() {
                    [] => Behind::Copies(Differing::new(self.doubted(), pairs)),
                    _ => Behind::Choice(copies, pairs),
                }
            }
            Behind::Copies(mut differing) => {
                let done = differing.step();
                if !matches!(done, Ok(true)) {
                    self.behind = Behind::Copies(differing);
                    return done.map(|_| ());
                }
                self.catalogue.doubt(differing.found());
                self.catalogue.finish();
                Behind::Nothing
            }
        };
        Ok(())
    }

    /// Takes the best copy of some of the clusters that stand more than once. Where
    /// two seem to be equally good and only damage can have put them there, they
    /// have to be compared.
    fn choose(
        &mut self,
        copies: &mut std::vec::IntoIter<Copy>,
        pairs: &mut Vec<[Range<u64>; 2]>,
    ) -> Result<(), Error> {
        let contents = self.doubted();
        let mut odd = Vec::new();
        let mut replaced = 0;
        for copy in copies.by_ref().take(CHOICES_PER_STEP) {
            let index = self.catalogue.found().index(copy.device);
            let first = index.and_then(|index| There::first(&*contents, index, copy.cluster));
            let Some(first) = first else { continue };
            let other = There::of(&*contents, copy.data, copy.mask, copy.lost);
            let are_equal = copy.is_odd && first.is_whole() && other.is_whole();
            // One that is zeros has no bytes to be doubted.
            let is_doubted = are_equal && first.mask == BlockMask::ZERO && first.mask != other.mask;
            if other.is_better_than(&first) || is_doubted {
                self.catalogue.replace(&copy, first, other)?;
                self.watched.note(copy.device, copy.cluster);
                replaced += 1;
            }
            if are_equal && first.mask != other.mask {
                odd.extend([first.bytes(), other.bytes()]);
            } else if are_equal {
                pairs.push([first.bytes(), other.bytes()]);
            }
            if replaced >= REPLACED_PER_STEP {
                break;
            }
        }
        self.catalogue.doubt(odd);
        Ok(())
    }

    fn take(&mut self, piece: &Piece, observer: &mut dyn Observer) -> Result<(), Error> {
        let taken = self.catalogue.take(piece)?;
        match piece {
            Piece::Archive { at, header } => {
                let role = self.catalogue.role(*at, header);
                self.walk.go_on(role == Role::Foreign);
            }
            // Where the end is not known, the rest was not looked at.
            Piece::End if self.contents.size().is_some() => {
                self.behind = Behind::Checksums(Comparing::new(&self.contents));
            }
            Piece::End => self.catalogue.finish(),
            Piece::Place(_) | Piece::Extent(_) | Piece::Gap(_) => {}
        }
        self.watched.see(piece, &taken, self.catalogue.found());
        observer.see(piece, &taken, self.catalogue.found());
        Ok(())
    }
}
