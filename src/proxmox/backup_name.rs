//! The names that Proxmox VE gives its backups of virtual machines:
//! `vzdump-qemu-<vmid>-YYYY_MM_DD-HH_MM_SS.vma`, and behind that the ending of
//! the compression. It takes the machine, the time and the way to unpack from
//! the name alone, and for another one says "couldn't determine archive info".

use crate::container::Container;

const PREFIX: &str = "vzdump-qemu-";

/// What stands where the machine's number is not known: a person has to.
pub const VMID_UNKNOWN: &str = "<vmid>";

/// What stands where the time is not known.
const TIME_UNKNOWN: &str = "YYYY_MM_DD-HH_MM_SS";

/// While a job runs, and when it crashed, the file ends in this, whatever is
/// in it.
const UNFINISHED: &str = ".dat";

const SECONDS_PER_DAY: i64 = 86_400;

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It does not have the form.
    Form,
    /// It ends in `.dat`: the job that wrote it did not come to its end.
    Unfinished,
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
            Self::Container { .. } => "container",
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
    /// Why Proxmox will not take it; `None` if it will.
    pub problem: Option<Problem>,
    /// The name that it takes; the same one if it takes that.
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
        let parts = Parts::of(name);
        let (time, time_from) = match (parts.time, time_of(ctime)) {
            (Some(time), _) => (time.to_owned(), TimeFrom::Name),
            (None, Some(time)) => (time, TimeFrom::Header),
            (None, None) => (TIME_UNKNOWN.to_owned(), TimeFrom::Nowhere),
        };
        let vmid = parts.vmid.unwrap_or(VMID_UNKNOWN);
        let stem = format!("{PREFIX}{vmid}-{time}");
        let right = format!("{stem}{}", ending(container));
        let is_told = parts.vmid.is_some() && parts.time.is_some();
        let rest = name.strip_prefix(&stem).filter(|_| is_told);
        let problem = (!is_told || name != right).then(|| problem(rest));
        Self { problem, right, vmid: parts.vmid.map(str::to_owned), time_from }
    }
}

/// What is wrong with a name that goes on like this behind machine and time;
/// `None` if they are not where they should be.
fn problem(rest: Option<&str>) -> Problem {
    let kinds = [Container::Zstd, Container::Lzop, Container::Gzip, Container::Bzip2];
    let mut named = kinds.into_iter().map(Some).chain([None]);
    match rest {
        Some(rest) if rest.ends_with(UNFINISHED) => Problem::Unfinished,
        Some(rest) => named
            .find(|&named| rest == ending(named))
            .map_or(Problem::Form, |named| Problem::Container { named }),
        None => Problem::Form,
    }
}

fn ending(container: Option<Container>) -> &'static str {
    match container {
        None => ".vma",
        Some(Container::Zstd) => ".vma.zst",
        Some(Container::Lzop) => ".vma.lzo",
        Some(Container::Gzip) => ".vma.gz",
        Some(Container::Bzip2) => ".vma.bz2",
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
        let Some((_, rest)) = name.split_once(PREFIX) else {
            return Self { vmid: None, time: None };
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (vmid, rest) = rest.split_at_checked(digits).unwrap_or(("", rest));
        let time = rest.strip_prefix('-').and_then(|rest| rest.get(..TIME_UNKNOWN.len()));
        Self { vmid: Some(vmid).filter(|id| is_vmid(id)), time: time.filter(|time| is_time(time)) }
    }
}

/// Proxmox counts its machines from 100 to 999,999,999.
fn is_vmid(digits: &str) -> bool {
    (3..=9).contains(&digits.len()) && !digits.starts_with('0')
}

fn is_time(text: &str) -> bool {
    let shape = text.bytes().zip(TIME_UNKNOWN.bytes());
    let fits = shape.into_iter().all(|(is, should)| match should {
        b'_' | b'-' => is == should,
        _ => is.is_ascii_digit(),
    });
    let number = |from: usize| text.get(from..from.saturating_add(2)).and_then(|n| n.parse().ok());
    let within = |from: usize, range: core::ops::RangeInclusive<u32>| {
        number(from).is_some_and(|number| range.contains(&number))
    };
    fits && within(5, 1..=12)
        && within(8, 1..=31)
        && within(11, 0..=23)
        && within(14, 0..=59)
        && within(17, 0..=59)
}

/// A time as names hold it, in UTC; `None` outside of the years 1970 to 9999.
fn time_of(ctime: i64) -> Option<String> {
    let (days, seconds) = (ctime.div_euclid(SECONDS_PER_DAY), ctime.rem_euclid(SECONDS_PER_DAY));
    let (year, month, day) = date_of(u64::try_from(days).ok()?)?;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}_{month:02}_{day:02}-{hour:02}_{minute:02}_{second:02}"))
}

