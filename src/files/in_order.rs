//! What a folder names, in the order in which it is stored.
//!
//! The order of a directory is that of names, or of their hashes. Who reads thousands of
//! files in it comes to each stretch of the disk again and again.

use super::{Step, Volume};
use crate::file_system::{Fault, FaultKind, FileSystem, NodeId, Result, Stream};
use crate::source::sort_by_number;

/// Files of which it is asked at once where they are stored: what is wanted for them has to
/// fit into what may be held.
const TOGETHER: usize = 256;

/// Something that is to be read.
pub(super) struct Found {
    pub(super) id: NodeId,
    /// Its path, and how many folders its own is in.
    pub(super) path: Vec<u8>,
    pub(super) depth: usize,
    pub(super) is_folder: bool,
    /// Where its first byte is stored, once that is known; 0 where it is not, or nowhere.
    pub(super) place: u64,
}

/// Things that are put in order.
pub(super) struct InOrder {
    found: Vec<Found>,
    /// How many of them it is known of where they are stored.
    done: usize,
}

impl InOrder {
    pub(super) fn new(volume: &Volume, mut found: Vec<Found>) -> Self {
        // What says where they are stored is read in its own order.
        sort_by_number(&mut found, |one| volume.system().order(one.id));
        sort_by_number(&mut found, |one| one.is_folder.into());
        Self { found, done: 0 }
    }

    /// Asks for more of them where they are stored.
    ///
    /// # Errors
    ///
    /// The source below cannot be read.
    pub(super) fn step(&mut self, volume: &Volume) -> Result<Step> {
        let rest = self.found.get_mut(self.done..).unwrap_or_default();
        let (part, _) = rest.split_at_mut(rest.len().min(TOGETHER));
        // What a folder holds lies elsewhere.
        if part.first().is_none_or(|first| first.is_folder) {
            return Ok(Step::Done);
        }
        let count = part.len();
        let asked = volume.attempt(|system| {
            part.iter_mut().try_for_each(|one| {
                one.place = place(system, one.id)?;
                Ok(())
            })
        });
        match asked {
            Ok(None) => return Ok(Step::Wanting),
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            // What cannot be had is told when it is read.
            Ok(Some(())) | Err(_) => self.done = self.done.saturating_add(count),
        }
        Ok(Step::GoesOn)
    }

    /// All of them: the last one first, folders before files.
    pub(super) fn into_last_first(mut self) -> impl Iterator<Item = Found> {
        sort_by_number(&mut self.found, |one| one.place);
        sort_by_number(&mut self.found, |one| one.is_folder.into());
        self.found.into_iter().rev()
    }
}

/// Where the first byte of a file is stored.
fn place(system: &dyn FileSystem, id: NodeId) -> Result<u64> {
    match system.places(id, Stream::Contents, 0..1) {
        Ok(places) => Ok(places.pieces.first().map_or(0, |place| place.start)),
        Err(fault @ Fault { kind: FaultKind::Source(_), .. }) => Err(fault),
        Err(_) => Ok(0),
    }
}
