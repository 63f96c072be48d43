//! Goes from block header to block header of an lzop file.

use std::rc::Rc;

use super::super::finding::{ContainerFindingKind, End, Log};
use super::super::input::Input;
use super::super::loss::{Loss, cut};
use super::super::stream::{Output, Step};
use super::header::{BlockHeader, Flags, MAGIC, Next, Opening, PartHeader};
use crate::error::{Error, ErrorKind, Part};
use crate::read_at::ReadAt;

/// The version of lzop whose format this is.
const VERSION: u16 = 0x1040;

/// A place in an lzop file, at a header.
pub(super) struct Walk {
    input: Input,
    contents: u64,
    place: Place,
    parts: u64,
}

/// What a walk stands at.
#[derive(Clone)]
enum Place {
    Part,
    Next(Flags),
    Block(Flags, BlockHeader),
    Lost(Loss),
}

/// A block the walk stands at.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Where its contents start.
    pub(super) contents: u64,
    /// Where its header starts in the source.
    pub(super) source: u64,
    /// Its header.
    pub(super) header: BlockHeader,
    /// The flags of its part.
    pub(super) flags: Flags,
}

impl Block {
    /// Where its contents end.
    pub(super) fn end(&self) -> u64 {
        self.contents.saturating_add(u64::from(self.header.contents_length))
    }
}

impl Walk {
    /// Starts at the first part of `source`, without reading.
    pub(super) fn new(source: Rc<dyn ReadAt>) -> Self {
        Self { input: Input::new(source, 0), contents: 0, place: Place::Part, parts: 0 }
    }

    /// Goes to a place where a block was, in a part with `flags`.
    pub(super) fn go_to(&mut self, source: u64, contents: u64, flags: Flags) {
        self.input.seek(source);
        self.contents = contents;
        self.place = Place::Next(flags);
        self.parts = self.parts.max(1);
    }

    /// How far it got in the contents, in bytes. The block it stands at is
    /// not passed yet.
    pub(super) fn contents(&self) -> u64 {
        self.contents
    }

    /// What it reads.
    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    /// The block it stands at.
    pub(super) fn block(&self) -> Option<Block> {
        match self.place {
            Place::Block(flags, header) => {
                let source = self.input.position();
                Some(Block { contents: self.contents, source, header, flags })
            }
            _ => None,
        }
    }

    /// The bytes of the block it stands at, header left out; fewer if the
    /// source ends.
    pub(super) fn block_bytes(&mut self) -> Result<&[u8], Error> {
        let Place::Block(_, header) = self.place else { return Ok(&[]) };
        let end = usize::try_from(header.length).unwrap_or(usize::MAX);
        let end = end.saturating_add(header.header_length);
        let bytes = self.input.peek(end)?;
        let bytes = bytes.get(..end).unwrap_or(bytes);
        Ok(bytes.get(header.header_length..).unwrap_or(&[]))
    }

    /// Goes to the next header, over the block it stands at, or searches on.
    /// [`Step::Data`] counts contents passed.
    pub(super) fn step(&mut self, log: &mut Log) -> Result<Step, Error> {
        let mut output = Output { room: &mut [], contents: self.contents, log };
        let step = match self.place.clone() {
            Place::Part => self.part(&mut output)?,
            Place::Next(flags) => self.next(flags, &mut output)?,
            Place::Block(flags, header) => self.pass(flags, header)?,
            Place::Lost(loss) => self.search(loss, &mut output)?,
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
                    Some(_) => self.place = Place::Lost(Loss::damage(start, "header", None)),
                    None => {
                        self.input.consume(header.length);
                        self.parts = self.parts.saturating_add(1);
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
                self.place = Place::Lost(match self.parts {
                    0 => Loss::damage(start, "header", None),
                    _ => Loss::behind_end(start),
                });
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
                self.place = match is_cut {
                    true => Place::Lost(Loss::cut(start, None)),
                    false => Place::Block(flags, header),
                };
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
                self.place = Place::Lost(Loss::damage(start, "block header", None));
            }
        }
        Ok(Step::Data(0))
    }

    fn pass(&mut self, flags: Flags, header: BlockHeader) -> Result<Step, Error> {
        let length = u64::try_from(header.header_length).unwrap_or(0);
        self.input.skip(length.saturating_add(u64::from(header.length)))?;
        self.contents = self.contents.saturating_add(u64::from(header.contents_length));
        self.place = Place::Next(flags);
        Ok(Step::Data(usize::try_from(header.contents_length).unwrap_or(usize::MAX)))
    }

    /// Looks for another part behind damage, a read of the source at a time.
    fn search(&mut self, mut loss: Loss, output: &mut Output<'_>) -> Result<Step, Error> {
        if !loss.skip_to(&MAGIC, &mut self.input)? {
            if self.input.is_at_end()? {
                return Ok(loss.give_up(self.input.position(), output));
            }
        } else if self.is_sound_part()? {
            self.place = Place::Part;
            return Ok(loss.resume(output));
        } else {
            loss.skip(1, &mut self.input);
        }
        self.place = Place::Lost(loss);
        Ok(Step::Data(0))
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
