//! What wraps an archive, told by its first bytes and not by its name: a
//! crashed job leaves `….vma.dat`, whatever is in it. Where the first bytes are
//! lost, what stands further on tells.
//!
//! [`open`] makes the archive's bytes readable at any offset, whatever wraps
//! them, as [`Contents`]. What is wrong with the container is told apart from
//! what is wrong with the archive in it: see [`Contents::findings`].

mod blockwise;
mod bzip2;
mod checkpoint;
mod find;
mod finding;
mod gzip;
mod input;
mod log;
mod loss;
mod lzop;
mod sequential;
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod tests;
mod zstd;

use core::ops::Range;
use std::rc::Rc;

use self::blockwise::Blocks;
use self::bzip2::Bzip2;
pub use self::find::find_inside;
pub use self::finding::{BlockChecksum, ContainerFinding, ContainerFindingKind, finding_codes};
use self::gzip::Gzip;
use self::log::Log;
pub use self::log::{Checksums, Covered, End, Verdict};
pub use self::loss::landmark::{Landmark, Proof};
use self::lzop::Lzop;
use self::sequential::Stream;
use self::zstd::Zstd;
use crate::source::{Error, Gap, ReadAt, Reader, Writer, read_range};

/// Bytes that tell a container.
const RECOGNISED_BY: u64 = 6;

/// The largest zstd window that is allowed unless someone asks for more:
/// what `zstd -d` allows (`--long=27`).
pub const WINDOW_MAX: u64 = 1 << 27;

/// The largest zstd window that can be asked for: a larger one does not fit
/// into the memory of a page.
pub const WINDOW_LIMIT: u64 = 1 << 30;

/// A format that may wrap an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Zstandard, `.zst`: today's default of Proxmox VE.
    Zstd,
    /// lzop, `.lzo`.
    Lzop,
    /// gzip, `.gz`.
    Gzip,
    /// bzip2, `.bz2`.
    Bzip2,
}

impl Container {
    /// The container that `first` bytes of a file announce, if they announce
    /// one. Six bytes are enough.
    ///
    /// Magic numbers: RFC 8878 (frames and skippable frames), lzop's own
    /// source (`\x89LZO\0\r\n\x1a\n`), RFC 1952, and bzip2's `BZh1` to `BZh9`.
    #[must_use]
    pub fn recognise(first: &[u8]) -> Option<Self> {
        match first {
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0x89, b'L', b'Z', b'O', 0, b'\r', ..] => Some(Self::Lzop),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// Its name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Lzop => "lzop",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
        }
    }
}

/// How a container is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The largest zstd window, in bytes; anything above [`WINDOW_LIMIT`]
    /// counts as that.
    pub window_max: u64,
    /// Memory that checkpoints may take, in bytes.
    pub checkpoint_bytes: usize,
    /// Memory that decoded bytes are kept in, in bytes. A zstd window of up
    /// to a quarter of `checkpoint_bytes` is kept whole all the same.
    pub cache_bytes: usize,
    /// The container that the name of the file tells, for one whose first bytes
    /// are overwritten: it is looked for first.
    pub hint: Option<Container>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window_max: WINDOW_MAX,
            checkpoint_bytes: 64 * 1024 * 1024,
            cache_bytes: 8 * 1024 * 1024,
            hint: None,
        }
    }
}

/// How far the work on a container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the source that are dealt with.
    pub source: u64,
    /// Bytes of the contents that are known.
    pub contents: u64,
    /// How the container ended; `None` as long as nobody has seen the end.
    pub end: Option<End>,
    /// How many checkpoints are kept.
    pub checkpoints: usize,
    /// Bytes of memory the checkpoints take.
    pub checkpoint_bytes: usize,
}

/// How far it has come to compare what was decoded with its checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes of the contents that were decoded and compared.
    pub done_bytes: u64,
    /// Bytes of the contents, as far as is known so far.
    pub total_bytes: u64,
    /// Whether all of them were.
    pub done: bool,
}

/// The bytes inside a container, or of a source without one.
///
/// A read decodes forward as far as it has to, which can be far: a caller who
/// must not wait [approaches](ReadAt::approach) step by step first. Bytes that
/// nobody can have are [gaps](ReadAt::gap); behind damage with nothing sound
/// after it, the contents end.
pub struct Contents {
    layer: Layer,
}

enum Layer {
    Plain(Rc<dyn ReadAt>),
    Zstd(Box<Stream<Zstd>>),
    Lzop(Box<Blocks<Lzop>>),
    Gzip(Box<Stream<Gzip>>),
    Bzip2(Box<Blocks<Bzip2>>),
}

