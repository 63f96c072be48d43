//! Goes from block header to block header of an lzop file.

use std::rc::Rc;

use super::header::{BlockHeader, Flags, MAGIC, Next, Opening, PartHeader};
use super::search::Search;
use super::task::{Done, Task, unpack};
use crate::container::ahead;
use crate::container::blockwise::walk::{Block, Step, Unpacked, Walk};
use crate::container::finding::ContainerFindingKind;
use crate::container::input::Input;
use crate::container::log::{End, Log};
use crate::container::loss::{Found, Loss, cut};
use crate::source::{Error, ErrorKind, Part, ReadAt, Reader, Writer};

/// The version of lzop whose format this is.
const VERSION: u16 = 0x1040;

/// Bytes of a block header at most.
pub(super) const HEADER_MAX: usize = 24;

/// Bytes of contents in a block, as lzop cuts them.
pub(super) const BLOCK: u32 = 256 * 1024;

/// A place in an lzop file, at a header.
pub(in crate::container) struct Lzop {
    pub(super) input: Input,
    contents: u64,
    pub(super) place: Place,
    parts: u64,
    /// Bytes of contents in the block before, in the same part.
    pub(super) previous: Option<u32>,
    /// The header of the block it stands at, if what stands in the source in its
    /// place is damaged.
    pub(super) mended: Option<BlockHeader>,
}

/// What a walk stands at.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Part,
    Next(Flags),
    Block(Flags, BlockHeader),
}

/// What the walk needs to go on at a block.
#[derive(Clone, Copy)]
pub(in crate::container) struct Resume {
    flags: Flags,
    previous: Option<u32>,
    /// Damage costs no block whose header alone it hits: what takes its place.
    mended: Option<BlockHeader>,
}

impl Walk for Lzop {
    type Resume = Resume;

    type Search = Search;

    const DECODES: bool = false;

    const EFFORT: u64 = 1;

    fn new(source: Rc<dyn ReadAt>) -> Self {
        let input = Input::new(source, 0);
        Self { input, contents: 0, place: Place::Part, parts: 0, previous: None, mended: None }
    }

    fn fork(&self) -> Self {
        let input = Input::new(Rc::clone(self.input.source()), self.input.position());
        let (place, parts, previous) = (self.place, self.parts, self.previous);
        Self { input, contents: 0, place, parts, previous, mended: self.mended }
    }

    fn go_to(&mut self, source: u64, contents: u64, resume: Resume) {
        self.input.seek(source);
        self.contents = contents;
        self.mended = resume.mended;
        self.place = match resume.mended {
            Some(header) => Place::Block(resume.flags, header),
            None => Place::Next(resume.flags),
        };
        self.previous = resume.previous;
        self.parts = self.parts.max(1);
    }

    fn start_again(&mut self, source: u64) {
        self.input.seek(source);
        self.place = Place::Part;
    }

    fn stand_at(&mut self, contents: u64) {
        self.contents = contents;
    }

    fn contents(&self) -> u64 {
        self.contents
    }

    fn parts(&self) -> u64 {
        self.parts
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn block(&self) -> Option<Block<Resume>> {
        let Place::Block(flags, header) = self.place else { return None };
        let resume = Resume { flags, previous: self.previous, mended: self.mended };
        let (contents, source) = (self.contents, self.input.position());
        let is_mended = self.mended.is_some();
        Some(Block { contents, length: header.contents_length.into(), source, resume, is_mended })
    }

    fn decode(&mut self, checks: bool) -> Result<Unpacked, Error> {
        let Place::Block(flags, header) = self.place else {
            return Ok(Unpacked { bytes: None, sums: Vec::new(), has_sums: true });
        };
        let data = self.data(&header)?;
        let (bytes, sums) = unpack(&header, data, checks);
        Ok(Unpacked { bytes: bytes.map(Rc::new), sums, has_sums: flags.has_checksums() })
    }

    fn task(&mut self, checks: bool, keeps: bool) -> Option<ahead::Task> {
        let Place::Block(flags, header) = self.place else { return None };
        let data = self.data(&header).ok()?.to_vec();
        Some(ahead::Task::lzop(Task { flags, header, data, checks, keeps }))
    }

    fn unpacked(done: ahead::Done) -> Option<Unpacked> {
        let Done { bytes, sums, has_sums } = done.into_lzop()?;
        Some(Unpacked { bytes: bytes.map(Rc::new), sums, has_sums })
    }

    fn step(&mut self, log: &mut Log) -> Result<Step<Search>, Error> {
        match self.place {
            Place::Part => self.part(log),
            Place::Next(flags) => self.next(flags, log),
            Place::Block(flags, header) => self.pass(flags, &header),
        }
    }

    fn search(&mut self, search: &mut Search, loss: &mut Loss) -> Result<Found, Error> {
        self.search_on(search, loss)
    }

    fn write_resume(resume: &Resume, bytes: &mut Writer) {
        bytes.u32(resume.flags.0);
        // No block is as long as that.
        bytes.u32(resume.previous.unwrap_or(u32::MAX));
    }

    fn read_resume(bytes: &mut Reader<'_>) -> Option<Resume> {
        let flags = Flags(bytes.u32()?);
        let previous = Some(bytes.u32()?).filter(|&length| length != u32::MAX);
        Some(Resume { flags, previous, mended: None })
    }
}

impl Lzop {
    /// What stands behind the header of the block it stands at, as much as is there.
    fn data(&mut self, header: &BlockHeader) -> Result<&[u8], Error> {
        let bytes = self.input.peek(header.end())?;
        let bytes = bytes.get(..header.end()).unwrap_or(bytes);
        Ok(bytes.get(header.header_length..).unwrap_or(&[]))
    }

