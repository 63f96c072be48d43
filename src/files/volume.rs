//! A file system of a disk, to be asked.

use core::ops::Range;
use std::rc::Rc;

use super::cache::Cache;
use super::locating::Place;
use crate::file_system::{
    Fault, FaultKind, FileSystem, Kind, NodeId, Open, Result, Stream, Subvolume,
};
use crate::source::{Error, Gap, ReadAt, gaps};

/// Opens a file system, in as many attempts as it takes.
pub struct Opening {
    cache: Rc<Cache>,
    kind: Kind,
    open: Open,
}

impl Opening {
    /// Of the file system at `place`, by `open`, which knows all file systems or some.
    #[must_use]
    pub fn new(place: Place, open: Open) -> Self {
        Self { cache: Rc::new(Cache::new(place.source)), kind: place.kind, open }
    }

    /// Opens it; `None` if something has to be fetched first.
    ///
    /// # Errors
    ///
    /// It is not read in this form, or what it needs is lost, in doubt or corrupt.
    pub fn attempt(&self) -> Result<Option<Volume>> {
        self.cache.attempt(|| {
            let source: Rc<dyn ReadAt> = Rc::<Cache>::clone(&self.cache);
            let system = (self.open)(&source, self.kind)?;
            let subvolumes = match system.subvolumes() {
                Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
                found => found.unwrap_or_default(),
            };
            Ok(Volume { cache: Rc::clone(&self.cache), source, system, subvolumes })
        })
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

    /// About how many bytes have to be decoded to come to what is wanted; also of what is
    /// wanted later, once it is open.
    #[must_use]
    pub fn distance(&self) -> u64 {
        self.cache.distance()
    }
}

/// How often a file system is asked where a file lies: each time it looks at some thousands
/// of its runs.
const LOOKS_MAX: usize = 1024;

/// An open file system.
pub struct Volume {
    cache: Rc<Cache>,
    source: Rc<dyn ReadAt>,
    system: Rc<dyn FileSystem>,
    subvolumes: Vec<Subvolume>,
}

impl Volume {
    /// Asks the file system; `None` if something has to be fetched first. What is asked
    /// does a bounded amount of work.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn attempt<Made>(
        &self,
        ask: impl FnOnce(&dyn FileSystem) -> Result<Made>,
    ) -> Result<Option<Made>> {
        self.cache.attempt(|| ask(&*self.system))
    }

    /// As [`Opening::fetch`].
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn fetch(&self, work_max: u64) -> core::result::Result<bool, Error> {
        self.cache.fetch(work_max)
    }

    /// The ranges of the lowest source that [`fetch`](Self::fetch) will read: a hint.
    #[must_use]
    pub fn wants(&self) -> Vec<Range<u64>> {
        self.cache.wants()
    }

    /// What something is wanted for is given up.
    pub fn give_up(&self) {
        self.cache.give_up();
    }

    /// The file system, for what reads nothing.
    #[must_use]
    pub fn system(&self) -> &dyn FileSystem {
        &*self.system
    }

    /// Its subvolumes; none where the list of them cannot be had.
    #[must_use]
    pub fn subvolumes(&self) -> &[Subvolume] {
        &self.subvolumes
    }

    /// Whether anything ever had to be waited for: then nothing is read twice that need not be.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.cache.is_slow()
    }

    /// Blocks that are kept, of [`BLOCK`](super::cache::BLOCK) bytes.
    #[must_use]
    pub fn blocks_held(&self) -> usize {
        self.cache.blocks_held()
    }

    /// The first gap in what a file's contents or a stream of it are stored in; `None` in the outer one if
    /// something has to be fetched first.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn gap(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        range: Range<u64>,
    ) -> Result<Option<Option<Gap>>> {
        self.attempt(|system| {
            let mut at = range.start;
            for _ in 0..LOOKS_MAX {
                let places = system.places(id, stream, at..range.end)?;
                let gap = places.pieces.into_iter().find_map(|place| self.gaps(place).next());
                match places.next.filter(|&next| gap.is_none() && next > at) {
                    Some(next) => at = next,
                    None => return Ok(gap),
                }
            }
            Err(Fault::new(FaultKind::TooLarge, "pieces of a file"))
        })
    }

    /// The gaps in a stretch of what the file system stands on.
    pub fn gaps(&self, place: Range<u64>) -> impl Iterator<Item = Gap> {
        gaps(&*self.source, place)
    }

    /// Whether none of its bytes is lost, in doubt or not yet known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.gaps(0..self.source.size().unwrap_or(u64::MAX)).next().is_none()
    }

    /// The ranges of the lowest source that a read of a file's contents asks for, as far
    /// as that is known at once: a hint.
    #[must_use]
    pub fn trace(&self, id: NodeId, range: Range<u64>) -> Vec<Range<u64>> {
        let mut wanted = Vec::new();
        if let Ok(Some(places)) = self.attempt(|system| system.places(id, Stream::Contents, range))
        {
            for place in places.pieces {
                self.source.trace(place, &mut wanted);
            }
        }
        self.give_up();
        wanted
    }
}
