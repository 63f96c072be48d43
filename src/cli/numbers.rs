//! Numbers, sizes and shares, as the page writes them in English.

/// Units of 1024 times the one before.
const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// All digits, in groups of three.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len().saturating_sub(at)).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes in the unit that leaves less than 1000 of it, with three digits or as
/// many as stand before the point; halves are rounded up, as browsers do.
/// Below 1000 bytes `None`: that is a sentence with a plural.
pub(crate) fn binary_size(bytes: u64) -> Option<String> {
    if bytes < 1000 {
        return None;
    }
    let bytes = u128::from(bytes);
    let mut units = UNITS.iter();
    let (mut unit, mut divisor) = (units.next()?, 1024_u128);
    while bytes >= divisor.saturating_mul(1000) {
        let Some(next) = units.next() else { break };
        (unit, divisor) = (next, divisor.saturating_mul(1024));
    }
    let decimals = match bytes.checked_div(divisor)? {
        100.. => 0,
        10.. => 1,
        1.. => 2,
        0 => 3,
    };
    let scale = 10_u128.checked_pow(decimals)?;
    let scaled = bytes.saturating_mul(scale).saturating_mul(2).saturating_add(divisor);
    let scaled = scaled.checked_div(divisor.saturating_mul(2))?;
    Some(format!("{} {unit}", decimal(scaled, scale)))
}

/// `scaled / scale` with its decimals, but for zeros at their end.
fn decimal(scaled: u128, scale: u128) -> String {
    let whole = scaled.checked_div(scale).unwrap_or(0);
    let whole = count(u64::try_from(whole).unwrap_or(u64::MAX));
    let rest = scaled.checked_rem(scale).unwrap_or(0);
    if rest == 0 {
        return whole;
    }
    let width = usize::try_from(scale.ilog10()).unwrap_or(0);
    let rest = format!("{rest:0width$}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

/// A part of a whole in percent: never "100 %" before the end, never "0 %" of something.
pub(crate) fn share(part: u64, total: u64) -> String {
    if total == 0 || part == 0 {
        return "0 %".into();
    }
    if part >= total {
        return "100 %".into();
    }
    let (part, total) = (u128::from(part), u128::from(total));
    // In thousandths of the whole, and whether those are less than it is.
    let (less, more) = (part.saturating_mul(1000), total.saturating_mul(999));
    if less < total {
        return "< 0.1 %".into();
    }
    if less > more {
        return "> 99.9 %".into();
    }
    let percent = part.saturating_mul(100);
    let is_fine = percent < total.saturating_mul(10) || percent > total.saturating_mul(99);
    let scale = if is_fine { 10 } else { 1 };
    let doubled = percent.saturating_mul(scale).saturating_mul(2).saturating_add(total);
    let scaled = doubled.checked_div(total.saturating_mul(2)).unwrap_or(0);
    format!("{} %", decimal(scaled, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `Intl.NumberFormat("en")` gives them, by Node.js 20.
    #[test]
    fn sizes_are_rounded_as_browsers_do() {
        for (bytes, expected) in [
            (999, None),
            (1000, Some("0.977 KiB")),
            (1024, Some("1 KiB")),
            (1_179_648, Some("1.13 MiB")),
            (41_943_040, Some("40 MiB")),
            (104_857_600, Some("100 MiB")),
            (1_023_999, Some("1,000 KiB")),
            (1_024_000, Some("0.977 MiB")),
            (307_200, Some("300 KiB")),
            (10_234_567_890, Some("9.53 GiB")),
        ] {
            assert_eq!(binary_size(bytes).as_deref(), expected, "{bytes}");
        }
    }

    #[test]
    fn shares_never_claim_all_or_nothing() {
        assert_eq!(share(0, 10), "0 %");
        assert_eq!(share(1, 100_000), "< 0.1 %");
        assert_eq!(share(99_999, 100_000), "> 99.9 %");
        assert_eq!(share(45, 1000), "4.5 %");
        assert_eq!(share(125, 1000), "13 %");
        assert_eq!(share(7, 7), "100 %");
    }

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
    }
}
