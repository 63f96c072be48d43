//! Files that are something else, refused as what they are.
//!
//! What is packed or encrypted in a way that is not read here, or the image of a disk,
//! may hold whole extents of an archive as they were, and be none: it is told by its
//! first bytes, before anything is searched for. Damage may put any bytes at the start
//! of an archive: what [has an archive at its proper place](has_archive) is never
//! turned away. All else that is known is named only once a search came to nothing.

use std::rc::Rc;

use uuid::Uuid;

use crate::archive::extent;
use crate::archive::header::{FIXED_SIZE, HEADER_SIZE_MAX, Header, MAGIC, Standing};
use crate::archive::salvage::{SEARCH_MAX, WINDOW, approach, is_followed, sound_extent};
use crate::container::{Container, Contents, End};
use crate::foreign;
use crate::source::{
    Error, ErrorKind, Foreign, Gap, Part, ReadAt, gaps, lost_until, read_range, to_u64,
};

/// Bytes that tell an archive or a container.
const TOLD_BY: u64 = 6;

/// What extents are aligned to: headers have a size that is a multiple of it, and so
/// have extents.
const ALIGNMENT: u64 = 512;
const SECTOR: usize = 512;

/// Extents of which it is looked what follows them: each may mean decoding back and
/// forth.
const TRIALS_MAX: u32 = 64;

/// Refuses a file that is no container that is read, and something else for sure.
///
/// # Errors
///
/// It is, or it cannot be read.
pub(super) fn file(source: &Rc<dyn ReadAt>) -> Result<(), Error> {
    let first = read_range(source, 0..TOLD_BY)?;
    if first.is_empty() || first.starts_with(&MAGIC) || Container::recognise(&first).is_some() {
        return Ok(());
    }
    match foreign::at_start(source, u64::MAX)? {
        Some(found) if !has_archive(source)? => Err(refusal(None, found)),
        _ => Ok(()),
    }
}

/// Refuses what comes out of a container, if it is something else for sure.
///
/// # Errors
///
/// It is, or the source cannot be read, or nothing comes out of it for too long.
pub(super) fn contents(source: &Rc<dyn ReadAt>, contents: &Contents) -> Result<(), Error> {
    let Some(container) = contents.container() else { return Ok(()) };
    let is_patch = || Ok(container == Container::Zstd && foreign::is_zstd_patch(source)?);
    if let Err(error) = approach(contents, 0) {
        return Err(if is_patch()? { refusal(None, Foreign::ZstdPatch) } else { error });
    }
    let first = read_range(contents, 0..TOLD_BY)?;
    if first.starts_with(&MAGIC) {
        return Ok(());
    }
    let inside = match Container::recognise(&first) {
        Some(inner) => Some(Foreign::PackedAgain { by: inner.name() }),
        None => foreign::at_start(contents, SEARCH_MAX)?,
    };
    let refusal = match inside {
        Some(found) => refusal(Some(contents), found),
        None if is_patch()? => refusal(None, Foreign::ZstdPatch),
        None => return Ok(()),
    };
    if has_archive(contents)? { Ok(()) } else { Err(refusal) }
}

/// `error`, or what the file or its contents are, if no archive was found in them and
/// that is known.
pub(super) fn after_search(source: &Rc<dyn ReadAt>, contents: &Contents, error: Error) -> Error {
    if contents.container().is_some() && matches!(error.kind(), ErrorKind::Empty) {
        return nothing(contents);
    }
    if !matches!(error.kind(), ErrorKind::NotVma { .. } | ErrorKind::NothingSound { .. }) {
        return error;
    }
    let found = match contents.container() {
        None => named(source, u64::MAX, None),
        Some(_) => named(source, u64::MAX, None)
            .transpose()
            .or_else(|| named(contents, SEARCH_MAX, Some(contents)).transpose())
            .transpose(),
    };
    match found {
        Ok(Some(refusal)) | Err(refusal) => refusal,
        Ok(None) => error,
    }
}

