//! Goes from block header to block header of an lzop file.

use std::rc::Rc;

use super::super::finding::{ContainerFindingKind, End, Log};
use super::super::input::Input;
use super::super::loss::{Loss, cut};
use super::super::sequential::{Output, Step};
use super::header::{BlockHeader, Flags, MAGIC, Next, Opening, PartHeader};
use crate::source::ReadAt;
use crate::source::{Error, ErrorKind, Part};
use crate::source::{Reader, Writer};

/// The version of lzop whose format this is.
const VERSION: u16 = 0x1040;

/// Bytes of a block header at most.
const HEADER_MAX: usize = 24;

/// Bytes of contents in a block, as lzop cuts them.
const BLOCK: u32 = 256 * 1024;

/// Bytes of blocks that are decoded in vain while searching, at first, and for
/// each byte that was searched.
const VAIN_MAX: u64 = 1 << 20;
const VAIN_PER_BYTE: u64 = 4;

/// A place in an lzop file, at a header.
pub(in crate::container) struct Walk {
    input: Input,
    contents: u64,
    place: Place,
    parts: u64,
    /// Bytes of contents in the block before, in the same part.
    previous: Option<u32>,
}

/// What a walk stands at.
#[derive(Clone)]
enum Place {
    Part,
    Next(Flags),
    Block(Flags, BlockHeader),
    Lost(Search),
}

/// The search for a place to go on from.
#[derive(Clone)]
struct Search {
    loss: Loss,
    start: u64,
    /// The flags of the part; of one whose header is lost, what lzop sets.
    flags: Flags,
    /// Bytes of blocks that were decoded in vain.
    vain: u64,
}

impl Search {
    fn new(loss: Loss, start: u64, flags: Option<Flags>) -> Self {
        Self { loss, start, flags: flags.unwrap_or(Flags::USUAL), vain: 0 }
    }
}

/// What the walk needs to go on at a block.
#[derive(Clone, Copy)]
pub(in crate::container) struct Resume {
    flags: Flags,
    previous: Option<u32>,
}

impl Resume {
    /// Appends it to what is kept of a container.
    pub(in crate::container) fn write_to(self, bytes: &mut Writer) {
        bytes.u32(self.flags.0);
        // No block is as long as that.
        bytes.u32(self.previous.unwrap_or(u32::MAX));
    }

    /// Takes what was appended.
    pub(in crate::container) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let flags = Flags(bytes.u32()?);
        Some(Self { flags, previous: Some(bytes.u32()?).filter(|&length| length != u32::MAX) })
    }
}

/// A block the walk stands at.
#[derive(Clone, Copy)]
pub(in crate::container) struct Block {
    /// Where its contents start.
    pub(in crate::container) contents: u64,
    /// Where its header starts in the source.
    pub(in crate::container) source: u64,
    /// Its header.
    pub(in crate::container) header: BlockHeader,
    /// The flags of its part.
    pub(in crate::container) flags: Flags,
    /// What a walk needs to go on here.
    pub(in crate::container) resume: Resume,
}

impl Block {
    /// Where its contents end.
    pub(in crate::container) fn end(&self) -> u64 {
        self.contents.saturating_add(u64::from(self.header.contents_length))
    }
}

impl Walk {
    /// Starts at the first part of `source`, without reading.
    pub(in crate::container) fn new(source: Rc<dyn ReadAt>) -> Self {
        let input = Input::new(source, 0);
        Self { input, contents: 0, place: Place::Part, parts: 0, previous: None }
    }

    /// Goes to a place where a block was.
    pub(in crate::container) fn go_to(&mut self, source: u64, contents: u64, resume: Resume) {
        self.input.seek(source);
        self.contents = contents;
        self.place = Place::Next(resume.flags);
        self.previous = resume.previous;
        self.parts = self.parts.max(1);
    }

    /// A walk from here on that counts contents from 0.
    pub(in crate::container) fn fork(&self) -> Self {
        let mut input = Input::new(Rc::clone(self.input.source()), 0);
        input.seek(self.input.position());
        let (place, parts, previous) = (self.place.clone(), self.parts, self.previous);
        Self { input, contents: 0, place, parts, previous }
    }

    /// Says where in the contents it stands, in bytes.
    pub(in crate::container) fn stand_at(&mut self, contents: u64) {
        self.contents = contents;
    }

    /// How far it got in the contents, in bytes. The block it stands at is
    /// not passed yet.
    pub(in crate::container) fn contents(&self) -> u64 {
        self.contents
    }