    fn part(&mut self, log: &mut Log) -> Result<Step<Search>, Error> {
        let start = self.input.position();
        if self.input.is_at_end()? {
            return Ok(Step::End(End::Complete));
        }
        match Opening::parse(&mut self.input)? {
            Opening::Part(header) => {
                let (expected, found) = header.checksum;
                let is_sound = expected == found;
                let refusal = refusal(&header);
                if !is_sound {
                    let kind = ContainerFindingKind::HeaderChecksumMismatch { expected, found };
                    log.find(start, self.contents, kind);
                }
                match refusal {
                    Some(kind) if is_sound => {
                        return Err(Error::new(Part::Container, start, kind));
                    }
                    Some(_) => return Ok(lost(Loss::damage(start, "header"), None)),
                    None => {
                        self.input.consume(header.length);
                        self.parts = self.parts.saturating_add(1);
                        self.previous = None;
                        self.place = Place::Next(header.flags);
                    }
                }
            }
            Opening::Cut => return Ok(Step::End(cut(start, self.contents, log))),
            Opening::Unknown => {
                let loss = match self.parts {
                    0 => Loss::damage(start, "header"),
                    _ => Loss::behind_end(start),
                };
                return Ok(lost(loss, None));
            }
        }
        Ok(Step::On)
    }

    fn next(&mut self, flags: Flags, log: &mut Log) -> Result<Step<Search>, Error> {
        let start = self.input.position();
        match Next::parse(flags, &mut self.input)? {
            Next::Block(header) => {
                let length = u64::try_from(header.header_length).unwrap_or(0);
                let end = start.saturating_add(length).saturating_add(u64::from(header.length));
                if !self.reaches(end)? {
                    return Ok(lost(Loss::cut(start), Some(flags)));
                }
                if self.is_plausible(flags, &header)? {
                    self.place = Place::Block(flags, header);
                } else {
                    return Ok(lost(Loss::damage(start, "block header"), Some(flags)));
                }
            }
            Next::EndMarker => {
                self.input.consume(4);
                self.place = Place::Part;
            }
            Next::Cut { is_between: true } => {
                log.find(start, self.contents, ContainerFindingKind::EndMarkerMissing);
                return Ok(Step::End(End::Cut));
            }
            Next::Cut { is_between: false } => {
                return Ok(Step::End(cut(start, self.contents, log)));
            }
            Next::Unknown => {
                return Ok(lost(Loss::damage(start, "block header"), Some(flags)));
            }
        }
        Ok(Step::On)
    }

    /// Whether the source has its bytes up to `end`; one that is packed itself does not
    /// tell how long it is.
    fn reaches(&self, end: u64) -> Result<bool, Error> {
        let source = self.input.source();
        match source.size() {
            Some(size) => Ok(size >= end),
            None => Ok(source.read_at(end.saturating_sub(1), &mut [0])? == 1),
        }
    }

    fn pass(&mut self, flags: Flags, header: &BlockHeader) -> Result<Step<Search>, Error> {
        let length = u64::try_from(header.header_length).unwrap_or(0);
        self.input.skip(length.saturating_add(u64::from(header.length)))?;
        self.contents = self.contents.saturating_add(u64::from(header.contents_length));
        self.previous = Some(header.contents_length);
        self.mended = None;
        self.place = Place::Next(flags);
        Ok(Step::On)
    }

    /// Whether what the header says of the block's lengths can be believed:
    /// the chain of blocks goes on behind it as it should, or the block
    /// decodes to just that. A wrong length would put everything behind it in
    /// the wrong place.
    fn is_plausible(&mut self, flags: Flags, header: &BlockHeader) -> Result<bool, Error> {
        let end = header.end();
        let bytes = self.input.peek(end.saturating_add(HEADER_MAX))?;
        let behind = bytes.get(end..).unwrap_or(&[]);
        let goes_on = match Next::of(flags, behind) {
            // All blocks of a part are of one length, but for the last.
            Next::Block(next) => {
                header.contents_length == next.contents_length
                    || self.previous == Some(header.contents_length)
                        && next.contents_length < header.contents_length
            }
            Next::EndMarker => {
                let rest = behind.get(4..).unwrap_or(&[]);
                rest.is_empty() || MAGIC.starts_with(rest.get(..MAGIC.len()).unwrap_or(rest))
            }
            Next::Cut { .. } => true,
            Next::Unknown => false,
        };
        let data = bytes.get(header.header_length..end).unwrap_or(&[]);
        Ok(goes_on || header.is_borne_out_by(data))
    }
}

fn lost(loss: Loss, flags: Option<Flags>) -> Step<Search> {
    Step::Stopped(loss, Search::new(flags))
}

/// Why a part cannot be read although its header can.
pub(super) fn refusal(header: &PartHeader) -> Option<ErrorKind> {
    let (feature, found) = if header.version_needed > VERSION {
        ("lzop version", u32::from(header.version_needed))
    } else if !(1..=3).contains(&header.method) {
        ("lzop method", u32::from(header.method))
    } else if header.filter != 0 {
        ("lzop filter", header.filter)
    } else {
        return None;
    };
    Some(ErrorKind::ContainerFeature { feature, found })
}
