//! A file from front to back, and parts of it as far as they can be had.

use core::ops::Range;
use std::rc::Rc;

use super::{Step, Volume};
use crate::file_system::{Fault, FaultKind, Name, NodeId, Result, Stream};
use crate::source::{to_u64, to_usize};

/// Bytes that a step reads: of a backup's file, what lies side by side in it is one read.
const STEP: usize = 4 << 20;

/// Bytes by which it is told where in a part a fault begins.
const PIECE: u64 = 4096;

/// The contents of a file, or some ranges of them, read in order.
pub struct Contents {
    id: NodeId,
    /// Which stream of it, if not the contents.
    stream: Option<Name>,
    /// Of the file.
    size: u64,
    /// What is read.
    ranges: Rc<[Range<u64>]>,
    /// In which of these it is, and how far; and what was read before it.
    range: usize,
    at: u64,
    read: u64,
}

impl Contents {
    /// Of a file that claims to have `size` bytes.
    #[must_use]
    pub fn new(id: NodeId, size: u64) -> Self {
        Self::of_ranges(id, None, size, None)
    }

    /// Of a stream beside a file's contents, of `size` bytes.
    #[must_use]
    pub fn of_stream(id: NodeId, stream: Name, size: u64) -> Self {
        Self::of_ranges(id, Some(stream), size, None)
    }

    /// Of a file, or a stream of it, of which `ranges` are wanted: in order, and none of them
    /// empty; or all of it.
    #[must_use]
    pub(super) fn of_ranges(
        id: NodeId,
        stream: Option<Name>,
        size: u64,
        ranges: Option<Rc<[Range<u64>]>>,
    ) -> Self {
        let whole = 0..size;
        let ranges = ranges.unwrap_or_else(|| [whole].into());
        let at = ranges.first().map_or(size, |range| range.start);
        Self { id, stream, size, ranges, range: 0, at, read: 0 }
    }

    /// The same from the start.
    #[must_use]
    pub(super) fn again(&self) -> Self {
        let ranges = Some(Rc::clone(&self.ranges));
        Self::of_ranges(self.id, self.stream.clone(), self.size, ranges)
    }

    /// Adds the next bytes to `into`, 4 MiB at most; done once the file has ended and has
    /// had its size.
    ///
    /// # Errors
    ///
    /// Those of the file system: then nothing is added. [`Corrupt`](FaultKind::Corrupt) if
    /// the file does not end where it says.
    pub fn step(&mut self, volume: &Volume, into: &mut Vec<u8>) -> Result<Step> {
        let end = self.ranges.get(self.range).map_or(0, |range| range.end);
        let left = end.saturating_sub(self.at);
        if left == 0 {
            return Ok(Step::Done);
        }
        let length = to_usize(left).min(STEP);
        let start = into.len();
        into.resize(start.saturating_add(length), 0);
        let room = into.get_mut(start..).unwrap_or(&mut []);
        let (id, at) = (self.id, self.at);
        let stream = self.stream.as_ref().map_or(Stream::Contents, Stream::Named);
        let read = volume.attempt(|system| system.read_at(id, stream, at, room));
        let count = read.as_ref().map_or(0, |count| count.unwrap_or(0));
        into.truncate(start.saturating_add(count));
        if read?.is_none() {
            return Ok(Step::Wanting);
        }
        self.at = self.at.saturating_add(to_u64(count));
        self.read = self.read.saturating_add(to_u64(count));
        if count < length {
            into.truncate(start);
            let about = format!("it ends at {:#x} of {:#x}", self.at, self.size);
            return Err(Fault::new(FaultKind::Corrupt, about));
        }
        if self.at < end {
            return Ok(Step::GoesOn);
        }
        self.range = self.range.saturating_add(1);
        let Some(next) = self.ranges.get(self.range) else { return Ok(Step::Done) };
        self.at = next.start;
        Ok(Step::GoesOn)
    }

    /// Bytes that were read, and the file's size.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.read, self.size)
    }

    /// Where in the file it is.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
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