/// Makes the bytes in `source` readable, whatever container they are in; a
/// source that is no container is passed through. Reads the first few bytes, and
/// more only if those tell neither a container nor an archive: then the one that
/// the [hint](Options::hint) names or that is [found inside](find_inside) counts.
///
/// # Errors
///
/// The source cannot be read.
pub fn open(source: Rc<dyn ReadAt>, options: &Options) -> Result<Contents, Error> {
    let first = read_range(&source, 0..RECOGNISED_BY)?;
    let container = match Container::recognise(&first) {
        None if first.starts_with(find::ARCHIVE) => None,
        None => find_inside(&source, options.hint)?,
        container => container,
    };
    Ok(Contents::new(source, options, container))
}

impl Contents {
    fn new(source: Rc<dyn ReadAt>, options: &Options, container: Option<Container>) -> Self {
        let options = &Options { window_max: options.window_max.min(WINDOW_LIMIT), ..*options };
        let layer = match container {
            None => Layer::Plain(source),
            Some(Container::Zstd) => Layer::Zstd(Box::new(Stream::new(source, options))),
            Some(Container::Lzop) => Layer::Lzop(Box::new(Blocks::new(source, options))),
            Some(Container::Gzip) => Layer::Gzip(Box::new(Stream::new(source, options))),
            Some(Container::Bzip2) => Layer::Bzip2(Box::new(Blocks::new(source, options))),
        };
        Self { layer }
    }

    /// What wraps the contents; `None` if nothing does.
    #[must_use]
    pub fn container(&self) -> Option<Container> {
        match &self.layer {
            Layer::Plain(_) => None,
            Layer::Zstd(_) => Some(Container::Zstd),
            Layer::Lzop(_) => Some(Container::Lzop),
            Layer::Gzip(_) => Some(Container::Gzip),
            Layer::Bzip2(_) => Some(Container::Bzip2),
        }
    }

    /// Whether a far read means decoding everything before, and so that one
    /// pass over the contents decodes all of them.
    #[must_use]
    pub fn decodes_in_order(&self) -> bool {
        matches!(self.layer, Layer::Zstd(_) | Layer::Gzip(_) | Layer::Bzip2(_))
    }

