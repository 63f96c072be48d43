//! What a format of blocks has to do that each decode by themselves.

use std::rc::Rc;

use crate::container::ahead::{Done, Task, Workers};
use crate::container::finding::BlockChecksum;
use crate::container::input::Input;
use crate::container::log::{End, Log};
use crate::container::loss::{Found, Loss};
use crate::source::{Error, ReadAt, Reader, Writer};

/// What a step of a walk came to.
pub(in crate::container) enum Step<S> {
    /// It goes on.
    On,
    /// It stopped; this is how to search for a place to go on from.
    Stopped(Loss, S),
    /// There is nothing more.
    End(End),
}

/// A block that a walk stands at.
#[derive(Clone, Copy)]
pub(in crate::container) struct Block<R> {
    /// Where its contents start.
    pub(in crate::container) contents: u64,
    /// Bytes of its contents.
    pub(in crate::container) length: u64,
    /// Where it starts in the source.
    pub(in crate::container) source: u64,
    /// What a walk needs to go on here.
    pub(in crate::container) resume: R,
    /// Whether its header is damaged and was put right: it is found from its own
    /// place alone.
    pub(in crate::container) is_mended: bool,
}

impl<R> Block<R> {
    /// Where its contents end.
    pub(in crate::container) fn end(&self) -> u64 {
        self.contents.saturating_add(self.length)
    }

    /// Whether `at` lies in its contents.
    pub(in crate::container) fn holds(&self, at: u64) -> bool {
        (self.contents..self.end()).contains(&at)
    }
}

/// What a block decodes to.
pub(in crate::container) struct Unpacked {
    /// Its contents; `None` if it cannot be decoded.
    pub(in crate::container) bytes: Option<Rc<Vec<u8>>>,
    /// Its checksums, as far as there is something to compare them with.
    pub(in crate::container) sums: Vec<Sum>,
    /// Whether it carries a checksum at all.
    pub(in crate::container) has_sums: bool,
}

/// A checksum of a block.
#[derive(Debug)]
pub(in crate::container) struct Sum {
    /// What it is over.
    pub(in crate::container) of: BlockChecksum,
    /// The checksum in the file.
    pub(in crate::container) expected: u32,
    /// That of what is there.
    pub(in crate::container) found: u32,
}

/// Goes from block to block.
pub(in crate::container) trait Walk: Sized {
    /// What is kept to go on at a block.
    type Resume: Copy;

    /// A search for a block to go on from.
    type Search;

    /// Whether a block has to be decoded to know how long it is: no place
    /// behind it is known before that, and what its checksum does not agree
    /// with may have another length than it had.
    const DECODES: bool;

    /// How many times as long a byte takes as with the quickest decoder,
    /// about.
    const EFFORT: u64;

    /// Starts at the first part of `source`, without reading.
    fn new(source: Rc<dyn ReadAt>) -> Self;

    /// A walk from here on that counts contents from 0.
    fn fork(&self) -> Self;

    /// Goes to a place where a block was.
    fn go_to(&mut self, source: u64, contents: u64, resume: Self::Resume);

    /// Says where in the contents it stands, in bytes.
    fn stand_at(&mut self, contents: u64);

    /// Goes to where the container starts again, at `source`.
    fn start_again(&mut self, source: u64);

    /// How far it got in the contents, in bytes. The block it stands at is
    /// not passed yet.
    fn contents(&self) -> u64;

    /// Parts of the container that it has come to, such as files of lzop that
    /// follow each other.
    fn parts(&self) -> u64;

    /// What it reads.
    fn input(&self) -> &Input;

    /// The block it stands at.
    fn block(&self) -> Option<Block<Self::Resume>>;

    /// Decodes the block it stands at, and adds up its checksums if `checks`.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    fn decode(&mut self, checks: bool) -> Result<Unpacked, Error>;

    /// Has `workers` decode what comes behind, where a walk has to
    /// [decode](Self::DECODES) it.
    fn work_ahead(&mut self, _workers: Workers) {}

    /// The block it stands at, to be decoded by somebody else in place of
    /// [`decode`](Self::decode); `None` where that is not possible. What it decodes to is
    /// empty unless it `keeps` that.
    fn task(&mut self, checks: bool, keeps: bool) -> Option<Task>;

    /// What came of that.
    fn unpacked(done: Done) -> Option<Unpacked>;

    /// Goes to the next block, over the one it stands at, a step at a time.
    ///
    /// # Errors
    ///
    /// The source cannot be read, or the container asks for something that is
    /// not supported. The same step can be tried again.
    fn step(&mut self, log: &mut Log) -> Result<Step<Self::Search>, Error>;

    /// Looks for a block to go on from behind `loss`, by a bounded amount of
    /// work; goes there when it is found.
    ///
    /// # Errors
    ///
    /// The source cannot be read. The same step can be tried again.
    fn search(&mut self, search: &mut Self::Search, loss: &mut Loss) -> Result<Found, Error>;

    /// Appends what is kept of a block.
    fn write_resume(resume: &Self::Resume, bytes: &mut Writer);

    /// Takes what was appended.
    fn read_resume(bytes: &mut Reader<'_>) -> Option<Self::Resume>;
}
