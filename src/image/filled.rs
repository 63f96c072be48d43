//! An image for whoever needs every byte of it: lost ones are made up.

use core::ops::Range;

use super::device_image::Image;
use super::disk_image::DiskImage;
use super::run::{Origin, Run};
use crate::source::{Error, ErrorKind, Gap, GapKind, Part, ReadAt, to_u64, to_usize};

/// What the bytes of an image that are lost read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// Zeros, as an unused part of a disk.
    #[default]
    Zeros,
    /// [`LOST_PATTERN`] over and over, counted from the start of the image, so
    /// that lost parts can be found in files and by `grep`.
    Pattern,
}

/// What [`Fill::Pattern`] repeats. Its length divides that of any sector.
pub const LOST_PATTERN: [u8; 16] = *b"VMA-DATA-IS-LOST";

impl Fill {
    /// Fills `buffer`, which stands at `offset` of the image.
    fn write(self, offset: u64, buffer: &mut [u8]) {
        match self {
            Self::Zeros => buffer.fill(0),
            Self::Pattern => {
                let mut pattern = LOST_PATTERN;
                pattern.rotate_left(usize::try_from(offset % 16).unwrap_or(0));
                let (whole, rest) = buffer.as_chunks_mut();
                whole.fill(pattern);
                rest.iter_mut().zip(pattern).for_each(|(to, from)| *to = from);
            }
        }
    }
}

/// An image whose lost bytes read as a [`Fill`] says, so that it has no gap:
/// what a saved disk is made of. [`runs`](Self::runs) tells what is made up.
#[derive(Clone)]
pub struct FilledImage {
    image: Image,
    fill: Fill,
}

impl Image {
    /// The same image without gaps: bytes that are lost, or not known yet, read
    /// as `fill` says.
    #[must_use]
    pub fn filled(self, fill: Fill) -> FilledImage {
        FilledImage { image: self, fill }
    }
}

impl FilledImage {
    /// Whether `origin` has bytes that an image of another format has to store:
    /// zeros need not be.
    fn is_stored(&self, origin: Origin) -> bool {
        match origin {
            Origin::Stored(_) => true,
            Origin::Zero => false,
            Origin::Lost | Origin::NotYetKnown => self.fill != Fill::Zeros,
        }
    }

    /// What it is made of: see [`Image::runs`].
    pub fn runs(&self, range: Range<u64>) -> impl Iterator<Item = Run> {
        self.image.runs(range)
    }

    /// Makes up what cannot be had at the start of `buffer`, which stands at
    /// `offset`; returns how many bytes that is, none only if `buffer` is empty.
    ///
    /// # Errors
    ///
    /// The scan has not come there yet.
    fn make_up(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let end = offset.saturating_add(to_u64(buffer.len()));
        let gap = self.image.gap(offset..end).filter(Gap::stops_reads);
        if gap.is_some_and(|gap| gap.kind == GapKind::NotYetKnown && gap.start <= offset) {
            return Err(Error::new(Part::Image, offset, ErrorKind::NotYetKnown));
        }
        let end = gap.map_or(end, |gap| gap.end.min(end));
        let count = to_usize(end.saturating_sub(offset)).min(buffer.len());
        self.fill.write(offset, buffer.get_mut(..count).unwrap_or(&mut []));
        Ok(count)
    }
}

impl ReadAt for FilledImage {
    fn size(&self) -> Option<u64> {
        self.image.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let left =
            to_usize(self.size().unwrap_or_default().saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..left) else { return Ok(0) };
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(to_u64(done));
            let count = match self.image.read_at(at, rest)? {
                0 => self.make_up(at, rest)?,
                count => count,
            };
            done = done.saturating_add(count);
        }
        Ok(left)
    }

    fn gap(&self, _: Range<u64>) -> Option<Gap> {
        None
    }

    crate::source::as_quick_as!(image);
}

impl DiskImage for FilledImage {
    fn stored(&self, from: u64, max: usize) -> Vec<Range<u64>> {
        let mut stored: Vec<Range<u64>> = Vec::new();
        for run in self.runs(from..u64::MAX).filter(|run| self.is_stored(run.origin)) {
            let is_full = stored.len() >= max;
            match stored.last_mut() {
                Some(last) if last.end == run.start.0 => last.end = run.end(),
                _ if is_full => break,
                _ => stored.push(run.start.0..run.end()),
            }
        }
        stored
    }
}
