//! The face of ISO 9660 as a [`FileSystem`].

use core::ops::Range;
use std::rc::Rc;

use vma_source::{ReadAt, to_u64, to_usize};

use super::descriptor::{Descriptors, SECTOR, Volume};
use super::record::{ASSOCIATED, DIRECTORY, GOES_ON, HIDDEN, LENGTH_MAX, Record};
use super::rock::{Rock, Skip};
use crate::blocks::{Blocks, read_exact};
use crate::error::{Fault, FaultKind, Result};
use crate::node::{FileType, Node, NodeId};
use crate::reader::{
    Batch, Cursor, Entry, ExtendedAttribute, FileSystem, Name, Note, Places, Stream,
};

/// What stands for the root directory: no record lies there.
const ROOT: NodeId = NodeId(0);

/// Entries that are given at once, bytes of a directory that are gone through for them,
/// and of a directory at all.
const BATCH_MAX: usize = 2048;
const SCANNED_MAX: u64 = 4 << 20;
const DIRECTORY_MAX: u64 = 256 << 20;

/// Pieces of a file: of 4 GiB each as a rule.
const PIECES_MAX: usize = 4096;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Plain,
    Joliet,
    Rock(Skip),
}

struct Iso {
    blocks: Blocks,
    volume: Volume,
    names: Names,
}

/// A thing: where its contents lie, and what Rock Ridge says.
struct Thing {
    record: Record,
    rock: Rock,
    is_directory: bool,
    /// Place and length of each piece.
    pieces: Vec<Range<u64>>,
}

/// Opens what is in `source`: with Rock Ridge if it is there, else with Joliet.
///
/// # Errors
///
/// Its descriptors cannot be had, or make no sense.
pub(crate) fn open(source: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let Descriptors { primary, joliet } = Descriptors::read(&**source)?;
    let blocks = Blocks::new(Rc::clone(source));
    let skip = rock_skip(&blocks, &primary);
    let (volume, names) = match (skip, joliet) {
        (Ok(Some(skip)), _) => (primary, Names::Rock(skip)),
        (_, Some(joliet)) => (joliet, Names::Joliet),
        (Ok(None), None) => (primary, Names::Plain),
        (Err(fault), None) => return Err(fault),
    };
    Ok(Rc::new(Iso { blocks, volume, names }))
}

/// How Rock Ridge is to be read; `None` without it.
fn rock_skip(blocks: &Blocks, volume: &Volume) -> Result<Option<Skip>> {
    let (block, _) = volume.root.extent()?;
    let own = record_at(blocks, block.saturating_mul(volume.block_size))?;
    let Some(skip) = own.as_ref().and_then(Skip::of) else { return Ok(None) };
    let rock = own.map(|own| Rock::read(&own, skip.root, blocks, volume.block_size)).transpose()?;
    Ok(rock.and_then(|rock| rock.mode).map(|_| skip))
}

/// The record at `place` of the source; `None` where none is.
fn record_at(blocks: &Blocks, place: u64) -> Result<Option<Record>> {
    // None crosses the end of a sector.
    let left = SECTOR.saturating_sub(place % SECTOR).min(to_u64(LENGTH_MAX));
    let mut first = [0];
    blocks.read(place, &mut first, "directory")?;
    let [length] = first;
    if u64::from(length) > left {
        return Ok(None);
    }
    let mut bytes = vec![0; length.into()];
    blocks.read(place, &mut bytes, "directory")?;
    Ok(Record::new(&bytes))
}

impl Iso {
    fn place(&self, block: u64) -> u64 {
        block.saturating_mul(self.volume.block_size)
    }

    fn rock(&self, record: &Record) -> Result<Rock> {
        match self.names {
            Names::Rock(skip) => Rock::read(record, skip.all, &self.blocks, self.volume.block_size),
            Names::Plain | Names::Joliet => Ok(Rock::default()),
        }
    }

    fn piece(&self, record: &Record) -> Result<Range<u64>> {
        let (block, size) = record.extent()?;
        let place = self.place(block);
        Ok(place..place.saturating_add(size))
    }

