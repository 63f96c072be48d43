//! A disk in a file of some format, as bytes that can be read at any offset.

use core::ops::Range;
use std::rc::Rc;

use super::bytes::{to_u64, to_usize};
use super::table::Table;
use super::units::Units;
use crate::image::DiskImage;
use crate::source::{Error, Gap, ReadAt};

/// A disk in a file of some format. Its metadata is made up as it is read, its
/// data comes from the image; parts that the archive lost read as zeros.
#[derive(Clone)]
pub struct DiskFile {
    image: Rc<dyn DiskImage>,
    /// In order; zeros lie between them.
    sections: Vec<Section>,
    size: u64,
}

#[derive(Clone)]
struct Section {
    range: Range<u64>,
    content: Content,
}

/// What stands in a part of a file.
#[derive(Clone)]
pub(super) enum Content {
    /// Just these bytes, zeros behind them.
    Bytes(Vec<u8>),
    /// A table of numbers.
    Table(Table),
    /// Units of the image.
    Data(Data),
}

/// Units of an image, one behind the other in the order of their ranks.
#[derive(Clone)]
pub(super) struct Data {
    /// The units that are there.
    pub(super) units: Rc<Units>,
    /// Bytes of a unit.
    pub(super) unit_size: u64,
    /// Bytes `0xff` before each unit.
    pub(super) lead: u64,
}

/// A stretch of a data section.
struct Span {
    /// Where it is in the section.
    range: Range<u64>,
    /// Where it is in the image; `None` for what leads a unit.
    image: Option<u64>,
}

/// Where a file holds a part of its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Offset in the file, in bytes.
    pub file: u64,
    /// The part of the image, in bytes from its start.
    pub image: Range<u64>,
}

impl DiskFile {
    /// A file with nothing in it yet.
    pub(super) fn new(image: &Rc<dyn DiskImage>) -> Self {
        Self { image: Rc::clone(image), sections: Vec::new(), size: 0 }
    }

    /// Puts `content` at `start`, not before what was put last, for `length`
    /// bytes. The file ends there, until more is put.
    pub(super) fn with(mut self, start: u64, length: u64, content: Content) -> Self {
        self.size = start + length;
        self.sections.push(Section { range: start..self.size, content });
        self
    }

    /// Where the file holds `range` of the image, in order. Parts that have no
    /// place are zeros on the disk, and need none.
    ///
    /// So a file can be written in any order: its [own parts](Self::own_parts),
    /// and what comes of the image where it belongs, over zeros.
    #[must_use]
    pub fn places(&self, range: Range<u64>) -> Vec<Place> {
        let mut places = Vec::new();
        for section in &self.sections {
            if let Content::Data(data) = &section.content {
                data.add_places(section.range.start, &range, &mut places);
            }
        }
        places
    }

    /// The parts of the file that are not of the image, in order: headers,
    /// tables, and what leads units.
    #[must_use]
    pub fn own_parts(&self) -> Vec<Range<u64>> {
        let mut parts = Vec::new();
        for section in &self.sections {
            match &section.content {
                Content::Bytes(_) | Content::Table(_) => parts.push(section.range.clone()),
                Content::Data(data) if data.lead > 0 => {
                    let starts = (0..data.units.len()).map(|rank| rank * data.stride());
                    parts.extend(starts.map(|start| {
                        let start = section.range.start + start;
                        start..start + data.lead
                    }));
                }
                Content::Data(_) => {}
            }
        }
        parts
    }

    /// The ranges of the image that a read of `range` asks for.
    fn image_ranges(&self, range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        self.parts(range).flat_map(|(section, part)| {
            let start = section.range.start;
            let data = match &section.content {
                Content::Data(data) => Some(data),
                Content::Bytes(_) | Content::Table(_) => None,
            };
            let spans = data.map(|data| data.spans(part.start - start..part.end - start));
            spans.into_iter().flatten().filter_map(|span| {
                let length = span.range.end - span.range.start;
                span.image.map(|at| at..at.saturating_add(length))
            })
        })
    }

