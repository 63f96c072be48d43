//! Words of an archive, made harmless for where they will stand.

use crate::export::file_name::safe_name;

/// Characters of a stem at most: a tar header has room for 99 bytes, and a name
/// in it holds the stems of the VM and of a drive.
const STEM_MAX: usize = 44;

/// `text` without what a reader could take for something else: control
/// characters, line ends included, those that turn the direction of writing,
/// and those that XML does not allow become `_`.
pub(super) fn clean(text: &str) -> String {
    let is_plain = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
        !(c.is_control() || turns || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// What the names of a VM's files begin with: ASCII letters, digits, and `-_.`.
pub(super) fn stem(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    safe_name(&plain.chars().take(STEM_MAX).collect::<String>())
}

/// `text` with `_` for what a shell, or an option of QEMU's, could act on in it,
/// also in double quotes. How that is escaped is not the same in all shells.
pub(super) fn harmless(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/');
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// Whether `text` is one word of letters, digits and what stands in the names of
/// models and flags: nothing that a shell, or an option of QEMU's, acts on.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.bytes().all(is_plain)
}

/// Vendor and product of a USB device: `10c4:ea60`.
pub(super) fn usb_ids(host: &str) -> Option<(&str, &str)> {
    let is_id = |id: &str| id.len() == 4 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let host = host.strip_prefix("0x").unwrap_or(host);
    let (vendor, product) = host.split_once(':')?;
    let product = product.strip_prefix("0x").unwrap_or(product);
    (is_id(vendor) && is_id(product)).then_some((vendor, product))
}

/// Numbers of a date: `2006-06-17`, or with a time `2006-06-17T16:01:21`.
fn date(text: &str) -> Option<[i64; 6]> {
    let (day, time) = text.split_once('T').unwrap_or((text, "0:0:0"));
    let mut numbers = [0; 6];
    let parts = day.split('-').chain(time.split(':'));
    if day.split('-').count() != 3 || time.split(':').count() != 3 {
        return None;
    }
    for (number, part) in numbers.iter_mut().zip(parts) {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    let [_, month, day, hour, minute, second] = numbers;
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    (is_date && hour < 24 && minute < 60 && second < 60).then_some(numbers)
}

/// Whether it is a date that QEMU takes for its clock.
pub(super) fn is_date(text: &str) -> bool {
    date(text).is_some()
}

/// Seconds from 1970 to a date in UTC.
pub(super) fn seconds_of(text: &str) -> Option<i64> {
    let [year, month, day, hour, minute, second] = date(text)?;
    // Years that begin in March, so that a leap day is a year's last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The text that stands in base 64.
pub(super) fn from_base64(text: &str) -> Option<String> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 & 0xffff | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What was put together of our own words and of [`harmless`] ones as one word of
/// any shell.
pub(super) fn shell_word(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_one_word_in_a_shell() {
        assert_eq!(shell_word("if=none,id=drive-scsi0"), "if=none,id=drive-scsi0");
        assert_eq!(shell_word("file=a b"), "\"file=a b\"");
        assert_eq!(harmless("$(reboot)'; reboot"), "__reboot___ reboot");
        assert_eq!(harmless("a\nb\u{1b}[201~\u{202e},\u{fc}!%\"\\"), "a_b__201________");
    }

    #[test]
    fn dates_are_counted_from_1970() {
        // As `date -u -d 2006-06-17T16:01:21 +%s` says.
        assert_eq!(seconds_of("2006-06-17T16:01:21"), Some(1_150_560_081));
        assert_eq!(seconds_of("2000-2-29"), Some(951_782_400));
        assert_eq!((seconds_of("now"), seconds_of("2006-13-01")), (None, None));
    }

    #[test]
    fn texts_in_base_64_are_read() {
        // As `printf 'Dell Inc. %s' ü | base64` says.
        assert_eq!(from_base64("RGVsbCBJbmMuIMO8").as_deref(), Some("Dell Inc. ü"));
        assert_eq!(from_base64("YQ==").as_deref(), Some("a"));
        assert_eq!(from_base64("a b"), None);
    }

    #[test]
    fn stems_are_plain_and_short() {
        assert_eq!(stem("web-01.example"), "web-01.example");
        assert_eq!(stem("../ä b"), "___b");
        assert_eq!(stem(&"x".repeat(300)).len(), 44);
        assert_eq!(stem(""), "unnamed");
        assert_eq!(stem("con"), "_con");
    }
}