    fn thing(&self, id: NodeId) -> Result<Thing> {
        if id == ROOT {
            let record = self.volume.root.clone();
            let place = self.place(record.extent()?.0);
            // Its own record is in it; the descriptor's copy has no room for more.
            let own = record_at(&self.blocks, place)?.unwrap_or_else(|| record.clone());
            let rock = match self.names {
                Names::Rock(skip) => {
                    Rock::read(&own, skip.root, &self.blocks, self.volume.block_size)?
                }
                Names::Plain | Names::Joliet => Rock::default(),
            };
            let pieces = vec![self.piece(&record)?];
            return Ok(Thing { record, rock, is_directory: true, pieces });
        }
        let missing = || Fault::new(FaultKind::NotFound, format!("record at {:#x}", id.0));
        let record = record_at(&self.blocks, id.0)?.ok_or_else(missing)?;
        let rock = self.rock(&record)?;
        if let Some(child) = rock.child {
            // The directory's own record says how long it is.
            let own = record_at(&self.blocks, self.place(child))?;
            let own = own.filter(|own| own.identifier() == [0]);
            let own = own.ok_or_else(|| Fault::corrupt("directory that was moved"))?;
            let rock = self.rock(&own)?;
            let pieces = vec![self.piece(&own)?];
            return Ok(Thing { record, rock, is_directory: true, pieces });
        }
        let is_directory = record.flags() & DIRECTORY != 0;
        let pieces = self.pieces(&record, id.0)?;
        Ok(Thing { record, rock, is_directory, pieces })
    }

    /// The pieces of a file whose first record lies at `place`.
    fn pieces(&self, record: &Record, place: u64) -> Result<Vec<Range<u64>>> {
        let mut pieces = vec![self.piece(record)?];
        let (mut last, mut at) = (record.clone(), place);
        while last.flags() & GOES_ON != 0 {
            let behind = at.saturating_add(last.length());
            let wrong = || Fault::corrupt("file of several pieces");
            let next = match record_at(&self.blocks, behind)? {
                Some(next) => (next, behind),
                // It did not fit into the sector.
                None => {
                    let behind = place_behind(behind);
                    (record_at(&self.blocks, behind)?.ok_or_else(wrong)?, behind)
                }
            };
            if !next.0.is_of(record) || pieces.len() >= PIECES_MAX {
                return Err(wrong());
            }
            pieces.push(self.piece(&next.0)?);
            (last, at) = next;
        }
        Ok(pieces)
    }

