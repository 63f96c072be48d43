//! Which names of files Proxmox VE restores virtual machines from.
//!
//! The rule (pve-storage 9.1.7, R; since July 2020): `vzdump-`, then `qemu`,
//! `lxc` or `openvz`, then `-` and *anything*, then `.vma` or
//! `.vma.gz|lzo|zst|bz2` (bz2 since pve-storage 8.2.6). Only if what stands
//! between has the form that vzdump gives it, `<vmid>-YYYY_MM_DD-HH_MM_SS`, are
//! number and time read, and then an impossible date ends the restore: a wrong
//! date is worse than none. For other names it says "couldn't determine archive
//! info".

use super::backup_time::{DateFault, NamedTime, TIME_UNKNOWN, time_of};
use crate::container::Container;

const PREFIX: &str = "vzdump-";
const TYPES: [&str; 3] = ["qemu-", "lxc-", "openvz-"];
const EXTENSION: &str = ".vma";

/// What stands where the machine's number is not known: a person has to.
pub const VMID_UNKNOWN: &str = "<vmid>";

/// While a job runs, and when it crashed, the file ends in this, whatever is
/// in it.
const UNFINISHED: &str = ".dat";

/// The endings of containers, as they stand behind `.vma`; none for none.
const ENDINGS: [(Option<Container>, &str); 5] = [
    (Some(Container::Zstd), ".zst"),
    (Some(Container::Lzop), ".lzo"),
    (Some(Container::Gzip), ".gz"),
    (Some(Container::Bzip2), ".bz2"),
    (None, ""),
];

/// Why a restore from a file of this name fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It does not have the form.
    Form,
    /// It ends in `.dat`: the job that wrote it did not come to its end.
    Unfinished,
    /// It is of the form that vzdump gives, and its date or time does not exist.
    Date(DateFault),
    /// The ending tells of another compression than the first bytes do.
    Container {
        /// The one that the ending tells of; `None` for none.
        named: Option<Container>,
    },
}

impl Problem {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Unfinished => "unfinished",
            Self::Date(_) => "date",
            Self::Container { .. } => "container",
        }
    }

    /// What Proxmox dies with, where that is the name's own fault. Behind `Form`
    /// and `Unfinished` stands the path in quotes, behind `Date` a place in its code.
    #[must_use]
    pub fn message(self) -> Option<String> {
        match self {
            Self::Form | Self::Unfinished => Some("couldn't determine archive info from".into()),
            Self::Date(fault) => Some(fault.message()),
            Self::Container { .. } => None,
        }
    }
}

/// What a name costs that is restored and is not of vzdump's form
/// (pve-storage 9.1.7, R).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Pruning does not count it, and never removes it.
    NotPruned,
    /// Its notes stay when it is removed.
    NotesStay,
    /// Its log stays when it is removed.
    LogStays,
}

impl Cost {
    /// All of them: such a name costs each.
    pub const ALL: [Self; 3] = [Self::NotPruned, Self::NotesStay, Self::LogStays];

    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPruned => "not-pruned",
            Self::NotesStay => "notes-stay",
            Self::LogStays => "log-stays",
        }
    }
}

/// Where the time in the right name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFrom {
    /// The name that the file has.
    Name,
    /// The archive's header, in UTC, where Proxmox writes its host's time.
    Header,
    /// Nowhere: it has to be filled in.
    Nowhere,
}

impl TimeFrom {
    /// Its name, as the page gets it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Header => "header",
            Self::Nowhere => "nowhere",
        }
    }
}

/// A backup's file name, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupName {
    /// Why Proxmox will not restore from it; `None` if it will.
    pub problem: Option<Problem>,
    /// Whether it has the form that vzdump gives: number and time are read.
    pub is_standard: bool,
    /// A name that is restored; the same one if that is.
    pub right: String,
    /// The machine's number, if the name tells it.
    pub vmid: Option<String>,
    /// Where the time in the right name is from.
    pub time_from: TimeFrom,
}

impl BackupName {
    /// Judges the `name` of a file in which the archive lies in `container`,
    /// and whose header was written at `ctime`, in seconds since 1970.
    #[must_use]
    pub fn judge(name: &str, container: Option<Container>, ctime: i64) -> Self {
        let form = Form::of(name);
        let standard = form.as_ref().and_then(Form::standard);
        let problem = match &form {
            None if name.ends_with(UNFINISHED) && name.contains(PREFIX) => {
                Some(Problem::Unfinished)
            }
            None => Some(Problem::Form),
            Some(form) => match standard.and_then(|(_, time)| time.fault()) {
                Some(fault) => Some(Problem::Date(fault)),
                None => (!unpacks(form.named, container))
                    .then_some(Problem::Container { named: form.named }),
            },
        };
        let parts = Parts::of(name);
        let (right, time_from) = match (problem, &form) {
            (None, _) => (name.to_owned(), parts.time_from(ctime).1),
            (Some(Problem::Container { .. }), Some(form)) => {
                (format!("{}{EXTENSION}{}", form.stem, ending(container)), parts.time_from(ctime).1)
            }
            _ => {
                let (time, from) = parts.time_from(ctime);
                let vmid = parts.vmid.unwrap_or(VMID_UNKNOWN);
                (format!("{PREFIX}qemu-{vmid}-{time}{EXTENSION}{}", ending(container)), from)
            }
        };
        let vmid = parts.vmid.map(str::to_owned);
        Self { problem, is_standard: standard.is_some(), right, vmid, time_from }
    }

