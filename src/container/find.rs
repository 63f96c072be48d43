//! A container whose first bytes are lost, found by what stands further on.

use std::rc::Rc;

use super::{Container, Contents, Options};
use crate::source::{Error, GapKind, Part, ReadAt, lost_until, read_range, to_u64};

/// Bytes of the source that are looked through.
const SEARCH: u64 = 16 * 1024 * 1024;

/// Bytes of work after which it is looked whether anything came of it.
const STEP: u64 = 1024 * 1024;

/// Bytes of memory that what is tried may keep, twice.
const TRIAL: usize = 1024 * 1024;

/// How a plain archive starts, and each of its extents.
pub(super) const ARCHIVE: &[u8; 4] = b"VMA\0";
const EXTENT: &[u8; 4] = b"VMAE";

/// Bytes of an extent's header, and of a block of its data.
const EXTENT_HEADER: usize = 512;
const BLOCK: usize = 4096;

/// The container that `source` is a part of, if its first bytes do not tell: the
/// one that `hint` names if anything of it can be unpacked, or else any other in
/// which an extent stands: that bytes can be unpacked may be chance.
/// What is a plain archive, by its start or by extents that follow each other,
/// is none.
///
/// # Errors
///
/// The source cannot be read.
pub fn find_inside(
    source: &Rc<dyn ReadAt>,
    hint: Option<Container>,
) -> Result<Option<Container>, Error> {
    let first = read_range(source, 0..4)?;
    if first.is_empty() || first.starts_with(ARCHIVE) {
        return Ok(None);
    }
    // Read once, and kept for all that is tried.
    let end = source.size().unwrap_or(SEARCH).min(SEARCH);
    let start = read_range(source, 0..end)?;
    if has_extents_in_a_row(&start) {
        return Ok(None);
    }
    let start: Rc<dyn ReadAt> = Rc::new(start);
    let all = [Container::Zstd, Container::Lzop, Container::Bzip2, Container::Gzip];
    for container in hint.into_iter().chain(all) {
        let is_named = hint == Some(container);
        let Some(contents) = unpacked(Rc::clone(&start), container)? else { continue };
        if is_named || has_extent(&contents)? {
            return Ok(Some(container));
        }
    }
    Ok(None)
}

/// Whether an extent may stand in `contents`.
fn has_extent(contents: &Contents) -> Result<bool, Error> {
    let mut at = 0;
    loop {
        match contents.approach(at..at.saturating_add(STEP), u64::MAX) {
            Ok(_) => {}
            Err(error) if error.part() == Part::Source => return Err(error),
            Err(_) => return Ok(false),
        }
        if let Some(until) = lost_until(contents, at) {
            at = until;
            continue;
        }
        let bytes = read_range(contents, at..at.saturating_add(STEP))?;
        if bytes.windows(EXTENT.len()).any(|window| window == EXTENT) {
            return Ok(true);
        }
        if bytes.is_empty() {
            return Ok(false);
        }
        // What the end of one piece cuts off is looked at again.
        let tail = if bytes.len() > EXTENT.len() { EXTENT.len() - 1 } else { 0 };
        at = at.saturating_add(to_u64(bytes.len() - tail));
    }
}

/// Whether an extent follows right where another one ends.
fn has_extents_in_a_row(bytes: &[u8]) -> bool {
    let is_extent = |at: usize| bytes.get(at..).is_some_and(|rest| rest.starts_with(EXTENT));
    let starts = (0..bytes.len()).filter(|&at| is_extent(at));
    starts.into_iter().any(|at| {
        let count = at.checked_add(6).and_then(|at| bytes.get(at..)?.first_chunk::<2>());
        let blocks = count.map_or(0, |count| usize::from(u16::from_be_bytes(*count)));
        is_extent(at.saturating_add(EXTENT_HEADER).saturating_add(blocks.saturating_mul(BLOCK)))
    })
}

/// `source` read as `container`, if anything comes out of it.
fn unpacked(source: Rc<dyn ReadAt>, container: Container) -> Result<Option<Contents>, Error> {
    let options = Options { checkpoint_bytes: TRIAL, cache_bytes: TRIAL, ..Options::default() };
    let contents = Contents::new(source, &options, Some(container));
    loop {
        let is_done = match contents.approach(u64::MAX..u64::MAX, STEP) {
            Ok(is_done) => is_done,
            Err(error) if error.part() == Part::Source => return Err(error),
            Err(_) => return Ok(None),
        };
        let size = contents.progress().contents;
        let first = contents.gap(0..size).filter(|gap| gap.kind == GapKind::Lost);
        if size > 0 && first.is_none_or(|gap| gap.start > 0 || gap.end < size) {
            return Ok(Some(contents));
        }
        if is_done {
            return Ok(None);
        }
    }
}