    /// Takes the record at `place` into the list.
    fn entry(&self, record: &Record, place: u64, batch: &mut Batch) -> Result<()> {
        let rock = match self.rock(record) {
            Ok(rock) => rock,
            Err(fault) if fault.kind == FaultKind::Corrupt => {
                batch.left_out = batch.left_out.saturating_add(1);
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        if rock.is_moved {
            return Ok(());
        }
        let own = || record.name(self.names == Names::Joliet);
        let name = rock.name.as_ref().map_or_else(own, |name| Name(name.clone()));
        if !name.is_plain() {
            batch.left_out = batch.left_out.saturating_add(1);
            return Ok(());
        }
        let is_directory = record.flags() & DIRECTORY != 0 || rock.child.is_some();
        let file_type = Some(file_type(&rock, is_directory));
        batch.entries.push(Entry { name, id: NodeId(place), file_type });
        Ok(())
    }

    /// Goes through the directory in `piece` from `at` on.
    fn list(&self, piece: &Range<u64>, at: u64) -> Result<Batch> {
        let size = piece.end.saturating_sub(piece.start);
        if size > DIRECTORY_MAX {
            return Err(Fault::new(FaultKind::TooLarge, "directory"));
        }
        let (mut at, mut batch) = (at, Batch::default());
        let begin = at;
        // A list ends only behind the last piece of a file.
        let mut goes_on = false;
        while at < size {
            let is_full =
                batch.entries.len() >= BATCH_MAX || at.saturating_sub(begin) > SCANNED_MAX;
            if is_full && !goes_on {
                batch.next = Some(Cursor(at));
                return Ok(batch);
            }
            let place = piece.start.saturating_add(at);
            let taken = record_at(&self.blocks, place).and_then(|record| {
                let Some(record) = record else { return Ok(None) };
                let is_left_out = record.is_dot() || record.flags() & ASSOCIATED != 0;
                if !is_left_out && !goes_on {
                    self.entry(&record, place, &mut batch)?;
                }
                Ok(Some((record.length(), record.flags() & GOES_ON != 0)))
            });
            match taken {
                Ok(Some((length, more))) => {
                    at = at.saturating_add(length);
                    goes_on = more;
                }
                // Zeros fill a sector up.
                Ok(None) => at = place_behind(place).saturating_sub(piece.start),
                Err(fault) if batch.entries.is_empty() => return Err(fault),
                Err(_) => {
                    batch.next = Some(Cursor(at));
                    return Ok(batch);
                }
            }
        }
        Ok(batch)
    }
}

/// The next sector.
fn place_behind(place: u64) -> u64 {
    place.saturating_add(1).next_multiple_of(SECTOR)
}

fn file_type(rock: &Rock, is_directory: bool) -> FileType {
    match rock.mode.map(|mode| mode & 0xffff) {
        _ if is_directory => FileType::Directory,
        None => FileType::File,
        Some(mode) if mode >> 12 == 0 => FileType::File,
        Some(mode) => FileType::of_mode(mode)
            // What no directory record is, no mode makes one.
            .filter(|&found| found != FileType::Directory)
            .unwrap_or(FileType::Other),
    }
}

impl Thing {
    fn size(&self) -> u64 {
        let lengths = self.pieces.iter().map(|piece| piece.end.saturating_sub(piece.start));
        lengths.fold(0, u64::saturating_add)
    }

    fn file_type(&self) -> FileType {
        file_type(&self.rock, self.is_directory)
    }

    fn node(&self, id: NodeId) -> Node {
        let (rock, file_type) = (&self.rock, self.file_type());
        let target = rock.target.as_ref().map_or(0, |target| to_u64(target.len()));
        let is_device = matches!(file_type, FileType::Block | FileType::Character);
        Node {
            id,
            file_type,
            size: match file_type {
                FileType::File => rock.packed.unwrap_or_else(|| self.size()),
                FileType::Link => target,
                _ => 0,
            },
            links: rock.mode.map(|_| rock.links.into()),
            attributes: rock.owner,
            modified: rock.modified.or_else(|| self.record.time()),
            changed: rock.changed,
            accessed: rock.accessed,
            created: rock.created,
            device: rock.device.filter(|_| is_device),
            is_hidden: self.record.flags() & HIDDEN != 0,
        }
    }

    /// Whether its bytes can be read.
    fn contents(&self, stream: Stream<'_>) -> Result<()> {
        if self.file_type() != FileType::File || stream != Stream::Contents {
            return Err(Fault::new(FaultKind::NotFound, "contents"));
        }
        if self.rock.packed.is_some() {
            return Err(Fault::unsupported("zisofs"));
        }
        Ok(())
    }

    /// Calls `visit` for each part of `range` with where it lies.
    fn parts(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(Range<u64>) -> Result<()>,
    ) -> Result<()> {
        let mut start = 0_u64;
        for piece in &self.pieces {
            let end = start.saturating_add(piece.end.saturating_sub(piece.start));
            let part = range.start.max(start)..range.end.min(end);
            if !part.is_empty() {
                let into = part.start.saturating_sub(start);
                let place = piece.start.saturating_add(into);
                let length = part.end.saturating_sub(part.start);
                visit(place..place.saturating_add(length))?;
            }
            start = end;
        }
        Ok(())
    }
}

impl FileSystem for Iso {
    fn root(&self) -> NodeId {
        ROOT
    }

    fn notes(&self) -> Vec<Note> {
        Vec::new()
    }

    fn node(&self, id: NodeId) -> Result<Node> {
        Ok(self.thing(id)?.node(id))
    }

    fn read_dir(&self, id: NodeId, cursor: Cursor) -> Result<Batch> {
        let thing = self.thing(id)?;
        let piece = thing.pieces.first().filter(|_| thing.is_directory);
        let piece = piece.ok_or_else(|| Fault::new(FaultKind::NotFound, "entries of a file"))?;
        self.list(piece, cursor.0)
    }

    fn read_at(
        &self,
        id: NodeId,
        stream: Stream<'_>,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize> {
        let thing = self.thing(id)?;
        thing.contents(stream)?;
        let count = to_usize(thing.size().saturating_sub(offset)).min(buffer.len());
        let mut rest = buffer.get_mut(..count).unwrap_or(&mut []);
        let end = offset.saturating_add(to_u64(count));
        thing.parts(offset..end, |place| {
            let length = to_usize(place.end.saturating_sub(place.start));
            let taken = core::mem::take(&mut rest);
            let (part, behind) = taken.split_at_mut_checked(length).unwrap_or_default();
            rest = behind;
            read_exact(self.blocks.source(), place.start, part, "contents")
        })?;
        Ok(count)
    }

    fn places(&self, id: NodeId, stream: Stream<'_>, range: Range<u64>) -> Result<Places> {
        let thing = self.thing(id)?;
        thing.contents(stream)?;
        let mut pieces = Vec::new();
        thing.parts(range, |place| {
            pieces.push(place);
            Ok(())
        })?;
        Ok(Places { pieces, ..Places::default() })
    }

    fn read_link(&self, id: NodeId) -> Result<Name> {
        let target = self.thing(id)?.rock.target;
        target.map(Name).ok_or_else(|| Fault::new(FaultKind::NotFound, "link"))
    }

    fn extended_attributes(&self, _: NodeId) -> Result<Option<Vec<ExtendedAttribute>>> {
        // There are none in the standards; what xorriso adds is not read.
        Ok(None)
    }

    fn streams(&self, _: NodeId) -> Result<Vec<(Name, u64)>> {
        Ok(Vec::new())
    }
}
