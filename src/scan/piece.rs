//! Pieces: what a walk through an archive comes by, in the order of the archive.

use core::ops::Range;
use std::rc::Rc;

use super::Scanned;
use crate::archive::extent::{ExtentHeader, HEADER_SIZE};
use crate::archive::finding::FindingKind;
use crate::archive::header::Header;
use crate::archive::unit::BLOCK_SIZE;

/// One thing that a walk comes by.
#[derive(Clone, Debug)]
pub enum Piece {
    /// A place where an extent header should start, and what stands there.
    Place(Place),
    /// A sound extent, once it is known where its data end.
    Extent(Extent),
    /// Bytes that belong to no sound extent.
    Gap(Gap),
    /// The header of another archive, or of a copy, where this one ends.
    Archive {
        /// Where it starts.
        at: u64,
        /// It, sound.
        header: Box<Header>,
    },
    /// The end of everything.
    End,
}

/// A place where an extent header should start.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it is, in bytes of the archive.
    pub at: u64,
    /// What stands there.
    pub stands: Stands,
    /// Where the archive ends, if that is known.
    pub end: Option<u64>,
}

/// What stands where an extent header should start.
#[derive(Clone, Debug)]
pub enum Stands {
    /// A whole header, and what speaks against it.
    Header(Rc<ExtentHeader>, Vec<FindingKind>),
    /// The header of another archive, or of a copy: as that of an extent, and
    /// what speaks against it.
    Archive(Rc<ExtentHeader>, Vec<FindingKind>),
    /// The archive ends inside: so many bytes.
    Cut(u64),
    /// The end of the archive.
    End,
    /// Bytes that nobody can have, up to here.
    Lost(u64),
    /// Nothing that goes on with another archive, whose extents were passed over.
    Astray,
}

/// A sound extent: its header agrees with its checksum and is of this archive.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Where its header starts.
    pub at: u64,
    /// Its header.
    pub header: Rc<ExtentHeader>,
    /// Its data, as far as they are there: shorter than stated if cut off.
    pub data: Range<u64>,
    /// The parts of the data that nobody can have, in order.
    pub holes: Vec<Range<u64>>,
    /// How it is known where the data end.
    pub end: ExtentEnd,
}

/// What stands where the data of an extent end by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtentEnd {
    /// A sound header, or the end of the archive: nothing was put in or left out.
    Proven,
    /// The same by its masks, with which its count of blocks does not agree.
    ByMasks,
    /// The header of another archive stands before: this one was cut off.
    Cut,
    /// A header that is broken and still shows that it stands where it should, or
    /// the padding of a tape: nothing was put in or left out before it.
    Remnant,
    /// Nothing sound. The next sound header starts here, of an extent or of a copy of
    /// the archive.
    Displaced(u64),
    /// Nothing sound, and none follows.
    Open,
    /// Bytes that nobody can have.
    Lost,
}

/// Bytes that belong to no sound extent.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Where they stand.
    pub range: Range<u64>,
    /// Why they belong to none.
    pub why: Why,
    /// Whether nothing sound follows.
    pub is_last: bool,
}

/// Why bytes belong to no sound extent.
#[derive(Clone, Debug)]
pub enum Why {
    /// What stood where a header was expected, with what speaks against it; none
    /// if it does not even start like one.
    Broken(Vec<FindingKind>),
    /// They cannot be had.
    Lost(FindingKind),
    /// They are another archive.
    Foreign,
    /// So far from anything sound that the rest is not looked at.
    GivenUp,
}

impl Extent {
    /// Where its data end by its count of blocks.
    #[must_use]
    pub fn stated_end(&self) -> u64 {
        end_by_count(self.at, &self.header)
    }
}

/// Where the data of an extent at `at` start.
pub(super) fn data_start(at: u64) -> u64 {
    at.saturating_add(HEADER_SIZE)
}

/// Where they end by its count of blocks.
pub(super) fn end_by_count(at: u64, header: &ExtentHeader) -> u64 {
    at.saturating_add(header.size())
}

/// Where they end by its masks; the same, unless the two disagree.
pub(super) fn end_by_masks(at: u64, header: &ExtentHeader) -> u64 {
    data_start(at).saturating_add(u64::from(header.masked_blocks()) * BLOCK_SIZE)
}

/// What became of the cluster of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, and blocks of it are stored.
    Stored,
    /// It is kept, and none of its blocks is stored.
    Zero,
    /// It was there before.
    Before,
    /// It is not kept: no device has it, or nothing of it is there.
    Not,
}

/// Someone who wants to see what a scan comes by: one call a piece.
pub trait Observer {
    /// Takes note of a piece. Of an extent, `taken` says what became of each of
    /// its slots; `found` is what was found up to this piece, it included.
    fn see(&mut self, piece: &Piece, taken: &[Taken], found: &Scanned);
}

/// Nobody.
impl Observer for () {
    fn see(&mut self, _: &Piece, _: &[Taken], _: &Scanned) {}
}

/// Two of them.
impl<A: Observer, B: Observer> Observer for (&mut A, &mut B) {
    fn see(&mut self, piece: &Piece, taken: &[Taken], found: &Scanned) {
        self.0.see(piece, taken, found);
        self.1.see(piece, taken, found);
    }
}
