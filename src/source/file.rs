//! A file of the operating system as a source.

use core::ops::Range;
use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::bytes::to_usize;
use crate::error::Error;
use crate::read_at::ReadAt;

/// A file of the operating system. Its length is taken once, on opening.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    size: u64,
}

impl FileSource {
    /// Takes an open file.
    ///
    /// # Errors
    ///
    /// The operating system does not tell its length.
    pub fn new(file: File) -> std::io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl ReadAt for FileSource {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let wanted = to_usize(self.size.saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        match self.file.read_exact_at(buffer, offset) {
            Ok(()) => Ok(wanted),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(Error::source_shrank(offset))
            }
            Err(error) => Err(Error::source_unreadable(offset, error.to_string())),
        }
    }

    crate::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}
