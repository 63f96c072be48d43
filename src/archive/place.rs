//! Places: what findings are about, so that one damaged place is told once and
//! not once for each thing that was noticed there. No finding is left out.

use super::finding::{Finding, FindingKind};
use super::findings::Findings;
use super::header::Standing;
use super::layout::EXTENT_HEADER_SIZE;
use crate::source::{Severity, to_u64};

/// What findings are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The header of the archive.
    ArchiveHeader,
    /// The header of an extent, which begins as one and does not agree.
    ExtentHeader,
    /// A place where the header of an extent should start, and none does.
    NoExtentHeader,
    /// Bytes between sound headers: lost, or fewer than there should be.
    Data,
    /// What stands behind the end of the archive.
    Behind,
    /// Clusters that stand nowhere.
    Missing,
    /// Something by itself.
    Itself,
}

/// Findings about one thing.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// What they are about.
    pub about: About,
    /// That which explains the others, and what comes of it.
    pub findings: Vec<&'a Finding>,
    /// What says the same as the first once more, in other words.
    pub signs: Vec<&'a Finding>,
}

impl About {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ArchiveHeader => "archive-header",
            Self::ExtentHeader => "extent-header",
            Self::NoExtentHeader => "no-extent-header",
            Self::Data => "data",
            Self::Behind => "behind",
            Self::Missing => "missing",
            Self::Itself => "itself",
        }
    }
}

impl<'a> Place<'a> {
    /// The strongest of their severities.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let all = self.findings.iter().chain(&self.signs);
        all.map(|finding| finding.kind.severity()).max().unwrap_or(Severity::Note)
    }

    /// Of findings in order; `is_proven`: that a field is wrong explains the others.
    #[inline(never)]
    fn new(about: About, mut all: Vec<&'a Finding>, is_proven: bool) -> Self {
        let rank = |kind: &FindingKind| match kind {
            FindingKind::HeaderFieldWrong { .. } if is_proven => 0,
            kind => rank(kind),
        };
        let mut first = 0;
        for (at, finding) in all.iter().enumerate() {
            let best = all.get(first).map_or(u8::MAX, |best| rank(&best.kind));
            first = if rank(&finding.kind) < best { at } else { first };
        }
        let mut place = Self { about, findings: Vec::new(), signs: Vec::new() };
        if first < all.len() {
            let leading = all.remove(first);
            place.findings.push(leading);
        }
        for finding in all {
            let first = place.findings.first().map(|first| &first.kind);
            let is_sign = first.is_some_and(|first| says(first, &finding.kind));
            let list = if is_sign { &mut place.signs } else { &mut place.findings };
            list.push(finding);
        }
        place
    }
}

/// The places that `findings` are about, in the order in which they are listed:
/// the archive's header, places by their offset, the rest. `standing` is that of
/// the header. `None` if there are more than `max` findings, or some that are
/// counted and not kept.
#[must_use]
#[inline(never)]
pub fn places(findings: &Findings, standing: Standing, max: usize) -> Option<Vec<Place<'_>>> {
    if findings.count() > to_u64(max) {
        return None;
    }
    let (mut of_header, mut spread) = (Vec::new(), Vec::new());
    let (mut missing, mut single) = (Vec::new(), Vec::new());
    for (_, group) in findings.groups() {
        if to_u64(group.kept().len()) < group.count() {
            return None;
        }
        for finding in group.kept() {
            match stretch(finding) {
                _ if is_of_header(&finding.kind) => of_header.push(finding),
                Some((start, end)) => insert(&mut spread, (start, end, finding)),
                None if is_missing(&finding.kind) => missing.push(finding),
                None => single.push(finding),
            }
        }
    }
    let mut found = Vec::new();
    if explains_all(&of_header, standing) {
        let is_mended = standing == Standing::Mended;
        found.push(Place::new(About::ArchiveHeader, of_header, is_mended));
    } else {
        apart(About::ArchiveHeader, &of_header, &mut found);
    }
    join(&spread, &mut found);
    if !missing.is_empty() {
        found.push(Place::new(About::Missing, missing, false));
    }
    apart(About::Itself, &single, &mut found);
    Some(found)
}

/// A finding with from where to where it tells that there is no sound archive.
type Spread<'a> = (u64, u64, &'a Finding);

/// Puts it where it belongs by its start. They are few.
fn insert<'a>(all: &mut Vec<Spread<'a>>, new: Spread<'a>) {
    let before = all.iter().rposition(|old| old.0 <= new.0);
    all.insert(before.map_or(0, |before| before.saturating_add(1)), new);
}

/// A place for each.
fn apart<'a>(about: About, findings: &[&'a Finding], into: &mut Vec<Place<'a>>) {
    for finding in findings {
        into.push(Place::new(about, vec![finding], false));
    }
}

fn is_missing(kind: &FindingKind) -> bool {
    matches!(kind, FindingKind::ClusterMissing { .. })
}

/// Whether a finding tells of the header, or follows from what it lacks.
fn is_of_header(kind: &FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::HeaderLost { .. }
            | FindingKind::HeaderFieldWrong { .. }
            | FindingKind::HeaderTruncated { .. }
            | FindingKind::HeaderMd5Mismatch { .. }
            | FindingKind::BlobBufferOutOfBounds { .. }
            | FindingKind::ConfigPointerInvalid { .. }
            | FindingKind::DeviceNameInvalid { .. }
            | FindingKind::DeviceIncomplete { .. }
            | FindingKind::DeviceZeroDeclared
            | FindingKind::DeviceByNumber
            | FindingKind::DeviceSizeDoubtful { .. }
            | FindingKind::BlobPointerInsideBlob { .. }
            | FindingKind::NameUnterminated
    )
}

