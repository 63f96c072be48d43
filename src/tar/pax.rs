//! Headers of anything that Unix knows, with pax records for what `ustar` has no room for.
//!
//! Source: POSIX.1-2001, `pax`; star's `SCHILY.xattr`, as GNU tar and bsdtar read it.

use std::borrow::Cow;

use super::{BLOCK_BYTES, OCTAL_MAX, Sparse, put, seal};

/// The largest number that seven octal digits hold.
const SEVEN_MAX: u32 = (1 << 21) - 1;

/// Bytes of a name that fit into a header.
const NAME_MAX: usize = 100;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// Another name of a file that came before.
    HardLink,
    /// A symbolic link.
    Link,
    /// A character device.
    Character,
    /// A block device.
    Block,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
}

/// What stands in front of the bytes of a file.
///
/// Many fields: each is one of the header's.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Its path, without a slash at its front; a directory's ends with one.
    pub path: &'a [u8],
    /// What it is.
    pub kind: Kind,
    /// Bytes that follow; only those of a file. Of one with holes those of its
    /// [list](Sparse::list) too.
    pub size: u64,
    /// What of a file follows, if that is not all of it.
    pub sparse: Option<Sparse<'a>>,
    /// The lower twelve bits of its mode.
    pub mode: u16,
    /// Whom it belongs to.
    pub user: u32,
    /// Which group it belongs to.
    pub group: u32,
    /// When it was changed: seconds since 1970 began, and nanoseconds on top.
    pub modified: (i64, u32),
    /// Where a link leads.
    pub target: &'a [u8],
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Extended attributes.
    pub attributes: &'a [(Vec<u8>, Vec<u8>)],
}

impl<'a> Entry<'a> {
    /// A file of `size` bytes of which nothing else is known.
    #[must_use]
    pub fn of_file(path: &'a [u8], size: u64) -> Self {
        Self {
            path,
            kind: Kind::File,
            size,
            sparse: None,
            mode: 0o644,
            user: 0,
            group: 0,
            modified: (0, 0),
            target: b"",
            device: (0, 0),
            attributes: &[],
        }
    }
}

/// Writes the header of an entry, and one of pax records before it where it needs some.
pub fn write(entry: &Entry<'_>, into: &mut Vec<u8>) {
    let records = records(entry);
    if !records.is_empty() {
        let name = b"././@PaxHeader".as_slice();
        let size = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let header = Entry::of_file(name, size);
        into.extend(block(&header, b'x'));
        into.extend(&records);
        into.resize(into.len().next_multiple_of(BLOCK_BYTES), 0);
    }
    into.extend(block(entry, flag(entry.kind)));
}

fn flag(kind: Kind) -> u8 {
    match kind {
        Kind::File => b'0',
        Kind::HardLink => b'1',
        Kind::Link => b'2',
        Kind::Character => b'3',
        Kind::Block => b'4',
        Kind::Directory => b'5',
        Kind::Fifo => b'6',
    }
}

fn block(entry: &Entry<'_>, flag: u8) -> [u8; BLOCK_BYTES] {
    let mut header = [0; BLOCK_BYTES];
    let seven = |number: u32| format!("{:07o}", if number > SEVEN_MAX { 0 } else { number });
    let (seconds, _) = entry.modified;
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let path = stand_in(entry);
    put(&mut header, 0, short(&path));
    put(&mut header, 100, format!("{:07o}", entry.mode).as_bytes());
    put(&mut header, 108, seven(entry.user).as_bytes());
    put(&mut header, 116, seven(entry.group).as_bytes());
    let size = if entry.size > OCTAL_MAX { 0 } else { entry.size };
    put(&mut header, 124, format!("{size:011o}").as_bytes());
    put(&mut header, 136, format!("{:011o}", seconds.min(OCTAL_MAX)).as_bytes());
    put(&mut header, 156, &[flag]);
    put(&mut header, 157, short(entry.target));
    put(&mut header, 257, b"ustar\x0000");
    put(&mut header, 329, seven(entry.device.0).as_bytes());
    put(&mut header, 337, seven(entry.device.1).as_bytes());
    seal(&mut header);
    header
}

