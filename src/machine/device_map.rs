//! The `#qmdump#map:` lines of a config: which device of the archive holds
//! which drive. A restore reads them by a pattern and passes over all others.
//!
//! Source: the pattern of qemu-server 9.2.6 (R),
//! `^#qmdump#map:(\S+):(\S+):(\S*):(\S*):$`, whose `$` matches in front of the
//! line's end. Lines are looked at everywhere, also behind the first section.

const PREFIX: &str = "#qmdump#map:";

/// A map line that a restore reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapLine<'a> {
    /// The drive: `scsi0`.
    pub drive: &'a str,
    /// The device's name in the archive: `drive-scsi0`.
    pub device: &'a str,
    /// The storage it lay on; none means `local`.
    pub storage: &'a str,
    /// Its format there; none means `raw`.
    pub format: &'a str,
}

/// A line that looks like a map line and is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread<'a> {
    /// The line, without what ends it.
    pub line: &'a str,
    /// Why it is not read.
    pub why: Why,
}

/// Why a map line is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The line ends in CR LF.
    CarriageReturn,
    /// Something stands in front of it.
    NotAtStart,
    /// Its last colon is not there, or something stands behind it.
    LastColon,
    /// There is a blank in it.
    Blank,
    /// A field is missing or empty.
    Fields,
}

impl Why {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CarriageReturn => "carriage-return",
            Self::NotAtStart => "not-at-start",
            Self::LastColon => "last-colon",
            Self::Blank => "blank",
            Self::Fields => "fields",
        }
    }
}

/// The map lines of a config, and those that only look like it, both in the
/// order in which they stand.
#[must_use]
pub fn read(config: &str) -> (Vec<MapLine<'_>>, Vec<Unread<'_>>) {
    let (mut maps, mut unread) = (Vec::new(), Vec::new());
    for line in config.split('\n') {
        match MapLine::parse(line) {
            Some(map) => maps.push(map),
            None if line.contains(PREFIX) => unread.push(Unread { line, why: why(line) }),
            None => {}
        }
    }
    (maps, unread)
}

impl<'a> MapLine<'a> {
    /// Reads a line without what ends it. Fields are as long as they can be,
    /// the first one first, so that it takes colons too many.
    #[must_use]
    pub fn parse(line: &'a str) -> Option<Self> {
        let body = line.strip_prefix(PREFIX)?.strip_suffix(':')?;
        if body.contains(is_space) {
            return None;
        }
        let firsts = body.rmatch_indices(':').filter(|(at, _)| *at > 0);
        firsts.filter_map(|(at, _)| split(body, at)).find_map(|(drive, rest)| {
            let seconds = rest.rmatch_indices(':').filter(|(at, _)| *at > 0);
            seconds.filter_map(|(at, _)| split(rest, at)).find_map(|(device, rest)| {
                let (storage, format) = rest.rsplit_once(':')?;
                Some(Self { drive, device, storage, format })
            })
        })
    }
}

fn split(text: &str, at: usize) -> Option<(&str, &str)> {
    let (left, right) = text.split_at_checked(at)?;
    Some((left, right.strip_prefix(':')?))
}

/// What Perl's `\s` matches in bytes.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

/// Why a line that holds the prefix is none.
fn why(line: &str) -> Why {
    let Some(body) = line.strip_prefix(PREFIX) else { return Why::NotAtStart };
    match body {
        _ if body.ends_with('\r') => Why::CarriageReturn,
        _ if !body.ends_with(':') => Why::LastColon,
        _ if body.contains(is_space) => Why::Blank,
        _ => Why::Fields,
    }
}