/// Whether the header as a whole is lost, cut or changed, so that all that is told
/// of it is one place.
fn explains_all(of_header: &[&Finding], standing: Standing) -> bool {
    of_header.iter().any(|finding| match finding.kind {
        FindingKind::HeaderFieldWrong { .. } => standing == Standing::Mended,
        _ => rank(&finding.kind) < RANK_OF_PARTS,
    })
}

/// From where to where a finding tells that there is no sound archive; `None` if
/// it is about something smaller.
fn stretch(finding: &Finding) -> Option<(u64, u64)> {
    let at = finding.offset?.0;
    let behind = |length| Some((at, at.saturating_add(length)));
    match finding.kind {
        FindingKind::BytesSkipped { length } | FindingKind::TrailingBytes { length } => {
            behind(length)
        }
        FindingKind::ExtentHeaderCut { found } => behind(found),
        FindingKind::ContentsLost { until } => Some((at, until.0)),
        // Its offset is that of the extent; it tells of where its data stop.
        FindingKind::ExtentCut { found, .. } => {
            let end = at.saturating_add(EXTENT_HEADER_SIZE).saturating_add(found);
            Some((end, end))
        }
        FindingKind::ExtentMagicWrong { .. }
        | FindingKind::ExtentMd5Mismatch { .. }
        | FindingKind::ExtentUuidMismatch { .. }
        | FindingKind::ArchiveHeaderAgain { .. }
        | FindingKind::SearchGivenUp => Some((at, at)),
        _ => None,
    }
}

/// Findings whose stretches touch are about one place.
fn join<'a>(spread: &[Spread<'a>], into: &mut Vec<Place<'a>>) {
    let mut together = Vec::new();
    let mut until = 0;
    for &(start, end, finding) in spread {
        if !together.is_empty() && start > until {
            let all = core::mem::take(&mut together);
            into.push(Place::new(about(&all), all, false));
            until = 0;
        }
        until = until.max(end);
        together.push(finding);
    }
    if !together.is_empty() {
        into.push(Place::new(about(&together), together, false));
    }
}

/// What findings at one place are about.
fn about(findings: &[&Finding]) -> About {
    let mut about = About::NoExtentHeader;
    for finding in findings {
        about = match finding.kind {
            FindingKind::TrailingBytes { .. } => return About::Behind,
            FindingKind::ContentsLost { .. } | FindingKind::ArchiveHeaderAgain { .. } => {
                About::Data
            }
            FindingKind::ExtentCut { .. } if findings.len() == 1 => About::Data,
            FindingKind::ExtentMd5Mismatch { .. } | FindingKind::ExtentUuidMismatch { .. }
                if about == About::NoExtentHeader && begins_as_one(findings) =>
            {
                About::ExtentHeader
            }
            _ => about,
        };
    }
    about
}

fn begins_as_one(findings: &[&Finding]) -> bool {
    let is_other = |kind: &FindingKind| matches!(kind, FindingKind::ExtentMagicWrong { .. });
    !findings.iter().any(|finding| is_other(&finding.kind))
}

/// From here on a finding of the header is about a part of it.
const RANK_OF_PARTS: u8 = 4;

/// What explains others comes before them.
fn rank(kind: &FindingKind) -> u8 {
    match kind {
        FindingKind::HeaderLost { .. }
        | FindingKind::ArchiveHeaderAgain { .. }
        | FindingKind::ContentsLost { .. } => 0,
        FindingKind::HeaderTruncated { .. }
        | FindingKind::ExtentHeaderCut { .. }
        | FindingKind::ExtentMagicWrong { .. } => 1,
        FindingKind::HeaderMd5Mismatch { .. } | FindingKind::ExtentMd5Mismatch { .. } => 2,
        FindingKind::BlobBufferOutOfBounds { .. } | FindingKind::ExtentUuidMismatch { .. } => 3,
        FindingKind::HeaderFieldWrong { .. } | FindingKind::ExtentCut { .. } => RANK_OF_PARTS,
        FindingKind::BytesSkipped { .. } | FindingKind::TrailingBytes { .. } => 5,
        _ => 6,
    }
}

/// Whether `kind`, at the same place, only says once more what `first` says.
fn says(first: &FindingKind, kind: &FindingKind) -> bool {
    let is_other = rank(first) != rank(kind);
    match first {
        // Bytes that are no header have neither its checksum nor its UUID, and a header
        // that is not all there neither a checksum nor what stands further on.
        FindingKind::HeaderLost { .. }
        | FindingKind::HeaderTruncated { .. }
        | FindingKind::ExtentHeaderCut { .. }
        | FindingKind::ExtentMagicWrong { .. }
        | FindingKind::ExtentMd5Mismatch { .. }
        | FindingKind::ExtentUuidMismatch { .. }
        | FindingKind::ContentsLost { .. } => is_other,
        FindingKind::ArchiveHeaderAgain { .. } => {
            is_other && !matches!(kind, FindingKind::ExtentCut { .. })
        }
        FindingKind::HeaderFieldWrong { .. } => {
            matches!(kind, FindingKind::HeaderMd5Mismatch { .. })
        }
        _ => false,
    }
}
