//! Dates of a calendar as seconds.

/// A date and a time of the Gregorian calendar.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    pub(crate) year: u32,
    /// From 1.
    pub(crate) month: u32,
    /// From 1.
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

/// Days of the months before each, in a year that is none of 366 days.
const BEFORE: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

impl Moment {
    /// Seconds since 1970 began; `None` where it is no moment of years from 1600 on.
    pub(crate) fn seconds(self) -> Option<i64> {
        let is_time = self.hour < 24 && self.minute < 60 && self.second < 61;
        let is_date = (1600..10_000).contains(&self.year) && (1..=31).contains(&self.day);
        if !is_time || !is_date {
            return None;
        }
        let index = usize::try_from(self.month.checked_sub(1)?).ok()?;
        let is_long = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let leap_day = u32::from(is_long && self.month > 2);
        // Whole days since 1600, which 400 years of 146,097 days begin with.
        let years = self.year.checked_sub(1600)?;
        let leaps = years.div_ceil(4).checked_sub(years.div_ceil(100))?;
        let leaps = leaps.checked_add(years.div_ceil(400))?;
        let days = years.checked_mul(365)?.checked_add(leaps)?;
        let days = days.checked_add(*BEFORE.get(index)?)?.checked_add(leap_day)?;
        let days = i64::from(days.checked_add(self.day)?.checked_sub(1)?);
        let seconds = self.hour.checked_mul(3600)?.checked_add(self.minute.checked_mul(60)?)?;
        let seconds = i64::from(seconds.checked_add(self.second)?);
        days.checked_sub(DAYS_TO_1970)?.checked_mul(86_400)?.checked_add(seconds)
    }
}

/// From 1600 to 1970: 370 years, of which 90 have a day more.
const DAYS_TO_1970: i64 = 370 * 365 + 90;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_date() {
        // `date -u -d "…" +%s` of GNU coreutils.
        let cases = [
            ((1970, 1, 1, 0, 0, 0), 0),
            ((1980, 1, 1, 0, 0, 0), 315_532_800),
            ((2000, 2, 29, 12, 34, 56), 951_827_696),
            ((2000, 3, 1, 0, 0, 0), 951_868_800),
            ((1900, 3, 1, 0, 0, 0), -2_203_891_200),
            ((2100, 3, 1, 0, 0, 0), 4_107_542_400),
            ((2107, 12, 31, 23, 59, 58), 4_354_819_198),
        ];
        for ((year, month, day, hour, minute, second), seconds) in cases {
            let moment = Moment { year, month, day, hour, minute, second };
            assert_eq!(moment.seconds(), Some(seconds), "{moment:?}");
        }
        assert_eq!(Moment { year: 1980, month: 0, day: 1, ..Moment::default() }.seconds(), None);
    }
}
