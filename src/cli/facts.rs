//! What follows from a finished scan before anything is put into words. As the page's
//! `words/facts.js` has it.

use vma_inspector::archive::finding::FindingKind;
use vma_inspector::archive::findings::Findings;
use vma_inspector::archive::header::{Device, Standing};
use vma_inspector::archive::place::{About, Place, places};
use vma_inspector::machine::left_out::{Drive, LeftOut};
use vma_inspector::scan::statistics::DeviceStatistics;
use vma_inspector::source::{Error, Severity, to_u64};

use super::container_words::Packing;
use super::inspected::Inspected;
use super::restore_words::Restored;

/// Findings that are put together by what they are about, at most; more are only counted.
const PLACED_MAX: usize = 1000;

/// One device, and what was found of it.
pub(crate) struct Disk<'a> {
    pub(crate) device: &'a Device,
    pub(crate) figures: DeviceStatistics,
    pub(crate) doubt_bytes: u64,
}

/// What a verdict is made from. Many fields: each is one thing that decides.
pub(crate) struct Scanned<'a> {
    pub(crate) inspected: &'a Inspected,
    pub(crate) packing: Packing,
    pub(crate) disks: Vec<Disk<'a>>,
    pub(crate) left_out: Option<LeftOut>,
    pub(crate) places: Option<Vec<Place<'a>>>,
    pub(crate) restored: Restored,
    /// Codes of the archive's findings, each once, and how grave they are.
    pub(crate) groups: Vec<(&'static str, Severity)>,
}

/// Clusters of some disks that are not as they should be.
#[derive(Clone, Copy, Default)]
pub(crate) struct ClusterFaults {
    pub(crate) missing: u64,
    pub(crate) cut: u64,
    pub(crate) twice: u64,
}

/// Headers of extents: how many were found, how many of them are wrong, and at how many
/// places none starts where one should.
pub(crate) struct ExtentHeaders {
    pub(crate) found: u64,
    pub(crate) wrong: u64,
    pub(crate) absent: u64,
}

impl<'a> Scanned<'a> {
    pub(crate) fn new(inspected: &'a Inspected) -> Result<Self, Error> {
        let found = inspected.scan.found();
        let disk = |device: &'a Device| {
            let figures = found.device(device)?;
            let doubt_bytes = inspected.scan.doubt_figures(device.id).bytes;
            Some(Disk { device, figures, doubt_bytes })
        };
        Ok(Self {
            inspected,
            packing: Packing::of(inspected),
            disks: inspected.header().devices().iter().filter_map(disk).collect(),
            left_out: inspected.left_out(),
            places: places(found.findings(), inspected.header().standing(), PLACED_MAX),
            restored: Restored::of(inspected)?,
            groups: groups(inspected),
        })
    }

    pub(crate) fn standing(&self) -> Standing {
        self.inspected.header().standing()
    }

    /// Whether nobody knows how many disks there were, nor how long they are.
    pub(crate) fn is_beginning_lost(&self) -> bool {
        self.standing() == Standing::Lost
    }

    /// Whether the file ends inside the archive's header, which names the disks.
    pub(crate) fn is_header_cut(&self) -> bool {
        let findings = self.inspected.header().findings();
        findings.iter().any(|one| matches!(one.kind, FindingKind::HeaderTruncated { .. }))
    }

    pub(crate) fn extent_count(&self) -> u64 {
        self.inspected.scan.found().extents().count
    }

    /// Whether it does, and nothing of a disk is in it.
    pub(crate) fn is_stump(&self) -> bool {
        self.is_header_cut() && self.extent_count() == 0
    }

    pub(crate) fn is_nothing_found(&self) -> bool {
        let total: u64 = self.disks.iter().map(|disk| disk.figures.clusters).sum();
        total > 0 && self.faults().missing == total
    }

    pub(crate) fn faults(&self) -> ClusterFaults {
        faults(self.disks.iter())
    }

    pub(crate) fn lost_bytes(&self) -> u64 {
        self.disks.iter().map(|disk| disk.figures.missing_bytes).sum()
    }

    pub(crate) fn doubt_bytes(&self) -> u64 {
        self.disks.iter().map(|disk| disk.doubt_bytes).sum()
    }

    /// Drives of the configuration that a person would look for and that are not here.
    pub(crate) fn missed(&self) -> Vec<&Drive> {
        self.left_out.iter().flat_map(LeftOut::missed).collect()
    }

    pub(crate) fn extent_headers(&self) -> ExtentHeaders {
        let extents = self.inspected.scan.found().extents();
        if let Some(places) = &self.places {
            let of = |about| to_u64(places.iter().filter(|place| place.about == about).count());
            let wrong = of(About::ExtentHeader);
            let found = extents.count.saturating_add(wrong);
            return ExtentHeaders { found, wrong, absent: of(About::NoExtentHeader) };
        }
        let findings: &Findings = self.inspected.scan.found().findings();
        let counted = |is: fn(&FindingKind) -> bool| {
            let mut groups = findings.groups().map(|(_, group)| group);
            let first = groups.find(|group| group.kept().first().is_some_and(|f| is(&f.kind)));
            first.map_or(0, |group| group.count())
        };
        let magics = counted(|kind| matches!(kind, FindingKind::ExtentMagicWrong { .. }));
        // What is no header at all does not agree with a checksum either.
        let sums = counted(|kind| matches!(kind, FindingKind::ExtentMd5Mismatch { .. }));
        let wrong = sums.saturating_sub(magics);
        let wrong = wrong.min(extents.broken);
        let absent = magics.min(extents.broken.saturating_sub(wrong));
        ExtentHeaders { found: extents.count.saturating_add(wrong), wrong, absent }
    }
}

pub(crate) fn faults<'a>(disks: impl Iterator<Item = &'a Disk<'a>>) -> ClusterFaults {
    disks.fold(ClusterFaults::default(), |all, disk| ClusterFaults {
        missing: all.missing.saturating_add(disk.figures.missing_clusters),
        cut: all.cut.saturating_add(disk.figures.counts.cut),
        twice: all.twice.saturating_add(disk.figures.counts.twice),
    })
}

/// Those of the header and those of the scan, each code once.
fn groups(inspected: &Inspected) -> Vec<(&'static str, Severity)> {
    let scanned = inspected.scan.found().findings();
    let of_header = inspected.header().findings().iter();
    let mut all: Vec<_> = Vec::new();
    for finding in of_header {
        let one = (finding.kind.code(), finding.kind.severity());
        if scanned.group(one.0).is_none() && !all.contains(&one) {
            all.push(one);
        }
    }
    all.extend(scanned.groups().map(|(code, group)| (code, group.severity())));
    let order = [Severity::Damage, Severity::Warning, Severity::Note];
    all.sort_by_key(|(_, severity)| order.iter().position(|known| known == severity));
    all
}

impl Scanned<'_> {
    /// Whether a checksum over the whole does not agree and nothing says where, or could
    /// not be compared, so that no disk is proven right.
    pub(crate) fn is_unproven(&self) -> bool {
        use vma_inspector::container::{Container, ContainerFindingKind as Kind};
        let in_order = [Some(Container::Zstd), Some(Container::Gzip)];
        if self.packing.is_torn() && in_order.contains(&self.packing.container) {
            return true;
        }
        self.packing.findings.iter().any(|(_, finding)| match finding.kind {
            Kind::BlockChecksumMismatch { .. } => self.doubt_bytes() == 0,
            ref kind => super::container_words::is_mismatch(kind),
        })
    }
}
