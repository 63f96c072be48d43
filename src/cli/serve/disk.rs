//! The disks that are served, and what can be asked of one. They are read on one thread;
//! who serves a client asks through a channel.

use std::sync::mpsc::{Sender, channel};

use vma_inspector::image::Image;
use vma_inspector::image::run::Origin;
use vma_inspector::source::{ReadAt, to_u64, to_usize};

use super::super::output::remark;
use super::super::shown::plainly;
use super::wire::{Errno, allocation};

/// Stretches that are told at once of what is stored, at most: an answer of 512 KiB.
const STRETCHES_MAX: usize = 1 << 16;

/// A disk under its name.
pub(super) struct Disk {
    pub(super) name: String,
    pub(super) image: Image,
}

/// What a client has to know of a disk.
#[derive(Clone, Debug)]
pub(super) struct Export {
    /// Its name in the backup.
    pub(super) name: String,
    /// In bytes.
    pub(super) size: u64,
}

/// A range of a disk, by the disk's place among all that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) disk: usize,
    /// In bytes.
    pub(super) offset: u64,
    /// In bytes.
    pub(super) length: u32,
}

/// Why bytes cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) error: Errno,
    /// The first byte that cannot be had.
    pub(super) offset: u64,
}

/// A stretch of a disk: its length in bytes, and the flags of `base:allocation`.
pub(super) type Stretch = (u32, u32);

/// A question, with the way on which it is answered.
pub(super) enum Question {
    Read(Place, Sender<Result<Vec<u8>, Refusal>>),
    /// What is stored there, of which the first stretch is enough if so it says.
    Stored(Place, bool, Sender<Vec<Stretch>>),
}

/// All disks, and the way to ask for their bytes.
#[derive(Clone)]
pub(super) struct Disks {
    pub(super) exports: Vec<Export>,
    pub(super) questions: Sender<Question>,
}

impl Disks {
    /// The place of the disk of that name. Without a name the only one is meant; `drive-`,
    /// which Proxmox puts before the name of every disk, may be left out.
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        if name.is_empty() {
            return (self.exports.len() == 1).then_some(0);
        }
        let is_it = |export: &Export| {
            let known = export.name.as_bytes();
            known == name || known.strip_prefix(b"drive-") == Some(name)
        };
        self.exports.iter().position(is_it)
    }

    /// The bytes of `place`, all of them.
    pub(super) fn read(&self, place: Place) -> Result<Vec<u8>, Refusal> {
        let (answer, answered) = channel();
        let gone = Refusal { error: Errno::Io, offset: place.offset };
        self.questions.send(Question::Read(place, answer)).map_err(|_| gone)?;
        answered.recv().map_err(|_| gone)?
    }

    /// What of `place` is stored; nothing if nobody answers.
    pub(super) fn stored(&self, place: Place, only_first: bool) -> Vec<Stretch> {
        let (answer, answered) = channel();
        let _ = self.questions.send(Question::Stored(place, only_first, answer));
        answered.recv().unwrap_or_default()
    }
}

impl Question {
    /// Answers it. Who asked may be gone.
    pub(super) fn answer(self, disks: &[Disk]) {
        match self {
            Self::Read(place, answer) => {
                let refused = Err(Refusal { error: Errno::Inval, offset: place.offset });
                let read = disks.get(place.disk).map_or(refused, |disk| read(disk, place));
                let _ = answer.send(read);
            }
            Self::Stored(place, only_first, answer) => {
                let max = if only_first { 1 } else { STRETCHES_MAX };
                let stored = disks.get(place.disk).map(|disk| stored(&disk.image, place, max));
                let _ = answer.send(stored.unwrap_or_default());
            }
        }
    }
}

/// The bytes of a range, if every one of them can be had.
fn read(disk: &Disk, place: Place) -> Result<Vec<u8>, Refusal> {
    let mut bytes = vec![0; to_usize(place.length.into())];
    let refusal = |count| Refusal { error: Errno::Io, offset: place.offset.saturating_add(count) };
    match disk.image.read_at(place.offset, &mut bytes) {
        Ok(count) if count == bytes.len() => Ok(bytes),
        Ok(count) => Err(refusal(to_u64(count))),
        Err(error) => {
            remark(&plainly(&format!("{}: {error}", disk.name)));
            Err(refusal(0))
        }
    }
}

/// The first stretches of a range, at most `max` of them. What is lost counts as stored:
/// who reads it is refused, and who skips zeros does not skip it.
fn stored(image: &Image, place: Place, max: usize) -> Vec<Stretch> {
    let end = place.offset.saturating_add(place.length.into());
    let mut stretches: Vec<Stretch> = Vec::new();
    for run in image.runs(place.offset..end) {
        let flags = match run.origin {
            Origin::Zero => allocation::HOLE_OF_ZEROS,
            Origin::Stored(_) | Origin::Lost | Origin::NotYetKnown => allocation::DATA,
        };
        let length = u32::try_from(run.length).unwrap_or(place.length);
        match stretches.pop() {
            Some((before, known)) if known == flags => {
                stretches.push((before.saturating_add(length), flags));
            }
            last => {
                stretches.extend(last);
                if stretches.len() == max {
                    break;
                }
                stretches.push((length, flags));
            }
        }
    }
    stretches
}
