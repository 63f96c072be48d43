//! What is in a tar archive, by its headers (POSIX.1-2017, `pax`; GNU tar's manual,
//! "Basic Tar Format").

use crate::source::{Error, Member, Members, ReadAt, read_range};

/// Bytes of a header, and what data is filled up to.
const RECORD: u64 = 512;

/// What stands behind the last member, twice.
const END: [u8; 512] = [0; 512];

/// Members that are listed.
const MEMBERS_MAX: usize = 64;

/// Headers that are read, those that only belong to another one included.
const HEADERS_MAX: usize = 512;

/// Bytes of a name that are kept.
const NAME_MAX: usize = 255;

/// Bytes that are read of what says more of the member behind it.
const SAID_MAX: u64 = 16 << 10;

/// What vzdump puts in front of a container's files: its configuration, of LXC and,
/// before Proxmox VE 4, of OpenVZ.
pub(super) const CONFIGS_OF_CONTAINERS: [&str; 2] =
    ["./etc/vzdump/pct.conf", "./etc/vzdump/vps.conf"];

/// What the backup of a virtual machine begins with that is a tar archive, and how its
/// disks are named.
pub(super) const CONFIG_OF_VM: &str = "qemu-server.conf";
pub(super) const DISK_OF_VM: &str = "vm-disk-";

/// Whether `bytes` start with a header: the magic, and the checksum over all of it.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<512>() else { return false };
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).fold(0, u64::wrapping_add);
    // The checksum's own eight bytes count as blanks.
    let [before, behind] = [&header[..148], &header[156..]].map(sum);
    let computed = before.wrapping_add(behind).wrapping_add(8 * 32);
    header[257..].starts_with(b"ustar") && number(&header[148..156]) == Some(computed)
}

/// A number in octal digits, or in base 256 where the first bit says so.
fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        let (leading, last) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
        let is_small = first == 0x80 && leading.iter().all(|&byte| byte == 0);
        return is_small.then(|| u64::from_be_bytes(*last.first_chunk().unwrap_or(&[0; 8])));
    }
    let text = str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches([' ', '\0']), 8).ok()
}

/// What headers in front of a member say of it.
#[derive(Default)]
struct Said {
    name: Option<String>,
    size: Option<u64>,
    /// The size without the holes that are not stored.
    stored: Option<u64>,
}

/// The members of the archive in `source`, as far as headers follow one another
/// below `reach`.
///
/// # Errors
///
/// The source cannot be read.
pub(super) fn list(source: &dyn ReadAt, reach: u64) -> Result<Members, Error> {
    let (mut members, mut said, mut at) = (Members::default(), Said::default(), 0_u64);
    for _ in 0..HEADERS_MAX {
        if at >= reach {
            return Ok(members);
        }
        let record = read_range(source, at..at.saturating_add(RECORD))?;
        let Some(header) = record.first_chunk().filter(|_| is_header(&record)) else {
            members.is_all = record.first_chunk() == Some(&END);
            return Ok(members);
        };
        let header: &[u8; 512] = header;
        let Some(stored) = number(&header[124..136]) else { return Ok(members) };
        let mut data = at.saturating_add(RECORD);
        match header[156] {
            kind @ (b'L' | b'x') => {
                let text = read_range(source, data..data.saturating_add(stored.min(SAID_MAX)))?;
                said.take(kind, &text);
            }
            // Said of all that follow, or a link's target, or a volume's label.
            b'g' | b'K' | b'V' => {}
            kind => {
                if members.list.len() == MEMBERS_MAX {
                    return Ok(members);
                }
                let sparse = (kind == b'S').then(|| number(&header[483..495])).flatten();
                let Said { name, size, stored: real } = core::mem::take(&mut said);
                let name = cut(name.unwrap_or_else(|| name_of(header)));
                let size = size.or(sparse).unwrap_or(stored);
                members.list.push(Member { name, size });
                if kind == b'S' && header[482] == 1 {
                    data = behind_map(source, data)?;
                }
                at = next(data, real.unwrap_or(stored));
                continue;
            }
        }
        at = next(data, stored);
    }
    Ok(members)
}

/// Where the header behind `size` bytes at `data` stands.
fn next(data: u64, size: u64) -> u64 {
    data.saturating_add(size.checked_next_multiple_of(RECORD).unwrap_or(u64::MAX))
}

/// Where the data of a sparse member of GNU tar begins: records that go on with its
/// map come before, each of which says whether another one follows.
fn behind_map(source: &dyn ReadAt, mut at: u64) -> Result<u64, Error> {
    for _ in 0..HEADERS_MAX {
        let record = read_range(source, at..at.saturating_add(RECORD))?;
        at = at.saturating_add(RECORD);
        if record.get(504) != Some(&1) {
            return Ok(at);
        }
    }
    Ok(u64::MAX)
}

/// The name that a header has room for.
fn name_of(header: &[u8]) -> String {
    let text = |field: &[u8]| {
        let until = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(field.get(..until).unwrap_or(&[])).into_owned()
    };
    let name = text(header.get(..100).unwrap_or(&[]));
    // GNU's own headers, `ustar  `, have other things where the prefix is.
    let has_prefix = header.get(257..263) == Some(b"ustar\0");
    let prefix = text(header.get(345..500).filter(|_| has_prefix).unwrap_or(&[]));
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn cut(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(NAME_MAX));
    name
}

impl Said {
    /// Takes what stands in front of a member: its long name, or records of pax.
    fn take(&mut self, kind: u8, text: &[u8]) {
        if kind == b'L' {
            let until = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
            self.name = text.get(..until).map(|name| String::from_utf8_lossy(name).into_owned());
            return;
        }
        let mut rest = text;
        while let Some((key, value, behind)) = record(rest) {
            let size = || str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
            match key {
                // A sparse file is named by a name of its own where it is unpacked.
                b"GNU.sparse.name" => self.name = Some(String::from_utf8_lossy(value).into()),
                b"path" if self.name.is_none() => {
                    self.name = Some(String::from_utf8_lossy(value).into());
                }
                b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.size = size(),
                b"size" => self.stored = size(),
                _ => {}
            }
            rest = behind;
        }
        self.size = self.size.or(self.stored);
    }
}

/// The key and the value of the record of pax that `bytes` start with, `LENGTH
/// KEY=VALUE\n`, and what is behind it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().take(20).position(|&byte| byte == b' ')?;
    let length: usize = str::from_utf8(bytes.get(..blank)?).ok()?.parse().ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let text = record.get(blank.checked_add(1)?..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|&byte| byte == b'=')?;
    Some((text.get(..equals)?, text.get(equals.checked_add(1)?..)?, rest))
}
