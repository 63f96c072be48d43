//! A container whose first bytes are lost, found by what stands further on.

use std::rc::Rc;

use super::{Container, Contents, Options};
use crate::source::{Error, GapKind, Part, ReadAt, Window, read_range};

/// Bytes of the source that are looked through.
const SEARCH: u64 = 16 * 1024 * 1024;

/// Bytes of work after which it is looked whether anything came of it.
const STEP: u64 = 1024 * 1024;

/// How a plain archive starts, and each of its extents.
const ARCHIVE: &[u8; 4] = b"VMA\0";
const EXTENT: &[u8; 4] = b"VMAE";

/// Bytes of an extent's header, and of a block of its data.
const EXTENT_HEADER: usize = 512;
const BLOCK: usize = 4096;

/// The container that `source` is a part of, if its first bytes do not tell: the
/// one that `hint` names if anything of it can be unpacked, or else any other.
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
    if has_extents_in_a_row(&read_range(source, 0..source.size().unwrap_or(SEARCH).min(SEARCH))?) {
        return Ok(None);
    }
    let end = source.size().unwrap_or(SEARCH).min(SEARCH);
    let start: Rc<dyn ReadAt> = Rc::new(Window::new(Rc::clone(source), 0..end));
    let all = [Container::Zstd, Container::Lzop, Container::Bzip2, Container::Gzip];
    for container in hint.into_iter().chain(all) {
        if can_be_unpacked(Rc::clone(&start), container)? {
            return Ok(Some(container));
        }
    }
    Ok(None)
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

/// Whether anything comes out of `source` if it is read as `container`.
fn can_be_unpacked(source: Rc<dyn ReadAt>, container: Container) -> Result<bool, Error> {
    let contents = Contents::new(source, &Options::default(), Some(container));
    loop {
        let is_done = match contents.approach(u64::MAX..u64::MAX, STEP) {
            Ok(is_done) => is_done,
            Err(error) if error.part() == Part::Source => return Err(error),
            Err(_) => return Ok(false),
        };
        let size = contents.progress().contents;
        let first = contents.gap(0..size).filter(|gap| gap.kind == GapKind::Lost);
        if size > 0 && first.is_none_or(|gap| gap.start > 0 || gap.end < size) {
            return Ok(true);
        }
        if is_done {
            return Ok(false);
        }
    }
}