    /// What it reads.
    pub(in crate::container) fn input(&self) -> &Input {
        &self.input
    }

    /// The block it stands at.
    pub(in crate::container) fn block(&self) -> Option<Block> {
        match self.place {
            Place::Block(flags, header) => {
                let source = self.input.position();
                let resume = Resume { flags, previous: self.previous };
                Some(Block { contents: self.contents, source, header, flags, resume })
            }
            _ => None,
        }
    }

    /// The bytes of the block it stands at, header left out; fewer if the
    /// source ends.
    pub(in crate::container) fn block_bytes(&mut self) -> Result<&[u8], Error> {
        let Place::Block(_, header) = self.place else { return Ok(&[]) };
        let end = usize::try_from(header.length).unwrap_or(usize::MAX);
        let end = end.saturating_add(header.header_length);
        let bytes = self.input.peek(end)?;
        let bytes = bytes.get(..end).unwrap_or(bytes);
        Ok(bytes.get(header.header_length..).unwrap_or(&[]))
    }

    /// Goes to the next header, over the block it stands at, or searches on.
    /// [`Step::Data`] counts contents passed.
    pub(in crate::container) fn step(&mut self, log: &mut Log) -> Result<Step, Error> {
        let (contents, mut unknown) = (self.contents, Vec::new());
        let mut output = Output { room: &mut [], contents, log, unknown: &mut unknown, tried: 0 };
        let step = match self.place.clone() {
            Place::Part => self.part(&mut output)?,
            Place::Next(flags) => self.next(flags, &mut output)?,
            Place::Block(flags, header) => self.pass(flags, header)?,
            Place::Lost(search) => self.search(search, &mut output)?,
        };
        if let Step::Lost(count) = step {
            self.contents = self.contents.saturating_add(count);
        }
        Ok(step)
    }

    fn part(&mut self, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = self.input.position();
        if self.input.is_at_end()? {
            return Ok(Step::End(End::Complete));
        }
        match Opening::parse(&mut self.input)? {
            Opening::Part(header) => {
                let (expected, found) = header.checksum;
                let is_sound = expected == found;
                match refusal(&header) {
                    Some(kind) if is_sound => {
                        return Err(Error::new(Part::Container, start, kind));
                    }
                    Some(_) => self.lose(Loss::damage(start, "header", None), start, None),
                    None => {
                        self.input.consume(header.length);
                        self.parts = self.parts.saturating_add(1);
                        self.previous = None;
                        self.place = Place::Next(header.flags);
                    }
                }
                if !is_sound {
                    let kind = ContainerFindingKind::HeaderChecksumMismatch { expected, found };
                    output.log.find(start, output.contents, kind);
                }
            }
            Opening::Cut => return Ok(cut(start, output)),
            Opening::Unknown => {
                let loss = match self.parts {
                    0 => Loss::damage(start, "header", None),
                    _ => Loss::behind_end(start),
                };
                self.lose(loss, start, None);
            }
        }
        Ok(Step::Data(0))
    }

    fn next(&mut self, flags: Flags, output: &mut Output<'_>) -> Result<Step, Error> {
        let start = self.input.position();
        match Next::parse(flags, &mut self.input)? {
            Next::Block(header) => {
                let length = u64::try_from(header.header_length).unwrap_or(0);
                let end = start.saturating_add(length).saturating_add(u64::from(header.length));
                let is_cut = self.input.source().size().is_some_and(|size| size < end);
                if is_cut {
                    self.lose(Loss::cut(start, None), start, Some(flags));
                } else if self.is_plausible(flags, &header)? {
                    self.place = Place::Block(flags, header);
                } else {
                    let loss = Loss::damage(start, "block header", None);
                    self.lose(loss, start, Some(flags));
                }
            }
            Next::EndMarker => {
                self.input.consume(4);
                self.place = Place::Part;
            }
            Next::Cut { is_between: true } => {
                output.log.find(start, output.contents, ContainerFindingKind::EndMarkerMissing);
                return Ok(Step::End(End::Cut));
            }
            Next::Cut { is_between: false } => return Ok(cut(start, output)),
            Next::Unknown => {
                self.lose(Loss::damage(start, "block header", None), start, Some(flags));
            }
        }
        Ok(Step::Data(0))
    }

    fn pass(&mut self, flags: Flags, header: BlockHeader) -> Result<Step, Error> {
        let length = u64::try_from(header.header_length).unwrap_or(0);
        self.input.skip(length.saturating_add(u64::from(header.length)))?;
        self.contents = self.contents.saturating_add(u64::from(header.contents_length));
        self.previous = Some(header.contents_length);
        self.place = Place::Next(flags);
        Ok(Step::Data(usize::try_from(header.contents_length).unwrap_or(usize::MAX)))
    }

