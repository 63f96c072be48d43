//! The start of an archive whose header is damaged, displaced or lost.
//!
//! Extents prove themselves sound by a checksum of their own, and carry the
//! archive's UUID. One of them is enough to read an archive without a header,
//! and often enough to put a damaged header right. The search for it is
//! bounded, so that a file that is no archive is refused soon.

use uuid::Uuid;

use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH};
use crate::archive::finding::FindingKind;
use crate::archive::header::{FIXED_SIZE, HEADER_SIZE_MAX, Header, START, Standing};
use crate::container::{ContainerFinding, Contents};
use crate::source::{
    Error, ErrorKind, Gap, Part, ReadAt, Severity, gaps, lost_until, read_range, to_u64,
};

/// Bytes of contents in which a sound extent, or a sound header, is looked
/// for. Two extents of the largest size and a header of the largest that is
/// read fit into it.
pub const SEARCH_MAX: u64 = 16 << 20;

/// Bytes that are read and decoded, at most, to open a container whose start
/// is damaged.
const APPROACH_MAX: u64 = 256 << 20;

/// Bytes that are looked at in one go.
pub(super) const WINDOW: u64 = 1 << 20;

/// Headers, and successors of extents, that are looked at: each may mean
/// decoding back and forth.
const TRIALS_MAX: u32 = 64;

/// Archives whose first extents are told apart.
const CANDIDATES_MAX: usize = 16;

/// Reads the header of the archive that `contents` hold, or makes up for it;
/// with the bytes that stand where it should be.
///
/// # Errors
///
/// As [`Archive::open`](crate::archive::Archive::open): what is wrong with the
/// header, if nothing sound makes up for it.
pub(crate) fn read_header(
    contents: &Contents,
    first_read: u64,
) -> Result<(Header, Vec<u8>), Error> {
    approach(contents, 0)?;
    let bytes = stated_bytes(contents, first_read)?;
    let header = match parse_stated(contents, &bytes) {
        Ok(header) if header.is_trusted() => header,
        Err(error) if !is_about_header(&error) => return Err(error),
        stated => match mend(contents, &stated)? {
            Some(mended) => mended,
            None => stated.map_err(|error| blamed(contents, error))?,
        },
    };
    Ok((header, bytes))
}

/// The header where it should be, by its own word.
fn parse_stated(contents: &Contents, bytes: &[u8]) -> Result<Header, Error> {
    if let Some(until) = lost_until(contents, 0).filter(|_| bytes.is_empty()) {
        return Err(Error::new(Part::Container, 0, ErrorKind::ContainerDamaged { until }));
    }
    Header::parse(bytes)
}

/// The bytes of what stands where the header should be: as many as it claims
/// to have, as far as they are there.
fn stated_bytes(contents: &Contents, first_read: u64) -> Result<Vec<u8>, Error> {
    let bytes = read_range(contents, 0..first_read)?;
    match Header::claimed_size(&bytes) {
        Ok(claimed) if u64::from(claimed) > first_read => {
            read_range(contents, 0..u64::from(claimed))
        }
        _ => Ok(bytes),
    }
}

/// Whether `error` says that there is no header that can be read, so that it
/// is worth looking for something else that is sound.
fn is_about_header(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotVma { .. }
            | ErrorKind::HeaderSize { .. }
            | ErrorKind::HeaderCut { .. }
            | ErrorKind::VersionUnsupported { .. }
            | ErrorKind::ContainerDamaged { .. }
    )
}

/// `error`, unless the container is to blame: what came out of it, if anything
/// did, is not what went in.
fn blamed(contents: &Contents, error: Error) -> Error {
    let is_damage = |finding: &ContainerFinding| finding.severity() == Severity::Damage;
    if !contents.all_findings().iter().any(|(_, finding)| is_damage(finding)) {
        return error;
    }
    let searched = contents.size().unwrap_or(SEARCH_MAX).min(SEARCH_MAX);
    Error::new(Part::Container, 0, ErrorKind::NothingSound { searched })
}

