//! Extent headers that an earlier scan saw, read again before anything of their
//! extents is handed out.

use core::cell::{Cell, RefCell};
use core::ops::Range;
use std::rc::Rc;

use uuid::Uuid;

use crate::archive::extent::{ExtentHeader, HEADER_LENGTH, HEADER_SIZE};
use crate::source::{Error, ErrorKind, Gap, Part, ReadAt, Reader, Writer, be_u64, to_u64};

/// Headers that are noted; a scan of more is not kept.
const HEADERS_MAX: usize = 1 << 20;

/// The headers of all extents, in order of where they stand: enough of each to tell
/// whether the same stands there when it is read again.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    noted: Vec<Noted>,
    /// Whether some are not noted.
    lacks_some: bool,
}

#[derive(Clone, Copy, Debug)]
struct Noted {
    at: u64,
    /// The first eight bytes of its MD5, which covers all of it.
    md5: u64,
}

impl Headers {
    /// Takes note of a sound header.
    pub(super) fn note(&mut self, at: u64, header: &ExtentHeader) {
        let is_next = self.noted.last().is_none_or(|last| last.at < at);
        if self.noted.len() >= HEADERS_MAX || !is_next {
            self.lacks_some = true;
            return;
        }
        self.noted.push(Noted { at, md5: start_of(header.md5()) });
    }

    /// Appends them; `None` if some were not noted.
    pub(super) fn write_to(&self, bytes: &mut Writer) -> Option<()> {
        if self.lacks_some {
            return None;
        }
        bytes.u32(u32::try_from(self.noted.len()).ok()?);
        for noted in &self.noted {
            bytes.u64(noted.at);
            bytes.u64(noted.md5);
        }
        Some(())
    }

    /// Takes what was appended; `None` if it is something else.
    pub(super) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let mut taken = Self::default();
        for _ in 0..bytes.u32()? {
            taken.noted.push(Noted { at: bytes.u64()?, md5: bytes.u64()? });
        }
        Some(taken)
    }

    /// The numbers of those whose extents can have a byte in `range`.
    fn within(&self, range: &Range<u64>) -> Range<usize> {
        let start = self.noted.partition_point(|noted| noted.at <= range.start);
        let end = self.noted.partition_point(|noted| noted.at < range.end);
        start.saturating_sub(1)..end.max(start)
    }
}

fn start_of(md5: [u8; 16]) -> u64 {
    be_u64(&md5, 0)
}

/// The contents of an archive of which an earlier scan is relied on: before a byte of
/// an extent is read for the first time, its header is compared with what the scan
/// saw. A read fails where it is another.
pub(super) struct Reread {
    contents: Rc<dyn ReadAt>,
    uuid: Uuid,
    headers: Headers,
    /// Of each header, whether it was found to be the same.
    are_same: RefCell<Vec<bool>>,
    /// Whether one was found to be another.
    has_changed: Cell<bool>,
}

impl Reread {
    /// `contents` of the archive `uuid`, in which a scan saw `headers`.
    pub(super) fn new(contents: Rc<dyn ReadAt>, uuid: Uuid, headers: Headers) -> Self {
        let are_same = RefCell::new(vec![false; headers.noted.len()]);
        Self { contents, uuid, headers, are_same, has_changed: Cell::new(false) }
    }

    /// Whether a header was found to be another.
    pub(super) fn has_changed(&self) -> bool {
        self.has_changed.get()
    }

    /// Headers that have to be compared before `range` is read, with their numbers.
    fn unread(&self, range: &Range<u64>) -> Vec<(usize, Noted)> {
        let within = self.headers.within(range);
        let noted = self.headers.noted.get(within.clone()).unwrap_or(&[]);
        let are_same = self.are_same.borrow();
        let is_unread = |number: &usize| are_same.get(*number) != Some(&true);
        within.zip(noted.iter().copied()).filter(|(number, _)| is_unread(number)).collect()
    }

    fn compare(&self, number: usize, noted: Noted) -> Result<(), Error> {
        let mut bytes = [0; HEADER_LENGTH];
        let count = self.contents.read_at(noted.at, &mut bytes)?;
        let header = ExtentHeader::parse(&bytes);
        let is_same = count == HEADER_LENGTH
            && header.faults(self.uuid).is_empty()
            && start_of(header.md5()) == noted.md5;
        if !is_same {
            self.has_changed.set(true);
            return Err(Error::new(Part::Extent, noted.at, ErrorKind::ChangedSinceScan));
        }
        if let Some(same) = self.are_same.borrow_mut().get_mut(number) {
            *same = true;
        }
        Ok(())
    }
}

impl ReadAt for Reread {
    fn size(&self) -> Option<u64> {
        self.contents.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let range = offset..offset.saturating_add(to_u64(buffer.len()));
        for (number, noted) in self.unread(&range) {
            self.compare(number, noted)?;
        }
        self.contents.read_at(offset, buffer)
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.contents.gap(range)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for (_, noted) in self.unread(&range) {
            self.contents.trace(range_of(noted), into);
        }
        self.contents.trace(range, into);
    }

    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        for (number, noted) in self.unread(&range) {
            if !self.contents.approach(range_of(noted), work_max)? {
                return Ok(false);
            }
            self.compare(number, noted)?;
        }
        self.contents.approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.contents.detour(from, offset)
    }
}

fn range_of(noted: Noted) -> Range<u64> {
    noted.at..noted.at.saturating_add(HEADER_SIZE)
}