    fn lose(&mut self, loss: Loss, start: u64, flags: Option<Flags>) {
        self.place = Place::Lost(Search::new(loss, start, flags));
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

    /// Looks for another part or another sound block behind damage, a read of
    /// the source at a time.
    fn search(&mut self, mut search: Search, output: &mut Output<'_>) -> Result<Step, Error> {
        let bytes = self.input.peek(HEADER_MAX)?;
        let (longest, is_last) = (self.previous.unwrap_or(0).max(BLOCK), bytes.len() < HEADER_MAX);
        let found = find_candidate(bytes, search.flags, longest);
        let none = match is_last {
            true => bytes.len(),
            false => bytes.len().saturating_sub(HEADER_MAX - 1),
        };
        search.loss.skip(found.unwrap_or(none), &mut self.input);
        if found.is_none() {
            if is_last {
                return Ok(search.loss.give_up(self.input.position(), output));
            }
        } else if self.is_sound_part()? {
            self.place = Place::Part;
            return Ok(search.loss.resume(output));
        } else if self.is_sound_block(&mut search)? {
            return self.resume_at_block(search, output);
        } else {
            search.loss.skip(1, &mut self.input);
        }
        self.place = Place::Lost(search);
        Ok(Step::Data(0))
    }

    /// Whether a block stands here that decodes and agrees with its checksums.
    fn is_sound_block(&mut self, search: &mut Search) -> Result<bool, Error> {
        let searched = self.input.position().saturating_sub(search.start);
        let allowed = VAIN_MAX.saturating_add(searched.saturating_mul(VAIN_PER_BYTE));
        let Next::Block(header) = Next::parse(search.flags, &mut self.input)? else {
            return Ok(false);
        };
        if search.vain > allowed {
            return Ok(false);
        }
        let end = header.end();
        let data = self.input.peek(end)?.get(header.header_length..end);
        let is_sound = data.is_some_and(|data| header.is_borne_out_by(data) && header.agrees(data));
        if !is_sound {
            search.vain = search.vain.saturating_add(u64::from(header.contents_length));
        }
        Ok(is_sound)
    }

    /// Goes on at the sound block here. If all that lies between is one block
    /// whose header was damaged, that block is not lost either.
    fn resume_at_block(&mut self, search: Search, output: &mut Output<'_>) -> Result<Step, Error> {
        let end = self.input.position();
        self.place = Place::Next(search.flags);
        let between = usize::try_from(end.saturating_sub(search.start)).unwrap_or(usize::MAX);
        let length = self.previous.unwrap_or(BLOCK);
        if between > HEADER_MAX.saturating_add(usize::try_from(length).unwrap_or(0)) {
            return Ok(search.loss.resume(output));
        }
        self.input.seek(search.start);
        let bytes = self.input.peek(between)?.get(..between).unwrap_or(&[]);
        if let Some(header) = BlockHeader::mended(search.flags, bytes, length) {
            self.place = Place::Block(search.flags, header);
            let kind = ContainerFindingKind::Damaged {
                reason: "block header",
                lost: Some(0),
                resumes: true,
            };
            output.log.find(search.start, output.contents, kind);
            return Ok(Step::Data(0));
        }
        self.input.seek(end);
        Ok(search.loss.resume(output))
    }

    fn is_sound_part(&mut self) -> Result<bool, Error> {
        Ok(match Opening::parse(&mut self.input)? {
            Opening::Part(header) => {
                header.checksum.0 == header.checksum.1 && refusal(&header).is_none()
            }
            Opening::Cut | Opening::Unknown => false,
        })
    }
}

/// Where in `bytes` a part may start, or a block of at most `longest` bytes of
/// contents.
fn find_candidate(bytes: &[u8], flags: Flags, longest: u32) -> Option<usize> {
    let starts = bytes.windows(HEADER_MAX);
    let may_start = |start: &[u8]| {
        let is_short = start
            .first_chunk::<4>()
            .is_some_and(|length| (1..=longest).contains(&u32::from_be_bytes(*length)));
        start.starts_with(&MAGIC) || is_short && matches!(Next::of(flags, start), Next::Block(_))
    };
    starts.into_iter().position(may_start)
}

/// Why a part cannot be read although its header can.
fn refusal(header: &PartHeader) -> Option<ErrorKind> {
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