/// A better header than the one that is `stated`, if something sound is found
/// to make it from.
#[inline(never)]
fn mend(contents: &Contents, stated: &Result<Header, Error>) -> Result<Option<Header>, Error> {
    let own = stated.as_ref().ok().map(Header::uuid);
    let (at, extent) = match find_start(contents, own)? {
        Some(Start::Header(header)) => return Ok(Some(*header)),
        Some(Start::Extent(at, extent)) => (at, extent),
        _ => return Ok(None),
    };
    let there = match u32::try_from(at).ok().filter(|&at| at >= FIXED_SIZE) {
        Some(at) => read_range(contents, 0..u64::from(at.min(HEADER_SIZE_MAX)))?,
        None => Vec::new(),
    };
    let size = u32::try_from(at).unwrap_or(HEADER_SIZE_MAX).min(HEADER_SIZE_MAX);
    let stated_uuid = there.get(8..24).and_then(|bytes| Uuid::from_slice(bytes).ok());
    let stated_size = there.get(0x38..0x3c).and_then(|bytes| bytes.first_chunk::<4>());
    let stated_size = stated_size.map_or(size, |bytes| u32::from_be_bytes(*bytes));
    let uuid = extent.uuid();
    let trials = [
        (stated_uuid.unwrap_or(uuid), size),
        (uuid, size),
        (uuid, stated_size),
        (stated_uuid.unwrap_or(uuid), stated_size),
    ];
    for (uuid, size) in trials {
        let mended = Header::mended(&there, uuid, size);
        if let Some(header) = mended.filter(|header| header.standing() == Standing::Mended) {
            return Ok(Some(header));
        }
    }
    Ok(match stated {
        Ok(header) if header.uuid() == uuid || !is_followed(contents, at, &extent)? => None,
        Ok(header) => Header::mended(&there, uuid, header.header_size()),
        Err(error) if matches!(error.kind(), ErrorKind::VersionUnsupported { .. }) => None,
        Err(_) => {
            let mended = Header::mended(&there, uuid, size);
            let believable = mended.filter(|header| holds_together(header, &extent));
            Some(believable.unwrap_or_else(|| Header::lost(uuid, at)))
        }
    })
}

/// Whether the tables of a header whose checksum does not agree make sense:
/// every pointer leads to where it should, and the devices that a sound extent
/// names are declared.
fn holds_together(header: &Header, extent: &ExtentHeader) -> bool {
    let is_odd = |kind: &FindingKind| {
        !matches!(
            kind,
            FindingKind::HeaderMd5Mismatch { .. } | FindingKind::HeaderFieldWrong { .. }
        )
    };
    let is_sound = !header.findings().iter().any(|finding| is_odd(&finding.kind));
    let knows = extent.slots().iter().all(|slot| header.device(slot.device).is_some());
    is_sound && knows && !(header.devices().is_empty() && header.configs().is_empty())
}

/// Something sound at the start of an archive.
enum Start {
    Header(Box<Header>),
    Extent(u64, ExtentHeader),
}

/// Looks for a sound extent, of archive `own` if one is named and has any, or
/// for a sound header that is not where it should be; whichever comes first.
/// Of several archives, one whose first extent is followed by another is
/// preferred: a backup can lie in the disk of a backup.
#[inline(never)]
fn find_start(contents: &Contents, own: Option<Uuid>) -> Result<Option<Start>, Error> {
    let mut search = Search { contents, own, candidates: Vec::new(), trials: TRIALS_MAX };
    let (mut at, mut left) = (0, SEARCH_MAX);
    while left > 0 && approach(contents, at).is_ok() {
        if let Some(hole) = lost_until(contents, at) {
            at = hole;
            continue;
        }
        let end = at.saturating_add(WINDOW.min(left));
        // No room for bytes that nobody can have: there may be many holes.
        let hole = gaps(contents, at..end).find(Gap::stops_reads);
        let bytes = read_range(contents, at..hole.map_or(end, |hole| hole.start))?;
        if let Some(start) = search.look_through(&bytes, at)? {
            return Ok(Some(start));
        }
        let count = to_u64(bytes.len());
        left = left.saturating_sub(count);
        // What is cut off by the end of the window is looked at again.
        let tail = if count < WINDOW { 0 } else { to_u64(START.len()).saturating_sub(1) };
        at = at.saturating_add(count.saturating_sub(tail));
        if count == 0 {
            break;
        }
    }
    let first = search.candidates.into_iter().next();
    Ok(first.map(|(at, extent)| Start::Extent(at, extent)))
}