    /// How far the work has come. All of it is done if nothing wraps the
    /// contents.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.layer {
            Layer::Plain(source) => Progress::whole(source.size().unwrap_or(0)),
            Layer::Zstd(stream) => stream.progress(),
            Layer::Lzop(lzop) => lzop.progress(),
            Layer::Gzip(stream) => stream.progress(),
            Layer::Bzip2(stream) => stream.progress(),
        }
    }

    /// What is wrong with the container as far as is known, in the order it
    /// came up.
    #[must_use]
    pub fn findings(&self) -> Vec<ContainerFinding> {
        self.with_log(|log| log.findings().to_vec()).unwrap_or_default()
    }

    /// Findings that came up and are not kept: there are too many of them.
    #[must_use]
    pub fn findings_left_out(&self) -> u64 {
        self.with_log(Log::left_out).unwrap_or(0)
    }

    /// The checksums over contents, as far as they were checked.
    #[must_use]
    pub fn checksums(&self) -> Checksums {
        self.with_log(Log::checksums).unwrap_or_default()
    }

    /// The contents of blocks whose own checksums do not agree, in ascending
    /// order and apart from each other: of lzop, as far as blocks were decoded.
    #[must_use]
    pub fn wrong_ranges(&self) -> Vec<Range<u64>> {
        match &self.layer {
            Layer::Plain(_) | Layer::Zstd(_) | Layer::Gzip(_) => Vec::new(),
            Layer::Lzop(lzop) => lzop.wrong(),
            Layer::Bzip2(bzip2) => bzip2.wrong(),
        }
    }

    /// Decodes what nobody has read yet and compares it with its checksums, in
    /// the order of the file and by about `work_max` bytes: of lzop, each block
    /// that was only stepped over. Every other container is compared on the way
    /// to its end. Until this is done, nothing is known to be sound.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn verify_step(&self, work_max: u64) -> Result<VerifyProgress, Error> {
        if let Layer::Lzop(lzop) = &self.layer {
            return lzop.verify_step(work_max);
        }
        let done = self.approach(u64::MAX..u64::MAX, work_max)?;
        let bytes = self.progress().contents;
        Ok(VerifyProgress { done_bytes: bytes, total_bytes: bytes, done })
    }

    /// Takes note that `wrong` is not what went in, as a layer above has found out,
    /// and puts in doubt what derives from it, by about `work_max` bytes of work;
    /// returns whether that is done. Its end must have been
    /// [approached](ReadAt::approach). Only in what is decoded in order does
    /// anything derive from what comes before.
    ///
    /// # Errors
    ///
    /// As for a read.
    pub fn distrust_step(&self, wrong: &Range<u64>, work_max: u64) -> Result<bool, Error> {
        match &self.layer {
            Layer::Plain(_) | Layer::Lzop(_) | Layer::Bzip2(_) => Ok(true),
            Layer::Zstd(stream) => stream.distrust_step(wrong, work_max),
            Layer::Gzip(stream) => stream.distrust_step(wrong, work_max),
        }
    }

    /// Files of lzop that follow each other in the source, as far as is known: all
    /// of them are read here, and lzop warns of the second.
    #[must_use]
    pub fn lzop_parts(&self) -> u64 {
        if let Layer::Lzop(lzop) = &self.layer { lzop.parts() } else { 0 }
    }

    /// What the checksums over a whole frame, member or stream say of the
    /// contents, in order, as far as those are known. Nothing where there are
    /// none: in lzop, whose blocks each have their own.
    #[must_use]
    pub fn covered(&self) -> Vec<Covered> {
        match &self.layer {
            Layer::Plain(_) => Vec::new(),
            Layer::Zstd(stream) => stream.covered(),
            Layer::Lzop(lzop) => lzop.covered(),
            Layer::Gzip(stream) => stream.covered(),
            Layer::Bzip2(bzip2) => bzip2.covered(),
        }
    }

    /// Appends what makes every byte reachable without another pass over the
    /// container: its checkpoints. `None` if it is not sound, or its end was not
    /// reached, or its decoder's state cannot be put down (zstd).
    pub(crate) fn write_checkpoints(&self, bytes: &mut Writer) -> Option<()> {
        match &self.layer {
            Layer::Plain(_) | Layer::Zstd(_) => None,
            Layer::Lzop(lzop) => lzop.write_checkpoints(bytes),
            Layer::Gzip(stream) => stream.write_checkpoints(bytes),
            Layer::Bzip2(stream) => stream.write_checkpoints(bytes),
        }
    }

    /// Takes what [`write_checkpoints`](Self::write_checkpoints) appended for the
    /// same container; `None` if the bytes hold something else.
    pub(crate) fn take_checkpoints(&self, bytes: &mut Reader<'_>) -> Option<()> {
        match &self.layer {
            Layer::Plain(_) | Layer::Zstd(_) => None,
            Layer::Lzop(lzop) => lzop.take_checkpoints(bytes),
            Layer::Gzip(stream) => stream.take_checkpoints(bytes),
            Layer::Bzip2(stream) => stream.take_checkpoints(bytes),
        }
    }

    fn with_log<T>(&self, use_log: impl FnOnce(&Log) -> T) -> Option<T> {
        match &self.layer {
            Layer::Plain(_) => None,
            Layer::Zstd(stream) => Some(use_log(&stream.log())),
            Layer::Lzop(lzop) => Some(use_log(&lzop.log())),
            Layer::Gzip(stream) => Some(use_log(&stream.log())),
            Layer::Bzip2(stream) => Some(use_log(&stream.log())),
        }
    }

    /// Takes note of what has to stand somewhere ahead, in place of what was
    /// told before: a container that loses its place finds out by it where it is.
    pub fn expect(&self, landmark: Landmark) {
        match &self.layer {
            Layer::Plain(_) => {}
            Layer::Zstd(stream) => stream.expect(landmark),
            Layer::Lzop(lzop) => lzop.expect(landmark),
            Layer::Gzip(stream) => stream.expect(landmark),
            Layer::Bzip2(stream) => stream.expect(landmark),
        }
    }

    fn as_read_at(&self) -> &dyn ReadAt {
        match &self.layer {
            Layer::Plain(source) => source,
            Layer::Zstd(stream) => &**stream,
            Layer::Lzop(lzop) => &**lzop,
            Layer::Gzip(stream) => &**stream,
            Layer::Bzip2(stream) => &**stream,
        }
    }
}

impl Progress {
    fn whole(bytes: u64) -> Self {
        let end = Some(End::Complete);
        Self { source: bytes, contents: bytes, end, checkpoints: 0, checkpoint_bytes: 0 }
    }
}

impl ReadAt for Contents {
    fn size(&self) -> Option<u64> {
        self.as_read_at().size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.as_read_at().read_at(offset, buffer)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.as_read_at().trace(range, into);
    }

    fn gap(&self, range: Range<u64>) -> Option<Gap> {
        self.as_read_at().gap(range)
    }

    /// On the way to [`u64::MAX`], everything that is wrong with the container
    /// comes up.
    fn approach(&self, range: Range<u64>, work_max: u64) -> Result<bool, Error> {
        self.as_read_at().approach(range, work_max)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        self.as_read_at().detour(from, offset)
    }
}

/// Copies the start of `from` to the start of `to`, as far as both go;
/// returns how many bytes that is.
fn copy_start(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}