    /// What it costs that a name which is restored is not of vzdump's form.
    #[must_use]
    pub fn costs(&self) -> &'static [Cost] {
        if self.problem.is_none() && !self.is_standard { &Cost::ALL } else { &[] }
    }
}

/// The seconds since 1970 that a name of vzdump's form tells, as if its host's
/// clock were on UTC, and the time as it stands.
pub(super) fn named_time(name: &str) -> Option<(i64, &str)> {
    let form = Form::of(name)?;
    let (_, time) = form.standard()?;
    let text = form.between.split_once('-')?.1;
    Some((time.seconds()?, text))
}

/// The machine's number in a name, wherever in it that stands.
pub(super) fn named_vmid(name: &str) -> Option<&str> {
    Parts::of(name).vmid
}

/// The container that the ending of a name tells of, if the name is of the
/// form: `Some(None)` for none.
#[must_use]
pub fn named_container(name: &str) -> Option<Option<Container>> {
    Form::of(name).map(|form| form.named)
}

/// The container that the ending of any name tells of, whatever stands in front:
/// also in other case, and before what a browser or a download adds to a copy
/// (` (1)`, `.part`).
#[must_use]
pub fn ending_container(name: &str) -> Option<Container> {
    let name = name.to_ascii_lowercase();
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    let places = ENDINGS.into_iter().filter_map(|(container, ending)| {
        let container = container?;
        let found = name.rmatch_indices(ending);
        let mut at = found.map(|(at, _)| at.saturating_add(ending.len()));
        Some((at.find(|at| name.get(*at..).is_some_and(ends))?, container))
    });
    places.max_by_key(|(at, _)| *at).map(|(_, container)| container)
}

/// Whether the program for the one ending unpacks what the other container
/// holds: its own, and Debian's zstd unpacks gzip too (R).
fn unpacks(named: Option<Container>, container: Option<Container>) -> bool {
    named == container || (named, container) == (Some(Container::Zstd), Some(Container::Gzip))
}

fn ending(container: Option<Container>) -> &'static str {
    ENDINGS.into_iter().find(|(kind, _)| *kind == container).map_or("", |(_, ending)| ending)
}

/// A name of the form that is restored.
struct Form<'a> {
    /// All of it in front of `.vma`.
    stem: &'a str,
    /// What stands between the type and `.vma`.
    between: &'a str,
    /// What the ending tells of.
    named: Option<Container>,
}

impl<'a> Form<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (named, stem) = ENDINGS.into_iter().find_map(|(named, ending)| {
            Some((named, name.strip_suffix(ending)?.strip_suffix(EXTENSION)?))
        })?;
        let rest = stem.strip_prefix(PREFIX)?;
        let between = TYPES.into_iter().find_map(|kind| rest.strip_prefix(kind))?;
        // `.+`: at least one character, and none that ends a line.
        (!between.is_empty() && !name.contains('\n')).then_some(Self { stem, between, named })
    }

    /// Machine and time, if it has the form that vzdump gives.
    fn standard(&self) -> Option<(&'a str, NamedTime)> {
        let (vmid, time) = self.between.split_once('-')?;
        Some((Some(vmid).filter(|vmid| is_vmid(vmid))?, NamedTime::parse(time)?))
    }
}

/// What a name tells, wherever in it that stands: a copy may have got
/// something in front.
struct Parts<'a> {
    vmid: Option<&'a str>,
    time: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(name: &'a str) -> Self {
        let rest = TYPES.into_iter().find_map(|kind| {
            name.match_indices(PREFIX)
                .find_map(|(at, _)| name.get(at..)?.strip_prefix(PREFIX)?.strip_prefix(kind))
        });
        let Some(rest) = rest else { return Self { vmid: None, time: None } };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (vmid, rest) = rest.split_at_checked(digits).unwrap_or(("", rest));
        let time = rest.strip_prefix('-').and_then(|rest| rest.get(..TIME_UNKNOWN.len()));
        let is_time =
            |time: &&str| NamedTime::parse(time).is_some_and(|time| time.fault().is_none());
        Self { vmid: Some(vmid).filter(|id| is_vmid(id)), time: time.filter(is_time) }
    }

    /// The best time to be had, and where it is from.
    fn time_from(&self, ctime: i64) -> (String, TimeFrom) {
        match (self.time, time_of(ctime)) {
            (Some(time), _) => (time.to_owned(), TimeFrom::Name),
            (None, Some(time)) => (time, TimeFrom::Header),
            (None, None) => (TIME_UNKNOWN.to_owned(), TimeFrom::Nowhere),
        }
    }
}

/// Proxmox counts its machines from 100 to 999,999,999.
fn is_vmid(digits: &str) -> bool {
    (3..=9).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_container_whatever_was_done_to_the_name() {
        let cases = [
            ("vzdump-qemu-100-2025_01_31-02_00_00.vma.zst", Some(Container::Zstd)),
            ("backup.vma.LZO", Some(Container::Lzop)),
            ("copy of x.vma.gz (1)", Some(Container::Gzip)),
            ("x.vma.bz2.part", Some(Container::Bzip2)),
            ("x.vma.zst.gz", Some(Container::Gzip)),
            ("x.vma", None),
            ("x.gzip", None),
            ("", None),
        ];
        for (name, container) in cases {
            assert_eq!(ending_container(name), container, "{name}");
        }
    }
}
