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
    let starts = bytes.windows(START.len()).enumerate();
    starts.filter(|(_, bytes)| *bytes == START).map(|(at, _)| at).take(STARTS_MAX).collect()
}

/// The first sound extent header of archive `uuid` that lies wholly in `bytes`.
pub(super) fn find_sound_extent(bytes: &[u8], uuid: Uuid) -> Option<Sound> {
    let first = *extent::MAGIC.first()?;
    let mut from = 0;
    while let Some(rest) = bytes.get(from..) {
        let at = from + rest.iter().position(|&byte| byte == first)?;
        let candidate = bytes.get(at..).and_then(|rest| rest.first_chunk::<HEADER_LENGTH>())?;
        if candidate.starts_with(&extent::MAGIC) {
            let header = ExtentHeader::parse(candidate);
            if header.faults(uuid).is_empty() {
                return Some(Sound { at, header });
            }
        }
        from = at + 1;
    }
    None
}
