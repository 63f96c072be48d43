//! A file from front to back, and parts of it as far as they can be had.

use super::{Step, Volume};
use crate::file_system::{Fault, FaultKind, NodeId, Result, Stream};
use crate::source::{to_u64, to_usize};

/// Bytes that a step reads: of a backup's file, what lies side by side in it is one read.
const STEP: usize = 4 << 20;

/// Bytes by which it is told where in a part a fault begins.
const PIECE: u64 = 4096;

/// The contents of a file, read in order.
pub struct Contents {
    id: NodeId,
    size: u64,
    at: u64,
}

impl Contents {
    /// Of a file that claims to have `size` bytes.
    #[must_use]
    pub fn new(id: NodeId, size: u64) -> Self {
        Self { id, size, at: 0 }
    }

    /// Adds the next bytes to `into`, 4 MiB at most; done once the file has ended and has
    /// had its size.
    ///
    /// # Errors
    ///
    /// Those of the file system: then nothing is added. [`Corrupt`](FaultKind::Corrupt) if
    /// the file does not end where it says.
    pub fn step(&mut self, volume: &Volume, into: &mut Vec<u8>) -> Result<Step> {
        let left = self.size.saturating_sub(self.at);
        if left == 0 {
            return Ok(Step::Done);
        }
        let length = to_usize(left).min(STEP);
        let start = into.len();
        into.resize(start.saturating_add(length), 0);
        let room = into.get_mut(start..).unwrap_or(&mut []);
        let (id, at) = (self.id, self.at);
        let read = volume.attempt(|system| system.read_at(id, Stream::Contents, at, room));
        let count = read.as_ref().map_or(0, |count| count.unwrap_or(0));
        into.truncate(start.saturating_add(count));
        if read?.is_none() {
            return Ok(Step::Wanting);
        }
        self.at = self.at.saturating_add(to_u64(count));
        if count < length {
            into.truncate(start);
            let about = format!("it ends at {:#x} of {:#x}", self.at, self.size);
            return Err(Fault::new(FaultKind::Corrupt, about));
        }
        Ok(if self.at < self.size { Step::GoesOn } else { Step::Done })
    }

    /// Bytes that were read, and in all.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.at, self.size)
    }

    /// Which file it is.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }
}

/// Fills `buffer` with the bytes of a file from `offset` on as far as they can be had:
/// how many there are, and what ended them before the file's end. `None` if something has
/// to be fetched first.
///
/// # Errors
///
/// The source below cannot be read.
pub fn read_as_far(
    volume: &Volume,
    id: NodeId,
    stream: Stream<'_>,
    offset: u64,
    buffer: &mut [u8],
) -> Result<Option<(usize, Option<Fault>)>> {
    match volume.attempt(|system| system.read_at(id, stream, offset, buffer)) {
        Ok(count) => return Ok(count.map(|count| (count, None))),
        Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
        Err(_) => {}
    }
    let mut done = 0;
    while done < buffer.len() {
        let at = offset.saturating_add(to_u64(done));
        let count = to_usize(PIECE - at % PIECE).min(buffer.len().saturating_sub(done));
        let room = buffer.get_mut(done..done.saturating_add(count)).unwrap_or(&mut []);
        match volume.attempt(|system| system.read_at(id, stream, at, room)) {
            Ok(None) => return Ok(None),
            Ok(Some(read)) => {
                done = done.saturating_add(read);
                if read < count {
                    break;
                }
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Err(fault) => return Ok(Some((done, Some(fault)))),
        }
    }
    Ok(Some((done, None)))
}