    /// The sections that `range` touches, each with the part that it touches.
    fn parts(&self, range: Range<u64>) -> impl Iterator<Item = (&Section, Range<u64>)> {
        self.sections.iter().filter_map(move |section| {
            let part = section.range.start.max(range.start)..section.range.end.min(range.end);
            (part.start < part.end).then_some((section, part))
        })
    }
}

impl ReadAt for DiskFile {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let length = to_usize(self.size.saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(0) };
        buffer.fill(0);
        for (section, part) in self.parts(offset..offset.saturating_add(to_u64(length))) {
            let at = part.start - section.range.start;
            let within = to_usize(part.start - offset)..to_usize(part.end - offset);
            let Some(buffer) = buffer.get_mut(within) else { continue };
            match &section.content {
                Content::Bytes(bytes) => {
                    bytes.read_at(at, buffer)?;
                }
                Content::Table(table) => table.fill(at, buffer),
                Content::Data(data) => data.read(&*self.image, at, buffer)?,
            }
        }
        Ok(length)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        for image_range in self.image_ranges(range) {
            self.image.trace(image_range, into);
        }
    }

    /// Of parts of the image that lie apart, the first that is not at hand counts,
    /// as in the [image](crate::image::Image).
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        for image_range in self.image_ranges(range) {
            let mut reads = Vec::new();
            self.image.trace(image_range.clone(), &mut reads);
            if !reads.is_empty() {
                return self.image.approach(image_range, work_max);
            }
        }
        Ok(true)
    }

    fn gap(&self, _: Range<u64>) -> Option<Gap> {
        None
    }

    fn detour(&self, _: u64, _: u64) -> u64 {
        0
    }
}

impl Data {
    /// Bytes of the section.
    pub(super) fn length(&self) -> u64 {
        self.units.len() * self.stride()
    }

    fn stride(&self) -> u64 {
        self.lead + self.unit_size
    }

    /// Adds the places of `image` in this section, which starts at `section` of
    /// the file.
    fn add_places(&self, section: u64, image: &Range<u64>, places: &mut Vec<Place>) {
        let size = self.unit_size.max(1);
        for run in self.units.runs_from(image.start / size) {
            if run.first * size >= image.end {
                break;
            }
            let together = if self.lead == 0 { run.count } else { 1 };
            let end = image.end.div_ceil(size).min(run.end());
            let mut unit = run.first;
            while unit < end {
                let start = (unit * size).max(image.start);
                let stop = ((unit + together) * size).min(image.end);
                let within = self.lead + start - unit * size;
                let file = section + (run.rank + unit - run.first) * self.stride() + within;
                places.push(Place { file, image: start..stop });
                unit += together;
            }
        }
    }

    fn spans(&self, range: Range<u64>) -> impl Iterator<Item = Span> {
        let mut at = range.start;
        core::iter::from_fn(move || {
            if at >= range.end {
                return None;
            }
            let (image, length) = self.span_at(at)?;
            let start = at;
            at = start.saturating_add(length).min(range.end);
            Some(Span { range: start..at, image })
        })
    }

    /// What stands at `at`, and for how many bytes.
    fn span_at(&self, at: u64) -> Option<(Option<u64>, u64)> {
        let (rank, within) = (at / self.stride(), at % self.stride());
        let run = self.units.runs_from_rank(rank).next()?;
        let Some(within) = within.checked_sub(self.lead) else {
            return Some((None, self.lead - within));
        };
        let together = if self.lead == 0 { run.count } else { 1 };
        Some((Some(run.first * self.unit_size + within), together * self.unit_size - within))
    }

    fn read(&self, image: &dyn DiskImage, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        for span in self.spans(offset..offset + to_u64(buffer.len())) {
            let within = to_usize(span.range.start - offset)..to_usize(span.range.end - offset);
            let Some(part) = buffer.get_mut(within) else { continue };
            match span.image {
                Some(at) => {
                    image.read_at(at, part)?;
                }
                None => part.fill(0xff),
            }
        }
        Ok(())
    }
}