/// Year, month and day of a number of days since 1970, up to the year 9999.
fn date_of(days: u64) -> Option<(u64, u64, u64)> {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut left = days;
    let year = (1970..=9999).find(|&year| take(&mut left, 365 + u64::from(is_leap(year))))?;
    let february = 28 + u64::from(is_leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = (1..).zip(lengths).find(|&(_, length)| take(&mut left, length))?.0;
    Some((year, month, left.saturating_add(1)))
}

/// Takes a year or a month off the days that are left; whether they end in it.
fn take(left: &mut u64, days: u64) -> bool {
    let ends = *left < days;
    if !ends {
        *left = left.saturating_sub(days);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-05-06 07:08:09 UTC.
    const CTIME: i64 = 1_714_979_289;

    fn judge(name: &str, container: Option<Container>) -> (Option<Problem>, String) {
        let judged = BackupName::judge(name, container, CTIME);
        (judged.problem, judged.right)
    }

    #[test]
    fn names_as_proxmox_gives_them_are_accepted() {
        for (ending, container) in [
            (".vma", None),
            (".vma.zst", Some(Container::Zstd)),
            (".vma.lzo", Some(Container::Lzop)),
            (".vma.gz", Some(Container::Gzip)),
            (".vma.bz2", Some(Container::Bzip2)),
        ] {
            for vmid in ["100", "999999999"] {
                let name = format!("vzdump-qemu-{vmid}-2023_12_31-23_59_59{ending}");
                assert_eq!(judge(&name, container), (None, name.clone()));
            }
        }
    }

    #[test]
    fn an_ending_that_does_not_tell_what_is_inside_is_corrected() {
        let stem = "vzdump-qemu-100-2023_12_31-23_59_59";
        for (ending, container, problem, right) in [
            (".vma.zst", None, Problem::Container { named: Some(Container::Zstd) }, ".vma"),
            (".vma", Some(Container::Zstd), Problem::Container { named: None }, ".vma.zst"),
            (
                ".vma.gz",
                Some(Container::Lzop),
                Problem::Container { named: Some(Container::Gzip) },
                ".vma.lzo",
            ),
            (".vma.dat", None, Problem::Unfinished, ".vma"),
            (".vma.dat", Some(Container::Zstd), Problem::Unfinished, ".vma.zst"),
            (".vma.zst.dat", Some(Container::Zstd), Problem::Unfinished, ".vma.zst"),
            (".zst", Some(Container::Zstd), Problem::Form, ".vma.zst"),
            ("", None, Problem::Form, ".vma"),
            (" (1).vma", None, Problem::Form, ".vma"),
            (".VMA", None, Problem::Form, ".vma"),
            (".vma.zstd", Some(Container::Zstd), Problem::Form, ".vma.zst"),
        ] {
            let expected = (Some(problem), format!("{stem}{right}"));
            assert_eq!(judge(&format!("{stem}{ending}"), container), expected, "{ending}");
        }
    }

    #[test]
    fn what_a_name_does_not_tell_is_from_the_archive_or_left_open() {
        let from_header = "2024_05_06-07_08_09";
        for (name, right) in [
            ("backup.vma", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
            ("vzdump-qemu-web.vma", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
            ("vzdump-qemu-105.vma", format!("vzdump-qemu-105-{from_header}.vma")),
            (
                "vzdump-qemu-99-2023_12_31-23_59_59.vma",
                "vzdump-qemu-<vmid>-2023_12_31-23_59_59.vma".into(),
            ),
            (
                "vzdump-qemu-0100-2023_12_31-23_59_59.vma",
                "vzdump-qemu-<vmid>-2023_12_31-23_59_59.vma".into(),
            ),
            (
                "vzdump-qemu-100-2023_13_31-23_59_59.vma",
                format!("vzdump-qemu-100-{from_header}.vma"),
            ),
            ("vzdump-qemu-100-2023-12-31.vma", format!("vzdump-qemu-100-{from_header}.vma")),
            (
                "copy of vzdump-qemu-100-2023_12_31-23_59_59.vma",
                "vzdump-qemu-100-2023_12_31-23_59_59.vma".into(),
            ),
            ("", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
            ("vzdump-qemu-", format!("vzdump-qemu-<vmid>-{from_header}.vma")),
            ("vzdump-qemu-100-ä", format!("vzdump-qemu-100-{from_header}.vma")),
        ] {
            assert_eq!(judge(name, None), (Some(Problem::Form), right), "{name}");
        }
        let open = format!("vzdump-qemu-<vmid>-{from_header}.vma");
        assert_eq!(judge(&open, None).0, Some(Problem::Form));
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        // From GNU date: `date -u -d @N +%Y_%m_%d-%H_%M_%S`.
        for (ctime, time) in [
            (0, "1970_01_01-00_00_00"),
            (951_782_399, "2000_02_28-23_59_59"),
            (951_782_400, "2000_02_29-00_00_00"),
            (1_709_251_199, "2024_02_29-23_59_59"),
            (4_107_542_399, "2100_02_28-23_59_59"),
            (4_107_542_400, "2100_03_01-00_00_00"),
            (253_402_300_799, "9999_12_31-23_59_59"),
        ] {
            assert_eq!(time_of(ctime).as_deref(), Some(time));
        }
        for ctime in [-1, i64::MIN, i64::MAX, 253_402_300_800] {
            assert_eq!(time_of(ctime), None);
        }
    }
}
