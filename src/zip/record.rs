//! What stands before, behind and after the files of a zip archive.

use super::entry::{Entry, Kind};

/// From this size on a file's sizes are written in 64 bits: with what stands around its
/// blocks it still has room in 32.
const LARGE: u64 = 0xf000_0000;

/// Sizes and places from here on stand in 64 bits elsewhere.
const IN_64: u32 = u32::MAX;

/// What is read of it takes this version: 2.0, or 4.5 for sizes in 64 bits.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;

/// Made by version 4.5, on Unix (4.4.2): so that its modes count.
const MADE_BY: u16 = 0x032d;

/// Bits of the general purpose flag (4.4.4): what is known at last stands behind; the name
/// is in UTF-8.
const STREAMED: u16 = 1 << 3;
const UTF_8: u16 = 1 << 11;

/// Methods (4.4.5).
const STORE: u16 = 0;
const DEFLATE: u16 = 8;

/// Bits of MS-DOS for a directory and for what is hidden.
const DOS_DIRECTORY: u32 = 0x10;
const DOS_HIDDEN: u32 = 0x02;

/// What is written of an entry, twice.
///
/// Many fields: each is one of the format's.
pub(super) struct Record {
    path: Vec<u8>,
    at: u64,
    is_large: bool,
    pub(super) is_streamed: bool,
    pub(super) crc: u32,
    pub(super) size: u64,
    pub(super) packed: u64,
    /// Time and date as MS-DOS has them.
    moment: (u16, u16),
    /// What is the same in the extra fields of both headers.
    extra: Vec<u8>,
    attributes: u32,
}

impl Record {
    /// Of an entry that begins at `at` and has `size` bytes, or will have.
    pub(super) fn new(entry: &Entry<'_>, at: u64, size: u64) -> Self {
        let (kind, dos) = match entry.kind {
            Kind::File => (0o100_000_u32, 0),
            Kind::Directory => (0o040_000, DOS_DIRECTORY),
            Kind::Link => (0o120_000, 0),
        };
        let hidden = if entry.is_hidden { DOS_HIDDEN } else { 0 };
        let attributes = ((kind | u32::from(entry.mode)) << 16) | dos | hidden;
        Self {
            path: entry.path.as_bytes().to_vec(),
            at,
            is_large: size >= LARGE,
            is_streamed: false,
            crc: 0,
            size: 0,
            packed: 0,
            moment: moment(entry.modified),
            extra: extra(entry),
            attributes,
        }
    }

    /// The header before its bytes (4.3.7). Where what is known at last stands behind, the
    /// sizes here are zero, or all ones with zeros in 64 bits (4.4.4, 4.5.3).
    pub(super) fn local(&self, into: &mut Vec<u8>) {
        let mut extra = Vec::new();
        if self.is_large {
            put16(0x0001, &mut extra);
            put16(16, &mut extra);
            put64(self.size, &mut extra);
            put64(self.packed, &mut extra);
        }
        extra.extend(&self.extra);
        into.extend(b"PK\x03\x04");
        self.common(&extra, into);
        into.extend(&self.path);
        into.extend(extra);
    }

    /// What is known at last (4.3.9).
    pub(super) fn descriptor(&self, into: &mut Vec<u8>) {
        into.extend(b"PK\x07\x08");
        into.extend(self.crc.to_le_bytes());
        for size in [self.packed, self.size] {
            if self.is_large {
                put64(size, into);
            } else {
                into.extend(in_32(size).to_le_bytes());
            }
        }
    }

    /// The header in the central directory (4.3.12). In 64 bits stands only what needs it.
    pub(super) fn central(&self, into: &mut Vec<u8>) {
        let mut wide = Vec::new();
        if self.is_large {
            put64(self.size, &mut wide);
            put64(self.packed, &mut wide);
        }
        let is_far = self.at >= u64::from(IN_64);
        if is_far {
            put64(self.at, &mut wide);
        }
        let mut extra = Vec::new();
        if !wide.is_empty() {
            put16(0x0001, &mut extra);
            put16(u16::try_from(wide.len()).unwrap_or(0), &mut extra);
            extra.extend(wide);
        }
        extra.extend(&self.extra);
        into.extend(b"PK\x01\x02");
        put16(MADE_BY, into);
        self.common(&extra, into);
        // No comment, the first disk, nothing internal.
        into.extend([0; 6]);
        into.extend(self.attributes.to_le_bytes());
        into.extend(in_32(self.at).to_le_bytes());
        into.extend(&self.path);
        into.extend(extra);
    }

