//! A file that is being read for an archive.

use super::Volume;
use super::contents::Contents;
use super::member::Member;
use super::stored::Stored;
use crate::file_system::{Fault, FaultKind, Result};
use crate::source::GapKind;

/// Bytes of a file that is read as a whole before its header is written.
const SMALL: u64 = 8 << 20;

/// A file that is being read.
pub(super) struct Reading {
    pub(super) member: Member,
    pub(super) contents: Contents,
    pub(super) how: How,
}

/// For what it is read.
pub(super) enum How {
    /// All of it, before its header is written.
    Whole(Vec<u8>),
    /// For the first time, to see that it can be.
    Check,
    /// Its header is written.
    Copy,
}

impl Reading {
    /// A file of which it is known what is stored.
    pub(super) fn new(member: Member) -> Self {
        let (id, size) = (member.node.id, member.node.size);
        let (stream, ranges) = (member.stream.clone(), member.ranges.clone());
        let contents = Contents::of_ranges(id, stream, size, ranges);
        let is_small = member.stored() <= SMALL;
        let how = if is_small { How::Whole(Vec::new()) } else { How::Check };
        Self { member, contents, how }
    }

    /// From the start, with its header written.
    pub(super) fn copied(self) -> Self {
        Self { contents: self.contents.again(), how: How::Copy, ..self }
    }
}

/// A file of which it is looked what is stored.
pub(super) struct Looking {
    pub(super) member: Member,
    pub(super) stored: Stored,
}

/// Why a file's bytes cannot be had, as far as is known of where they are stored; `None` in
/// the outer one if something has to be fetched first.
///
/// # Errors
///
/// Those of the file system.
pub(super) fn known_gap(volume: &Volume, member: &Member) -> Result<Option<Option<Fault>>> {
    let (id, size) = (member.node.id, member.node.size);
    let Some(gap) = volume.gap(id, member.bytes(), 0..size)? else { return Ok(None) };
    let fault = gap.map(|gap| {
        let kind = match gap.kind {
            GapKind::Lost => FaultKind::Lost,
            GapKind::InDoubt => FaultKind::InDoubt,
            GapKind::NotYetKnown => FaultKind::NotYetKnown,
        };
        Fault::new(kind, "where its bytes are stored")
    });
    Ok(Some(fault))
}