/// The path that a header gives. A program that knows nothing of holes unpacks the list and
/// what is stored under another name than the file's.
fn stand_in<'a>(entry: &Entry<'a>) -> Cow<'a, [u8]> {
    if entry.sparse.is_none() {
        return Cow::Borrowed(entry.path);
    }
    let name = entry.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    Cow::Owned([b"GNUSparseFile.0/", name].concat())
}

/// What of a name has room in a header.
fn short(name: &[u8]) -> &[u8] {
    name.get(..NAME_MAX).unwrap_or(name)
}

/// The pax records that an entry needs.
fn records(entry: &Entry<'_>) -> Vec<u8> {
    let mut records = Vec::new();
    let path = if entry.sparse.is_some() { b"".as_slice() } else { entry.path };
    let names = [(b"path".as_slice(), path), (b"linkpath", entry.target)];
    let needed = names.into_iter().filter(|(_, name)| {
        let is_text = core::str::from_utf8(name).is_ok();
        name.len() > NAME_MAX || (!name.is_ascii() && is_text)
    });
    let needed: Vec<_> = needed.collect();
    let sparse_name = entry.sparse.map(|_| entry.path);
    // Otherwise they would have to be UTF-8.
    let mut names = needed.iter().map(|(_, name)| *name).chain(sparse_name);
    if names.any(|name| core::str::from_utf8(name).is_err()) {
        record(&mut records, b"hdrcharset", b"BINARY");
    }
    for (keyword, name) in needed {
        record(&mut records, keyword, name);
    }
    if let Some(sparse) = &entry.sparse {
        record(&mut records, b"GNU.sparse.major", b"1");
        record(&mut records, b"GNU.sparse.minor", b"0");
        record(&mut records, b"GNU.sparse.name", entry.path);
        record(&mut records, b"GNU.sparse.realsize", sparse.size.to_string().as_bytes());
    }
    if entry.size > OCTAL_MAX {
        record(&mut records, b"size", entry.size.to_string().as_bytes());
    }
    for (keyword, number) in [(b"uid", entry.user), (b"gid", entry.group)] {
        if number > SEVEN_MAX {
            record(&mut records, keyword, number.to_string().as_bytes());
        }
    }
    let (seconds, nanoseconds) = entry.modified;
    let fits = u64::try_from(seconds).is_ok_and(|seconds| seconds <= OCTAL_MAX);
    if !fits || nanoseconds > 0 {
        record(&mut records, b"mtime", time(seconds, nanoseconds).as_bytes());
    }
    for (name, value) in entry.attributes {
        let keyword = [b"SCHILY.xattr.".as_slice(), &escaped(name)].concat();
        record(&mut records, &keyword, value);
    }
    records
}

/// A keyword ends at the first `=`: in a name GNU tar writes it, and `%`, as URLs do.
fn escaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in name {
        match byte {
            b'=' => out.extend(b"%3D"),
            b'%' => out.extend(b"%25"),
            byte => out.push(byte),
        }
    }
    out
}

/// A time as a decimal number: nanoseconds count forward from the second before.
fn time(seconds: i64, nanoseconds: u32) -> String {
    if nanoseconds == 0 {
        return seconds.to_string();
    }
    if seconds >= 0 {
        return format!("{seconds}.{nanoseconds:09}");
    }
    let whole = seconds.saturating_add(1).unsigned_abs();
    format!("-{whole}.{:09}", 1_000_000_000_u32.saturating_sub(nanoseconds))
}

/// A record begins with its own length, in which the digits of that count.
fn record(records: &mut Vec<u8>, keyword: &[u8], value: &[u8]) {
    let rest = keyword.len().saturating_add(value.len()).saturating_add(3);
    let mut length = rest;
    for _ in 0..3 {
        length = rest.saturating_add(length.to_string().len());
    }
    records.extend(format!("{length} ").bytes());
    records.extend(keyword);
    records.push(b'=');
    records.extend(value);
    records.push(b'\n');
}
