//! The lines of a `qemu-server.conf`, by Proxmox VE's own grammar.
//!
//! Source: qemu-server 9.2.6 (R: only the main section, in front of the first
//! `[`, is read; of two lines with one key the last holds; lines that do not
//! begin at the line's start are dropped; booleans; which drives there are).

/// Key and value of the lines of the main section that hold, in the order in
/// which they stand: of two with one key the last.
#[must_use]
pub fn main_section(config: &str) -> Vec<(&str, &str)> {
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for line in config.split('\n').take_while(|line| !line.starts_with('[')) {
        if let Some((key, value)) = key_and_value(line) {
            lines.retain(|(other, _)| *other != key);
            lines.push((key, value));
        }
    }
    lines
}

/// The lines of the main section that are drives, in the order in which they
/// stand.
#[must_use]
pub fn drive_lines(config: &str) -> Vec<(&str, &str)> {
    let mut lines = main_section(config);
    lines.retain(|(key, _)| is_drive(key));
    lines
}

/// The last value that a line gives in the main section.
#[must_use]
pub fn value_of<'a>(config: &'a str, key: &str) -> Option<&'a str> {
    main_section(config).into_iter().find(|(other, _)| *other == key).map(|(_, value)| value)
}

/// The options of a value, name and what stands behind its `=`. One without a
/// name, wherever it stands, is that of `default`.
pub fn options<'a>(value: &'a str, default: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let options = value.split(',').map(str::trim).filter(|option| !option.is_empty());
    options.map(move |option| option.split_once('=').unwrap_or((default, option)))
}

/// The value of an option of a drive or another line; `is_default` if it may
/// stand there without its name.
#[must_use]
pub fn option_value<'a>(value: &'a str, name: &'a str, is_default: bool) -> Option<&'a str> {
    let default = if is_default { name } else { "" };
    options(value, default).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A boolean in any of its spellings; `None` where it is none.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match text {
        _ if is(["1", "on", "yes", "true"]) => Some(true),
        _ if is(["0", "off", "no", "false"]) => Some(false),
        _ => None,
    }
}

/// Bytes of a size as Proxmox writes it: `528K`, `32G`, `1.5T`, or a number of
/// bytes. `None` where it is none, or does not fit.
#[must_use]
pub fn bytes_of_size(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(['K', 'M', 'G', 'T']);
    let shift = match text.strip_prefix(number)? {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    times(number, 1_u64.checked_shl(shift)?)
}

/// A decimal number times `unit`, cut to a whole: `1.5` times 100. `None` where
/// it is none, or does not fit.
#[must_use]
pub fn times(text: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) || fraction.len() > 18 {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = fraction.parse::<u128>().unwrap_or(0).checked_mul(unit.into())?;
    whole.checked_add(u64::try_from(part.checked_div(scale)?).ok()?)
}

/// Puts `item` behind those that are not above it, so that a list that is filled
/// so is sorted. Lists of a config are short, and this is a small part of code.
pub fn insert_sorted<T, K: Ord>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> K) {
    let own = key(&item);
    let at = list.iter().take_while(|other| key(other) <= own).count();
    list.insert(at, item);
}

/// Whether there is such a drive in Proxmox VE: `net32`, `scsi31` and
/// `tpmstate1` do not exist (R).
#[must_use]
pub fn is_drive(key: &str) -> bool {
    const DRIVES: [(&str, u8); 6] =
        [("ide", 3), ("sata", 5), ("scsi", 30), ("virtio", 15), ("efidisk", 0), ("tpmstate", 0)];
    DRIVES.into_iter().any(|(bus, last)| {
        let number = key.strip_prefix(bus).unwrap_or("");
        let is_plain = number == "0" || !number.starts_with(['0', '+']);
        is_plain && number.parse::<u8>().is_ok_and(|number| number <= last)
    })
}

/// `key: value`, at the line's start, what surrounds the value left out. The
/// key is made of small letters, `_` and `-`, and digits at its end.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-';
    let value = value.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b');
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(is_name);
    (fits && !value.is_empty()).then_some((key, value))
}