struct Search<'a> {
    contents: &'a Contents,
    own: Option<Uuid>,
    /// The first sound extents of several archives.
    candidates: Vec<(u64, ExtentHeader)>,
    /// Costly looks that may still be taken.
    trials: u32,
}

impl Search<'_> {
    /// Looks for a start in `bytes`, which stand at `at`.
    fn look_through(&mut self, bytes: &[u8], at: u64) -> Result<Option<Start>, Error> {
        // Both begin with the same letter. One that the end cuts off is looked at again.
        let ([letter, ..], cut) = (START, START.len().saturating_sub(1));
        let whole = bytes.get(..bytes.len().saturating_sub(cut)).unwrap_or_default();
        for index in memchr::memchr_iter(letter, whole) {
            let (place, rest) = (at.saturating_add(to_u64(index)), bytes.get(index..));
            let found = match rest.unwrap_or_default() {
                start if start.starts_with(&extent::MAGIC) => self.look_at_extent(place)?,
                start if start.starts_with(&START) && place > 0 => self.look_at_header(place)?,
                _ => None,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn look_at_extent(&mut self, at: u64) -> Result<Option<Start>, Error> {
        let Some(found) = sound_extent(self.contents, at)? else { return Ok(None) };
        let uuid = found.uuid();
        let first = self.candidates.iter().find(|(_, known)| known.uuid() == uuid).cloned();
        let is_right = match self.own {
            Some(own) => own == uuid,
            None => self.may_try() && is_followed(self.contents, at, &found)?,
        };
        if is_right {
            let (at, extent) = first.unwrap_or((at, found));
            return Ok(Some(Start::Extent(at, extent)));
        }
        if first.is_none() && self.candidates.len() < CANDIDATES_MAX {
            self.candidates.push((at, found));
        }
        Ok(None)
    }

    fn look_at_header(&mut self, at: u64) -> Result<Option<Start>, Error> {
        if !self.candidates.is_empty() || !self.may_try() {
            return Ok(None);
        }
        let fixed = read_range(self.contents, at..at.saturating_add(FIXED_SIZE.into()))?;
        let Ok(size) = Header::claimed_size(&fixed) else { return Ok(None) };
        let bytes = read_range(self.contents, at..at.saturating_add(size.into()))?;
        // A download that was begun anew, say: the same header, whole.
        let is_own = |header: &Header| self.own.is_none_or(|own| own == header.uuid());
        // What is lost in front of it has no length that anyone knows.
        let lost = lost_until(self.contents, 0).unwrap_or(0);
        let header = Header::parse_sound(&bytes, at, at.saturating_sub(lost)).filter(is_own);
        Ok(header.map(|header| Start::Header(Box::new(header))))
    }

    fn may_try(&mut self) -> bool {
        self.trials = self.trials.saturating_sub(1);
        self.trials > 0
    }
}

#[inline(never)]
pub(super) fn sound_extent(contents: &dyn ReadAt, at: u64) -> Result<Option<ExtentHeader>, Error> {
    let bytes = read_range(contents, at..at.saturating_add(extent::HEADER_SIZE))?;
    let header = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
    Ok(header.filter(|header| header.faults(header.uuid()).is_empty()))
}

/// Whether another sound extent of the same archive follows, or the end.
pub(super) fn is_followed(
    contents: &dyn ReadAt,
    at: u64,
    header: &ExtentHeader,
) -> Result<bool, Error> {
    let next = at.saturating_add(header.size());
    let follows = sound_extent(contents, next)?.is_some_and(|next| next.uuid() == header.uuid());
    Ok(follows || contents.size() == Some(next))
}

/// Makes sure that reading at `at` does not take for ever.
#[inline(never)]
pub(super) fn approach(contents: &dyn ReadAt, at: u64) -> Result<(), Error> {
    if contents.approach(at..at, APPROACH_MAX)? {
        return Ok(());
    }
    let kind = ErrorKind::NothingSound { searched: APPROACH_MAX };
    Err(Error::new(Part::Container, 0, kind))
}
