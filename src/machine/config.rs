//! A `qemu-server.conf`, read as Proxmox VE reads it.
//!
//! Source: `parse_vm_config` of qemu-server 9.2.6 and `parse_property_string` of
//! pve-common 9.2.1 (C): see [`super::lines`] for which lines hold. Of an option
//! that stands twice Proxmox refuses the whole line; here the first one holds.

use super::grammar::{self, CARD_MODELS, WHOLE};
use super::lines::{boolean, insert_sorted, main_section};

/// The lines of a config that hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    lines: Vec<Line>,
    notes: String,
}

/// A line: a key and its options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// `net0`.
    pub key: String,
    /// `net`; the whole key where Proxmox knows no such key.
    pub name: String,
    /// Its number, where it has one.
    pub number: Option<u16>,
    /// What stands behind the colon.
    pub value: String,
    /// Names and values; one with an empty name where the value is one whole.
    pub options: Vec<(String, String)>,
}

/// Names of keys that are drives, without their numbers.
const BUSES: [&str; 6] = ["ide", "sata", "scsi", "virtio", "efidisk", "tpmstate"];

impl Line {
    /// Whether it is that of a drive.
    #[must_use]
    pub fn is_drive(&self) -> bool {
        self.number.is_some() && BUSES.contains(&self.name.as_str())
    }

    /// Whether it is that of a CD drive.
    #[must_use]
    pub fn is_optical(&self) -> bool {
        self.is_drive() && self.option("media") == Some("cdrom")
    }

    fn new(key: &str, value: &str) -> Self {
        let known = grammar::key_of(key);
        let options = match known {
            Some((known, _)) if !known.options.is_empty() => options(known.default, value),
            _ => vec![(WHOLE.to_owned(), value.to_owned())],
        };
        Self {
            key: key.to_owned(),
            name: known.map_or(key, |(known, _)| known.name).to_owned(),
            number: known.and_then(|(_, number)| number),
            value: value.to_owned(),
            options,
        }
    }

    /// The value of an option.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// An option that is yes or no.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.option(name).and_then(boolean)
    }
}

/// The options of a value. Of a network card the model may name the address.
fn options(default: &str, value: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| {
        if !options.iter().any(|(other, _)| other == name) {
            options.push((name.to_owned(), value.to_owned()));
        }
    };
    for option in value.split(',').map(str::trim).filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some((model, address)) if default == "model" && CARD_MODELS.contains(&model) => {
                add("model", model);
                add("macaddr", address);
            }
            Some((name, value)) => add(name, value),
            None => add(default, option),
        }
    }
    options
}

impl Config {
    /// Reads a config. What is not understood is kept as it stands.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut config = Self { lines: Vec::new(), notes: notes(text) };
        for (key, value) in main_section(text) {
            match key {
                // An old name of the second IDE's first drive.
                "cdrom" => config.put(Line::new("ide2", &format!("{value},media=cdrom"))),
                _ => config.put(Line::new(key, value)),
            }
        }
        config
    }

    fn put(&mut self, line: Line) {
        self.lines.retain(|other| other.key != line.key);
        self.lines.push(line);
    }

    /// The lines, in the order in which they stand.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The VM's notes, decoded.
    #[must_use]
    pub fn notes(&self) -> &str {
        &self.notes
    }

    /// The line of a key.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// What stands behind a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.line(key).map(|line| line.value.as_str())
    }

    /// What stands behind a key, as a number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u32> {
        self.value(key).and_then(|value| value.parse().ok())
    }

    /// What stands behind a key, as yes or no.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key).and_then(boolean)
    }

    /// An option of a key.
    #[must_use]
    pub fn option(&self, key: &str, name: &str) -> Option<&str> {
        self.line(key).and_then(|line| line.option(name))
    }

    /// The lines of one name with a number, the lowest one first.
    #[must_use]
    pub fn numbered(&self, name: &str) -> Vec<&Line> {
        let with_number = |line: &&Line| line.name == name && line.number.is_some();
        let mut lines = Vec::new();
        for line in self.lines.iter().filter(with_number) {
            insert_sorted(&mut lines, line, |line| line.number);
        }
        lines
    }
}

/// The notes: lines of the main section that begin with `#`, and those of the
/// key `description`, with `%` and two digits for a byte. Map lines are none.
fn notes(text: &str) -> String {
    let main = text.split('\n').take_while(|line| !line.starts_with('['));
    let of_line = |line: &str| {
        let note = line.strip_prefix('#').or_else(|| line.strip_prefix("description:"))?;
        let is_note = !note.starts_with("qmdump#map:") && !note.starts_with("vzdump#");
        is_note.then(|| decoded(note.trim_end_matches('\r')))
    };
    let lines: Vec<String> = main.filter_map(of_line).collect();
    lines.join("\n").trim().to_owned()
}

/// `%41` as `A`; bytes that are no UTF-8 then are shown as such.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex =
            |place: usize| behind.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        let code = hex(0).zip(hex(1)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        match code.filter(|_| first == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = behind.get(2..).unwrap_or(&[]);
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
