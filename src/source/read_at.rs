//! The one seam of this crate: bytes that can be read at any offset.
//!
//! Every layer is a [`ReadAt`] over the one below and knows only that one: a
//! file, a container around the archive, the archive, the image of a device.

use core::ops::Range;
use std::rc::Rc;

use crate::error::Error;

/// Bytes with a length that can be read at any offset.
///
/// Reading goes through `&self` and waits for the bytes. A layer that keeps a
/// cache or a decoder keeps it behind interior mutability.
pub trait ReadAt {
    /// Length in bytes; `None` as long as it is not known, as with a
    /// compressed stream whose end nobody has seen.
    fn size(&self) -> Option<u64>;

    /// Fills `buffer` with the bytes from `offset` on and returns how many it
    /// wrote: fewer than asked only where the bytes end, 0 at or past the end.
    ///
    /// # Errors
    ///
    /// The bytes cannot be had: the source is gone, or a layer below failed.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Adds to `into` the ranges of the lowest source that a read of `range`
    /// would ask for, as far as that is known without reading.
    ///
    /// A hint for a caller who can wait for bytes where this trait cannot: it
    /// fetches them first, and the read then finds them. May name too much,
    /// too little, or nothing.
    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>);

    /// Works towards `offset` until a read there is quick, or some `work_max`
    /// bytes were read and decoded; returns whether it is quick now.
    ///
    /// For a layer that has to decode everything before `offset`, so that long
    /// work can be done in steps. Elsewhere every read is quick.
    ///
    /// # Errors
    ///
    /// As for a read at `offset`.
    fn approach(&self, offset: u64, work_max: u64) -> Result<bool, Error> {
        let _ = (offset, work_max);
        Ok(true)
    }

    /// The parts of `range`, in order, of which it is known that they cannot be
    /// had: a read of them is an error. There may be more.
    fn lost(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let _ = range;
        Vec::new()
    }

    /// About how many bytes have to be decoded to come to `offset`, and are
    /// none that are asked for, if those up to `from` were read last. 0 where
    /// every read is quick.
    fn detour(&self, from: u64, offset: u64) -> u64 {
        let _ = (from, offset);
        0
    }

    /// Takes note of what has to stand somewhere ahead, in place of what was
    /// told before.
    ///
    /// For a layer that may lose its place: it finds out by it where it is.
    fn expect(&self, landmark: Landmark) {
        let _ = landmark;
    }
}

/// Bytes of which a layer above knows where they stand, and that it can tell
/// from all others.
#[derive(Clone)]
pub struct Landmark {
    /// Where they start, in bytes of the layer that is told of them.
    pub offset: u64,
    /// How many they are.
    pub length: usize,
    /// Tells them from all others.
    pub proof: Proof,
}

/// Whether so many bytes are the ones that are expected. Must be true of no
/// others within some megabytes of those.
pub type Proof = Rc<dyn Fn(&[u8]) -> bool>;

impl<T: ReadAt + ?Sized> ReadAt for Rc<T> {
    fn size(&self) -> Option<u64> {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        (**self).read_at(offset, buffer)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        (**self).trace(range, into);
    }

    fn approach(&self, offset: u64, work_max: u64) -> Result<bool, Error> {
        (**self).approach(offset, work_max)
    }

    fn lost(&self, range: Range<u64>) -> Vec<Range<u64>> {
        (**self).lost(range)
    }

    fn detour(&self, from: u64, offset: u64) -> u64 {
        (**self).detour(from, offset)
    }

    fn expect(&self, landmark: Landmark) {
        (**self).expect(landmark);
    }
}

impl ReadAt for [u8] {
    fn size(&self) -> Option<u64> {
        u64::try_from(self.len()).ok()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(count)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> Option<u64> {
        self.as_slice().size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        self.as_slice().read_at(offset, buffer)
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        self.as_slice().trace(range, into);
    }
}

/// A file of the operating system. Its length is taken once, on opening.
#[cfg(unix)]
#[derive(Debug)]
pub struct FileSource {
    file: std::fs::File,
    size: u64,
}

#[cfg(unix)]
impl FileSource {
    /// Takes an open file.
    ///
    /// # Errors
    ///
    /// The operating system does not tell its length.
    pub fn new(file: std::fs::File) -> std::io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

#[cfg(unix)]
impl ReadAt for FileSource {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        use std::os::unix::fs::FileExt;
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        match self.file.read_exact_at(buffer, offset) {
            Ok(()) => Ok(wanted),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(Error::source_shrank(offset))
            }
            Err(error) => Err(Error::source_unreadable(offset, error.to_string())),
        }
    }

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

/// Reads the bytes of `range` into a new buffer: fewer where `source` ends.
/// The caller bounds the length of `range`.
pub fn read_range(source: &dyn ReadAt, range: Range<u64>) -> Result<Vec<u8>, Error> {
    let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; length];
    let count = source.read_at(range.start, &mut buffer)?;
    buffer.truncate(count);
    Ok(buffer)
}
