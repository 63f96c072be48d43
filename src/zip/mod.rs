//! Zip archives, written from front to back.
//!
//! A file whose bytes are there is stored. Of another one neither the checksum nor whether
//! all of it can be had is known when its header is written: it is in blocks of Deflate that
//! are stored, which tell their end, and what is known at last stands behind it. So nothing
//! is compressed, and every reader gets through, also one that cannot seek.
//!
//! Source: PKWARE's APPNOTE.TXT 6.3.10; its sections stand beside each part. Extra fields
//! `UT` and `ux`: Info-ZIP's `proginfo/extrafld.txt`.

mod entry;
mod name;
mod record;

pub use self::entry::{Entry, Kind};
pub use self::name::{Names, digest, is_kept_by_windows};
use self::record::Record;

/// Bytes of the central directory that are held, at most.
const CENTRAL_MAX: usize = 256 << 20;

/// Bytes of it that are given at once.
const PART: usize = 1 << 20;

/// Bytes of a block of Deflate that is stored.
const BLOCK: usize = 0xffff;

/// A file that is being written.
struct Begun {
    record: Record,
    crc: crc32fast::Hasher,
}

/// An archive that is being written.
#[derive(Default)]
pub struct Zip {
    /// Bytes of the archive before what is written next.
    at: u64,
    count: u64,
    central: Vec<u8>,
    /// Where the central directory begins, and how many bytes of it are given.
    closing: Option<(u64, usize)>,
    begun: Option<Begun>,
}

impl Zip {
    /// Whether another entry has room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.central.len() < CENTRAL_MAX
    }

    /// Writes an entry of which all bytes are there.
    pub fn whole(&mut self, entry: &Entry<'_>, bytes: &[u8], into: &mut Vec<u8>) {
        let size = length(bytes);
        let mut record = Record::new(entry, self.at, size);
        (record.size, record.packed) = (size, size);
        record.crc = crc32fast::hash(bytes);
        let before = into.len();
        record.local(into);
        into.extend(bytes);
        self.wrote(before, into);
        self.note(&record);
    }

    /// Begins a file of `size` bytes, which [`add`](Self::add) gives.
    pub fn begin(&mut self, entry: &Entry<'_>, size: u64, into: &mut Vec<u8>) {
        let mut record = Record::new(entry, self.at, size);
        record.is_streamed = true;
        let before = into.len();
        record.local(into);
        self.wrote(before, into);
        self.begun = Some(Begun { record, crc: crc32fast::Hasher::new() });
    }

    /// Adds bytes to the file that was begun.
    pub fn add(&mut self, bytes: &[u8], into: &mut Vec<u8>) {
        let Some(begun) = &mut self.begun else { return };
        begun.crc.update(bytes);
        let before = into.len();
        for block in bytes.chunks(BLOCK) {
            stored(block, false, into);
        }
        let packed = u64::try_from(into.len().saturating_sub(before)).unwrap_or(u64::MAX);
        begun.record.size = begun.record.size.saturating_add(length(bytes));
        begun.record.packed = begun.record.packed.saturating_add(packed);
        self.wrote(before, into);
    }

    /// Ends it.
    pub fn end(&mut self, into: &mut Vec<u8>) {
        let Some(Begun { mut record, crc }) = self.begun.take() else { return };
        let before = into.len();
        stored(&[], true, into);
        let packed = u64::try_from(into.len().saturating_sub(before)).unwrap_or(u64::MAX);
        record.packed = record.packed.saturating_add(packed);
        record.crc = crc.finalize();
        record.descriptor(into);
        self.wrote(before, into);
        self.note(&record);
    }

    /// Writes some of what stands at the end; returns whether all of it is there.
    pub fn close(&mut self, into: &mut Vec<u8>) -> bool {
        let (start, given) = *self.closing.get_or_insert((self.at, 0));
        let end = given.saturating_add(PART).min(self.central.len());
        into.extend(self.central.get(given..end).unwrap_or(&[]));
        self.closing = Some((start, end));
        if end < self.central.len() {
            return false;
        }
        record::end(self.count, (start, length(&self.central)), into);
        true
    }

    fn wrote(&mut self, before: usize, into: &[u8]) {
        let count = u64::try_from(into.len().saturating_sub(before)).unwrap_or(u64::MAX);
        self.at = self.at.saturating_add(count);
    }

    fn note(&mut self, record: &Record) {
        record.central(&mut self.central);
        self.count = self.count.saturating_add(1);
    }
}

/// A block of Deflate that is stored, at most 65,535 bytes (RFC 1951, 3.2.4).
fn stored(block: &[u8], is_last: bool, into: &mut Vec<u8>) {
    let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
    into.push(u8::from(is_last));
    into.extend(length.to_le_bytes());
    into.extend((!length).to_le_bytes());
    into.extend(block);
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