/// What is told of a container from which not one byte comes.
fn nothing(contents: &Contents) -> Error {
    let ends: Vec<_> = contents.layers().iter().map(|layer| layer.progress().end).collect();
    match ends.iter().find(|&&end| end != Some(End::Complete)) {
        None => refusal(Some(contents), Foreign::Nothing),
        Some(&end) => {
            let kind = ErrorKind::NothingUnpacked { is_cut: end == Some(End::Cut) };
            Error::new(Part::Container, 0, kind)
        }
    }
}

/// A refusal of `source`, if what it is has a name. A file that is told as a container
/// by its first bytes is that.
fn named(
    source: &dyn ReadAt,
    reach: u64,
    contents: Option<&Contents>,
) -> Result<Option<Error>, Error> {
    if Container::recognise(&read_range(source, 0..TOLD_BY)?).is_some() {
        return Ok(None);
    }
    let found = foreign::after_search(source, reach)?;
    Ok(found.map(|found| refusal(contents, found)))
}

/// That something else was found: the file, or what comes out of `contents`.
fn refusal(contents: Option<&Contents>, found: Foreign) -> Error {
    let part = if contents.is_some() { Part::Container } else { Part::Source };
    let layers = contents.map(Contents::layers).unwrap_or_default();
    let packed_by = layers.iter().filter_map(|layer| layer.container()).map(Container::name);
    let packed_by = packed_by.collect();
    Error::new(part, 0, ErrorKind::Foreign { found, packed_by })
}

/// Whether an archive stands in `source` at its proper place, whatever its first bytes
/// are: a header whose checksum agrees with the magic put right, or sound extents of
/// one archive of which each begins where the one before ends. The first of these
/// begins where the header says, or where any header of a size that is read may end:
/// in blocks that xz, 7z or lz4 store, extents are displaced by the blocks' headers,
/// and up to there by less than would be aligned again.
fn has_archive(source: &dyn ReadAt) -> Result<bool, Error> {
    let fixed = read_range(source, 0..FIXED_SIZE.into())?;
    let stated = fixed.get(0x38..0x3c).and_then(|bytes| bytes.first_chunk());
    let size = stated.map_or(0, |bytes| u32::from_be_bytes(*bytes));
    if (FIXED_SIZE..=HEADER_SIZE_MAX).contains(&size) {
        let bytes = read_range(source, 0..size.into())?;
        let uuid = bytes.get(8..24).and_then(|bytes| Uuid::from_slice(bytes).ok());
        let header = Header::mended(&bytes, uuid.unwrap_or_default(), size);
        let is_proven = header.is_some_and(|header| header.standing() == Standing::Mended);
        if is_proven || has_extents(source, size.into())? {
            return Ok(true);
        }
    }
    let (mut at, mut trials) = (0_u64, TRIALS_MAX);
    while at < u64::from(HEADER_SIZE_MAX) && approach(source, at).is_ok() {
        if let Some(until) = lost_until(source, at) {
            at = aligned(until);
            continue;
        }
        let end = at.saturating_add(WINDOW);
        let hole = gaps(source, at..end).find(Gap::stops_reads);
        let bytes = read_range(source, at..hole.map_or(end, |hole| hole.start))?;
        for (place, start) in (at..).step_by(SECTOR).zip(bytes.chunks(SECTOR)) {
            if !start.starts_with(&extent::MAGIC) || trials == 0 {
                continue;
            }
            trials = trials.saturating_sub(1);
            if has_extents(source, place)? {
                return Ok(true);
            }
        }
        if bytes.is_empty() {
            return Ok(false);
        }
        at = aligned(at.saturating_add(to_u64(bytes.len())));
    }
    Ok(false)
}

/// The first place from `at` on where an extent may begin.
fn aligned(at: u64) -> u64 {
    at.checked_next_multiple_of(ALIGNMENT).unwrap_or(u64::MAX)
}

/// Whether a sound extent stands at `at`, and another one of the same archive, or the
/// end, right behind it.
fn has_extents(source: &dyn ReadAt, at: u64) -> Result<bool, Error> {
    match sound_extent(source, at)? {
        Some(extent) => is_followed(source, at, &extent),
        None => Ok(false),
    }
}
