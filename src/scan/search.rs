//! Looks for sound headers in bytes.

use uuid::Uuid;

use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH};
use crate::archive::header::START;

/// Places in one step of a search where an archive header may start that are
/// looked at, at most.
const STARTS_MAX: usize = 16;

/// A sound extent header.
pub(super) struct Sound {
    /// Where it starts in the bytes that were searched.
    pub(super) at: usize,
    /// It.
    pub(super) header: ExtentHeader,
}

/// Where in `bytes` the headers of archives may start; not all, if there are many.
pub(super) fn find_starts(bytes: &[u8]) -> Vec<usize> {
    let [first, ..] = START;
    let may = memchr::memchr_iter(first, bytes);
    may.filter(|&at| begins_with(bytes, at, &START)).take(STARTS_MAX).collect()
}

/// The first sound extent header of archive `uuid` that lies wholly in `bytes`.
pub(super) fn find_sound_extent(bytes: &[u8], uuid: Uuid) -> Option<Sound> {
    let [first, ..] = extent::MAGIC;
    let may = memchr::memchr_iter(first, bytes);
    may.filter(|&at| begins_with(bytes, at, &extent::MAGIC)).find_map(|at| {
        let candidate = bytes.get(at..)?.first_chunk::<HEADER_LENGTH>()?;
        let header = ExtentHeader::parse(candidate);
        header.faults(uuid).is_empty().then_some(Sound { at, header })
    })
}

/// Whether what stands at `at` in `bytes` is `magic`.
fn begins_with(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(magic))
}
