//! Files of settings, line by line.

use super::fact::FactKind;
use super::item::Item;
use super::walk::Walk;
use crate::file_system::Result;

/// Users of persons have ids from here on: `UID_MIN` of `login.defs(5)`.
const USER_MIN: u32 = 1000;

/// The id of nobody, which is no person's.
const NOBODY: u32 = 65534;

/// `os-release(5)`: the name with the version.
pub(super) fn os_release(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    if walk.has(item.kind) {
        return Ok(());
    }
    let text = walk.text(item.path)?;
    let value = |key: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.map(unquoted).filter(|value| !value.is_empty())
    };
    let name = value("PRETTY_NAME").or_else(|| {
        let name = value("NAME")?;
        Some(value("VERSION").map_or_else(|| name.clone(), |version| format!("{name} {version}")))
    });
    if let Some(name) = name {
        item.tell(walk, &[&name]);
    }
    Ok(())
}

/// The first line that says something, behind what the item says of it; unless its kind is
/// known already.
pub(super) fn line(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    if walk.has(item.kind) {
        return Ok(());
    }
    let text = walk.text(item.path)?;
    if let Some(line) = lines(&text).next() {
        let line = format!("{}{line}", item.about);
        item.tell(walk, &[&line]);
    }
    Ok(())
}

/// `passwd(5)`: root, and who has an id of a person and a shell to log in with. The field
/// of the password is not looked at.
pub(super) fn users(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let text = walk.text(item.path)?;
    for line in text.lines() {
        let mut fields = line.split(':');
        let (name, id) = (fields.next(), fields.nth(1).and_then(|id| id.parse::<u32>().ok()));
        let (home, shell) = (fields.nth(2), fields.next());
        let (Some(name), Some(id), Some(home), Some(shell)) = (name, id, home, shell) else {
            continue;
        };
        let is_person = id == 0 || (USER_MIN..NOBODY).contains(&id);
        // Without a shell it is /bin/sh.
        let logs_in = !matches!(shell.rsplit('/').next(), Some("nologin" | "false" | "sync"));
        if is_person && logs_in {
            item.tell(walk, &[name, home]);
        }
    }
    Ok(())
}

/// `fstab(5)` and `crypttab(5)`: as many fields of each line as the kind has words.
pub(super) fn table(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let text = walk.text(item.path)?;
    let count = if item.kind == FactKind::Mount { 3 } else { 2 };
    for line in lines(&text) {
        let fields: Vec<String> = line.split_whitespace().take(count).map(unescaped).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        if fields.len() == count {
            item.tell(walk, &fields);
        }
    }
    Ok(())
}

/// Addresses in all files of a directory whose names end as the item says, or in a file:
/// of `interfaces(5)`, netplan, NetworkManager's keyfiles and `systemd.network(5)`.
pub(super) fn addresses(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let texts = match item.about {
        "" => vec![(walk.text(item.path)?, item.path.to_owned())],
        ending => walk.texts(item.path, ending)?,
    };
    for (text, path) in texts {
        for line in lines(&text) {
            let key_end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
            let (key, values) = line.split_at(key_end);
            let key = key.trim_end_matches(|letter: char| letter.is_ascii_digit());
            // A list in YAML has its addresses in lines of their own, with a prefix that
            // those of name servers and of gateways lack.
            let needs_prefix = key == "-" || key == "addresses";
            if !needs_prefix && !key.eq_ignore_ascii_case("address") {
                continue;
            }
            let values = values.trim_start_matches(['=', ':', ' ', '\t']);
            // NetworkManager has the gateway behind a comma.
            let values = values.split([',', '[', ']', ' ', '"', '\'']).map(str::trim);
            for value in values.filter(|value| !value.is_empty()) {
                if is_address(value) && (!needs_prefix || value.contains('/')) {
                    walk.tell(item.kind, &path, &[value], None);
                }
                if !needs_prefix {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Whether it may be an address of IPv4 or IPv6, with or without a prefix.
fn is_address(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    let is_four = address.split('.').count() == 4
        && address.split('.').all(|number| number.parse::<u8>().is_ok());
    let is_six = address.split(':').count() > 2
        && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    (is_four || is_six) && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= 128)
}

/// Lines that say something, without comments of their own.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A value as a shell would take it: without its quotation marks, and what is behind a
/// backslash as it is.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inside = |mark: char| value.strip_prefix(mark)?.strip_suffix(mark);
    let value = inside('"').or_else(|| inside('\'')).unwrap_or(value);
    let mut plain = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

/// A field of `fstab(5)`, in which `\040` is a space.
fn unescaped(field: &str) -> String {
    let mut parts = field.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(part.get(3..).unwrap_or_default());
            }
            None => {
                plain.push('\\');
                plain.push_str(part);
            }
        }
    }
    plain
}