    /// What both headers have.
    fn common(&self, extra: &[u8], into: &mut Vec<u8>) {
        let is_wide = self.is_large || self.at >= u64::from(IN_64);
        put16(if is_wide { VERSION_64 } else { VERSION }, into);
        put16(UTF_8 | if self.is_streamed { STREAMED } else { 0 }, into);
        put16(if self.is_streamed { DEFLATE } else { STORE }, into);
        let (time, date) = self.moment;
        put16(time, into);
        put16(date, into);
        into.extend(self.crc.to_le_bytes());
        for size in [self.packed, self.size] {
            let size = if self.is_large { IN_64 } else { in_32(size) };
            into.extend(size.to_le_bytes());
        }
        put16(u16::try_from(self.path.len()).unwrap_or(u16::MAX), into);
        put16(u16::try_from(extra.len()).unwrap_or(u16::MAX), into);
    }
}

/// What stands at the end: of `count` entries, whose central directory begins and is as long
/// as `central` says (4.3.14 to 4.3.16).
pub(super) fn end(count: u64, (start, length): (u64, u64), into: &mut Vec<u8>) {
    let short = u16::try_from(count).unwrap_or(u16::MAX);
    let is_wide = short == u16::MAX || start.max(length) >= u64::from(IN_64);
    if is_wide {
        into.extend(b"PK\x06\x06");
        put64(44, into);
        put16(MADE_BY, into);
        put16(VERSION_64, into);
        into.extend([0; 8]);
        for number in [count, count, length, start] {
            put64(number, into);
        }
        into.extend(b"PK\x06\x07");
        into.extend([0; 4]);
        put64(start.saturating_add(length), into);
        into.extend(1_u32.to_le_bytes());
    }
    into.extend(b"PK\x05\x06");
    into.extend([0; 4]);
    put16(short, into);
    put16(short, into);
    into.extend(in_32(length).to_le_bytes());
    into.extend(in_32(start).to_le_bytes());
    put16(0, into);
}

/// When it was changed, in seconds of Universal Time, and whom it belongs to.
fn extra(entry: &Entry<'_>) -> Vec<u8> {
    let mut extra = Vec::new();
    if let (false, Ok(seconds)) = (entry.is_local, i32::try_from(entry.modified)) {
        extra.extend(b"UT\x05\x00\x01");
        extra.extend(seconds.to_le_bytes());
    }
    if let Some((user, group)) = entry.owner {
        extra.extend(b"ux\x0b\x00\x01\x04");
        extra.extend(user.to_le_bytes());
        extra.push(4);
        extra.extend(group.to_le_bytes());
    }
    extra
}

/// Time and date as MS-DOS has them, from 1980 to 2107, in steps of two seconds.
fn moment(seconds: i64) -> (u16, u16) {
    // 1980 and the end of 2107.
    let seconds = seconds.clamp(315_532_800, 4_354_819_198);
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(day);
    let time = ((second / 3600) << 11) | (((second / 60) % 60) << 5) | ((second % 60) / 2);
    let date = ((year - 1980) << 9) | (month << 5) | day;
    (u16::try_from(time).unwrap_or(0), u16::try_from(date).unwrap_or(0x21))
}

/// Year, month and day of a day since 1970 began: counted from March on, so that a leap day
/// comes last.
fn date(day: i64) -> (i64, i64, i64) {
    // From the first of March in the year 0.
    let day = day + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let is_next = month >= 10;
    (era * 400 + year + i64::from(is_next), if is_next { month - 9 } else { month + 3 }, of_month)
}

fn in_32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(IN_64)
}

fn put16(number: u16, into: &mut Vec<u8>) {
    into.extend(number.to_le_bytes());
}

fn put64(number: u64, into: &mut Vec<u8>) {
    into.extend(number.to_le_bytes());
}
