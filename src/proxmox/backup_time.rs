//! The time in a backup's name: `YYYY_MM_DD-HH_MM_SS`, in its host's zone.
//!
//! Proxmox VE turns it into seconds with Perl's `timelocal`, which dies where the
//! date does not exist (pve-storage 9.1.7, R). Its checks are followed in their
//! order: month, day, hour, minute, second (Time::Local 1.30, observed).

/// How the time looks, and what stands where it is not known.
pub(super) const TIME_UNKNOWN: &str = "YYYY_MM_DD-HH_MM_SS";

const SECONDS_PER_DAY: i64 = 86_400;

const DAYS_OF_400_YEARS: u64 = 146_097;

/// A number of a name's date or time that is none: two digits, as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFault {
    /// The month; counted from 0 in the message.
    Month {
        /// As it stands, 0 or 13 to 99.
        month: u8,
    },
    /// The day.
    Day {
        /// As it stands.
        day: u8,
        /// Days of that month.
        last: u8,
    },
    /// The hour.
    Hour {
        /// As it stands.
        hour: u8,
    },
    /// The minute.
    Minute {
        /// As it stands.
        minute: u8,
    },
    /// The second.
    Second {
        /// As it stands.
        second: u8,
    },
}

impl DateFault {
    /// What Proxmox dies with; ` at <file> line <number>.` stands behind it.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Month { month } => {
                format!("Month '{}' out of range 0..11", i16::from(month).saturating_sub(1))
            }
            Self::Day { day, last } => format!("Day '{day:02}' out of range 1..{last}"),
            Self::Hour { hour } => format!("Hour '{hour:02}' out of range 0..23"),
            Self::Minute { minute } => format!("Minute '{minute:02}' out of range 0..59"),
            Self::Second { second } => format!("Second '{second:02}' out of range 0..59"),
        }
    }
}

/// A time as it stands in a name, none of its numbers checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamedTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl NamedTime {
    /// Reads one that is just of the form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == TIME_UNKNOWN.len()
            && text.bytes().zip(TIME_UNKNOWN.bytes()).all(|(is, should)| match should {
                b'_' | b'-' => is == should,
                _ => is.is_ascii_digit(),
            });
        let two = |from: usize| text.get(from..from.saturating_add(2))?.parse().ok();
        fits.then_some(())?;
        Some(Self {
            year: text.get(..4)?.parse().ok()?,
            month: two(5)?,
            day: two(8)?,
            hour: two(11)?,
            minute: two(14)?,
            second: two(17)?,
        })
    }

    /// The first number that is out of its range.
    pub(super) fn fault(self) -> Option<DateFault> {
        let Self { month, day, hour, minute, second, .. } = self;
        let Some(last) = self.days_of_month() else { return Some(DateFault::Month { month }) };
        if !(1..=last).contains(&day) {
            return Some(DateFault::Day { day, last });
        }
        match (hour, minute, second) {
            (24.., _, _) => Some(DateFault::Hour { hour }),
            (_, 60.., _) => Some(DateFault::Minute { minute }),
            (_, _, 60..) => Some(DateFault::Second { second }),
            _ => None,
        }
    }

    /// Seconds since 1970 if the zone were UTC; `None` where the date does not
    /// exist, or lies before 1970.
    pub(super) fn seconds(self) -> Option<i64> {
        self.fault().is_none().then_some(())?;
        let years = 1970..i64::from(self.year);
        let years: i64 = (self.year >= 1970)
            .then(|| years.map(|year| 365 + i64::from(is_leap(year.unsigned_abs()))).sum())?;
        let before = (1..self.month).filter_map(|month| Self { month, ..self }.days_of_month());
        let days: i64 = before.map(i64::from).sum::<i64>() + i64::from(self.day) - 1 + years;
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        Some(days * SECONDS_PER_DAY + minutes * 60 + i64::from(self.second))
    }

    fn days_of_month(self) -> Option<u8> {
        // Of years with fewer than four digits Perl makes others, of which just
        // the same ones are leap years, but for those of 100 to 999.
        let year = u64::from(self.year);
        let year = if (100..1000).contains(&year) { year + 1900 } else { year };
        let february = 28 + u8::from(is_leap(year));
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        lengths.get(usize::from(self.month.checked_sub(1)?)).copied()
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}
/// A time as names hold it, in UTC; `None` outside of the years 1970 to 9999.
pub(super) fn time_of(ctime: i64) -> Option<String> {
    let (days, seconds) = (ctime.div_euclid(SECONDS_PER_DAY), ctime.rem_euclid(SECONDS_PER_DAY));
    let (year, month, day) = date_of(u64::try_from(days).ok()?)?;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}_{month:02}_{day:02}-{hour:02}_{minute:02}_{second:02}"))
}

/// Year, month and day of a number of days since 1970, up to the year 9999.
fn date_of(days: u64) -> Option<(u64, u64, u64)> {
    // Any 400 years have as many days, so that no more years are counted than these.
    let (first, mut left) = (1970 + days / DAYS_OF_400_YEARS * 400, days % DAYS_OF_400_YEARS);
    let year = (first..=9999).find(|&year| take(&mut left, 365 + u64::from(is_leap(year))))?;
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
            (12_622_780_799, "2369_12_31-23_59_59"),
            (12_622_780_800, "2370_01_01-00_00_00"),
            (25_245_561_599, "2769_12_31-23_59_59"),
            (25_245_561_600, "2770_01_01-00_00_00"),
            (253_402_300_799, "9999_12_31-23_59_59"),
        ] {
            assert_eq!(time_of(ctime).as_deref(), Some(time));
            assert_eq!(NamedTime::parse(time).and_then(NamedTime::seconds), Some(ctime));
        }
        for ctime in [-1, i64::MIN, i64::MAX, 253_402_300_800] {
            assert_eq!(time_of(ctime), None);
        }
    }
}
